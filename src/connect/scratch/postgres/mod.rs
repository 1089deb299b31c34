//! PostgreSQL databases to throw away: on a server that is meant for it, on a private one, or beside the databases of
//! somebody else.

#[cfg(unix)]
mod cluster;
mod programs;

use std::collections::BTreeSet;

use super::{Ground, Guarded, ScratchDatabase, ScratchError, Tenure, Workshop, aside, sweep};
use crate::connect::{
    Connection, PostgresAddress, PostgresTarget, Purpose, Target, WireError, postgres as wire,
};
use crate::model::{EngineKind, Ident};
use crate::sql;

#[cfg(unix)]
use cluster::Cluster;

/// What is known and allowed when a place for PostgreSQL databases is looked for.
#[derive(Clone, Default)]
pub struct PostgresScratch {
    /// A server meant for this. `MIGRATOR_SCRATCH_POSTGRES` takes its place.
    pub url: Option<PostgresTarget>,
    /// The *current* server: a database may be made there if nothing forbids it.
    pub host: Option<PostgresTarget>,
    pub guarded: Guarded,
    /// The major version to be like.
    pub major: Option<u32>,
}

pub(super) struct Server {
    /// Opens databases by its name.
    target: PostgresTarget,
    /// `None` once it was given to the last clean-up.
    admin: Option<Box<dyn Connection>>,
    tenure: Tenure,
    open: BTreeSet<Ident>,
    #[cfg(unix)]
    cluster: Option<Cluster>,
}

