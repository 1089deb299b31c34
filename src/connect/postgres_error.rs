//! What went wrong on the PostgreSQL wire, sorted into [`WireErrorKind`]. It decides nothing beyond the kind.

use sqlx::postgres::{PgDatabaseError, PgErrorPosition, PgSeverity};

use super::trouble::{Stage, sorted};
use super::{WireError, WireErrorKind};

/// SQLSTATE `invalid_password`: the answer to none at all, too.
pub(super) const WRONG_PASSWORD: &str = "28P01";

pub(super) fn wire_error(error: sqlx::Error, stage: Stage<'_>) -> WireError {
    sorted(error, stage, |error| {
        error.try_downcast_ref::<PgDatabaseError>().map(|error| server_error(error, stage))
    })
}

fn server_error(error: &PgDatabaseError, stage: Stage<'_>) -> WireError {
    let position = match error.position() {
        Some(PgErrorPosition::Original(position)) => Some(position),
        Some(PgErrorPosition::Internal { .. }) | None => None,
    };
    let fatal = matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic);
    WireError {
        kind: kind(error.code(), error.message(), fatal, stage),
        code: Some(error.code().into()),
        message: error.message().into(),
        detail: error.detail().map(Into::into),
        hint: error.hint().map(Into::into),
        position,
    }
}

/// SQLSTATE classes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn kind(code: &str, message: &str, fatal: bool, stage: Stage<'_>) -> WireErrorKind {
    let opening = matches!(stage, Stage::Opening(_));
    match code {
        "3D000" if opening => WireErrorKind::NoDatabase,
        // CONNECT on the database is refused with the code of any other missing privilege.
        "42501" if opening => WireErrorKind::Denied,
        _ if code.starts_with("28") => WireErrorKind::Denied,
        // The same code stands for a person's cancel and for the server's own statement_timeout.
        "57014" if message.contains("statement timeout") => WireErrorKind::Statement,
        "57014" => WireErrorKind::Cancelled,
        _ if opening => WireErrorKind::Unreachable,
        _ if fatal || code.starts_with("08") => WireErrorKind::Lost,
        _ => WireErrorKind::Statement,
    }
}

/// Turns a position in a batch, joined by `"\n;\n"`, into one in the statement it falls in.
pub(super) fn in_statement<'a>(
    mut error: WireError,
    statements: impl IntoIterator<Item = &'a str>,
) -> WireError {
    let Some(position) = error.position else { return error };
    let mut before = 0;
    for statement in statements {
        let length = statement.chars().count();
        if position <= before + length {
            break;
        }
        before += length + 3;
    }
    error.position = Some(position.saturating_sub(before).max(1));
    error
}

/// Turns a position in a statement into one in the script, and points at the statement's own beginning where
/// the server points at nothing.
pub(super) fn in_script(mut error: WireError, script: &str, offset: usize) -> WireError {
    let before = script.get(..offset).map_or(0, |text| text.chars().count());
    error.position = Some(before + error.position.unwrap_or(1));
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::trouble::cannot;

    #[test]
    fn kinds() {
        let opening = Stage::Opening("here");
        let cases = [
            ("28P01", "", true, opening, WireErrorKind::Denied),
            ("3D000", "", true, opening, WireErrorKind::NoDatabase),
            ("53300", "", true, opening, WireErrorKind::Unreachable),
            (
                "57014",
                "canceling statement due to user request",
                false,
                Stage::Working,
                WireErrorKind::Cancelled,
            ),
            (
                "57014",
                "canceling statement due to statement timeout",
                false,
                Stage::Working,
                WireErrorKind::Statement,
            ),
            ("57P01", "", true, Stage::Working, WireErrorKind::Lost),
            ("42P07", "", false, Stage::Working, WireErrorKind::Statement),
            ("3D000", "", false, Stage::Working, WireErrorKind::Statement),
        ];
        for (code, message, fatal, stage, expected) in cases {
            assert_eq!(kind(code, message, fatal, stage), expected, "{code}");
        }
    }

    #[test]
    fn positions_move_to_the_statement_and_to_the_script() {
        let mut error = cannot("x".into());
        error.position = Some(8);
        assert_eq!(in_statement(error.clone(), ["é", "abcde"]).position, Some(4));
        assert_eq!(in_script(error, "é; select", 4).position, Some(11));
        assert_eq!(in_script(cannot("x".into()), "é; select", 4).position, Some(4));
    }
}
