//! `add-json-column`: a column of the type json.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types::TypeName;

pub(super) static RULE: Rule = Rule {
    id: "add-json-column",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "json has no equality: DISTINCT, GROUP BY, UNION and comparisons on rows that hold it fail.",
    solution: "Use jsonb, unless the text has to stay as it was written.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for column in survey.written_columns() {
        if !TypeName::parse(column.body.data_type.as_str()).is("json") {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} is json.", column.id.name, column.id.leaf()),
                "json has no equality. SELECT DISTINCT, GROUP BY and UNION over the table fail.",
                "Use jsonb, unless the text has to stay as it was written.",
            ),
        );
    }
}
