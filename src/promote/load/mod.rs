//! DDL files as a schema: they are run on a scratch database, as the engine's own client would run them, and the
//! result is read back. We do not parse SQL to learn what a server can tell us. Nothing is loaded anywhere else.

mod mysql;
mod script;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::connect::scratch::{ScratchDatabase, Workshop};
use crate::connect::{self, Connection, Purpose, WireError, WireErrorKind};
use crate::engines::{Dialect, introspect};
use crate::model::{Definition, EngineKind, Failure, FailureKind, Ident, Schema};
use crate::sql;

use script::{Order, Part, Script};

/// What DDL files make.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub schema: Schema,
    /// What was left out and why, one sentence each: `schema.sql:12: CREATE DATABASE is left out`.
    pub notes: Vec<String>,
}

/// Loads a file, or all `*.sql` files of a folder, on a fresh scratch database.
///
/// A file runs in its own order, and the first refused statement ends it. The statements of a folder may stand in
/// any order: what is refused is tried again after the rest, until nothing more succeeds.
pub async fn load(dialect: &dyn Dialect, workshop: &mut Workshop, path: &Path) -> Result<Loaded, Failure> {
    let scripts = read(path)?;
    let mut database = workshop.database().await.map_err(|error| scratch_failure(&error))?;
    let loaded = fill(dialect, workshop, &mut database, &scripts, order(path)).await;
    let discarded = workshop.discard(database).await;
    let loaded = loaded?;
    discarded.map_err(|error| scratch_failure(&error))?;
    Ok(loaded)
}

fn order(path: &Path) -> Order {
    if path.is_dir() { Order::Sought } else { Order::AsWritten }
}

async fn fill(
    dialect: &dyn Dialect,
    workshop: &mut Workshop,
    database: &mut ScratchDatabase,
    scripts: &[(PathBuf, String)],
    order: Order,
) -> Result<Loaded, Failure> {
    let engine = dialect.kind();
    let script = Script::read(scripts, engine)?;
    let mut notes = script.notes;
    if engine == EngineKind::Postgres {
        // A missing role is known by the message. Not everybody may choose its language.
        let _ = database.connection.execute(&sql!(engine; "SET lc_messages = 'C'")).await;
    }
    if engine == EngineKind::MySql {
        // A view on another one is made only where the other one's definer may look.
        let named: BTreeSet<Ident> =
            script.parts.iter().flat_map(|part| mysql::named_definers(&part.text)).collect();
        let named: Vec<Ident> = named.into_iter().collect();
        workshop.ensure_roles(&named).await.map_err(|error| scratch_failure(&error))?;
    }
    run(workshop, database.connection.as_mut(), engine, script.parts, order, &mut notes).await?;
    settle(workshop, database, engine).await.map_err(|error| scratch_failure(&error))?;
    let schema = introspect(dialect, database.connection.as_mut()).await.map_err(|error| {
        Failure::new(FailureKind::Internal, format!("reading the loaded files back: {error}"))
    })?;
    Ok(Loaded { schema, notes })
}

