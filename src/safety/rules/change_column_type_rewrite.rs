//! `change-column-type-rewrite`: another type that has to be written into every row.

use crate::engines::Act;
use crate::model::{Severity, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, blocks_long};

pub(super) static RULE: Rule = Rule {
    id: "change-column-type-rewrite",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The table and all its indexes are written anew while nobody can read or write it.",
    solution: "Add a second column of the new type, keep both by triggers, fill old rows in batches, and \
               swap the names.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for column in survey.retyped_columns() {
        let rewrite = survey
            .steps_about(column.id)
            .find(|(_, step)| blocks_long(step) && step.effects.work == Work::Rewrite);
        let Some((at, _)) = rewrite else { continue };
        report.at(
            at,
            column.id,
            Words::new(
                format!(
                    "column {}.{} changes from {} to {}, which writes every row anew.",
                    column.id.name,
                    column.id.leaf(),
                    column.before.data_type,
                    column.after.data_type
                ),
                format!(
                    "Reads and writes on {} wait until every row and every index is written. It needs twice the \
                     space while it runs.",
                    survey.sized(&column.id.name)
                ),
                "Add a second column of the new type, keep both equal by triggers, fill old rows in batches, and \
                 swap the two names in one short transaction.",
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::ChangesType(column) = act else { continue };
        if survey.is_new(&column.name) || survey.retyped_columns().any(|known| known.id == column) {
            continue;
        }
        report.by_hand(
            at,
            column,
            Words::new(
                format!("{column} gets another type, which may write every row anew."),
                format!("Reads and writes on {} wait meanwhile.", survey.sized(&column.name)),
                "Add a second column of the new type, fill it in batches, and swap the names.",
            ),
        );
    }
}
