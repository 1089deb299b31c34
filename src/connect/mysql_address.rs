//! MySQL and MariaDB addresses: a URL with the parameters of their clients, filled up from the environment. It
//! connects to nothing; no message repeats a password.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::option_file::Credentials;
use super::url::{Parts, filled, several};
use super::{AddressError, Host, MySqlTarget, Secret, Tls, TlsMode};

/// What is known of a server before the rest is filled in.
#[derive(Clone, Default)]
pub struct MySqlAddress {
    /// A name or an address.
    pub host: Option<String>,
    /// The server's socket file.
    pub socket: Option<PathBuf>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Arc<Secret>>,
    pub database: Option<String>,
    pub tls_mode: Option<TlsMode>,
    pub ca: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub connect_timeout: Option<Duration>,
}

/// The parameters that are understood, for messages.
const PARAMETERS: &[&str] =
    &["connect_timeout", "password", "port", "socket", "ssl-ca", "ssl-cert", "ssl-key", "ssl-mode", "user"];

/// Parameters of other clients that change nothing here and are often part of a copied URL.
const IGNORED: &[&str] = &["charset", "collation", "parsetime", "loc", "timezone", "usessl", "pool"];

impl MySqlAddress {
    /// Reads `mysql://user:password@host:port/database?parameter=value`; `mariadb://` means the same.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        let rest = url
            .strip_prefix("mysql://")
            .or_else(|| url.strip_prefix("mariadb://"))
            .ok_or_else(|| AddressError::new("not a URL of MySQL or MariaDB"))?;
        let parts = Parts::read(rest)?;
        let mut address = Self {
            host: parts.host,
            port: parts.port,
            user: parts.user,
            password: parts.password,
            database: parts.database,
            ..Self::default()
        };
        for (name, value) in parts.parameters {
            address.set(&name, value)?;
        }
        Ok(address)
    }

    /// The same where no database matters: the one that every server has stands in for it.
    #[must_use]
    pub fn of_a_whole_server(self) -> Self {
        Self { database: self.database.or_else(|| Some("information_schema".to_owned())), ..self }
    }

    /// Takes a parameter in the spelling of the clients: `ssl-mode`, `ssl_mode` and `sslmode` are one.
    fn set(&mut self, name: &str, value: String) -> Result<(), AddressError> {
        let path = |value: String| filled(value).map(PathBuf::from);
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "socket" => self.socket = path(value),
            "port" => {
                let port = value.parse().map_err(|_| AddressError::new("the port is not a number"));
                self.port = Some(port?);
            }
            "user" => self.user = filled(value),
            "password" => self.password = filled(value).map(|text| Arc::new(Secret::new(text))),
            "ssl-mode" | "sslmode" | "tls" => self.tls_mode = Some(mode(&value)?),
            "ssl-ca" | "sslca" => self.ca = path(value),
            "ssl-cert" | "sslcert" => self.certificate = path(value),
            "ssl-key" | "sslkey" => self.key = path(value),
            "connect-timeout" => {
                let seconds: u64 = value
                    .trim()
                    .parse()
                    .map_err(|_| AddressError::new("connect_timeout is not a number of seconds"))?;
                self.connect_timeout = Some(Duration::from_secs(seconds.max(1)));
            }
            "host" if value.contains(',') => return Err(several()),
            "host" => self.host = filled(value),
            known if IGNORED.contains(&known.replace('-', "").as_str()) => {}
            _ => {
                return Err(AddressError::new(format!("unknown URL parameter `{name}`"))
                    .hint(format!("known are {}", PARAMETERS.join(", "))));
            }
        }
        Ok(())
    }

    /// Fills what is missing from the user's option file, the environment and the defaults. Servers elsewhere must prove who they are
    /// (`verify-full`) unless something says otherwise.
    pub fn resolve(self, environment: &dyn Fn(&str) -> Option<String>) -> Result<MySqlTarget, AddressError> {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let Some(database) = self.database else {
            return Err(AddressError::new("the URL names no database")
                .hint("write mysql://host/database: one database is compared, not a whole server"));
        };
        let port = match (self.port, variable("MYSQL_TCP_PORT")) {
            (Some(port), _) => port,
            (None, Some(text)) => {
                text.parse().map_err(|_| AddressError::new("MYSQL_TCP_PORT is not a number"))?
            }
            (None, None) => 3306,
        };
        let host = match (self.socket, self.host.or_else(|| variable("MYSQL_HOST"))) {
            (Some(socket), _) => Host::Socket(socket),
            (None, Some(name)) => Host::Tcp(name),
            (None, None) => match variable("MYSQL_UNIX_PORT") {
                Some(socket) => Host::Socket(socket.into()),
                None => Host::Tcp("localhost".into()),
            },
        };
        let own = Credentials::of_user(environment);
        // The password of somebody else is nobody's business here.
        let is_same = self.user.is_none() || own.user.is_none() || self.user == own.user;
        let user = self
            .user
            .or(own.user)
            .or_else(|| ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| variable(name)))
            .unwrap_or_else(|| "root".into());
        let mut target = MySqlTarget::new(host, port, user, database);
        target.password = self
            .password
            .or(own.password.filter(|_| is_same))
            .or_else(|| variable("MYSQL_PWD").map(|text| Arc::new(Secret::new(text))));
        let mode = self.tls_mode.unwrap_or(match target.host.is_local() {
            true => TlsMode::Prefer,
            false => TlsMode::VerifyFull,
        });
        let certificate = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err(AddressError::new("ssl-cert and ssl-key must be given together")),
        };
        target.tls = Tls { mode, ca: self.ca, certificate };
        if let Some(timeout) = self.connect_timeout {
            target.connect_timeout = timeout;
        }
        Ok(target)
    }
}

