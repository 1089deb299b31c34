//! Programs that we start, such as the editor: they get our surroundings without the secrets in them.

use std::ffi::OsStr;

use tokio::process::Command;

/// Variables that hold credentials for us, or for clients of the servers we know.
const SECRET: &[&str] = &[
    "PGPASSWORD",
    "MYSQL_PWD",
    "MYSQL_PASSWORD",
    "MARIADB_PASSWORD",
    "MSSQL_PASSWORD",
    "SQLCMDPASSWORD",
    "SNOWSQL_PWD",
    "SNOWFLAKE_PASSWORD",
    "SNOWFLAKE_TOKEN",
    "PRIVATE_KEY_PASSPHRASE",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
];

/// Takes the secrets out of what the program inherits: the known variables, those that the project names, and
/// whatever holds a URL with a password.
pub(super) fn without_secrets(command: &mut Command, named: &[String]) {
    for (name, value) in std::env::vars_os() {
        if is_secret(&name, &value, named) {
            command.env_remove(&name);
        }
    }
}

fn is_secret(name: &OsStr, value: &OsStr, named: &[String]) -> bool {
    SECRET.iter().any(|secret| name == *secret)
        || named.iter().any(|secret| name == secret.as_str())
        || has_password(&value.to_string_lossy())
}

/// Whether there is a `scheme://user:password@host` in it, or a `password=` as connection strings have it.
fn has_password(value: &str) -> bool {
    let in_url = value.match_indices("://").any(|(at, mark)| {
        let rest = value.get(at + mark.len()..).unwrap_or_default();
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let lower = value.to_ascii_lowercase();
    in_url || lower.contains("password=") || lower.contains("pwd=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, value: &str) -> bool {
        is_secret(OsStr::new(name), OsStr::new(value), &["SHOP_DSN".to_owned()])
    }

    #[test]
    fn secrets_are_known_by_name_and_by_shape() {
        assert!(secret("PGPASSWORD", "x") && secret("ANTHROPIC_API_KEY", "x") && secret("SHOP_DSN", "x"));
        assert!(secret("DATABASE_URL", "postgres://ana:s3cret@db/shop"));
        assert!(secret("MY_URL", "mysql://root:p@ss@db:3306/shop?x=1"));
        assert!(secret("ODBC", "Server=db;Uid=sa;Pwd=x"));
        assert!(secret("CONN", "host=db password=x"));
    }

    #[test]
    fn the_rest_is_handed_on() {
        assert!(!secret("PATH", "/usr/bin:/bin"));
        assert!(!secret("PGHOST", "db") && !secret("PWD", "/home/ana"));
        assert!(!secret("DATABASE_URL", "postgres://ana@db:5432/shop"));
        assert!(!secret("HTTP_PROXY", "http://proxy:3128"));
    }
}
