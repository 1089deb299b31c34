//! One unit: intent, statements, outcome. A unit that could not have its lock is tried again a few times, with
//! growing pauses; one that the server refuses ends the run; one whose answer never came is settled by asking.

use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::{IntrospectError, Left, Mishap, introspect};
use crate::model::{
    Boundary, End, Entry, Failure, FailureKind, Fingerprint, Intended, Outcome, Settled, Sql, Statement,
    Took, Unit, Witness,
};
use crate::sql;

use super::super::faults;
use super::super::journal::{self, JournalError, Writer};
use super::monitor::Monitor;
use super::route::{Kind, Route};
use super::stand::Stand;
use super::{Control, Happening, journal_failure, traces, wire_failure};

/// Why a unit did not come to its end.
pub(super) enum Setback {
    Server {
        at: usize,
        error: WireError,
    },
    Journal(JournalError),
    /// It was ended between two batches; nothing is under way.
    Ended(Box<Ending>),
}

/// How a unit was ended halfway.
pub(super) struct Ending {
    pub(super) end: End,
    pub(super) words: String,
    pub(super) failure: Failure,
}

impl From<JournalError> for Setback {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl<'a> Stand<'_, 'a> {
    pub(super) async fn unit(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
        kind: Kind,
    ) -> Result<(), Failure> {
        let mission = self.mission;
        let mut pause = mission.patience.pause;
        // Tries before this process count for what they may have left, not for our patience.
        let earlier = self.tries(unit);
        let mut tries = 0;
        loop {
            tries += 1;
            let attempt = earlier + tries;
            faults::point("before intent").await;
            let boundary =
                route.statements.get(unit.from).map_or(Boundary::Transactional, |first| first.boundary);
            let session = self.sessions.mark.clone();
            let footprint = self.footprint(route, unit, kind).await?;
            let intended = Intended { unit, boundary, session, attempt, footprint };
            self.add(writer, Entry::Intended(intended)).await?;
            faults::point("after intent").await;
            let sent = match kind {
                Kind::Transaction => self.transaction(writer, route, unit, attempt).await,
                Kind::Bare => self.bare(writer, route, unit, attempt).await,
                Kind::Batches => self.fill(writer, route, unit, attempt).await,
            };
            let (at, error) = match sent {
                Ok(()) => return Ok(()),
                Err(Setback::Journal(error)) => {
                    return Err(self.unwritable(writer, unit, kind, &error).await);
                }
                Err(Setback::Ended(ending)) => {
                    let Ending { end, words, failure } = *ending;
                    self.settled(writer, unit, Outcome::NotApplied, Witness::Answer, &words).await?;
                    self.shut(writer, end, &words).await?;
                    return Err(failure);
                }
                Err(Setback::Server { at, error }) => (at, error),
            };
            if error.kind == WireErrorKind::Lost {
                return self.reconnect(writer, route, unit, &error).await;
            }
            let failure = self.told(route, at, &error);
            self.settle_failed(writer, route, unit, kind, &failure.what).await?;
            if self.state(&self.run)?.applied() > unit.from {
                // The complaint came after the work was done.
                return Ok(());
            }
            let stopped = mission.control.is_stopped() || error.kind == WireErrorKind::Cancelled;
            if stopped {
                self.shut(writer, End::Parked, "stopped by a person").await?;
                return Err(Failure::new(FailureKind::Cancelled, failure.what)
                    .hint("what ran before it stands; `resume` goes on, `rollback` takes it back"));
            }
            let again = match mission.site.execution.mishap(&error) {
                // Batches were tried again one by one.
                Mishap::Busy | Mishap::Beaten => kind != Kind::Batches && tries < mission.patience.tries,
                Mishap::Refused => false,
            };
            if !again {
                let end = match mission.site.execution.mishap(&error) {
                    Mishap::Busy | Mishap::Beaten => End::Parked,
                    Mishap::Refused => End::Failed,
                };
                self.shut(writer, end, &failure.what).await?;
                return Err(failure);
            }
            let spread = spread(pause);
            mission.control.hear(Happening::Again {
                statement: at,
                words: error.message.clone(),
                pause: spread,
            });
            wait(mission.control, spread).await;
            pause = pause.saturating_mul(2);
        }
    }

    /// What a statement outside a transaction may change, as it is now.
    pub(super) async fn footprint(
        &mut self,
        route: &Route,
        unit: Unit,
        kind: Kind,
    ) -> Result<Option<Fingerprint>, Failure> {
        let seen = self.seen.take();
        match kind {
            Kind::Transaction | Kind::Batches => Ok(None),
            Kind::Bare => {
                let schema = match seen {
                    Some(schema) => schema,
                    None => self.sessions.read(&self.mission.site).await?,
                };
                Ok(traces::footprint(self.mission.plan, route, unit, &schema))
            }
        }
    }

