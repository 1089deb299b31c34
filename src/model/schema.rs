//! A whole schema as it was read: objects, what depends on what, and what was seen but not understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Ident, Object, ObjectId, ObjectKind, QualifiedName, Settings};

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
    /// PostgreSQL 15.4 is (15, 4, 0); SQLite 3.40.1 is (3, 40, 1). MariaDB counts by its own versions.
    pub number: (u32, u32, u32),
    /// The server's own words.
    pub text: Box<str>,
}

impl ServerVersion {
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.number.0, self.number.1) >= (major, minor)
    }
    /// MariaDB speaks MySQL's protocol and is another server: its own versions, catalog and DDL.
    pub fn is_mariadb(&self) -> bool {
        self.engine == EngineKind::MySql && self.text.contains("MariaDB")
    }
    /// The server's name as a person knows it.
    pub fn product(&self) -> &'static str {
        if self.is_mariadb() { "MariaDB" } else { self.engine.title() }
    }
}

#[derive(Clone, Debug)]
pub struct Schema {
    pub version: ServerVersion,
    /// The role that read it; objects it creates will belong to it.
    pub reader: Option<Ident>,
    /// Settings of the session that read it, as far as what is made under them depends on them (MySQL: `sql_mode`).
    pub session: Settings,
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

/// The kinds whose objects are members of another.
const PARTS: [ObjectKind; 7] = [
    ObjectKind::DomainConstraint,
    ObjectKind::Column,
    ObjectKind::Constraint,
    // Where its name counts within the table.
    ObjectKind::Index,
    ObjectKind::Rule,
    ObjectKind::Trigger,
    ObjectKind::Policy,
];

impl Schema {
    /// A schema with nothing in it, as a new database of that server would be.
    pub fn empty(version: ServerVersion) -> Self {
        Self {
            version,
            reader: None,
            session: Settings::new(),
            objects: BTreeMap::new(),
            depends: Vec::new(),
            unmodelled: Vec::new(),
        }
    }

    pub fn engine(&self) -> EngineKind {
        self.version.engine
    }

    /// The parts of a relation or domain: columns, constraints, triggers, policies, … and indexes where their names
    /// count within the table.
    pub fn members<'a>(&'a self, of: &'a ObjectId) -> impl Iterator<Item = &'a Arc<Object>> {
        PARTS.into_iter().flat_map(move |kind| {
            self.objects
                .range(ObjectId::member(kind, of.name.clone(), "")..)
                .take_while(move |(id, _)| id.kind == kind && id.name == of.name)
                .map(|(_, object)| object)
        })
    }

    /// What an object needs, as the server says.
    pub fn needs<'a>(&'a self, id: &'a ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let first = self.depends.partition_point(|(dependent, _)| dependent < id);
        let own = self.depends.iter().skip(first).take_while(move |(dependent, _)| dependent == id);
        own.map(|(_, needed)| needed)
    }

    /// Lets this schema hold the very objects of `other` wherever the two are the same, to the last detail. Most of
    /// two schemas that are compared is the same; this keeps it in memory once, and spares all who compare them.
    ///
    /// What compares as equal and is spelled in another way, or is larger, stays each schema's own.
    pub fn share(&mut self, other: &Self) {
        let objects = self.beside(other).map(|(object, twin)| {
            let same = |twin: &&Arc<Object>| Arc::ptr_eq(twin, object) || twin.is_same(object);
            let object = twin.filter(same).unwrap_or(object);
            (object.id.clone(), Arc::clone(object))
        });
        self.objects = objects.collect();
        let mut theirs = other.depends.iter().peekable();
        for edge in &mut self.depends {
            while theirs.next_if(|other| *other < &*edge).is_some() {}
            if let Some(other) = theirs.next_if(|other| *other == &*edge) {
                *edge = other.clone();
            }
        }
    }

    /// Each object beside the one that another schema has under the same identity.
    pub fn beside<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'a Arc<Object>, Option<&'a Arc<Object>>)> {
        let mut theirs = other.objects.iter().peekable();
        self.objects.iter().map(move |(id, object)| {
            while theirs.next_if(|(other, _)| *other < id).is_some() {}
            (object, theirs.next_if(|(other, _)| *other == id).map(|(_, twin)| twin))
        })
    }

    /// The objects of a kind.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Arc<Object>> {
        let first = ObjectId::new(kind, QualifiedName::bare(""));
        self.objects.range(first..).take_while(move |(id, _)| id.kind == kind).map(|(_, object)| object)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: ObjectKind) -> usize {
        self.of_kind(kind).count()
    }
}
