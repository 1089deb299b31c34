//! Confirmed renames: the current schema as it will look once they are done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Body, Definition, EngineKind, Ident, Inherit, Nullability, Object, ObjectId, ObjectKind, QualifiedName,
    Renaming, Schema, Validity,
};
use crate::sqltext::{SqlBuilder, TokenClass, lex};

/// The schema after the renames, with every identity and reference following. Texts of objects that depend on
/// a renamed one follow name by name, as the server's own print would; what that misses shows up as one more
/// change, never as a missing one.
pub fn renamed(schema: &Schema, renames: &[Renaming]) -> Schema {
    let mut now = schema.clone();
    let mut done = Vec::with_capacity(renames.len());
    for renaming in renames {
        // A part may be named by its relation's old name.
        let before = follow(&renaming.before, &done);
        let step = Renaming { before, after: renaming.after.clone() };
        now = one(&now, &step);
        done.push(step);
    }
    now
}

/// An identity after the renames.
pub fn follow(id: &ObjectId, renames: &[Renaming]) -> ObjectId {
    renames.iter().fold(id.clone(), |id, renaming| moved(&id, renaming))
}

/// An identity as it was before the renames.
pub fn former(id: &ObjectId, renames: &[Renaming]) -> ObjectId {
    let mut done: Vec<Renaming> = Vec::with_capacity(renames.len());
    for renaming in renames {
        let before = follow(&renaming.before, &done);
        done.push(Renaming { before, after: renaming.after.clone() });
    }
    done.iter().rev().fold(id.clone(), |id, renaming| {
        moved(&id, &Renaming { before: renaming.after.clone(), after: renaming.before.clone() })
    })
}

fn one(schema: &Schema, renaming: &Renaming) -> Schema {
    let touched: BTreeSet<ObjectId> = schema
        .depends
        .iter()
        .filter(|(_, needed)| needed == &renaming.before || needed.name == renaming.before.name)
        .map(|(dependent, _)| dependent.clone())
        .collect();
    let mut objects = BTreeMap::new();
    let holder = holder(&renaming.before);
    for (id, object) in &schema.objects {
        let new_id = moved(id, renaming);
        if &new_id == id && !touched.contains(id) && id != &holder {
            objects.insert(new_id, Arc::clone(object));
            continue;
        }
        let mut object = Object::clone(object);
        object.id = new_id.clone();
        body(&mut object.body, renaming, schema.engine());
        label(&mut object, renaming);
        if id != &new_id && schema.engine() == EngineKind::Postgres && schema.version.at_least(18, 0) {
            keep_not_null_name(&mut object.body, id);
        }
        objects.insert(new_id, Arc::new(object));
    }
    let mut depends: Vec<_> =
        schema.depends.iter().map(|(a, b)| (moved(a, renaming), moved(b, renaming))).collect();
    depends.sort();
    depends.dedup();
    Schema { objects, depends, ..schema.clone() }
}

/// The object that holds what is renamed: the enum of a label, else the object itself.
pub(super) fn holder(id: &ObjectId) -> ObjectId {
    match id.kind {
        ObjectKind::Enum => id.part(None),
        _ => id.clone(),
    }
}

/// Since PostgreSQL 18 a NOT NULL has a name, made of the names of its table and column, and a rename leaves it.
/// Names that the server would have shortened are left to show up as one more change.
fn keep_not_null_name(body: &mut Body, before: &ObjectId) {
    let Body::Column(column) = body else { return };
    let name = format!("{}_{}_not_null", before.name.name, before.leaf());
    if column.nullability == Nullability::NotNull && name.len() < 64 {
        column.nullability = Nullability::Named {
            name: Some(Ident::new(name)),
            inherit: Inherit::Inherited,
            validity: Validity::Valid,
        };
    }
}

/// Renames an enum's label.
fn label(object: &mut Object, renaming: &Renaming) {
    let (Body::Enum(of), Some(before), Some(after)) =
        (&mut object.body, &renaming.before.member, &renaming.after.member)
    else {
        return;
    };
    for label in of.labels.iter_mut().filter(|label| label.as_ref() == before.as_str()) {
        *label = after.as_str().into();
    }
}

/// Kinds whose rename carries parts (columns, constraints …) along.
fn carries_parts(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Domain)
}

