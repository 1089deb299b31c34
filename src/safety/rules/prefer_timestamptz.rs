//! `prefer-timestamptz`: a time without a zone.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types::TypeName;

pub(super) static RULE: Rule = Rule {
    id: "prefer-timestamptz",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "What moment it means depends on the session that wrote it. Across zones and daylight \
              saving, times are off by hours.",
    solution: "Use timestamp with time zone.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for column in survey.written_columns() {
        if !TypeName::parse(column.body.data_type.as_str()).is("timestamp without time zone") {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!("column {}.{} is a timestamp without time zone.", column.id.name, column.id.leaf()),
                "Which moment a value means depends on the session that wrote it.",
                "Use timestamp with time zone.",
            ),
        );
    }
}
