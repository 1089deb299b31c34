//! `set-not-null-scan`: NOT NULL that has to look at every row.

use crate::engines::Act;
use crate::model::{Severity, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::steps::blocks_long;
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "set-not-null-scan",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The table is read from end to end while nobody can read or write it.",
    solution: "Add CHECK (column IS NOT NULL) NOT VALID, validate it, set NOT NULL, and drop the check.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    // MySQL knows no such way, and other dangers.
    if survey.is_mysql() {
        return;
    }
    for column in survey.tightened_columns() {
        let scan = survey
            .steps_about(column.id)
            .find(|(_, step)| blocks_long(step) && step.effects.work == Work::Scan);
        let Some((at, _)) = scan else { continue };
        report.at(
            at,
            column.id,
            Words::new(
                format!("column {}.{} is set NOT NULL.", column.id.name, column.id.leaf()),
                format!(
                    "Reads and writes on {} wait until every row has been looked at.",
                    survey.sized(&column.id.name)
                ),
                "Add CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, SET NOT NULL, then drop the check.",
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::RequiresValue(column) = act else { continue };
        if survey.is_new(&column.name) || survey.tightened_columns().any(|known| known.id == column) {
            continue;
        }
        report.by_hand(
            at,
            column,
            Words::new(
                format!("{column} is set NOT NULL."),
                format!("Reads and writes on {} wait meanwhile.", survey.sized(&column.name)),
                "Add CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, SET NOT NULL, then drop the check.",
            ),
        );
    }
}
