//! `prefer-bigint`: a key that runs out at 2 147 483 647 or at 32 767.

use crate::model::{Column, ConstraintKind, Severity, Value};
use crate::safety::columns::takes_from_sequence;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Seen, Survey, constraints};
use crate::safety::types::TypeName;

pub(super) static RULE: Rule = Rule {
    id: "prefer-bigint",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "When the last number is given, every insert fails, and widening the key then writes the \
              table anew.",
    solution: "Use bigint for keys from the start.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    // An INTEGER of SQLite has 64 bits.
    if !survey.is_postgres() {
        return;
    }
    for column in survey.written_columns() {
        let data_type = TypeName::parse(column.body.data_type.as_str());
        if !(data_type.is("integer") || data_type.is("smallint")) || !counts_up(survey, &column) {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!(
                    "column {}.{} is a key of type {}.",
                    column.id.name,
                    column.id.leaf(),
                    data_type.name
                ),
                "When its numbers run out, every insert fails.",
                "Use bigint.",
            ),
        );
    }
}

/// It takes numbers from a sequence, or is a whole primary key that refers to nothing.
fn counts_up(survey: &Survey<'_>, column: &Seen<'_, Column>) -> bool {
    let alone = |kind: ConstraintKind| {
        constraints(survey.desired, &column.id.name)
            .any(|key| key.body.kind == kind && key.body.columns.as_slice() == [column.id.leaf().clone()])
    };
    takes_from_sequence(column.body)
        || matches!(column.body.value, Value::Identity(_))
        || (alone(ConstraintKind::PrimaryKey) && !alone(ConstraintKind::ForeignKey))
}
