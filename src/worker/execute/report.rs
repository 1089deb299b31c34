//! The report of one run, put together from what is kept of it: the database's own journal and plan, or, where it
//! cannot be asked, what the ledger has seen of it. It reads; it changes nothing.

use crate::config::{Place, Project, Surroundings};
use crate::export::report::{RunReport, Sent, Source};
use crate::export::{self, Record};
use crate::model::{Failure, FailureKind, Plan, RunId, RunState, Story, fold};
use crate::promote::{self, Journal, ledger};

use super::super::queue::Job;
use super::book::book;
use super::history::{is_silent, memory};
use super::request::environment;
use super::{AccountOrder, HistoryOrder, Spot};

/// Which run, and where it may be known.
#[derive(Clone, Debug)]
pub struct ReportOrder {
    pub from: HistoryOrder,
    pub run: RunId,
}

impl ReportOrder {
    /// The same, of one environment.
    pub async fn on(order: &AccountOrder, project: &Project, surroundings: &Surroundings) -> Self {
        let place = environment(project, &order.on, surroundings).await;
        let book = book(project, surroundings).ok().flatten();
        let from = HistoryOrder { places: vec![(order.on.clone(), place)], book };
        Self { from, run: order.run.clone() }
    }
}

pub(in super::super) async fn report(order: &ReportOrder, job: &Job) -> Result<RunReport, Failure> {
    job.reporter.doing(format!("looking for run {}", order.run));
    let looks = order
        .from
        .places
        .iter()
        .map(|(name, place)| async move { (name.as_str(), of_place(name, place, &order.run).await) });
    let looks = futures_util::future::join_all(looks).await;
    job.stop.check()?;
    let ledger = match &order.from.book {
        Some(book) => memory(book).await,
        None => None,
    };
    let mut silent = Vec::new();
    for (name, looked) in looks {
        match looked {
            Ok(Some(mut found)) => {
                if let (true, Some(ledger)) = (found.consents.is_empty(), &ledger) {
                    found.consents = ledger::consents(&ledger.records, &order.run);
                }
                return Ok(found);
            }
            Ok(None) => {}
            Err(failure) => silent.push((name, failure)),
        }
    }
    for (name, failure) in silent.iter().filter(|(_, failure)| is_silent::<()>(&Err(failure.clone()))) {
        if let Some(found) = ledger.as_ref().and_then(|ledger| of_ledger(ledger, name, failure, &order.run)) {
            return Ok(found);
        }
    }
    let whom = silent.iter().map(|(name, failure)| format!("; {name} could not be asked: {}", failure.what));
    let what = format!("no environment knows run {}{}", order.run, whom.collect::<String>());
    Err(Failure::new(FailureKind::Usage, what).hint("`migrator-tui history` lists the runs"))
}

/// `None`: the environment does not know the run.
async fn of_place(
    name: &str,
    place: &Result<Place, Failure>,
    run: &RunId,
) -> Result<Option<RunReport>, Failure> {
    let place = place.as_ref().map_err(Clone::clone)?;
    let spot = Spot::of(place)?;
    let mut reader = spot.reader().await?;
    let journal = promote::journal(&spot.site(), reader.as_mut()).await?;
    let Some(state) = spot.folded(&journal)?.into_iter().find(|state| &state.run == run) else {
        return Ok(None);
    };
    let kept = promote::kept_plan(&spot.site(), reader.as_mut(), &state.opened.plan).await?;
    let plan = kept.map(|text| export::read_record(&text)).transpose().map_err(|error| {
        Failure::new(FailureKind::Refused, format!("{name}: the plan of run {run}: {error}"))
    })?;
    let sent = plan.as_ref().map(|record| sent(&spot, &record.plan, &state)).unwrap_or_default();
    let story = Story::of(&journal.records, run);
    Ok(Some(RunReport { sent, ..told(name, state, story, plan, Source::Database) }))
}

fn sent(spot: &Spot<'_>, plan: &Plan, state: &RunState) -> Vec<Sent> {
    let sendings = promote::sendings(spot.dialect, plan, &state.opened.course);
    sendings.into_iter().map(|one| Sent { title: one.title, sql: one.sql, step: one.step }).collect()
}

fn of_ledger(ledger: &Journal, name: &str, silent: &Failure, run: &RunId) -> Option<RunReport> {
    let seen = ledger::remembered(ledger, name)?;
    let state = fold(&seen.records).ok()?.into_iter().find(|state| &state.run == run)?;
    let story = Story::of(&seen.records, run);
    let source = Source::Remembered { at: seen.at, why: silent.what.as_str().into() };
    let mut found = told(name, state, story, None, source);
    if found.consents.is_empty() {
        found.consents = ledger::consents(&ledger.records, run);
    }
    Some(found)
}

fn told(name: &str, state: RunState, story: Story, plan: Option<Record>, source: Source) -> RunReport {
    let consents = state.opened.circumstances.consents.clone();
    RunReport { environment: name.into(), state, story, plan, sent: Vec::new(), consents, source }
}
