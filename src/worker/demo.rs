//! The demo: a shop in filled environments, made on the spot and removed at the end, and the story that they
//! tell. It touches nothing that was there before.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Place, Source};
use crate::connect::scratch::{self, ScratchDatabase, ScratchFolder, Servers, Workshop};
use crate::connect::sqlite::{self, Access};
use crate::connect::{Connection, SqliteTarget, Target};
use crate::diff::Privileges;
use crate::export::Proof;
use crate::model::{Dropped, EngineKind, Failure, FailureKind};
use crate::promote::Patience;
use crate::safety::DataLoss;

use super::compare::{self, CompareOrder, Comparison};
use super::execute::{self, Errand, ExecuteOrder, Ran};
use super::plan::{self, PlanOrder, Planned, Rehearsal};
use super::queue::Job;
use super::scratch::Ground;
use super::select::{RenameText, Selection};
use super::{disk, failure, stop};

/// The scripts of one engine's demo.
struct Shop {
    current: &'static str,
    desired: &'static str,
    rows: &'static str,
    /// What the user of the story confirms.
    rename: (&'static str, &'static str),
}

const STAGING: &str = "staging";
const NEXT: &str = "next";
const PRODUCTION: &str = "production";

impl Shop {
    /// What fills the database of that name.
    fn scripts(&self, name: &str) -> Vec<&'static str> {
        if name == NEXT { vec![self.desired] } else { vec![self.current, self.rows] }
    }
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

const MYSQL: Shop = Shop {
    current: include_str!("../../assets/demo/mysql/current.sql"),
    desired: include_str!("../../assets/demo/mysql/desired.sql"),
    rows: include_str!("../../assets/demo/mysql/rows.sql"),
    rename: ("customers.name", "customers.full_name"),
};

/// What the demo showed.
#[derive(Clone, Debug)]
pub struct Story {
    /// Where the environments were: `a private PostgreSQL 15.4`.
    pub place: String,
    /// The comparison before anybody said what was renamed.
    pub first: Arc<Comparison>,
    /// The rename that the story confirms.
    pub rename: RenameText,
    pub planned: Planned,
    /// What became of the plan on databases, in order: on staging, on production, taken back from production. Empty
    /// where it was not proven.
    pub runs: Vec<Arc<Ran>>,
}

/// Two filled environments, there until the worker closes.
#[derive(Clone, Debug)]
pub struct DemoPlace {
    /// Where they are: `private PostgreSQL 15.4`.
    pub place: String,
    pub current: Source,
    pub desired: Source,
    /// Filled like `current`: where the story ends.
    pub production: Source,
    /// The server for scratch databases: starting another one would take longer than all the rest.
    pub scratch: Servers,
}

/// What has to go when the demo is over. Dropping it removes all of it, too.
pub(super) enum Home {
    Sqlite(ScratchFolder),
    Server { workshop: Workshop, databases: Vec<ScratchDatabase> },
}

impl Home {
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(folder) => folder.close().map_err(|error| {
                Failure::new(FailureKind::Local, format!("the demo's folder stays behind: {error}"))
            }),
            Self::Server { mut workshop, databases } => {
                let mut gone = Ok(());
                for database in databases {
                    gone = gone.and(workshop.discard(database).await);
                }
                workshop.close().await;
                gone.map_err(|error| failure::wire("demo", &error))
            }
        }
    }
}

/// Makes the environments, tells their story, removes them.
pub(super) async fn demo(engine: EngineKind, job: &Job) -> Result<Story, Failure> {
    let (place, home) = open(engine, job).await?;
    let story = told(&place, shop(engine)?, job).await;
    // Removed now, so that a failure to do so is not swallowed by the end of the scope.
    let gone = home.close().await;
    let story = story?;
    gone?;
    Ok(story)
}

/// Makes the two environments.
pub(super) async fn open(engine: EngineKind, job: &Job) -> Result<(DemoPlace, Home), Failure> {
    let shop = shop(engine)?;
    match engine {
        EngineKind::Sqlite => on_sqlite(shop, job).await,
        EngineKind::Postgres => on_server(Ground::Postgres(Box::default()), shop, job).await,
        EngineKind::MySql => on_server(Ground::MySql(Box::default()), shop, job).await,
        EngineKind::SqlServer | EngineKind::Snowflake => Err(failure::no_dialect("demo", engine)),
    }
}

fn shop(engine: EngineKind) -> Result<&'static Shop, Failure> {
    match engine {
        EngineKind::Sqlite => Ok(&SQLITE),
        EngineKind::Postgres => Ok(&POSTGRES),
        EngineKind::MySql => Ok(&MYSQL),
        EngineKind::SqlServer | EngineKind::Snowflake => Err(failure::no_dialect("demo", engine)),
    }
}

async fn on_sqlite(shop: &Shop, job: &Job) -> Result<(DemoPlace, Home), Failure> {
    job.reporter.doing("filling three SQLite databases");
    scratch::sweep().await;
    let folder = ScratchFolder::make()
        .map_err(|error| Failure::new(FailureKind::Local, format!("no temporary folder: {error}")))?;
    let paths = [STAGING, NEXT, PRODUCTION].map(|name| (name, folder.path().join(format!("{name}.db"))));
    for (name, path) in &paths {
        make(path, &shop.scripts(name)).await?;
        job.stop.check()?;
    }
    let [current, desired, production] =
        paths.map(|(name, path)| place(name, Target::Sqlite(SqliteTarget { path })));
    let place = "SQLite files in a temporary folder".to_owned();
    let opened = DemoPlace { place, current, desired, production, scratch: Servers::default() };
    Ok((opened, Home::Sqlite(folder)))
}

