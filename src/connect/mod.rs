//! Wires: one [`Connection`] per transport. A wire moves statements and rows; it knows no catalog, no
//! dialect, and never quotes or builds SQL.

use std::future::Future;
use std::pin::Pin;

use crate::model::{ServerVersion, Sql};

mod address;
mod libpq;
mod message;
pub mod mysql;
mod mysql_address;
mod mysql_error;
mod option_file;
pub mod postgres;
mod postgres_error;
mod rows;
pub mod scratch;
mod server;
pub mod sqlite;
mod target;
mod trouble;
mod url;

pub use address::{AddressError, PARAMETERS, PostgresAddress, host_of, tls_mode};
pub use mysql_address::MySqlAddress;
pub use rows::{Cells, Rows};
pub use server::ServerAddress;
pub use target::{
    APPLICATION_NAME, Host, MySqlTarget, PostgresTarget, Purpose, Secret, SqliteTarget, Target, Tls, TlsMode,
};

/// Opens a session with whatever the target is.
pub async fn open(target: &Target, purpose: Purpose) -> Result<Box<dyn Connection>, WireError> {
    match target {
        Target::Postgres(target) => Ok(Box::new(postgres::open(target, purpose).await?)),
        Target::MySql(target) => Ok(Box::new(mysql::open(target, purpose).await?)),
        Target::Sqlite(target) => {
            let access = match purpose {
                Purpose::Read => sqlite::Access::ReadOnly,
                Purpose::Write => sqlite::Access::ReadWrite,
            };
            Ok(Box::new(sqlite::open(Some(&target.path), access).await?))
        }
    }
}

/// Opens a session, and asks for a password, once, where the server wants one and none is known. The target
/// keeps it for the sessions that follow. `ask` gives `None` where there is nobody to ask.
pub async fn open_asking(
    target: &mut Target,
    purpose: Purpose,
    ask: &(dyn Fn(&Target) -> Option<Secret> + Send + Sync),
) -> Result<Box<dyn Connection>, WireError> {
    let error = match open(target, purpose).await {
        Err(error) if wants_password(target, &error) => error,
        other => return other,
    };
    let Some(password) = ask(target) else { return Err(error) };
    target.set_password(std::sync::Arc::new(password));
    open(target, purpose).await
}

/// Whether the server refuses us for want of a password.
fn wants_password(target: &Target, error: &WireError) -> bool {
    let known = match target {
        Target::Postgres(target) => &target.password,
        Target::MySql(target) => &target.password,
        Target::Sqlite(_) => return false,
    };
    known.is_none() && is_wrong_password(error)
}

/// Whether a server takes another password than this one. To servers none at all is a wrong one, too.
pub fn is_wrong_password(error: &WireError) -> bool {
    [postgres_error::WRONG_PASSWORD, mysql_error::WRONG_PASSWORD].map(Some).contains(&error.code.as_deref())
}

/// The answer of a wire, to be awaited.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, WireError>> + Send + 'a>>;

/// What a statement without rows did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Done {
    pub rows_affected: u64,
}

/// One session with one server.
pub trait Connection: Send {
    fn version(&self) -> &ServerVersion;

    /// Runs one statement that answers with rows.
    fn query<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Rows>;

    /// Runs statements in order and returns one `Rows` each, in one round trip where the wire can.
    /// Statements that answer nothing give empty `Rows`. The first error ends the batch; a transaction that
    /// the batch itself began is rolled back then.
    fn query_all<'a>(&'a mut self, batch: &'a [Sql]) -> Reply<'a, Vec<Rows>>;

    /// Runs one statement for its effect.
    fn execute<'a>(&'a mut self, sql: &'a Sql) -> Reply<'a, Done>;

    /// Runs a whole script as the server's own client would, in one message where the wire can.
    /// Only for scratch databases: the text comes from a user's file. The position of an error counts in the
    /// script and is always there.
    fn execute_script<'a>(&'a mut self, script: &'a str) -> Reply<'a, ()>;

    /// Something that can cancel, from another session, what this one is running.
    fn canceller(&self) -> Option<Box<dyn Cancel>>;
}

/// Cancels a running statement on its server.
pub trait Cancel: Send + Sync {
    fn cancel(&self) -> Reply<'_, ()>;
}

/// Why a wire failed, in the server's words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    pub kind: WireErrorKind,
    /// SQLSTATE or the engine's own number.
    pub code: Option<Box<str>>,
    pub message: Box<str>,
    pub detail: Option<Box<str>>,
    pub hint: Option<Box<str>>,
    /// 1-based character of the statement that the server points at.
    pub position: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WireErrorKind {
    /// No session came about: address, network.
    Unreachable,
    /// No session that could be trusted came about: certificate, authority, name, or a server without TLS.
    Untrusted,
    /// The server does not let us in.
    Denied,
    /// The database does not exist.
    NoDatabase,
    /// The server refused the statement.
    Statement,
    /// The session broke; whether the statement took effect is not known.
    Lost,
    Cancelled,
}

impl WireError {
    pub fn new(kind: WireErrorKind, message: impl Into<Box<str>>) -> Self {
        Self { kind, code: None, message: message.into(), detail: None, hint: None, position: None }
    }
    pub fn unreachable(message: impl Into<Box<str>>) -> Self {
        Self::new(WireErrorKind::Unreachable, message)
    }
}
