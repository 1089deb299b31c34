//! Finds server programs of MySQL and MariaDB on this machine. It starts nothing but `--version`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::{folders, output};
use super::same_series;
use crate::connect::mysql::supported;
use crate::model::ServerVersion;

/// A server program, and what makes its first tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Programs {
    pub server: PathBuf,
    /// MariaDB's script; MySQL's server does it itself.
    pub installer: Option<PathBuf>,
    pub version: ServerVersion,
}

/// All that were found, in the order in which they were looked for; or why there are none.
pub(super) async fn find() -> Result<Vec<Programs>, String> {
    let (folders, named) = match std::env::var_os("MIGRATOR_MYSQL_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => (vec![PathBuf::from(folder)], true),
        None => (usual(), false),
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut lacking = None;
    for server in folders.iter().flat_map(|folder| ["mariadbd", "mysqld"].map(|name| folder.join(name))) {
        // `mysqld` often is another name of `mariadbd`.
        let Ok(real) = server.canonicalize() else { continue };
        if !real.is_file() || !seen.insert(real.clone()) {
            continue;
        }
        let Some(version) = output(&real, "--version").await.as_deref().and_then(version) else { continue };
        let installer = version.is_mariadb().then(|| installer(&real, &folders)).flatten();
        if version.is_mariadb() && installer.is_none() {
            lacking = Some(format!("{} is there, and mariadb-install-db is not", real.display()));
            continue;
        }
        found.push(Programs { server: real, installer, version });
    }
    match (found.is_empty(), lacking) {
        (false, _) => Ok(found),
        (true, Some(reason)) => Err(reason),
        (true, None) if named => Err("MIGRATOR_MYSQL_BIN names a folder without mariadbd and mysqld".into()),
        (true, None) => Err("no server programs of MySQL or MariaDB (mariadbd, mysqld) were found".into()),
    }
}

/// The best for a server like that: never of the other vendor; of the same series, else the next newer, else the
/// newest.
pub(super) fn choose<'p>(found: &'p [Programs], like: Option<&ServerVersion>) -> Option<&'p Programs> {
    let Some(like) = like else { return found.first() };
    let own = || found.iter().filter(|programs| programs.version.is_mariadb() == like.is_mariadb());
    let number = |programs: &&Programs| programs.version.number;
    own()
        .find(|programs| same_series(&programs.version, like))
        .or_else(|| own().filter(|programs| programs.version.number >= like.number).min_by_key(number))
        .or_else(|| own().max_by_key(number))
}

fn usual() -> Vec<PathBuf> {
    let kin = [
        ("/opt/homebrew/opt", "mariadb"),
        ("/opt/homebrew/opt", "mysql"),
        ("/usr/local/opt", "mariadb"),
        ("/usr/local/opt", "mysql"),
        ("/usr/local", "mysql"),
        ("/usr/local", "mariadb"),
    ];
    let mut found = folders(&kin, "bin");
    // Not every user has these in the search path.
    found.extend(["/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/libexec"].map(PathBuf::from));
    found
}

fn installer(server: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let own = server.parent()?;
    let base = own.parent().unwrap_or(own);
    let near = [own.to_path_buf(), base.join("bin"), base.join("scripts")];
    near.iter()
        .chain(folders)
        .flat_map(|folder| ["mariadb-install-db", "mysql_install_db"].map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// `mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu`, `/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64`.
fn version(words: &str) -> Option<ServerVersion> {
    let rest = words.split_once("Ver ")?.1;
    supported(rest.split_whitespace().next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_chosen() {
        let read = |words: &str| version(words).map(|version| (version.product(), version.number));
        assert_eq!(
            read("mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)"),
            Some(("MariaDB", (10, 11, 14)))
        );
        let mysql = "/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)";
        assert_eq!(read(mysql), Some(("MySQL", (8, 0, 36))));
        assert_eq!(read("mysqld  Ver 5.6.51 for Linux on x86_64"), None, "too old");
        let programs = |text: &str| Programs {
            server: PathBuf::new(),
            installer: None,
            version: version(&format!("Ver {text}")).unwrap(),
        };
        let found: Vec<Programs> =
            ["10.6.4-MariaDB", "8.0.36", "11.4.2-MariaDB", "8.4.0", "10.11.14-MariaDB"]
                .map(programs)
                .to_vec();
        let like = |text: &str| Some(programs(text).version);
        for (wanted, expected) in [
            (like("10.11.2-MariaDB"), Some((10, 11, 14))),
            (like("10.10.2-MariaDB"), Some((10, 11, 14))),
            (like("11.8.1-MariaDB"), Some((11, 4, 2))),
            (like("8.0.20"), Some((8, 0, 36))),
            (like("9.1.0"), Some((8, 4, 0))),
            (None, Some((10, 6, 4))),
        ] {
            let chosen = choose(&found, wanted.as_ref()).map(|programs| programs.version.number);
            assert_eq!(chosen, expected, "{wanted:?}");
        }
        assert_eq!(choose(&found[..1], like("8.0.20").as_ref()), None, "another vendor proves nothing");
    }
}
