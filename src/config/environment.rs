//! One environment of the project file: where it is, what of it is compared, and who may change it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::document::Section;
use super::nearest::suggest;
use super::reference::{Address, address};
use super::{Credential, Origin, Place, Surroundings, Window};
use crate::connect::scratch::Guarded;
use crate::connect::{
    AddressError, MySqlTarget, PostgresTarget, ServerAddress, SqliteTarget, Target, TlsMode, tls_mode,
};
use crate::diff::Privileges;
use crate::model::{EngineKind, Failure, FailureKind, Ident, Throttle};

/// What production asks for before a plan runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Guard {
    #[default]
    None,
    /// A yes.
    Confirm,
    /// The environment's name, typed.
    Typed,
    /// Somebody else's approval.
    TwoPerson,
}

impl Guard {
    const ALL: [Self; 4] = [Self::None, Self::Confirm, Self::Typed, Self::TwoPerson];

    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Confirm => "confirm",
            Self::Typed => "typed",
            Self::TwoPerson => "two-person",
        }
    }

    /// What it asks for, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::None => "none: a plan runs without an approval",
            Self::Confirm => "confirm: somebody says yes",
            Self::Typed => "typed: somebody types the environment's name",
            Self::TwoPerson => "two-person: two people approve, from two processes",
        }
    }

    /// Whether scratch databases may be made beside the environment's own.
    pub fn scratch(self) -> Guarded {
        match self {
            Self::None => Guarded::NotGuarded,
            Self::Confirm | Self::Typed | Self::TwoPerson => Guarded::Guarded,
        }
    }
}

/// Which schemas are compared, by name; a `*` stands for any letters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schemas {
    /// Empty: all.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

impl Schemas {
    pub fn takes(&self, schema: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, schema));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// Each `*` takes as little as it can; what follows is looked for from there on.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

/// When plans may run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Calendar {
    /// Why nothing may begin, until the project says otherwise.
    pub freeze: Option<String>,
    /// Empty: at any time.
    pub windows: Vec<Window>,
}

/// Where our own tables live, if nothing else is said.
pub const HOME: &str = "migrator";

/// An environment as the file has it. Its credentials are fetched by [`Environment::target`].
pub struct Environment {
    pub name: String,
    /// Lower comes first on the way to production.
    pub stage: Option<u32>,
    pub engine: EngineKind,
    pub guard: Guard,
    pub privileges: Privileges,
    pub schemas: Schemas,
    pub calendar: Calendar,
    pub throttle: Throttle,
    /// The schema of our own tables, or the first part of their names.
    pub home: Ident,
    way: Way,
    /// `migrator.toml:7: environments.staging`, for what is found wrong later.
    whence: String,
}

enum Way {
    Server { address: ServerAddress, user: Option<Credential>, password: Option<Credential> },
    Sqlite(PathBuf),
}

const KEYS: &[&str] = &[
    "ca",
    "engine",
    "freeze",
    "guard",
    "journal_schema",
    "password",
    "privileges",
    "replica_lag",
    "replicas",
    "schemas",
    "slot_lag",
    "stage",
    "tls",
    "url",
    "user",
    "windows",
];

impl Environment {
    pub(super) fn read(
        name: &str,
        section: &Section<'_>,
        privileges: Privileges,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        section.only(KEYS)?;
        let guard = match section.string("guard")? {
            None => Guard::None,
            Some(word) => Guard::ALL.into_iter().find(|guard| guard.word() == word).ok_or_else(|| {
                section.wrong(
                    "guard",
                    format!("unknown guard `{word}`"),
                    suggest(word, &Guard::ALL.map(Guard::word)),
                )
            })?,
        };
        let privileges = section.flag("privileges")?.map_or(privileges, compared);
        let schemas = match section.section("schemas")? {
            None => Schemas::default(),
            Some(schemas) => {
                schemas.only(&["exclude", "include"])?;
                Schemas { include: schemas.strings("include")?, exclude: schemas.strings("exclude")? }
            }
        };
        let stage = section.number("stage")?;
        let calendar = calendar(section)?;
        let throttle = throttle(section)?;
        let home = match section.string("journal_schema")? {
            None => HOME,
            Some("") => {
                return Err(section.wrong(
                    "journal_schema",
                    "must not be empty",
                    "leave it out for `migrator`",
                ));
            }
            Some(name) => name,
        };
        let (engine, way) = way(section, surroundings)?;
        if let Some(word) = section.string("engine")? {
            let said = super::reference::engine(word)
                .map_err(|hint| section.wrong("engine", format!("unknown engine `{word}`"), hint))?;
            if said != engine {
                let what = format!("the URL is one of {}, not of {}", engine.title(), said.title());
                return Err(section.wrong("engine", what, "leave `engine` out: the URL tells it"));
            }
        }
        let whence = format!("{}: {}", section.document.name, section.path_of("").trim_end_matches('.'));
        let name = name.to_owned();
        let home = Ident::from(home);
        let found =
            Self { name, stage, engine, guard, privileges, schemas, calendar, throttle, home, way, whence };
        if let Way::Server { address, .. } = &found.way {
            found.check(address, section, surroundings)?;
        }
        Ok(found)
    }

