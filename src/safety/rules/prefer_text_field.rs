//! `prefer-text-field`: a varchar with a limit.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types::TypeName;

pub(super) static RULE: Rule = Rule {
    id: "prefer-text-field",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "To make the limit smaller later, the whole table has to be written anew.",
    solution: "Use text with a check, which can be changed without writing the table.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for column in survey.created_columns() {
        let data_type = TypeName::parse(column.body.data_type.as_str());
        let Some(limit) = data_type.numbers.first().filter(|_| data_type.is("character varying")) else {
            continue;
        };
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} holds at most {limit} characters.", column.id.name, column.id.leaf()),
                "A smaller limit later writes the whole table anew.",
                "Use text with CHECK (char_length(…) <= …).",
            ),
        );
    }
}
