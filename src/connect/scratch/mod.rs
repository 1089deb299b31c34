//! Throw-away databases: where a schema is loaded, a plan is rehearsed, a definition is read back. What is
//! made here is always removed, and nothing but what is made here is touched.

#[cfg(unix)]
mod keeper;
mod mysql;
mod postgres;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Connection, MySqlTarget, PostgresTarget, Target, WireError, sqlite};
use crate::model::{EngineKind, Ident, ServerVersion};

pub use mysql::MySqlScratch;
pub use postgres::PostgresScratch;

/// Databases made by this process: several workshops may stand on one server.
static MADE: AtomicU32 = AtomicU32::new(1);

/// The servers that a project names for this work.
#[derive(Clone, Default, Debug)]
pub struct Servers {
    pub postgres: Option<PostgresTarget>,
    pub mysql: Option<MySqlTarget>,
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
    Postgres(Box<postgres::Server>),
    MySql(Box<mysql::Server>),
    Sqlite,
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
        let fresh = || sweep::database_name(MADE.fetch_add(1, Ordering::Relaxed));
        match &mut self.ground {
            Ground::Postgres(server) => server.database(fresh()).await,
            Ground::MySql(server) => server.database(fresh()).await,
            Ground::Sqlite => {
                let connection = sqlite::open(None, sqlite::Access::Create).await?;
                self.version = connection.version().clone();
                Ok(ScratchDatabase { connection: Box::new(connection), target: None, name: None })
            }
        }
    }

    /// Removes a database.
    pub async fn discard(&mut self, database: ScratchDatabase) -> Result<(), WireError> {
        let ScratchDatabase { connection, name, .. } = database;
        drop(connection);
        match (&mut self.ground, name) {
            (Ground::Postgres(server), Some(name)) => server.drop_database(&name).await,
            (Ground::MySql(server), Some(name)) => server.drop_database(&name).await,
            (Ground::Postgres(_) | Ground::MySql(_), None) | (Ground::Sqlite, _) => Ok(()),
        }
    }

    /// Makes the roles that are missing, without login, where the server is ours to change. On a server of
    /// somebody else nothing happens.
    pub async fn ensure_roles(&mut self, names: &[Ident]) -> Result<(), WireError> {
        match &mut self.ground {
            Ground::Postgres(server) => server.ensure_roles(names).await,
            Ground::MySql(server) => server.ensure_accounts(names).await,
            Ground::Sqlite => Ok(()),
        }
    }

    /// Removes all that is left, and stops the server if it is ours. Dropping does the same.
    pub async fn close(mut self) {
        match &mut self.ground {
            Ground::Postgres(server) => server.clear().await,
            Ground::MySql(server) => server.clear().await,
            Ground::Sqlite => {}
        }
        // Waits for a process.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

/// What a program prints when it is asked with one argument; `None` where it fails.
async fn output(program: &Path, argument: &str) -> Option<String> {
    let output = tokio::process::Command::new(program)
        .arg(argument)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folders of a search path, and those that have names beginning so in some others, each with `below` behind it.
fn folders(kin: &[(&str, &str)], below: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for (parent, prefix) in kin {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        let mut matching: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
            .map(|entry| entry.path().join(below))
            .collect();
        matching.sort();
        folders.extend(matching);
    }
    folders
}

/// Runs clean-up that needs a session, on the way out that nobody planned: this thread may be inside a runtime
/// already, so another is used, and waited for.
fn aside<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    let _ = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(work());
        }
    })
    .join();
}
