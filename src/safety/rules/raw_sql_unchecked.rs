//! `raw-sql-unchecked`: a statement by hand that is not understood.

use crate::engines::Act;
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "raw-sql-unchecked",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "The statement is not understood, so nothing is known of its locks, its work and what it changes.",
    solution: "Have it read by somebody else, and rehearse it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step) in survey.by_hand() {
        if !survey.acts_of(at).contains(&Act::Unknown) {
            continue;
        }
        let first = step.statement.sql.as_str().lines().next().unwrap_or_default();
        report.by_hand(
            at,
            &step.subject,
            Words::new(
                format!("It cannot be told what `{}` does.", first.trim()),
                "It counts as one that locks and rewrites all that it touches.",
                "Have somebody else read it; the rehearsal shows what it does to the schema.",
            ),
        );
    }
}
