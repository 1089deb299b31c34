//! Where a session goes: servers, files, and what proves who we are. A password stays inside [`Secret`];
//! nothing here prints it, and nothing here connects.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::model::EngineKind;

/// A password or a key. It has no `Debug`, no `Display` and no `Clone`: it is shown nowhere and shared by `Arc`.
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text.into_bytes())
    }
    /// The secret itself, for the wire alone.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Secret {
    /// Overwritten as well as safe code can: a core dump should not hold it for long.
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

/// What a session is opened to.
#[derive(Clone, Debug)]
pub enum Target {
    Postgres(Box<PostgresTarget>),
    MySql(Box<MySqlTarget>),
    Sqlite(SqliteTarget),
}

impl Target {
    pub fn engine(&self) -> EngineKind {
        match self {
            Self::Postgres(_) => EngineKind::Postgres,
            Self::MySql(_) => EngineKind::MySql,
            Self::Sqlite(_) => EngineKind::Sqlite,
        }
    }

    /// A server that is a replica of this one, at `host` or `host:port`, for the same user. It is asked of itself and not
    /// of the database, which may not be there yet. `None`: no address, or no server whose replicas are asked.
    pub fn replica(&self, place: &str) -> Option<Self> {
        let target = match self {
            Self::MySql(target) => target,
            Self::Postgres(_) | Self::Sqlite(_) => return None,
        };
        let bare = |name: &str| name.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (name, port) = match place.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (bare(name), port.parse().ok()?)
            }
            Some(_) | None => (bare(place), target.port),
        };
        let replica = target.with_database("information_schema");
        (!name.is_empty())
            .then(|| Self::MySql(Box::new(MySqlTarget { host: Host::Tcp(name), port, ..replica })))
    }

    /// The database's own file, where it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::Postgres(_) | Self::MySql(_) => None,
            Self::Sqlite(target) => Some(&target.path),
        }
    }

    /// Whether the way to it could be read by others: TLS is asked for and given up where the server has none.
    pub fn may_be_overheard(&self) -> bool {
        let (host, tls) = match self {
            Self::Postgres(target) => (&target.host, &target.tls),
            Self::MySql(target) => (&target.host, &target.tls),
            Self::Sqlite(_) => return false,
        };
        tls.mode == TlsMode::Prefer && !host.is_local()
    }

    /// A file has none.
    pub fn set_password(&mut self, password: Arc<Secret>) {
        match self {
            Self::Postgres(target) => target.password = Some(password),
            Self::MySql(target) => target.password = Some(password),
            Self::Sqlite(_) => {}
        }
    }
}

impl fmt::Display for Target {
    /// As a person may see it: without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(target) => target.fmt(f),
            Self::MySql(target) => target.fmt(f),
            Self::Sqlite(target) => write!(f, "sqlite:{}", target.path.display()),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqliteTarget {
    pub path: PathBuf,
}

/// What a session is opened for. `Read` asks the server to refuse whatever writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    Read,
    Write,
}

#[derive(Clone)]
pub struct PostgresTarget {
    pub host: Host,
    pub port: u16,
    pub user: String,
    pub password: Option<Arc<Secret>>,
    pub database: String,
    pub tls: Tls,
    pub connect_timeout: Duration,
    /// Settings of the session (`search_path` → `app`), in the order given.
    pub settings: Vec<(String, String)>,
    pub application_name: String,
}

/// What servers see us as, where nobody says otherwise.
pub const APPLICATION_NAME: &str = "migrator-tui";

impl PostgresTarget {
    pub fn new(host: Host, port: u16, user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            host,
            port,
            user: user.into(),
            password: None,
            database: database.into(),
            tls: Tls::new(TlsMode::Prefer),
            connect_timeout: Duration::from_secs(10),
            settings: Vec::new(),
            application_name: APPLICATION_NAME.into(),
        }
    }

    /// The same server and role, another database.
    #[must_use]
    pub fn with_database(&self, database: impl Into<String>) -> Self {
        Self { database: database.into(), ..self.clone() }
    }

    /// Where the server is, for messages: `db.example.com:5432`.
    pub fn place(&self) -> String {
        match &self.host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Host::Tcp(name) => format!("{name}:{}", self.port),
            Host::Socket(directory) => format!("{}/.s.PGSQL.{}", directory.display(), self.port),
        }
    }
}

