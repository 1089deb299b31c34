//! Objects and actions → PostgreSQL statements, online forms included. It writes SQL from images and facts; it
//! never decides what has to be done, and never judges.

mod about;
mod address;
mod alter;
mod column;
mod column_alter;
mod constraint;
mod create;
mod drop;
mod filler;
mod index;
mod keep;
mod marks;
mod privileges;
mod probe;
mod rebuild;
mod rename;
mod reparse;
mod sequence;
mod succeed;
mod table;
mod types;
mod view;

use std::sync::Arc;

use crate::engines::{Action, Draft, Facts, Restore};
use crate::model::{
    Body, Boundary, EngineKind, Object, ObjectId, ObjectKind, QualifiedName, Runtime, Schema, ServerVersion,
    Sql, Statement,
};

pub(super) use keep::MARK as KEPT;

pub(super) const PG: EngineKind = EngineKind::Postgres;

/// The statements of one action.
pub(super) fn steps(action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
    match action {
        Action::Create(objects) => create::create(objects, facts),
        Action::Drop(objects) => drop::drop(objects, facts),
        Action::Alter { before, after, edits } => alter::alter(before, after, edits, facts),
        Action::Rebuild { subject, before, after } => rebuild::rebuild(subject, before, after, facts),
        Action::Rename { before, after } => rename::rename(before, after),
    }
}

/// An object as it stands alone.
pub(super) fn define(object: &Arc<Object>) -> Vec<Sql> {
    let version = ServerVersion { engine: PG, number: (18, 0, 0), text: "".into() };
    let nowhere = Schema::empty(version);
    let mut fresh = std::collections::BTreeSet::new();
    fresh.insert(ObjectId::new(ObjectKind::Table, relation_of(object)));
    let facts = Facts {
        version: &nowhere.version,
        from: &nowhere,
        to: &nowhere,
        fresh: &fresh,
        ground: &nowhere,
        restore: Restore::DefinitionOnly,
        shelf: None,
    };
    if let Body::Column(column) = &object.body {
        return column::define(object, column, &facts);
    }
    create::create(&[with_sorted_options(object)], &facts).into_iter().map(|draft| draft.sql).collect()
}

/// Equal objects are defined in the same words, whatever the order of their options.
fn with_sorted_options(object: &Arc<Object>) -> Arc<Object> {
    let sorted = match &object.body {
        Body::Table(table) => {
            table.storage.is_sorted()
                && table.foreign.as_ref().is_none_or(|foreign| foreign.options.is_sorted())
        }
        Body::Column(column) => column.options.is_sorted(),
        Body::View(view) => view.options.is_sorted(),
        Body::Constraint(constraint) => {
            constraint.index.as_ref().is_none_or(|index| index.storage.is_sorted())
        }
        _ => true,
    };
    if sorted {
        return Arc::clone(object);
    }
    let mut object = Object::clone(object);
    let options: Vec<&mut crate::model::Settings> = match &mut object.body {
        Body::Table(table) => std::iter::once(&mut table.storage)
            .chain(table.foreign.iter_mut().map(|foreign| &mut foreign.options))
            .collect(),
        Body::Column(column) => vec![&mut column.options],
        Body::View(view) => vec![&mut view.options],
        Body::Constraint(constraint) => constraint.index.iter_mut().map(|index| &mut index.storage).collect(),
        _ => Vec::new(),
    };
    for settings in options {
        *settings = settings.sorted();
    }
    Arc::new(object)
}

/// The relation an object belongs to, or its own name.
fn relation_of(object: &Object) -> QualifiedName {
    match &object.body {
        Body::Index(index) => index.table.clone(),
        _ => object.id.name.clone(),
    }
}

/// Whether the plan itself makes the relation, so that nobody uses it yet.
pub(super) fn is_fresh(relation: &QualifiedName, facts: &Facts<'_>) -> bool {
    [ObjectKind::Table, ObjectKind::MaterializedView, ObjectKind::View]
        .into_iter()
        .any(|kind| facts.fresh.contains(&ObjectId::new(kind, relation.clone())))
}

fn table_id(name: &QualifiedName) -> ObjectId {
    ObjectId::new(ObjectKind::Table, name.clone())
}

fn in_transaction(sql: Sql) -> Statement {
    Statement { sql, boundary: Boundary::Transactional, runtime: Runtime::Brief }
}

fn outside(sql: Sql) -> Statement {
    Statement { sql, boundary: Boundary::NonTransactional, runtime: Runtime::Long }
}
