//! User-defined types and routines.

use super::{Definition, Ident, QualifiedName, Settings, Validity};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EnumType {
    /// Labels in their order.
    pub labels: Vec<Box<str>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Domain {
    pub base: Definition,
    pub collation: Option<QualifiedName>,
    pub default: Option<Definition>,
    pub not_null: Option<DomainNotNull>,
}

/// NOT NULL of a domain; named since PostgreSQL 17.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DomainNotNull {
    pub name: Option<Ident>,
    pub validity: Validity,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Composite {
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Attribute {
    pub name: Ident,
    pub data_type: Definition,
    pub collation: Option<QualifiedName>,
    pub comment: Option<Box<str>>,
}

/// A function, a procedure or an event; the identity's kind tells which, its signature holds the argument types.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Routine {
    /// The whole `CREATE OR REPLACE …` statement, without a closing semicolon. MySQL: what follows CREATE and DEFINER.
    pub definition: Definition,
    /// What `CREATE OR REPLACE` may not change: argument names and modes, in order.
    pub arguments: Vec<Argument>,
    pub returns: Definition,
    pub language: Ident,
    /// Settings of the session that it is made under and runs under (MySQL: `sql_mode`).
    pub settings: Settings,
    /// The body alone, for text search and findings.
    pub body: Box<str>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Argument {
    pub name: Option<Ident>,
    /// `IN`, `OUT`, `INOUT`, `VARIADIC`, `TABLE`.
    pub mode: Box<str>,
    pub data_type: Definition,
    pub default: Option<Definition>,
}
