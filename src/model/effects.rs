//! Facts of a statement: what it locks and how long it works. Facts come from engines; judgment is `safety`'s.

use super::ObjectId;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effects {
    pub lock: Lock,
    /// The relations that the lock is held on, the most contended first.
    pub on: Vec<ObjectId>,
    pub work: Work,
}

impl Effects {
    pub fn none() -> Self {
        Self { lock: Lock::None, on: Vec::new(), work: Work::Catalog }
    }
}

/// How strongly a statement locks what it touches, weakest first. PostgreSQL's names where engines agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lock {
    None,
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
    /// MySQL: everybody waits for a moment, at the beginning and at the end, and not in between.
    Metadata,
    /// SQLite: one writer on the whole database file.
    Database,
}

impl Lock {
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "no table lock",
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::Metadata => "metadata lock",
            Self::Database => "database write lock",
        }
    }
    pub fn blocks(self) -> Blocks {
        match self {
            Self::None
            | Self::AccessShare
            | Self::RowShare
            | Self::RowExclusive
            | Self::ShareUpdateExclusive => Blocks::Nothing,
            Self::Share | Self::ShareRowExclusive | Self::Exclusive | Self::Database => Blocks::Writes,
            Self::AccessExclusive | Self::Metadata => Blocks::ReadsAndWrites,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Blocks {
    Nothing,
    Writes,
    ReadsAndWrites,
}

/// What the statement has to do, cheapest first. Anything beyond `Catalog` takes time with the table's size.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Work {
    Catalog,
    Scan,
    IndexBuild,
    Rewrite,
}

impl Work {
    pub fn word(self) -> &'static str {
        match self {
            Self::Catalog => "catalog only",
            Self::Scan => "scans the table",
            Self::IndexBuild => "builds an index",
            Self::Rewrite => "rewrites the table",
        }
    }
}
