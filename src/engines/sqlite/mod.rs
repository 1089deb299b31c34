//! The Sqlite dialect.

#[derive(Clone, Copy, Debug)]
pub struct Sqlite;
