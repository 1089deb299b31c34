//! Text that is SQL or part of it: a server's own definition, and a finished statement.

use std::fmt;

/// A piece of SQL in the server's own canonical words (`pg_get_viewdef`, `SHOW CREATE`, …). It may be
/// spliced into a statement as it is, and it may come from nowhere but a catalog.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Definition(Box<str>);

impl Definition {
    /// Only catalog text belongs here.
    pub fn from_catalog(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One finished statement, without its closing semicolon. Made by the SQL builder alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sql(Box<str>);

impl Sql {
    pub(crate) fn assembled(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
