//! What goes wrong on any wire that the library speaks: network, TLS, protocol. What a server says of itself is read by
//! its own wire.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::error::DatabaseError;

use super::{WireError, WireErrorKind};

/// When it went wrong: the same loss means less before there was a session.
#[derive(Clone, Copy)]
pub(super) enum Stage<'a> {
    /// While reaching for the server at this place.
    Opening(&'a str),
    Working,
}

/// A refusal of our own, before or beside the server's.
pub(super) fn cannot(message: String) -> WireError {
    WireError::new(WireErrorKind::Statement, message)
}

/// Sorts an error of the library. `server` reads what the server itself said, in its engine's own numbers.
pub(super) fn sorted(
    error: sqlx::Error,
    stage: Stage<'_>,
    server: impl FnOnce(&dyn DatabaseError) -> Option<WireError>,
) -> WireError {
    let broken = match stage {
        Stage::Opening(_) => WireErrorKind::Unreachable,
        Stage::Working => WireErrorKind::Lost,
    };
    match error {
        sqlx::Error::Database(error) => server(error.as_ref())
            .unwrap_or_else(|| WireError::new(WireErrorKind::Statement, error.message())),
        // How the TLS library says that it does not trust what it was shown.
        sqlx::Error::Io(error)
            if error.kind() == ErrorKind::InvalidData && matches!(stage, Stage::Opening(_)) =>
        {
            WireError::new(WireErrorKind::Untrusted, at(stage, &error.to_string()))
        }
        sqlx::Error::Io(error) => WireError::new(broken, at(stage, plain(&error.to_string()))),
        sqlx::Error::Tls(error) => {
            WireError::new(WireErrorKind::Untrusted, at(stage, &format!("TLS: {error}")))
        }
        sqlx::Error::Configuration(error) => {
            WireError::new(WireErrorKind::Unreachable, at(stage, &error.to_string()))
        }
        sqlx::Error::Protocol(message) => WireError::new(broken, at(stage, &message)),
        other => WireError::new(broken, at(stage, &other.to_string())),
    }
}

/// Without the number that Rust adds to the system's words.
pub(super) fn plain(words: &str) -> &str {
    words.split(" (os error").next().unwrap_or(words)
}

fn at(stage: Stage<'_>, message: &str) -> String {
    match stage {
        Stage::Opening(place) => format!("cannot reach {place}: {message}"),
        Stage::Working => format!("the session broke: {message}"),
    }
}

pub(super) fn silent(place: &str, timeout: Duration) -> WireError {
    WireError::unreachable(format!("{place} did not answer within {} s", timeout.as_secs()))
}

/// A certificate or key, read here: a file that is missing is no matter of host, port and network.
pub(super) async fn paper(what: &str, path: &Path) -> Result<Vec<u8>, WireError> {
    tokio::fs::read(path).await.map_err(|error| {
        let error = error.to_string();
        WireError::new(
            WireErrorKind::Untrusted,
            format!("{what} `{}` cannot be read: {}", path.display(), plain(&error)),
        )
    })
}
