//! The errands: to begin a run, to go on with one, to take one back. Each finds out first whether it may, and
//! sends nothing before it knows.

use crate::model::{
    Course, End, Entry, Failure, FailureKind, Fingerprint, Plan, Reversal, RunId, RunStanding, RunState,
};

use super::drift::{Progressed, drift};
use super::job::Job;
use super::route::{Kind, Route};
use super::stand::Stand;
use super::{Drift, Happening, Refusal, Report, Stopped, stopped, wire_failure};

impl Stand<'_, '_> {
    pub(super) async fn begin(&mut self) -> Result<Report, Stopped> {
        let mission = self.mission;
        if let Some(state) = self.states()?.into_iter().find(|state| state.standing() != RunStanding::Over) {
            return Err(Stopped::Refused(Refusal::Unfinished(Box::new(state))));
        }
        let course = Course::Forward;
        let route = Route::of(mission.site.dialect, mission.plan, &course);
        let schema = self.sessions.read(&mission.site).await?;
        let at = |applied| Progressed { course: &course, steps: &route.steps, applied };
        let drifted = drift(mission.site.dialect, mission.plan, &schema, at(0));
        if !drifted.is_empty() {
            let there = drift(mission.site.dialect, mission.plan, &schema, at(route.steps.len())).is_empty();
            return Err(Stopped::Refused(if there {
                Refusal::AlreadyThere
            } else {
                Refusal::Drifted(drifted)
            }));
        }
        self.none_in_the_way().await?;
        if mission.control.is_stopped() {
            return Err(stopped().into());
        }
        let mut writer = self.enter(&course, &route, &schema).await?;
        self.seen = Some(schema);
        self.go(&mut writer, &course, &route).await
    }

    pub(super) async fn resume(&mut self, run: &RunId) -> Result<Report, Stopped> {
        let mission = self.mission;
        let state = self.state(run)?;
        if state.standing() == RunStanding::Over {
            let what = format!("run {run} is over: there is nothing to resume");
            return Err(Failure::new(FailureKind::Usage, what).into());
        }
        // What is being taken back does not go forward again meanwhile.
        let takes_back = |other: &RunState| {
            matches!(&other.opened.course, Course::Back { of, .. } if of == run)
                && other.standing() != RunStanding::Over
        };
        if let Some(other) = self.states()?.into_iter().find(takes_back) {
            return Err(Stopped::Refused(Refusal::Unfinished(Box::new(other))));
        }
        let course = state.opened.course.clone();
        let route = Route::of(mission.site.dialect, mission.plan, &course);
        same_plan(&state, &route, mission.digest)?;
        let mut writer = self.take_over(&state, Entry::Resumed(mission.actor.clone())).await?;
        self.settle_open(&mut writer, &route).await?;
        let applied = self.state(run)?.applied();
        let schema = self.sessions.read(&mission.site).await?;
        let progressed = Progressed { course: &course, steps: &route.steps, applied };
        let drifted = drift(mission.site.dialect, mission.plan, &schema, progressed);
        if !drifted.is_empty() {
            let reason = drifted.iter().map(Drift::words).collect::<Vec<_>>().join("; ");
            self.shut(&writer, End::Parked, &reason).await?;
            return Err(Stopped::Refused(Refusal::Drifted(drifted)));
        }
        self.seen = Some(schema);
        let statements = route.titles(mission.plan);
        mission.control.hear(Happening::Began { run: run.clone(), statements });
        self.go(&mut writer, &course, &route).await
    }

