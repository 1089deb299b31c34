//! The way through the units of a run, and the check of the whole at its end. Before each unit but the first, what the
//! plan touches is read again: somebody may have changed it.

use crate::connect::Connection;
use crate::model::{Course, End, Entry, Failure, FailureKind, RunStanding, Verified};
use crate::planner;

use super::super::journal::Writer;
use super::drift::{Progressed, drift};
use super::route::Route;
use super::stand::Stand;
use super::{Drift, Report, Stopped, stopped, wire_failure};

impl<'a> Stand<'_, 'a> {
    /// All units that are left, then the check of the whole.
    pub(super) async fn go(
        &mut self,
        writer: &mut Writer<'a>,
        course: &Course,
        route: &Route,
    ) -> Result<Report, Stopped> {
        if let Err(failure) = self.units(writer, course, route).await {
            return Err(self.halfway(failure));
        }
        match self.verify(writer, course, route).await {
            Ok(report) => Ok(report),
            Err(failure) => Err(self.halfway(failure)),
        }
    }

    fn halfway(&self, failure: Failure) -> Stopped {
        match self.state(&self.run) {
            Ok(state) if state.standing() == RunStanding::Undecided => {
                Stopped::Unknown { failure, state: Box::new(state) }
            }
            Ok(state) => Stopped::Halfway { failure, state: Box::new(state) },
            Err(failure) => failure.into(),
        }
    }

    async fn units(
        &mut self,
        writer: &mut Writer<'a>,
        course: &Course,
        route: &Route,
    ) -> Result<(), Failure> {
        let mission = self.mission;
        for sql in &route.frame.before {
            let sent = self.sessions.worker.execute(sql).await;
            sent.map_err(|error| wire_failure(mission.site.label, &error))?;
        }
        let mut first = true;
        loop {
            let from = self.state(&self.run)?.applied();
            let Some((unit, kind)) = route.unit(from) else { break };
            if mission.control.is_stopped() {
                self.shut(writer, End::Parked, "stopped by a person").await?;
                return Err(stopped());
            }
            if !first && let Some(why) = mission.control.closed() {
                self.shut(writer, End::Parked, &why).await?;
                return Err(Failure::new(FailureKind::Refused, format!("{}: {why}", mission.site.label))
                    .hint(
                        "what ran stands; `resume` goes on when it is open again, `rollback` takes it back",
                    ));
            }
            if !first {
                self.still_ours(writer, course, route, from).await?;
            }
            first = false;
            self.unit(writer, route, unit, kind).await?;
        }
        for sql in &route.frame.after {
            let sent = self.sessions.worker.execute(sql).await;
            sent.map_err(|error| wire_failure(mission.site.label, &error))?;
        }
        Ok(())
    }

    /// Somebody may have changed what the plan touches since the last unit.
    async fn still_ours(
        &mut self,
        writer: &mut Writer<'a>,
        course: &Course,
        route: &Route,
        applied: usize,
    ) -> Result<(), Failure> {
        let site = self.mission.site;
        let schema = self.sessions.read(&site).await?;
        let progressed = Progressed { course, steps: &route.steps, applied };
        let drifted = drift(site.dialect, self.mission.plan, &schema, progressed);
        if drifted.is_empty() {
            self.seen = Some(schema);
            return Ok(());
        }
        let words = drifted.iter().map(Drift::words).collect::<Vec<_>>().join("; ");
        self.shut(writer, End::Parked, &words).await?;
        Err(Failure::new(
            FailureKind::Refused,
            format!("{}: somebody changed it meanwhile: {words}", site.label),
        )
        .hint("put it back as it was and `resume`, or `rollback` the run"))
    }

    async fn verify(
        &mut self,
        writer: &mut Writer<'a>,
        course: &Course,
        route: &Route,
    ) -> Result<Report, Failure> {
        let site = self.mission.site;
        let schema = self.sessions.read(&site).await?;
        let progressed = Progressed { course, steps: &route.steps, applied: route.steps.len() };
        let differences = drift(site.dialect, self.mission.plan, &schema, progressed);
        let verified = Verified {
            after: planner::fingerprint(site.dialect, &schema),
            differences: differences.iter().map(|found| found.words().into()).collect(),
        };
        self.add(writer, Entry::Verified(verified)).await?;
        self.shut(writer, End::Done, "").await?;
        Ok(Report { state: self.state(&self.run)?, differences })
    }
}
