//! Scratch databases as the worker's commands need them: where they may be made, and DDL files loaded on one.
//! A workshop is always closed, also when a command is stopped: that ends whatever runs in it.

use crate::config::{Files, Source};
use crate::connect::scratch::{MySqlScratch, PostgresScratch, Workshop};
use crate::connect::{MySqlTarget, Target};
use crate::engines::Dialect;
use crate::model::{EngineKind, Failure, FailureKind, ServerVersion};
use crate::promote::load;

use super::compare::{CompareOrder, Side};
use super::queue::Job;
use super::stop;

/// Where scratch databases may be made, and like which server.
#[derive(Clone)]
pub(super) enum Ground {
    Postgres(Box<PostgresScratch>),
    MySql(Box<MySqlScratch>),
    Sqlite,
    None(EngineKind),
}

impl Ground {
    /// `like`: the version to be like.
    pub(super) fn of(order: &CompareOrder, engine: EngineKind, like: Option<&ServerVersion>) -> Self {
        let place = match &order.current {
            Source::Environment(place) => Some(place),
            Source::Files(_) => None,
        };
        let guarded = place.map(|place| place.guard.scratch()).unwrap_or_default();
        match engine {
            EngineKind::Postgres => {
                let host = place.and_then(|place| match &place.target {
                    Target::Postgres(target) => Some(target.as_ref().clone()),
                    Target::MySql(_) | Target::Sqlite(_) => None,
                });
                let url = order.scratch.postgres.clone();
                let major = like.map(|version| version.number.0);
                Self::Postgres(Box::new(PostgresScratch { url, host, guarded, major }))
            }
            EngineKind::MySql => {
                let (host, desired) = (mysql(&order.current), mysql(&order.desired));
                let url = order.scratch.mysql.clone();
                let model = host.clone().or(desired);
                Self::MySql(Box::new(MySqlScratch { url, host, guarded, like: like.cloned(), model }))
            }
            EngineKind::Sqlite => Self::Sqlite,
            EngineKind::SqlServer | EngineKind::Snowflake => Self::None(engine),
        }
    }

    pub(super) async fn workshop(&self, job: &Job) -> Result<Workshop, Failure> {
        job.reporter.doing("looking for a scratch server");
        match self {
            Self::Postgres(options) => Workshop::postgres(options).await.map_err(|error| {
                Failure::new(FailureKind::Local, error.to_string())
                    .hint("install the PostgreSQL server programs, or set MIGRATOR_SCRATCH_POSTGRES to a server meant for it")
            }),
            Self::MySql(options) => Workshop::mysql(options).await.map_err(|error| {
                Failure::new(FailureKind::Local, error.to_string())
                    .hint("install the server programs of MySQL or MariaDB, or set MIGRATOR_SCRATCH_MYSQL to a server meant for it")
            }),
            Self::Sqlite => Ok(Workshop::sqlite()),
            Self::None(engine) => Err(Failure::new(
                FailureKind::Unsupported,
                format!("this build makes no scratch databases for {}", engine.title()),
            )),
        }
    }
}

fn mysql(source: &Source) -> Option<MySqlTarget> {
    match source {
        Source::Environment(place) => match &place.target {
            Target::MySql(target) => Some(target.as_ref().clone()),
            Target::Postgres(_) | Target::Sqlite(_) => None,
        },
        Source::Files(_) => None,
    }
}

/// Loads files, each on a database of its own, in one workshop.
pub(super) async fn load(
    files: &[&Files],
    dialect: &dyn Dialect,
    ground: Ground,
    job: &Job,
) -> Result<Vec<Side>, Failure> {
    let mut workshop = ground.workshop(job).await?;
    let work = async {
        let mut sides = Vec::new();
        for files in files {
            job.stop.check()?;
            job.reporter.doing(format!("loading {}", files.name));
            let loaded = load::load(dialect, &mut workshop, &files.root).await?;
            sides.push(Side {
                label: files.name.as_str().into(),
                schema: loaded.schema,
                notes: loaded.notes,
            });
        }
        Ok(sides)
    };
    // Dropping the work is safe here: closing the workshop ends its sessions on the server.
    let result = tokio::select! {
        result = work => result,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    workshop.close().await;
    result
}
