//! ALTER of whatever is no table.

use crate::engines::reading::Words;
use crate::engines::{Act, Reading};
use crate::model::{Boundary, Lock, ObjectId, ObjectKind, Schema, Verb, Work};

use super::{object, relation, table};

pub(super) fn altered(mut words: Words<'_>, schema: &Schema) -> Option<Reading> {
    if words.take("table") || words.take("foreign table") {
        return table::altered(words, schema);
    }
    if words.take("system") || words.take("database") {
        return Some(Reading::unknown(Lock::None).bounded(Boundary::NonTransactional));
    }
    if words.take("type") {
        words.take("if exists");
        let name = words.name()?;
        return Some(typed(words, super::object(ObjectKind::Enum, &name, schema), schema));
    }
    if words.take("index") {
        words.take_any(&["if exists"]);
        let id = object(ObjectKind::Index, &words.name()?, schema);
        return Some(index(words, id));
    }
    let kinds = [
        ("materialized view", ObjectKind::MaterializedView),
        ("view", ObjectKind::View),
        ("sequence", ObjectKind::Sequence),
        ("domain", ObjectKind::Domain),
        ("schema", ObjectKind::Schema),
        ("extension", ObjectKind::Extension),
        ("function", ObjectKind::Function),
        ("procedure", ObjectKind::Procedure),
        ("default privileges", ObjectKind::DefaultPrivilege),
    ];
    let (_, kind) = kinds.into_iter().find(|(word, _)| words.take(word))?;
    words.take("if exists");
    if kind == ObjectKind::DefaultPrivilege {
        let id = ObjectId::new(ObjectKind::Schema, crate::model::QualifiedName::bare("public"));
        return Some(Reading::new(Verb::Alter, Some(id.clone())).does(Act::Authorizes(id)));
    }
    let name = words.name()?;
    let id = match kind {
        ObjectKind::View | ObjectKind::MaterializedView => relation(&name, schema),
        _ => object(kind, &name, schema),
    };
    Some(other(words, id))
}

/// Of enums, mostly: a new label cannot be used before its transaction ends.
fn typed(mut words: Words<'_>, id: ObjectId, schema: &Schema) -> Reading {
    let known = schema.objects.contains_key(&id);
    if words.take("add value") {
        return Reading::new(Verb::Alter, Some(id)).bounded(Boundary::OwnTransaction);
    }
    if words.take("rename value") {
        return Reading::new(Verb::Rename, Some(id.clone())).does(Act::Renames(id));
    }
    if words.take("rename") {
        return Reading::new(Verb::Rename, Some(id.clone())).does(Act::Renames(id));
    }
    if words.comes("owner") || words.comes("set schema") {
        return Reading::new(Verb::Alter, Some(id));
    }
    // Attributes of a composite type: every table that has it would be rewritten.
    let reading = Reading::new(Verb::Alter, Some(id)).holds(Lock::AccessExclusive, [], Work::Rewrite);
    if known { reading } else { reading.does(Act::Unknown) }
}

fn index(mut words: Words<'_>, id: ObjectId) -> Reading {
    if words.take("rename") {
        let reading = Reading::new(Verb::Rename, Some(id.clone()));
        return reading.holds(Lock::ShareUpdateExclusive, [id.clone()], Work::Catalog).does(Act::Renames(id));
    }
    let lock = if words.comes("set tablespace") { Lock::AccessExclusive } else { Lock::ShareUpdateExclusive };
    let work = if words.comes("set tablespace") { Work::Rewrite } else { Work::Catalog };
    Reading::new(Verb::Alter, Some(id.clone())).holds(lock, [id], work)
}

fn other(mut words: Words<'_>, id: ObjectId) -> Reading {
    if words.take("rename") || words.comes("set schema") {
        let reading = Reading::new(Verb::Rename, Some(id.clone()));
        return reading.holds(Lock::AccessExclusive, [id.clone()], Work::Catalog).does(Act::Renames(id));
    }
    match id.kind {
        ObjectKind::View | ObjectKind::MaterializedView => {
            Reading::new(Verb::Alter, Some(id.clone())).holds(Lock::AccessExclusive, [id], Work::Catalog)
        }
        ObjectKind::Sequence => {
            Reading::new(Verb::Alter, Some(id.clone())).holds(Lock::ShareRowExclusive, [id], Work::Catalog)
        }
        // A new condition is tested on every column of the domain.
        ObjectKind::Domain if words.later("add") || words.later("set not null") => {
            let work = if words.later("not valid") { Work::Catalog } else { Work::Scan };
            Reading::new(Verb::Alter, Some(id.clone())).holds(Lock::Share, [id], work)
        }
        _ => Reading::new(Verb::Alter, Some(id)),
    }
}
