//! Relations and their parts: tables, columns, constraints, indexes, views, triggers, policies, sequences.

use super::{Definition, Ident, QualifiedName, Settings};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Table {
    pub persistence: Persistence,
    /// `RANGE (created_at)`; the text after PARTITION BY.
    pub partition_by: Option<Definition>,
    /// Parents by classic inheritance (not partitions), in order.
    pub inherits: Vec<QualifiedName>,
    /// `None` is the engine's default. MySQL: the storage engine, always.
    pub access_method: Option<Ident>,
    pub storage: Settings,
    pub replica_identity: ReplicaIdentity,
    pub row_security: RowSecurity,
    /// Typed table: `OF type`.
    pub of_type: Option<Definition>,
    /// Foreign table: its server and options.
    pub foreign: Option<Foreign>,
    /// Engines that keep a table as one statement (SQLite): that statement.
    pub source: Option<Source>,
    /// Index that CLUSTER uses.
    pub clustered_on: Option<Ident>,
    /// Estimated rows; facts for judgment, never compared.
    pub rows: Estimate,
}

/// A number the server estimates. Never part of a comparison: two estimates are always equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Estimate {
    /// `None`: not known, to be treated as large.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}

impl PartialEq for Estimate {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Estimate {}
impl std::hash::Hash for Estimate {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// The one statement that a whole table is. Never part of a comparison: the table's columns, constraints and
/// settings are compared as objects of their own, so two sources are always equal.
#[derive(Clone, Debug)]
pub struct Source(pub Definition);

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Source {}
impl std::hash::Hash for Source {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// A place in an order that cannot be changed in place. Never part of a comparison.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position(pub u32);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Position {}
impl std::hash::Hash for Position {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Persistence {
    Permanent,
    Unlogged,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReplicaIdentity {
    Default,
    Full,
    Nothing,
    Index(Ident),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RowSecurity {
    Off,
    Enabled,
    Forced,
    /// FORCE is set while row security itself is off.
    ForcedButOff,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Foreign {
    pub server: Ident,
    pub options: Settings,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Column {
    /// 1-based place in the table, or for a view in its output.
    pub position: Position,
    /// The type in the server's words, qualified where it is not built in: `character varying(20)`.
    pub data_type: Definition,
    /// Only where it differs from the type's own collation. MySQL: of every column that holds text. Boxed, because few columns have one.
    pub collation: Option<Box<QualifiedName>>,
    pub nullability: Nullability,
    pub value: Value,
    pub origin: Origin,
    pub storage: Option<Box<str>>,
    pub compression: Option<Box<str>>,
    pub statistics_target: Option<i32>,
    /// Attribute options such as `n_distinct`, and FDW column options under `fdw:NAME`. MySQL: `auto_increment`,
    /// `on update`, `invisible`, `check` (written with the column), `srid`.
    pub options: Settings,
}

/// Where an inherited thing comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// Declared on this table.
    Local,
    /// Only inherited from a parent, which creates and drops it.
    Inherited,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Nullability {
    Nullable,
    NotNull,
    /// A NOT NULL that is an object of its own (PostgreSQL 18) and not the plain default one.
    Named {
        name: Option<Ident>,
        inherit: Inherit,
        validity: Validity,
    },
}

impl Nullability {
    pub fn is_not_null(&self) -> bool {
        !matches!(self, Self::Nullable)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Inherit {
    Inherited,
    NoInherit,
}

/// Where a column's value comes from when a writer leaves it out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    Plain,
    Default(Definition),
    Generated {
        expression: Definition,
        stored: Stored,
    },
    /// Boxed, because it is large and most columns have none.
    Identity(Box<Identity>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stored {
    Stored,
    Virtual,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    pub mode: IdentityMode,
    pub sequence: QualifiedName,
    pub options: SequenceOptions,
    pub persistence: Persistence,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IdentityMode {
    Always,
    ByDefault,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SequenceOptions {
    pub start: i128,
    pub increment: i128,
    pub minimum: i128,
    pub maximum: i128,
    pub cache: i128,
    pub cycle: Cycle,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cycle {
    Cycle,
    NoCycle,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sequence {
    pub data_type: Definition,
    pub options: SequenceOptions,
    pub persistence: Persistence,
}

/// `OWNED BY`: the identity names the sequence.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SequenceOwner {
    pub table: QualifiedName,
    pub column: Ident,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclude,
    NotNull,
}

/// The identity's name is the table, its member the constraint's name. Domain constraints use the same
/// body under `ObjectKind::DomainConstraint`, with the domain as the name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Constraint {
    pub kind: ConstraintKind,
    /// The server's definition without a trailing `NOT VALID`: `FOREIGN KEY (a) REFERENCES s.t(b)`.
    pub definition: Definition,
    pub columns: Vec<Ident>,
    /// The referenced table and columns of a foreign key.
    pub references: Option<(QualifiedName, Vec<Ident>)>,
    pub validity: Validity,
    pub origin: Origin,
    /// `NOT ENFORCED` constraints are never checked, so adding one scans nothing.
    pub enforcement: Enforcement,
    /// The table is partitioned, which rules out some online forms.
    pub on: TableShape,
    /// For key and exclusion constraints: what the index itself carries.
    pub index: Option<Box<ConstraintIndex>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Enforcement {
    Enforced,
    NotEnforced,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TableShape {
    Plain,
    Partitioned,
    Foreign,
}

/// The index behind a key constraint.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConstraintIndex {
    /// What follows the table name in CREATE INDEX: `USING btree (id)`.
    pub tail: Definition,
    pub storage: Settings,
    /// Whether `ADD CONSTRAINT … USING INDEX` can make it (b-tree, default order, no WITHOUT OVERLAPS).
    pub buildable: Buildable,
    /// `DEFERRABLE INITIALLY DEFERRED`, `` …, as it follows USING INDEX.
    pub deferral: Definition,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Buildable {
    Concurrently,
    OnlyInPlace,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Validity {
    Valid,
    NotValid,
}

/// The identity's name is the index itself; where index names count within their table (MySQL), it is the table, and
/// the index is its member.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Index {
    pub table: QualifiedName,
    pub uniqueness: Uniqueness,
    pub class: IndexClass,
    /// What follows the table name in CREATE INDEX: `USING btree (a DESC) INCLUDE (b) WHERE (c > 0)`.
    pub tail: Definition,
    /// Key columns by name; an expression is `None`.
    pub columns: Vec<Option<Ident>>,
    pub shape: TableShape,
    pub validity: Validity,
    /// Made by attaching to, or by creating, an index of the partitioned parent.
    pub origin: Origin,
    /// Statistics targets of expression columns, by 1-based place.
    pub statistics: Vec<(u32, i32)>,
}

/// Kinds of index that are named before the word INDEX (MySQL). PostgreSQL names them as methods, in the tail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IndexClass {
    Ordinary,
    FullText,
    Spatial,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Uniqueness {
    Plain,
    Unique,
}

/// A view or a materialized view; the identity's kind tells which.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// The query, without a closing semicolon. SQLite: the whole CREATE VIEW statement as stored.
    pub query: Definition,
    pub options: Settings,
    /// Output columns in order.
    pub columns: Vec<OutputColumn>,
    /// Materialized views.
    pub populated: Populated,
    pub access_method: Option<Ident>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OutputColumn {
    pub name: Ident,
    pub data_type: Definition,
    pub collation: Option<QualifiedName>,
    pub comment: Option<Box<str>>,
    pub default: Option<Definition>,
    pub statistics_target: Option<i32>,
    /// Column grants. Empty where there are none.
    pub grants: std::collections::BTreeSet<super::Grant>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Populated {
    WithData,
    NoData,
}

/// A trigger; the identity's name is the relation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Trigger {
    /// The whole CREATE TRIGGER statement, without a closing semicolon.
    pub definition: Definition,
    pub firing: Firing,
    pub origin: Origin,
    /// Settings of the session that it is made under and runs under (MySQL: `sql_mode`).
    pub settings: Settings,
    /// The function it calls, `schema.name`, for display and rules.
    pub function: Option<QualifiedName>,
}

/// Also of rules and event triggers: `tgenabled`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Firing {
    Origin,
    Disabled,
    Replica,
    Always,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Policy {
    /// `PERMISSIVE` or `RESTRICTIVE`.
    pub mode: PolicyMode,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub command: Box<str>,
    /// Roles; `None` is PUBLIC.
    pub roles: Vec<Option<Ident>>,
    pub using: Option<Definition>,
    pub check: Option<Definition>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PolicyMode {
    Permissive,
    Restrictive,
}

/// A partition's place: the identity's name is the partition.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Partition {
    pub parent: QualifiedName,
    /// `FOR VALUES FROM (…) TO (…)` or `DEFAULT`.
    pub bound: Definition,
}
