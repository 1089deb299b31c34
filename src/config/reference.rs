//! A REF: what the command line names a schema by. An environment, a URL, or DDL files.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use super::nearest::{nearest, suggest};
use super::{Calendar, Guard, HOME, Project, Schemas, Surroundings};
use crate::connect::{AddressError, MySqlAddress, PostgresAddress, ServerAddress, SqliteTarget, Target};
use crate::diff::Privileges;
use crate::model::{EngineKind, Failure, FailureKind, Ident, Throttle};

/// Where a schema comes from.
#[derive(Clone, Debug)]
pub enum Source {
    Environment(Box<Place>),
    Files(Files),
}

impl Source {
    /// As a person may see it: no password is in it.
    pub fn name(&self) -> &str {
        match self {
            Self::Environment(place) => &place.name,
            Self::Files(files) => &files.name,
        }
    }
    /// `None`: the other side of the comparison decides.
    pub fn engine(&self) -> Option<EngineKind> {
        match self {
            Self::Environment(place) => Some(place.target.engine()),
            Self::Files(files) => files.engine,
        }
    }
}

/// A database, with what the project file says of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The environment's name; for a URL the URL without its password.
    pub name: String,
    /// Whether the project file knows it by that name.
    pub origin: Origin,
    pub target: Target,
    pub guard: Guard,
    pub schemas: Schemas,
    pub privileges: Privileges,
    pub calendar: Calendar,
    /// What statements that go in batches wait for.
    pub throttle: Throttle,
    /// The schema of our own tables, or the first part of their names.
    pub home: Ident,
}

impl Place {
    /// A database that no project file speaks of.
    pub fn unnamed(name: String, target: Target, privileges: Privileges) -> Self {
        Self {
            name,
            origin: Origin::Url,
            target,
            guard: Guard::None,
            schemas: Schemas::default(),
            privileges,
            calendar: Calendar::default(),
            throttle: Throttle::default(),
            home: Ident::from(HOME),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    Project,
    Url,
}

/// DDL files, in the order in which they are loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    pub name: String,
    /// The file or folder itself.
    pub root: PathBuf,
    pub paths: Vec<PathBuf>,
    pub engine: Option<EngineKind>,
}

/// What a URL leads to.
pub(super) enum Address {
    Server(ServerAddress),
    Sqlite(PathBuf),
}

const SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "sqlserver",
    "mssql",
    "snowflake",
    "mcp+https",
    "mcp+http",
    "mcp+stdio",
];

const ENGINES: &[(&str, EngineKind)] = &[
    ("postgres", EngineKind::Postgres),
    ("postgresql", EngineKind::Postgres),
    ("sqlite", EngineKind::Sqlite),
    ("mysql", EngineKind::MySql),
    ("mariadb", EngineKind::MySql),
    ("sqlserver", EngineKind::SqlServer),
    ("snowflake", EngineKind::Snowflake),
];

/// The engine of that name; the error is a hint.
pub(super) fn engine(word: &str) -> Result<EngineKind, String> {
    let names: Vec<&str> = ENGINES.iter().map(|(name, _)| *name).collect();
    ENGINES
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, engine)| *engine)
        .ok_or_else(|| suggest(word, &names))
}

/// The scheme of a text that is a URL. One letter is a drive, not a scheme.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let word =
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (word && (rest.starts_with("//") || SCHEMES.contains(&scheme))).then_some(scheme)
}

/// Reads a URL. Paths count from `folder`.
pub(super) fn address(url: &str, folder: &Path) -> Result<Address, AddressError> {
    let wrong = |what: String, hint: &str| AddressError { what, hint: hint.into() };
    let Some(scheme) = scheme(url) else {
        return Err(wrong(
            "this is no URL".into(),
            "write it as postgres://host/database, mysql://host/database or sqlite:path",
        ));
    };
    match scheme {
        "postgres" | "postgresql" => {
            let address = PostgresAddress::parse(url)?;
            Ok(Address::Server(ServerAddress::Postgres(Box::new(address))))
        }
        "sqlite" => {
            let path = url.get("sqlite:".len()..).unwrap_or("");
            let path = path.strip_prefix("//").unwrap_or(path);
            match path {
                "" => Err(wrong("the URL names no file".into(), "write sqlite:path/to/file.db")),
                ":memory:" => Err(wrong(
                    "a database in memory is empty and nobody else can see it".into(),
                    "name a file, or a folder of DDL files",
                )),
                path => Ok(Address::Sqlite(folder.join(path))),
            }
        }
        "mysql" | "mariadb" => {
            let address = MySqlAddress::parse(url)?;
            Ok(Address::Server(ServerAddress::MySql(Box::new(address))))
        }
        "sqlserver" | "mssql" => Err(not_built("SQL Server")),
        "snowflake" => Err(not_built("Snowflake")),
        "mcp+https" | "mcp+http" | "mcp+stdio" => Err(not_built("MCP servers")),
        other => Err(wrong(format!("unknown URL scheme `{other}`"), &suggest(other, SCHEMES))),
    }
}

