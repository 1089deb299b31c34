//! `new-check-breaks-writers`: a rule that running programs do not know of.

use crate::model::{ConstraintKind, Enforcement, ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "new-check-breaks-writers",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs that write rows which break the rule, or write child before parent, get an error \
              that they may not handle.",
    solution: "Guard it in the programs first, watch for violations, then add it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for rule in survey.added_constraints() {
        let table = &rule.id.name;
        let all_new = !rule.body.columns.is_empty()
            && rule.body.columns.iter().all(|column| {
                survey.is_created(&ObjectId::member(ObjectKind::Column, table.clone(), column.clone()))
            });
        if all_new || rule.body.enforcement == Enforcement::NotEnforced {
            continue;
        }
        let effect = match rule.body.kind {
            ConstraintKind::Check | ConstraintKind::Exclude => {
                "Programs of before the migration that write such rows get an error."
            }
            ConstraintKind::ForeignKey => {
                "Programs of before the migration that write a child before its parent, or delete a parent that \
                 has children, get an error."
            }
            // Keys have a rule of their own; NOT NULL is told by the column.
            ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::NotNull => continue,
        };
        report.on(
            rule.id,
            Words::new(
                format!("{} binds what may be written to {table}.", rule.id),
                effect,
                "Guard it in the programs first, and watch for violations before it is enforced.",
            ),
        );
    }
}
