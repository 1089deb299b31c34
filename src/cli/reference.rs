//! What the arguments mean: REFs become sources, flags become orders.

use std::path::Path;

use crate::config::{Project, Source, Surroundings};
use crate::diff::Privileges;
use crate::model::Failure;
use crate::safety::DataLoss;
use crate::worker::{CompareOrder, Pick, PlanOrder, Rehearsal, Selection};

use super::args::{Plan, Sides};

pub(super) async fn compare_order(sides: &Sides, project: Option<&Path>) -> Result<CompareOrder, Failure> {
    let surroundings = Surroundings::of_process();
    let project = Project::load(project, &surroundings)?;
    let current = project.source(&sides.current, &surroundings).await?;
    let desired = project.source(&sides.desired, &surroundings).await?;
    let wanted = |source: &Source| match source {
        Source::Environment(place) => place.privileges == Privileges::Compare,
        Source::Files(_) => false,
    };
    let compared = sides.privileges || wanted(&current) || wanted(&desired);
    Ok(CompareOrder {
        privileges: if compared { Privileges::Compare } else { project.privileges },
        current,
        desired,
        renames: sides.rename.clone(),
        scratch: project.scratch.clone(),
    })
}

pub(super) async fn plan_order(wanted: &Plan, project: Option<&Path>) -> Result<PlanOrder, Failure> {
    let selection = match (wanted.only.as_slice(), wanted.skip.as_slice()) {
        ([], []) => Selection::default(),
        ([], skip) => Selection { pick: Pick::Except, objects: skip.to_vec() },
        (only, _) => Selection { pick: Pick::Only, objects: only.to_vec() },
    };
    Ok(PlanOrder {
        compare: compare_order(&wanted.sides, project).await?,
        name: wanted.name.clone(),
        out: wanted.out.clone(),
        rehearsal: if wanted.no_rehearse { Rehearsal::Skipped } else { Rehearsal::Wanted },
        loss: if wanted.allow_destructive { DataLoss::Allowed } else { DataLoss::Refused },
        selection,
    })
}
