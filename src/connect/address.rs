//! PostgreSQL addresses: a URL with libpq's parameters, filled up from a service file, the environment and
//! the password file, as libpq does it. It reads files and connects to nothing; no message repeats what
//! stands before the `@` of a URL.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::libpq::{password_file, service};
use super::url::{Parts, filled, several};
use super::{Host, PostgresTarget, Secret, Tls, TlsMode};

/// What is wrong with an address, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct AddressError {
    pub what: String,
    /// Empty where there is nothing to add.
    pub hint: String,
}

impl AddressError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: String::new() }
    }
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// What is known of a server before the rest is filled in.
#[derive(Clone, Default)]
pub struct PostgresAddress {
    /// A name, an address, or the directory of a socket.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Arc<Secret>>,
    pub database: Option<String>,
    pub tls_mode: Option<TlsMode>,
    pub ca: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub connect_timeout: Option<Duration>,
    pub settings: Vec<(String, String)>,
    pub application_name: Option<String>,
    pub service: Option<String>,
    pub password_file: Option<PathBuf>,
}

/// The parameters that are understood, for messages and for near misses.
pub const PARAMETERS: &[&str] = &[
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "passfile",
    "password",
    "port",
    "service",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// Parameters of libpq that change nothing here and are often part of a copied URL.
const IGNORED: &[&str] = &[
    "channel_binding",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslcompression",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
];

impl PostgresAddress {
    /// Reads `postgres://user:password@host:port/database?parameter=value`.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .ok_or_else(|| AddressError::new("not a PostgreSQL URL"))?;
        let parts = Parts::read(rest)?;
        let mut address = Self {
            user: parts.user,
            password: parts.password,
            host: parts.host,
            port: parts.port,
            database: parts.database,
            ..Self::default()
        };
        for (name, value) in parts.parameters {
            address.set(&name, value)?;
        }
        Ok(address)
    }

    /// Takes one of libpq's parameters.
    pub(super) fn set(&mut self, name: &str, value: String) -> Result<(), AddressError> {
        let path = |value: &str| filled(value.into()).map(PathBuf::from);
        match name {
            "host" | "hostaddr" if value.contains(',') => return Err(several()),
            "host" | "hostaddr" => self.host = filled(value),
            "port" => {
                let port = value.parse().map_err(|_| AddressError::new("the port is not a number"));
                self.port = Some(port?);
            }
            "user" => self.user = filled(value),
            "password" => {
                self.password = filled(value).map(|text| Arc::new(Secret::new(text)));
            }
            "dbname" => self.database = filled(value),
            "sslmode" => self.tls_mode = Some(tls_mode(&value)?),
            // libpq's word for the authorities of the machine, which are always trusted here.
            "sslrootcert" if value == "system" => self.ca = None,
            "sslrootcert" => self.ca = path(&value),
            "sslcert" => self.certificate = path(&value),
            "sslkey" => self.key = path(&value),
            "connect_timeout" => {
                let seconds: u64 = value
                    .trim()
                    .parse()
                    .map_err(|_| AddressError::new("connect_timeout is not a number of seconds"))?;
                // As in libpq: zero is no limit, and one second is too short.
                let seconds = if seconds == 0 { 365 * 86_400 } else { seconds.max(2) };
                self.connect_timeout = Some(Duration::from_secs(seconds));
            }
            "application_name" => self.application_name = filled(value),
            "options" => self.settings = settings(&value)?,
            "service" => self.service = filled(value),
            "passfile" => self.password_file = path(&value),
            _ if IGNORED.contains(&name) => {}
            _ => {
                return Err(AddressError::new(format!("unknown URL parameter `{name}`"))
                    .hint(format!("known are {}", PARAMETERS.join(", "))));
            }
        }
        Ok(())
    }

    /// Fills what is missing from the service file, the environment, the password file and the defaults.
    /// Servers elsewhere must prove who they are (`verify-full`) unless something says otherwise.
    pub fn resolve(
        mut self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<PostgresTarget, AddressError> {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        if let Some(name) = self.service.clone().or_else(|| variable("PGSERVICE")) {
            for (key, value) in service(&name, environment)? {
                self.set_if_missing(&key, value)?;
            }
        }
        for (key, name) in [
            ("host", "PGHOSTADDR"),
            ("host", "PGHOST"),
            ("port", "PGPORT"),
            ("user", "PGUSER"),
            ("password", "PGPASSWORD"),
            ("dbname", "PGDATABASE"),
            ("sslmode", "PGSSLMODE"),
            ("sslrootcert", "PGSSLROOTCERT"),
            ("sslcert", "PGSSLCERT"),
            ("sslkey", "PGSSLKEY"),
            ("connect_timeout", "PGCONNECT_TIMEOUT"),
            ("passfile", "PGPASSFILE"),
        ] {
            if let Some(value) = variable(name) {
                self.set_if_missing(key, value)
                    .map_err(|error| AddressError { what: format!("{name}: {}", error.what), ..error })?;
            }
        }
        let port = self.port.unwrap_or(5432);
        let host = self.host.map_or_else(|| default_host(port), |host| host_of(&host));
        let user = self
            .user
            .or_else(|| ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| variable(name)))
            .unwrap_or_else(|| "postgres".into());
        let database = self.database.unwrap_or_else(|| user.clone());
        let mut target = PostgresTarget::new(host, port, user, database);
        target.password = match self.password {
            Some(password) => Some(password),
            None => password_file(&target, self.password_file.as_deref(), environment)?,
        };
        let mode = self.tls_mode.unwrap_or(match target.host.is_local() {
            true => TlsMode::Prefer,
            false => TlsMode::VerifyFull,
        });
        let certificate = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(AddressError::new("sslcert and sslkey must be given together")),
        };
        target.tls = Tls { mode, ca: self.ca, certificate };
        target.settings = self.settings;
        if let Some(timeout) = self.connect_timeout {
            target.connect_timeout = timeout;
        }
        if let Some(name) = self.application_name {
            target.application_name = name;
        }
        Ok(target)
    }

    fn set_if_missing(&mut self, name: &str, value: String) -> Result<(), AddressError> {
        let there = match name {
            "host" | "hostaddr" => self.host.is_some(),
            "port" => self.port.is_some(),
            "user" => self.user.is_some(),
            "password" => self.password.is_some(),
            "dbname" => self.database.is_some(),
            "sslmode" => self.tls_mode.is_some(),
            "sslrootcert" => self.ca.is_some(),
            "sslcert" => self.certificate.is_some(),
            "sslkey" => self.key.is_some(),
            "connect_timeout" => self.connect_timeout.is_some(),
            "options" => !self.settings.is_empty(),
            "application_name" => self.application_name.is_some(),
            "passfile" => self.password_file.is_some(),
            _ => false,
        };
        if there { Ok(()) } else { self.set(name, value) }
    }
}

