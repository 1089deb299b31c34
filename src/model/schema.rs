//! A whole schema as it was read: objects, what depends on what, and what was seen but not understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Ident, Object, ObjectId, ObjectKind};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EngineKind {
    Postgres,
    MySql,
    SqlServer,
    Snowflake,
    Sqlite,
}

impl EngineKind {
    /// The name used in configuration, URLs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::SqlServer => "sqlserver",
            Self::Snowflake => "snowflake",
            Self::Sqlite => "sqlite",
        }
    }
    /// The name a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::SqlServer => "SQL Server",
            Self::Snowflake => "Snowflake",
            Self::Sqlite => "SQLite",
        }
    }
}

/// What the server says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerVersion {
    pub engine: EngineKind,
    /// PostgreSQL 15.4 is (15, 4, 0); SQLite 3.40.1 is (3, 40, 1).
    pub number: (u32, u32, u32),
    /// The server's own words.
    pub text: Box<str>,
}

impl ServerVersion {
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.number.0, self.number.1) >= (major, minor)
    }
}

#[derive(Clone, Debug)]
pub struct Schema {
    pub version: ServerVersion,
    /// The role that read it; objects it creates will belong to it.
    pub reader: Option<Ident>,
    pub objects: BTreeMap<ObjectId, Arc<Object>>,
    /// The server's own dependencies: (dependent, what it needs). Sorted, without doubles, both ends present
    /// in `objects`.
    pub depends: Vec<(ObjectId, ObjectId)>,
    /// What is there and is not compared.
    pub unmodelled: Vec<Unmodelled>,
}

/// Something the catalog holds that is not compared, or could not be read. Always shown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Unmodelled {
    /// `language plpython3u`, `table secret.t`.
    pub what: Box<str>,
    /// `not compared yet`, `permission denied`.
    pub why: Box<str>,
}

impl Schema {
    /// A schema with nothing in it, as a new database of that server would be.
    pub fn empty(version: ServerVersion) -> Self {
        Self { version, reader: None, objects: BTreeMap::new(), depends: Vec::new(), unmodelled: Vec::new() }
    }

    pub fn engine(&self) -> EngineKind {
        self.version.engine
    }

    /// The parts of a relation or domain: columns, constraints, triggers, policies, … not indexes.
    pub fn members<'a>(&'a self, of: &'a ObjectId) -> impl Iterator<Item = &'a Arc<Object>> {
        self.objects.values().filter(move |object| object.id.member.is_some() && object.id.name == of.name)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: ObjectKind) -> usize {
        self.objects.keys().filter(|id| id.kind == kind).count()
    }
}
