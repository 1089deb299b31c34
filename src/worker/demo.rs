//! The demo: a shop in two filled environments, made on the spot and removed at the end, and the story that they
//! tell. It touches nothing that was there before.

use std::path::Path;

use crate::config::{Guard, Origin, Place, Schemas, Source};
use crate::connect::scratch::{ScratchDatabase, Workshop};
use crate::connect::sqlite::{self, Access};
use crate::connect::{Connection, PostgresTarget, SqliteTarget, Target};
use crate::diff::Privileges;
use crate::model::{EngineKind, Failure, FailureKind};
use crate::safety::DataLoss;

use super::compare::{self, CompareOrder, Comparison};
use super::plan::{self, PlanOrder, Planned, Rehearsal};
use super::queue::Job;
use super::scratch::Ground;
use super::select::{RenameText, Selection};
use super::{failure, stop};

/// The scripts of one engine's demo.
struct Shop {
    current: &'static str,
    desired: &'static str,
    rows: &'static str,
    /// What the user of the story confirms.
    rename: (&'static str, &'static str),
}

const SQLITE: Shop = Shop {
    current: include_str!("../../assets/demo/sqlite/current.sql"),
    desired: include_str!("../../assets/demo/sqlite/desired.sql"),
    rows: include_str!("../../assets/demo/sqlite/rows.sql"),
    rename: ("customers.name", "customers.full_name"),
};

const POSTGRES: Shop = Shop {
    current: include_str!("../../assets/demo/postgres/current.sql"),
    desired: include_str!("../../assets/demo/postgres/desired.sql"),
    rows: include_str!("../../assets/demo/postgres/rows.sql"),
    rename: ("public.customers.name", "public.customers.full_name"),
};

/// What the demo showed.
#[derive(Clone, Debug)]
pub struct Story {
    /// Where the environments were: `a private PostgreSQL 15.4`.
    pub place: String,
    /// The comparison before anybody said what was renamed.
    pub first: Comparison,
    /// The rename that the story confirms.
    pub rename: RenameText,
    pub planned: Planned,
}

pub(super) async fn demo(engine: EngineKind, job: &Job) -> Result<Story, Failure> {
    match engine {
        EngineKind::Sqlite => on_sqlite(job).await,
        EngineKind::Postgres => on_postgres(job).await,
        EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => {
            Err(failure::no_dialect("demo", engine))
        }
    }
}

async fn on_sqlite(job: &Job) -> Result<Story, Failure> {
    job.reporter.doing("filling two SQLite databases");
    let folder = tempfile::Builder::new()
        .prefix("migrator-demo-")
        .tempdir()
        .map_err(|error| Failure::new(FailureKind::Local, format!("no temporary folder: {error}")))?;
    let (current, desired) = (folder.path().join("staging.db"), folder.path().join("next.db"));
    make(&current, &[SQLITE.current, SQLITE.rows]).await?;
    make(&desired, &[SQLITE.desired]).await?;
    let sides = [("staging", current), ("next", desired)]
        .map(|(name, path)| place(name, Target::Sqlite(SqliteTarget { path })));
    let story = told(sides, &SQLITE, ("two SQLite files in a temporary folder".into(), None), job).await;
    // Removed now, so that a failure to do so is not swallowed by the end of the scope.
    let gone = folder.close();
    let story = story?;
    gone.map_err(|error| {
        Failure::new(FailureKind::Local, format!("the demo's folder stays behind: {error}"))
    })?;
    Ok(story)
}

async fn make(path: &Path, scripts: &[&str]) -> Result<(), Failure> {
    let wrong = |error| failure::wire("demo", &error);
    let mut connection = sqlite::open(Some(path), Access::Create).await.map_err(wrong)?;
    for script in scripts {
        connection.execute_script(script).await.map_err(wrong)?;
    }
    connection.close().await.map_err(wrong)
}

async fn on_postgres(job: &Job) -> Result<Story, Failure> {
    let ground = Ground::Postgres(Box::default());
    let mut workshop = ground.workshop(job).await?;
    let story = tokio::select! {
        story = in_workshop(&mut workshop, job) => story,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    workshop.close().await;
    story
}

async fn in_workshop(workshop: &mut Workshop, job: &Job) -> Result<Story, Failure> {
    let where_it_is = workshop.describe().to_owned();
    job.reporter.doing(format!("filling two databases on {where_it_is}"));
    let (current, staging) = filled(workshop, "staging", &[POSTGRES.current, POSTGRES.rows]).await?;
    let (desired, next) = filled(workshop, "next", &[POSTGRES.desired]).await?;
    // The rehearsal uses the same server: starting another one would take longer than all the rest.
    let server = match &current.target {
        Some(Target::Postgres(target)) => Some(target.with_database("postgres")),
        Some(Target::Sqlite(_)) | None => None,
    };
    let story = told([staging, next], &POSTGRES, (where_it_is, server), job).await;
    for database in [current, desired] {
        workshop.discard(database).await.map_err(|error| failure::wire("demo", &error))?;
    }
    story
}

async fn filled(
    workshop: &mut Workshop,
    name: &str,
    scripts: &[&str],
) -> Result<(ScratchDatabase, Source), Failure> {
    let wrong = |error| failure::wire("demo", &error);
    let mut database = workshop.database().await.map_err(wrong)?;
    for script in scripts {
        database.connection.execute_script(script).await.map_err(wrong)?;
    }
    let Some(target) = database.target.clone() else {
        return Err(Failure::new(FailureKind::Internal, "the scratch database has no address"));
    };
    Ok((database, place(name, target)))
}

fn place(name: &str, target: Target) -> Source {
    Source::Environment(Box::new(Place {
        name: name.to_owned(),
        origin: Origin::Url,
        target,
        guard: Guard::None,
        schemas: Schemas::default(),
        privileges: Privileges::Ignore,
    }))
}

async fn told(
    [current, desired]: [Source; 2],
    shop: &Shop,
    (place, scratch): (String, Option<PostgresTarget>),
    job: &Job,
) -> Result<Story, Failure> {
    let mut order =
        CompareOrder { current, desired, privileges: Privileges::Ignore, renames: Vec::new(), scratch };
    let first = compare::compare(&order, job).await?;
    let rename = RenameText { old: shop.rename.0.into(), new: shop.rename.1.into() };
    order.renames.push(rename.clone());
    let planned = plan::plan(
        &PlanOrder {
            compare: order,
            name: Some("next_release".into()),
            out: None,
            rehearsal: Rehearsal::Wanted,
            loss: DataLoss::Refused,
            selection: Selection::default(),
        },
        job,
    )
    .await?;
    Ok(Story { place, first, rename, planned })
}
