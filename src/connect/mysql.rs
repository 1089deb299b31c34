//! The wire of MySQL and MariaDB: text-protocol messages, rows as text. It prepares nothing, keeps no statement cache,
//! and leaves the session's modes as the server gives them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow, MySqlSslMode};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection as _, Decode, Either, MySql, Row, ValueRef};

use super::message::{deal, sendable};
use super::mysql_error::wire_error;
use super::trouble::{Stage, cannot, paper, silent};
use super::{Cancel, Connection, Done, Host, MySqlTarget, Purpose, Reply, Rows, TlsMode, WireError};
use crate::model::{EngineKind, ServerVersion, Sql};
use crate::sqltext::{PieceKind, is_blank, split};

/// The oldest servers whose catalogs are known.
const OLDEST: (u32, u32) = (5, 7);
const OLDEST_MARIADB: (u32, u32) = (10, 5);

pub struct MySqlSession {
    session: MySqlConnection,
    version: ServerVersion,
    way_back: Arc<WayBack>,
}

/// What it takes to reach the same server again. Holds the password: no `Debug`.
struct WayBack {
    options: MySqlConnectOptions,
    timeout: Duration,
    place: String,
    id: u64,
}

/// Opens a session. Fails with `Unreachable`, `Untrusted`, `Denied`, `NoDatabase`, or `Statement` for a server too old.
pub async fn open(target: &MySqlTarget, purpose: Purpose) -> Result<MySqlSession, WireError> {
    let options = options(target).await?;
    let place = target.place();
    let mut session = connect(&options, target.connect_timeout, &place).await?;
    let stage = Stage::Opening(&place);
    // The library asks for IGNORE_SPACE, and what is made under another mode would be something else.
    let guard = match purpose {
        Purpose::Read => "SET SESSION sql_mode = DEFAULT; SET SESSION TRANSACTION READ ONLY",
        Purpose::Write => "SET SESSION sql_mode = DEFAULT",
    };
    run(&mut session, guard).await.map_err(|e| wire_error(e, stage))?;
    let facts = ask(&mut session, "SELECT VERSION(), CONNECTION_ID()");
    let answers = tokio::time::timeout(target.connect_timeout, facts).await;
    let answers = answers.map_err(|_| silent(&place, target.connect_timeout))?;
    let answers = answers.map_err(|e| wire_error(e, stage))?;
    let fact = |at: usize| answers.iter().find_map(|rows| rows.cell(0, at)).unwrap_or("").to_string();
    let version = supported(&fact(0))?;
    let id = fact(1).parse().unwrap_or(0);
    let way_back = Arc::new(WayBack { options, timeout: target.connect_timeout, place, id });
    Ok(MySqlSession { session, version, way_back })
}

/// The version that `VERSION()` tells: `8.0.36`, `10.11.14-MariaDB-0+deb12u2`, `5.5.5-10.5.8-MariaDB-log`.
pub(super) fn supported(text: &str) -> Result<ServerVersion, WireError> {
    // What old replicas have to be told before the real number.
    let own = text.strip_prefix("5.5.5-").filter(|rest| rest.contains("MariaDB")).unwrap_or(text);
    let mut numbers = own.split(['.', '-', '+']).map_while(|part| part.parse::<u32>().ok());
    let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else {
        return Err(cannot(format!("`{text}` is no version of MySQL or MariaDB: this is something else")));
    };
    if text.contains("TiDB") {
        return Err(cannot(format!("{text} is not MySQL: its catalog and its DDL are its own")));
    }
    let version = ServerVersion {
        engine: EngineKind::MySql,
        number: (major, minor, numbers.next().unwrap_or(0)),
        text: own.into(),
    };
    let oldest = if version.is_mariadb() { OLDEST_MARIADB } else { OLDEST };
    if (major, minor) < oldest {
        let (name, (a, b)) = (version.product(), oldest);
        return Err(cannot(format!("{name} {major}.{minor} is not supported; {a}.{b} or newer is needed")));
    }
    Ok(version)
}

