//! Finds PostgreSQL server programs on this machine. It starts nothing but `--version` and `pg_config`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::output;

/// A folder with `initdb` and `postgres`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Programs {
    pub folder: PathBuf,
    pub major: u32,
}

/// All that were found, in the order in which they were looked for; or why there are none.
pub(super) async fn find() -> Result<Vec<Programs>, String> {
    let (folders, named) = match std::env::var_os("MIGRATOR_PG_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => (vec![PathBuf::from(folder)], true),
        None => (folders().await, false),
    };
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for folder in folders {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if !seen.insert(real.clone()) || !real.join("initdb").is_file() {
            continue;
        }
        if let Some(major) = major(&real.join("postgres")).await {
            found.push(Programs { folder: real, major });
        }
    }
    if found.is_empty() {
        return Err(match named {
            true => "MIGRATOR_PG_BIN names a folder without initdb and postgres".into(),
            false => "no PostgreSQL server programs (initdb, postgres) were found".into(),
        });
    }
    Ok(found)
}

/// The best for a server of that major version: the same, else the next newer, else the newest.
pub(super) fn choose(found: &[Programs], wanted: Option<u32>) -> Option<&Programs> {
    let newest = found.iter().max_by_key(|programs| programs.major);
    let Some(wanted) = wanted else { return newest };
    found.iter().filter(|programs| programs.major >= wanted).min_by_key(|programs| programs.major).or(newest)
}

async fn folders() -> Vec<PathBuf> {
    let kin = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
    ];
    let mut folders = super::super::folders(&kin, "bin");
    if let Some(folder) = output(Path::new("pg_config"), "--bindir").await {
        folders.push(PathBuf::from(folder.trim()));
    }
    folders
}

async fn major(postgres: &Path) -> Option<u32> {
    parse_major(&output(postgres, "--version").await?)
}

/// `postgres (PostgreSQL) 15.4 (Debian 15.4-1)`, `postgres (PostgreSQL) 19beta1`.
fn parse_major(words: &str) -> Option<u32> {
    let version = words.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_chosen() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.4 (Debian 15.4-1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_major("something else"), None);
        let found: Vec<Programs> =
            [14, 18, 16].map(|major| Programs { folder: PathBuf::new(), major }).to_vec();
        for (wanted, expected) in [(Some(16), 16), (Some(15), 16), (Some(19), 18), (None, 18)] {
            assert_eq!(choose(&found, wanted).map(|programs| programs.major), Some(expected));
        }
    }
}
