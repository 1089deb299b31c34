//! Rehearse a plan's folder: read both sides again, make sure that they are still those of the plan, prove it, and
//! write the proof into the folder. The plan itself is never changed.

use std::path::PathBuf;

use crate::diff;
use crate::engines::Dialect;
use crate::export::{self, Origin, Record};
use crate::model::{Changeset, Failure, FailureKind, Fingerprint, Schema};
use crate::planner;

use super::compare::{self, CompareOrder};
use super::queue::Job;
use super::scratch::Ground;
use super::select::{self, Pick, Selection};
use super::{disk, prove};

#[derive(Clone, Debug)]
pub struct RehearseOrder {
    pub folder: PathBuf,
    /// Both sides, as the plan's record names them or as the user says.
    pub compare: CompareOrder,
}

pub(super) async fn rehearse(order: &RehearseOrder, job: &Job) -> Result<Record, Failure> {
    let mut record = disk::read_plan(&order.folder)?;
    let dialect = compare::dialect(&order.compare)?;
    let mut comparison = compare::compare(&order.compare, job).await?;
    let current = &comparison.current.schema;
    comparison.options.renames = record.origin.renames.clone();
    let changeset = diff::diff(current, &comparison.desired.schema, &comparison.options);
    let desired = goal(current, &comparison.desired.schema, &changeset, &record.origin)?;
    let desired = desired.as_ref().unwrap_or(&comparison.desired.schema);
    same(&comparison.current.label, &record.plan.from, current, dialect)?;
    same(&comparison.desired.label, &record.plan.to, desired, dialect)?;
    job.stop.check()?;
    if !record.plan.steps.is_empty() {
        let version = &record.plan.server;
        let ground = Ground::of(&order.compare, version.engine, Some(version));
        let sides = (current, desired);
        record.proof = prove::prove(&ground, &record.plan, sides, &comparison.options, dialect, job).await?;
        job.stop.check()?;
        let text = export::write(&record, dialect)
            .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
        disk::write_plan(&order.folder, &text)?;
    }
    Ok(record)
}

/// Where a plan of only some changes leads; `None`: all the way.
fn goal(
    current: &Schema,
    desired: &Schema,
    changeset: &Changeset,
    origin: &Origin,
) -> Result<Option<Schema>, Failure> {
    let selection = match (origin.exactly.as_slice(), origin.only.as_slice(), origin.skip.as_slice()) {
        ([], [], []) => return Ok(None),
        ([], [], skip) => Selection { pick: Pick::Except, objects: skip.to_vec() },
        ([], only, _) => Selection { pick: Pick::Only, objects: only.to_vec() },
        (exactly, _, _) => Selection { pick: Pick::Exactly, objects: exactly.to_vec() },
    };
    let chosen = select::taken(changeset, &select::selected(changeset, &selection)?);
    select::partly(current, desired, &chosen, changeset).map(Some)
}

/// A side that has changed since makes the plan one between other schemas.
fn same(label: &str, planned: &Fingerprint, schema: &Schema, dialect: &dyn Dialect) -> Result<(), Failure> {
    if &planner::fingerprint(dialect, schema) == planned {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Local, format!("{label} is not what it was when the plan was made")).hint(
        "make the plan again with `plan --out`, or name the right database with --current and --desired",
    ))
}
