//! The runner: sends the statements of a plan in their order, each in the transaction it asks for. It is the
//! same for a scratch database, for staging and for production; it never decides whether a plan may run, and
//! never repeats a statement.

use std::ops::Range;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::{Dialect, Frame};
use crate::model::{Boundary, EngineKind, Reversal, Sql, Statement, Step};
use crate::sql;

/// Where a run stopped, and why. What ran before `at` outside its transaction stays applied.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("statement {}: {error}", at + 1)]
pub struct ApplyFailure {
    /// 0-based place in the statements; of a COMMIT or a closing check, the last statement it covers.
    pub at: usize,
    /// What was sent when it failed; not always the statement itself (`COMMIT`, a setting).
    pub sql: Sql,
    /// The server's words.
    pub error: WireError,
}

/// Statements that share one transaction, or one statement outside any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Segment {
    pub(crate) transaction: Transaction,
    pub(crate) statements: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transaction {
    /// BEGIN … COMMIT around all of them.
    Around,
    /// Sent bare: the server refuses it inside a transaction.
    None,
}

/// Cuts statements into the transactions they run in.
pub(crate) fn segments(statements: &[Statement]) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let mut open = false;
    for (at, statement) in statements.iter().enumerate() {
        match statement.boundary {
            Boundary::Transactional => {
                match found.last_mut() {
                    Some(last) if open => last.statements.end = at + 1,
                    Some(_) | None => {
                        found.push(Segment { transaction: Transaction::Around, statements: at..at + 1 });
                    }
                }
                open = true;
            }
            Boundary::NewTransaction => {
                found.push(Segment { transaction: Transaction::Around, statements: at..at + 1 });
                open = true;
            }
            Boundary::OwnTransaction => {
                found.push(Segment { transaction: Transaction::Around, statements: at..at + 1 });
                open = false;
            }
            Boundary::NonTransactional => {
                found.push(Segment { transaction: Transaction::None, statements: at..at + 1 });
                open = false;
            }
        }
    }
    found
}

/// The way back of a plan's steps, as steps: last step first, each reversal in its own order.
pub(crate) fn reversed(steps: &[Step]) -> Vec<Step> {
    steps
        .iter()
        .rev()
        .flat_map(|step| {
            step.reversal.statements().iter().map(|statement| Step {
                statement: statement.clone(),
                reversal: Reversal::Exact(Vec::new()),
                batches: None,
                ..step.clone()
            })
        })
        .collect()
}

/// The statements of steps, in order.
pub(crate) fn statements(steps: &[Step]) -> Vec<Statement> {
    steps.iter().map(|step| step.statement.clone()).collect()
}

/// Runs statements inside `frame`. On failure the open transaction is rolled back and the frame closed; what
/// earlier segments committed stays.
pub(crate) async fn apply(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    statements: &[Statement],
    frame: &Frame,
) -> Result<(), ApplyFailure> {
    if statements.is_empty() {
        return Ok(());
    }
    let result = framed(dialect, connection, statements, frame).await;
    let mut closing = Ok(());
    for sql in &frame.after {
        if let Err(error) = connection.execute(sql).await {
            closing = Err(ApplyFailure { at: statements.len() - 1, sql: sql.clone(), error });
            break;
        }
    }
    result.and(closing)
}

async fn framed(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    statements: &[Statement],
    frame: &Frame,
) -> Result<(), ApplyFailure> {
    for sql in &frame.before {
        connection.execute(sql).await.map_err(|error| ApplyFailure { at: 0, sql: sql.clone(), error })?;
    }
    let segments = segments(statements);
    let last = segments.iter().rposition(|segment| segment.transaction == Transaction::Around);
    for (at, segment) in segments.iter().enumerate() {
        let closing: &[Sql] = if Some(at) == last { &frame.last_in_transaction } else { &[] };
        run_segment(dialect, connection, statements, segment, closing).await?;
    }
    Ok(())
}

/// Runs one segment; `closing` are checks before its COMMIT.
pub(crate) async fn run_segment(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    statements: &[Statement],
    segment: &Segment,
    closing: &[Sql],
) -> Result<(), ApplyFailure> {
    match segment.transaction {
        Transaction::None => send(dialect, connection, statements, segment, closing).await,
        Transaction::Around => {
            let at = segment.statements.start;
            let begin = begin(dialect.kind());
            connection.execute(&begin).await.map_err(|error| ApplyFailure {
                at,
                sql: begin.clone(),
                error,
            })?;
            let outcome = match send(dialect, connection, statements, segment, closing).await {
                Ok(()) => {
                    let commit = sql!(dialect.kind(); "COMMIT");
                    let at = segment.statements.end.saturating_sub(1);
                    connection.execute(&commit).await.map(drop).map_err(|error| ApplyFailure {
                        at,
                        sql: commit,
                        error,
                    })
                }
                failed @ Err(_) => failed,
            };
            if let Err(failure) = &outcome
                && failure.error.kind != WireErrorKind::Lost
            {
                // A refused COMMIT may have ended the transaction already; then this says so, harmlessly.
                let _ = connection.execute(&sql!(dialect.kind(); "ROLLBACK")).await;
            }
            outcome
        }
    }
}

/// Sends the statements of a segment, with their settings before them where these differ from the last ones.
async fn send(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    statements: &[Statement],
    segment: &Segment,
    closing: &[Sql],
) -> Result<(), ApplyFailure> {
    let mut settings: Vec<Sql> = Vec::new();
    for at in segment.statements.clone() {
        let Some(statement) = statements.get(at) else { continue };
        let wanted = dialect.prologue(statement);
        if wanted != settings {
            for sql in &wanted {
                connection.execute(sql).await.map_err(|error| ApplyFailure {
                    at,
                    sql: sql.clone(),
                    error,
                })?;
            }
            settings = wanted;
        }
        connection.execute(&statement.sql).await.map_err(|error| ApplyFailure {
            at,
            sql: statement.sql.clone(),
            error,
        })?;
    }
    for sql in closing {
        let at = segment.statements.end.saturating_sub(1);
        connection.execute(sql).await.map_err(|error| ApplyFailure { at, sql: sql.clone(), error })?;
    }
    Ok(())
}

/// SQLite takes its write lock at once, so that a busy database refuses here and not halfway.
fn begin(engine: EngineKind) -> Sql {
    match engine {
        EngineKind::Sqlite => sql!(engine; "BEGIN IMMEDIATE"),
        EngineKind::Postgres | EngineKind::Snowflake => sql!(engine; "BEGIN"),
        EngineKind::MySql => sql!(engine; "START TRANSACTION"),
        EngineKind::SqlServer => sql!(engine; "BEGIN TRANSACTION"),
    }
}
