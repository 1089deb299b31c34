//! `rename-column`: a column gets another name.

use crate::engines::Act;
use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rename-column",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Programs that run already ask for the old name and fail at once. Views follow, function \
              bodies do not.",
    solution: "Add a column with the new name, keep both equal by a trigger, fill it, move programs \
               over, and drop the old one later.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (before, after) in survey.renamed() {
        if after.id.kind != ObjectKind::Column {
            continue;
        }
        report.on(
            &after.id,
            Words::new(
                format!("{} becomes {}.", before.id, after.id.leaf()),
                "Programs of before the migration name the old column and fail. Function bodies that name it fail \
                 when they run.",
                "Add a column with the new name, keep both equal by a trigger, fill old rows in batches, move \
                 programs over, and drop the old column later. Or rename the table and put a view with both names \
                 in its place.",
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::Renames(column) = act else { continue };
        if column.kind != ObjectKind::Column || survey.is_new(&column.name) {
            continue;
        }
        report.by_hand(
            at,
            column,
            Words::new(
                format!("{column} gets another name."),
                "Programs that use the old name fail.",
                "Add a second column, keep both equal by triggers, and drop the old one in a later migration.",
            ),
        );
    }
}