async fn options(target: &MySqlTarget) -> Result<MySqlConnectOptions, WireError> {
    let mode = match (&target.host, target.tls.mode) {
        // A socket stays inside the machine.
        (Host::Socket(_), _) | (_, TlsMode::Disable) => MySqlSslMode::Disabled,
        (_, TlsMode::Prefer) => MySqlSslMode::Preferred,
        // An authority that is named is also asked.
        (_, TlsMode::Require) if target.tls.ca.is_some() => MySqlSslMode::VerifyCa,
        (_, TlsMode::Require) => MySqlSslMode::Required,
        (_, TlsMode::VerifyCa) => MySqlSslMode::VerifyCa,
        (_, TlsMode::VerifyFull) => MySqlSslMode::VerifyIdentity,
    };
    let mut options = MySqlConnectOptions::new()
        .port(target.port)
        .username(&target.user)
        .database(&target.database)
        .ssl_mode(mode)
        // Modes and time zone are the server's own: what is made under others would be something else.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    options = match &target.host {
        Host::Tcp(name) => options.host(name),
        Host::Socket(file) => options.socket(file),
    };
    if let Some(password) = &target.password {
        options = options.password(password.expose());
    }
    if let Some(ca) = &target.tls.ca {
        options = options.ssl_ca_from_pem(paper("ssl-ca", ca).await?);
    }
    if let Some((certificate, key)) = &target.tls.certificate {
        let certificate = paper("ssl-cert", certificate).await?;
        options = options
            .ssl_client_cert_from_pem(certificate)
            .ssl_client_key_from_pem(paper("ssl-key", key).await?);
    }
    Ok(options)
}

async fn connect(
    options: &MySqlConnectOptions,
    timeout: Duration,
    place: &str,
) -> Result<MySqlConnection, WireError> {
    match tokio::time::timeout(timeout, MySqlConnection::connect_with(options)).await {
        Ok(session) => session.map_err(|error| wire_error(error, Stage::Opening(place))),
        Err(_) => Err(silent(place, timeout)),
    }
}

/// Sends one message and gathers a `Rows` for each statement that completed.
async fn ask(session: &mut MySqlConnection, text: &str) -> Result<Vec<Rows>, sqlx::Error> {
    let mut done = Vec::new();
    let mut rows = Rows::default();
    let mut stream = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(session);
    while let Some(item) = stream.try_next().await? {
        match item {
            Either::Left(_) => done.push(std::mem::take(&mut rows)),
            Either::Right(row) => {
                if rows.columns.is_empty() {
                    rows.columns = row.columns().iter().map(|column| column.name().into()).collect();
                }
                gather(&row, &mut rows)?;
            }
        }
    }
    Ok(done)
}

/// A definition may hold bytes that are no UTF-8: they are replaced, not refused.
fn gather(row: &MySqlRow, rows: &mut Rows) -> Result<(), sqlx::Error> {
    for at in 0..row.len() {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            rows.push(None);
        } else {
            let bytes = <&[u8] as Decode<MySql>>::decode(value).map_err(sqlx::Error::Decode)?;
            rows.push(Some(&String::from_utf8_lossy(bytes)));
        }
    }
    Ok(())
}

async fn run(session: &mut MySqlConnection, text: &str) -> Result<Done, sqlx::Error> {
    let mut done = Done::default();
    let mut stream = sqlx::raw_sql(AssertSqlSafe(text)).execute_many(session);
    while let Some(result) = stream.try_next().await? {
        done.rows_affected = result.rows_affected();
    }
    Ok(done)
}

