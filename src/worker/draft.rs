//! Drafts: the plan of the chosen changes, judged and written as text, without a server. The headless `plan` and
//! the workbench both begin here; nothing is proven or written to disk yet.

use std::sync::Arc;

use crate::export::{self, Direction, FolderText, Noted, Origin, Proof, Record, Script};
use crate::model::{Change, Changeset, Failure, FailureKind, Plan, Schema};
use crate::planner::{self, PlanError, PlanOptions};
use crate::promote;
use crate::safety::DataLoss;

use super::compare::Comparison;
use super::{clock, judge, select};

/// Plans the chosen changes of a comparison.
#[derive(Clone, Debug)]
pub struct DraftOrder {
    pub comparison: Arc<Comparison>,
    /// One for each change; closed under [`Comparison::follow`].
    pub chosen: Vec<bool>,
    /// `None`: named after what it does.
    pub name: Option<String>,
    pub loss: DataLoss,
}

/// A plan with all that belongs to it, as text and as data.
#[derive(Clone, Debug)]
pub struct Drafted {
    pub comparison: Arc<Comparison>,
    pub chosen: Vec<bool>,
    pub record: Record,
    pub forward: Script,
    pub rollback: Script,
    pub edited: Edited,
    /// After a proof: what the scripts left undone.
    pub residual: Option<Residual>,
    pub(super) goal: Arc<Goal>,
}

/// Whose text it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edited {
    Generated,
    ByHand,
}

/// What was still different on scratch.
#[derive(Clone, Debug, Default)]
pub struct Residual {
    /// Between the schema after the forward script and *desired*.
    pub forward: Changeset,
    /// Between the schema after the rollback and *current*.
    pub rollback: Changeset,
    /// Both in words, one line each.
    pub lines: Vec<Box<str>>,
}

/// Where a draft leads, whatever its text becomes.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) changeset: Changeset,
    /// As it was generated.
    pub(super) plan: Arc<Plan>,
    /// `None`: all the way to *desired*.
    schema: Option<Schema>,
    pub(super) loss: DataLoss,
}

impl Goal {
    pub(super) fn schema<'a>(&'a self, comparison: &'a Comparison) -> &'a Schema {
        self.schema.as_ref().unwrap_or(&comparison.desired.schema)
    }
}

impl Drafted {
    /// The files of the plan's folder.
    pub fn text(&self) -> Result<FolderText, Failure> {
        export::write(&self.record, self.comparison.dialect()?)
            .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))
    }

    /// The same draft with another record, its scripts written again.
    pub(super) fn with_record(&self, record: Record) -> Result<Self, Failure> {
        let dialect = self.comparison.dialect()?;
        Ok(Self {
            forward: export::script(&record, Direction::Forward, dialect),
            rollback: export::script(&record, Direction::Rollback, dialect),
            record,
            ..self.clone()
        })
    }
}

pub(super) fn draft(order: &DraftOrder) -> Result<Drafted, Failure> {
    let comparison = &order.comparison;
    let dialect = comparison.dialect()?;
    let (changeset, schema) = chosen(order)?;
    let current = &comparison.current.schema;
    let desired = schema.as_ref().unwrap_or(&comparison.desired.schema);
    let name = order.name.clone().unwrap_or_else(|| name(&changeset)).into();
    let options =
        PlanOptions { name, privileges: comparison.options.privileges, dropped: comparison.order.dropped };
    let mut plan = planner::plan(dialect, current, desired, &changeset, &options).map_err(refused)?;
    plan.images = promote::images(dialect, current, desired, &plan);
    let plan = Arc::new(plan);
    let verdict = judge::judge(&plan, &changeset, current, desired, order.loss);
    let why = if plan.steps.is_empty() { "nothing to rehearse" } else { "not rehearsed yet" };
    let record = Record {
        plan: Arc::clone(&plan),
        generated: clock::now(),
        author: None,
        compatibility: verdict.compatibility,
        findings: verdict.findings.iter().map(Noted::from).collect(),
        proof: Proof::NotRehearsed { why: why.into() },
        origin: origin(order),
    };
    Ok(Drafted {
        comparison: Arc::clone(comparison),
        chosen: order.chosen.clone(),
        forward: export::script(&record, Direction::Forward, dialect),
        rollback: export::script(&record, Direction::Rollback, dialect),
        record,
        edited: Edited::Generated,
        residual: None,
        goal: Arc::new(Goal { changeset, plan, schema, loss: order.loss }),
    })
}

/// The chosen changes and the schema that they lead to; none: all the way.
fn chosen(order: &DraftOrder) -> Result<(Changeset, Option<Schema>), Failure> {
    let comparison = &order.comparison;
    let all = &comparison.changeset;
    if order.chosen.len() != all.changes.len() {
        let what = format!("{} choices for {} changes", order.chosen.len(), all.changes.len());
        return Err(Failure::new(FailureKind::Usage, what));
    }
    if order.chosen.iter().all(|chosen| *chosen) {
        return Ok((Changeset::clone(all), None));
    }
    let changeset = select::taken(all, &order.chosen);
    let schema = select::partly(&comparison.current.schema, &comparison.desired.schema, &changeset, all)?;
    Ok((changeset, Some(schema)))
}

/// What it takes to read both sides and to choose the same changes again.
fn origin(order: &DraftOrder) -> Origin {
    let comparison = &order.comparison;
    let everything = order.chosen.iter().all(|chosen| *chosen);
    let taken = comparison.changeset.changes.iter().zip(&order.chosen).filter(|(_, chosen)| **chosen);
    Origin {
        current: comparison.current.label.clone(),
        desired: comparison.desired.label.clone(),
        privileges: comparison.options.privileges,
        renames: comparison.options.renames.clone(),
        exactly: if everything {
            Vec::new()
        } else {
            taken.map(|(change, _)| select::signed(change)).collect()
        },
        ..Origin::default()
    }
}

fn refused(error: PlanError) -> Failure {
    let PlanError::Refused { .. } = &error;
    Failure::new(FailureKind::Unsupported, error.to_string())
        .hint("leave this object out with --skip, or change it by hand first")
}

/// A name that says what the plan does.
fn name(changeset: &Changeset) -> String {
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
