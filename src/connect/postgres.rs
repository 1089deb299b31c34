//! The PostgreSQL wire: simple-protocol messages, rows as text. It keeps no statement cache, prepares
//! nothing, and shows no notice.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection as _, Either, Row, ValueRef};

use super::message::{deal, sendable};
use super::postgres_error::{in_script, in_statement, wire_error};
use super::trouble::{Stage, cannot, paper, silent};
use super::{Cancel, Connection, Done, Host, PostgresTarget, Purpose, Reply, Rows, TlsMode, WireError};
use crate::model::{EngineKind, ServerVersion, Sql};
use crate::sqltext::{PieceKind, ScriptPiece, is_blank, split};

/// The oldest server whose catalogs are known.
const OLDEST: u32 = 13;

pub struct PostgresConnection {
    session: PgConnection,
    version: ServerVersion,
    way_back: Arc<WayBack>,
}

/// What it takes to reach the same server again. Holds the password: no `Debug`.
struct WayBack {
    options: PgConnectOptions,
    timeout: Duration,
    place: String,
    pid: i32,
}

/// Opens a session. Fails with `Unreachable`, `Denied`, `NoDatabase`, or `Statement` for a server too old.
pub async fn open(target: &PostgresTarget, purpose: Purpose) -> Result<PostgresConnection, WireError> {
    let options = options(target).await?;
    let place = target.place();
    let mut session = match connect(&options, target.connect_timeout, &place).await {
        // A server whose TLS cannot be spoken to: `prefer` means to go on without.
        Err(Refusal::Tls(_)) if target.tls.mode == TlsMode::Prefer => {
            let plain = options.clone().ssl_mode(PgSslMode::Disable);
            connect(&plain, target.connect_timeout, &place).await.map_err(Refusal::into_inner)?
        }
        other => other.map_err(Refusal::into_inner)?,
    };
    let guard = match purpose {
        Purpose::Read => "SET default_transaction_read_only = on;",
        Purpose::Write => "",
    };
    let facts = format!(
        "{guard} SELECT current_setting('server_version_num'), current_setting('server_version'), pg_backend_pid()"
    );
    let answers = tokio::time::timeout(target.connect_timeout, ask(&mut session, &facts)).await;
    let answers = answers.map_err(|_| silent(&place, target.connect_timeout))?;
    let answers = answers.map_err(|e| wire_error(e, Stage::Opening(&place)))?;
    let fact = |at: usize| answers.iter().find_map(|rows| rows.cell(0, at)).unwrap_or("").to_string();
    let version = supported(&fact(0), &fact(1))?;
    let pid = fact(2).parse().unwrap_or(0);
    let way_back = Arc::new(WayBack { options, timeout: target.connect_timeout, place, pid });
    Ok(PostgresConnection { session, version, way_back })
}

/// The version that `server_version_num` and `server_version` tell.
fn supported(number: &str, text: &str) -> Result<ServerVersion, WireError> {
    let Ok(number) = number.parse::<u32>() else {
        return Err(cannot(format!("`{number}` is no version of PostgreSQL: this is something else")));
    };
    let (major, minor) = (number / 10_000, number % 10_000);
    if major < OLDEST {
        return Err(cannot(format!("PostgreSQL {major} is not supported; {OLDEST} or newer is needed")));
    }
    Ok(ServerVersion { engine: EngineKind::Postgres, number: (major, minor, 0), text: text.into() })
}

