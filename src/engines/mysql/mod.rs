//! The dialect of MySQL and MariaDB: no transactions around DDL, so every statement stands alone; a table's columns,
//! keys and checks change together in one ALTER TABLE, which says how it may work.

mod batches;
mod effects;
mod execute;
mod hand;
mod image;
mod introspect;
mod matrix;
mod render;
mod types;
mod vendor;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    Action, AssembleError, Batching, Cause, Dependent, Dialect, Disturbance, Draft, Facts, Folding, Reading,
    Transition, Whole,
};
use crate::connect::Rows;
use crate::model::{
    Body, Change, Constraint, ConstraintKind, Edit, EngineKind, Object, ObjectId, ObjectKind, QualifiedName,
    Runtime, Schema, ServerVersion, Sql, Statement, Step,
};
use crate::sql;

use vendor::Vendor;

const E: EngineKind = EngineKind::MySql;

#[derive(Clone, Copy, Debug)]
pub struct MySql;

impl Dialect for MySql {
    fn kind(&self) -> EngineKind {
        E
    }

    fn catalog(&self, version: &ServerVersion) -> Vec<Sql> {
        introspect::queries(Vendor::of(version))
    }

    fn particulars(&self, _: &ServerVersion, answers: &[Rows]) -> Vec<Sql> {
        introspect::particulars(answers)
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
        render::imprint(object, part);
    }

    fn transition(&self, before: &Object, after: &Object, _: &[Edit]) -> Transition {
        match (&before.body, &after.body) {
            (Body::Opaque(opaque), _) | (_, Body::Opaque(opaque)) => {
                Transition::Refused(format!("{}, and is never altered", opaque.why).into())
            }
            (Body::Constraint(constraint), _) if is_foreign_key(constraint) => Transition::Replace,
            (Body::Table(_) | Body::Column(_) | Body::Constraint(_) | Body::Index(_), _) => {
                Transition::Rebuild(table_of(&after.id))
            }
            _ => Transition::InPlace,
        }
    }

    fn disturbance(&self, dependent: Dependent<'_>, cause: &Cause<'_>) -> Disturbance {
        match &dependent.before.body {
            Body::Constraint(constraint) if is_foreign_key(constraint) => holds(cause),
            // The server makes neither on a column that is not there, so what stops to read a column that goes, goes
            // before it, and comes anew after it. One that does not change is left as it is.
            Body::View(_) | Body::Trigger(_)
                if dependent.before.body != dependent.after.body && loses_a_column(cause) =>
            {
                Disturbance::Replace
            }
            _ => Disturbance::None,
        }
    }

    fn folding(&self, object: &Object) -> Folding {
        if self.lives_in_whole(object) { Folding::Always } else { Folding::Alone }
    }

    fn lives_in_whole(&self, part: &Object) -> bool {
        match &part.body {
            Body::Column(_) | Body::Index(_) => true,
            // Two tables may point at each other.
            Body::Constraint(constraint) => !is_foreign_key(constraint),
            _ => false,
        }
    }

    fn falls_with(&self, object: &Object, schema: &Schema) -> Vec<ObjectId> {
        match &object.body {
            Body::Column(_) | Body::Index(_) | Body::Trigger(_) => vec![table_of(&object.id)],
            Body::Constraint(constraint) => match &constraint.references {
                Some((target, _)) if leads_back(target, &object.id.name, schema) => Vec::new(),
                Some(_) | None => vec![table_of(&object.id)],
            },
            _ => Vec::new(),
        }
    }

    fn follows(&self, _: &Object, _: &Schema) -> Vec<ObjectId> {
        Vec::new()
    }

    fn unit(&self, change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
        let object = match change {
            Change::Create(object) | Change::Drop(object) => object,
            Change::Alter { after, .. } => after,
            Change::Rename { .. } => return None,
        };
        let table = table_of(&object.id);
        let stays = |schema: &Schema| {
            matches!(schema.objects.get(&table).map(|object| &object.body), Some(Body::Table(_)))
        };
        let part = matches!(object.body, Body::Table(_)) || self.lives_in_whole(object);
        (part && stays(from) && stays(to)).then_some(table)
    }

