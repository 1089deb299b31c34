//! What is written down with the beginning of a run of the place and the people, so that it can be told later, when
//! nobody who was there can be asked. Records of older releases have none of it: empty means not known.

use super::Actor;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Circumstances {
    /// What tells the database from any other.
    pub database: Box<str>,
    /// Where it was reached, without its password.
    pub address: Box<str>,
    /// The server in its own words.
    pub server: Box<str>,
    pub consents: Vec<Consent>,
    /// The rules and refusals that somebody answered for, by name.
    pub acknowledged: Vec<Box<str>>,
    /// The tables that the plan touches, as they were when the run began.
    pub tables: Vec<TableSize>,
}

/// A yes that the run used up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    pub by: Actor,
    /// RFC 3339 in UTC.
    pub at: Box<str>,
    pub reason: Box<str>,
}

/// How large a server thinks a table is. `None`: it does not say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableSize {
    /// As plans print it: `table public.orders`.
    pub table: Box<str>,
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}
