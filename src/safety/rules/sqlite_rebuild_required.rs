//! `sqlite-rebuild-required`: a change that SQLite makes by building the table anew.

use std::collections::BTreeSet;

use crate::model::{ObjectId, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "sqlite-rebuild-required",
    severity: Severity::Info,
    family: Family::Lock,
    problem: "All rows are copied into a new table while nobody else can write to the database file.",
    solution: "Run it at a quiet hour, with room on the disk for a second copy of the table.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let mut told: BTreeSet<&ObjectId> = BTreeSet::new();
    for (at, step) in survey.steps() {
        if !survey.is_sqlite() || step.action != Verb::Rebuild || !told.insert(&step.subject) {
            continue;
        }
        let table = &step.subject.name;
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("table {table} is built anew."),
                format!(
                    "All its rows are copied ({}). No other connection can write to the database meanwhile.",
                    survey.size(table)
                ),
                "Run it at a quiet hour, with room on the disk for a second copy of the table.",
            ),
        );
    }
}