    fn rank(&self, action: &Action, _: &Facts<'_>) -> u32 {
        let kind = |objects: &[Arc<Object>]| objects.first().map(|head| head.id.kind);
        match action {
            Action::Rename { .. } => 0,
            Action::Create(objects) => match kind(objects) {
                Some(ObjectKind::Sequence) => 10,
                Some(ObjectKind::Table) => 20,
                Some(ObjectKind::Constraint) => 40,
                Some(ObjectKind::Function | ObjectKind::Procedure) => 50,
                Some(ObjectKind::View) => 60,
                _ => 70,
            },
            Action::Rebuild { .. } | Action::Alter { .. } => 30,
            Action::Drop(objects) => match kind(objects) {
                // A trigger of a table that changes could fail on what is not there any more.
                Some(ObjectKind::Trigger | ObjectKind::Event) => 5,
                Some(ObjectKind::Constraint) => 25,
                Some(ObjectKind::View) => 80,
                Some(ObjectKind::Function | ObjectKind::Procedure) => 85,
                _ => 90,
            },
        }
    }

    fn steps(&self, action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
        render::steps(action, facts)
    }

    fn read_statement(&self, sql: &str, schema: &Schema) -> Reading {
        hand::read(sql, schema)
    }

    fn batching(&self, sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
        batches::batching(sql, schema)
    }

    fn beside(&self, step: &Step) -> Option<String> {
        render::beside(step)
    }

    /// A statement waits briefly for the metadata lock: behind it, everybody waits. And no value is cut to fit.
    fn prologue(&self, statement: &Statement) -> Vec<Sql> {
        let wait = match statement.runtime {
            Runtime::Brief => sql!(E; "SET SESSION lock_wait_timeout = 5"),
            Runtime::Long => sql!(E; "SET SESSION lock_wait_timeout = 15"),
        };
        vec![wait, sql!(E; "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES')")]
    }
}

/// What a foreign key does where what it needs changes: the server changes no type and no collation of a column that
/// one holds.
fn holds(cause: &Cause<'_>) -> Disturbance {
    match cause {
        Cause::Rebuilt { before, after } => match (&before.body, after.map(|after| &after.body)) {
            (Body::Column(a), Some(Body::Column(b)))
                if a.data_type == b.data_type && a.collation == b.collation =>
            {
                Disturbance::None
            }
            (Body::Column(_), _) => Disturbance::Replace,
            _ => Disturbance::None,
        },
        Cause::Gone(_) => Disturbance::Replace,
        Cause::Altered { .. } => Disturbance::None,
    }
}

/// Whether a column of what is needed goes: of a table, or of a view.
fn loses_a_column(cause: &Cause<'_>) -> bool {
    match cause {
        Cause::Rebuilt { before, after } => before.id.kind == ObjectKind::Column && after.is_none(),
        Cause::Altered { before, after, .. } => match (&before.body, &after.body) {
            (Body::View(a), Body::View(b)) => {
                a.columns.iter().any(|column| b.columns.iter().all(|other| other.name != column.name))
            }
            _ => false,
        },
        Cause::Gone(needed) => needed.id.kind == ObjectKind::View,
    }
}

/// The table that an object is, or is part of.
fn table_of(id: &ObjectId) -> ObjectId {
    ObjectId::new(ObjectKind::Table, id.name.clone())
}

/// Whether the rows of a table come and go with a transaction.
fn keeps_transactions(engine: &str) -> bool {
    ["InnoDB", "ROCKSDB", "TokuDB"].iter().any(|known| engine.eq_ignore_ascii_case(known))
}

fn is_foreign_key(constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::ForeignKey
}

/// Whether foreign keys lead from one table back to another, over any number of others.
fn leads_back(from: &QualifiedName, to: &QualifiedName, schema: &Schema) -> bool {
    if from == to {
        return false;
    }
    let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut queue = vec![from];
    while let Some(table) = queue.pop() {
        if table == to {
            return true;
        }
        if !seen.insert(table) {
            continue;
        }
        let first = ObjectId::member(ObjectKind::Constraint, table.clone(), "");
        let keys = schema.objects.range(first..);
        let own = keys.take_while(|(id, _)| id.kind == ObjectKind::Constraint && id.name == *table);
        queue.extend(own.filter_map(|(_, object)| match &object.body {
            Body::Constraint(constraint) => constraint.references.as_ref().map(|(target, _)| target),
            _ => None,
        }));
    }
    false
}
