//! `view-column-change`: a view gives other columns.

use crate::model::{Body, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "view-column-change",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Programs that read the view by column name, type or place fail, or read something else.",
    solution: "Make a second view under a new name, and drop the old one when nothing reads it. New \
               columns at the end are safe.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let views = survey.altered(ObjectKind::View).chain(survey.altered(ObjectKind::MaterializedView));
    for altered in views {
        let (Body::View(before), Body::View(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        let mut changes = Vec::new();
        for (at, column) in before.columns.iter().enumerate() {
            match after.columns.iter().position(|other| other.name == column.name) {
                None => changes.push(format!("{} goes away", column.name)),
                Some(place) if after.columns[place].data_type != column.data_type => changes.push(format!(
                    "{} changes from {} to {}",
                    column.name, column.data_type, after.columns[place].data_type
                )),
                Some(place) if place != at => {
                    changes.push(format!("{} moves to place {}", column.name, place + 1))
                }
                Some(_) => {}
            }
        }
        if changes.is_empty() {
            continue;
        }
        report.on(
            altered.id,
            Words::new(
                format!("{} gives other columns: {}.", altered.id, changes.join(", ")),
                "Programs that read them fail, or read something else.",
                "Make a second view under a new name, and drop the old one when nothing reads it. New columns belong \
                 at the end.",
            ),
        );
    }
}
