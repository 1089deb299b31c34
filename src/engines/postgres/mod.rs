//! The Postgres dialect.

#[derive(Clone, Copy, Debug)]
pub struct Postgres;
