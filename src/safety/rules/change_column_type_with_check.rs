//! `change-column-type-with-check`: a cheap change of type on a column that a check reads.

use crate::model::{ConstraintKind, Severity, Validity, Verb, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, constraints};

pub(super) static RULE: Rule = Rule {
    id: "change-column-type-with-check",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The type change itself touches only the catalog, but every check on the column is tried on \
              every row while nobody can read or write the table.",
    solution: "Drop the check, change the type, add the check again NOT VALID, and validate it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for column in survey.retyped_columns() {
        let heavier = survey.steps_about(column.id).any(|(_, step)| step.effects.work == Work::Rewrite);
        let checks = constraints(survey.desired, &column.id.name).filter(|check| {
            check.body.kind == ConstraintKind::Check
                && check.body.validity == Validity::Valid
                && check.body.columns.contains(column.id.leaf())
                && survey.base.objects.contains_key(check.id)
                && survey.step_that(check.id, Verb::Drop).is_none()
        });
        let names: Vec<String> = checks.map(|check| check.id.leaf().to_string()).collect();
        if heavier || names.is_empty() {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!(
                    "column {}.{} changes to {} while the check {} reads it.",
                    column.id.name,
                    column.id.leaf(),
                    column.after.data_type,
                    names.join(", ")
                ),
                format!(
                    "Reads and writes on {} wait until the check has been tried on every row.",
                    survey.sized(&column.id.name)
                ),
                "Drop the check, change the type, add the check again NOT VALID, then VALIDATE CONSTRAINT.",
            ),
        );
    }
}
