//! A look at a run from a session that only reads: who holds the lock, whether what was sent still works, what the
//! server says of it. It settles nothing, writes nothing, and takes no lock.

use crate::connect::{Connection, WireError};
use crate::engines::{Dialect, Left};
use crate::model::{
    Boundary, Course, Failure, Fingerprint, ObjectId, Outcome, Plan, Probe, RunStanding, RunState, Schema,
    Unit,
};

use super::super::lease::{self, Holder};
use super::drift::{Drift, Progressed, drift, text};
use super::job::Job;
use super::monitor::{Blocker, blocker, told};
use super::route::{Kind, Route};
use super::site::read;
use super::{Site, traces, wire_failure};

/// What is seen of a run that is not over.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sight {
    /// Somebody holds the lock: the run is being worked on, here or elsewhere.
    pub holder: Option<Holder>,
    /// The session that was to run the open unit, while it lives.
    pub living: Option<Living>,
    pub blockers: Vec<Blocker>,
    /// What became of the open unit, as far as the server tells now.
    pub said: Option<(Outcome, String)>,
    /// The statement that is next goes in batches, and some of its rows are changed: its way back is part of the run's.
    pub begun: bool,
    /// What the plan touches and is not as this point of the run wants it.
    pub drifted: Vec<Drift>,
}

/// A session that still works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Living {
    pub session: Box<str>,
    pub state: Box<str>,
    pub seconds: u64,
    pub statement: Box<str>,
}

/// One statement of a course, as it would be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sending {
    /// A few words on it.
    pub title: Box<str>,
    pub sql: Box<str>,
    pub boundary: Boundary,
    /// The plan's step that it belongs to.
    pub step: usize,
}

/// The statements of a plan's course, in order.
pub fn sendings(dialect: &dyn Dialect, plan: &Plan, course: &Course) -> Vec<Sending> {
    let route = Route::of(dialect, plan, course);
    let titles = route.titles(plan);
    let rows = route.statements.iter().zip(titles).zip(&route.steps);
    rows.map(|((statement, title), step)| Sending {
        title,
        sql: statement.sql.as_str().into(),
        boundary: statement.boundary,
        step: *step,
    })
    .collect()
}

/// Looks at a run of this plan that is not over.
pub async fn look(
    site: &Site<'_>,
    reader: &mut dyn Connection,
    plan: &Plan,
    state: &RunState,
) -> Result<Sight, Failure> {
    let wire = |error: WireError| wire_failure(site.label, &error);
    let mut sight = Sight {
        holder: lease::seen(site.home(), reader, site.target).await.map_err(wire)?,
        begun: has_begun(site, reader, plan, state).await.map_err(wire)?,
        ..Sight::default()
    };
    if state.standing() == RunStanding::Over {
        return Ok(sight);
    }
    if let Some(session) = state.open.as_ref().and_then(|open| open.session.as_ref()) {
        if let Some(sql) = site.execution.alive(session) {
            let rows = reader.query(&sql).await.map_err(wire)?;
            sight.living = rows.iter().next().map(|row| Living {
                session: session.id.clone(),
                state: row.get(0).unwrap_or_default().into(),
                seconds: row.get(1).and_then(|text| text.parse().ok()).unwrap_or(0),
                statement: row.get(3).unwrap_or_default().into(),
            });
        }
        if sight.living.is_some() {
            let questions = site.execution.blockers(&reader.version().clone(), session);
            let rows = told(reader, &questions).await.map_err(wire)?.unwrap_or_default();
            sight.blockers = rows.iter().map(blocker).collect();
        }
    }
    // While it works, its outcome is not there to be seen.
    if sight.living.is_some() || sight.holder.is_some() {
        return Ok(sight);
    }
    let schema = read(site, reader).await?;
    let course = &state.opened.course;
    let route = Route::of(site.dialect, plan, course);
    let mut applied = state.applied();
    if let Some(unit) = open_unit(state, &route) {
        let bare =
            route.statements.get(unit.from).map(|first| first.boundary) == Some(Boundary::NonTransactional);
        let said = if bare {
            let footprint = state.meant.as_ref().and_then(|meant| meant.footprint.as_ref());
            asked(site, reader, (plan, course, &route), Sent { unit, footprint }, &schema).await?
        } else {
            (Outcome::NotApplied, "its record is not there, and its session is gone".to_owned())
        };
        if said.0 == Outcome::Applied {
            applied = unit.to;
        }
        sight.said = Some(said);
    }
    sight.drifted = drift(site.dialect, plan, &schema, Progressed { course, steps: &route.steps, applied });
    Ok(sight)
}

