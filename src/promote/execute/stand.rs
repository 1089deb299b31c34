//! One run under way: its sessions, its lock, its journal. It opens and closes them, takes the lease, and adds to the
//! journal; it sends nothing of the plan.

use std::time::Duration;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{Closed, Course, End, Entry, Failure, FailureKind, Opened, RunId, RunState, Schema, fold};
use crate::planner;

use super::super::journal::{Journal, JournalError, Writer};
use super::super::lease::{self, Lock, Locked};
use super::route::Route;
use super::site::Sessions;
use super::size::sizes;
use super::{Happening, Mission, Refusal, Report, Stopped, journal_failure, wire_failure};

/// For a keeper to answer that it has given its lock back.
pub(super) const GIVING_BACK: Duration = Duration::from_secs(2);

/// The sessions, the lock and the journal of one run under way.
pub(super) struct Stand<'m, 'a> {
    pub(super) mission: &'m Mission<'a>,
    pub(super) run: RunId,
    pub(super) sessions: Sessions<'a>,
    pub(super) lock: Option<Lock>,
    pub(super) journal: Journal,
    /// The schema as it was read last, for whoever comes right after.
    pub(super) seen: Option<Schema>,
}

impl<'m, 'a> Stand<'m, 'a> {
    /// Opens the sessions, takes the lock, reads the journal.
    pub(super) async fn open(mission: &'m Mission<'a>, run: RunId) -> Result<Self, Stopped> {
        let site = &mission.site;
        let wire = |error: WireError| wire_failure(site.label, &error);
        let mut sessions = Sessions::open(site, &run, mission.control).await.map_err(wire)?;
        if let Some(sql) = site.execution.unfit()
            && let Some(why) = sessions.keeper.query(&sql).await.map_err(wire)?.cell(0, 0)
        {
            return Err(Failure::new(FailureKind::Refused, format!("{}: {why}", site.label))
                .hint("run the plan on the server that takes writes")
                .into());
        }
        let lock = match lease::lock(site.home(), &mut sessions.keeper, site.target).await.map_err(wire)? {
            Locked::Ours(lock) => lock,
            Locked::Theirs(holder) => return Err(Stopped::Refused(Refusal::Held(holder))),
        };
        let journal = site.home().read(&mut sessions.keeper).await;
        match journal {
            Ok(journal) => Ok(Self { mission, run, sessions, lock: Some(lock), journal, seen: None }),
            Err(error) => {
                // The session ends here, and the lock with it.
                let _ = lock.release(site.home(), &mut sessions.keeper).await;
                Err(journal_failure(site.label, &error).into())
            }
        }
    }

    /// Gives the lock back. A lock that was not ours to give back is worth a word, but not a second failure.
    pub(super) async fn close(mut self, result: Result<Report, Stopped>) -> Result<Report, Stopped> {
        let site = &self.mission.site;
        let Some(lock) = self.lock.take() else { return result };
        let released = lock.release(site.home(), &mut self.sessions.keeper);
        // A server that is silent gives the lock back when it misses the session.
        let released = tokio::time::timeout(GIVING_BACK, released).await.unwrap_or(Ok(()));
        if let Err(error) = released
            && error.kind == WireErrorKind::Statement
            && result.is_ok()
        {
            return Err(wire_failure(site.label, &error).hint("the plan ran; look at `status`").into());
        }
        result
    }

    pub(super) fn states(&self) -> Result<Vec<RunState>, Failure> {
        fold(&self.journal.records).map_err(|error| {
            let broken = JournalError::Broken { seq: error.seq, what: error.what };
            journal_failure(self.mission.site.label, &broken)
        })
    }

    pub(super) fn state(&self, run: &RunId) -> Result<RunState, Failure> {
        self.states()?.into_iter().find(|state| &state.run == run).ok_or_else(|| {
            Failure::new(FailureKind::Usage, format!("{} knows no run {run}", self.mission.site.label))
                .hint("`migrator-tui history` lists them")
        })
    }

    /// Makes our tables where they are missing, takes the lease, opens the run.
    pub(super) async fn enter(
        &mut self,
        course: &Course,
        route: &Route,
        schema: &Schema,
    ) -> Result<Writer<'a>, Stopped> {
        let mission = self.mission;
        let (site, digest) = (&mission.site, mission.digest.as_str());
        let wire = |error: WireError| {
            wire_failure(site.label, &error)
                .hint("nothing was changed: our own tables could not be written first")
        };
        let before = planner::fingerprint(site.dialect, schema);
        let mut circumstances = mission.circumstances.clone();
        circumstances.tables = sizes(mission.plan, schema);
        if let Some(permit) = mission.permit {
            circumstances.consents = permit.spend(&self.run, &before).await?;
        }
        let keeper = &mut self.sessions.keeper;
        site.home().make(keeper).await.map_err(wire)?;
        site.home().keep_plan(keeper, digest, &mission.plan.name, mission.text).await.map_err(wire)?;
        let now = mission.control.now();
        let lease = lease::advance(site.home(), keeper, mission.actor, (&self.run, digest), &now()).await;
        let writer = self.writer(lease.map_err(wire)?);
        let opened = Opened {
            plan: mission.digest.clone(),
            name: mission.plan.name.clone(),
            environment: site.label.into(),
            course: course.clone(),
            actor: mission.actor.clone(),
            before,
            statements: route.sums(),
            circumstances,
        };
        self.add(&writer, Entry::Opened(opened)).await?;
        mission
            .control
            .hear(Happening::Began { run: self.run.clone(), statements: route.titles(mission.plan) });
        Ok(writer)
    }

    /// Waits for what a dead owner left running, then takes the lease over.
    pub(super) async fn take_over(&mut self, state: &RunState, entry: Entry) -> Result<Writer<'a>, Stopped> {
        self.outlive(state).await?;
        let mission = self.mission;
        let site = &mission.site;
        // What outlived its owner may have written its record meanwhile.
        let journal = site.home().read(&mut self.sessions.keeper).await;
        self.journal = journal.map_err(|error| journal_failure(site.label, &error))?;
        let now = mission.control.now();
        let plan = state.opened.plan.as_str();
        let lease =
            lease::advance(site.home(), &mut self.sessions.keeper, mission.actor, (&self.run, plan), &now())
                .await
                .map_err(|error| wire_failure(site.label, &error))?;
        let writer = self.writer(lease);
        self.add(&writer, entry).await?;
        Ok(writer)
    }

    /// Writes under that lease.
    pub(super) fn writer(&self, fence: u64) -> Writer<'a> {
        let mission = self.mission;
        Writer::new(mission.site.home(), fence, self.run.clone(), mission.control.now())
    }

    /// Adds a record of this run.
    pub(super) async fn add(&mut self, writer: &Writer<'a>, entry: Entry) -> Result<(), Failure> {
        let added = writer.add(&mut self.sessions.keeper, &mut self.journal, entry).await;
        added.map_err(|error| journal_failure(self.mission.site.label, &error))
    }

    pub(super) async fn shut(&mut self, writer: &Writer<'a>, end: End, reason: &str) -> Result<(), Failure> {
        self.add(writer, Entry::Closed(Closed { end, reason: reason.into() })).await
    }
}
