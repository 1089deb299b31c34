//! Names as the catalog has them, and the one identity that tree, diff, findings and journal share.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A raw identifier, exactly as the catalog stores it. Quoted only by the SQL builder. Copies share the text:
/// every part of a table holds the table's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ident(Arc<str>);

impl Ident {
    pub fn new(raw: impl Into<Arc<str>>) -> Self {
        Self(raw.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Ident {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Ident {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name with the schema that holds it. Engines without schemas leave `schema` empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QualifiedName {
    pub schema: Option<Ident>,
    pub name: Ident,
}

impl QualifiedName {
    pub fn new(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
    pub fn bare(name: impl Into<Ident>) -> Self {
        Self { schema: None, name: name.into() }
    }
    /// The same schema, another name.
    pub fn sibling(&self, name: Ident) -> Self {
        Self { schema: self.schema.clone(), name }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// What sort of thing an object is. The order is the order of display.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ObjectKind {
    Extension,
    Schema,
    Language,
    AccessMethod,
    Enum,
    Domain,
    DomainConstraint,
    Composite,
    /// Range and base types: kept as text.
    Type,
    Collation,
    Conversion,
    Cast,
    Operator,
    OperatorFamily,
    OperatorClass,
    TextSearch,
    Transform,
    Sequence,
    Table,
    Column,
    Constraint,
    Index,
    /// `OWNED BY` of a sequence; its own fact because sequence and column need each other.
    SequenceOwner,
    /// A partition's place in its parent (ATTACH / DETACH).
    Partition,
    /// A partition index's place in its parent index.
    IndexPartition,
    Statistics,
    View,
    MaterializedView,
    Rule,
    Trigger,
    Policy,
    Function,
    Procedure,
    Aggregate,
    Event,
    EventTrigger,
    ForeignDataWrapper,
    Server,
    UserMapping,
    Publication,
    Subscription,
    DefaultPrivilege,
}

impl ObjectKind {
    /// The word a DBA uses for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Schema => "schema",
            Self::Language => "language",
            Self::AccessMethod => "access method",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::DomainConstraint => "domain constraint",
            Self::Composite => "composite type",
            Self::Type => "type",
            Self::Collation => "collation",
            Self::Conversion => "conversion",
            Self::Cast => "cast",
            Self::Operator => "operator",
            Self::OperatorFamily => "operator family",
            Self::OperatorClass => "operator class",
            Self::TextSearch => "text search object",
            Self::Transform => "transform",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::SequenceOwner => "sequence owner",
            Self::Partition => "partition",
            Self::IndexPartition => "index partition",
            Self::Statistics => "statistics",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Rule => "rule",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Event => "event",
            Self::EventTrigger => "event trigger",
            Self::ForeignDataWrapper => "foreign data wrapper",
            Self::Server => "server",
            Self::UserMapping => "user mapping",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::DefaultPrivilege => "default privilege",
        }
    }
}

/// One identity for tree, diff, findings and journal.
///
/// A handle: copies share the [`IdParts`], so that a schema and its many dependencies hold each only once.
#[derive(Clone)]
pub struct ObjectId(Arc<Held>);

struct Held {
    /// Of the parts; the same within one process. Most of what is compared differs, and differs here.
    hash: u64,
    parts: IdParts,
}

/// What an [`ObjectId`] says. It never changes; another identity is made from it.
///
/// `name` is the object's own name, or, for a part of a relation (column, constraint, trigger, policy,
/// rule, partition), the relation's name, and `member` names the part. `signature` tells apart what
/// shares a name: argument types of a routine, `source AS target` of a cast, the method of an operator class.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IdParts {
    pub kind: ObjectKind,
    pub name: QualifiedName,
    pub member: Option<Ident>,
    pub signature: Option<Box<str>>,
}

impl ObjectId {
    pub fn new(kind: ObjectKind, name: QualifiedName) -> Self {
        IdParts { kind, name, member: None, signature: None }.into()
    }
    pub fn member(kind: ObjectKind, relation: QualifiedName, member: impl Into<Ident>) -> Self {
        IdParts { kind, name: relation, member: Some(member.into()), signature: None }.into()
    }
    pub fn overload(kind: ObjectKind, name: QualifiedName, signature: impl Into<Box<str>>) -> Self {
        IdParts { kind, name, member: None, signature: Some(signature.into()) }.into()
    }
    /// The same identity under another name.
    #[must_use]
    pub fn named(&self, name: QualifiedName) -> Self {
        IdParts { name, ..IdParts::clone(self) }.into()
    }
    /// The same identity with another member, or none.
    #[must_use]
    pub fn part(&self, member: Option<Ident>) -> Self {
        IdParts { member, ..IdParts::clone(self) }.into()
    }
    /// A number that is the same for equal identities, within one process: what hashes and looks up many of them
    /// needs to look at no name.
    pub(crate) fn number(&self) -> u64 {
        self.0.hash
    }
    /// Writes [`ObjectId`]'s words in place of what the buffer holds.
    pub fn spell(&self, into: &mut String) {
        into.clear();
        into.push_str(self.kind.word());
        into.push(' ');
        if let Some(schema) = &self.name.schema {
            into.push_str(schema.as_str());
            into.push('.');
        }
        into.push_str(self.name.name.as_str());
        if let Some(member) = &self.member {
            into.push('.');
            into.push_str(member.as_str());
        }
        if let Some(signature) = &self.signature {
            into.push('(');
            into.push_str(signature);
            into.push(')');
        }
    }
    /// The last word of the identity: the member where there is one, else the name.
    pub fn leaf(&self) -> &Ident {
        self.member.as_ref().unwrap_or(&self.name.name)
    }
}

impl From<IdParts> for ObjectId {
    fn from(parts: IdParts) -> Self {
        let mut hasher = DefaultHasher::new();
        parts.hash(&mut hasher);
        Self(Arc::new(Held { hash: hasher.finish(), parts }))
    }
}

impl Deref for ObjectId {
    type Target = IdParts;
    fn deref(&self) -> &IdParts {
        &self.0.parts
    }
}

impl PartialEq for ObjectId {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash && self.0.parts == other.0.parts
    }
}
impl Eq for ObjectId {}

impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ObjectId {
    /// Copies of one identity, which are most of what is compared, need no look at the names.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.parts.cmp(&other.0.parts) }
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.parts.fmt(f)
    }
}

impl fmt::Display for ObjectId {
    /// `column public.orders.status`, `function public.total(integer)`. Raw text: make it `Shown` before a
    /// terminal sees it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = String::new();
        self.spell(&mut words);
        f.write_str(&words)
    }
}
