//! The journal: what was meant, what was sent, what became of it. Entries are only ever added; where a run stands
//! is a fold over them. It knows no store and no server.

use std::fmt;

use super::{Approval, ApprovalId, Boundary, Circumstances, Fingerprint};

/// One attempt of one plan in one direction on one environment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RunId(Box<str>);

impl RunId {
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person at a machine, in one process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    pub name: Box<str>,
    pub host: Box<str>,
    pub process: u32,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} (process {})", self.name, self.host, self.process)
    }
}

/// A session as its server knows it: enough to find it again, and never another one with the same number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionMark {
    pub id: Box<str>,
    /// When it began, by the server's clock and in its words.
    pub began: Box<str>,
}

/// One record of a journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// 1, 2, 3 … without gaps.
    pub seq: u64,
    pub run: RunId,
    /// The number of the lease it was written under. A former owner's is lower, and is refused.
    pub fence: u64,
    /// RFC 3339 in UTC, by the clock of the machine that wrote it.
    pub at: Box<str>,
    pub entry: Entry,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    Opened(Opened),
    /// Written, and durable, before anything of the unit is sent.
    Intended(Intended),
    Settled(Settled),
    /// Somebody goes on with a run that had stopped.
    Resumed(Actor),
    /// The schema was read again after the last unit.
    Verified(Verified),
    Closed(Closed),
    /// Of a ledger: a person agrees to a run that is to come.
    Approved(Approval),
    /// Of a ledger: a run has used these up.
    Spent(Vec<ApprovalId>),
    /// Of a ledger: what a database's own journal said when it was seen.
    Copied(Copied),
    /// Of a ledger: a database's journal counts as it is from here on.
    Adopted(Adopted),
}

/// A record of a database's own journal, as it was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// What tells the database from any other.
    pub database: Box<str>,
    /// As the project calls it.
    pub environment: Box<str>,
    /// The chain's, up to and with this record.
    pub hash: Box<str>,
    pub record: Box<Record>,
}

/// A journal that somebody takes as it is, though it does not go on from what was seen of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adopted {
    pub database: Box<str>,
    pub environment: Box<str>,
    pub by: Actor,
}

/// The way a run leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Course {
    Forward,
    /// Takes back the first `steps` steps of that run.
    Back {
        of: RunId,
        steps: usize,
    },
    /// Removes for good what that run has put aside.
    Contract {
        of: RunId,
    },
}

impl Course {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Back { .. } => "rollback",
            Self::Contract { .. } => "contract",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    pub plan: Fingerprint,
    pub name: Box<str>,
    pub environment: Box<str>,
    pub course: Course,
    pub actor: Actor,
    /// The schema as it was found.
    pub before: Fingerprint,
    /// One for each statement of the run, in order: what will be sent.
    pub statements: Vec<Fingerprint>,
    pub circumstances: Circumstances,
}

/// Statements that take effect together, or one outside any transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Intended {
    pub unit: Unit,
    pub boundary: Boundary,
    /// The session that will run it.
    pub session: Option<SessionMark>,
    /// 1 for the first try.
    pub attempt: u32,
    /// What a statement outside a transaction may change, as it was just before.
    pub footprint: Option<Fingerprint>,
}

/// 0-based statements of a run, the last one not included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Unit {
    pub from: usize,
    pub to: usize,
}

impl Unit {
    pub fn holds(&self, statement: usize) -> bool {
        (self.from..self.to).contains(&statement)
    }
    pub fn len(&self) -> usize {
        self.to.saturating_sub(self.from)
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    pub unit: Unit,
    pub outcome: Outcome,
    pub witness: Witness,
    /// The server's complaint, or what a probe saw.
    pub words: Box<str>,
    /// For each statement that was answered. Of one that went in batches and did not take effect: the rows that are
    /// changed and stay.
    pub took: Vec<Took>,
}

/// How long a statement took, and what it touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Took {
    pub millis: u64,
    pub rows: u64,
    /// Of that time, how long others were seen in the way, in milliseconds. Rounded down to whole looks.
    pub waited: u64,
}

/// Whether a unit took effect. There is no fourth case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    Applied,
    NotApplied,
    Unknown,
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::Applied, Self::NotApplied, Self::Unknown];

    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NotApplied => "not applied",
            Self::Unknown => "unknown",
        }
    }
}