impl Workshop {
    /// Finds a place: the server that was named, a private one of the same major version, a database on the
    /// current server, a private one of another version.
    pub async fn postgres(options: &PostgresScratch) -> Result<Self, ScratchError> {
        super::sweep().await;
        let mut reasons = Vec::new();
        match named(options) {
            Ok(Some(target)) => {
                return match Self::on(target, Tenure::Scratch).await {
                    Ok(workshop) => Ok(workshop),
                    Err(reason) => Err(ScratchError { reasons: vec![reason] }),
                };
            }
            Ok(None) => {}
            Err(reason) => return Err(ScratchError { reasons: vec![reason] }),
        }
        let found = programs::find().await.unwrap_or_else(|reason| {
            reasons.push(reason);
            Vec::new()
        });
        let chosen = programs::choose(&found, options.major);
        let same = |programs: &&programs::Programs| options.major.is_none_or(|major| programs.major == major);
        if let Some(programs) = chosen.filter(same) {
            match Self::private(programs, options.major).await {
                Ok(workshop) => return Ok(workshop),
                Err(reason) => reasons.push(reason),
            }
        }
        match (&options.host, options.guarded) {
            (Some(target), Guarded::NotGuarded) => match Self::on(target.clone(), Tenure::Guest).await {
                Ok(workshop) => return Ok(workshop),
                Err(reason) => reasons.push(reason),
            },
            (Some(_), Guarded::Guarded) => {
                reasons.push("the current server is guarded: no database is made there".into());
            }
            (None, _) => {}
        }
        if let Some(programs) = chosen.filter(|programs| !same(programs)) {
            match Self::private(programs, options.major).await {
                Ok(workshop) => return Ok(workshop),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(ScratchError { reasons })
    }

    async fn on(mut target: PostgresTarget, tenure: Tenure) -> Result<Self, String> {
        target.settings.push(("synchronous_commit".into(), "off".into()));
        let place = target.place();
        let mut admin: Box<dyn Connection> = match wire::open(&target, Purpose::Write).await {
            Ok(session) => Box::new(session),
            Err(error) => return Err(error.message.into()),
        };
        let may = sql!(EngineKind::Postgres;
            "SELECT pg_is_in_recovery(), rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user");
        let rows = admin.query(&may).await.map_err(|error| format!("{place}: {error}"))?;
        let fact = |at: usize| rows.cell(0, at) == Some("t");
        if fact(0) {
            return Err(format!("{place} is a standby and takes no database"));
        }
        if !fact(1) {
            return Err(format!("the role {} may not create databases on {place}", target.user));
        }
        sweep::databases(admin.as_mut()).await;
        let version = admin.version().clone();
        let (major, minor, _) = version.number;
        let describe = match tenure {
            Tenure::Scratch => format!("scratch server {place}, PostgreSQL {major}.{minor}"),
            Tenure::Guest => format!("temporary database on {place}, PostgreSQL {major}.{minor}"),
        };
        let server = Server {
            target,
            admin: Some(admin),
            tenure,
            open: BTreeSet::new(),
            #[cfg(unix)]
            cluster: None,
        };
        Ok(Self { ground: Ground::Postgres(Box::new(server)), describe, version })
    }

    #[cfg(unix)]
    async fn private(programs: &programs::Programs, wanted: Option<u32>) -> Result<Self, String> {
        let (cluster, admin) = Cluster::start(programs).await?;
        let version = admin.version().clone();
        let (major, minor, _) = version.number;
        let other = match wanted.filter(|wanted| *wanted != major) {
            Some(wanted) => format!(", not the server's own version {wanted}"),
            None => String::new(),
        };
        let server = Server {
            target: cluster.target.clone(),
            admin: Some(admin),
            tenure: Tenure::Scratch,
            open: BTreeSet::new(),
            cluster: Some(cluster),
        };
        let describe = format!("private PostgreSQL {major}.{minor}{other}");
        Ok(Self { ground: Ground::Postgres(Box::new(server)), describe, version })
    }

    #[cfg(not(unix))]
    async fn private(_: &programs::Programs, _: Option<u32>) -> Result<Self, String> {
        Err("a private server cannot be started on this system".into())
    }
}

/// The server named by the environment or the configuration.
fn named(options: &PostgresScratch) -> Result<Option<PostgresTarget>, String> {
    let Some(url) = std::env::var("MIGRATOR_SCRATCH_POSTGRES").ok().filter(|url| !url.is_empty()) else {
        return Ok(options.url.clone());
    };
    PostgresAddress::parse(&url)
        .and_then(|address| address.resolve(&|name| std::env::var(name).ok()))
        .map(Some)
        .map_err(|error| format!("MIGRATOR_SCRATCH_POSTGRES: {error}"))
}

impl Server {
    fn admin(&mut self) -> Result<&mut dyn Connection, WireError> {
        match &mut self.admin {
            Some(admin) => Ok(admin.as_mut()),
            None => Err(WireError::unreachable("the workshop is closed")),
        }
    }

    pub(super) async fn database(&mut self, name: Ident) -> Result<ScratchDatabase, WireError> {
        let create = sql!(EngineKind::Postgres; "CREATE DATABASE ", &name, " TEMPLATE template0");
        self.admin()?.execute(&create).await?;
        self.open.insert(name.clone());
        let target = self.target.with_database(name.as_str());
        match wire::open(&target, Purpose::Write).await {
            Ok(session) => Ok(ScratchDatabase {
                connection: Box::new(session),
                target: Some(Target::Postgres(Box::new(target))),
                name: Some(name),
            }),
            Err(error) => {
                self.drop_database(&name).await?;
                Err(error)
            }
        }
    }

    pub(super) async fn ensure_roles(&mut self, names: &[Ident]) -> Result<(), WireError> {
        if self.tenure == Tenure::Guest || names.is_empty() {
            return Ok(());
        }
        let known = sql!(EngineKind::Postgres; "SELECT rolname FROM pg_roles");
        let admin = self.admin()?;
        let rows = admin.query(&known).await?;
        let known: BTreeSet<&str> = rows.iter().filter_map(|row| row.get(0)).collect();
        for name in names.iter().filter(|name| !known.contains(name.as_str())) {
            match admin.execute(&sql!(EngineKind::Postgres; "CREATE ROLE ", name, " NOLOGIN")).await {
                // Another process may have been quicker on a shared scratch server.
                Err(error) if error.code.as_deref() == Some("42710") => {}
                other => other.map(|_| ())?,
            }
        }
        Ok(())
    }

    pub(super) async fn drop_database(&mut self, name: &Ident) -> Result<(), WireError> {
        // With force: the session that used it may still be saying goodbye.
        let drop = sql!(EngineKind::Postgres; "DROP DATABASE IF EXISTS ", name, " WITH (FORCE)");
        self.admin()?.execute(&drop).await?;
        self.open.remove(name);
        Ok(())
    }

    #[cfg(unix)]
    fn goes_as_a_whole(&self) -> bool {
        self.cluster.is_some()
    }

    #[cfg(not(unix))]
    fn goes_as_a_whole(&self) -> bool {
        false
    }

    pub(super) async fn clear(&mut self) {
        if self.goes_as_a_whole() {
            self.open.clear();
        }
        for name in self.open.clone() {
            let _ = self.drop_database(&name).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The old session belongs to another runtime than the one that cleans up.
        if self.admin.take().is_none() || self.goes_as_a_whole() || self.open.is_empty() {
            return;
        }
        let target = self.target.clone();
        let open = std::mem::take(&mut self.open);
        aside(move || async move {
            let Ok(mut admin) = wire::open(&target, Purpose::Write).await else { return };
            for name in &open {
                let drop = sql!(EngineKind::Postgres; "DROP DATABASE IF EXISTS ", name, " WITH (FORCE)");
                let _ = admin.execute(&drop).await;
            }
        });
    }
}

#[cfg(test)]
mod tests;