async fn options(target: &PostgresTarget) -> Result<PgConnectOptions, WireError> {
    let mode = match (&target.host, target.tls.mode) {
        // A socket has no TLS.
        (Host::Socket(_), _) | (_, TlsMode::Disable) => PgSslMode::Disable,
        (_, TlsMode::Prefer) => PgSslMode::Prefer,
        // As libpq has it: an authority that is named is also asked.
        (_, TlsMode::Require) if target.tls.ca.is_some() => PgSslMode::VerifyCa,
        (_, TlsMode::Require) => PgSslMode::Require,
        (_, TlsMode::VerifyCa) => PgSslMode::VerifyCa,
        (_, TlsMode::VerifyFull) => PgSslMode::VerifyFull,
    };
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(target.port)
        .username(&target.user)
        .database(&target.database)
        .application_name(&target.application_name)
        .ssl_mode(mode)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    options = match &target.host {
        Host::Tcp(name) => options.host(name),
        Host::Socket(directory) => options.socket(directory),
    };
    if let Some(password) = &target.password {
        options = options.password(password.expose());
    }
    if let Some(ca) = &target.tls.ca {
        options = options.ssl_root_cert_from_pem(paper("sslrootcert", ca).await?);
    }
    if let Some((certificate, key)) = &target.tls.certificate {
        let certificate = paper("sslcert", certificate).await?;
        options = options
            .ssl_client_cert_from_pem(certificate)
            .ssl_client_key_from_pem(paper("sslkey", key).await?);
    }
    if !target.settings.is_empty() {
        options = options.options(target.settings.iter().map(|(name, value)| (name, value)));
    }
    Ok(options)
}

/// Why no session came about; TLS is told apart for `sslmode=prefer`.
enum Refusal {
    Tls(WireError),
    Other(WireError),
}

impl Refusal {
    fn into_inner(self) -> WireError {
        match self {
            Self::Tls(error) | Self::Other(error) => error,
        }
    }
}

async fn connect(
    options: &PgConnectOptions,
    timeout: Duration,
    place: &str,
) -> Result<PgConnection, Refusal> {
    match tokio::time::timeout(timeout, PgConnection::connect_with(options)).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(error)) => {
            let tls = matches!(error, sqlx::Error::Tls(_));
            let error = wire_error(error, Stage::Opening(place));
            Err(if tls { Refusal::Tls(error) } else { Refusal::Other(error) })
        }
        Err(_) => Err(Refusal::Other(silent(place, timeout))),
    }
}

/// Sends one message and gathers a `Rows` for each statement that completed.
async fn ask(session: &mut PgConnection, text: &str) -> Result<Vec<Rows>, sqlx::Error> {
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

/// A database in `SQL_ASCII` may send bytes that are no UTF-8: they are replaced, not refused.
fn gather(row: &PgRow, rows: &mut Rows) -> Result<(), sqlx::Error> {
    for at in 0..row.len() {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            rows.push(None);
        } else {
            let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
            rows.push(Some(&String::from_utf8_lossy(bytes)));
        }
    }
    Ok(())
}

async fn run(session: &mut PgConnection, text: &str) -> Result<Done, sqlx::Error> {
    let mut done = Done::default();
    let mut stream = sqlx::raw_sql(AssertSqlSafe(text)).execute_many(session);
    // To the very end: a deferred constraint speaks up after the statement's own completion.
    while let Some(result) = stream.try_next().await? {
        done.rows_affected = result.rows_affected();
    }
    Ok(done)
}

impl PostgresConnection {
    async fn query_batch(&mut self, batch: &[Sql]) -> Result<Vec<Rows>, WireError> {
        let mut text = String::with_capacity(batch.iter().map(|sql| sql.as_str().len() + 3).sum());
        // Statements the server will not complete, because there is nothing in them.
        let mut blank = Vec::with_capacity(batch.len());
        for sql in batch {
            sendable(sql.as_str())?;
            blank.push(is_blank(sql.as_str(), EngineKind::Postgres));
            text.push_str(sql.as_str());
            // On a line of its own: the statement may end in a comment.
            text.push_str("\n;\n");
        }
        match ask(&mut self.session, &text).await {
            Ok(answers) => deal(answers, &blank),
            Err(error) => {
                let error = wire_error(error, Stage::Working);
                let opens = batch.iter().any(|sql| opens_transaction(sql.as_str()));
                if opens && error.kind != super::WireErrorKind::Lost {
                    // The batch began it, nobody else can be waiting for it.
                    run(&mut self.session, "ROLLBACK").await.map_err(|e| wire_error(e, Stage::Working))?;
                }
                Err(in_statement(error, batch.iter().map(Sql::as_str)))
            }
        }
    }

