//! Throw-away databases: where a schema is loaded, a plan is rehearsed, a definition is read back. What is
//! made here is always removed, and nothing but what is made here is touched.

#[cfg(unix)]
mod cluster;
mod programs;
mod sweep;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Connection, PostgresAddress, PostgresTarget, Purpose, Target, WireError, postgres, sqlite};
use crate::model::{EngineKind, Ident, ServerVersion};
use crate::sql;

#[cfg(unix)]
use cluster::Cluster;

/// Databases made by this process: several workshops may stand on one server.
static MADE: AtomicU32 = AtomicU32::new(1);

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

/// Whether the environment of the current server forbids databases of ours on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Guarded {
    NotGuarded,
    #[default]
    Guarded,
}

/// No place was found; every reason.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no place for a scratch database: {}", reasons.join("; "))]
pub struct ScratchError {
    pub reasons: Vec<String>,
}

/// A server where throw-away databases can be made.
pub struct Workshop {
    ground: Ground,
    describe: String,
    version: ServerVersion,
}

enum Ground {
    Postgres(Box<Server>),
    Sqlite,
}

struct Server {
    /// Opens databases by its name.
    target: PostgresTarget,
    /// `None` once it was given to the last clean-up.
    admin: Option<Box<dyn Connection>>,
    tenure: Tenure,
    open: BTreeSet<Ident>,
    #[cfg(unix)]
    cluster: Option<Cluster>,
}

/// Whose server it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tenure {
    /// Made or meant for scratch work: roles can be made too.
    Scratch,
    /// Somebody's: databases of ours and nothing else.
    Guest,
}

/// A fresh and empty database with a session in it.
pub struct ScratchDatabase {
    pub connection: Box<dyn Connection>,
    /// How to open a second session; `None` where the database lives in the session's memory.
    pub target: Option<Target>,
    name: Option<Ident>,
}

/// Removes what dead processes left on this machine.
pub async fn sweep() {
    let _ = tokio::task::spawn_blocking(sweep::folders).await;
}

/// A folder of ours, gone with it. One that a killed process left is removed by the next [`sweep`].
pub struct ScratchFolder(std::path::PathBuf);

impl ScratchFolder {
    pub fn make() -> std::io::Result<Self> {
        sweep::make_folder(&std::env::temp_dir()).map(Self)
    }

    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// Removes it now, so that a failure to do so can be told.
    pub fn close(self) -> std::io::Result<()> {
        std::fs::remove_dir_all(&self.0)
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // Already gone, or told by `close`.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Workshop {
    /// Finds a place: the server that was named, a private one of the same major version, a database on the
    /// current server, a private one of another version.
    pub async fn postgres(options: &PostgresScratch) -> Result<Self, ScratchError> {
        sweep().await;
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

    /// Databases in memory.
    pub fn sqlite() -> Self {
        let version = ServerVersion { engine: EngineKind::Sqlite, number: (0, 0, 0), text: "".into() };
        Self { ground: Ground::Sqlite, describe: "SQLite in memory".into(), version }
    }

    /// `private PostgreSQL 15.4`.
    pub fn describe(&self) -> &str {
        &self.describe
    }

    pub fn version(&self) -> &ServerVersion {
        &self.version
    }

    /// Makes a fresh, empty database and opens a session in it.
    pub async fn database(&mut self) -> Result<ScratchDatabase, WireError> {
        let Ground::Postgres(server) = &mut self.ground else {
            let connection = sqlite::open(None, sqlite::Access::Create).await?;
            self.version = connection.version().clone();
            return Ok(ScratchDatabase { connection: Box::new(connection), target: None, name: None });
        };
        let name = sweep::database_name(MADE.fetch_add(1, Ordering::Relaxed));
        let create = sql!(EngineKind::Postgres; "CREATE DATABASE ", &name, " TEMPLATE template0");
        server.admin()?.execute(&create).await?;
        server.open.insert(name.clone());
        let target = server.target.with_database(name.as_str());
        match postgres::open(&target, Purpose::Write).await {
            Ok(session) => Ok(ScratchDatabase {
                connection: Box::new(session),
                target: Some(Target::Postgres(Box::new(target))),
                name: Some(name),
            }),
            Err(error) => {
                server.drop_database(&name).await?;
                Err(error)
            }
        }
    }

    /// Removes a database.
    pub async fn discard(&mut self, database: ScratchDatabase) -> Result<(), WireError> {
        let ScratchDatabase { connection, name, .. } = database;
        drop(connection);
        match (&mut self.ground, name) {
            (Ground::Postgres(server), Some(name)) => server.drop_database(&name).await,
            (Ground::Postgres(_), None) | (Ground::Sqlite, _) => Ok(()),
        }
    }

    /// Makes the roles that are missing, without login, where the server is ours to change. On a server of
    /// somebody else nothing happens.
    pub async fn ensure_roles(&mut self, names: &[Ident]) -> Result<(), WireError> {
        let Ground::Postgres(server) = &mut self.ground else { return Ok(()) };
        if server.tenure == Tenure::Guest || names.is_empty() {
            return Ok(());
        }
        let known = sql!(EngineKind::Postgres; "SELECT rolname FROM pg_roles");
        let admin = server.admin()?;
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

    /// Removes all that is left, and stops the server if it is ours. Dropping does the same.
    pub async fn close(mut self) {
        if let Ground::Postgres(server) = &mut self.ground {
            server.clear().await;
        }
        // Waits for a process.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }

    async fn on(mut target: PostgresTarget, tenure: Tenure) -> Result<Self, String> {
        target.settings.push(("synchronous_commit".into(), "off".into()));
        let place = target.place();
        let mut admin: Box<dyn Connection> = match postgres::open(&target, Purpose::Write).await {
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

    async fn drop_database(&mut self, name: &Ident) -> Result<(), WireError> {
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

    async fn clear(&mut self) {
        if self.goes_as_a_whole() {
            self.open.clear();
        }
        for name in self.open.clone() {
            let _ = self.drop_database(&name).await;
        }
    }
}

impl Drop for Server {
    /// For the ways out that nobody planned. The databases of a server that stays need a session, and a
    /// session needs a runtime: this thread may be inside one already, so another is used.
    fn drop(&mut self) {
        // The old session belongs to the other runtime.
        if self.admin.take().is_none() || self.goes_as_a_whole() || self.open.is_empty() {
            return;
        }
        let target = self.target.clone();
        let open = std::mem::take(&mut self.open);
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async move {
                let Ok(mut admin) = postgres::open(&target, Purpose::Write).await else { return };
                for name in &open {
                    let drop = sql!(EngineKind::Postgres; "DROP DATABASE IF EXISTS ", name, " WITH (FORCE)");
                    let _ = admin.execute(&drop).await;
                }
            });
        })
        .join();
    }
}

#[cfg(test)]
mod tests;
