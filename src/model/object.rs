//! One object of a schema: its identity, its body, and what every object can carry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{
    Column, Composite, Constraint, Definition, Domain, EnumType, Ident, Index, ObjectId, Partition, Policy,
    Routine, Sequence, SequenceOwner, Table, Trigger, View, spelled,
};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Object {
    pub id: ObjectId,
    pub body: Body,
    pub about: About,
}

impl Object {
    /// Whether two equal objects also agree in what is never part of a comparison: estimates, places, and how a text
    /// is spelled.
    pub fn is_same(&self, other: &Self) -> bool {
        let uncompared = |object: &Self| match &object.body {
            Body::Table(table) => (table.rows.rows, table.rows.bytes, 0),
            Body::Column(column) => (None, None, column.position.0),
            _ => (None, None, 0),
        };
        self == other && uncompared(self) == uncompared(other) && spelled::alike(&self.body, &other.body)
    }
}

/// What any object can carry beside its definition.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct About {
    pub comment: Option<Box<str>>,
    /// `None` where the engine has no owners or the owner is that of the containing relation.
    pub owner: Option<Ident>,
    /// Effective privileges, the built-in ones included. `None`: this kind has no privileges. Most objects of an
    /// owner have the same ones, and share them.
    pub grants: Option<Arc<BTreeSet<Grant>>>,
    /// Security labels by provider.
    pub labels: BTreeMap<Box<str>, Box<str>>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Grant {
    /// `None` is PUBLIC.
    pub grantee: Option<Ident>,
    pub grantor: Ident,
    /// `SELECT`, `USAGE`, …
    pub privilege: Box<str>,
    pub option: GrantOption,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GrantOption {
    Plain,
    WithGrantOption,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Body {
    Schema,
    Extension(Extension),
    /// Boxed, because it is large and most objects are columns.
    Table(Box<Table>),
    Column(Column),
    Constraint(Constraint),
    Index(Index),
    View(View),
    Routine(Routine),
    Trigger(Trigger),
    Policy(Policy),
    Sequence(Sequence),
    SequenceOwner(SequenceOwner),
    Partition(Partition),
    IndexPartition(IndexPartition),
    Enum(EnumType),
    Domain(Domain),
    Composite(Composite),
    Privileges(DefaultPrivileges),
    Defined(Defined),
    Opaque(Opaque),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Extension {
    pub schema: Option<Ident>,
    pub version: Box<str>,
}

/// Privileges that future objects get (`ALTER DEFAULT PRIVILEGES`). The identity's signature tells them apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DefaultPrivileges {
    pub role: Ident,
    /// `None`: in every schema.
    pub schema: Option<Ident>,
    /// `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES`, `SCHEMAS`.
    pub objects: Box<str>,
    /// The effective set; for a global entry the built-in privileges are part of it.
    pub grants: BTreeSet<Grant>,
    /// What the server would give without this entry; empty for an entry of one schema.
    pub built_in: BTreeSet<Grant>,
}

/// An object kept as whole statements: the server can print it, and nothing of it is altered in place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Defined {
    /// Creates the object; several statements where one is not enough.
    pub create: Vec<Definition>,
    pub drop: Definition,
    /// How a COMMENT, GRANT or OWNER statement names it, such as `TEXT SEARCH PARSER a.b`.
    pub address: Definition,
}

/// Seen, but not understood well enough to be altered: shown, compared by text, never changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Opaque {
    pub text: Definition,
    pub why: Box<str>,
}

/// An index of a partition, attached to the index of the partitioned parent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IndexPartition {
    /// The partition that the index is on.
    pub table: super::QualifiedName,
    pub parent: super::QualifiedName,
    /// The relation that the parent index is on.
    pub parent_table: super::QualifiedName,
}