    async fn run_script(&mut self, script: &str) -> Result<(), WireError> {
        sendable(script)?;
        let mut copy = "";
        let mut pieces = split(script, EngineKind::Postgres).into_iter().peekable();
        while let Some(piece) = pieces.next() {
            let rows_follow = pieces.peek().is_some_and(|next| next.kind == PieceKind::Data);
            let result = match piece.kind {
                PieceKind::Blank => Ok(()),
                PieceKind::Client => skip_client(&piece),
                PieceKind::Statement if rows_follow => {
                    copy = piece.statement();
                    Ok(())
                }
                PieceKind::Statement => run(&mut self.session, piece.statement())
                    .await
                    .map(|_| ())
                    .map_err(|e| wire_error(e, Stage::Working)),
                PieceKind::Data => {
                    self.copy_in(copy, &piece).await.map_err(|e| wire_error(e, Stage::Working))
                }
            };
            result.map_err(|error| in_script(error, script, piece.statement_offset()))?;
        }
        Ok(())
    }

    /// Feeds the rows of a dump behind their `COPY … FROM stdin`.
    async fn copy_in(&mut self, copy: &str, data: &ScriptPiece<'_>) -> Result<(), sqlx::Error> {
        let rows = data.text.split_once('\n').map_or("", |(_, rows)| rows);
        let rows = rows.trim_end().strip_suffix("\\.").unwrap_or(rows);
        let mut sink = self.session.copy_in_raw(copy).await?;
        sink.send(rows.as_bytes()).await?;
        sink.finish().await.map(|_| ())
    }
}

/// psql's own lines are skipped, except those that bring in more SQL: silence would hide a part of the schema.
fn skip_client(piece: &ScriptPiece<'_>) -> Result<(), WireError> {
    let word = piece.statement().split_whitespace().next().unwrap_or("");
    match word {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" | "\\copy" | "\\gexec" => {
            Err(cannot(format!("the psql command {word} cannot be followed here")))
        }
        _ => Ok(()),
    }
}

fn opens_transaction(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or("").trim_end_matches(';');
    word.eq_ignore_ascii_case("begin") || word.eq_ignore_ascii_case("start")
}

impl Connection for PostgresConnection {
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
        Some(Box::new(PostgresCancel(Arc::clone(&self.way_back))))
    }
}

struct PostgresCancel(Arc<WayBack>);

impl Cancel for PostgresCancel {
    fn cancel(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            let back = &*self.0;
            let mut session =
                connect(&back.options, back.timeout, &back.place).await.map_err(Refusal::into_inner)?;
            let text = format!("SELECT pg_cancel_backend({})", back.pid);
            let result = run(&mut session, &text).await.map(|_| ());
            let _ = session.close().await;
            result.map_err(|e| wire_error(e, Stage::Working))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::WireErrorKind;
    use crate::sql;

    /// The server that the test command started; without it these tests have nothing to do.
    fn server() -> Option<PostgresTarget> {
        let url = url::Url::parse(&std::env::var("MIGRATOR_TEST_PG").ok()?).ok()?;
        let host = Host::Tcp(url.host_str()?.into());
        Some(PostgresTarget::new(host, url.port().unwrap_or(5432), url.username(), "postgres"))
    }

    fn pg(text: &'static str) -> Sql {
        sql!(EngineKind::Postgres; text)
    }

    #[test]
    fn versions_are_told_apart() {
        let told = |number, text| supported(number, text).map_err(|error| error.to_string());
        let found = told("150018", "15.18 (Debian 15.18-0+deb12u1)").unwrap();
        assert_eq!((found.number, &*found.text), ((15, 18, 0), "15.18 (Debian 15.18-0+deb12u1)"));
        assert_eq!(told("130000", "13.0").unwrap().number, (13, 0, 0));
        let old = told("120022", "12.22").unwrap_err();
        assert!(old.contains("PostgreSQL 12 is not supported; 13 or newer is needed"), "{old}");
        let ancient = told("90624", "9.6.24").unwrap_err();
        assert!(ancient.contains("PostgreSQL 9 is not supported"), "{ancient}");
        assert!(told("", "").is_err() && told("v2", "").is_err());
    }

    #[tokio::test]
    async fn a_batch_gives_each_statement_its_rows() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Read).await.unwrap();
        let batch = [
            pg("begin"),
            pg("select 1 as a, null -- x"),
            pg("/* */"),
            pg("select 2 where false"),
            pg("commit"),
        ];
        let answers = session.query_all(&batch).await.unwrap();
        assert_eq!(answers.len(), 5);
        assert_eq!(answers[1].columns[0].as_ref(), "a");
        assert_eq!(answers[1].row(0).iter().collect::<Vec<_>>(), [Some("1"), None]);
        assert!(answers[1].len() == 1 && answers[2].is_empty() && answers[3].is_empty());

