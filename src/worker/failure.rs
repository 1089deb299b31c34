//! What wires and engines complain about, as failures that a person can act on.

use crate::connect::{self, WireError, WireErrorKind};
use crate::engines::IntrospectError;
use crate::model::{EngineKind, Failure, FailureKind};

/// A wire's error, with the place it happened in front.
pub(super) fn wire(label: &str, error: &WireError) -> Failure {
    let mut what = format!("{label}: {}", error.message);
    if let Some(code) = &error.code {
        what.push_str(&format!(" ({code})"));
    }
    if let Some(detail) = &error.detail {
        what.push_str(&format!("\n{detail}"));
    }
    let (kind, ours) = match error.kind {
        WireErrorKind::Unreachable => (
            FailureKind::Connection,
            "check host, port and network; `migrator-tui doctor` tries every environment",
        ),
        WireErrorKind::Untrusted => (
            FailureKind::Connection,
            "name the authority of the server's certificate with `sslrootcert=` or the key `ca`; `sslmode` or the key \
             `tls` says how much is checked",
        ),
        WireErrorKind::Denied if connect::is_wrong_password(error) => {
            (FailureKind::Password, "check user and password; the README says where a password may stand")
        }
        WireErrorKind::Denied => {
            (FailureKind::Connection, "check user, password and what the server allows this host to do")
        }
        WireErrorKind::NoDatabase => (FailureKind::Connection, "check the name, or create it first"),
        WireErrorKind::Statement => (FailureKind::Server, ""),
        WireErrorKind::Lost => (
            FailureKind::Connection,
            "the session broke; nothing is retried by itself: look, then run it again",
        ),
        WireErrorKind::Cancelled => (FailureKind::Cancelled, ""),
    };
    let hint = match (&error.hint, ours) {
        (Some(theirs), "") => theirs.to_string(),
        (Some(theirs), ours) => format!("{theirs}; {ours}"),
        (None, ours) => ours.to_owned(),
    };
    Failure { place: Some(label.into()), ..Failure::new(kind, what).hint(hint) }
}

pub(super) fn introspect(label: &str, error: &IntrospectError) -> Failure {
    match error {
        IntrospectError::Wire(error) => wire(label, error),
        IntrospectError::Assemble(error) => Failure::new(
            FailureKind::Internal,
            format!("{label}: the catalog does not fit together: {error}"),
        )
        .hint("this is our own mistake, or a server newer than this build: please report it"),
    }
}

/// An engine that this build cannot plan for.
pub(super) fn no_dialect(label: &str, engine: EngineKind) -> Failure {
    Failure::new(
        FailureKind::Unsupported,
        format!("{label}: {} is not supported by this build", engine.title()),
    )
    .hint("this build handles PostgreSQL, MySQL, MariaDB and SQLite")
}

/// Plans of this engine can be made, and not run.
pub(super) fn no_execution(label: &str, engine: EngineKind) -> Failure {
    let what = format!("{label}: this build compares and plans {} and runs no plan on it", engine.title());
    Failure::new(FailureKind::Unsupported, what)
        .hint("run forward.sql of the plan's folder with the server's own client")
}
