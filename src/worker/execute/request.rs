//! What a person asks for, by names: an errand, an environment, a folder. It finds out what the names mean,
//! credentials included, and judges nothing.

use std::path::PathBuf;

use crate::config::{Guard, Place, Project, Source, Surroundings};
use crate::model::{Failure, FailureKind, RunId, RunStanding, RunState};
use crate::promote::Patience;
use crate::safety::DataLoss;

use super::super::desk;
use super::book::book;
use super::{Errand, ExecuteOrder, Token, runs_of};

/// What is to be done with a plan, by names.
#[derive(Clone, Debug)]
pub struct Request {
    pub errand: Errand,
    /// The plan's folder; `None`: the plan that the database keeps.
    pub folder: Option<PathBuf>,
    /// An environment or a URL. `None`, of a resume: the one environment that has such a run.
    pub on: Option<String>,
    /// The rules whose error findings somebody answers for, by name.
    pub acknowledged: Vec<String>,
    /// Whether a way back may lose what was written since.
    pub loss: DataLoss,
    /// Tries of a unit that cannot have its lock.
    pub tries: u32,
    /// What a guarded environment asks for.
    pub approval: Option<Token>,
}

impl Request {
    pub fn new(errand: Errand, on: Option<&str>) -> Self {
        Self {
            errand,
            folder: None,
            on: on.map(str::to_owned),
            acknowledged: Vec::new(),
            loss: DataLoss::Refused,
            tries: Patience::default().tries,
            approval: None,
        }
    }
}

/// The order that a request means in this project, and what is wrong with environments that it does not need.
pub async fn execute_order(
    project: &Project,
    surroundings: &Surroundings,
    request: &Request,
) -> Result<(ExecuteOrder, Vec<Failure>), Failure> {
    let on = match (&request.on, &request.errand) {
        (Some(on), _) => on.clone(),
        (None, Errand::Resume(run)) => unfinished(project, surroundings, run.as_ref()).await?,
        (None, Errand::Run | Errand::Promote | Errand::RollBack(_) | Errand::Contract(_)) => {
            return Err(Failure::new(FailureKind::Usage, "no environment was named"));
        }
    };
    let place = environment(project, &on, surroundings).await?;
    let before = match (&request.errand, project.before(&on)) {
        (Errand::Promote | Errand::Run, Some(before)) => {
            Some(environment(project, &before.name, surroundings).await?)
        }
        (
            Errand::Promote | Errand::Run | Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_),
            _,
        ) => None,
    };
    let mut others = Vec::new();
    let mut warnings = Vec::new();
    for entry in &project.entries {
        let guard = entry.environment.as_ref().map_or(Guard::None, |found| found.guard);
        match environment(project, &entry.name, surroundings).await {
            Ok(other) if other.target.engine() == place.target.engine() => others.push(other),
            Ok(_) => {}
            // It may be the very database that the plan is about to run on.
            Err(failure) if guard != Guard::None && entry.name != on => return Err(failure),
            Err(failure) => warnings.push(failure),
        }
    }
    let order = ExecuteOrder {
        errand: request.errand.clone(),
        folder: request.folder.clone(),
        on: place,
        others,
        before,
        acknowledged: request.acknowledged.clone(),
        loss: request.loss,
        patience: Patience { tries: request.tries, ..Patience::default() },
        approval: request.approval.clone(),
        book: book(project, surroundings)?,
    };
    Ok((order, warnings))
}

/// A database: an environment, or a URL.
pub(super) async fn environment(
    project: &Project,
    name: &str,
    surroundings: &Surroundings,
) -> Result<Place, Failure> {
    match project.source(name, surroundings).await? {
        Source::Environment(place) => Ok(*place),
        Source::Files(_) => {
            Err(Failure::new(FailureKind::Usage, format!("`{name}` is no database: nothing runs there"))
                .hint("name an environment of migrator.toml, or a URL"))
        }
    }
}

/// The one environment that has a run which is not over.
async fn unfinished(
    project: &Project,
    surroundings: &Surroundings,
    run: Option<&RunId>,
) -> Result<String, Failure> {
    let mut found = Vec::new();
    for (name, place) in desk::doctor_order(project, surroundings).await.places {
        let Ok(place) = place else { continue };
        let Ok(runs) = runs_of(&place).await else { continue };
        let wanted = |state: &RunState| match run {
            Some(run) => &state.run == run,
            None => state.standing() != RunStanding::Over,
        };
        if runs.iter().any(wanted) {
            found.push(name);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new(FailureKind::Usage, "no environment has a run to resume")
            .hint("`migrator-tui status` shows them all; name a database with --on")),
        several => Err(Failure::new(
            FailureKind::Usage,
            format!("several environments have one: {}", several.join(", ")),
        )
        .hint("say which with --on")),
    }
}
