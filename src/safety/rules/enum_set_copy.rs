//! `enum-set-copy`: members of an ENUM or SET that change in another way than becoming more at the end.

use crate::model::Severity;
use crate::safety::copies::{BESIDE_AS_SCRIPTED, copies, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "enum-set-copy",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Rows hold the place of a member in the list. When places change, or need more bytes, the table is \
              copied while nobody can write.",
    solution: "Add members at the end only, and leave those that nobody uses any more.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.retyped_columns() {
        let (before, after) = (column.before.data_type.as_str(), column.after.data_type.as_str());
        let (true, Some(at)) = (has_members(before) && has_members(after), copies(survey, column.id)) else {
            continue;
        };
        let table = &column.id.name;
        report.at(
            at,
            column.id,
            Words::new(
                format!("column {table}.{} changes from {before} to {after}.", column.id.leaf()),
                waits(survey, table),
                format!("Add members at the end only, and leave those that nobody uses any more. {BESIDE_AS_SCRIPTED}"),
            ),
        );
    }
}

pub(super) fn has_members(data_type: &str) -> bool {
    data_type.starts_with("enum(") || data_type.starts_with("set(")
}