/// Who says so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Witness {
    /// The server's answer, in the unit's own transaction where there is one.
    Answer,
    /// The server, asked afterwards.
    Probe,
    /// A person, with a reason.
    Person,
}

impl Witness {
    pub const ALL: [Self; 3] = [Self::Answer, Self::Probe, Self::Person];

    pub fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Probe => "probe",
            Self::Person => "person",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    pub after: Fingerprint,
    /// What differs from where the run should have led; empty when it is all there.
    pub differences: Vec<Box<str>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    pub end: End,
    pub reason: Box<str>,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// Every statement took effect.
    Done,
    /// Stopped between two units, to be resumed or taken back.
    Parked,
    /// A unit failed; the ones before it stand.
    Failed,
    /// What it had done has been taken back by another run.
    TakenBack,
}

impl End {
    pub const ALL: [Self; 4] = [Self::Done, Self::Parked, Self::Failed, Self::TakenBack];

    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Failed => "failed",
            Self::TakenBack => "taken back",
        }
    }
}

/// Where a run stands, by the journal alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunState {
    pub run: RunId,
    pub opened: Opened,
    pub began: Box<str>,
    pub last: Box<str>,
    pub fence: u64,
    /// One for each statement; `None` where nothing was intended yet.
    pub outcomes: Vec<Option<Outcome>>,
    /// One for each statement that was answered.
    pub took: Vec<Option<Took>>,
    /// The unit that was intended and never settled.
    pub open: Option<Intended>,
    /// The unit that was intended last, whatever became of it.
    pub meant: Option<Intended>,
    pub attempts: u32,
    /// What the last settled unit said.
    pub words: Box<str>,
    pub verified: Option<Verified>,
    pub closed: Option<Closed>,
    /// The run that removed for good what this one had put aside.
    pub contracted: Option<RunId>,
}

/// A journal that contradicts itself: nothing is concluded from it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {seq}: {what}")]
pub struct Contradiction {
    pub seq: u64,
    pub what: Box<str>,
}

impl RunState {
    /// How many statements took effect, counted from the first. A run goes in order, so there are no holes.
    pub fn applied(&self) -> usize {
        self.outcomes.iter().take_while(|outcome| **outcome == Some(Outcome::Applied)).count()
    }

    /// How many statements may have taken effect: the open unit counts as if it had.
    pub fn reached(&self) -> usize {
        self.open.as_ref().map_or(self.applied(), |open| open.unit.to)
    }

    /// Whether the next statement has changed rows in batches, and has not come to its end.
    pub fn begun(&self) -> bool {
        let at = self.applied();
        self.outcomes.get(at) == Some(&None)
            && self.took.get(at).copied().flatten().is_some_and(|took| took.rows > 0)
    }

    pub fn standing(&self) -> RunStanding {
        let unknown = self.open.is_some() || self.outcomes.contains(&Some(Outcome::Unknown));
        match self.closed.as_ref().map(|closed| closed.end) {
            _ if unknown => RunStanding::Undecided,
            Some(End::Done | End::TakenBack) => RunStanding::Over,
            Some(End::Parked | End::Failed) if self.applied() == 0 && !self.begun() => RunStanding::Over,
            // It was opened, and nothing was ever meant to be sent.
            None if self.attempts == 0 => RunStanding::Over,
            Some(End::Parked | End::Failed) | None => RunStanding::Halfway,
        }
    }

