//! Execution: a plan on a real database, one unit at a time. Before a unit is sent its intent is durable; what became
//! of it is written in its own transaction, or after a probe. It runs what the plan holds and nothing else, in one
//! direction, and never sends a statement again before it knows that the last try left nothing.

mod backfill;
mod drift;
mod errand;
mod forecast;
mod going;
mod job;
mod keep;
mod look;
mod monitor;
mod route;
mod settle;
mod site;
mod size;
mod stand;
mod throttle;
mod traces;
mod unit;
mod watched;

use std::any::Any;
use std::time::Duration;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{
    Actor, Circumstances, Course, Failure, FailureKind, Fingerprint, Outcome, Plan, RunId, RunState, Schema,
    Throttle,
};

use super::journal::{Journal, JournalError};
use super::lease::Holder;
use super::ledger::Permit;
use drift::Progressed;
use route::Route;
use stand::Stand;

pub use super::lease::Holder as LeaseHolder;
pub use drift::{Drift, Origin, images};
pub use forecast::{Compared, Forecast, Foreseen, Guess};
pub use keep::{Waiting, waiting};
pub use look::{Living, Sending, Sight, look, sendings};
pub use monitor::{Blocker, Pace, Silence};
pub use site::Site;
pub use size::tables;

/// What a run hears from the person, and tells them.
pub trait Control: Send + Sync {
    /// Something happened. Never lost, never waited for.
    fn hear(&self, happening: Happening);
    /// Whether the person wants it to stop: looked at between units, and while waiting.
    fn is_stopped(&self) -> bool;
    /// Why no further unit may begin now. Looked at between units.
    fn closed(&self) -> Option<String>;
    /// From now on a wish to stop also cancels what this session runs, until the answer is dropped.
    fn reach(&self, connection: &dyn Connection) -> Box<dyn Any + Send + Sync>;
    /// The time of day, RFC 3339 in UTC.
    fn now(&self) -> fn() -> Box<str>;
}

/// What a run tells while it works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happening {
    /// Before anything is sent, and before a guard is asked: what it is about to take.
    Foreseen(Forecast),
    /// With a few words on each statement.
    Began {
        run: RunId,
        statements: Vec<Box<str>>,
    },
    /// A statement is on its way: 0-based, of the run's course.
    Sent {
        statement: usize,
        attempt: u32,
    },
    Answered {
        statement: usize,
        millis: u64,
    },
    /// It waits for others, or works on.
    Working {
        statement: usize,
        millis: u64,
        blockers: Vec<Blocker>,
        pace: Option<Pace>,
        /// Nothing was heard of the server for some time.
        silence: Option<Silence>,
    },
    /// Nothing was heard of the server for some time, and no statement of the plan is under way. `None`: it is heard
    /// again.
    Silent(Option<Silence>),
    /// A unit did not take effect and will be tried again.
    Again {
        statement: usize,
        words: Box<str>,
        pause: Duration,
    },
    /// A statement of a dead process still runs.
    Orphan {
        words: Box<str>,
    },
    Settled {
        from: usize,
        to: usize,
        outcome: Outcome,
    },
}

/// Where and as whom a plan runs.
pub struct Mission<'a> {
    pub site: Site<'a>,
    pub plan: &'a Plan,
    pub digest: &'a Fingerprint,
    /// The plan as it is written down, to be kept beside the journal.
    pub text: &'a str,
    pub actor: &'a Actor,
    pub control: &'a dyn Control,
    pub patience: Patience,
    /// What holds batches back.
    pub throttle: &'a Throttle,
    /// What a guard demands. `None`: nothing.
    pub permit: Option<&'a Permit<'a>>,
    /// What is written down of the place. Who agreed and how large the tables are is added when the run begins.
    pub circumstances: &'a Circumstances,
}

/// How often something is tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Tries of a unit that cannot have its lock, the first one included.
    pub tries: u32,
    /// The pause before the second try; doubled each time, and spread.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { tries: 5, pause: Duration::from_secs(2) }
    }
}

/// How a run came out. Everything in it is in the journal too.
#[derive(Clone, Debug)]
pub struct Report {
    pub state: RunState,
    /// What was not as the plan leaves it, after the last unit.
    pub differences: Vec<Drift>,
}