fn not_built(what: &str) -> AddressError {
    AddressError {
        what: format!("{what} cannot be worked on by this version yet"),
        hint: "PostgreSQL, MySQL, MariaDB and SQLite can".into(),
    }
}

/// Finds out what a REF means. An environment's name comes first; `./name` is always a path.
pub(super) async fn source(
    project: &Project,
    reference: &str,
    surroundings: &Surroundings,
) -> Result<Source, Failure> {
    if project.knows(reference) {
        let environment = project.environment(reference)?;
        return Ok(Source::Environment(Box::new(environment.place(surroundings).await?)));
    }
    if scheme(reference).is_some() {
        let usage = |error: AddressError| Failure::new(FailureKind::Usage, error.what).hint(error.hint);
        let mut target = match address(reference, &surroundings.folder).map_err(usage)? {
            Address::Sqlite(path) => Target::Sqlite(SqliteTarget { path }),
            Address::Server(address) => {
                address.resolve(&|name| surroundings.variable(name)).map_err(usage)?
            }
        };
        let name = target.to_string();
        if let Some(typed) = surroundings.typed.find(&name) {
            target.set_password(typed);
        }
        let place = Place::unnamed(name, target, project.privileges);
        return Ok(Source::Environment(Box::new(place)));
    }
    files(project, reference, surroundings).map(Source::Files)
}

fn files(project: &Project, reference: &str, surroundings: &Surroundings) -> Result<Files, Failure> {
    let usage = |what: String| Failure::new(FailureKind::Usage, what);
    let (name, engine) = match reference.rsplit_once("?engine=") {
        None => (reference, None),
        Some((path, word)) => {
            let engine = engine(word)
                .map_err(|hint| usage(format!("unknown engine `{word}` in {reference}")).hint(hint))?;
            (path, Some(engine))
        }
    };
    let path = surroundings.folder.join(name);
    let Ok(about) = std::fs::metadata(&path) else {
        let near = nearest(reference, project.entries.iter().map(|entry| entry.name.as_str()));
        let hint = match near {
            Some(near) => format!("did you mean the environment `{near}`?"),
            None => "name an environment of migrator.toml, a URL, or a DDL file or folder".into(),
        };
        return Err(usage(format!("`{name}` is no environment, no URL and no file")).hint(hint));
    };
    let paths = if about.is_dir() { scripts(&path)? } else { vec![path.clone()] };
    if paths.is_empty() {
        return Err(usage(format!("the folder {name} holds no .sql file")));
    }
    if !about.is_dir() && is_sqlite(&path) {
        return Err(usage(format!("{name} is a SQLite database, not a DDL file"))
            .hint(format!("write sqlite:{name}")));
    }
    Ok(Files { name: name.to_owned(), root: path, paths, engine })
}

/// Every SQLite database begins with these 16 bytes: <https://www.sqlite.org/fileformat.html>.
fn is_sqlite(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && &head == b"SQLite format 3\0"
}

/// All `.sql` files below a folder, in the order of their names: `V2` before `V10`.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failed =
            |error| Failure::new(FailureKind::Local, format!("{} cannot be read: {error}", folder.display()));
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // A linked folder could lead back here.
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.is_file() && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("sql")) {
                found.push(path);
            }
        }
    }
    found.sort_by(|a, b| natural(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(found)
}

/// Compares names with the numbers in them read as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (m, n) = (digits(&mut left), digits(&mut right));
            let order = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
            if order != Ordering::Equal {
                return order;
            }
        } else if x != y {
            return x.cmp(&y);
        } else {
            left = left.get(x.len_utf8()..).unwrap_or("");
            right = right.get(y.len_utf8()..).unwrap_or("");
        }
    }
}

/// Takes a number off the front of a text, without its leading zeros.
fn digits<'a>(text: &mut &'a str) -> &'a str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    *text = rest;
    number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["V10__b.sql", "V2__a.sql", "V2__a/1.sql", "V02__a.sql", "a.sql", "é2", "é10"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["V02__a.sql", "V2__a.sql", "V2__a/1.sql", "V10__b.sql", "a.sql", "é2", "é10"]);
    }

    #[test]
    fn urls_and_paths_are_told_apart() {
        for url in ["postgres://h/d", "sqlite:a.db", "mcp+stdio:cmd", "foo://x"] {
            assert!(scheme(url).is_some(), "{url}");
        }
        for path in ["schema.sql", "C:\\x.sql", "a/b:c", "./x", "weird:name.sql"] {
            assert!(scheme(path).is_none(), "{path}");
        }
    }
}