    fn take(&mut self, record: &Record) -> Result<(), Contradiction> {
        let wrong = |what: &str| Contradiction { seq: record.seq, what: what.into() };
        if record.fence < self.fence {
            return Err(wrong("it was written under a lease that had passed to somebody else"));
        }
        self.fence = record.fence;
        self.last = record.at.clone();
        match &record.entry {
            Entry::Opened(_) => return Err(wrong("the run is opened twice")),
            Entry::Resumed(_) => self.closed = None,
            Entry::Intended(intended) => {
                if self.open.is_some() {
                    return Err(wrong("a unit is intended while another one is open"));
                }
                if intended.unit.from != self.applied() || intended.unit.to > self.outcomes.len() {
                    return Err(wrong("a unit is intended out of order"));
                }
                if self.is_unknown(intended.unit) {
                    return Err(wrong("a unit is intended again of which nobody knows what became of it"));
                }
                self.attempts += 1;
                self.open = Some(intended.clone());
                self.meant.clone_from(&self.open);
            }
            Entry::Settled(settled) => {
                match self.open.take() {
                    Some(open) if open.unit == settled.unit => {}
                    Some(_) => return Err(wrong("another unit is settled than the one that was intended")),
                    None if settled.witness == Witness::Person => {}
                    // Asked again, after an answer that told nothing.
                    None if self.is_unknown(settled.unit) && settled.witness == Witness::Probe => {}
                    None => return Err(wrong("a unit is settled that was never intended")),
                }
                self.settle(settled);
            }
            Entry::Verified(verified) => self.verified = Some(verified.clone()),
            Entry::Closed(closed) => self.closed = Some(closed.clone()),
            Entry::Approved(_) | Entry::Spent(_) | Entry::Copied(_) | Entry::Adopted(_) => {
                return Err(wrong("it belongs in a ledger, not among the records of a run"));
            }
        }
        Ok(())
    }

    fn is_unknown(&self, unit: Unit) -> bool {
        self.outcomes.get(unit.from) == Some(&Some(Outcome::Unknown))
    }

    fn settle(&mut self, settled: &Settled) {
        let outcome = match settled.outcome {
            // It may be tried again, and counts as untouched until then.
            Outcome::NotApplied => None,
            Outcome::Applied | Outcome::Unknown => Some(settled.outcome),
        };
        for at in settled.unit.from..settled.unit.to {
            if let Some(place) = self.outcomes.get_mut(at) {
                *place = outcome;
            }
            let took = settled.took.get(at - settled.unit.from).copied();
            if let (Some(place), Some(took)) = (self.took.get_mut(at), took) {
                *place = Some(took);
            }
        }
        self.words = settled.words.clone();
    }
}

/// What a run still asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RunStanding {
    /// Nothing.
    Over,
    /// To be resumed or taken back.
    Halfway,
    /// Something was sent and its outcome is not written down: the server has to be asked.
    Undecided,
}

/// The runs of a journal, oldest first. Fails where records contradict one another.
pub fn fold(records: &[Record]) -> Result<Vec<RunState>, Contradiction> {
    let mut runs: Vec<RunState> = Vec::new();
    for record in records {
        if let Entry::Opened(opened) = &record.entry {
            if runs.iter().any(|run| run.run == record.run) {
                return Err(Contradiction { seq: record.seq, what: "the run is opened twice".into() });
            }
            runs.push(RunState {
                run: record.run.clone(),
                opened: opened.clone(),
                began: record.at.clone(),
                last: record.at.clone(),
                fence: record.fence,
                outcomes: vec![None; opened.statements.len()],
                took: vec![None; opened.statements.len()],
                open: None,
                meant: None,
                attempts: 0,
                words: "".into(),
                verified: None,
                closed: None,
                contracted: None,
            });
            continue;
        }
        let Some(run) = runs.iter_mut().find(|run| run.run == record.run) else {
            return Err(Contradiction {
                seq: record.seq,
                what: "it belongs to a run that was never opened".into(),
            });
        };
        run.take(record)?;
        if let (Course::Contract { of }, Some(End::Done)) =
            (&run.opened.course, run.closed.as_ref().map(|closed| closed.end))
        {
            let (of, by) = (of.clone(), run.run.clone());
            if let Some(taken) = runs.iter_mut().find(|other| other.run == of) {
                taken.contracted = Some(by);
            }
            continue;
        }
        // A rollback that came to its end has taken its run back, however often it was resumed.
        if let (Course::Back { of, .. }, Some(End::Done)) =
            (&run.opened.course, run.closed.as_ref().map(|closed| closed.end))
        {
            let differences = run.verified.as_ref().map_or(0, |verified| verified.differences.len());
            let with = if differences == 0 {
                String::new()
            } else {
                format!(", and {differences} differences are left")
            };
            let closed = Closed { end: End::TakenBack, reason: format!("by run {}{with}", run.run).into() };
            let of = of.clone();
            if let Some(taken) = runs.iter_mut().find(|other| other.run == of) {
                taken.closed = Some(closed);
                // Nothing of it is in question any more.
                taken.open = None;
            }
        }
    }
    Ok(runs)
}