async fn has_begun(
    site: &Site<'_>,
    reader: &mut dyn Connection,
    plan: &Plan,
    state: &RunState,
) -> Result<bool, WireError> {
    let next = state.applied();
    let route = Route::of(site.dialect, plan, &state.opened.course);
    match route.unit(next) {
        Some((_, Kind::Batches)) => Ok(Job::changed(site.home(), reader, &state.run, next).await? > 0),
        Some((_, Kind::Transaction | Kind::Bare)) | None => Ok(false),
    }
}

/// The unit whose outcome is not written down, or is written down as unknown.
fn open_unit(state: &RunState, route: &Route) -> Option<Unit> {
    let applied = state.applied();
    let unknown = state.outcomes.get(applied) == Some(&Some(Outcome::Unknown));
    match &state.open {
        Some(open) => Some(open.unit),
        None if unknown => route.unit(applied).map(|(unit, _)| unit),
        None => None,
    }
}

/// A unit that was sent, and what it might change as it was before.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) unit: Unit,
    pub(super) footprint: Option<&'a Fingerprint>,
}

/// What the schema says of a statement that ran outside a transaction.
pub(super) async fn asked(
    site: &Site<'_>,
    reader: &mut dyn Connection,
    (plan, course, route): (&Plan, &Course, &Route),
    Sent { unit, footprint }: Sent<'_>,
    schema: &Schema,
) -> Result<(Outcome, String), Failure> {
    let Some(statement) = route.statements.get(unit.from) else {
        return Ok((Outcome::NotApplied, "there is no such statement".into()));
    };
    Ok(match site.execution.left(statement, schema) {
        Left::Applied(object) if !is_ours(site.dialect, plan, course, schema, &object) => {
            (Outcome::Unknown, format!("{object} is there, and it is not the one of the plan"))
        }
        Left::Applied(_) => (Outcome::Applied, "the server has it".into()),
        Left::NotApplied => (Outcome::NotApplied, "the server does not have it".into()),
        Left::Half { object, .. } => {
            (Outcome::NotApplied, format!("{object} is half made; it is removed before the next try"))
        }
        Left::Unclear => match traces::told(site.dialect, (plan, course, route), unit, schema, footprint) {
            Some(told) => told,
            None => return probed(site, reader, (plan, course, route), unit).await,
        },
    })
}

/// Whether an object is the one that the plan makes. Comments and the like may still be to come.
fn is_ours(dialect: &dyn Dialect, plan: &Plan, course: &Course, schema: &Schema, object: &ObjectId) -> bool {
    let image = plan.images.iter().find(|image| image.object == *object);
    let wanted = image.and_then(|image| match course {
        Course::Forward | Course::Contract { .. } => image.after.as_deref(),
        Course::Back { .. } => image.before.as_deref(),
    });
    let found = schema.objects.get(object).map(|found| text(dialect, found));
    let head = |text: &str| text.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    match (wanted, found) {
        (Some(wanted), Some(found)) => head(wanted) == head(&found),
        // A helper that the plan itself takes away again, or something that is gone.
        (None, _) | (_, None) => true,
    }
}

/// The plan's own question. It tells of the way forward alone.
async fn probed(
    site: &Site<'_>,
    reader: &mut dyn Connection,
    (plan, course, route): (&Plan, &Course, &Route),
    unit: Unit,
) -> Result<(Outcome, String), Failure> {
    let unclear = || (Outcome::Unknown, "the server does not tell whether it took effect".to_owned());
    let step = route.steps.get(unit.from).and_then(|at| plan.steps.get(*at));
    let (Some(step), Course::Forward) = (step, course) else { return Ok(unclear()) };
    match &step.probe {
        Probe::Introspect => Ok(unclear()),
        Probe::Query(sql) => {
            let rows = reader.query(sql).await.map_err(|error| wire_failure(site.label, &error))?;
            Ok(match rows.cell(0, 0) {
                Some("t" | "1" | "true") => (Outcome::Applied, "its probe says so".into()),
                Some("f" | "0" | "false") => (Outcome::NotApplied, "its probe says so".into()),
                _ => unclear(),
            })
        }
    }
}
