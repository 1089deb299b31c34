//! Reads a schema: sends a dialect's catalog batch over a connection and hands the answers back to the
//! dialect. It knows no catalog of its own and keeps nothing between calls.

use super::{AssembleError, Dialect};
use crate::connect::{Connection, WireError};
use crate::model::Schema;
use crate::sql;

/// Why a schema could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IntrospectError {
    #[error("the catalog could not be read: {0}")]
    Wire(#[from] WireError),
    #[error("the catalog does not fit together: {0}")]
    Assemble(#[from] AssembleError),
}

/// Reads the whole schema in one snapshot. The connection must be outside a transaction, and is again
/// afterwards, whatever happened.
pub async fn introspect(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
) -> Result<Schema, IntrospectError> {
    let version = connection.version().clone();
    let batch = dialect.catalog(&version);
    let answers = match connection.query_all(&batch).await {
        Ok(answers) => answers,
        Err(error) => {
            // The batch broke off inside its snapshot; close it, so that the session can be used again.
            // Where the session itself is gone this fails too, and the first error is the one to tell.
            drop(connection.execute(&sql!(dialect.kind(); "ROLLBACK")).await);
            return Err(error.into());
        }
    };
    Ok(dialect.assemble(&version, answers)?)
}
