//! Files that PostgreSQL clients share: `.pgpass` and `pg_service.conf`, read as libpq reads them. It writes
//! nothing and shows no password.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AddressError, Host, PostgresTarget, Secret};

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The password for a server, from the password file. A file that others can read is left alone, as libpq
/// leaves it; so is one that is not there, unless it was named.
pub(super) fn password_file(
    target: &PostgresTarget,
    named: Option<&Path>,
    environment: Environment<'_>,
) -> Result<Option<Arc<Secret>>, AddressError> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => match home(environment) {
            Some(home) => home.join(".pgpass"),
            None => return Ok(None),
        },
    };
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    if readable_by_others(&path) {
        return match named {
            Some(_) => Err(AddressError {
                what: format!("the password file {} can be read by others", path.display()),
                hint: "chmod 600 it".into(),
            }),
            None => Ok(None),
        };
    }
    Ok(find_password(&text, target).map(|password| Arc::new(Secret::new(password))))
}

/// The password of the first line that fits: `host:port:database:user:password`.
fn find_password(text: &str, target: &PostgresTarget) -> Option<String> {
    let port = target.port.to_string();
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line).into_iter();
        let mut fits = |wanted: &[&str]| {
            fields.next().is_some_and(|(raw, field)| raw == "*" || wanted.contains(&field.as_str()))
        };
        let host = match &target.host {
            Host::Tcp(name) => vec![name.as_str()],
            // libpq writes a default socket as localhost.
            Host::Socket(directory) => vec!["localhost", directory.to_str().unwrap_or("localhost")],
        };
        let found = fits(&host) && fits(&[&port]) && fits(&[&target.database]) && fits(&[&target.user]);
        found.then(|| fields.next().map(|(_, password)| password)).flatten()
    })
}

/// Cuts a line at its colons; a backslash keeps the next character. Each field as written and as meant.
fn fields(line: &str) -> Vec<(String, String)> {
    let mut fields = vec![(String::new(), String::new())];
    let mut escaped = false;
    for c in line.trim_end_matches(['\r', '\n']).chars() {
        if c == ':' && !escaped {
            fields.push((String::new(), String::new()));
            continue;
        }
        if let Some((raw, meant)) = fields.last_mut() {
            raw.push(c);
            if c == '\\' && !escaped {
                escaped = true;
                continue;
            }
            meant.push(c);
        }
        escaped = false;
    }
    fields
}

/// The parameters of a service, from the user's file or the system's.
pub(super) fn service(
    name: &str,
    environment: Environment<'_>,
) -> Result<Vec<(String, String)>, AddressError> {
    let own = environment("PGSERVICEFILE")
        .map(PathBuf::from)
        .or_else(|| home(environment).map(|home| home.join(".pg_service.conf")));
    let system = environment("PGSYSCONFDIR").map(|directory| Path::new(&directory).join("pg_service.conf"));
    for path in own.iter().chain(&system) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        if let Some(found) = section(&text, name) {
            return Ok(found);
        }
    }
    let looked: Vec<String> = own.iter().chain(&system).map(|path| path.display().to_string()).collect();
    Err(AddressError {
        what: format!("the service `{name}` is in no service file"),
        hint: format!("looked in {}", looked.join(", ")),
    })
}

fn section(text: &str, name: &str) -> Option<Vec<(String, String)>> {
    let mut found: Option<Vec<(String, String)>> = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if found.is_some() {
                break;
            }
            found = (header == name).then(Vec::new);
        } else if let (Some(found), Some((key, value))) = (&mut found, line.split_once('=')) {
            found.push((key.trim().into(), value.trim().into()));
        }
    }
    found
}

fn home(environment: Environment<'_>) -> Option<PathBuf> {
    environment("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fitting_line_gives_the_password() {
        let text = "# a comment\nother:*:*:*:no\ndb:5432:shop:ad\\:a:se\\:cr\\\\et\n*:*:*:*:last\n";
        let target = PostgresTarget::new(Host::Tcp("db".into()), 5432, "ad:a", "shop");
        assert_eq!(find_password(text, &target).as_deref(), Some("se:cr\\et"));
        let target = PostgresTarget::new(Host::Socket("/tmp".into()), 1, "x", "y");
        assert_eq!(find_password(text, &target).as_deref(), Some("last"));
        assert_eq!(find_password("nonsense\n::\n", &target), None);
    }

    #[test]
    fn a_service_is_one_section() {
        let text = "[a]\nhost=x\n\n[b]\n# no\nhost = y\nport=7\n[c]\nhost=z\n";
        let expected = vec![("host".to_string(), "y".to_string()), ("port".into(), "7".into())];
        assert_eq!(section(text, "b"), Some(expected));
        assert_eq!(section(text, "d"), None);
    }
}
