//! Define: one object of a comparison as the statements that would make it, on each side. A relation comes with its
//! parts, indexes and comments. It plans the object from nothing, so that it reads as a plan would make it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diff::{self, DiffOptions, Privileges};
use crate::engines::Dialect;
use crate::model::{Body, Failure, Object, ObjectId, ObjectKind, Schema};
use crate::planner::{self, PlanOptions};

use super::compare::Comparison;

#[derive(Clone, Debug)]
pub struct DefineOrder {
    pub comparison: Arc<Comparison>,
    /// Under its name in *desired*, or in *current* where only that has it.
    pub id: ObjectId,
}

/// One object on both sides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defined {
    pub id: ObjectId,
    /// As *current* has it, under the name it has there.
    pub before: Option<String>,
    pub after: Option<String>,
}

pub(super) fn define(order: &DefineOrder) -> Result<Defined, Failure> {
    let comparison = &order.comparison;
    let dialect = comparison.dialect()?;
    let renames = &comparison.options.renames;
    let (current, desired) = (&comparison.current.schema, &comparison.desired.schema);
    let privileges = comparison.options.privileges;
    // Without renames both are the identity itself.
    let former = diff::former(&order.id, renames);
    let later = diff::follow(&order.id, renames);
    let text = |schema: &Schema, ids: [&ObjectId; 2]| {
        ids.into_iter()
            .find(|id| schema.objects.contains_key(*id))
            .map(|id| whole(dialect, schema, id, privileges))
    };
    Ok(Defined {
        id: order.id.clone(),
        before: text(current, [&former, &order.id]),
        after: text(desired, [&order.id, &later]),
    })
}

/// The statements that make an object with all that belongs to it, each with its semicolon.
fn whole(dialect: &dyn Dialect, schema: &Schema, id: &ObjectId, privileges: Privileges) -> String {
    let Some(object) = schema.objects.get(id) else { return String::new() };
    if id.member.is_some() {
        return alone(dialect, object);
    }
    let (alone_in, empty) = (with_parts(schema, id), Schema::empty(schema.version.clone()));
    let options = DiffOptions { privileges, renames: Vec::new() };
    let changes = diff::diff(&empty, &alone_in, &options);
    let plan =
        planner::plan(dialect, &empty, &alone_in, &changes, &PlanOptions { name: "".into(), privileges });
    match plan {
        Ok(plan) if !plan.steps.is_empty() => {
            joined(plan.steps.iter().map(|step| dialect.laid_out(&step.statement.sql)))
        }
        // What cannot be planned can still be shown as the server tells it.
        Ok(_) | Err(_) => alone(dialect, object),
    }
}

fn alone(dialect: &dyn Dialect, object: &Object) -> String {
    joined(dialect.define(object).iter().map(|sql| dialect.laid_out(sql)))
}

fn joined(statements: impl Iterator<Item = String>) -> String {
    statements.map(|statement| format!("{};\n", statement.trim_end())).collect()
}

/// A schema with nothing but one object and what belongs to it.
fn with_parts(schema: &Schema, id: &ObjectId) -> Schema {
    let belongs = |other: &ObjectId, object: &Object| {
        if other == id {
            return true;
        }
        match &object.body {
            Body::Index(index) => is_relation(id) && index.table == id.name,
            Body::Partition(_) | Body::SequenceOwner(_) => is_relation(id) && other.name == id.name,
            // Statistics have a name of their own; the server says what they are on.
            Body::Defined(_) if other.kind == ObjectKind::Statistics => {
                schema.depends.iter().any(|(user, used)| user == other && used == id)
            }
            _ => other.member.is_some() && other.name == id.name && may_hold(id.kind, other.kind),
        }
    };
    let objects = schema
        .objects
        .iter()
        .filter(|(other, object)| belongs(other, object))
        .map(|(other, object)| (other.clone(), Arc::clone(object)))
        .collect();
    let mut alone = Schema { objects, depends: Vec::new(), ..Schema::empty(schema.version.clone()) };
    let present: BTreeSet<&ObjectId> = alone.objects.keys().collect();
    let depends = schema.depends.iter().filter(|(a, b)| present.contains(a) && present.contains(b));
    alone.depends = depends.cloned().collect();
    alone.reader.clone_from(&schema.reader);
    alone
}

fn is_relation(id: &ObjectId) -> bool {
    matches!(
        id.kind,
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence
    )
}

/// A function and a table may share a name; only one of them has columns.
fn may_hold(holder: ObjectKind, part: ObjectKind) -> bool {
    match holder {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
            part != ObjectKind::DomainConstraint
        }
        ObjectKind::Domain => part == ObjectKind::DomainConstraint,
        _ => false,
    }
}
