//! What the safety rules say about a plan.

use super::{ObjectId, Sql};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    Info,
    Warn,
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's name, such as `drop-column`.
    pub rule: &'static str,
    pub severity: Severity,
    /// 0-based step of the plan; `None` where the finding is about the whole plan.
    pub step: Option<usize>,
    pub object: Option<ObjectId>,
    /// What is there.
    pub what: Box<str>,
    /// What it does to whom.
    pub effect: Box<str>,
    /// What to do instead, or how to make it safe.
    pub instead: Box<str>,
    /// Where the data decide: a read-only question with one row and one column; true means that data stand
    /// in the way.
    pub probe: Option<Sql>,
    /// Acknowledged findings no longer stop anything.
    pub standing: Standing,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    Stands,
    /// Waived, with the reason given.
    Acknowledged(Box<str>),
}

/// Does the application of before the migration keep running during and after it?
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compatibility {
    pub verdict: Verdict,
    /// Why, one sentence a reason; empty for `Yes`.
    pub reasons: Vec<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    Yes,
    WithCare,
    No,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "YES",
            Self::WithCare => "WITH CARE",
            Self::No => "NO",
        }
    }
}
