//! A plan's folder as text: `plan.toml`, `forward.sql`, `rollback.sql`, and `contract.sql` where the plan keeps what
//! it drops. Reading checks that they still belong together; a script edited by hand is named, never run unseen. It
//! opens no file.

use std::sync::Arc;

use crate::engines::Dialect;
use crate::model::{
    Compatibility, Effects, EngineKind, Fingerprint, Loss, Plan, Probe, Reversal, ServerVersion, Sql,
    Standing, Statement, Unmodelled,
};

use super::digest::{judgment, sealed};
use super::raw::{CONTRACT_FILE, contract};
use super::wire::{self, Address, Back, Document, Lost, ProofResult, ReversalClass, VERSION};
use super::{Direction, Noted, Proof, Record, digest, script, script_name};

/// The record's file name.
pub const PLAN_FILE: &str = "plan.toml";

/// The files of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FolderText {
    pub plan: String,
    pub forward: String,
    pub rollback: String,
    /// Only where something is kept.
    pub contract: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{PLAN_FILE} cannot be read: {0}")]
    Unreadable(String),
    #[error("{PLAN_FILE} has version {0}, and this build knows {VERSION}: make the plan again")]
    Version(i64),
    #[error("this build cannot handle plans for {0}")]
    Engine(&'static str),
    #[error("{PLAN_FILE} was changed by hand: its statements do not match its digest")]
    Digest,
    #[error("{PLAN_FILE} was changed by hand: its findings or its proof are not those that were written")]
    Judgment,
    #[error("{file} was changed by hand: line {line} differs from the plan")]
    Script { file: &'static str, line: usize },
}

/// The files of a plan.
pub fn write(record: &Record, dialect: &dyn Dialect) -> Result<FolderText, FolderError> {
    let plan = toml::to_string_pretty(&sealed(record))
        .map_err(|error| FolderError::Unreadable(error.to_string()))?;
    Ok(FolderText {
        plan,
        forward: script(record, Direction::Forward, dialect).text,
        rollback: script(record, Direction::Rollback, dialect).text,
        contract: contract(record, dialect),
    })
}

/// Reads a plan back. `dialect` gives the dialect of an engine, where this build has one.
pub fn read(
    text: &FolderText,
    dialect: impl Fn(EngineKind) -> Option<&'static dyn Dialect>,
) -> Result<Record, FolderError> {
    let record = record(&text.plan)?;
    let engine = record.plan.server.engine;
    let dialect = dialect(engine).ok_or(FolderError::Engine(engine.title()))?;
    for (direction, found) in [(Direction::Forward, &text.forward), (Direction::Rollback, &text.rollback)] {
        let expected = script(&record, direction, dialect).text;
        if let Some(line) = first_difference(&expected, found) {
            return Err(FolderError::Script { file: script_name(direction), line });
        }
    }
    if let Some(expected) = contract(&record, dialect) {
        let found = text.contract.as_deref().unwrap_or_default();
        if let Some(line) = first_difference(&expected, found) {
            return Err(FolderError::Script { file: CONTRACT_FILE, line });
        }
    }
    Ok(record)
}

/// 1-based line of the first difference.
fn first_difference(expected: &str, found: &str) -> Option<usize> {
    if expected == found {
        return None;
    }
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

/// Reads a plan from its record alone, as a journal keeps it.
pub fn read_record(text: &str) -> Result<Record, FolderError> {
    record(text)
}

/// Parses `plan.toml` and checks its digest.
fn record(text: &str) -> Result<Record, FolderError> {
    let unreadable =
        |error: toml::de::Error| FolderError::Unreadable(error.to_string().trim_end().to_owned());
    let table: toml::Table = toml::from_str(text).map_err(unreadable)?;
    let version = table.get("version").and_then(toml::Value::as_integer).unwrap_or_default();
    if version != i64::from(VERSION) {
        return Err(FolderError::Version(version));
    }
    let document: Document = toml::from_str(text).map_err(unreadable)?;
    if document.judgment.as_deref() != Some(judgment(&document).as_str()) {
        return Err(FolderError::Judgment);
    }
    let written = document.digest.clone();
    let record = document.into_record();
    if digest(&record.plan).as_str() != written {
        return Err(FolderError::Digest);
    }
    Ok(record)
}

impl Document {
    fn into_record(self) -> Record {
        let server =
            ServerVersion { engine: self.engine, number: self.server.version, text: self.server.text.into() };
        let missed =
            |missed: wire::NotCompared| Unmodelled { what: missed.what.into(), why: missed.why.into() };
        let plan = Plan {
            name: self.name.into(),
            from: Fingerprint::parsed(self.from),
            to: Fingerprint::parsed(self.to),
            server,
            steps: self.steps.into_iter().map(wire::Step::into_step).collect(),
            images: self.images.into_iter().map(Into::into).collect(),
            unmodelled: self.unmodelled.into_iter().map(missed).collect(),
        };
        Record {
            plan: Arc::new(plan),
            generated: self.generated.into(),
            author: self.author.map(Into::into),
            compatibility: Compatibility {
                verdict: self.compatibility.verdict,
                reasons: self.compatibility.reasons.into_iter().map(Into::into).collect(),
            },
            findings: self.findings.into_iter().map(Noted::from).collect(),
            proof: Proof::from(self.proof),
            origin: self.origin.into(),
        }
    }
}

impl wire::Step {
    pub(super) fn of(id: usize, step: &crate::model::Step) -> Self {
        let (reversal, lost, irreversible) = match &step.reversal {
            Reversal::Exact(_) => (ReversalClass::Exact, None, None),
            Reversal::Lossy { lost, .. } => {
                let unkept = lost.unkept.as_deref().map(str::to_owned);
                let [forward, since] =
                    [&lost.forward, &lost.since].map(|what| what.as_deref().map(str::to_owned));
                let lost = Lost { forward, since, unkept };
                (ReversalClass::Lossy, Some(lost), None)
            }
            Reversal::Impossible(reason) => (ReversalClass::Impossible, None, Some(reason.to_string())),
        };
        Self {
            id,
            phase: step.phase,
            verb: step.action,
            object: Address::from(&step.subject),
            boundary: step.statement.boundary,
            runtime: step.statement.runtime,
            lock: step.effects.lock,
            locks: step.effects.on.iter().map(Address::from).collect(),
            work: step.effects.work,
            reason: step.reason.to_string(),
            author: step.author,
            probe: match &step.probe {
                Probe::Query(sql) => Some(sql.as_str().to_owned()),
                Probe::Introspect => None,
            },
            forward: step.statement.sql.as_str().to_owned(),
            reversal,
            irreversible,
            lost,
            batches: step.batches.as_ref().map(Into::into),
            rollback: step.reversal.statements().iter().map(Back::from).collect(),
            keeps: step.keeps.as_ref().map(Into::into),
        }
    }

    fn into_step(self) -> crate::model::Step {
        let back: Vec<Statement> = self.rollback.into_iter().map(Into::into).collect();
        let reversal = match (self.reversal, self.lost) {
            (ReversalClass::Exact, _) => Reversal::Exact(back),
            (ReversalClass::Lossy, lost) => Reversal::Lossy {
                steps: back,
                lost: lost.map_or(Loss::new(crate::model::LossTime::Forward, "not recorded"), |lost| Loss {
                    forward: lost.forward.map(Into::into),
                    since: lost.since.map(Into::into),
                    unkept: lost.unkept.map(Into::into),
                }),
            },
            (ReversalClass::Impossible, _) => {
                Reversal::Impossible(self.irreversible.unwrap_or_default().into())
            }
        };
        crate::model::Step {
            phase: self.phase,
            subject: self.object.into(),
            action: self.verb,
            statement: Statement {
                sql: Sql::assembled(self.forward),
                boundary: self.boundary,
                runtime: self.runtime,
            },
            effects: Effects {
                lock: self.lock,
                on: self.locks.into_iter().map(Into::into).collect(),
                work: self.work,
            },
            reversal,
            keeps: self.keeps.map(Into::into),
            probe: self.probe.map_or(Probe::Introspect, |sql| Probe::Query(Sql::assembled(sql))),
            reason: self.reason.into(),
            author: self.author,
            batches: self.batches.map(Into::into),
        }
    }
}

impl From<wire::Finding> for Noted {
    fn from(finding: wire::Finding) -> Self {
        Self {
            rule: finding.rule.into(),
            severity: finding.severity,
            step: finding.step.and_then(|id| id.checked_sub(1)),
            object: finding.object.map(Into::into),
            what: finding.what.into(),
            effect: finding.effect.into(),
            instead: finding.instead.into(),
            probe: finding.probe.map(Sql::assembled),
            standing: finding
                .acknowledged
                .map_or(Standing::Stands, |reason| Standing::Acknowledged(reason.into())),
        }
    }
}

impl From<&Proof> for wire::Proof {
    fn from(proof: &Proof) -> Self {
        let words = |notes: &[Box<str>]| notes.iter().map(ToString::to_string).collect();
        match proof {
            Proof::Proven { server, notes } => {
                Self { result: ProofResult::Proven, server: Some(server.to_string()), notes: words(notes) }
            }
            Proof::Failed { server, notes } => {
                Self { result: ProofResult::Failed, server: Some(server.to_string()), notes: words(notes) }
            }
            Proof::NotRehearsed { why } => {
                Self { result: ProofResult::NotRehearsed, server: None, notes: vec![why.to_string()] }
            }
        }
    }
}

impl From<wire::Proof> for Proof {
    fn from(proof: wire::Proof) -> Self {
        let server = proof.server.unwrap_or_default().into();
        let mut notes = proof.notes.into_iter().map(Box::from);
        match proof.result {
            ProofResult::Proven => Self::Proven { server, notes: notes.collect() },
            ProofResult::Failed => Self::Failed { server, notes: notes.collect() },
            ProofResult::NotRehearsed => Self::NotRehearsed { why: notes.next().unwrap_or_default() },
        }
    }
}
