//! `untold-loss`: a step loses what is there, and no other rule asks anybody about it. With it no loss goes by without
//! somebody who answers for it.

use crate::model::Severity;
use crate::safety::losses::untold;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "untold-loss",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "What the step loses is gone for good: a rollback does not bring it back.",
    solution: "Save it first where it matters, or change the step so that it keeps it.",
    judge,
};

/// It comes after the other rules on losses, and looks at what they have found.
fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step, lost) in untold(survey.subject.plan, report.found()) {
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("The {} of {} loses {}.", step.action.word(), step.subject, lost),
                "A rollback does not bring it back.",
                "Save it first where it matters, or change the step so that it keeps it.",
            ),
        );
    }
}
