//! What became of a unit whose outcome nobody wrote down. The server is asked, in this order: does the session that
//! ran it still live, is the unit's record there, what does the schema say. What no answer settles stays unknown.

use std::time::{Duration, Instant};

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{
    Boundary, End, Entry, Failure, FailureKind, Intended, Outcome, RunState, SessionMark, Settled, Took,
    Unit, Witness,
};

use super::super::journal::Writer;
use super::super::lease::{self, Locked};
use super::job::Job;
use super::look::{self, Sent};
use super::route::{Kind, Route};
use super::site::Sessions;
use super::stand::{GIVING_BACK, Stand};
use super::unit::wait;
use super::{Happening, journal_failure, wire_failure};

/// Between two looks at a statement that outlived its owner.
const AGAIN: Duration = Duration::from_millis(200);
/// Between two words on it.
const TOLD_AGAIN: Duration = Duration::from_secs(5);
/// Tries to reach a server again whose session broke, and the pause between them.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);
/// For a server to let two sessions in, and to say who has its lock.
const LETTING_IN: Duration = Duration::from_secs(20);

impl<'a> Stand<'_, 'a> {
    /// Waits until the session that a dead owner used is gone. A wish to stop ends the wait, not the statement.
    pub(super) async fn outlive(&mut self, state: &RunState) -> Result<(), Failure> {
        let Some(session) = state.open.as_ref().and_then(|open| open.session.clone()) else { return Ok(()) };
        self.gone(&session).await
    }

    async fn gone(&mut self, session: &SessionMark) -> Result<(), Failure> {
        let site = self.mission.site;
        let Some(sql) = site.execution.alive(session) else { return Ok(()) };
        let mut told: Option<Instant> = None;
        loop {
            let rows = self.sessions.keeper.query(&sql).await;
            let rows = rows.map_err(|error| wire_failure(site.label, &error))?;
            if rows.is_empty() {
                return Ok(());
            }
            let cell = |at| rows.cell(0, at).unwrap_or_default();
            let words =
                format!("session {} still works ({}, {} s): {}", session.id, cell(0), cell(1), cell(3));
            if told.is_none_or(|told| told.elapsed() > TOLD_AGAIN) {
                self.mission.control.hear(Happening::Orphan { words: words.as_str().into() });
                told = Some(Instant::now());
            }
            if self.mission.control.is_stopped() {
                return Err(Failure::new(FailureKind::Unknown, format!("{}: {words}", site.label))
                    .hint("wait for it, or cancel it on the server, then `resume`"));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Settles the unit that was intended and never settled, if there is one. The journal was read after its session
    /// had ended, so a record that is not there will not come.
    pub(super) async fn settle_open(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
    ) -> Result<(), Failure> {
        let state = self.state(&self.run)?;
        let unknown = state.outcomes.get(state.applied()) == Some(&Some(Outcome::Unknown));
        let Some(open) = state.open.or(state.meant.filter(|_| unknown)) else { return Ok(()) };
        let kind = match open.boundary {
            Boundary::NonTransactional => Kind::Bare,
            Boundary::Transactional | Boundary::OwnTransaction | Boundary::NewTransaction => {
                Kind::Transaction
            }
        };
        let (outcome, words) = match kind {
            Kind::Transaction | Kind::Batches => {
                (Outcome::NotApplied, "its record is not there, and its session is gone".to_owned())
            }
            Kind::Bare => self.asked(route, open.unit).await?,
        };
        self.settled(writer, open.unit, outcome, Witness::Probe, &words).await
    }

    /// A unit that the server refused: in a transaction nothing is left of it, outside the server is asked.
    pub(super) async fn settle_failed(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
        kind: Kind,
        words: &str,
    ) -> Result<(), Failure> {
        match kind {
            Kind::Transaction | Kind::Batches => {
                self.settled(writer, unit, Outcome::NotApplied, Witness::Answer, words).await
            }
            Kind::Bare => {
                let (outcome, seen) = self.asked(route, unit).await?;
                self.settled(writer, unit, outcome, Witness::Probe, &format!("{words}; {seen}")).await
            }
        }
    }

    pub(super) async fn settled(
        &mut self,
        writer: &mut Writer<'a>,
        unit: Unit,
        outcome: Outcome,
        witness: Witness,
        words: &str,
    ) -> Result<(), Failure> {
        let took = match outcome {
            Outcome::NotApplied => self.stays(unit).await?,
            Outcome::Applied | Outcome::Unknown => Vec::new(),
        };
        self.add(writer, Entry::Settled(Settled { unit, outcome, witness, words: words.into(), took }))
            .await?;
        self.mission.control.hear(Happening::Settled { from: unit.from, to: unit.to, outcome });
        if outcome == Outcome::Unknown {
            self.shut(writer, End::Failed, words).await?;
            return Err(Failure::new(FailureKind::Unknown, format!("{}: {words}", self.mission.site.label))
                .hint("look at the object yourself, then `resume` or `rollback`"));
        }
        Ok(())
    }

    /// The batches of a unit that stand, though it did not come to its end: whoever goes on begins behind them.
    async fn stays(&mut self, unit: Unit) -> Result<Vec<Took>, Failure> {
        let site = self.mission.site;
        let run = self.run.clone();
        let rows = Job::changed(site.home(), &mut self.sessions.keeper, &run, unit.from).await;
        match rows.map_err(|error| wire_failure(site.label, &error))? {
            0 => Ok(Vec::new()),
            rows => Ok(vec![Took { rows, ..Took::default() }]),
        }
    }

    /// What the schema says of a statement that ran outside a transaction.
    async fn asked(&mut self, route: &Route, unit: Unit) -> Result<(Outcome, String), Failure> {
        let mission = self.mission;
        let state = self.state(&self.run)?;
        let course = state.opened.course;
        let footprint = state.meant.as_ref().and_then(|meant| meant.footprint.as_ref());
        let schema = self.sessions.read(&mission.site).await?;
        let keeper = &mut self.sessions.keeper;
        look::asked(&mission.site, keeper, (mission.plan, &course, route), Sent { unit, footprint }, &schema)
            .await
    }

    /// Removes what a statement outside a transaction has left half made, so that what ran before it can be taken back.
    pub(super) async fn sweep(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
    ) -> Result<(), Failure> {
        let Some(statement) = route.statements.get(unit.from).cloned() else { return Ok(()) };
        let attempt = self.tries(unit) + 1;
        let session = self.sessions.mark.clone();
        let footprint = self.footprint(route, unit, Kind::Bare).await?;
        let intended = Intended { unit, boundary: statement.boundary, session, attempt, footprint };
        self.add(writer, Entry::Intended(intended)).await?;
        let cleaned = self.clean(&statement).await;
        let words = match &cleaned {
            Ok(()) => "nothing is left of it".to_owned(),
            Err(error) => error.message.to_string(),
        };
        self.settled(writer, unit, Outcome::NotApplied, Witness::Probe, &words).await?;
        cleaned.map_err(|error| {
            wire_failure(self.mission.site.label, &error)
                .hint("what is half made could not be removed; try again")
        })
    }

    /// The session broke: a new one asks what became of the unit. Nothing is sent again from here.
    pub(super) async fn reconnect(
        &mut self,
        writer: &mut Writer<'a>,
        route: &Route,
        unit: Unit,
        error: &WireError,
    ) -> Result<(), Failure> {
        let site = self.mission.site;
        let lost = wire_failure(site.label, error);
        let unknown = |why: String| {
            Failure::new(FailureKind::Unknown, format!("{}; {why}", lost.what))
                .hint("`migrator-tui resume` asks the server what became of it, and goes on")
        };
        self.again().await.map_err(|why| unknown(why.what))?;
        let run = self.run.clone();
        let state = self.state(&run).map_err(|why| unknown(why.what))?;
        if state.open.is_some() {
            let fresh = self.take_over(&state, Entry::Resumed(self.mission.actor.clone())).await;
            *writer = fresh.map_err(|_| unknown("the lease could not be taken again".into()))?;
            self.settle_open(writer, route).await?;
        }
        // Otherwise the answer alone was lost: the journal has the record.
        let state = self.state(&run)?;
        let words = if state.applied() > unit.from {
            "the session broke, and the server had done it"
        } else {
            "the session broke, and nothing is left of this unit"
        };
        self.shut(writer, End::Parked, words).await?;
        Err(Failure::new(FailureKind::Connection, format!("{}; {words}", lost.what))
            .hint("`resume` goes on from there, `rollback` takes back what ran"))
    }

    /// New sessions, the lock, the journal read anew.
    async fn again(&mut self) -> Result<(), Failure> {
        let site = self.mission.site;
        if let Some(lock) = self.lock.take() {
            // Only the other session may have broken. A keeper that does not answer has lost the lock, or will.
            let given_back = lock.release(site.home(), &mut self.sessions.keeper);
            let _ = tokio::time::timeout(GIVING_BACK, given_back).await;
        }
        let mut last = Failure::new(FailureKind::Connection, "it was not reached again");
        for _ in 0..TRIES {
            let reached = async {
                let mut sessions = Sessions::open(&site, &self.run, self.mission.control).await?;
                let locked = lease::lock(site.home(), &mut sessions.keeper, site.target).await;
                Ok::<_, WireError>((sessions, locked))
            };
            let silent = || WireError::new(WireErrorKind::Lost, "it lets us in and says nothing");
            match tokio::time::timeout(LETTING_IN, reached).await.unwrap_or_else(|_| Err(silent())) {
                Err(error) => last = wire_failure(site.label, &error),
                Ok((mut sessions, locked)) => match locked {
                    Ok(Locked::Ours(lock)) => {
                        let journal = site.home().read(&mut sessions.keeper).await;
                        self.journal = journal.map_err(|error| journal_failure(site.label, &error))?;
                        (self.sessions, self.lock) = (sessions, Some(lock));
                        return Ok(());
                    }
                    Ok(Locked::Theirs(holder)) => {
                        last = Failure::new(
                            FailureKind::Connection,
                            format!("its lock is still held by {}", holder.who),
                        );
                    }
                    Err(error) => last = wire_failure(site.label, &error),
                },
            }
            if self.mission.control.is_stopped() {
                break;
            }
            wait(self.mission.control, PAUSE).await;
        }
        Err(last)
    }
}
