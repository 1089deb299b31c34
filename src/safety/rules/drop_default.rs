//! `drop-default`: a column loses what filled it.

use crate::model::{Origin, Severity, Value};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-default",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Writers that leave the column out write NULL from then on, or fail where it is NOT NULL.",
    solution: "Keep the default until no program relies on it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.altered_columns() {
        let filled = matches!(column.before.value, Value::Default(_) | Value::Identity(_));
        if !filled || !matches!(column.after.value, Value::Plain) || column.after.origin == Origin::Inherited
        {
            continue;
        }
        let effect = if column.after.nullability.is_not_null() {
            "INSERTs that leave the column out fail."
        } else {
            "INSERTs that leave the column out write NULL."
        };
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} loses its default.", column.id.name, column.id.leaf()),
                effect,
                "Keep the default until every program gives a value of its own.",
            ),
        );
    }
}