    pub(super) async fn roll_back(&mut self, seen: &RunState) -> Result<Report, Stopped> {
        let mission = self.mission;
        let of = &seen.run;
        let state = self.state(of)?;
        let ended = state.standing() == RunStanding::Over && seen.standing() != RunStanding::Over;
        if ended || state.applied() > seen.reached() {
            let what = format!("run {of} went on meanwhile, to {} statements", state.applied());
            return Err(Failure::new(FailureKind::Refused, what)
                .hint("nothing was taken back: look at `status`, and ask again for the run as it is now")
                .into());
        }
        match &state.opened.course {
            Course::Forward => {}
            Course::Back { .. } => {
                let what = format!("run {of} is a rollback itself");
                return Err(Failure::new(FailureKind::Usage, what).hint("run the plan again instead").into());
            }
            Course::Contract { .. } => {
                let what = format!("run {of} is a contract: what it removed is gone for good");
                return Err(Failure::new(FailureKind::Refused, what).hint(super::keep::GONE).into());
            }
        }
        if let Some(other) =
            self.states()?.into_iter().find(|other| &other.run != of && other.standing() != RunStanding::Over)
        {
            return Err(Stopped::Refused(Refusal::Unfinished(Box::new(other))));
        }
        let forward = Route::of(mission.site.dialect, mission.plan, &Course::Forward);
        same_plan(&state, &forward, mission.digest)?;
        let own = std::mem::replace(&mut self.run, of.clone());
        let unfinished = forward.unit(state.applied()).filter(|(unit, _)| self.tries(*unit) > 0);
        let mut begun = 0;
        if let Some((unit, kind)) = unfinished {
            let mut writer = self.take_over(&state, Entry::Resumed(mission.actor.clone())).await?;
            self.settle_open(&mut writer, &forward).await?;
            if self.state(of)?.applied() <= unit.from {
                match kind {
                    Kind::Bare => self.sweep(&mut writer, &forward, unit).await?,
                    // Some of its batches stand: its own way back comes first.
                    Kind::Batches if self.has_filled(of, unit.from).await? => begun = 1,
                    Kind::Batches | Kind::Transaction => {}
                }
            }
            self.shut(&writer, End::Parked, "to be taken back").await?;
        }
        let applied = self.state(of)?.applied() + begun;
        if applied == 0 || self.taken_back(of)? {
            let what = format!("run {of} has nothing to take back");
            return Err(Failure::new(FailureKind::Usage, what).into());
        }
        self.run = own;
        let course = Course::Back { of: of.clone(), steps: applied };
        if let Some(step) = impossible(mission.plan, applied) {
            return Err(step.into());
        }
        self.still_kept(&state, applied).await?;
        let route = Route::of(mission.site.dialect, mission.plan, &course);
        let schema = self.sessions.read(&mission.site).await?;
        let progressed = Progressed { course: &course, steps: &route.steps, applied: 0 };
        let drifted = drift(mission.site.dialect, mission.plan, &schema, progressed);
        if !drifted.is_empty() {
            return Err(Stopped::Refused(Refusal::Drifted(drifted)));
        }
        let mut writer = self.enter(&course, &route, &schema).await?;
        self.seen = Some(schema);
        self.go(&mut writer, &course, &route).await
    }

    /// Whether a statement of a run that goes in batches has changed rows.
    async fn has_filled(&mut self, of: &RunId, statement: usize) -> Result<bool, Failure> {
        let site = self.mission.site;
        let changed = Job::changed(site.home(), &mut self.sessions.keeper, of, statement).await;
        changed.map(|rows| rows > 0).map_err(|error| wire_failure(site.label, &error))
    }

    fn taken_back(&self, of: &RunId) -> Result<bool, Failure> {
        Ok(self.state(of)?.closed.is_some_and(|closed| closed.end == End::TakenBack))
    }
}

/// The first step that cannot be taken back.
fn impossible(plan: &Plan, applied: usize) -> Option<Failure> {
    plan.steps.iter().take(applied).enumerate().rev().find_map(|(at, step)| match &step.reversal {
        Reversal::Impossible(reason) => Some(
            Failure::new(
                FailureKind::Refused,
                format!(
                    "step {} ({} {}) cannot be taken back: {reason}",
                    at + 1,
                    step.action.word(),
                    step.subject
                ),
            )
            .hint("restore from a backup, or plan from what is there now"),
        ),
        Reversal::Exact(_) | Reversal::Lossy { .. } => None,
    })
}

/// The plan must be the one that the run began with.
pub(super) fn same_plan(state: &RunState, route: &Route, digest: &Fingerprint) -> Result<(), Failure> {
    let sums = route.sums();
    let longest = sums.len().max(state.opened.statements.len());
    match (0..longest).find(|at| sums.get(*at) != state.opened.statements.get(*at)) {
        None if *digest == state.opened.plan => Ok(()),
        None => Err(Failure::new(
            FailureKind::Refused,
            format!("the plan is not the one that run {} began with: its way back or its images differ", state.run),
        )
        .hint("resume with the plan's own folder as it was")),
        Some(at) => Err(Failure::new(
            FailureKind::Refused,
            format!("the plan is not the one that run {} began with: statement {} differs", state.run, at + 1),
        )
        .hint("resume with the plan's own folder as it was, or leave the folder out: the database keeps the plan")),
    }
}
