//! `irreversible-step`: a step that cannot be taken back.

use crate::model::{Reversal, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "irreversible-step",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "When a later step fails, or the migration turns out wrong, this one stays.",
    solution: "Put it in a migration of its own, or be ready to restore.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step) in survey.steps() {
        let Reversal::Impossible(reason) = &step.reversal else { continue };
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("{} of {} cannot be taken back: {reason}", step.action.word(), step.subject),
                "A rollback leaves it as it is.",
                "Put it in a migration of its own, after everything that may still be rolled back.",
            ),
        );
    }
}
