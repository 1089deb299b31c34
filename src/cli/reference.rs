//! What the arguments mean: REFs become sources, flags become orders.

use std::path::{Path, PathBuf};

use crate::connect::{SqliteTarget, Target};
use crate::diff::Privileges;
use crate::model::{EngineKind, Failure, FailureKind};
use crate::worker::{CompareOrder, DataLoss, Pick, PlanOrder, Rehearsal, Selection, Source};

use super::args::{Plan, Sides};

pub(super) fn compare_order(sides: &Sides, project: Option<&Path>) -> Result<CompareOrder, Failure> {
    Ok(CompareOrder {
        current: source(&sides.current, project)?,
        desired: source(&sides.desired, project)?,
        privileges: if sides.privileges { Privileges::Compare } else { Privileges::Ignore },
        renames: sides.rename.clone(),
    })
}

pub(super) fn plan_order(wanted: &Plan, project: Option<&Path>) -> Result<PlanOrder, Failure> {
    let selection = match (wanted.only.as_slice(), wanted.skip.as_slice()) {
        ([], []) => Selection::default(),
        ([], skip) => Selection { pick: Pick::Except, objects: skip.to_vec() },
        (only, _) => Selection { pick: Pick::Only, objects: only.to_vec() },
    };
    Ok(PlanOrder {
        compare: compare_order(&wanted.sides, project)?,
        name: wanted.name.clone(),
        out: wanted.out.clone(),
        rehearsal: if wanted.no_rehearse { Rehearsal::Skipped } else { Rehearsal::Wanted },
        loss: if wanted.allow_destructive { DataLoss::Accepted } else { DataLoss::Guarded },
        selection,
    })
}

/// A REF as a source.
fn source(reference: &str, project: Option<&Path>) -> Result<Source, Failure> {
    let _ = project;
    if let Some(path) = reference.strip_prefix("sqlite:") {
        return Ok(Source::Database {
            label: reference.into(),
            target: Target::Sqlite(SqliteTarget { path: PathBuf::from(path) }),
        });
    }
    let (path, engine) = match reference.split_once("?engine=") {
        Some((path, "postgres")) => (path, Some(EngineKind::Postgres)),
        Some((path, "sqlite")) => (path, Some(EngineKind::Sqlite)),
        _ => (reference, None),
    };
    if Path::new(path).exists() {
        return Ok(Source::Ddl { label: reference.into(), path: path.into(), engine });
    }
    Err(Failure::new(FailureKind::Usage, format!("{reference}: no such file or environment")))
}