impl fmt::Display for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Tcp(_) => write!(f, "postgres://{}@{}/{}", self.user, self.place(), self.database),
            Host::Socket(directory) => write!(
                f,
                "postgres://{}@/{}?host={}&port={}",
                self.user,
                self.database,
                directory.display(),
                self.port
            ),
        }
    }
}

impl fmt::Debug for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresTarget").field(&self.to_string()).finish()
    }
}

/// MySQL or MariaDB: which of the two, the server says.
#[derive(Clone)]
pub struct MySqlTarget {
    pub host: Host,
    pub port: u16,
    pub user: String,
    pub password: Option<Arc<Secret>>,
    pub database: String,
    pub tls: Tls,
    pub connect_timeout: Duration,
}

impl MySqlTarget {
    pub fn new(host: Host, port: u16, user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            host,
            port,
            user: user.into(),
            password: None,
            database: database.into(),
            tls: Tls::new(TlsMode::Prefer),
            connect_timeout: Duration::from_secs(10),
        }
    }

    /// The same server and user, another database.
    #[must_use]
    pub fn with_database(&self, database: impl Into<String>) -> Self {
        Self { database: database.into(), ..self.clone() }
    }

    /// Where the server is, for messages: `db.example.com:3306`.
    pub fn place(&self) -> String {
        match &self.host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Host::Tcp(name) => format!("{name}:{}", self.port),
            Host::Socket(file) => file.display().to_string(),
        }
    }
}

impl fmt::Display for MySqlTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Tcp(_) => write!(f, "mysql://{}@{}/{}", self.user, self.place(), self.database),
            Host::Socket(file) => {
                write!(f, "mysql://{}@/{}?socket={}", self.user, self.database, file.display())
            }
        }
    }
}

impl fmt::Debug for MySqlTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MySqlTarget").field(&self.to_string()).finish()
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Host {
    /// A name or an address, without brackets.
    Tcp(String),
    /// PostgreSQL: the directory that holds the server's socket. MySQL: the socket itself.
    Socket(PathBuf),
}

impl Host {
    /// Whether the way to the server stays inside this machine.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Tcp(name) if name.eq_ignore_ascii_case("localhost") => true,
            Self::Tcp(name) => {
                name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
            }
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tls {
    pub mode: TlsMode,
    /// PEM file of the authorities to trust beside those of the machine.
    pub ca: Option<PathBuf>,
    /// PEM files of our own certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    pub fn new(mode: TlsMode) -> Self {
        Self { mode, ca: None, certificate: None }
    }
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TlsMode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl TlsMode {
    pub const ALL: [Self; 5] = [Self::Disable, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// The word used in URLs and configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_never_shows_its_password() {
        let mut target = PostgresTarget::new(Host::Tcp("::1".into()), 5432, "ada", "shop");
        target.password = Some(Arc::new(Secret::new("hunter2".into())));
        assert_eq!(target.to_string(), "postgres://ada@[::1]:5432/shop");
        assert!(!format!("{target:?}").contains("hunter2"));
        assert_eq!(target.password.as_ref().map(|p| p.expose()), Some("hunter2"));
    }

    #[test]
    fn where_a_replica_is() {
        let target = MySqlTarget::new(Host::Socket("/run/s".into()), 3306, "ada", "shop");
        let target = Target::MySql(Box::new(target));
        for (place, found) in [
            ("r1", Some("r1:3306")),
            ("r1.example.com:3307", Some("r1.example.com:3307")),
            ("[::1]:3307", Some("[::1]:3307")),
            ("::1", Some("[::1]:3306")),
            ("r1:x", None),
            ("", None),
        ] {
            let other = target.replica(place).map(|other| match other {
                Target::MySql(other) => other.place(),
                other => panic!("{other}"),
            });
            assert_eq!(other.as_deref(), found, "{place}");
        }
    }

    #[test]
    fn local_hosts() {
        for name in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(Host::Tcp(name.into()).is_local(), "{name}");
        }
        for name in ["db.example.com", "10.0.0.1", "localhost.example.com", "127.0.0.1.example.com"] {
            assert!(!Host::Tcp(name.into()).is_local(), "{name}");
        }
    }
}
