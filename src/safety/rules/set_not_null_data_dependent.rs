//! `set-not-null-data-dependent`: NOT NULL on a column that may hold NULLs.

use crate::model::{Severity, Value};
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "set-not-null-data-dependent",
    severity: Severity::Warn,
    family: Family::Data,
    problem: "One NULL makes the step fail. Programs that write NULL fail from then on.",
    solution: "Fill the rows in batches first, and stop the writers of NULL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.tightened_columns() {
        let table = &column.id.name;
        let (before_table, before_column) = survey.former_column(table, column.id.leaf());
        // A rebuild copies rows, and gives those without a value the default.
        let effect = match &column.after.value {
            Value::Default(default) if survey.is_sqlite() => {
                format!(
                    "NULLs in {} become {default} for good. Programs that write NULL fail afterwards.",
                    survey.sized(table)
                )
            }
            Value::Plain | Value::Default(_) | Value::Generated { .. } | Value::Identity(_) => format!(
                "The step fails if a row of {} holds NULL there. Programs that write NULL fail afterwards.",
                survey.sized(table)
            ),
        };
        report
            .on(
                column.id,
                Words::new(
                    format!("column {table}.{} must have a value from now on.", column.id.leaf()),
                    effect,
                    "Ask for NULLs first. Fill them in batches, and deploy writers that always give a value.",
                ),
            )
            .probe = Some(probes::nulls(survey.engine(), &before_table, &before_column));
    }
}
