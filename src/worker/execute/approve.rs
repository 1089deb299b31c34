//! Approvals as people give them: what is asked of them is read from the server first, and what they agree to is that
//! very thing and nothing else.

use std::sync::Arc;

use crate::config::Guard;
use crate::connect::Connection;
use crate::export::{Record, judged, server_words};
use crate::model::{
    Approval, ApprovalId, Course, Estimate, Failure, FailureKind, Fingerprint, Heading, Matter, ObjectId,
    Quorum, RunId, RunStanding, RunState, approvals, unused,
};
use crate::promote::{self, Drift, Forecast, Journal, Permit, ledger};

use super::super::queue::Job;
use super::super::{clock, desk};
use super::request::Request;
use super::{Errand, ExecuteOrder, Kept, Spot, Token, actor, book, chosen, execute_order, forecast, gate};

/// How long an approval counts, in seconds: a working day, or the night after it.
const LASTING: u64 = 12 * 60 * 60;

/// What somebody is asked to agree to, as the server told it a moment ago.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub order: ExecuteOrder,
    /// Where it would run, without a password.
    pub address: String,
    pub server: String,
    pub record: Record,
    pub matter: Matter,
    /// How many people have to agree. `None`: nobody has to.
    pub quorum: Option<Quorum>,
    /// Those who did, and whose yes still counts.
    pub given: Vec<Approval>,
    /// The tables that the plan touches, with what the server thinks of their size.
    pub tables: Vec<(ObjectId, Estimate)>,
    /// What it is about to take, by what it took on the stage before. `None`: it was not measured there.
    pub forecast: Option<Forecast>,
    pub drift: Vec<Drift>,
    /// Why it cannot run, whoever agrees.
    pub blocked: Vec<Failure>,
    /// Why it cannot run now.
    pub waits: Vec<Failure>,
    pub notes: Vec<String>,
}

/// A yes to what was prepared.
#[derive(Clone, Debug)]
pub struct ApproveOrder {
    pub prepared: Arc<Prepared>,
    /// What was typed: the environment's name, where its guard asks for it.
    pub typed: String,
    pub reason: String,
}

/// An approval, and what makes it count elsewhere.
#[derive(Clone, Debug)]
pub struct Approved {
    pub approval: Approval,
    /// Shown once.
    pub token: Token,
    /// Those whose yes counts now, this one included.
    pub given: Vec<Approval>,
    pub quorum: Quorum,
}

impl Approved {
    /// Whether nobody else has to agree.
    pub fn is_enough(&self) -> bool {
        self.quorum.met_by(&self.given)
    }
}

/// How many people a guard wants. `None`: nobody.
pub(super) fn quorum(guard: Guard) -> Option<Quorum> {
    match guard {
        Guard::None => None,
        Guard::Confirm | Guard::Typed => Some(Quorum::One),
        Guard::TwoPerson => Some(Quorum::Two),
    }
}

/// What an errand needs approval for. `None`: what was approved already covers it, because the run is not over.
pub(super) fn heading(errand: &Errand, state: Option<&RunState>) -> Option<Heading> {
    match (errand, state) {
        (Errand::Run | Errand::Promote, _) => Some(Heading::Forward),
        (Errand::Resume(_), _) => None,
        (Errand::RollBack(_), Some(state)) if state.standing() != RunStanding::Over => None,
        (Errand::RollBack(_), Some(state)) => Some(Heading::Back(state.run.clone())),
        (Errand::RollBack(run), None) => run.clone().map(Heading::Back),
        (Errand::Contract(_), Some(state)) => Some(Heading::Contract(state.run.clone())),
        (Errand::Contract(run), None) => run.clone().map(Heading::Contract),
    }
}

/// What a request needs before it runs, the run that it is about, and the session that was asked.
pub(super) async fn prepare(
    request: &Request,
    job: &Job,
) -> Result<(Prepared, Option<RunState>, Box<dyn Connection>), Failure> {
    let desk = desk::desk(job)?;
    let (order, warnings) = execute_order(&desk.project, &desk.surroundings, request).await?;
    let spot = Spot::of(&order.on)?;
    job.reporter.doing(format!("asking {}", order.on.name));
    let mut reader = spot.reader().await?;
    let runs = spot.runs(reader.as_mut()).await?;
    let (kept, run) = chosen(&order, &spot, &runs, reader.as_mut()).await?;
    let state = of(&runs, run.as_ref());
    let database = gate::identity(&spot, reader.as_mut()).await?;
    let heading = heading(&order.errand, state);
    job.reporter.doing(format!("reading the schema of {}", order.on.name));
    let (course, applied) = stage(&order.errand, state);
    let (schema, drift) =
        promote::standing(&spot.site(), reader.as_mut(), &kept.record.plan, &course, applied).await?;
    let matter = Matter {
        plan: kept.digest.clone(),
        judgment: judged(&kept.record),
        environment: order.on.name.as_str().into(),
        database: database.into(),
        heading: heading.clone().unwrap_or(Heading::Forward),
        schema: crate::planner::fingerprint(spot.dialect, &schema),
    };
    let mut notes: Vec<String> = warnings.into_iter().map(|failure| failure.what).collect();
    let ledger = book::opened(&order, &mut notes).await?;
    let quorum = heading.and_then(|_| quorum(order.on.guard));
    let standing = |ledger: Journal| approvals(&ledger.records, &matter, &clock::moment());
    let given = counting(quorum, ledger.map(standing).unwrap_or_default(), &kept.record);
    let mut blocked = gate::obstacles(&order, &spot, &kept, reader.as_mut(), job, &mut notes).await;
    if !drift.is_empty() {
        let what = format!("{} is not as the plan expects it", order.on.name);
        blocked.push(Failure::new(FailureKind::Refused, what).hint("make the plan again from what is there"));
    }
    let tables = promote::tables(&kept.record.plan, &schema);
    let prepared = Prepared {
        forecast: forecast::forecast(&order, &kept, &tables).await,
        address: order.on.target.to_string(),
        server: server_words(reader.version()),
        tables,
        quorum,
        waits: gate::closed(&order).err().into_iter().collect(),
        record: kept.record,
        matter,
        given,
        drift,
        blocked,
        notes,
        order,
    };
    Ok((prepared, state.cloned(), reader))
}