/// Runs the statements, again and again where their order has to be found.
async fn run(
    workshop: &mut Workshop,
    connection: &mut dyn Connection,
    engine: EngineKind,
    parts: Vec<Part>,
    order: Order,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut waiting = parts;
    loop {
        let before = waiting.len();
        let mut refused: Vec<(Part, WireError)> = Vec::new();
        for part in waiting {
            match send(workshop, connection, engine, &part).await {
                Ok(()) => {}
                Err(error) if error.kind != WireErrorKind::Statement => return Err(scratch_failure(&error)),
                Err(error) if harmless(&part, &error, engine) => {
                    notes.push(format!("{}: left out: {}", part.place(None), error.message));
                }
                Err(error) => {
                    refused.push((part, error));
                    if order == Order::AsWritten {
                        return Err(refusal(&refused, engine));
                    }
                }
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        if refused.len() == before {
            return Err(refusal(&refused, engine));
        }
        waiting = refused.into_iter().map(|(part, _)| part).collect();
    }
}

async fn send(
    workshop: &mut Workshop,
    connection: &mut dyn Connection,
    engine: EngineKind,
    part: &Part,
) -> Result<(), WireError> {
    if let Some(role) = &part.makes_role {
        return workshop.ensure_roles(std::slice::from_ref(role)).await;
    }
    // A statement may name several roles that are not there.
    for _ in 0..50 {
        match one(connection, engine, part).await {
            Err(error) => match missing(&error, engine) {
                Some(role) => workshop.ensure_roles(&[role]).await?,
                None => return Err(error),
            },
            done => return done,
        }
    }
    one(connection, engine, part).await
}

async fn one(connection: &mut dyn Connection, engine: EngineKind, part: &Part) -> Result<(), WireError> {
    match engine {
        // It is cut already, and where its delimiter was another one, nobody could cut it again.
        EngineKind::MySql => {
            let text = Definition::from_catalog(part.text.as_str());
            connection.execute(&sql!(engine; &text)).await.map(drop)
        }
        EngineKind::Postgres | EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => {
            connection.execute_script(&part.text).await
        }
    }
}

/// Somebody whom a statement names and who is not there.
fn missing(error: &WireError, engine: EngineKind) -> Option<Ident> {
    match engine {
        EngineKind::Postgres => missing_role(error),
        EngineKind::MySql => mysql::missing_definer(error),
        EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => None,
    }
}

/// `role "app" does not exist`. The code is that of any missing object, and SET ROLE has another one.
fn missing_role(error: &WireError) -> Option<Ident> {
    if !matches!(error.code.as_deref(), Some("42704" | "22023" | "28000")) {
        return None;
    }
    let name = error.message.strip_prefix("role \"")?.strip_suffix("\" does not exist")?;
    Some(Ident::from(name))
}

/// What a dump of another server version says and this one need not know: a setting it has not got, and a
/// schema that every new database has.
fn harmless(part: &Part, error: &WireError, engine: EngineKind) -> bool {
    if engine == EngineKind::MySql {
        return mysql::harmless(part, error);
    }
    match error.code.as_deref() {
        Some("42704") => part.begins_with(&["set"]) && error.message.contains("configuration parameter"),
        Some("42P06") => error.message.contains("\"public\""),
        _ => false,
    }
}

/// Brings the session back from whatever the files set.
async fn settle(
    workshop: &mut Workshop,
    database: &mut ScratchDatabase,
    engine: EngineKind,
) -> Result<(), WireError> {
    let statements = match engine {
        EngineKind::Postgres => vec![
            sql!(engine; "ROLLBACK"),
            sql!(engine; "RESET SESSION AUTHORIZATION"),
            sql!(engine; "RESET ROLE"),
            sql!(engine; "RESET ALL"),
        ],
        EngineKind::Sqlite => vec![sql!(engine; "COMMIT")],
        EngineKind::MySql => {
            // Character sets and modes: a new session has its own.
            if let Some(target) = &database.target {
                database.connection = connect::open(target, Purpose::Write).await?;
            }
            let definers = mysql::definers(database.connection.as_mut()).await?;
            // A view whose definer is missing does not tell its columns.
            return workshop.ensure_roles(&definers).await;
        }
        EngineKind::SqlServer | EngineKind::Snowflake => Vec::new(),
    };
    for statement in &statements {
        match database.connection.execute(statement).await {
            // There was no transaction left to end.
            Err(error) if error.kind == WireErrorKind::Statement => {}
            other => other.map(drop)?,
        }
    }
    Ok(())
}

/// All that is refused, one line each with its place and the server's words.
fn refusal(refused: &[(Part, WireError)], engine: EngineKind) -> Failure {
    let lines: Vec<String> = refused
        .iter()
        .map(|(part, error)| {
            let mut line = format!("{}: {}", part.place_of(error, engine), error.message);
            if let Some(detail) = &error.detail {
                line.push_str(" (");
                line.push_str(detail);
                line.push(')');
            }
            line
        })
        .collect();
    let hint = refused.iter().find_map(|(_, error)| error.hint.as_deref().or(advice(error, engine)));
    let hint = hint.unwrap_or_default();
    Failure::new(FailureKind::Config, lines.join("\n")).hint(hint)
}

/// Beside the databases of somebody else, we make nothing in the name of others.
fn advice(error: &WireError, engine: EngineKind) -> Option<&'static str> {
    let definers = engine == EngineKind::MySql && error.code.as_deref() == Some("1227");
    definers.then_some(
        "files with definers need a server meant for them: MIGRATOR_SCRATCH_MYSQL, or `mysql` in [scratch]",
    )
}

pub(super) fn scratch_failure(error: &WireError) -> Failure {
    Failure::new(FailureKind::Connection, format!("scratch database: {error}"))
        .hint(error.hint.as_deref().unwrap_or_default())
}

/// The files in their order, with the names that messages use.
fn read(path: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut files = Vec::new();
    if path.is_dir() {
        collect(path, 0, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(Failure::new(FailureKind::Config, format!("{}: no .sql files", path.display())));
        }
    } else {
        files.push(path.to_path_buf());
    }
    files
        .into_iter()
        .map(|file| {
            let bytes = std::fs::read(&file).map_err(|error| local(&file, &error))?;
            let text = String::from_utf8(bytes).map_err(|error| {
                let place = error.utf8_error().valid_up_to();
                Failure::new(FailureKind::Config, format!("{}: not UTF-8 at byte {place}", file.display()))
            })?;
            // A byte order mark is no part of the first statement.
            let text = text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text);
            Ok((file, text))
        })
        .collect()
}

/// A folder that holds itself through a link ends somewhere.
const DEEPEST: usize = 16;

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| local(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| local(folder, &error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && depth < DEEPEST {
            collect(&path, depth + 1, files)?;
        } else if path.is_file()
            && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
        {
            files.push(path);
        }
    }
    Ok(())
}

fn local(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Local, format!("{}: {error}", path.display()))
}
