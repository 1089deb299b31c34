//! What a rehearsal showed, stage by stage. Pure data with its own verdict: a plan holds when every stage did, or
//! when the plan itself had said what would not.

use crate::diff::{DiffOptions, Privileges, diff};
use crate::model::{Aspect, Change, ObjectId, Schema};

use super::compare::{Kept, TableRows};

/// A plan, tried on a scratch database.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Where it was tried: `private PostgreSQL 15.4`.
    pub scratch: String,
    pub stages: Vec<(Stage, Outcome)>,
    /// What still differed from *desired* after the forward script.
    pub residual_forward: Vec<Change>,
    /// What still differed from *current* after the rollback.
    pub residual_rollback: Vec<Change>,
    /// Rows after the forward script, and after the rollback.
    pub rows: Vec<TableRows>,
    pub rows_back: Vec<TableRows>,
    /// Tables that had no rows in this rehearsal, and why.
    pub unseeded: Vec<(ObjectId, String)>,
    /// What scratch could not reproduce of *current*, one sentence each.
    pub gaps: Vec<String>,
    /// Tables that were rewritten although no step says so.
    pub rewrites: Vec<ObjectId>,
    /// Nothing was tried: there is no scratch database that could show anything.
    pub not_rehearsed: Option<String>,
}

/// What is tried, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// *Current* is built on scratch.
    Build,
    Seed,
    Forward,
    /// The result reads as *desired*.
    Reached,
    /// Planning again finds nothing.
    Replanned,
    /// Kept columns of kept tables have their rows.
    Kept,
    /// No table was rewritten without a step that says so.
    Rewrites,
    Rollback,
    /// The result reads as *current*.
    Returned,
    /// All rows are there again.
    Restored,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build current",
            Self::Seed => "seed rows",
            Self::Forward => "forward",
            Self::Reached => "equals desired",
            Self::Replanned => "planning again finds nothing",
            Self::Kept => "rows kept",
            Self::Rewrites => "rewrites declared",
            Self::Rollback => "rollback",
            Self::Returned => "equals current",
            Self::Restored => "rows restored",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Held,
    /// It did not, and the plan had said so.
    Declared(String),
    /// The first reason, in a sentence.
    Failed(String),
}

impl Proof {
    pub(super) fn not_rehearsed(scratch: &str, reason: impl Into<String>) -> Self {
        Self { scratch: scratch.to_owned(), not_rehearsed: Some(reason.into()), ..Self::default() }
    }

    /// Whether the plan does what it says, both ways.
    pub fn holds(&self) -> bool {
        self.not_rehearsed.is_none() && self.failure().is_none()
    }

    /// The first stage that failed, and why.
    pub fn failure(&self) -> Option<(Stage, &str)> {
        self.stages.iter().find_map(|(stage, outcome)| match outcome {
            Outcome::Failed(reason) => Some((*stage, reason.as_str())),
            Outcome::Held | Outcome::Declared(_) => None,
        })
    }

    /// What a reader should know beside the verdict, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(reason) = &self.not_rehearsed {
            notes.push(format!("not rehearsed: {reason}"));
        }
        for (stage, outcome) in &self.stages {
            match outcome {
                Outcome::Held => {}
                Outcome::Declared(reason) => notes.push(format!("{}: as declared: {reason}", stage.word())),
                Outcome::Failed(reason) => notes.push(format!("{}: failed: {reason}", stage.word())),
            }
        }
        for (table, reason) in &self.unseeded {
            notes.push(format!("rows not tested in {table}: {reason}"));
        }
        notes.extend(self.gaps.iter().map(|gap| format!("scratch could not reproduce {gap}")));
        notes
    }

    pub(super) fn say(&mut self, stage: Stage, outcome: Outcome) {
        self.stages.push((stage, outcome));
    }
}

/// What became of the rows, as one outcome.
pub(super) fn outcome_of(rows: &[TableRows]) -> Outcome {
    let mut declared = None;
    for table in rows {
        match &table.kept {
            Kept::All => {}
            Kept::Declared(words) => {
                declared.get_or_insert_with(|| format!("{}: {words}", table.table));
            }
            Kept::Lost(words) => return Outcome::Failed(format!("{}: {words}", table.table)),
        }
    }
    declared.map_or(Outcome::Held, Outcome::Declared)
}

/// What is still to be done to turn one state into another.
pub(super) fn residual(is: &Schema, should: &Schema, privileges: Privileges) -> Vec<Change> {
    diff(is, should, &DiffOptions { privileges, renames: Vec::new() }).changes
}

/// A residual change in words.
pub fn words(change: &Change) -> String {
    match change {
        Change::Create(object) => format!("{} is missing", object.id),
        Change::Drop(object) => format!("{} is still there", object.id),
        Change::Rename { before, after } => format!("{} is not named {}", before.id, after.id),
        Change::Alter { after, edits, .. } => {
            let first = edits
                .first()
                .map(|edit| format!("{} is {:?}, not {:?}", edit.aspect.word(), edit.before, edit.after));
            format!("{} differs: {}", after.id, first.unwrap_or_default())
        }
    }
}

/// Whether a difference may be one of print alone: the same thing in other words.
pub(super) fn only_print(change: &Change) -> bool {
    match change {
        Change::Alter { edits, .. } => edits.iter().all(|edit| match edit.aspect {
            Aspect::Definition | Aspect::Default | Aspect::Generated | Aspect::Partitioning => true,
            Aspect::DataType
            | Aspect::Collation
            | Aspect::Nullability
            | Aspect::Identity
            | Aspect::Options
            | Aspect::Storage
            | Aspect::Persistence
            | Aspect::Inheritance
            | Aspect::ReplicaIdentity
            | Aspect::RowSecurity
            | Aspect::Labels
            | Aspect::Columns
            | Aspect::Validity
            | Aspect::Firing
            | Aspect::Owner
            | Aspect::Privileges
            | Aspect::Comment
            | Aspect::SecurityLabels
            | Aspect::Version
            | Aspect::Schema => false,
        }),
        Change::Create(_) | Change::Drop(_) | Change::Rename { .. } => false,
    }
}
