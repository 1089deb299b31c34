//! Define: one object of a comparison as the statements that would make it, on each side. A relation comes with its
//! parts, indexes and comments. It plans the object from nothing, so that it reads as a plan would make it.

use std::collections::BTreeMap;
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
    let plan = planner::plan(
        dialect,
        &empty,
        &alone_in,
        &changes,
        &PlanOptions { privileges, ..PlanOptions::default() },
    );
    match plan {
        Ok(plan) if !plan.steps.is_empty() => {
            joined(plan.steps.iter().map(|step| dialect.laid_out(&step.statement.sql)))
        }
        // What cannot be planned can still be shown as the server tells it.
        Ok(_) | Err(_) => alone(dialect, object),
    }
}

fn alone(dialect: &dyn Dialect, object: &Arc<Object>) -> String {
    joined(dialect.define(object).iter().map(|sql| dialect.laid_out(sql)))
}

fn joined(statements: impl Iterator<Item = String>) -> String {
    statements.map(|statement| format!("{};\n", statement.trim_end())).collect()
}

/// A schema with nothing but one object and what belongs to it. It is asked for with every move of a cursor: of the
/// schema it looks only at what may belong to the object.
fn with_parts(schema: &Schema, id: &ObjectId) -> Schema {
    let mut objects: BTreeMap<ObjectId, Arc<Object>> = BTreeMap::new();
    let mut add = |object: &Arc<Object>| drop(objects.insert(object.id.clone(), Arc::clone(object)));
    schema.objects.get(id).into_iter().for_each(&mut add);
    schema.members(id).filter(|part| may_hold(id.kind, part.id.kind)).for_each(&mut add);
    if is_relation(id) {
        let is_on =
            |object: &&Arc<Object>| matches!(&object.body, Body::Index(index) if index.table == id.name);
        schema.of_kind(ObjectKind::Index).filter(is_on).for_each(&mut add);
        for kind in [ObjectKind::Partition, ObjectKind::SequenceOwner] {
            schema.objects.get(&ObjectId::new(kind, id.name.clone())).into_iter().for_each(&mut add);
        }
    }
    // Statistics have a name of their own; the server says what they are on.
    let is_on = |object: &&Arc<Object>| schema.needs(&object.id).any(|used| used == id);
    schema.of_kind(ObjectKind::Statistics).filter(is_on).for_each(&mut add);
    let depends = objects
        .keys()
        .flat_map(|user| schema.needs(user).map(move |used| (user, used)))
        .filter(|(_, used)| objects.contains_key(*used))
        .map(|(user, used)| (user.clone(), used.clone()))
        .collect();
    let reader = schema.reader.clone();
    Schema { objects, depends, reader, ..Schema::empty(schema.version.clone()) }
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