/// A host as written: a directory begins with a slash.
pub fn host_of(host: &str) -> Host {
    match host.starts_with('/') {
        true => Host::Socket(host.into()),
        false => Host::Tcp(host.into()),
    }
}

pub fn tls_mode(word: &str) -> Result<TlsMode, AddressError> {
    match word {
        // Plain first, TLS if asked for: what comes closest is the other way round.
        "allow" => Ok(TlsMode::Prefer),
        _ => TlsMode::parse(word).ok_or_else(|| {
            let known: Vec<&str> = TlsMode::ALL.iter().map(|mode| mode.word()).collect();
            AddressError::new("unknown sslmode").hint(format!("known are {}", known.join(", ")))
        }),
    }
}

/// The socket of the machine's own server where there is one, else localhost.
fn default_host(port: u16) -> Host {
    ["/var/run/postgresql", "/run/postgresql", "/tmp"]
        .iter()
        .find(|directory| std::path::Path::new(directory).join(format!(".s.PGSQL.{port}")).exists())
        .map_or_else(|| Host::Tcp("localhost".into()), |directory| Host::Socket(directory.into()))
}

/// Reads libpq's `options`: `-c name=value`, `-cname=value` or `--name=value`, a backslash escaping.
fn settings(text: &str) -> Result<Vec<(String, String)>, AddressError> {
    let mut words = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c if c.is_ascii_whitespace() && !escaped => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
        escaped = false;
    }
    let mut found = Vec::new();
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let pair = match word.as_str() {
            "-c" => words.next(),
            _ => word.strip_prefix("-c").or_else(|| word.strip_prefix("--")).map(str::to_owned),
        };
        match pair.as_deref().and_then(|pair| pair.split_once('=')) {
            Some((name, value)) => found.push((name.to_owned(), value.to_owned())),
            None => {
                return Err(AddressError::new("the URL parameter `options` is not understood")
                    .hint("write it as -c name=value"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
