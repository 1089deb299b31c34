//! `~/.my.cnf`, the option file of MySQL's and MariaDB's own clients: user and password, read as they read it. It
//! writes nothing and shows no password.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Secret;

/// The groups that `mysql` and `mariadb` read.
const GROUPS: [&str; 5] = ["client", "client-server", "client-mariadb", "mysql", "mariadb-client"];

/// What the file says of who we are. The last line that says it counts.
#[derive(Default)]
pub(super) struct Credentials {
    pub user: Option<String>,
    pub password: Option<Arc<Secret>>,
}

impl Credentials {
    /// From the user's own file. One that anybody may write is left alone, as the clients leave it.
    pub fn of_user(environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let Some(path) = variable("HOME").map(|home| PathBuf::from(home).join(".my.cnf")) else {
            return Self::default();
        };
        match std::fs::read_to_string(&path) {
            Ok(text) if !writable_by_anybody(&path) => {
                Self::read(&text, &variable("MYSQL_GROUP_SUFFIX").unwrap_or_default())
            }
            Ok(_) | Err(_) => Self::default(),
        }
    }

    fn read(text: &str, suffix: &str) -> Self {
        let mut found = Self::default();
        let mut is_ours = false;
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';', '!']) {
                continue;
            }
            if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                let own = group.trim();
                is_ours = GROUPS.iter().any(|name| own == *name || own.strip_suffix(suffix) == Some(name));
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| is_ours) else { continue };
            match name.trim() {
                "user" => found.user = Some(meant(value)).filter(|user| !user.is_empty()),
                "password" => found.password = Some(Arc::new(Secret::new(meant(value)))),
                _ => {}
            }
        }
        found
    }
}

/// A value without its quotes, its comment and its escapes.
fn meant(value: &str) -> String {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c));
    let inside = match quote {
        Some(quote) => {
            value.get(1..).and_then(|rest| rest.rsplit_once(quote)).map_or(value, |(text, _)| text)
        }
        None => value.split('#').next().unwrap_or(value).trim_end(),
    };
    let mut text = String::new();
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.extend(rest.next().map(|escaped| match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                's' => ' ',
                other => other,
            })),
            c => text.push(c),
        }
    }
    text
}

#[cfg(unix)]
fn writable_by_anybody(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn writable_by_anybody(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, suffix: &str) -> (Option<String>, Option<String>) {
        let found = Credentials::read(text, suffix);
        (found.user, found.password.map(|password| password.expose().to_owned()))
    }

    #[test]
    fn groups_of_the_clients_count_and_the_last_line_wins() {
        let text = "[mysqld]\nuser = mysql\n# no\n[client]\nuser=ada\npassword = \"p#\\s'x\"\nport=3307\n\
                    [mysqldump]\npassword=other\n[mysql]\nuser = 'eve' # she\n[client_prod]\npassword=pr\\\\od # it\n";
        assert_eq!(read(text, ""), (Some("eve".into()), Some("p# 'x".into())));
        assert_eq!(read(text, "_prod"), (Some("eve".into()), Some("pr\\od".into())));
        assert_eq!(read("user=ada\n[client\npassword", ""), (None, None));
    }
}
