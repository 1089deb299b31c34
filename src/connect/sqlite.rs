//! The SQLite wire: a database file or a private database in memory. It moves statements and rows; values come
//! by their storage class, and nothing but the connection's own settings is ever changed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteColumn, SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection as _, Executor, Row, SqlSafeStr, Statement, TypeInfo,
    ValueRef,
};

use super::{Cancel, Connection, Done, Reply, Rows, WireError, WireErrorKind};
use crate::model::{EngineKind, ServerVersion, Sql};
use crate::sqltext::{PieceKind, TokenClass, lex, split};

/// How long a statement waits for another writer.
const BUSY: Duration = Duration::from_millis(5000);
/// Virtual machine steps between two looks at the cancel flag: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// What may be done to the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    ReadOnly,
    ReadWrite,
    /// Read and write, and make the file where there is none.
    Create,
}

/// A session with one database. Foreign keys are not enforced, as is SQLite's own default.
pub struct SqliteConnection {
    session: sqlx::SqliteConnection,
    version: ServerVersion,
    cancelled: Arc<AtomicBool>,
}

/// Opens a database file, or with `None` a private database in memory.
pub async fn open(path: Option<&Path>, access: Access) -> Result<SqliteConnection, WireError> {
    let options = SqliteConnectOptions::new()
        .foreign_keys(false)
        .busy_timeout(BUSY)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    let options = match path {
        None => options.filename(":memory:"),
        Some(path) => {
            if access != Access::Create && !path.exists() {
                let message = format!("there is no database file {}", path.display());
                return Err(WireError::new(WireErrorKind::NoDatabase, message));
            }
            if path.is_dir() {
                let message = format!("{} is a folder, not a database file", path.display());
                return Err(WireError::new(WireErrorKind::NoDatabase, message));
            }
            options
                .filename(path)
                .read_only(access == Access::ReadOnly)
                .create_if_missing(access == Access::Create)
        }
    };
    let shown = || path.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
    let mut session = options.connect().await.map_err(|error| opening(&error, &shown()))?;
    // The file is not read before the first statement that needs it.
    let row = session
        .fetch_one("SELECT sqlite_version(), (SELECT count(*) FROM sqlite_schema)")
        .await
        .map_err(|error| opening(&error, &shown()))?;
    let text = value(&row, 0)?.unwrap_or_default();
    let version = ServerVersion {
        engine: EngineKind::Sqlite,
        number: numbers(&text),
        text: format!("SQLite {text}").into(),
    };
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    let mut handle = session.lock_handle().await.map_err(|error| failed(&error))?;
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !flag.load(Ordering::Relaxed));
    drop(handle);
    Ok(SqliteConnection { session, version, cancelled })
}

impl SqliteConnection {
    /// Closes the database and waits until its locks are gone.
    pub async fn close(self) -> Result<(), WireError> {
        self.session.close().await.map_err(|error| failed(&error))
    }

    async fn rows(&mut self, sql: &str) -> Result<Rows, WireError> {
        self.cancelled.store(false, Ordering::Relaxed);
        let mut rows: Option<Rows> = None;
        // Row by row: a catalog of ten thousand tables, held in the library's rows, is some hundred megabytes.
        let mut found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.session);
        while let Some(row) = found.try_next().await.map_err(|e| failed(&e))? {
            let rows = rows.get_or_insert_with(|| Rows::new(names(row.columns())));
            for at in 0..row.len() {
                rows.push(value(&row, at)?.as_deref());
            }
        }
        drop(found);
        if let Some(rows) = rows {
            return Ok(rows);
        }
        // No row tells the names; a statement that cannot be prepared by now has none to tell.
        let prepared = (&mut self.session).prepare(AssertSqlSafe(sql).into_sql_str()).await;
        Ok(Rows::new(prepared.map_or_else(|_| Vec::new(), |statement| names(statement.columns()))))
    }

    async fn run(&mut self, sql: &str) -> Result<Done, WireError> {
        self.cancelled.store(false, Ordering::Relaxed);
        let done =
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.session).await.map_err(|e| failed(&e))?;
        // Whatever changes no rows leaves the count of the statement before.
        Ok(Done { rows_affected: if changes_rows(sql) { done.rows_affected() } else { 0 } })
    }
}

impl Connection for SqliteConnection {
    fn version(&self) -> &ServerVersion {
        &self.version
    }

    fn query<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Rows> {
        Box::pin(self.rows(sql.as_str()))
    }

