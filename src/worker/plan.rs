//! Plan: compare, order, judge, prove, write down. Each stage belongs to a module below; this is their order.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diff::DiffOptions;
use crate::engines::Dialect;
use crate::export::{self, FolderText, Noted, Origin, Proof, Record};
use crate::model::{Change, Changeset, Failure, FailureKind, Plan, Schema};
use crate::planner::{self, PlanError, PlanOptions};
use crate::safety::DataLoss;

use super::compare::{self, CompareOrder, Comparison};
use super::queue::Job;
use super::scratch::Ground;
use super::select::{self, Pick, Selection};
use super::{clock, disk, judge, prove};

#[derive(Clone, Debug)]
pub struct PlanOrder {
    pub compare: CompareOrder,
    /// `None`: named after the folder, or after what it does.
    pub name: Option<String>,
    /// Where the folder is written.
    pub out: Option<PathBuf>,
    pub rehearsal: Rehearsal,
    pub loss: DataLoss,
    pub selection: Selection,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rehearsal {
    Wanted,
    Skipped,
}

/// A plan with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub comparison: Comparison,
    pub record: Record,
    pub text: FolderText,
    /// Where it was written.
    pub folder: Option<PathBuf>,
}

pub(super) async fn plan(order: &PlanOrder, job: &Job) -> Result<Planned, Failure> {
    let dialect = compare::dialect(&order.compare)?;
    let comparison = compare::compare(&order.compare, job).await?;
    job.stop.check()?;
    let planned = drawn(order, comparison, dialect, job).await?;
    // The last moment to stop: nothing has been written yet.
    job.stop.check()?;
    if let Some(folder) = &planned.folder {
        disk::write_plan(folder, &planned.text)?;
    }
    Ok(planned)
}

/// Everything up to the files.
async fn drawn(
    order: &PlanOrder,
    comparison: Comparison,
    dialect: &'static dyn Dialect,
    job: &Job,
) -> Result<Planned, Failure> {
    job.reporter.doing("planning");
    let chosen = select::selected(&comparison.changeset, &order.selection)?;
    let goal = match order.selection.pick {
        Pick::All => None,
        Pick::Only | Pick::Except => Some(select::partly(
            &comparison.current.schema,
            &comparison.desired.schema,
            &chosen,
            &comparison.changeset,
        )?),
    };
    let desired = goal.as_ref().unwrap_or(&comparison.desired.schema);
    let current = &comparison.current.schema;
    let options = PlanOptions { name: name(order, &chosen).into(), privileges: order.compare.privileges };
    let plan = planner::plan(dialect, current, desired, &chosen, &options).map_err(refused)?;
    let verdict = judge::judge(&plan, &chosen, current, desired, order.loss);
    job.stop.check()?;
    let proof = proof(order, &plan, (current, desired), &comparison.options, dialect, job).await?;
    let record = Record {
        plan: Arc::new(plan),
        generated: clock::now(),
        compatibility: verdict.compatibility,
        findings: verdict.findings.iter().map(Noted::from).collect(),
        proof,
        origin: origin(order, &comparison),
    };
    let text = export::write(&record, dialect)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
    Ok(Planned { comparison, record, text, folder: order.out.clone() })
}

/// What it takes to read both sides again.
fn origin(order: &PlanOrder, comparison: &Comparison) -> Origin {
    let objects =
        |pick| if order.selection.pick == pick { order.selection.objects.clone() } else { Vec::new() };
    Origin {
        current: comparison.current.label.clone(),
        desired: comparison.desired.label.clone(),
        privileges: order.compare.privileges,
        renames: comparison.options.renames.clone(),
        only: objects(Pick::Only),
        skip: objects(Pick::Except),
    }
}

async fn proof(
    order: &PlanOrder,
    plan: &Plan,
    sides: (&Schema, &Schema),
    options: &DiffOptions,
    dialect: &'static dyn Dialect,
    job: &Job,
) -> Result<Proof, Failure> {
    if plan.steps.is_empty() {
        return Ok(Proof::NotRehearsed { why: "nothing to rehearse".into() });
    }
    match order.rehearsal {
        Rehearsal::Skipped => Ok(Proof::NotRehearsed { why: "left out with --no-rehearse".into() }),
        Rehearsal::Wanted => {
            let ground = Ground::of(&order.compare, plan.server.engine, Some(plan.server.number.0));
            prove::prove(&ground, plan, sides, options, dialect, job).await
        }
    }
}

fn refused(error: PlanError) -> Failure {
    let PlanError::Refused { .. } = &error;
    Failure::new(FailureKind::Unsupported, error.to_string())
        .hint("leave this object out with --skip, or change it by hand first")
}

/// The name given, the folder's, or one that says what the plan does.
fn name(order: &PlanOrder, changeset: &Changeset) -> String {
    let folder = order.out.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    if let Some(name) = order.name.as_deref().or(folder) {
        return name.to_owned();
    }
    let Some(first) = changeset.changes.first() else { return "nothing_to_do".into() };
    let verb = match first {
        Change::Create(_) => "add",
        Change::Drop(_) => "drop",
        Change::Alter { .. } => "change",
        Change::Rename { .. } => "rename",
    };
    let id = first.id();
    let mut name = match &id.member {
        Some(member) => format!("{verb}_{member}_of_{}", id.name.name),
        None => format!("{verb}_{}", id.name.name),
    };
    if changeset.changes.len() > 1 {
        name.push_str(&format!("_and_{}_more", changeset.changes.len() - 1));
    }
    name
}
