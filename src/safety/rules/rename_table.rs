//! `rename-table`: a table or view gets another name.

use crate::engines::Act;
use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rename-table",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Programs that run already ask for the old name and fail at once. Function bodies that name \
              it fail when they run.",
    solution: "In the same transaction create a view with the old name. Drop it when nothing asks for it \
               any more.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (before, after) in survey.renamed() {
        let relation =
            matches!(after.id.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView);
        if !relation {
            continue;
        }
        report.on(
            &after.id,
            Words::new(
                format!("{} becomes {}.", before.id, after.id.name),
                "Programs of before the migration ask for the old name and fail. After a rollback, new ones do.",
                format!(
                    "Create a view {} over the new name in the same transaction, and drop it once nothing uses it.",
                    before.id.name
                ),
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::Renames(table) = act else { continue };
        if table.kind != ObjectKind::Table || survey.is_new(&table.name) {
            continue;
        }
        report.by_hand(
            at,
            table,
            Words::new(
                format!("{table} gets another name."),
                "Programs that use the old name fail.",
                "Leave a view under the old name, and drop it when nothing asks for it.",
            ),
        );
    }
}
