//! Differences between two schemas. Each change holds both images, so that it can be turned round.

use std::sync::Arc;

use super::{Object, ObjectId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    Create(Arc<Object>),
    Drop(Arc<Object>),
    Alter {
        before: Arc<Object>,
        after: Arc<Object>,
        edits: Vec<Edit>,
    },
    /// A rename the user confirmed. `before` and `after` hold the object under its two names; parts follow.
    Rename {
        before: Arc<Object>,
        after: Arc<Object>,
    },
}

impl Change {
    /// The identity after the change, or before it where the object goes away.
    pub fn id(&self) -> &ObjectId {
        match self {
            Self::Create(object) | Self::Drop(object) => &object.id,
            Self::Alter { after, .. } | Self::Rename { after, .. } => &after.id,
        }
    }
    /// `+`, `-`, `~` or `->`.
    pub fn sign(&self) -> &'static str {
        match self {
            Self::Create(_) => "+",
            Self::Drop(_) => "-",
            Self::Alter { .. } => "~",
            Self::Rename { .. } => "->",
        }
    }
}

/// One aspect of an object that differs, in words and values for the reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    pub aspect: Aspect,
    pub before: Box<str>,
    pub after: Box<str>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Aspect {
    Definition,
    DataType,
    Collation,
    Nullability,
    Default,
    Generated,
    Identity,
    Options,
    Storage,
    Persistence,
    Partitioning,
    Inheritance,
    ReplicaIdentity,
    RowSecurity,
    Labels,
    Columns,
    Validity,
    Firing,
    Owner,
    Privileges,
    Comment,
    SecurityLabels,
    Version,
    Schema,
}

impl Aspect {
    pub fn word(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::DataType => "type",
            Self::Collation => "collation",
            Self::Nullability => "nullability",
            Self::Default => "default",
            Self::Generated => "generated",
            Self::Identity => "identity",
            Self::Options => "options",
            Self::Storage => "storage",
            Self::Persistence => "persistence",
            Self::Partitioning => "partitioning",
            Self::Inheritance => "inheritance",
            Self::ReplicaIdentity => "replica identity",
            Self::RowSecurity => "row security",
            Self::Labels => "labels",
            Self::Columns => "columns",
            Self::Validity => "validity",
            Self::Firing => "enabled",
            Self::Owner => "owner",
            Self::Privileges => "privileges",
            Self::Comment => "comment",
            Self::SecurityLabels => "security labels",
            Self::Version => "version",
            Self::Schema => "schema",
        }
    }
}

/// All that differs between *current* and *desired*, in stable order.
#[derive(Clone, Debug, Default)]
pub struct Changeset {
    pub changes: Vec<Change>,
    /// Pairs that look like a rename. Not assumed: dropped and created until the user says so.
    pub suspected: Vec<Suspicion>,
}

/// A drop and a create that look like one rename.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suspicion {
    pub before: ObjectId,
    pub after: ObjectId,
    /// Why it looks like one, in a sentence.
    pub evidence: Box<str>,
}

/// A rename the user has confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renaming {
    pub before: ObjectId,
    pub after: ObjectId,
}