    fn query_all<'a>(&'a mut self, batch: &'a [Sql]) -> Reply<'a, Vec<Rows>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(batch.len());
            let mut began = false;
            for sql in batch {
                match self.rows(sql.as_str()).await {
                    Ok(rows) => answers.push(rows),
                    Err(error) => {
                        if began {
                            // The first error is the one to tell.
                            drop(self.run("ROLLBACK").await);
                        }
                        return Err(error);
                    }
                }
                began |= begins_transaction(sql.as_str());
            }
            Ok(answers)
        })
    }

    fn execute<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Done> {
        Box::pin(self.run(sql.as_str()))
    }

    fn execute_script<'a>(&'a mut self, script: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            for piece in split(script, EngineKind::Sqlite) {
                let position = Some(script.get(..piece.statement_offset()).unwrap_or("").chars().count() + 1);
                match piece.kind {
                    PieceKind::Statement => {
                        let sent = self.run(piece.statement()).await;
                        sent.map_err(|error| WireError { position, ..error })?;
                    }
                    PieceKind::Client if !only_shows(piece.statement()) => {
                        let message =
                            format!("{}: a command of the sqlite3 program, not SQL", piece.statement());
                        return Err(WireError {
                            position,
                            ..WireError::new(WireErrorKind::Statement, message)
                        });
                    }
                    PieceKind::Blank | PieceKind::Client | PieceKind::Data => {}
                }
            }
            Ok(())
        })
    }

    fn canceller(&self) -> Option<Box<dyn Cancel>> {
        Some(Box::new(Canceller(Arc::clone(&self.cancelled))))
    }
}

fn names(columns: &[SqliteColumn]) -> Vec<Box<str>> {
    columns.iter().map(|column| column.name().into()).collect()
}

/// Raises the flag that the running statement looks at.
struct Canceller(Arc<AtomicBool>);

impl Cancel for Canceller {
    fn cancel(&self) -> Reply<'_, ()> {
        self.0.store(true, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    }
}

