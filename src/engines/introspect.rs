//! Reads a schema: sends a dialect's catalog batch over a connection and hands the answers back to the
//! dialect. It knows no catalog of its own and keeps nothing between calls.

use super::{AssembleError, Dialect, execution};
use crate::connect::{Connection, Rows, WireError, WireErrorKind};
use crate::model::{Schema, ServerVersion, Sql};
use crate::sql;

/// Why a schema could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IntrospectError {
    #[error("the catalog could not be read: {0}")]
    Wire(#[from] WireError),
    #[error("the catalog does not fit together: {0}")]
    Assemble(#[from] AssembleError),
}

/// What a catalog answered: everything that a schema is made of, and none of it looked at yet.
pub struct Answers {
    version: ServerVersion,
    rows: Vec<Rows>,
}

/// Reads the whole schema in one snapshot. The connection must be outside a transaction, and is again
/// afterwards, whatever happened.
pub async fn introspect(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
) -> Result<Schema, IntrospectError> {
    Ok(assembled(dialect, ask(dialect, connection).await?, None)?)
}

/// The first half of [`introspect`]: asks and listens.
pub async fn ask(dialect: &dyn Dialect, connection: &mut dyn Connection) -> Result<Answers, WireError> {
    let version = connection.version().clone();
    let batch = dialect.catalog(&version);
    let mut rows = match connection.query_all(&batch).await {
        Ok(rows) => rows,
        Err(error) => {
            // The batch broke off inside its snapshot; close it, so that the session can be used again.
            // Where the session itself is gone this fails too, and the first error is the one to tell.
            drop(connection.execute(&sql!(dialect.kind(); "ROLLBACK")).await);
            return Err(error);
        }
    };
    let more = dialect.particulars(&version, &rows);
    if !more.is_empty() {
        rows.extend(each(connection, &more).await?);
    }
    Ok(Answers { version, rows })
}

/// Asks all at once; where the server refuses one of them, one after the other.
async fn each(connection: &mut dyn Connection, questions: &[Sql]) -> Result<Vec<Rows>, WireError> {
    match connection.query_all(questions).await {
        Err(error) if error.kind == WireErrorKind::Statement => {}
        answered => return answered,
    }
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match connection.query(question).await {
            Err(error) if error.kind == WireErrorKind::Statement => Rows::default(),
            answered => answered?,
        });
    }
    Ok(answers)
}

/// The second half: needs no connection any more. What is the same in the schema `like` is held by both, as
/// [`Schema::share`] would have it.
pub fn assembled(
    dialect: &dyn Dialect,
    answers: Answers,
    like: Option<&Schema>,
) -> Result<Schema, AssembleError> {
    let mut schema = dialect.assemble(&answers.version, answers.rows, like)?;
    without_own(&mut schema);
    Ok(schema)
}

/// Our own tables are no part of anybody's schema.
fn without_own(schema: &mut Schema) {
    let Some(execution) = execution(schema.engine()) else { return };
    let own = execution.own_objects(schema);
    if !own.is_empty() {
        schema.objects.retain(|id, _| !own.contains(id));
        schema.depends.retain(|(dependent, needed)| !own.contains(dependent) && !own.contains(needed));
    }
}