    /// How often the unit was meant to be sent so far.
    pub(super) fn tries(&self, unit: Unit) -> u32 {
        let meant = self.journal.records.iter().filter(|record| match &record.entry {
            Entry::Intended(intended) => record.run == self.run && intended.unit == unit,
            _ => false,
        });
        u32::try_from(meant.count()).unwrap_or(u32::MAX)
    }

    /// All statements and their outcome, or nothing.
    async fn transaction(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
        attempt: u32,
    ) -> Result<(), Setback> {
        self.open_transaction(unit.from).await?;
        let link = match self.inside(writer, route, unit, attempt).await {
            Ok(link) => link,
            Err(setback) => return Err(self.leave(setback).await),
        };
        self.commit(unit.to.saturating_sub(1)).await?;
        self.journal.landed(link);
        self.mission.control.hear(Happening::Settled {
            from: unit.from,
            to: unit.to,
            outcome: Outcome::Applied,
        });
        faults::point("after outcome").await;
        Ok(())
    }

    pub(super) async fn open_transaction(&mut self, at: usize) -> Result<(), Setback> {
        let begun = self.sessions.worker.execute(&self.mission.site.dialect.begin()).await;
        begun.map_err(|error| Setback::Server { at, error })?;
        faults::point("after begin").await;
        Ok(())
    }

    /// Ends the open transaction. Its answer is awaited as long as the server is heard.
    pub(super) async fn commit(&mut self, at: usize) -> Result<(), Setback> {
        let site = self.mission.site;
        faults::point("before commit").await;
        let mut monitor = Monitor::new(site, self.sessions.mark.clone(), self.mission.control, at);
        let commit = sql!(site.dialect.kind(); "COMMIT");
        let committed = monitor.attend(self.sessions.worker.unwatched().execute(&commit)).await;
        if let Err(error) = committed {
            return Err(self.leave(Setback::Server { at, error }).await);
        }
        faults::point("after answer").await;
        Ok(())
    }

    /// Rolls the open transaction back, where its session still lives.
    pub(super) async fn leave(&mut self, setback: Setback) -> Setback {
        let kind = self.mission.site.dialect.kind();
        let lost = matches!(&setback, Setback::Server { error, .. } if error.kind == WireErrorKind::Lost);
        if !lost {
            // The first complaint is the one to tell; a session that cannot roll back is lost, and is found so.
            let _ = self.sessions.worker.execute(&sql!(kind; "ROLLBACK")).await;
        }
        setback
    }

    /// Keeps the lease ours until the open transaction ends.
    pub(super) async fn hold(&mut self, writer: &Writer<'a>, at: usize) -> Result<(), Setback> {
        let site = self.mission.site;
        let held = self.sessions.worker.query(&site.execution.hold_lease(site.home, writer.fence())).await;
        match held.map_err(|error| Setback::Server { at, error })?.is_empty() {
            true => Err(JournalError::LeaseLost.into()),
            false => Ok(()),
        }
    }

