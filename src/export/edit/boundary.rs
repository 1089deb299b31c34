//! BEGIN and COMMIT as a person drew them → the boundary of each statement. What the plan has no word for is drawn
//! as close as it can be; what the server would refuse is refused here.

use crate::export::raw::Direction;
use crate::model::Boundary;

use super::text::{EditError, Group, Written};

/// One boundary for each statement. `wanted` is what each has by itself.
pub(super) fn drawn(
    statements: &[Written<'_>],
    wanted: &[Boundary],
    direction: Direction,
) -> Result<Vec<Boundary>, EditError> {
    let mut drawn = Vec::with_capacity(statements.len());
    // Whether the statement before would take this one into its transaction.
    let mut open = false;
    for (at, written) in statements.iter().enumerate() {
        let own = wanted.get(at).copied().unwrap_or(Boundary::Transactional);
        let group = |at: Option<usize>| at.and_then(|at| statements.get(at)).map(|other| other.group);
        let boundary = match (written.group, own) {
            (Group::Bare, Boundary::NonTransactional) => Boundary::NonTransactional,
            // By itself it is a transaction of its own.
            (Group::Bare, _) => Boundary::OwnTransaction,
            (Group::Transaction(_), Boundary::NonTransactional) => {
                let what = "this statement cannot run inside a transaction".to_owned();
                return Err(EditError { direction, line: written.line, what });
            }
            (here, own) => {
                let first = group(at.checked_sub(1)) != Some(here);
                let alone = first && group(Some(at + 1)) != Some(here);
                match (first, alone, own) {
                    (false, _, _) => Boundary::Transactional,
                    (true, true, Boundary::OwnTransaction) => Boundary::OwnTransaction,
                    (true, true, _) if open => Boundary::OwnTransaction,
                    (true, false, _) if open => Boundary::NewTransaction,
                    (true, _, Boundary::NewTransaction) => Boundary::NewTransaction,
                    (true, _, _) => Boundary::Transactional,
                }
            }
        };
        open = matches!(boundary, Boundary::Transactional | Boundary::NewTransaction);
        drawn.push(boundary);
    }
    Ok(drawn)
}
