//! `replace-index-order`: an index that is dropped before its successor is there.

use crate::model::{Body, ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "replace-index-order",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Queries go without it until the new one is built, and a unique one guards nothing \
              meanwhile.",
    solution: "Build the new index under another name, drop the old one, and rename.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, step) in survey.steps() {
        let id = &step.subject;
        if !matches!(id.kind, ObjectKind::Index | ObjectKind::Constraint) || step.action != Verb::Drop {
            continue;
        }
        let guards = match survey.base.objects.get(id).map(|object| &object.body) {
            Some(Body::Index(_)) => true,
            Some(Body::Constraint(constraint)) => constraint.index.is_some(),
            _ => false,
        };
        let Some((again, _)) = survey.step_that(id, Verb::Create) else { continue };
        if !guards || again < at || survey.segment(at) == survey.segment(again) {
            continue;
        }
        let table = survey.relation_of(id);
        report.at(
            at,
            id,
            Words::new(
                format!("{id} is dropped before its successor is built."),
                format!(
                    "Queries on {} go without it until step {} is done.",
                    survey.sized(&table),
                    again + 1
                ),
                "Build the new one under another name, drop the old one, then rename.",
            ),
        );
    }
}