/// Why nothing ran, or why a run stopped.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// Nothing was sent.
    Refused(Refusal),
    /// Units ran; the journal says which.
    Halfway { failure: Failure, state: Box<RunState> },
    /// It cannot be told whether the open unit took effect.
    Unknown { failure: Failure, state: Box<RunState> },
}

#[derive(Clone, Debug)]
pub enum Refusal {
    Failure(Failure),
    Held(Holder),
    /// An earlier run of this environment is not over.
    Unfinished(Box<RunState>),
    Drifted(Vec<Drift>),
    /// It is there already.
    AlreadyThere,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Refused(Refusal::Failure(failure))
    }
}

/// Runs the plan from its first unit.
pub async fn begin(mission: &Mission<'_>, run: RunId) -> Result<Report, Stopped> {
    let mut stand = Stand::open(mission, run).await?;
    let result = stand.begin().await;
    stand.close(result).await
}

/// Goes on with a run that stopped, after asking the server what became of its open unit.
pub async fn resume(mission: &Mission<'_>, run: RunId) -> Result<Report, Stopped> {
    let mut stand = Stand::open(mission, run.clone()).await?;
    let result = stand.resume(&run).await;
    stand.close(result).await
}

/// Takes back what a run has done, as far as it came. What was asked of people was asked for the run as it was `seen`:
/// one that went on meanwhile is left alone.
pub async fn roll_back(mission: &Mission<'_>, seen: &RunState, run: RunId) -> Result<Report, Stopped> {
    let mut stand = Stand::open(mission, run).await?;
    let result = stand.roll_back(seen).await;
    stand.close(result).await
}

/// Removes for good what a run has put aside. After that the run cannot be taken back.
pub async fn contract(mission: &Mission<'_>, of: &RunId, run: RunId) -> Result<Report, Stopped> {
    let mut stand = Stand::open(mission, run).await?;
    let result = stand.contract(of).await;
    stand.close(result).await
}

/// The journal of a database, read only.
pub async fn journal(site: &Site<'_>, connection: &mut dyn Connection) -> Result<Journal, Failure> {
    site.home().read(connection).await.map_err(|error| journal_failure(site.label, &error))
}

/// The schema as it is, and what of the plan's objects is not as that point of the course wants it. Read only.
pub async fn standing(
    site: &Site<'_>,
    reader: &mut dyn Connection,
    plan: &Plan,
    course: &Course,
    applied: usize,
) -> Result<(Schema, Vec<Drift>), Failure> {
    let schema = site::read(site, reader).await?;
    let route = Route::of(site.dialect, plan, course);
    let drifted =
        drift::drift(site.dialect, plan, &schema, Progressed { course, steps: &route.steps, applied });
    Ok((schema, drifted))
}

/// The text of a plan that a run of this database refers to.
pub async fn kept_plan(
    site: &Site<'_>,
    connection: &mut dyn Connection,
    digest: &Fingerprint,
) -> Result<Option<String>, Failure> {
    let kept = site.home().kept_plan(connection, digest.as_str()).await;
    kept.map_err(|error| wire_failure(site.label, &error))
}

pub(super) fn wire_failure(label: &str, error: &WireError) -> Failure {
    let kind = match error.kind {
        WireErrorKind::Statement => FailureKind::Server,
        WireErrorKind::Cancelled => FailureKind::Cancelled,
        WireErrorKind::Unreachable
        | WireErrorKind::Untrusted
        | WireErrorKind::Denied
        | WireErrorKind::NoDatabase
        | WireErrorKind::Lost => FailureKind::Connection,
    };
    let code = error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    Failure::new(kind, format!("{label}: {}{code}", error.message))
}

pub(super) fn journal_failure(label: &str, error: &JournalError) -> Failure {
    let hint = match error {
        JournalError::Wire(_) => "nothing is sent that cannot be written down first; mend this and try again",
        JournalError::Broken { .. } => {
            "a journal that was changed proves nothing: compare the schema with the plan, then take the broken table away by hand"
        }
        JournalError::LeaseLost => "`migrator-tui status` tells who has it; nothing more was sent from here",
    };
    let kind = match error {
        JournalError::Wire(error) => wire_failure(label, error).kind,
        JournalError::Broken { .. } | JournalError::LeaseLost => FailureKind::Refused,
    };
    Failure::new(kind, format!("{label}: {error}")).hint(hint)
}

fn stopped() -> Failure {
    Failure::new(
        FailureKind::Cancelled,
        "stopped between two steps; what ran stands, and can be resumed or taken back",
    )
}
