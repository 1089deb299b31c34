//! `drop-database`: a database is dropped.

use crate::engines::Act;
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-database",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "Everything in the database is lost.",
    solution: "Do this by hand, and not in a migration.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step) in survey.by_hand() {
        if survey.acts_of(at).contains(&Act::DropsDatabase) {
            report.by_hand(
                at,
                &step.subject,
                Words::new(
                    "A whole database or tablespace is dropped.",
                    "Everything in it is lost, and no way back brings it again.",
                    "Take it out of the migration.",
                ),
            );
        }
    }
}
