//! Scratch databases as the worker's commands need them: where they may be made, and DDL files loaded on one.
//! A workshop is always closed, also when a command is stopped: that ends whatever runs in it.

use crate::config::{Files, Source};
use crate::connect::Target;
use crate::connect::scratch::{PostgresScratch, Workshop};
use crate::engines::Dialect;
use crate::model::{EngineKind, Failure, FailureKind};
use crate::promote::load;

use super::compare::{CompareOrder, Side};
use super::queue::Job;
use super::stop;

/// Where scratch databases may be made, and like which server.
#[derive(Clone)]
pub(super) enum Ground {
    Postgres(Box<PostgresScratch>),
    Sqlite,
    None(EngineKind),
}

impl Ground {
    /// `major`: the version to be like.
    pub(super) fn of(order: &CompareOrder, engine: EngineKind, major: Option<u32>) -> Self {
        match engine {
            EngineKind::Postgres => {
                let mut options =
                    PostgresScratch { url: order.scratch.clone(), major, ..PostgresScratch::default() };
                if let Source::Environment(place) = &order.current
                    && let Target::Postgres(target) = &place.target
                {
                    options.host = Some(target.as_ref().clone());
                    options.guarded = place.guard.scratch();
                }
                Self::Postgres(Box::new(options))
            }
            EngineKind::Sqlite => Self::Sqlite,
            EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => Self::None(engine),
        }
    }

    pub(super) async fn workshop(&self, job: &Job) -> Result<Workshop, Failure> {
        job.reporter.doing("looking for a scratch server");
        match self {
            Self::Postgres(options) => Workshop::postgres(options).await.map_err(|error| {
                Failure::new(FailureKind::Local, error.to_string())
                    .hint("install the PostgreSQL server programs, or set MIGRATOR_SCRATCH_POSTGRES to a server meant for it")
            }),
            Self::Sqlite => Ok(Workshop::sqlite()),
            Self::None(engine) => Err(Failure::new(
                FailureKind::Unsupported,
                format!("this build makes no scratch databases for {}", engine.title()),
            )),
        }
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
