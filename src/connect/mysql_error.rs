//! What went wrong on the MySQL wire, sorted into [`WireErrorKind`]. It decides nothing beyond the kind.

use sqlx::mysql::MySqlDatabaseError;

use super::trouble::{Stage, sorted};
use super::{WireError, WireErrorKind};

/// The server wants another password, or any at all.
pub(super) const WRONG_PASSWORD: &str = "1045";

pub(super) fn wire_error(error: sqlx::Error, stage: Stage<'_>) -> WireError {
    sorted(error, stage, |error| {
        error.try_downcast_ref::<MySqlDatabaseError>().map(|error| server_error(error, stage))
    })
}

fn server_error(error: &MySqlDatabaseError, stage: Stage<'_>) -> WireError {
    WireError {
        kind: kind(error.number(), stage),
        code: Some(error.number().to_string().into()),
        message: error.message().into(),
        detail: None,
        hint: None,
        position: None,
    }
}

/// Error numbers: <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html> and
/// <https://mariadb.com/kb/en/mariadb-error-code-reference/>.
fn kind(number: u16, stage: Stage<'_>) -> WireErrorKind {
    let opening = matches!(stage, Stage::Opening(_));
    match number {
        1049 if opening => WireErrorKind::NoDatabase,
        // Not this user, not this database, not this way of proving it, an account that is locked or expired.
        1044 | 1045 | 1251 | 1698 | 1862 | 3118 | 4151 if opening => WireErrorKind::Denied,
        1317 => WireErrorKind::Cancelled,
        _ if opening => WireErrorKind::Unreachable,
        // The server goes down; the session was killed, timed out, or is gone.
        1053 | 1927 | 2006 | 2013 | 3169 | 4031 => WireErrorKind::Lost,
        _ => WireErrorKind::Statement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let opening = Stage::Opening("here");
        for (number, stage, expected) in [
            (1045, opening, WireErrorKind::Denied),
            (1049, opening, WireErrorKind::NoDatabase),
            (1040, opening, WireErrorKind::Unreachable),
            (1317, Stage::Working, WireErrorKind::Cancelled),
            (1927, Stage::Working, WireErrorKind::Lost),
            (1049, Stage::Working, WireErrorKind::Statement),
            (1064, Stage::Working, WireErrorKind::Statement),
        ] {
            assert_eq!(kind(number, stage), expected, "{number}");
        }
    }
}