/// One value as text, by its own storage class and not by the column's declared type.
fn value(row: &SqliteRow, at: usize) -> Result<Option<Box<str>>, WireError> {
    let raw = row.try_get_raw(at).map_err(|error| failed(&error))?;
    if raw.is_null() {
        return Ok(None);
    }
    let class = raw.type_info().name().to_owned();
    let text = match class.as_str() {
        "INTEGER" => row.try_get_unchecked::<i64, _>(at).map_err(|e| failed(&e))?.to_string(),
        "REAL" => format!("{:?}", row.try_get_unchecked::<f64, _>(at).map_err(|e| failed(&e))?),
        "BLOB" => {
            let bytes = row.try_get_unchecked::<Vec<u8>, _>(at).map_err(|e| failed(&e))?;
            let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("X'{hex}'")
        }
        _ => {
            let bytes = row.try_get_unchecked::<Vec<u8>, _>(at).map_err(|e| failed(&e))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    Ok(Some(text.into()))
}

/// Whether it is an INSERT, UPDATE or DELETE, or REPLACE, which is an INSERT.
fn changes_rows(sql: &str) -> bool {
    let changes = |word: &str| {
        ["insert", "update", "delete", "replace"].iter().any(|one| word.eq_ignore_ascii_case(one))
    };
    let mut words = lex(sql, EngineKind::Sqlite)
        .filter(|token| matches!(token.class, TokenClass::Keyword | TokenClass::Identifier))
        .filter_map(|token| sql.get(token.start..token.end));
    match words.next() {
        // What it leads to stands behind its queries.
        Some(first) if first.eq_ignore_ascii_case("with") => words.any(changes),
        Some(first) => changes(first),
        None => false,
    }
}

fn begins_transaction(sql: &str) -> bool {
    sql.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("begin"))
}

/// Commands of the sqlite3 program that change neither schema nor data.
fn only_shows(command: &str) -> bool {
    let word = command.split_whitespace().next().unwrap_or("");
    [".bail", ".timeout", ".headers", ".header", ".mode", ".echo", ".print", ".changes"].contains(&word)
}

fn numbers(version: &str) -> (u32, u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// An error while opening: about the file rather than about a statement.
fn opening(cause: &sqlx::Error, shown: &str) -> WireError {
    let found = failed(cause);
    let message = match primary(&found) {
        Some(NOT_A_DATABASE) => format!("{shown} is not an SQLite database"),
        Some(CANNOT_OPEN) => format!("{shown} cannot be opened as a database file"),
        Some(NO_PERMISSION | READ_ONLY) => format!("{shown} may not be opened: {}", found.message),
        _ => format!("{shown}: {}", found.message),
    };
    WireError { message: message.into(), ..found }
}

const NO_PERMISSION: u32 = 3;
const READ_ONLY: u32 = 8;
const INTERRUPTED: u32 = 9;
const DISK_ERROR: u32 = 10;
const CANNOT_OPEN: u32 = 14;
const NOT_A_DATABASE: u32 = 26;

/// The result code without the extension bits: <https://www.sqlite.org/rescode.html>.
fn primary(error: &WireError) -> Option<u32> {
    error.code.as_deref().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff)
}

fn failed(cause: &sqlx::Error) -> WireError {
    let sqlx::Error::Database(refusal) = cause else {
        let kind = match cause {
            sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => WireErrorKind::Lost,
            _ => WireErrorKind::Statement,
        };
        return WireError::new(kind, cause.to_string());
    };
    let code: Option<Box<str>> = refusal.code().map(|code| code.as_ref().into());
    let mut found = WireError { code, ..WireError::new(WireErrorKind::Statement, refusal.message()) };
    found.kind = match primary(&found) {
        Some(NOT_A_DATABASE | CANNOT_OPEN) => WireErrorKind::NoDatabase,
        Some(NO_PERMISSION | READ_ONLY) => WireErrorKind::Denied,
        Some(INTERRUPTED) => WireErrorKind::Cancelled,
        Some(DISK_ERROR) => WireErrorKind::Lost,
        _ => WireErrorKind::Statement,
    };
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn statement(text: &'static str) -> Sql {
        sql!(EngineKind::Sqlite; text)
    }

    #[tokio::test]
    async fn values_come_by_storage_class() {
        let mut wire = open(None, Access::ReadWrite).await.unwrap();
        wire.execute_script(
            "CREATE TABLE t (a BOOLEAN, b DATETIME); INSERT INTO t VALUES (2, x'00ff'), ('x', 1.5)",
        )
        .await
        .unwrap();
        let rows = wire.query(&statement("SELECT a, b, NULL AS \"c d\" FROM t")).await.unwrap();
        assert_eq!(rows.columns, ["a".into(), "b".into(), Box::<str>::from("c d")]);
        let found: Vec<Vec<_>> = rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(found, [[Some("2"), Some("X'00FF'"), None], [Some("x"), Some("1.5"), None]]);
        let none = wire.query(&statement("SELECT a FROM t WHERE 0")).await.unwrap();
        assert_eq!((none.columns.len(), none.len()), (1, 0));
        let keys = wire.query(&statement("PRAGMA foreign_keys")).await.unwrap();
        assert_eq!(keys.cell(0, 0), Some("0"));
    }

    #[tokio::test]
    async fn what_is_not_a_database_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.db");
        for access in [Access::ReadOnly, Access::ReadWrite] {
            let error = open(Some(&missing), access).await.map(|_| ()).unwrap_err();
            assert_eq!(error.kind, WireErrorKind::NoDatabase, "{error}");
        }
        assert!(!missing.exists());
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "these are plain notes, and long enough to be looked at ".repeat(40)).unwrap();
        for access in [Access::ReadOnly, Access::ReadWrite, Access::Create] {
            let error = open(Some(&text), access).await.map(|_| ()).unwrap_err();
            assert_eq!(error.kind, WireErrorKind::NoDatabase, "{error}");
        }
        let error = open(Some(folder.path()), Access::ReadOnly).await.map(|_| ()).unwrap_err();
        assert_eq!(error.kind, WireErrorKind::NoDatabase, "{error}");
    }

    #[tokio::test]
    async fn read_only_refuses_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mut wire = open(Some(&file), Access::Create).await.unwrap();
        wire.execute(&statement("CREATE TABLE t (a)")).await.unwrap();
        wire.close().await.unwrap();
        let mut wire = open(Some(&file), Access::ReadOnly).await.unwrap();
        let error = wire.execute(&statement("DROP TABLE t")).await.unwrap_err();
        assert_eq!(error.kind, WireErrorKind::Denied, "{error}");
    }

    #[tokio::test]
    async fn only_what_changes_rows_counts_them() {
        let mut wire = open(None, Access::ReadWrite).await.unwrap();
        for (sql, rows) in [
            ("CREATE TABLE t (a)", 0),
            ("INSERT INTO t VALUES (1), (2)", 2),
            ("CREATE TABLE u AS SELECT * FROM t", 0),
            ("-- a remark\nWITH n AS (SELECT 3 AS a) UPDATE t SET a = 4 WHERE a < (SELECT a FROM n)", 2),
            ("ALTER TABLE t ADD COLUMN \"delete\" TEXT", 0),
            ("ALTER TABLE t DROP COLUMN \"delete\"", 0),
            ("DROP TABLE u", 0),
            ("DELETE FROM t WHERE a = 5", 0),
        ] {
            let done = wire.execute(&statement(sql)).await.unwrap();
            assert_eq!(done.rows_affected, rows, "{sql}");
        }
    }

    #[tokio::test]
    async fn a_running_statement_can_be_cancelled() {
        let mut wire = open(None, Access::ReadWrite).await.unwrap();
        let canceller = wire.canceller().unwrap();
        let endless = statement(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        );
        let stop = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            canceller.cancel().await
        };
        let (answer, _) = tokio::join!(wire.query(&endless), stop);
        assert_eq!(answer.unwrap_err().kind, WireErrorKind::Cancelled);
        assert!(wire.query(&statement("SELECT 1")).await.is_ok());
    }
}
