//! The doctor's questions to servers: which environments answer, and where scratch databases can be made. It
//! reads and makes nothing that stays.

use crate::config::Place;
use crate::connect::scratch::{MySqlScratch, PostgresScratch, Servers, Workshop};
use crate::connect::{self, Purpose};
use crate::export::server_words;
use crate::model::{EngineKind, Failure};

use super::failure;
use super::queue::Job;

#[derive(Clone, Debug)]
pub struct DoctorOrder {
    /// Environments by name, or what is wrong with them.
    pub places: Vec<(String, Result<Place, Failure>)>,
    pub scratch: Servers,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// `terminal`, `scratch postgres`, `environment staging`.
    pub area: String,
    pub health: Health,
    pub what: String,
    /// The line that mends it; empty where there is nothing to mend.
    pub mend: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Health {
    Good,
    /// Works, with less than there could be.
    Limited,
    Bad,
}

impl Check {
    pub fn new(area: impl Into<String>, health: Health, what: impl Into<String>) -> Self {
        Self { area: area.into(), health, what: what.into(), mend: String::new() }
    }
    #[must_use]
    pub fn mend(mut self, line: impl Into<String>) -> Self {
        self.mend = line.into();
        self
    }
}

pub(super) async fn examine(order: &DoctorOrder, job: &Job) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for (name, place) in &order.places {
        job.stop.check()?;
        job.reporter.doing(format!("asking {name}"));
        checks.push(environment(name, place, job).await?);
    }
    job.stop.check()?;
    checks.push(Check::new(
        format!("scratch {}", EngineKind::Sqlite.name()),
        Health::Good,
        "in memory, nothing to install",
    ));
    job.reporter.doing("looking for a scratch PostgreSQL");
    checks.push(postgres_scratch(order).await);
    job.stop.check()?;
    job.reporter.doing("looking for a scratch MySQL or MariaDB");
    checks.push(mysql_scratch(order).await);
    Ok(checks)
}

async fn environment(name: &str, place: &Result<Place, Failure>, job: &Job) -> Result<Check, Failure> {
    let area = format!("environment {name}");
    let bad = |failure: &Failure| Check::new(&area, Health::Bad, &failure.what).mend(&failure.hint);
    let place = match place {
        Ok(place) => place,
        Err(failure) => return Ok(bad(failure)),
    };
    let opened = tokio::select! {
        opened = connect::open(&place.target, Purpose::Read) => opened,
        () = job.stop.wished() => return Err(super::stop::cancelled()),
    };
    Ok(match opened {
        Ok(connection) => Check::new(
            &area,
            Health::Good,
            format!("{}, {}", place.target, server_words(connection.version())),
        ),
        Err(error) => bad(&failure::wire(name, &error)),
    })
}

async fn postgres_scratch(order: &DoctorOrder) -> Check {
    let area = format!("scratch {}", EngineKind::Postgres.name());
    let options = PostgresScratch { url: order.scratch.postgres.clone(), ..PostgresScratch::default() };
    match Workshop::postgres(&options).await {
        Ok(workshop) => {
            let check = Check::new(area, Health::Good, workshop.describe());
            workshop.close().await;
            check
        }
        Err(error) => Check::new(area, Health::Limited, error.to_string()).mend(
            "apt-get install postgresql (the server programs), or export MIGRATOR_SCRATCH_POSTGRES=postgres://…",
        ),
    }
}

async fn mysql_scratch(order: &DoctorOrder) -> Check {
    let area = format!("scratch {}", EngineKind::MySql.name());
    let options = MySqlScratch { url: order.scratch.mysql.clone(), ..MySqlScratch::default() };
    match Workshop::mysql(&options).await {
        Ok(workshop) => {
            let check = Check::new(area, Health::Good, workshop.describe());
            workshop.close().await;
            check
        }
        Err(error) => Check::new(area, Health::Limited, error.to_string()).mend(
            "apt-get install mariadb-server (for MySQL its own server), or export MIGRATOR_SCRATCH_MYSQL=mysql://…",
        ),
    }
}
