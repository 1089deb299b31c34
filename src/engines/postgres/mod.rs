//! The Postgres dialect.

mod introspect;

#[derive(Clone, Copy, Debug)]
pub struct Postgres;
