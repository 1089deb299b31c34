//! A plan: ordered steps from one schema to another, each with its way back.

use super::{Batches, Effects, Fingerprint, ObjectId, QualifiedName, ServerVersion, Sql, Unmodelled};

#[derive(Clone, Debug)]
pub struct Plan {
    pub name: Box<str>,
    pub from: Fingerprint,
    pub to: Fingerprint,
    pub server: ServerVersion,
    pub steps: Vec<Step>,
    /// What the plan touches, as it is before and after. Sorted by object.
    pub images: Vec<Image>,
    pub unmodelled: Vec<Unmodelled>,
}

/// An object as a plan expects and leaves it, in its definition's words. `None`: it is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    pub object: ObjectId,
    pub before: Option<Box<str>>,
    pub after: Option<Box<str>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub phase: Phase,
    /// The object this step is about.
    pub subject: ObjectId,
    pub action: Verb,
    pub statement: Statement,
    pub effects: Effects,
    pub reversal: Reversal,
    /// What the step puts aside instead of losing it.
    pub keeps: Option<Keepsake>,
    pub probe: Probe,
    /// One line: why the step is there and has this form.
    pub reason: Box<str>,
    pub author: Author,
    /// How the statement is cut when it is run. `None`: it is sent whole.
    pub batches: Option<Batches>,
}

/// Who wrote a statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Author {
    #[default]
    Planner,
    /// A person, in the text of the script.
    Hand,
}

impl Author {
    pub fn word(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Hand => "by hand",
        }
    }
}

/// Whether a plan keeps what it drops.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Dropped {
    #[default]
    Lost,
    /// Put aside until a contract removes it for good.
    Kept,
}

/// What a step puts aside instead of losing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keepsake {
    /// What is put aside: a table with its rows, or columns with their values.
    pub of: Vec<ObjectId>,
    /// The table of ours that holds it. It is part of no schema that is compared.
    pub place: QualifiedName,
    /// Removes it for good.
    pub removal: Vec<Statement>,
}

impl Keepsake {
    /// `the rows of orders`, `the values of orders.note`.
    pub fn what(&self) -> String {
        let words = |id: &ObjectId| match &id.member {
            Some(member) => format!("the values of {}.{member}", id.name),
            None => format!("the rows of {}", id.name),
        };
        self.of.iter().map(words).collect::<Vec<_>>().join(", ")
    }
}

/// One statement and how it must be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    pub sql: Sql,
    pub boundary: Boundary,
    pub runtime: Runtime,
}

/// What a step does to its subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    Create,
    Drop,
    Alter,
    Rename,
    /// Drop and recreate as one unit: SQLite table rebuild, PostgreSQL type rebuild.
    Rebuild,
    Validate,
    /// A helper the plan itself adds and removes.
    Assist,
}

impl Verb {
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Drop => "drop",
            Self::Alter => "alter",
            Self::Rename => "rename",
            Self::Rebuild => "rebuild",
            Self::Validate => "validate",
            Self::Assist => "work on",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    Expand,
    Backfill,
    Validate,
    Switch,
    Contract,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Validate => "validate",
            Self::Switch => "switch",
            Self::Contract => "contract",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Boundary {
    /// May share a transaction with its neighbours.
    Transactional,
    /// In a transaction, but alone (enum values, NOT VALID before VALIDATE).
    OwnTransaction,
    /// In a transaction that begins with it; what follows may share it (a boundary that a person drew).
    NewTransaction,
    /// Must run outside a transaction.
    NonTransactional,
}

impl Boundary {
    pub const ALL: [Self; 4] =
        [Self::Transactional, Self::OwnTransaction, Self::NewTransaction, Self::NonTransactional];

    pub fn word(self) -> &'static str {
        match self {
            Self::Transactional => "transaction",
            Self::OwnTransaction => "own transaction",
            Self::NewTransaction => "new transaction",
            Self::NonTransactional => "no transaction",
        }
    }
}

/// How long the statement may take: decides the statement timeout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Runtime {
    /// Catalog work: seconds.
    Brief,
    /// Grows with the table: no statement timeout.
    Long,
}

impl Runtime {
    pub fn word(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Long => "long",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reversal {
    /// Brings back what was there. Empty where the reversal of an earlier step covers it.
    Exact(Vec<Statement>),
    Lossy {
        steps: Vec<Statement>,
        lost: Loss,
    },
    Impossible(Box<str>),
}

impl Reversal {
    pub fn statements(&self) -> &[Statement] {
        match self {
            Self::Exact(steps) | Self::Lossy { steps, .. } => steps,
            Self::Impossible(_) => &[],
        }
    }
    pub fn word(&self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::Lossy { .. } => "lossy",
            Self::Impossible(_) => "impossible",
        }
    }
}

/// What a reversal cannot bring back, in words: `the values of orders.note`. One step may lose at both times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// What rows that are there lose as soon as the step runs.
    pub forward: Option<Box<str>>,
    /// What is lost of what was written after the step, if it is then taken back.
    pub since: Option<Box<str>>,
    /// Why what goes forward cannot be kept, where the plan keeps what it drops.
    pub unkept: Option<Box<str>>,
}

impl Loss {
    pub fn new(when: LossTime, what: impl Into<Box<str>>) -> Self {
        let what = Some(what.into());
        let (forward, since) = match when {
            LossTime::Forward => (what, None),
            LossTime::Since => (None, what),
        };
        Self { forward, since, unkept: None }
    }

    /// Of what is lost at each time. `None` where nothing is.
    pub fn of(forward: &[String], since: &[String]) -> Option<Self> {
        let said = |list: &[String]| (!list.is_empty()).then(|| list.join(", ").into_boxed_str());
        let lost = Self { forward: said(forward), since: said(since), unkept: None };
        (lost.forward.is_some() || lost.since.is_some()).then_some(lost)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LossTime {
    /// Rows that exist when the step runs forward lose something.
    Forward,
    /// Only what is written after the step, if it is then reversed.
    Since,
}

/// A read-only question whose answer tells whether the step has been applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Probe {
    /// One row, one column: true when applied.
    Query(Sql),
    /// The schema has to be read and compared for this one.
    Introspect,
}
