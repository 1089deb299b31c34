//! Statements that travel in one message: what may be sent, and which answer belongs to which.

use super::trouble::cannot;
use super::{Rows, WireError};

/// A zero byte would end the message early and hide the rest of the statement.
pub(super) fn sendable(text: &str) -> Result<(), WireError> {
    if text.contains('\0') {
        return Err(cannot("a statement holds a zero byte".into()));
    }
    Ok(())
}

/// Gives each statement its answer.
pub(super) fn deal(answers: Vec<Rows>, blank: &[bool]) -> Result<Vec<Rows>, WireError> {
    let asked = blank.iter().filter(|blank| !**blank).count();
    if answers.len() != asked {
        return Err(cannot(format!("{} answers came to {asked} statements", answers.len())));
    }
    let mut answers = answers.into_iter();
    Ok(blank
        .iter()
        .map(|blank| if *blank { Rows::default() } else { answers.next().unwrap_or_default() })
        .collect())
}