fn moved(id: &ObjectId, renaming: &Renaming) -> ObjectId {
    if id == &renaming.before {
        return renaming.after.clone();
    }
    let same_name = id.name == renaming.before.name;
    let part = id.member.is_some() || matches!(id.kind, ObjectKind::Partition | ObjectKind::SequenceOwner);
    if same_name && part && renaming.before.member.is_none() && carries_parts(renaming.before.kind) {
        return id.named(renaming.after.name.clone());
    }
    if same_name && id.kind == ObjectKind::SequenceOwner && renaming.before.kind == ObjectKind::Sequence {
        return id.named(renaming.after.name.clone());
    }
    if renaming.before.kind == ObjectKind::Schema
        && id.name.schema.as_ref() == Some(&renaming.before.name.name)
    {
        let name =
            QualifiedName { schema: Some(renaming.after.name.name.clone()), name: id.name.name.clone() };
        return id.named(name);
    }
    id.clone()
}

fn body(body: &mut Body, renaming: &Renaming, engine: EngineKind) {
    let relation = |name: &mut QualifiedName| {
        if renaming.before.member.is_none() && *name == renaming.before.name {
            *name = renaming.after.name.clone();
        }
    };
    let text = |definition: &mut Definition| {
        *definition = words(definition, renaming.before.leaf(), renaming.after.leaf(), engine);
    };
    let column_renamed = renaming.before.kind == ObjectKind::Column;
    let column = |ident: &mut Ident| {
        if column_renamed && ident == renaming.before.leaf() {
            *ident = renaming.after.leaf().clone();
        }
    };
    match body {
        Body::Table(table) => {
            table.inherits.iter_mut().for_each(relation);
            table.partition_by.iter_mut().for_each(text);
        }
        Body::Column(of) => {
            if let crate::model::Value::Default(expression)
            | crate::model::Value::Generated { expression, .. } = &mut of.value
            {
                text(expression);
            }
            text(&mut of.data_type);
        }
        Body::Constraint(constraint) => {
            text(&mut constraint.definition);
            constraint.columns.iter_mut().for_each(column);
            if let Some((table, columns)) = &mut constraint.references {
                relation(table);
                columns.iter_mut().for_each(column);
            }
            if let Some(index) = &mut constraint.index {
                text(&mut index.tail);
            }
        }
        Body::Index(index) => {
            relation(&mut index.table);
            text(&mut index.tail);
            index.columns.iter_mut().flatten().for_each(column);
        }
        Body::View(view) => text(&mut view.query),
        Body::Trigger(trigger) => text(&mut trigger.definition),
        Body::Policy(policy) => {
            policy.using.iter_mut().for_each(text);
            policy.check.iter_mut().for_each(text);
        }
        Body::SequenceOwner(owner) => {
            relation(&mut owner.table);
            column(&mut owner.column);
        }
        Body::Partition(partition) => relation(&mut partition.parent),
        Body::IndexPartition(partition) => {
            relation(&mut partition.table);
            relation(&mut partition.parent_table);
            relation(&mut partition.parent);
        }
        Body::Enum(_)
        | Body::Domain(_)
        | Body::Composite(_)
        | Body::Routine(_)
        | Body::Sequence(_)
        | Body::Schema
        | Body::Extension(_)
        | Body::Privileges(_)
        | Body::Defined(_)
        | Body::Opaque(_) => {}
    }
}

/// Replaces the name wherever it stands as a name: not in strings and comments, and with quotes where the new
/// name needs them. The compared form of typed text is in lower case, and quotes no key words.
fn words(definition: &Definition, before: &Ident, after: &Ident, engine: EngineKind) -> Definition {
    let now = SqlBuilder::new(engine).piece(after).done();
    let lower = after.as_str().to_ascii_lowercase();
    let simple = lower.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !lower.starts_with(|c: char| c.is_ascii_digit());
    let form = if simple { lower } else { format!("\"{}\"", lower.replace('"', "\"\"")) };
    definition.rewritten(
        |text| replaced(text, before.as_str(), now.as_str(), engine),
        |compared| replaced(compared, before.as_str(), &form, engine),
    )
}

fn replaced(source: &str, before: &str, after: &str, engine: EngineKind) -> String {
    let mut out = String::with_capacity(source.len());
    for token in lex(source, engine) {
        let text = source.get(token.start..token.end).unwrap_or("");
        let is_name = match token.class {
            TokenClass::Keyword | TokenClass::Identifier => match engine {
                EngineKind::Sqlite => text.eq_ignore_ascii_case(before),
                _ => text == before,
            },
            TokenClass::QuotedIdentifier => {
                let close = text.chars().last().unwrap_or('"');
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
                let raw = inner.replace(&format!("{close}{close}"), &close.to_string());
                raw == before || (engine == EngineKind::Sqlite && raw.eq_ignore_ascii_case(before))
            }
            _ => false,
        };
        out.push_str(if is_name { after } else { text });
    }
    out
}
