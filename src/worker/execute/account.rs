//! All there is to know of one run, and of what would come next: the plan that the database keeps, where the run
//! stands, what the server says of it now, and what each way out would send and lose. It reads; it changes nothing.

use std::sync::Arc;

use crate::config::{Place, Project, Surroundings};
use crate::export::{self, Record, server_words};
use crate::model::{
    Course, End, Failure, FailureKind, Keepsake, Plan, Reversal, RunId, RunStanding, RunState,
};
use crate::promote::{self, Sending, Sight};

use super::super::queue::Job;
use super::super::{clock, desk, disk};
use super::approve::prepare;
use super::request::{Request, environment};
use super::{Errand, Prepared, Spot};

/// Which run, by names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountOrder {
    /// An environment or a URL.
    pub on: String,
    pub run: RunId,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Account {
    pub on: String,
    /// Where it ran, and on what, in words.
    pub address: String,
    pub server: String,
    pub state: RunState,
    /// What it sends, in order; empty where the database does not keep its plan.
    pub sendings: Vec<Sending>,
    pub plan: Option<Record>,
    /// What the server says now, of a run that is not over.
    pub sight: Sight,
    /// When it was asked, RFC 3339 in UTC.
    pub asked: Box<str>,
    pub resume: Way,
    pub back: Way,
}

/// A way out of a run: what it would send, what it would lose, and why it is none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Way {
    pub sends: Vec<Sending>,
    /// What was written since and is lost with it.
    pub lost: Vec<Box<str>>,
    /// Why it cannot be gone.
    pub closed: Option<String>,
}

impl Way {
    fn closed(why: impl Into<String>) -> Self {
        Self { closed: Some(why.into()), ..Self::default() }
    }
}

/// What an errand would do, before anybody says yes.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// With every finding of severity error answered for: who asks answers for them one by one.
    pub prepared: Arc<Prepared>,
    /// The run that it goes on with or takes back.
    pub run: Option<RunState>,
    pub way: Way,
}

impl Outlook {
    /// The environment.
    pub fn on(&self) -> &Place {
        &self.prepared.order.on
    }

    pub fn record(&self) -> &Record {
        &self.prepared.record
    }
}

pub(in super::super) async fn account(order: &AccountOrder, job: &Job) -> Result<Account, Failure> {
    let desk = desk::desk(job)?;
    let place = environment(&desk.project, &order.on, &desk.surroundings).await?;
    job.reporter.doing(format!("asking {}", order.on));
    let spot = Spot::of(&place)?;
    let mut reader = spot.reader().await?;
    let runs = spot.runs(reader.as_mut()).await?;
    let state = runs.into_iter().find(|state| state.run == order.run).ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("{} knows no run {}", order.on, order.run))
    })?;
    let site = spot.site();
    let kept = promote::kept_plan(&site, reader.as_mut(), &state.opened.plan).await?;
    let plan = kept.map(|text| export::read_record(&text)).transpose().map_err(|error| {
        Failure::new(FailureKind::Refused, format!("{}: the plan of run {}: {error}", order.on, order.run))
    })?;
    job.stop.check()?;
    let mut account = Account {
        on: order.on.clone(),
        address: place.target.to_string(),
        server: server_words(reader.version()),
        sendings: Vec::new(),
        plan: None,
        sight: Sight::default(),
        asked: clock::now(),
        resume: Way::closed(
            "the database does not keep its plan: name the plan's folder on the command line",
        ),
        back: Way::closed("the database does not keep its plan: name the plan's folder on the command line"),
        state,
    };
    if let Some(record) = plan {
        account.sendings = promote::sendings(spot.dialect, &record.plan, &account.state.opened.course);
        account.sight = promote::look(&site, reader.as_mut(), &record.plan, &account.state).await?;
        let reached = reached(&account.state, &account.sight);
        account.resume = resume(&account, reached);
        account.back = back(&spot, &record.plan, &account.state, reached + usize::from(account.sight.begun));
        account.plan = Some(record);
    }
    Ok(account)
}

/// How many statements took effect, as the journal and the server say together.
fn reached(state: &RunState, sight: &Sight) -> usize {
    let open = state.open.as_ref().map(|open| open.unit);
    match (open, &sight.said) {
        (Some(unit), Some((crate::model::Outcome::Applied, _))) => unit.to,
        _ => state.applied(),
    }
}

