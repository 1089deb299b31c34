//! CREATE, DROP and COMMENT for what is no table and no index.

use crate::engines::reading::{Words, resolved};
use crate::engines::{Act, Manner, Reading};
use crate::model::{Boundary, Lock, ObjectId, ObjectKind, QualifiedName, Schema, Verb, Work};

use super::{object, relation};

/// Key words and the kinds that they name; longer ones first.
const KINDS: &[(&str, ObjectKind)] = &[
    ("materialized view", ObjectKind::MaterializedView),
    ("foreign table", ObjectKind::Table),
    ("foreign data wrapper", ObjectKind::ForeignDataWrapper),
    ("event trigger", ObjectKind::EventTrigger),
    ("constraint trigger", ObjectKind::Trigger),
    ("access method", ObjectKind::AccessMethod),
    ("operator class", ObjectKind::OperatorClass),
    ("operator family", ObjectKind::OperatorFamily),
    ("text search", ObjectKind::TextSearch),
    ("user mapping", ObjectKind::UserMapping),
    ("recursive view", ObjectKind::View),
    ("table", ObjectKind::Table),
    ("view", ObjectKind::View),
    ("index", ObjectKind::Index),
    ("sequence", ObjectKind::Sequence),
    ("function", ObjectKind::Function),
    ("procedure", ObjectKind::Procedure),
    ("routine", ObjectKind::Function),
    ("aggregate", ObjectKind::Aggregate),
    ("trigger", ObjectKind::Trigger),
    ("policy", ObjectKind::Policy),
    ("rule", ObjectKind::Rule),
    ("type", ObjectKind::Type),
    ("domain", ObjectKind::Domain),
    ("schema", ObjectKind::Schema),
    ("extension", ObjectKind::Extension),
    ("statistics", ObjectKind::Statistics),
    ("collation", ObjectKind::Collation),
    ("server", ObjectKind::Server),
    ("publication", ObjectKind::Publication),
    ("subscription", ObjectKind::Subscription),
    ("language", ObjectKind::Language),
    ("column", ObjectKind::Column),
];

fn kind(words: &mut Words<'_>) -> Option<ObjectKind> {
    KINDS.iter().find(|(word, _)| words.take(word)).map(|(_, kind)| *kind)
}

/// A type may be any of these; a routine is told apart by arguments that are not read here.
fn found(kind: ObjectKind, name: &QualifiedName, schema: &Schema) -> ObjectId {
    match kind {
        ObjectKind::Type => resolved(
            &[ObjectKind::Type, ObjectKind::Enum, ObjectKind::Composite, ObjectKind::Domain],
            name,
            schema,
            Some("public"),
        ),
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
            let id = relation(name, schema);
            if schema.objects.contains_key(&id) { id } else { ObjectId::new(kind, id.name.clone()) }
        }
        _ => object(kind, name, schema),
    }
}

/// What stands on a relation: its name, and the relation after ON.
fn part(kind: ObjectKind, words: &mut Words<'_>, schema: &Schema) -> Option<ObjectId> {
    let name = words.name()?;
    words.find("on").then_some(())?;
    let on = if kind == ObjectKind::Rule { words.find("to") } else { true };
    on.then_some(())?;
    let relation = relation(&words.name()?, schema);
    Some(ObjectId::member(kind, relation.name.clone(), name.name))
}

fn is_part(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule)
}

pub(super) fn created(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    if words.take_any(&["database", "tablespace"]).is_some() {
        return Some(Reading::unknown(Lock::None).bounded(Boundary::NonTransactional));
    }
    let kind = kind(&mut words)?;
    words.take("if not exists");
    if is_part(kind) {
        let id = part(kind, &mut words, schema)?;
        let lock = match kind {
            ObjectKind::Trigger => Lock::ShareRowExclusive,
            _ => Lock::AccessExclusive,
        };
        let on = ObjectId::new(ObjectKind::Table, id.name.clone());
        let act =
            if kind == ObjectKind::Policy { Act::Authorizes(id.clone()) } else { Act::Creates(id.clone()) };
        return Some(Reading::new(Verb::Create, Some(id)).holds(lock, [on], Work::Catalog).does(act));
    }
    let id = found(kind, &words.name()?, schema);
    let reading = Reading::new(Verb::Create, Some(id.clone())).does(Act::Creates(id.clone()));
    Some(match kind {
        // OR REPLACE takes it; a new one is nobody's yet.
        ObjectKind::View if schema.objects.contains_key(&id) => {
            reading.holds(Lock::AccessExclusive, [id], Work::Catalog)
        }
        ObjectKind::MaterializedView => reading.holds(Lock::AccessShare, [], Work::Scan),
        ObjectKind::Subscription => reading.bounded(Boundary::NonTransactional),
        _ => reading,
    })
}

