//! `truncate`: a table is emptied.

use crate::engines::Act;
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "truncate",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Every row is lost, and nobody can read or write the table meanwhile.",
    solution: "Delete in batches what has to go, or keep a copy of the rows first.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Truncates { tables, .. } = act else { continue };
        for table in tables.iter().filter(|table| !survey.is_new(&table.name)) {
            report.by_hand(
                at,
                table,
                Words::new(
                    format!("TRUNCATE empties {}.", table.name),
                    format!("All rows of {} are lost.", survey.sized(&table.name)),
                    "Keep a copy of the rows, or delete in batches what has to go.",
                ),
            );
        }
    }
}