        let broken = [pg("begin"), pg("select 1"), pg("select nothing")];
        let error = session.query_all(&broken).await.unwrap_err();
        assert_eq!((error.kind, error.position), (WireErrorKind::Statement, Some(8)));
        assert_eq!(session.query(&pg("select 1")).await.unwrap().len(), 1, "rolled back by itself");

        let error = session.execute(&pg("create table migrator_never (a int)")).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("25006"), "a session for reading writes nothing");
    }

    #[tokio::test]
    async fn scripts_run_as_psql_runs_them() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Write).await.unwrap();
        let script = "\\restrict x\ncreate temp table t (a int primary key, b text);\n\
            copy t from stdin;\n1\tone\n2\ttwo\n\\.\nalter table t add c int;\nselect 1/0;\n";
        let error = session.execute_script(script).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("22012"));
        let line = script.chars().take(error.position.unwrap()).filter(|c| *c == '\n').count() + 1;
        assert_eq!(line, 8);
        assert_eq!(session.query(&pg("select * from t")).await.unwrap().len(), 2);
        let error = session.execute_script("\\i other.sql").await.unwrap_err();
        assert!(error.message.contains("\\i"), "{error}");
    }

    #[tokio::test]
    async fn a_statement_can_be_cancelled_and_the_session_lives() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Write).await.unwrap();
        let cancel = session.canceller().unwrap();
        let sleep = pg("select pg_sleep(30)");
        let (result, cancelled) = tokio::join!(session.execute(&sleep), async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            cancel.cancel().await
        });
        cancelled.unwrap();
        assert_eq!(result.unwrap_err().kind, WireErrorKind::Cancelled);
        session.execute(&pg("select 1")).await.unwrap();
    }

    #[tokio::test]
    async fn refusals_have_their_kind() {
        let Some(target) = server() else { return };
        let refused = |target: PostgresTarget| async move {
            match open(&target, Purpose::Read).await {
                Ok(_) => panic!("must be refused"),
                Err(error) => error.kind,
            }
        };
        assert_eq!(refused(target.with_database("migrator_no_such")).await, WireErrorKind::NoDatabase);
        let nobody = PostgresTarget { user: "migrator_no_such".into(), ..target.clone() };
        assert_eq!(refused(nobody).await, WireErrorKind::Denied);
        let mut nowhere = target.clone();
        nowhere.port = 1;
        assert_eq!(refused(nowhere).await, WireErrorKind::Unreachable);
    }

    #[tokio::test]
    async fn many_rows_are_quick() {
        let Some(target) = server() else { return };
        let mut session = open(&target, Purpose::Read).await.unwrap();
        let many = pg("select i, 'row ' || i, null, md5(i::text) from generate_series(1, 100000) i");
        let start = std::time::Instant::now();
        let rows = session.query(&many).await.unwrap();
        assert_eq!(rows.len(), 100_000);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
