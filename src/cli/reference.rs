//! What the arguments mean: REFs become sources, flags become orders.

use std::path::{Path, PathBuf};

use crate::config::{Credential, Project, Surroundings};
use crate::diff::Privileges;
use crate::model::{Dropped, Failure, FailureKind, RunId};
use crate::safety::DataLoss;
use crate::worker::{
    self, CompareOrder, Errand, ExecuteOrder, HistoryOrder, Pick, PlanOrder, Rehearsal, RehearseOrder,
    Request, Selection, Token, read_plan,
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
    let mut compare = compare_order(surface, &wanted.sides, project).await?;
    if wanted.keep_dropped {
        compare.dropped = Dropped::Kept;
    }
    Ok(PlanOrder {
        compare,
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
            dropped: project.dropped,
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
    Contract(&'a Rollback),
}

impl Execute<'_> {
    fn how(&self) -> &How {
        match self {
            Self::Run(run) => &run.how,
            Self::Promote(promote) => &promote.how,
            Self::Resume(resume) => &resume.how,
            Self::RollBack(wanted) | Self::Contract(wanted) => &wanted.how,
        }
    }

    fn request(&self) -> Request {
        let run = |text: &String| RunId::new(text.as_str());
        match self {
            Self::Run(wanted) => {
                Request { folder: Some(wanted.path.clone()), ..Request::new(Errand::Run, Some(&wanted.on)) }
            }
            Self::Promote(wanted) => Request {
                folder: Some(wanted.path.clone()),
                ..Request::new(Errand::Promote, Some(&wanted.to))
            },
            Self::Resume(wanted) => Request {
                folder: wanted.plan.clone(),
                ..Request::new(Errand::Resume(wanted.run.as_ref().map(run)), wanted.on.as_deref())
            },
            Self::RollBack(wanted) | Self::Contract(wanted) => {
                let folder = wanted.what.as_ref().map(PathBuf::from).filter(|path| path.is_dir());
                let named = wanted.what.as_ref().filter(|_| folder.is_none()).map(run);
                let errand = match self {
                    Self::Contract(_) => Errand::Contract(named),
                    Self::Run(_) | Self::Promote(_) | Self::Resume(_) | Self::RollBack(_) => {
                        Errand::RollBack(named)
                    }
                };
                Request {
                    folder,
                    loss: if wanted.allow_destructive { DataLoss::Allowed } else { DataLoss::Refused },
                    ..Request::new(errand, Some(&wanted.on))
                }
            }
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
    let how = execute.how();
    let request = Request {
        acknowledged: how.acknowledge.clone(),
        tries: how.tries,
        approval: token(how.approve.as_deref(), &surroundings).await?,
        ..execute.request()
    };
    let (order, warnings) = worker::execute_order(&project, &surroundings, &request).await?;
    warnings.iter().for_each(|failure| surface.warn(failure));
    Ok(order)
}

/// A token, or what is where it is said to be.
async fn token(given: Option<&str>, surroundings: &Surroundings) -> Result<Option<Token>, Failure> {
    let Some(text) = given else { return Ok(None) };
    match Credential::parse(text, &surroundings.folder) {
        None => Ok(Some(Token::given(text))),
        Some(credential) => {
            let found = credential.fetch("--approve", surroundings).await?;
            Ok(Some(Token::given(found.expose())))
        }
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
    Ok(HistoryOrder::of(&project, &surroundings, &[]).await)
}
