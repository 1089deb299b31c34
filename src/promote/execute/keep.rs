//! What runs have put aside: whether it is still there, what it amounts to, and how it is removed for good. Nothing is
//! removed but by the statements that the plan itself holds.

use crate::connect::{Connection, WireErrorKind};
use crate::engines::Execution;
use crate::model::{
    Course, End, EngineKind, Failure, FailureKind, Ident, Keepsake, QualifiedName, RunId, RunStanding,
    RunState, Sql,
};
use crate::sqltext::SqlBuilder;

use super::errand::same_plan;
use super::route::Route;
use super::stand::Stand;
use super::{Refusal, Report, Site, Stopped, stopped, wire_failure};

/// What is left to do where a way back is gone.
pub(super) const GONE: &str = "restore it from a backup, or plan from what is there now";

/// Rows that wait to be brought back or removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Where they are.
    pub place: QualifiedName,
    /// `None`: more than are worth counting, or not for us to see.
    pub rows: Option<u64>,
}

/// As many rows are counted, and no more.
const COUNTED: u32 = 1_000_000;

/// All that plans keep in a database. Read only.
pub async fn waiting(site: &Site<'_>, reader: &mut dyn Connection) -> Result<Vec<Waiting>, Failure> {
    let wire = |error| wire_failure(site.label, &error);
    let rows = reader.query(&site.execution.kept()).await.map_err(wire)?;
    let mut found = Vec::new();
    for row in rows.iter() {
        let Some(name) = row.get(1) else { continue };
        let place = QualifiedName { schema: row.get(0).map(Ident::new), name: Ident::new(name) };
        // Whoever may read the journal may not read this.
        let counted = match reader.query(&count(site.dialect.kind(), &place)).await {
            Ok(counted) => Some(counted),
            Err(error) if error.kind == WireErrorKind::Statement => None,
            Err(error) => return Err(wire(error)),
        };
        let rows = counted.and_then(|counted| counted.cell(0, 0).and_then(|text| text.parse::<u64>().ok()));
        found.push(Waiting { place, rows: rows.filter(|rows| *rows <= u64::from(COUNTED)) });
    }
    Ok(found)
}

fn count(engine: EngineKind, place: &QualifiedName) -> Sql {
    let sql = SqlBuilder::new(engine).piece("SELECT count(*) FROM (SELECT 1 FROM ").piece(place);
    sql.piece(" LIMIT ").piece(COUNTED + 1).piece(") AS kept").done()
}

async fn is_there(
    execution: &dyn Execution,
    label: &str,
    connection: &mut dyn Connection,
    kept: &Keepsake,
) -> Result<bool, Failure> {
    let rows = connection.query(&execution.is_there(&kept.place)).await;
    Ok(rows.map_err(|error| wire_failure(label, &error))?.cell(0, 0) == Some("t"))
}

impl Stand<'_, '_> {
    /// What these first steps of the plan keep and is, or is not, where they put it.
    async fn places(&mut self, steps: usize, wanted: Place) -> Result<Vec<Keepsake>, Failure> {
        let site = self.mission.site;
        let mut found = Vec::new();
        for kept in self.mission.plan.steps.iter().take(steps).filter_map(|step| step.keeps.as_ref()) {
            let there = is_there(site.execution, site.label, &mut self.sessions.worker, kept).await?;
            if there == (wanted == Place::Filled) {
                found.push(kept.clone());
            }
        }
        Ok(found)
    }

    /// A plan that ran here before may have left something where it is about to put the same again.
    pub(super) async fn none_in_the_way(&mut self) -> Result<(), Stopped> {
        let left = self.places(usize::MAX, Place::Filled).await?;
        let Some(first) = left.first() else { return Ok(()) };
        let what = format!(
            "{}: an earlier run of this plan still keeps {} in {}",
            self.mission.site.label,
            first.what(),
            first.place
        );
        Err(Failure::new(FailureKind::Refused, what)
            .hint("contract that run first, or make the plan again under another name")
            .into())
    }

    /// A way back needs what the run has put aside.
    pub(super) async fn still_kept(&mut self, state: &RunState, steps: usize) -> Result<(), Stopped> {
        let missing = self.places(steps, Place::Empty).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let words: Vec<String> =
            missing.iter().map(|kept| format!("\n  {}, kept in {}", kept.what(), kept.place)).collect();
        let why = match &state.contracted {
            Some(by) => format!("contract {by} removed for good"),
            None => "somebody removed".to_owned(),
        };
        let what =
            format!("run {} cannot be taken back: {why} what it had put aside:{}", state.run, words.concat());
        Err(Failure::new(FailureKind::Refused, what).hint(GONE).into())
    }

    pub(super) async fn contract(&mut self, of: &RunId) -> Result<Report, Stopped> {
        let mission = self.mission;
        let refused = |what: String| Failure::new(FailureKind::Refused, what);
        let unfinished = self.states()?.into_iter().find(|state| state.standing() != RunStanding::Over);
        if let Some(state) = unfinished {
            return Err(Stopped::Refused(Refusal::Unfinished(Box::new(state))));
        }
        let state = self.state(of)?;
        allowed(&state)?;
        let forward = Route::of(mission.site.dialect, mission.plan, &Course::Forward);
        same_plan(&state, &forward, mission.digest)?;
        let course = Course::Contract { of: of.clone() };
        let route = Route::of(mission.site.dialect, mission.plan, &course);
        if route.statements.is_empty() {
            let what = format!("run {of} has put nothing aside");
            return Err(Failure::new(FailureKind::Usage, what).into());
        }
        if let Some(missing) = self.places(usize::MAX, Place::Empty).await?.first() {
            let what = format!("{} is not in {}: somebody removed it already", missing.what(), missing.place);
            return Err(refused(what)
                .hint("remove by hand what is left of it; contract.sql says how")
                .into());
        }
        let schema = self.sessions.read(&mission.site).await?;
        if mission.control.is_stopped() {
            return Err(stopped().into());
        }
        let mut writer = self.enter(&course, &route, &schema).await?;
        self.go(&mut writer, &course, &route).await
    }
}

/// Whether something is where a plan puts things aside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Filled,
    Empty,
}

/// Only a run that stands may be contracted, and once.
fn allowed(state: &RunState) -> Result<(), Failure> {
    let of = &state.run;
    let refused = |what: String| Err(Failure::new(FailureKind::Refused, what));
    match (&state.opened.course, &state.contracted) {
        (Course::Forward, None) => {}
        (Course::Forward, Some(by)) => {
            return refused(format!("run {of} was contracted by run {by}: nothing of it is kept any more"));
        }
        (Course::Back { .. } | Course::Contract { .. }, _) => {
            return refused(format!("run {of} is a {}: it keeps nothing", state.opened.course.word()));
        }
    }
    match state.closed.as_ref().map(|closed| closed.end) {
        Some(End::Done) => Ok(()),
        Some(End::TakenBack) => refused(format!("run {of} was taken back: what it kept is where it was")),
        Some(End::Parked | End::Failed) | None => {
            refused(format!("run {of} did not come to its end: it keeps nothing"))
        }
    }
}
