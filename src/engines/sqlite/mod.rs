//! The SQLite dialect: one file, one writer, no schemas, no owners, and a table that is one stored statement. Only
//! columns can be added, dropped and renamed in place; everything else about a table is done by rebuilding it.

mod batches;
mod catalog;
mod constraint;
mod copy;
mod cursor;
mod depends;
mod effects;
mod execute;
mod hand;
mod introspect;
mod keep;
mod layout;
mod native;
mod parse;
mod rebuild;
mod render;
mod source;
mod token;

use std::sync::Arc;

use super::{
    Action, AssembleError, Batching, Cause, Dependent, Dialect, Disturbance, Draft, Facts, Folding, Frame,
    Reading, Transition, Whole,
};
use crate::connect::Rows;
use crate::model::{
    Body, Change, Edit, EngineKind, Object, ObjectId, ObjectKind, Schema, ServerVersion, Sql, Statement, Step,
};
use crate::sql;

#[derive(Clone, Copy, Debug)]
pub struct Sqlite;

impl Dialect for Sqlite {
    fn kind(&self) -> EngineKind {
        EngineKind::Sqlite
    }

    fn catalog(&self, _: &ServerVersion) -> Vec<Sql> {
        catalog::queries()
    }

    fn assemble(
        &self,
        version: &ServerVersion,
        answers: Vec<Rows>,
        like: Option<&Schema>,
    ) -> Result<Schema, AssembleError> {
        introspect::assemble(version, &answers, like)
    }

    fn define(&self, object: &Arc<Object>) -> Vec<Sql> {
        render::define(object)
    }

    fn imprint(&self, object: &Arc<Object>, part: &mut dyn FnMut(&str)) {
        render::imprint(object).iter().for_each(|text| part(text));
    }

    fn transition(&self, before: &Object, after: &Object, _: &[Edit]) -> Transition {
        let table = || ObjectId::new(ObjectKind::Table, after.id.name.clone());
        match (&before.body, &after.body) {
            (Body::Opaque(opaque), _) | (_, Body::Opaque(opaque)) => {
                Transition::Refused(format!("{}, and is never altered", opaque.why).into())
            }
            (Body::Table(_) | Body::Column(_) | Body::Constraint(_), _) => Transition::Rebuild(table()),
            _ => Transition::Replace,
        }
    }

    fn disturbance(&self, dependent: Dependent<'_>, cause: &Cause<'_>) -> Disturbance {
        match (&dependent.before.body, cause) {
            (Body::Index(_) | Body::View(_) | Body::Trigger(_), Cause::Gone(_) | Cause::Rebuilt { .. }) => {
                Disturbance::Replace
            }
            _ => Disturbance::None,
        }
    }

    fn folding(&self, object: &Object) -> Folding {
        match object.body {
            Body::Column(_) | Body::Constraint(_) => Folding::Always,
            _ => Folding::Alone,
        }
    }

    fn falls_with(&self, object: &Object, schema: &Schema) -> Vec<ObjectId> {
        let of = |kind| ObjectId::new(kind, object.id.name.clone());
        match &object.body {
            Body::Column(_) => vec![of(ObjectKind::Table)],
            Body::Constraint(_) => {
                let mut holders = vec![of(ObjectKind::Table)];
                holders.extend(native::inline_column(object, schema));
                holders
            }
            Body::Index(index) => vec![ObjectId::new(ObjectKind::Table, index.table.clone())],
            Body::Trigger(_) => vec![of(ObjectKind::Table), of(ObjectKind::View)],
            Body::Opaque(_) => shadowed(object, schema),
            _ => Vec::new(),
        }
    }

    fn follows(&self, object: &Object, schema: &Schema) -> Vec<ObjectId> {
        shadowed(object, schema)
    }

    fn unit(&self, change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
        native::unit(change, from, to)
    }

    fn rank(&self, action: &Action, _: &Facts<'_>) -> u32 {
        let kind = |objects: &[std::sync::Arc<Object>]| objects.first().map(|head| head.id.kind);
        match action {
            Action::Rename { .. } => 0,
            // What goes leaves first: to SQLite two names in different letter case are one.
            Action::Drop(objects) => match kind(objects) {
                Some(ObjectKind::Trigger) => 10,
                Some(ObjectKind::View) => 11,
                Some(ObjectKind::Index) => 12,
                Some(ObjectKind::Column | ObjectKind::Constraint) => 13,
                _ => 14,
            },
            Action::Create(objects) => match kind(objects) {
                Some(ObjectKind::Table) => 20,
                Some(ObjectKind::Column | ObjectKind::Constraint) => 30,
                Some(ObjectKind::Index) => 50,
                Some(ObjectKind::View) => 60,
                _ => 70,
            },
            Action::Rebuild { .. } | Action::Alter { .. } => 40,
        }
    }

    fn steps(&self, action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
        render::steps(action, facts)
    }

    fn laid_out(&self, sql: &Sql) -> String {
        layout::laid_out(sql.as_str())
    }

    fn read_statement(&self, sql: &str, schema: &Schema) -> Reading {
        hand::read(sql, schema)
    }

    fn batching(&self, sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
        batches::batching(sql, schema)
    }

    fn begin(&self) -> Sql {
        // A plain BEGIN would take the write lock at the first write, when it may be too late to wait for it.
        sql!(EngineKind::Sqlite; "BEGIN IMMEDIATE")
    }

    fn prologue(&self, _: &Statement) -> Vec<Sql> {
        Vec::new()
    }

    fn frame(&self, steps: &[Step]) -> Frame {
        rebuild::frame(steps)
    }
}

/// The virtual table of a shadow table.
fn shadowed(object: &Object, schema: &Schema) -> Vec<ObjectId> {
    match &object.body {
        Body::Opaque(opaque) if opaque.why.as_ref() == introspect::SHADOW => {
            depends::owner(&object.id, schema.objects.values().map(AsRef::as_ref)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
