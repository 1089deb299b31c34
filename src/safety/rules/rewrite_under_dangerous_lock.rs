//! `rewrite-under-dangerous-lock`: a table that is written anew while nobody can use it.

use crate::model::{Severity, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::steps::blocks_long;
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rewrite-under-dangerous-lock",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Every row and every index is written again under a lock that keeps readers and writers \
              out.",
    solution: "Build a second table, keep both equal, and swap them; or take a maintenance window.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    // What MySQL copies is a rule of its own.
    if survey.is_mysql() {
        return;
    }
    for (at, step) in survey.steps() {
        // Columns that come or change their type have rules of their own, which know the cause.
        let told = survey.is_created(&step.subject)
            || survey.retyped_columns().any(|column| column.id == &step.subject);
        let rewrite = blocks_long(step) && step.effects.work == Work::Rewrite && !told;
        let touched = step.effects.on.first().unwrap_or(&step.subject);
        if !rewrite || survey.is_fresh(&touched.name) || survey.leaves(&touched.name) {
            continue;
        }
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("The change of {} writes {} anew: {}", step.subject, touched.name, step.reason),
                format!("Reads and writes on {} wait until every row is written.", survey.sized(&touched.name)),
                "Build a second table, keep both equal by triggers, and swap the names; or take a maintenance window.",
            ),
        );
    }
}
