//! What the arguments mean: REFs become sources, flags become orders.

use std::path::{Path, PathBuf};

use crate::config::{Guard, Place, Project, Source, Surroundings};
use crate::diff::Privileges;
use crate::model::{Failure, FailureKind, RunId, RunStanding};
use crate::safety::DataLoss;
use crate::worker::{
    self, CompareOrder, Errand, ExecuteOrder, HistoryOrder, Pick, PlanOrder, Rehearsal, RehearseOrder,
    Selection, read_plan,
};

use super::args::{How, Plan, Promote, Rehearse, Resume, Rollback, Run, Sides};
use super::surface::Surface;

pub(super) async fn compare_order(
    surface: &Surface,
    sides: &Sides,
    project: Option<&Path>,
) -> Result<CompareOrder, Failure> {
    let surroundings = Surroundings::of_process();
    let project = loaded(surface, project, &surroundings)?;
    let current = project.source(&sides.current, &surroundings).await?;
    let desired = project.source(&sides.desired, &surroundings).await?;
    let wanted = if sides.privileges { Privileges::Compare } else { Privileges::Ignore };
    let order = worker::compare_order(&project, current, desired, wanted);
    Ok(CompareOrder { renames: sides.rename.clone(), ..order })
}

pub(super) async fn plan_order(
    surface: &Surface,
    wanted: &Plan,
    project: Option<&Path>,
) -> Result<PlanOrder, Failure> {
    let selection = match (wanted.only.as_slice(), wanted.skip.as_slice()) {
        ([], []) => Selection::default(),
        ([], skip) => Selection { pick: Pick::Except, objects: skip.to_vec() },
        (only, _) => Selection { pick: Pick::Only, objects: only.to_vec() },
    };
    Ok(PlanOrder {
        compare: compare_order(surface, &wanted.sides, project).await?,
        name: wanted.name.clone(),
        out: wanted.out.clone(),
        rehearsal: if wanted.no_rehearse { Rehearsal::Skipped } else { Rehearsal::Wanted },
        loss: if wanted.allow_destructive { DataLoss::Allowed } else { DataLoss::Refused },
        selection,
    })
}

/// The project file. Mistakes in what is not needed are told, and nothing else is lost to them.
fn loaded(surface: &Surface, named: Option<&Path>, surroundings: &Surroundings) -> Result<Project, Failure> {
    let project = Project::load(named, surroundings)?;
    project.problems.iter().for_each(|problem| surface.warn(problem));
    Ok(project)
}

/// Both sides come from the plan's own record, unless the user names them.
pub(super) async fn rehearse_order(
    surface: &Surface,
    wanted: &Rehearse,
    project: Option<&Path>,
) -> Result<RehearseOrder, Failure> {
    let origin = read_plan(&wanted.path)?.origin;
    let surroundings = Surroundings::of_process();
    let project = loaded(surface, project, &surroundings)?;
    let named = |given: &Option<String>, recorded: &str| given.clone().unwrap_or_else(|| recorded.to_owned());
    let current = named(&wanted.current, &origin.current);
    let desired = named(&wanted.desired, &origin.desired);
    let missing = |failure: Failure| match (&wanted.current, &wanted.desired) {
        (Some(_), Some(_)) => failure,
        _ => failure.hint("the plan was made with this REF; name another with --current or --desired"),
    };
    Ok(RehearseOrder {
        folder: wanted.path.clone(),
        compare: CompareOrder {
            current: project.source(&current, &surroundings).await.map_err(missing)?,
            desired: project.source(&desired, &surroundings).await.map_err(missing)?,
            privileges: origin.privileges,
            renames: Vec::new(),
            scratch: project.scratch.clone(),
        },
    })
}