    /// What happens between BEGIN and COMMIT.
    async fn inside(
        &mut self,
        writer: &Writer<'a>,
        route: &Route,
        unit: Unit,
        attempt: u32,
    ) -> Result<journal::Link, Setback> {
        self.hold(writer, unit.from).await?;
        let mut took = Vec::with_capacity(unit.len());
        let mut settings: Vec<Sql> = Vec::new();
        for at in unit.from..unit.to {
            let Some(statement) = route.statements.get(at) else { continue };
            settings = self.prologue(at, statement, settings).await?;
            took.push(self.send(at, statement, attempt).await?);
            faults::point("after send").await;
        }
        if route.closes(unit) {
            for sql in &route.frame.last_in_transaction {
                let sent = self.sessions.worker.execute(sql).await;
                sent.map_err(|error| Setback::Server { at: unit.to.saturating_sub(1), error })?;
            }
        }
        let settled =
            Settled { unit, outcome: Outcome::Applied, witness: Witness::Answer, words: "".into(), took };
        let link = writer.next(&self.journal, Entry::Settled(settled))?;
        match journal::send(&mut self.sessions.worker, &link).await {
            Ok(()) => Ok(link),
            Err(JournalError::Wire(error)) if error.kind == WireErrorKind::Lost => {
                Err(Setback::Server { at: unit.to.saturating_sub(1), error })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One statement that no transaction may hold.
    async fn bare(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
        attempt: u32,
    ) -> Result<(), Setback> {
        let at = unit.from;
        let Some(statement) = route.statements.get(at) else { return Ok(()) };
        self.prologue(at, statement, Vec::new()).await?;
        if attempt > 1 {
            self.clean(statement).await.map_err(|error| Setback::Server { at, error })?;
        }
        let took = self.send(at, statement, attempt).await?;
        faults::point("after answer").await;
        let settled = Settled {
            unit,
            outcome: Outcome::Applied,
            witness: Witness::Answer,
            words: "".into(),
            took: vec![took],
        };
        writer.add(&mut self.sessions.keeper, &mut self.journal, Entry::Settled(settled)).await?;
        self.mission.control.hear(Happening::Settled {
            from: unit.from,
            to: unit.to,
            outcome: Outcome::Applied,
        });
        faults::point("after outcome").await;
        Ok(())
    }

    /// Takes away what an earlier try of the same statement has left. The intent of that statement covers it.
    pub(super) async fn clean(&mut self, statement: &Statement) -> Result<(), WireError> {
        let site = self.mission.site;
        let schema = introspect(site.dialect, &mut self.sessions.worker).await;
        let schema = schema.map_err(|error| match error {
            IntrospectError::Wire(error) => error,
            IntrospectError::Assemble(error) => WireError::new(WireErrorKind::Statement, error.to_string()),
        })?;
        match site.execution.left(statement, &schema) {
            Left::Half { cleanup: Some(sql), .. } => self.sessions.worker.execute(&sql).await.map(drop),
            Left::Half { cleanup: None, .. } | Left::Applied(_) | Left::NotApplied | Left::Unclear => Ok(()),
        }
    }

    /// The settings of a statement, where they are not those of the one before.
    pub(super) async fn prologue(
        &mut self,
        at: usize,
        statement: &Statement,
        before: Vec<Sql>,
    ) -> Result<Vec<Sql>, Setback> {
        let wanted = self.mission.site.dialect.prologue(statement);
        if wanted != before {
            for sql in &wanted {
                let sent = self.sessions.worker.execute(sql).await;
                sent.map_err(|error| Setback::Server { at, error })?;
            }
        }
        Ok(wanted)
    }

    /// Sends a statement and watches it. Its answer is awaited as long as the server is heard, whatever happens meanwhile.
    async fn send(&mut self, at: usize, statement: &Statement, attempt: u32) -> Result<Took, Setback> {
        let control = self.mission.control;
        control.hear(Happening::Sent { statement: at, attempt });
        let began = Instant::now();
        let mut monitor = Monitor::new(self.mission.site, self.sessions.mark.clone(), control, at);
        let answer = monitor.attend(self.sessions.worker.unwatched().execute(&statement.sql)).await;
        let done = answer.map_err(|error| Setback::Server { at, error })?;
        let (waited, millis) = (millis(monitor.waited()), millis(began.elapsed()));
        control.hear(Happening::Answered { statement: at, millis });
        Ok(Took { millis, rows: done.rows_affected, waited })
    }

    /// The server's complaint about a statement.
    fn told(&self, route: &Route, at: usize, error: &WireError) -> Failure {
        let mut failure = wire_failure(self.mission.site.label, error);
        let step = route.steps.get(at).map_or(0, |step| step + 1);
        failure.what =
            format!("step {step}, statement {} of {}: {}", at + 1, route.statements.len(), failure.what);
        if let Some(detail) = &error.detail {
            failure.what.push_str(&format!("\n{detail}"));
        }
        failure.hint = match self.mission.site.execution.mishap(error) {
            Mishap::Busy => "others kept the lock: try again when they are gone (`resume`, or the same command where nothing was applied)".into(),
            Mishap::Beaten => "others were faster: try again (`resume`, or the same command where nothing was applied)".into(),
            Mishap::Refused => {
                let ours =
                    "this unit left nothing: mend the cause and go on (`resume`, or the same command where nothing was applied)";
                error.hint.as_ref().map_or_else(|| ours.to_owned(), |theirs| format!("{theirs}; {ours}"))
            }
        };
        failure
    }

    /// The journal took no record: nothing more is sent.
    async fn unwritable(
        &mut self,
        writer: &mut Writer<'a>,
        unit: Unit,
        kind: Kind,
        error: &JournalError,
    ) -> Failure {
        let failure = journal_failure(self.mission.site.label, error);
        if kind != Kind::Bare && !matches!(error, JournalError::LeaseLost) {
            // The transaction was rolled back. Where even this cannot be written, the intent stays open, and the
            // next one who comes asks the server.
            let settled = Settled {
                unit,
                outcome: Outcome::NotApplied,
                witness: Witness::Answer,
                words: failure.what.as_str().into(),
                took: Vec::new(),
            };
            if self.add(writer, Entry::Settled(settled)).await.is_ok() {
                let _ = self.shut(writer, End::Failed, &failure.what).await;
            }
        }
        failure
    }
}

/// Waits, unless somebody wants it to stop.
pub(super) async fn wait(control: &dyn Control, pause: Duration) {
    let until = Instant::now() + pause;
    while Instant::now() < until && !control.is_stopped() {
        tokio::time::sleep(Duration::from_millis(50).min(pause)).await;
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A pause between half of it and all of it: two runs that were turned away together do not come back together.
pub(super) fn spread(pause: Duration) -> Duration {
    let random = std::hash::RandomState::new().build_hasher().finish();
    let part = u32::try_from(random % 512).unwrap_or(0);
    pause / 2 + pause * part / 1024
}