fn resume(account: &Account, reached: usize) -> Way {
    if account.state.standing() == RunStanding::Over {
        return Way::closed("it is over");
    }
    Way { sends: account.sendings.iter().skip(reached).cloned().collect(), ..Way::default() }
}

/// The way back of what a run has done so far: of its first `reached` steps.
fn back(spot: &Spot<'_>, plan: &Plan, state: &RunState, reached: usize) -> Way {
    match &state.opened.course {
        Course::Forward => {}
        Course::Back { .. } => {
            return Way::closed("it is a way back itself: once it is over, run the plan again");
        }
        Course::Contract { .. } => return Way::closed("what it removed is gone for good"),
    }
    if let Some(by) = &state.contracted {
        let gone = kept(plan).join(", ");
        return Way::closed(format!("contract {by} removed for good: {gone}"));
    }
    if state.closed.as_ref().is_some_and(|closed| closed.end == End::TakenBack) {
        return Way::closed("it has been taken back");
    }
    if reached == 0 {
        return Way::closed("nothing of it took effect");
    }
    let taken = plan.steps.iter().take(reached);
    let mut way = Way::default();
    for step in taken {
        match &step.reversal {
            Reversal::Exact(_) => {}
            Reversal::Lossy { lost, .. } => way.lost.extend(lost.since.clone()),
            Reversal::Impossible(why) => {
                way.closed =
                    Some(format!("{} {} cannot be taken back: {why}", step.action.word(), step.subject));
            }
        }
    }
    let course = Course::Back { of: state.run.clone(), steps: reached };
    way.sends = promote::sendings(spot.dialect, plan, &course);
    way
}

/// What a plan puts aside, in words.
fn kept(plan: &Plan) -> Vec<String> {
    plan.steps.iter().filter_map(|step| step.keeps.as_ref()).map(Keepsake::what).collect()
}

/// The end of what a run has put aside.
fn contract(spot: &Spot<'_>, plan: &Plan, state: &RunState) -> Way {
    if let Some(by) = &state.contracted {
        return Way::closed(format!("contract {by} removed it already"));
    }
    if state.closed.as_ref().map(|closed| closed.end) != Some(End::Done) {
        return Way::closed("it did not come to its end, or was taken back");
    }
    let lost: Vec<Box<str>> = kept(plan).into_iter().map(Into::into).collect();
    if lost.is_empty() {
        return Way::closed("it has put nothing aside");
    }
    let course = Course::Contract { of: state.run.clone() };
    Way { sends: promote::sendings(spot.dialect, plan, &course), lost, closed: None }
}

/// What a request would do.
pub(in super::super) async fn outlook(request: &Request, job: &Job) -> Result<Outlook, Failure> {
    let mut request = request.clone();
    if let Some(folder) = &request.folder {
        let record = disk::read_plan(folder)?;
        let open = record.findings.iter().filter(|found| found.stops());
        request.acknowledged = open.map(|found| found.rule.to_string()).collect();
    }
    let (prepared, run, mut reader) = prepare(&request, job).await?;
    let order = &prepared.order;
    let spot = Spot::of(&order.on)?;
    let plan = &prepared.record.plan;
    let way = match (&order.errand, &run) {
        (Errand::Run | Errand::Promote, _) | (_, None) => {
            Way { sends: promote::sendings(spot.dialect, plan, &Course::Forward), ..Way::default() }
        }
        (Errand::Contract(_), Some(state)) => contract(&spot, plan, state),
        (Errand::Resume(_) | Errand::RollBack(_), Some(state)) => {
            let sight = promote::look(&spot.site(), reader.as_mut(), plan, state).await?;
            let reached = reached(state, &sight);
            match order.errand {
                Errand::RollBack(_) => back(&spot, plan, state, reached + usize::from(sight.begun)),
                Errand::Run | Errand::Promote | Errand::Resume(_) | Errand::Contract(_) => {
                    let sends = promote::sendings(spot.dialect, plan, &state.opened.course);
                    Way { sends: sends.into_iter().skip(reached).collect(), ..Way::default() }
                }
            }
        }
    };
    Ok(Outlook { prepared: prepared.into(), run, way })
}

/// The environments of a project and databases named besides, each as it is reached.
pub(super) async fn places(
    project: &Project,
    surroundings: &Surroundings,
    also: &[String],
) -> Vec<(String, Result<Place, Failure>)> {
    let mut places = desk::doctor_order(project, surroundings).await.places;
    for name in also {
        places.push((name.clone(), environment(project, name, surroundings).await));
    }
    places
}