/// What a command that runs plans was given.
pub(super) enum Execute<'a> {
    Run(&'a Run),
    Promote(&'a Promote),
    Resume(&'a Resume),
    RollBack(&'a Rollback),
}

impl Execute<'_> {
    fn how(&self) -> &How {
        match self {
            Self::Run(run) => &run.how,
            Self::Promote(promote) => &promote.how,
            Self::Resume(resume) => &resume.how,
            Self::RollBack(rollback) => &rollback.how,
        }
    }

    fn loss(&self) -> DataLoss {
        match self {
            Self::RollBack(rollback) if rollback.allow_destructive => DataLoss::Allowed,
            Self::Run(_) | Self::Promote(_) | Self::Resume(_) | Self::RollBack(_) => DataLoss::Refused,
        }
    }

    fn acknowledged(&self) -> &[String] {
        match self {
            Self::Run(run) => &run.acknowledge,
            Self::Promote(promote) => &promote.acknowledge,
            Self::Resume(_) | Self::RollBack(_) => &[],
        }
    }
}

pub(super) async fn execute_order(
    surface: &Surface,
    execute: &Execute<'_>,
    project: Option<&Path>,
) -> Result<ExecuteOrder, Failure> {
    let surroundings = Surroundings::of_process();
    let project = loaded(surface, project, &surroundings)?;
    let (errand, folder, on) = match execute {
        Execute::Run(run) => (Errand::Run, Some(run.path.clone()), run.on.clone()),
        Execute::Promote(promote) => (Errand::Promote, Some(promote.path.clone()), promote.to.clone()),
        Execute::Resume(resume) => {
            let run = resume.run.as_ref().map(|run| RunId::new(run.as_str()));
            let on = match &resume.on {
                Some(on) => on.clone(),
                None => unfinished(&project, &surroundings, run.as_ref()).await?,
            };
            (Errand::Resume(run), resume.plan.clone(), on)
        }
        Execute::RollBack(rollback) => {
            let folder = rollback.what.as_ref().map(PathBuf::from).filter(|path| path.is_dir());
            let run = match (&folder, &rollback.what) {
                (None, Some(run)) => Some(RunId::new(run.as_str())),
                (Some(_), _) | (None, None) => None,
            };
            (Errand::RollBack(run), folder, rollback.on.clone())
        }
    };
    let place = environment(&project, &on, &surroundings).await?;
    let before = match (execute, project.before(&on)) {
        (Execute::Promote(_), Some(before)) => {
            Some(environment(&project, &before.name, &surroundings).await?)
        }
        _ => None,
    };
    let mut others = Vec::new();
    for entry in &project.entries {
        let guard = entry.environment.as_ref().map_or(Guard::None, |found| found.guard);
        match environment(&project, &entry.name, &surroundings).await {
            Ok(other) if other.target.engine() == place.target.engine() => others.push(other),
            Ok(_) => {}
            // It may be the very database that the plan is about to run on.
            Err(failure) if guard != Guard::None && entry.name != on => return Err(failure),
            Err(failure) => surface.warn(&failure),
        }
    }
    let patience =
        crate::promote::Patience { tries: execute.how().tries, ..crate::promote::Patience::default() };
    Ok(ExecuteOrder {
        errand,
        folder,
        on: place,
        others,
        before,
        acknowledged: execute.acknowledged().to_vec(),
        loss: execute.loss(),
        patience,
    })
}

/// A database: an environment, or a URL.
async fn environment(project: &Project, name: &str, surroundings: &Surroundings) -> Result<Place, Failure> {
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
    for (name, place) in worker::doctor_order(project, surroundings).await.places {
        let Ok(place) = place else { continue };
        let Ok(runs) = worker::runs_of(&place).await else { continue };
        let wanted = |state: &&crate::model::RunState| match run {
            Some(run) => &state.run == run,
            None => state.standing() != RunStanding::Over,
        };
        if runs.iter().any(|state| wanted(&state)) {
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

pub(super) async fn history_order(
    surface: &Surface,
    project: Option<&Path>,
) -> Result<HistoryOrder, Failure> {
    let surroundings = Surroundings::of_process();
    let project = loaded(surface, project, &surroundings)?;
    if project.entries.is_empty() {
        return Err(Failure::new(FailureKind::Usage, "there is no project file with environments here")
            .hint("run it where migrator.toml is, or name it with --project"));
    }
    Ok(HistoryOrder { places: worker::doctor_order(&project, &surroundings).await.places })
}
