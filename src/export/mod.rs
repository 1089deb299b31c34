//! A plan as files: the two scripts that an engine's own client runs, and the record beside them. Everything
//! here is text in memory: it never opens a file, reads a clock or asks a server. Wire types live here, so
//! that the domain's own types carry no serde.

mod batches;
mod comment;
mod digest;
mod edit;
mod ended;
mod folder;
mod image;
mod keeps;
mod raw;
pub mod report;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::diff::Privileges;
use crate::model::{
    Compatibility, Finding, ObjectId, Plan, Renaming, ServerVersion, Severity, Sql, Standing,
};

pub use digest::{digest, judged};
pub use edit::{Edit, EditError, edited};
pub use folder::{FolderError, FolderText, PLAN_FILE, read, read_record, write};
pub use raw::{CONTRACT_FILE, Direction, Place, Script, contract, script, script_name};
pub use wire::{address_document, document, noted_document};

/// A plan and all that is written down with it.
#[derive(Clone, Debug)]
pub struct Record {
    pub plan: Arc<Plan>,
    /// When it was made, RFC 3339 in UTC. Given by the caller: nothing here reads a clock.
    pub generated: Box<str>,
    /// Who wrote it down: a person's name. `None`: nobody yet, or it was not asked for.
    pub author: Option<Box<str>>,
    pub compatibility: Compatibility,
    pub findings: Vec<Noted>,
    pub proof: Proof,
    pub origin: Origin,
}

/// What was compared and how, in the user's words and without secrets: enough to read both sides again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    pub current: Box<str>,
    pub desired: Box<str>,
    pub privileges: Privileges,
    pub renames: Vec<Renaming>,
    /// Only these objects were planned; empty: all.
    pub only: Vec<String>,
    /// All but these objects.
    pub skip: Vec<String>,
    /// These changes and no others, each with its sign: `+ table public.orders`.
    pub exactly: Vec<String>,
}

/// What became of the rehearsal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// Forward gave *desired*, rollback gave *current*, on a scratch database of this server.
    Proven { server: Box<str>, notes: Vec<Box<str>> },
    /// Tried, and it did not hold.
    Failed { server: Box<str>, notes: Vec<Box<str>> },
    /// Not tried; why.
    NotRehearsed { why: Box<str> },
}

/// A finding as it stands in a file: the rule's name may come from another release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    pub rule: Box<str>,
    pub severity: Severity,
    /// 0-based step of the plan.
    pub step: Option<usize>,
    pub object: Option<ObjectId>,
    pub what: Box<str>,
    pub effect: Box<str>,
    pub instead: Box<str>,
    /// The read-only question that settles it, where the data decide.
    pub probe: Option<Sql>,
    pub standing: Standing,
}

impl Noted {
    /// Whether it stops a plan: an error that nobody acknowledged.
    pub fn stops(&self) -> bool {
        self.severity == Severity::Error && self.standing == Standing::Stands
    }
}

impl From<&Finding> for Noted {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.into(),
            severity: finding.severity,
            step: finding.step,
            object: finding.object.clone(),
            what: finding.what.clone(),
            effect: finding.effect.clone(),
            instead: finding.instead.clone(),
            probe: finding.probe.clone(),
            standing: finding.standing.clone(),
        }
    }
}

/// `PostgreSQL 15.4 (…)`: the server's own words, with the engine's name where they leave it out.
pub fn server_words(version: &ServerVersion) -> String {
    let title = version.product();
    if version.text.starts_with(title) {
        version.text.to_string()
    } else {
        format!("{title} {}", version.text)
    }
}
