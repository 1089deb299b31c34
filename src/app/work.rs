//! The commands that are under way: what each is for, how far it is, and how to stop it. An event whose command
//! is not known here is stale and dropped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::worker::{CommandId, CommandKind, Progress, Request};

use super::mode::Waiting;
use super::msg::Errand;
use super::outline::NodeId;
use super::rollout::Then;

/// Work that is over sooner is not shown.
const PATIENCE: Duration = Duration::from_millis(200);

/// What a command is for, and what its answer belongs to.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// Makes the demo's environments.
    Demo,
    /// Finds out what two REFs mean and reads them.
    Open,
    /// Reads both sides again.
    Compare,
    Rename,
    Draft,
    /// Judges the scripts as edited by hand.
    Edit,
    Prove,
    Save(PathBuf),
    Define(NodeId),
    Doctor,
    /// Hands over a password that was typed.
    LogIn(Waiting),
    Remember,
    Recall,
    /// Reads the journals of the environments.
    Look,
    Plans,
    /// Finds out what this would do.
    Foresee(Box<Request>),
    Account,
    /// Puts the report of a run together, to be copied.
    Ticket,
    /// Writes an approval down.
    Approve(Then),
    /// Runs a plan there, goes on with a run, or takes one back.
    Run(String),
}

impl Purpose {
    /// Whether a person waits for it.
    fn is_shown(&self) -> bool {
        match self {
            Self::Demo
            | Self::Open
            | Self::Compare
            | Self::Rename
            | Self::Draft
            | Self::Prove
            | Self::Save(_)
            | Self::Doctor
            | Self::Plans
            | Self::Foresee(_)
            | Self::Account
            | Self::Ticket
            | Self::Approve(_)
            | Self::Run(_) => true,
            Self::Edit | Self::Define(_) | Self::LogIn(_) | Self::Remember | Self::Recall | Self::Look => {
                false
            }
        }
    }

    pub fn word(&self) -> &'static str {
        match self {
            Self::Demo => "making the demo",
            Self::Open => "connecting",
            Self::Compare => "reading",
            Self::Rename => "comparing",
            Self::Draft => "planning",
            Self::Edit => "checking the edit",
            Self::Prove => "rehearsing",
            Self::Save(_) => "writing",
            Self::Define(_) => "reading the definition",
            Self::Doctor => "examining",
            Self::LogIn(_) => "logging in",
            Self::Remember | Self::Recall => "session file",
            Self::Look => "reading the journals",
            Self::Plans => "reading the plans",
            Self::Foresee(_) => "finding out what it would do",
            Self::Account => "asking about the run",
            Self::Ticket => "writing the report",
            Self::Approve(_) => "writing the approval",
            Self::Run(_) => "running",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Job {
    pub purpose: Purpose,
    pub since: Duration,
    pub progress: Option<Progress>,
    pub stopping: Stopping,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Stopping {
    #[default]
    No,
    /// The server was asked; its answer is awaited.
    Asked,
}

#[derive(Clone, Debug, Default)]
pub struct Work {
    next: u64,
    jobs: BTreeMap<CommandId, Job>,
}

impl Work {
    /// Numbers a command and notes what it is for.
    pub fn begin(&mut self, now: Duration, purpose: Purpose, kind: CommandKind) -> Errand {
        self.next += 1;
        let id = CommandId(self.next);
        let job = Job { purpose, since: now, progress: None, stopping: Stopping::No };
        self.jobs.insert(id, job);
        Errand::Command(id, Box::new(kind))
    }

    /// Forgets a command: its answer is not wanted any more. It is stopped all the same.
    pub fn drop_all(&mut self, stale: impl Fn(&Purpose) -> bool) -> Vec<Errand> {
        let ids: Vec<CommandId> =
            self.jobs.iter().filter(|(_, job)| stale(&job.purpose)).map(|(id, _)| *id).collect();
        ids.into_iter()
            .map(|id| {
                self.jobs.remove(&id);
                Errand::Cancel(id)
            })
            .collect()
    }

    pub fn report(&mut self, id: CommandId, progress: Progress) -> Known {
        match self.jobs.get_mut(&id) {
            Some(job) => {
                job.progress = Some(progress);
                Known::Yes
            }
            None => Known::Stale,
        }
    }

    /// Takes a command that has ended out; `None` if nobody waits for it.
    pub fn end(&mut self, id: CommandId) -> Option<Job> {
        self.jobs.remove(&id)
    }

    pub fn has(&self, wanted: impl Fn(&Purpose) -> bool) -> bool {
        self.jobs.values().any(|job| wanted(&job.purpose))
    }

    /// Whether nothing at all is under way.
    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty()
    }

    /// What a person waits for, the oldest first.
    pub fn shown(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values().filter(|job| job.purpose.is_shown())
    }

    /// The work to show now: long enough under way to be worth a look.
    pub fn visible(&self, now: Duration) -> Option<&Job> {
        self.shown().find(|job| now.saturating_sub(job.since) >= PATIENCE)
    }

    /// Until a job that is still young becomes visible.
    pub fn until_visible(&self, now: Duration) -> Option<Duration> {
        let young = self.shown().map(|job| now.saturating_sub(job.since)).filter(|age| *age < PATIENCE);
        young.map(|age| PATIENCE - age).min()
    }

    pub fn get(&self, id: CommandId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    /// Whether such a command was asked to stop.
    pub fn is_stopping(&self, wanted: impl Fn(&Purpose) -> bool) -> bool {
        self.jobs.values().any(|job| wanted(&job.purpose) && job.stopping == Stopping::Asked)
    }

    /// Asks everything of that kind that a person waits for to stop.
    pub fn stop(&mut self, wanted: impl Fn(&Purpose) -> bool) -> Vec<Errand> {
        let running = self.jobs.iter_mut().filter(|(_, job)| job.purpose.is_shown() && wanted(&job.purpose));
        running
            .map(|(id, job)| {
                job.stopping = Stopping::Asked;
                Errand::Cancel(*id)
            })
            .collect()
    }
}

/// Whether somebody waits for an event's command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Known {
    Yes,
    Stale,
}