async fn make(path: &Path, scripts: &[&str]) -> Result<(), Failure> {
    let wrong = |error| failure::wire("demo", &error);
    let mut connection = sqlite::open(Some(path), Access::Create).await.map_err(wrong)?;
    for script in scripts {
        connection.execute_script(script).await.map_err(wrong)?;
    }
    connection.close().await.map_err(wrong)
}

async fn on_server(ground: Ground, shop: &Shop, job: &Job) -> Result<(DemoPlace, Home), Failure> {
    let mut workshop = ground.workshop(job).await?;
    let made = tokio::select! {
        made = in_workshop(&mut workshop, shop, job) => made,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    match made {
        Ok((place, databases)) => Ok((place, Home::Server { workshop, databases })),
        Err(failure) => {
            workshop.close().await;
            Err(failure)
        }
    }
}

async fn in_workshop(
    workshop: &mut Workshop,
    shop: &Shop,
    job: &Job,
) -> Result<(DemoPlace, Vec<ScratchDatabase>), Failure> {
    let where_it_is = workshop.describe().to_owned();
    job.reporter.doing(format!("filling three databases on {where_it_is}"));
    let (first, current) = filled(workshop, STAGING, shop).await?;
    let (second, desired) = filled(workshop, NEXT, shop).await?;
    let (third, production) = filled(workshop, PRODUCTION, shop).await?;
    let mut scratch = Servers::default();
    match &first.target {
        Some(Target::Postgres(target)) => scratch.postgres = Some(target.with_database("postgres")),
        Some(Target::MySql(target)) => scratch.mysql = Some(target.with_database("information_schema")),
        Some(Target::Sqlite(_)) | None => {}
    }
    let place = DemoPlace { place: where_it_is, current, desired, production, scratch };
    Ok((place, vec![first, second, third]))
}

async fn filled(
    workshop: &mut Workshop,
    name: &str,
    shop: &Shop,
) -> Result<(ScratchDatabase, Source), Failure> {
    let wrong = |error| failure::wire("demo", &error);
    let mut database = workshop.database().await.map_err(wrong)?;
    for script in shop.scripts(name) {
        database.connection.execute_script(script).await.map_err(wrong)?;
    }
    let Some(target) = database.target.clone() else {
        return Err(Failure::new(FailureKind::Internal, "the scratch database has no address"));
    };
    Ok((database, place(name, target)))
}

fn place(name: &str, target: Target) -> Source {
    Source::Environment(Box::new(Place::unnamed(name.to_owned(), target, Privileges::Ignore)))
}

async fn told(place: &DemoPlace, shop: &Shop, job: &Job) -> Result<Story, Failure> {
    let mut order = CompareOrder {
        current: place.current.clone(),
        desired: place.desired.clone(),
        privileges: Privileges::Ignore,
        renames: Vec::new(),
        dropped: Dropped::Lost,
        scratch: place.scratch.clone(),
    };
    let first = Arc::new(compare::compare(&order, job).await?);
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
    let runs = match planned.drafted.record.proof {
        Proof::Proven { .. } => executed(place, &planned, job).await?,
        Proof::Failed { .. } | Proof::NotRehearsed { .. } => Vec::new(),
    };
    Ok(Story { place: place.place.clone(), first, rename, planned, runs })
}

/// The plan on staging, on production, and taken back from there. The story answers for its findings.
async fn executed(place: &DemoPlace, planned: &Planned, job: &Job) -> Result<Vec<Arc<Ran>>, Failure> {
    let local =
        |error: std::io::Error| Failure::new(FailureKind::Local, format!("no temporary folder: {error}"));
    let folder = tempfile::tempdir().map_err(local)?;
    let plan = folder.path().join("plan");
    disk::write_plan(&plan, &planned.drafted.text()?)?;
    let databases: Vec<Place> =
        [&place.current, &place.production].map(database).into_iter().flatten().collect();
    let [staging, production] = databases.as_slice() else {
        return Err(Failure::new(FailureKind::Internal, "the demo has lost its databases"));
    };
    let errors = planned.drafted.record.findings.iter().filter(|found| found.stops());
    let order = |errand: Errand, on: &Place| ExecuteOrder {
        errand,
        folder: Some(plan.clone()),
        on: on.clone(),
        others: databases.clone(),
        before: (on.name == production.name).then(|| staging.clone()),
        acknowledged: errors.clone().map(|found| found.rule.to_string()).collect(),
        loss: DataLoss::Allowed,
        patience: Patience::default(),
        approval: None,
        book: None,
    };
    let mut runs = Vec::new();
    for (errand, on) in
        [(Errand::Run, staging), (Errand::Promote, production), (Errand::RollBack(None), production)]
    {
        // The report tells of each statement; nobody has to be told twice.
        runs.push(Arc::new(execute::execute(&order(errand, on), &job.quiet()).await?));
    }
    folder.close().map_err(local)?;
    Ok(runs)
}

fn database(source: &Source) -> Option<Place> {
    match source {
        Source::Environment(place) => Some(Place::clone(place)),
        Source::Files(_) => None,
    }
}