/// The way that an errand leads, and how far it has come.
fn stage(errand: &Errand, state: Option<&RunState>) -> (Course, usize) {
    match (errand, state) {
        (Errand::Resume(_), Some(state)) => (state.opened.course.clone(), state.applied()),
        (Errand::RollBack(_), Some(state)) => {
            (Course::Back { of: state.run.clone(), steps: state.applied() }, 0)
        }
        (Errand::Contract(_), Some(state)) => (Course::Contract { of: state.run.clone() }, 0),
        (
            Errand::Run | Errand::Promote | Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_),
            _,
        ) => (Course::Forward, 0),
    }
}

pub(in super::super) async fn approve(order: &ApproveOrder, job: &Job) -> Result<Approved, Failure> {
    let prepared = &order.prepared;
    let on = &prepared.order.on;
    let refused = |what: String| Failure::new(FailureKind::Refused, what);
    let Some(quorum) = prepared.quorum else {
        return Err(Failure::new(FailureKind::Usage, format!("{} asks for no approval here", on.name)));
    };
    if let Some(first) = prepared.blocked.first() {
        return Err(first.clone());
    }
    match on.guard {
        Guard::Typed | Guard::TwoPerson if order.typed != on.name => {
            return Err(refused(format!("`{}` is not the name of the environment", order.typed))
                .hint(format!("type {}", on.name)));
        }
        Guard::None | Guard::Confirm | Guard::Typed | Guard::TwoPerson => {}
    }
    let actor = actor(job);
    if let Some(own) = prepared.given.iter().find(|one| quorum == Quorum::Two && one.by.name == actor.name) {
        return Err(refused(format!("{} has agreed already, at {}", own.by, own.at))
            .hint("two-person means somebody else; MIGRATOR_ACTOR names who you are in a shared account"));
    }
    if quorum == Quorum::Two && prepared.record.author.as_deref() == Some(&*actor.name) {
        return Err(refused(format!("{} wrote this plan", actor.name))
            .hint("two-person means two others; MIGRATOR_ACTOR names who you are in a shared account"));
    }
    let Some(book) = &prepared.order.book else {
        return Err(Failure::new(FailureKind::Config, "there is no journal to write the approval to"));
    };
    let token = Token::fresh()?;
    let now = clock::moment();
    let approval = Approval {
        id: ApprovalId::new(format!("a{}", &clock::run_id().as_str()[1..])),
        matter: prepared.matter.clone(),
        by: actor,
        at: now.clone(),
        expires: clock::moment_after(LASTING),
        token: token.sum(),
        reason: order.reason.as_str().into(),
    };
    let ledger = ledger::approve(&book.site()?, approval.clone(), clock::moment).await?;
    let standing = approvals(&ledger.records, &prepared.matter, &now);
    let given = counting(Some(quorum), standing, &prepared.record);
    Ok(Approved { approval, token, given, quorum })
}

/// Those whose yes counts for this plan.
fn counting(quorum: Option<Quorum>, standing: Vec<Approval>, record: &Record) -> Vec<Approval> {
    match quorum {
        Some(quorum) => quorum.counting(standing, record.author.as_deref()),
        None => standing,
    }
}

/// What a run takes with it to be let through. `None`: nothing is asked for.
pub(super) fn permit<'a>(
    order: &'a ExecuteOrder,
    (ledger, database): (Option<&Journal>, &str),
    kept: &Kept,
    state: Option<&RunState>,
) -> Result<Option<Permit<'a>>, Failure> {
    let on = &order.on;
    let (Some(quorum), Some(heading)) = (quorum(on.guard), heading(&order.errand, state)) else {
        return Ok(None);
    };
    let Some(token) = &order.approval else {
        let what = format!("{} is guarded ({}): it takes an approval", on.name, on.guard.word());
        return Err(Failure::new(FailureKind::Refused, what).hint(
            "open the workbench, look at the plan for it, and approve; the token that it gives goes here: --approve TOKEN",
        ));
    };
    let (Some(book), Some(ledger)) = (&order.book, ledger) else {
        return Err(Failure::new(FailureKind::Config, "there is no journal to look for an approval in"));
    };
    let sum = token.sum();
    let own = unused(&ledger.records).into_iter().find(|one| one.token == sum);
    let matter = Matter {
        plan: kept.digest.clone(),
        judgment: judged(&kept.record),
        environment: on.name.as_str().into(),
        database: database.into(),
        heading,
        // What it is in truth is known, and compared, once the run has its lock.
        schema: own.map_or_else(|| Fingerprint::of([]), |own| own.matter.schema),
    };
    let author = kept.record.author.clone();
    let permit = Permit { ledger: book.site()?, matter, quorum, author, token: sum, now: clock::moment };
    // Said early, before a lock is taken; it is looked at again when it is used.
    permit.standing(&ledger.records, &clock::moment())?;
    Ok(Some(permit))
}

/// The run that an errand is about, among those of the database.
pub(super) fn of<'r>(runs: &'r [RunState], run: Option<&RunId>) -> Option<&'r RunState> {
    run.and_then(|run| runs.iter().find(|state| &state.run == run))
}
