//! What the arguments mean: REFs become sources, flags become orders.

use std::path::Path;

use crate::config::{Project, Surroundings};
use crate::diff::Privileges;
use crate::model::Failure;
use crate::safety::DataLoss;
use crate::worker::{self, CompareOrder, Pick, PlanOrder, Rehearsal, RehearseOrder, Selection, read_plan};

use super::args::{Plan, Rehearse, Sides};
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