impl MySqlSession {
    async fn query_batch(&mut self, batch: &[Sql]) -> Result<Vec<Rows>, WireError> {
        let mut text = String::with_capacity(batch.iter().map(|sql| sql.as_str().len() + 3).sum());
        // An empty statement is an error to the server.
        let mut blank = Vec::with_capacity(batch.len());
        for sql in batch {
            sendable(sql.as_str())?;
            let empty = is_blank(sql.as_str(), EngineKind::MySql);
            blank.push(empty);
            if !empty {
                text.push_str(sql.as_str());
                // On a line of its own: the statement may end in a comment.
                text.push_str("\n;\n");
            }
        }
        if text.is_empty() {
            return Ok(batch.iter().map(|_| Rows::default()).collect());
        }
        // The last separator would begin one statement more.
        let text = text.trim_end_matches("\n;\n");
        match ask(&mut self.session, text).await {
            Ok(answers) => deal(answers, &blank),
            Err(error) => Err(wire_error(error, Stage::Working)),
        }
    }

    async fn run_script(&mut self, script: &str) -> Result<(), WireError> {
        sendable(script)?;
        for piece in split(script, EngineKind::MySql) {
            let result = match piece.kind {
                PieceKind::Blank | PieceKind::Data => Ok(()),
                PieceKind::Client => skip_client(piece.statement()),
                PieceKind::Statement => run(&mut self.session, piece.statement())
                    .await
                    .map(drop)
                    .map_err(|error| wire_error(error, Stage::Working)),
            };
            result.map_err(|mut error| {
                // The server names no character: the statement's own beginning is the place.
                let before = script.get(..piece.statement_offset()).map_or(0, |text| text.chars().count());
                error.position = Some(before + 1);
                error
            })?;
        }
        Ok(())
    }
}

/// The client's own lines are skipped, except those that bring in more SQL: silence would hide a part of the schema.
fn skip_client(line: &str) -> Result<(), WireError> {
    let word = line.split_whitespace().next().unwrap_or("");
    if matches!(word, "source" | "\\.") {
        return Err(cannot(format!("the client's command {word} cannot be followed here")));
    }
    Ok(())
}

impl Connection for MySqlSession {
    fn version(&self) -> &ServerVersion {
        &self.version
    }

    fn query<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Rows> {
        Box::pin(async move {
            sendable(sql.as_str())?;
            let answers =
                ask(&mut self.session, sql.as_str()).await.map_err(|e| wire_error(e, Stage::Working))?;
            Ok(answers.into_iter().next().unwrap_or_default())
        })
    }

    fn query_all<'a>(&'a mut self, batch: &'a [Sql]) -> Reply<'a, Vec<Rows>> {
        Box::pin(self.query_batch(batch))
    }

    fn execute<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Done> {
        Box::pin(async move {
            sendable(sql.as_str())?;
            run(&mut self.session, sql.as_str()).await.map_err(|e| wire_error(e, Stage::Working))
        })
    }

    fn execute_script<'a>(&'a mut self, script: &'a str) -> Reply<'a, ()> {
        Box::pin(self.run_script(script))
    }

    fn canceller(&self) -> Option<Box<dyn Cancel>> {
        Some(Box::new(KillQuery(Arc::clone(&self.way_back))))
    }
}

struct KillQuery(Arc<WayBack>);

