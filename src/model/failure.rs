//! An error as a person meets it: what failed, on which object, what to do next.

use std::fmt;

/// Decides the exit status and the tone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FailureKind {
    /// The request itself is wrong: exit 2.
    Usage,
    /// A file the user wrote is wrong: exit 1.
    Config,
    /// A server cannot be reached or refuses us: exit 1.
    Connection,
    /// A server wants a password and none is known, or a wrong one: exit 1.
    Password,
    /// A server refused a statement: exit 1.
    Server,
    /// Files and programs of this machine: exit 1.
    Local,
    /// The engine, or this build, cannot do what is asked: exit 1.
    Unsupported,
    /// A guard or a policy says no: exit 5.
    Refused,
    /// It cannot be told whether a statement took effect: exit 6.
    Unknown,
    /// The user stopped it: exit 130.
    Cancelled,
    /// Our own mistake: exit 1.
    Internal,
}

impl FailureKind {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Connection => "connection",
            Self::Password => "password",
            Self::Server => "server",
            Self::Local => "local",
            Self::Unsupported => "unsupported",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    pub kind: FailureKind,
    /// What failed, on which object.
    pub what: String,
    /// What to do next; empty where there is nothing to add.
    pub hint: String,
    /// The environment whose server said so, or its URL without secrets.
    pub place: Option<Box<str>>,
}

impl Failure {
    pub fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), hint: String::new(), place: None }
    }
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}
