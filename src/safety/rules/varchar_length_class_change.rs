//! `varchar-length-class-change`: a text that grows past the length up to which MySQL changes it in place.

use crate::model::Severity;
use crate::safety::copies::{BESIDE_AS_SCRIPTED, copies, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::safety::types::{self, TypeChange};

pub(super) static RULE: Rule = Rule {
    id: "varchar-length-class-change",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Up to 255 bytes the length of a value is kept in one byte, beyond it in two: the table is copied while \
              nobody can write.",
    solution: "Stay below 255 bytes (63 characters of utf8mb4) where that is enough, or build the new table beside \
               the old one.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.retyped_columns() {
        let (before, after) = (column.before.data_type.as_str(), column.after.data_type.as_str());
        if !grows(survey, before, after) {
            continue;
        }
        let Some(at) = copies(survey, column.id) else { continue };
        let table = &column.id.name;
        report.at(
            at,
            column.id,
            Words::new(
                format!(
                    "column {table}.{} grows from {before} to {after}, past the 255 bytes up to which one byte holds \
                     its length.",
                    column.id.leaf()
                ),
                waits(survey, table),
                format!("Stay below 255 bytes where that is enough. {BESIDE_AS_SCRIPTED}"),
            ),
        );
    }
}

/// Of one sort, and longer: what crosses no class changes in place.
pub(super) fn grows(survey: &Survey<'_>, before: &str, after: &str) -> bool {
    let both = |sort: &str| before.starts_with(sort) && after.starts_with(sort);
    (both("varchar(") || both("varbinary("))
        && types::change(survey.engine(), before, after) == TypeChange::Widens
}