/// A mode in the words of MySQL's clients or in those of the configuration.
fn mode(word: &str) -> Result<TlsMode, AddressError> {
    let found = match word.to_ascii_lowercase().replace('_', "-").as_str() {
        "disabled" => Some(TlsMode::Disable),
        "preferred" => Some(TlsMode::Prefer),
        "required" => Some(TlsMode::Require),
        "verify-identity" => Some(TlsMode::VerifyFull),
        other => TlsMode::parse(other),
    };
    found.ok_or_else(|| {
        AddressError::new("unknown ssl-mode")
            .hint("known are DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<MySqlTarget, AddressError> {
        MySqlAddress::parse(url)?.resolve(&|name| (name == "MYSQL_PWD").then(|| "from env".into()))
    }

    #[test]
    fn urls_are_read() {
        let found = target("mysql://ada:p%40ss@db.example.com:3307/shop?ssl-mode=REQUIRED").unwrap();
        assert_eq!(found.to_string(), "mysql://ada@db.example.com:3307/shop");
        assert_eq!(found.password.as_ref().unwrap().expose(), "p@ss");
        assert_eq!(found.tls.mode, TlsMode::Require);
        let found = target("mariadb://ada@localhost/shop?socket=/run/my.sock&charset=utf8mb4").unwrap();
        assert_eq!(found.host, Host::Socket("/run/my.sock".into()));
        assert_eq!(found.password.as_ref().unwrap().expose(), "from env");
        assert_eq!(target("mysql://ada@db.example.com/shop").unwrap().tls.mode, TlsMode::VerifyFull);
        assert_eq!(target("mysql://ada@127.0.0.1/shop").unwrap().tls.mode, TlsMode::Prefer);
    }

    #[test]
    fn the_option_file_says_who_we_are() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".my.cnf");
        std::fs::write(&file, "[client]\nuser=ada\npassword=of-file\n").unwrap();
        let there = |url: &str| {
            let variable = |name: &str| match name {
                "HOME" => Some(home.path().display().to_string()),
                "MYSQL_PWD" => Some("from env".to_owned()),
                _ => None,
            };
            let found = MySqlAddress::parse(url).unwrap().resolve(&variable).unwrap();
            (found.user.clone(), found.password.as_ref().unwrap().expose().to_owned())
        };
        assert_eq!(there("mysql://h/d"), ("ada".into(), "of-file".into()));
        assert_eq!(there("mysql://ada@h/d"), ("ada".into(), "of-file".into()));
        assert_eq!(there("mysql://ada:own@h/d"), ("ada".into(), "own".into()));
        assert_eq!(there("mysql://eve@h/d"), ("eve".into(), "from env".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
            assert_eq!(there("mysql://ada@h/d"), ("ada".into(), "from env".into()));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (url, words) in [
            ("mysql://ada@h", "no database"),
            ("mysql://ada@h:x/d", "port"),
            ("mysql://a@h1,h2/d", "several hosts"),
            ("mysql://a@h/d?nonsense=1", "unknown URL parameter `nonsense`"),
            ("mysql://a@h/d?ssl-mode=maybe", "ssl-mode"),
            ("mysql://a@h/d?ssl-cert=x", "together"),
            ("mysql://a:s/ecret@h/d?x", "port"),
        ] {
            let error = target(url).map(|target| target.to_string()).unwrap_err();
            assert!(error.what.contains(words), "{url}: {error}");
            assert!(!error.what.contains("ecret"), "{error}");
        }
    }
}
