//! `change-column-type-rewrite`: another type that has to be written into every row.

use crate::engines::Act;
use crate::model::{Severity, Work};
use crate::safety::copies::BESIDE_AS_SCRIPTED;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::rules::enum_set_copy::has_members;
use crate::safety::rules::varchar_length_class_change::grows;
use crate::safety::steps::blocks_long;
use crate::safety::survey::Survey;

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
        let (before, after) = (column.before.data_type.as_str(), column.after.data_type.as_str());
        // Rules of their own tell of these.
        if survey.is_mysql() && (grows(survey, before, after) || (has_members(before) && has_members(after)))
        {
            continue;
        }
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
                    before,
                    after
                ),
                format!(
                    "{} until every row and every index is written. It needs twice the space while it runs.",
                    survey.waiting(&column.id.name)
                ),
                match survey.is_mysql() {
                    true => BESIDE_AS_SCRIPTED,
                    false => {
                        "Add a second column of the new type, keep both equal by triggers, fill old rows in \
                              batches, and swap the two names in one short transaction."
                    }
                },
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
                format!("{} meanwhile.", survey.waiting(&column.name)),
                "Add a second column of the new type, fill it in batches, and swap the names.",
            ),
        );
    }
}