impl Cancel for KillQuery {
    fn cancel(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            let back = &*self.0;
            let mut session = connect(&back.options, back.timeout, &back.place).await?;
            let result = run(&mut session, &format!("KILL QUERY {}", back.id)).await.map(drop);
            let _ = session.close().await;
            result.map_err(|error| wire_error(error, Stage::Working))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{MySqlAddress, WireErrorKind};
    use crate::sql;

    /// The server that the test command started; without it these tests have nothing to do.
    fn server() -> Option<MySqlTarget> {
        let url = std::env::var("MIGRATOR_TEST_MYSQL").ok()?;
        Some(MySqlAddress::parse(&url).unwrap().resolve(&|_| None).unwrap())
    }

    fn my(text: &'static str) -> Sql {
        sql!(EngineKind::MySql; text)
    }

    #[test]
    fn vendor_and_version_are_told_apart() {
        let told = |text| supported(text).map_err(|error| error.to_string());
        for (text, number, product) in [
            ("10.11.14-MariaDB-0+deb12u2", (10, 11, 14), "MariaDB"),
            ("5.5.5-10.6.18-MariaDB-log", (10, 6, 18), "MariaDB"),
            ("11.4.2-MariaDB", (11, 4, 2), "MariaDB"),
            ("8.0.36-28", (8, 0, 36), "MySQL"),
            ("9.1.0", (9, 1, 0), "MySQL"),
            ("5.7.44-log", (5, 7, 44), "MySQL"),
        ] {
            let found = told(text).unwrap();
            assert_eq!((found.number, found.product()), (number, product), "{text}");
        }
        assert!(told("5.6.51").unwrap_err().contains("MySQL 5.6 is not supported; 5.7 or newer"));
        assert!(told("10.4.3-MariaDB").unwrap_err().contains("MariaDB 10.4 is not supported"));
        assert!(told("8.0.11-TiDB-v7.5.0").unwrap_err().contains("not MySQL"));
        assert!(told("").is_err());
    }

    #[tokio::test]
    async fn a_batch_gives_each_statement_its_rows() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Read).await.unwrap();
        let batch = [
            my("select 1 as a, null -- x"),
            my("/* */"),
            my("select 2 from dual where false"),
            my("set @a = 1"),
        ];
        let answers = session.query_all(&batch).await.unwrap();
        assert_eq!(answers.len(), 4);
        assert_eq!(answers[0].columns[0].as_ref(), "a");
        assert_eq!(answers[0].row(0).iter().collect::<Vec<_>>(), [Some("1"), None]);
        assert!(answers[1].is_empty() && answers[2].is_empty() && answers[3].is_empty());
        let broken = [my("select 1"), my("select nothing")];
        let error = session.query_all(&broken).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (WireErrorKind::Statement, Some("1054")));
        assert_eq!(session.query(&my("select 1")).await.unwrap().len(), 1);
        let error = session.execute(&my("create table migrator_never (a int)")).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("1792"), "a session for reading writes nothing");
    }

    #[tokio::test]
    async fn scripts_run_as_the_client_runs_them() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Write).await.unwrap();
        let script = "create temporary table t (a int);\ndelimiter //\ninsert into t values (1)//\n\
            delimiter ;\nselect nothing;\n";
        let error = session.execute_script(script).await.unwrap_err();
        let line = script.chars().take(error.position.unwrap()).filter(|c| *c == '\n').count() + 1;
        assert_eq!(line, 5);
        assert_eq!(session.query(&my("select * from t")).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_statement_can_be_cancelled_and_the_session_lives() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Write).await.unwrap();
        let cancel = session.canceller().unwrap();
        let slow = my("select count(*) from seq_1_to_100000000 a, seq_1_to_1000 b");
        let (result, cancelled) = tokio::join!(session.query(&slow), async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            cancel.cancel().await
        });
        cancelled.unwrap();
        assert_eq!(result.unwrap_err().kind, WireErrorKind::Cancelled);
        session.execute(&my("select 1")).await.unwrap();
    }

    #[tokio::test]
    async fn refusals_have_their_kind() {
        let Some(target) = server() else { return };
        let refused = |target: MySqlTarget| async move {
            match open(&target, Purpose::Read).await {
                Ok(_) => panic!("must be refused"),
                Err(error) => error.kind,
            }
        };
        assert_eq!(refused(target.with_database("migrator_no_such")).await, WireErrorKind::NoDatabase);
        let nobody = MySqlTarget { user: "migrator_no_such".into(), ..target.clone() };
        assert_eq!(refused(nobody).await, WireErrorKind::Denied);
        let mut trust = target.clone();
        trust.tls.mode = TlsMode::VerifyFull;
        assert_eq!(refused(trust).await, WireErrorKind::Untrusted, "this server has no TLS");
        let mut nowhere = target.clone();
        nowhere.port = 1;
        assert_eq!(refused(nowhere).await, WireErrorKind::Unreachable);
    }
}
