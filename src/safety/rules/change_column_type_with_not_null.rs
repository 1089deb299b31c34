//! `change-column-type-with-not-null`: another type and NOT NULL at once.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "change-column-type-with-not-null",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Two risks run in one migration: values that cannot be turned into the new type, and rows \
              without a value. If one fails, both wait.",
    solution: "Change the type first. Set NOT NULL in a later migration, through a validated check.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.retyped_columns() {
        if column.before.nullability.is_not_null() || !column.after.nullability.is_not_null() {
            continue;
        }
        report.on(
            column.id,
            Words::new(
                format!(
                    "column {}.{} gets the type {} and NOT NULL in one migration.",
                    column.id.name,
                    column.id.leaf(),
                    column.after.data_type
                ),
                "One bad value or one NULL stops both changes, and the running application meets both at once.",
                "Change the type first, and set NOT NULL in a migration of its own.",
            ),
        );
    }
}
