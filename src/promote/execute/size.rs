//! How large the tables of a plan are, as the server thinks: read with the schema before a run, and kept with it, so
//! that what it took can be compared with what it would take elsewhere. An estimate, and never more than that.

use crate::model::{Body, Estimate, ObjectId, ObjectKind, Plan, Schema, TableSize};

/// The tables among what a plan touches.
pub fn tables(plan: &Plan, schema: &Schema) -> Vec<(ObjectId, Estimate)> {
    let touched = |id: &ObjectId| {
        plan.steps
            .iter()
            .any(|step| step.subject.name == id.name || step.effects.on.iter().any(|on| on.name == id.name))
    };
    schema
        .of_kind(ObjectKind::Table)
        .filter(|object| touched(&object.id))
        .filter_map(|object| match &object.body {
            Body::Table(table) => Some((object.id.clone(), table.rows)),
            _ => None,
        })
        .collect()
}

/// The same as a journal keeps it.
pub(super) fn sizes(plan: &Plan, schema: &Schema) -> Vec<TableSize> {
    let size = |(table, estimate): (ObjectId, Estimate)| TableSize {
        table: table.to_string().into(),
        rows: estimate.rows,
        bytes: estimate.bytes,
    };
    tables(plan, schema).into_iter().map(size).collect()
}
