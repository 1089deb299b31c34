//! Exit statuses, as the contract of the command line names them.

use crate::model::FailureKind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    /// Done, or nothing to do.
    Done,
    Failed,
    Usage,
    /// `diff` found differences.
    Differs,
    /// A finding of severity error stands.
    Finding,
    Refused,
    Unknown,
    Cancelled,
}

impl Status {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Differs => 3,
            Self::Finding => 4,
            Self::Refused => 5,
            Self::Unknown => 6,
            Self::Cancelled => 130,
        }
    }

    pub(super) fn of(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Usage => Self::Usage,
            FailureKind::Config
            | FailureKind::Connection
            | FailureKind::Password
            | FailureKind::Server
            | FailureKind::Local
            | FailureKind::Unsupported
            | FailureKind::Internal => Self::Failed,
            FailureKind::Refused => Self::Refused,
            FailureKind::Unknown => Self::Unknown,
            FailureKind::Cancelled => Self::Cancelled,
        }
    }
}