pub(super) fn dropped(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    if words.take_any(&["database", "tablespace"]).is_some() {
        let reading = Reading::unknown(Lock::AccessExclusive).does(Act::DropsDatabase);
        return Some(reading.bounded(Boundary::NonTransactional).loses("the whole database".into()));
    }
    let kind = kind(&mut words)?;
    let manner = if words.take("concurrently") { Manner::Concurrent } else { Manner::Blocking };
    words.take("if exists");
    let cascades = words.later("cascade");
    let id =
        if is_part(kind) { part(kind, &mut words, schema)? } else { found(kind, &words.name()?, schema) };
    let reading = Reading::new(Verb::Drop, Some(id.clone()));
    let reading = match kind {
        ObjectKind::Index => {
            let on = table_of(&id, schema).unwrap_or_else(|| id.clone());
            let reading = reading.does(Act::DropsIndex { index: id.clone(), manner });
            match manner {
                Manner::Blocking => reading.holds(Lock::AccessExclusive, [on], Work::Catalog),
                Manner::Concurrent => reading
                    .holds(Lock::ShareUpdateExclusive, [on], Work::Catalog)
                    .bounded(Boundary::NonTransactional),
            }
        }
        ObjectKind::Table | ObjectKind::MaterializedView => {
            let reading = reading.holds(Lock::AccessExclusive, [id.clone()], Work::Catalog);
            let reading = reading.does(Act::Drops(id.clone()));
            let keeps_rows = id.kind == ObjectKind::Table;
            if keeps_rows { reading.loses(format!("the rows of {}", id.name)) } else { reading }
        }
        ObjectKind::Schema => {
            let reading = reading.does(Act::Drops(id.clone()));
            if cascades { reading.loses(format!("all that schema {} holds", id.name)) } else { reading }
        }
        ObjectKind::Sequence => {
            let reading = reading.holds(Lock::AccessExclusive, [id.clone()], Work::Catalog);
            reading.does(Act::Drops(id.clone())).loses(format!("the last value of {}", id.name))
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
            let on = ObjectId::new(ObjectKind::Table, id.name.clone());
            let act =
                if kind == ObjectKind::Policy { Act::Authorizes(id.clone()) } else { Act::Drops(id.clone()) };
            reading.holds(Lock::AccessExclusive, [on], Work::Catalog).does(act)
        }
        ObjectKind::View => {
            reading.holds(Lock::AccessExclusive, [id.clone()], Work::Catalog).does(Act::Drops(id.clone()))
        }
        ObjectKind::Subscription => reading.does(Act::Drops(id.clone())).bounded(Boundary::NonTransactional),
        _ => reading.does(Act::Drops(id.clone())),
    };
    Some(if cascades { reading.does(Act::Cascades(id)) } else { reading })
}

/// The table of an index that is there.
fn table_of(index: &ObjectId, schema: &Schema) -> Option<ObjectId> {
    match &schema.objects.get(index)?.body {
        crate::model::Body::Index(index) => Some(relation(&index.table, schema)),
        _ => None,
    }
}

pub(super) fn commented(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    let kind = kind(&mut words)?;
    let id = if is_part(kind) {
        part(kind, &mut words, schema)?
    } else if kind == ObjectKind::Column {
        let mut path = words.path();
        let column = path.pop()?;
        let table = QualifiedName { name: path.pop()?, schema: path.pop() };
        ObjectId::member(ObjectKind::Column, relation(&table, schema).name.clone(), column)
    } else {
        found(kind, &words.name()?, schema)
    };
    let on = if id.member.is_some() { relation(&id.name, schema) } else { id.clone() };
    Some(Reading::new(Verb::Alter, Some(id)).holds(Lock::ShareUpdateExclusive, [on], Work::Catalog))
}
