//! `add-exclusion-constraint`: an exclusion constraint on a table in use.

use crate::model::{ConstraintKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-exclusion-constraint",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "It has neither a concurrent form nor NOT VALID: nobody can read or write the table while \
              its index is built, and one conflict makes the step fail.",
    solution: "Build a second table that has it, keep both equal, and swap them; or take a maintenance \
               window.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for constraint in survey.added_constraints() {
        if constraint.body.kind != ConstraintKind::Exclude {
            continue;
        }
        report.on(
            constraint.id,
            Words::new(
                format!("{} is added to a table in use.", constraint.id),
                format!(
                    "Reads and writes on {} wait until its index is built. One conflict between two rows makes the \
                     step fail.",
                    survey.sized(&constraint.id.name)
                ),
                "Build a second table that has it, keep both equal by triggers, and swap them; or take a maintenance \
                 window.",
            ),
        );
    }
}