    /// What can be told without a credential: parameters that do not fit together, and TLS that a guard forbids.
    fn check(
        &self,
        address: &ServerAddress,
        section: &Section<'_>,
        surroundings: &Surroundings,
    ) -> Result<(), Failure> {
        let target = address
            .clone()
            .resolve(&|name| surroundings.variable(name))
            .map_err(|error| section.wrong("url", error.what, error.hint))?;
        if target.may_be_overheard() && self.guard != Guard::None {
            return Err(section.wrong(
                if section.string("tls")?.is_some() { "tls" } else { "url" },
                "a guarded environment needs TLS that cannot be talked away",
                "use verify-full, verify-ca or require",
            ));
        }
        Ok(())
    }

    /// The database with its credentials, and what the project says of it.
    pub async fn place(&self, surroundings: &Surroundings) -> Result<Place, Failure> {
        Ok(Place {
            name: self.name.clone(),
            origin: Origin::Project,
            target: self.target(surroundings).await?,
            guard: self.guard,
            schemas: self.schemas.clone(),
            privileges: self.privileges,
            calendar: self.calendar.clone(),
            throttle: self.throttle.clone(),
            home: self.home.clone(),
        })
    }

    /// The server with its credentials.
    pub async fn target(&self, surroundings: &Surroundings) -> Result<Target, Failure> {
        match &self.way {
            Way::Sqlite(path) => Ok(Target::Sqlite(SqliteTarget { path: path.clone() })),
            Way::Server { address, user, password } => {
                let mut address = address.clone();
                if let Some(user) = user {
                    let user = user.fetch(&format!("{}.user", self.whence), surroundings).await?;
                    address.set_user(user.expose().to_owned());
                }
                if let Some(password) = password {
                    let password = password.fetch(&format!("{}.password", self.whence), surroundings).await?;
                    address.set_password(Arc::new(password));
                }
                let mut target = address
                    .resolve(&|name| surroundings.variable(name))
                    .map_err(|error| config(&self.whence, error))?;
                if let Some(typed) = surroundings.typed.find(&self.name) {
                    target.set_password(typed);
                }
                Ok(target)
            }
        }
    }
}

fn calendar(section: &Section<'_>) -> Result<Calendar, Failure> {
    let freeze = match section.string("freeze")? {
        Some(why) if why.trim().is_empty() => {
            return Err(section.wrong("freeze", "must say why", "leave it out to end the freeze"));
        }
        why => why.map(str::to_owned),
    };
    let windows = section
        .one_or_more("windows")?
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|hint: String| section.wrong("windows", format!("`{text}` is no window"), hint))
        })
        .collect::<Result<_, _>>()?;
    Ok(Calendar { freeze, windows })
}

