//! `ban-char-field`: a char column.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types::TypeName;

pub(super) static RULE: Rule = Rule {
    id: "ban-char-field",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "Values are padded with blanks, which take room and make comparisons and lengths \
              surprising.",
    solution: "Use text, with a check on its length where needed.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for column in survey.created_columns() {
        if !TypeName::parse(column.body.data_type.as_str()).is("character") {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} is {}.", column.id.name, column.id.leaf(), column.body.data_type),
                "Values are padded with blanks, which count in storage but not in comparison.",
                "Use text, with a check on its length where needed.",
            ),
        );
    }
}
