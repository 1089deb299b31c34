//! `add-column-volatile-default`: a new column whose default differs from row to row.

use crate::model::{Severity, Value};
use crate::safety::columns::{Cause, rewriting};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-column-volatile-default",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The server has to write every row and every index of the table while nobody can read or \
              write it.",
    solution: "Add the column without a default, set the default, fill old rows in batches, then set NOT \
               NULL.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (column, at) in rewriting(survey, Cause::Default) {
        let default = match &column.body.value {
            Value::Default(expression) => expression.as_str(),
            Value::Plain | Value::Generated { .. } | Value::Identity(_) => "no default",
        };
        report.at(
            at,
            column.id,
            Words::new(
                format!(
                    "column {}.{} is added with the default {default}, which is computed for each row.",
                    column.id.name,
                    column.id.leaf()
                ),
                format!("{} until every row and every index is written anew.", survey.waiting(&column.id.name)),
                "Add it without a default, then SET DEFAULT, then fill old rows in batches, then set NOT NULL.",
            ),
        );
    }
}
