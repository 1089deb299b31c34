//! What has run where, and where each environment stands, from the journals in the databases themselves.

use crate::config;
use crate::model::{Failure, RunState};

use super::super::queue::Job;
use super::Spot;

/// Which environments are asked: each as it is reached, or with what is wrong with it.
#[derive(Clone, Debug)]
pub struct HistoryOrder {
    pub places: Vec<(String, Result<config::Place, Failure>)>,
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
}

pub(in super::super) async fn history(order: &HistoryOrder, job: &Job) -> Result<Chronicle, Failure> {
    job.reporter.doing("reading the journals");
    let looks = order.places.iter().map(|(name, place)| async move {
        let runs = match place {
            Ok(place) => runs_of(place).await,
            Err(failure) => Err(failure.clone()),
        };
        let address = place.as_ref().ok().map(|place| place.target.to_string());
        Place { name: name.clone(), address, runs }
    });
    let places = futures_util::future::join_all(looks).await;
    job.stop.check()?;
    Ok(Chronicle { places })
}

/// The runs of one environment, oldest first.
pub async fn runs_of(place: &config::Place) -> Result<Vec<RunState>, Failure> {
    let spot = Spot::of(place)?;
    let mut reader = spot.reader().await?;
    spot.runs(reader.as_mut()).await
}