/// What statements that go in batches wait for.
fn throttle(section: &Section<'_>) -> Result<Throttle, Failure> {
    let measured = |key: &str, units: &[(&str, u64)]| match section.string(key)? {
        None => Ok(None),
        Some(text) => measure(text, units).map(Some).ok_or_else(|| {
            let known: Vec<&str> = units.iter().map(|(unit, _)| *unit).collect();
            let hint = format!("write a number and one of {}, such as \"5 {}\"", known.join(", "), known[1]);
            section.wrong(key, format!("`{text}` cannot be read"), hint)
        }),
    };
    let lag = measured("replica_lag", &[("ms", 1), ("s", 1_000), ("min", 60_000)])?;
    let slot_lag = measured("slot_lag", &[("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)])?;
    let replicas = section.one_or_more("replicas")?;
    if lag.is_none() && !replicas.is_empty() {
        return Err(section.wrong(
            "replicas",
            "needs `replica_lag` beside it",
            "say how far they may be behind",
        ));
    }
    Ok(Throttle { replica_lag: lag.map(Duration::from_millis), replicas, slot_lag })
}

/// `5 s`, `1GB`: a number and a unit.
fn measure(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// What `privileges = true` means.
pub(super) fn compared(flag: bool) -> Privileges {
    if flag { Privileges::Compare } else { Privileges::Ignore }
}

fn config(whence: &str, error: AddressError) -> Failure {
    Failure::new(FailureKind::Config, format!("{whence}: {}", error.what)).hint(error.hint)
}

fn way(section: &Section<'_>, surroundings: &Surroundings) -> Result<(EngineKind, Way), Failure> {
    let Some(written) = section.string("url")? else {
        let hint = "write the address, such as url = \"postgres://host/database\"";
        return Err(section.wrong("url", "is missing", hint));
    };
    let url = match written.strip_prefix("env:") {
        None => written.to_owned(),
        Some(name) => surroundings.variable(name.trim()).ok_or_else(|| {
            section.wrong("url", format!("the environment variable {} is not set", name.trim()), "")
        })?,
    };
    match address(&url, section.document.folder)
        .map_err(|error| section.wrong("url", error.what, error.hint))?
    {
        Address::Sqlite(path) => {
            for key in ["user", "password", "tls", "ca", "replica_lag", "replicas", "slot_lag"] {
                if section.has(key) {
                    return Err(section.wrong(key, "SQLite is a file and has none", ""));
                }
            }
            Ok((EngineKind::Sqlite, Way::Sqlite(path)))
        }
        Address::Server(mut address) => {
            if let Some(word) = section.string("tls")? {
                let known = TlsMode::ALL.map(TlsMode::word);
                let mode = tls_mode(word).map_err(|_| {
                    section.wrong("tls", format!("unknown TLS mode `{word}`"), suggest(word, &known))
                })?;
                address.set_tls_mode(mode);
            }
            if let Some(path) = section.string("ca")? {
                address.set_ca(section.document.folder.join(path));
            }
            let folder = section.document.folder;
            let user = match section.string("user")? {
                None => None,
                Some(text) => match Credential::parse(text, folder) {
                    None => {
                        address.set_user(text.to_owned());
                        None
                    }
                    reference => reference,
                },
            };
            let password = password(section, folder)?;
            Ok((address.engine(), Way::Server { address, user, password }))
        }
    }
}

/// A password itself has no place in a file that is committed.
fn password(section: &Section<'_>, folder: &Path) -> Result<Option<Credential>, Failure> {
    let Some(text) = section.string("password")? else { return Ok(None) };
    match Credential::parse(text, folder) {
        None => Err(section.wrong(
            "password",
            "must say where the password is, not what it is",
            "write \"env:NAME\", \"file:PATH\" or \"command:…\"",
        )),
        reference => Ok(reference),
    }
}

/// The PostgreSQL server meant for scratch databases.
pub(super) fn scratch_postgres(
    section: &Section<'_>,
    surroundings: &Surroundings,
) -> Result<Option<PostgresTarget>, Failure> {
    let Some(url) = section.string("postgres")? else { return Ok(None) };
    let wrong = |error: AddressError| section.wrong("postgres", error.what, error.hint);
    match address(url, section.document.folder).map_err(wrong)? {
        Address::Server(ServerAddress::Postgres(address)) => {
            address.resolve(&|name| surroundings.variable(name)).map(Some).map_err(wrong)
        }
        Address::Server(ServerAddress::MySql(_)) | Address::Sqlite(_) => {
            Err(section.wrong("postgres", "must be the URL of a PostgreSQL server", ""))
        }
    }
}

/// The MySQL or MariaDB server meant for scratch databases. Its URL needs no database.
pub(super) fn scratch_mysql(
    section: &Section<'_>,
    surroundings: &Surroundings,
) -> Result<Option<MySqlTarget>, Failure> {
    let Some(url) = section.string("mysql")? else { return Ok(None) };
    let wrong = |error: AddressError| section.wrong("mysql", error.what, error.hint);
    match address(url, section.document.folder).map_err(wrong)? {
        Address::Server(ServerAddress::MySql(address)) => {
            let address = address.of_a_whole_server();
            address.resolve(&|name| surroundings.variable(name)).map(Some).map_err(wrong)
        }
        Address::Server(ServerAddress::Postgres(_)) | Address::Sqlite(_) => {
            Err(section.wrong("mysql", "must be the URL of a MySQL or MariaDB server", ""))
        }
    }
}

/// The database of a team's journal: a URL. Its password comes from where the server's own clients find it.
pub(super) fn journal(section: &Section<'_>, surroundings: &Surroundings) -> Result<Option<Target>, Failure> {
    let Some(written) = section.string("journal")? else { return Ok(None) };
    let wrong = |error: AddressError| section.wrong("journal", error.what, error.hint);
    let url = match written.strip_prefix("env:") {
        None => written.to_owned(),
        Some(name) => surroundings.variable(name.trim()).ok_or_else(|| {
            section.wrong("journal", format!("the environment variable {} is not set", name.trim()), "")
        })?,
    };
    match address(&url, section.document.folder).map_err(wrong)? {
        Address::Sqlite(path) => Ok(Some(Target::Sqlite(SqliteTarget { path }))),
        Address::Server(address) => {
            address.resolve(&|name| surroundings.variable(name)).map(Some).map_err(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_have_a_unit() {
        let units = [("ms", 1), ("s", 1_000)];
        for (text, expected) in [
            ("5 s", Some(5_000)),
            ("500ms", Some(500)),
            ("5", None),
            ("s", None),
            ("5 h", None),
            ("-5 s", None),
        ] {
            assert_eq!(measure(text, &units), expected, "{text}");
        }
        assert_eq!(measure("99999999999999999 s", &[("s", 1_000)]), None);
    }

    #[test]
    fn schemas_are_chosen_by_pattern() {
        let schemas =
            Schemas { include: vec!["app_*".into(), "public".into()], exclude: vec!["*_old".into()] };
        for (name, expected) in
            [("app_a", true), ("public", true), ("app_a_old", false), ("other", false), ("app_", true)]
        {
            assert_eq!(schemas.takes(name), expected, "{name}");
        }
        assert!(Schemas::default().takes("anything"));
        assert!(fits("a*b*c", "aXbYc") && !fits("a*b*c", "acb") && fits("*", "") && !fits("", "a"));
    }
}
