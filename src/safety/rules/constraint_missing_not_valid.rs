//! `constraint-missing-not-valid`: a check that is tried on every row as it is added.

use crate::model::{ConstraintKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "constraint-missing-not-valid",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The whole table is read while nobody can read or write it.",
    solution: "Add it NOT VALID, commit, then VALIDATE CONSTRAINT.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for check in survey.added_constraints() {
        if !matches!(check.body.kind, ConstraintKind::Check | ConstraintKind::NotNull) {
            continue;
        }
        let Some((at, _)) = survey.long_block(check.id) else { continue };
        report.at(
            at,
            check.id,
            Words::new(
                format!("{} is tried on every row as it is added.", check.id),
                format!("Reads and writes on {} wait until all rows are read.", survey.sized(&check.id.name)),
                "ADD CONSTRAINT … NOT VALID, commit, then VALIDATE CONSTRAINT in its own transaction.",
            ),
        );
    }
}
