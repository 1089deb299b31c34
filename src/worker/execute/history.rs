//! What has run where, and where each environment stands: from the journals in the databases themselves, and of a
//! database that cannot be asked from what the ledger has seen of it, which is said.

use crate::config::{self, Project, Surroundings};
use crate::model::{Failure, FailureKind, RunState, fold};
use crate::promote::{self, Journal, Waiting, ledger};

use super::super::queue::Job;
use super::book::{Book, book};
use super::{Spot, places};

/// Which environments are asked: each as it is reached, or with what is wrong with it.
#[derive(Clone, Debug)]
pub struct HistoryOrder {
    pub places: Vec<(String, Result<config::Place, Failure>)>,
    /// Where to look for what was seen of a database that cannot be asked. `None`: there is no place for it.
    pub book: Option<Book>,
}

/// The runs of every environment.
#[derive(Clone, Debug)]
pub struct Chronicle {
    pub places: Vec<Place>,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub name: String,
    /// Where it is, without its password; `None`: nobody can tell.
    pub address: Option<String>,
    /// Oldest first, or why they could not be read.
    pub runs: Result<Vec<RunState>, Failure>,
    /// What the ledger knows of a database that could not be asked.
    pub remembered: Option<Remembered>,
    /// What plans have put aside and nobody has contracted yet.
    pub kept: Vec<Waiting>,
}

/// Runs as they were when they were seen last. They may have gone on since.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// When they were seen, RFC 3339 in UTC.
    pub at: Box<str>,
    /// Oldest first.
    pub runs: Vec<RunState>,
}

impl HistoryOrder {
    /// The environments of a project, and databases named besides.
    pub async fn of(project: &Project, surroundings: &Surroundings, also: &[String]) -> Self {
        // A ledger that is set up wrong is said where it is needed; here it is a memory less.
        let book = book(project, surroundings).ok().flatten();
        Self { places: places(project, surroundings, also).await, book }
    }
}

pub(in super::super) async fn history(order: &HistoryOrder, job: &Job) -> Result<Chronicle, Failure> {
    job.reporter.doing("reading the journals");
    let looks = order.places.iter().map(|(name, place)| async move {
        let seen = match place {
            Ok(place) => seen_on(place).await,
            Err(failure) => Err(failure.clone()),
        };
        let (runs, kept) = match seen {
            Ok((runs, kept)) => (Ok(runs), kept),
            Err(failure) => (Err(failure), Vec::new()),
        };
        let address = place.as_ref().ok().map(|place| place.target.to_string());
        Place { name: name.clone(), address, runs, remembered: None, kept }
    });
    let mut places = futures_util::future::join_all(looks).await;
    job.stop.check()?;
    if let (true, Some(book)) = (places.iter().any(|place| is_silent(&place.runs)), &order.book)
        && let Some(ledger) = memory(book).await
    {
        for place in places.iter_mut().filter(|place| is_silent(&place.runs)) {
            place.remembered = remembered(&ledger, &place.name);
        }
    }
    Ok(Chronicle { places })
}

/// Whether a database did not answer. One that answers with a broken journal is no case for a memory of better days.
pub(super) fn is_silent<T>(looked: &Result<T, Failure>) -> bool {
    looked.as_ref().is_err_and(|failure| failure.kind != FailureKind::Refused)
}

/// The ledger, where there is one that can be read. None is made for a look.
pub(super) async fn memory(book: &Book) -> Option<Journal> {
    if book.is_there() { book.read().await.ok() } else { None }
}

fn remembered(ledger: &Journal, environment: &str) -> Option<Remembered> {
    let seen = ledger::remembered(ledger, environment)?;
    Some(Remembered { at: seen.at, runs: fold(&seen.records).ok()? })
}

/// The runs of one environment, and what they keep.
async fn seen_on(place: &config::Place) -> Result<(Vec<RunState>, Vec<Waiting>), Failure> {
    let spot = Spot::of(place)?;
    let mut reader = spot.reader().await?;
    let runs = spot.runs(reader.as_mut()).await?;
    Ok((runs, promote::waiting(&spot.site(), reader.as_mut()).await?))
}

/// The runs of one environment, oldest first.
pub async fn runs_of(place: &config::Place) -> Result<Vec<RunState>, Failure> {
    let spot = Spot::of(place)?;
    let mut reader = spot.reader().await?;
    spot.runs(reader.as_mut()).await
}
