//! `change-column-type-dependents`: objects that have to go and come again because of what they depend on.

use crate::model::{Change, ObjectId, ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "change-column-type-dependents",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "PostgreSQL refuses to change what a view, a trigger or a policy depends on, so the plan \
              drops it and creates it again. Between two transactions it is missing.",
    solution: "Keep the drop and the new creation in one transaction, and run it when few sessions use \
               the object.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let changed: Vec<&ObjectId> = survey.changes().iter().map(Change::id).collect();
    for (dropped, step) in survey.steps() {
        let id = &step.subject;
        let kept = matches!(
            id.kind,
            ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Function
                | ObjectKind::Procedure
                | ObjectKind::Trigger
                | ObjectKind::Policy
                | ObjectKind::Rule
        );
        if !kept || step.action != Verb::Drop || changed.contains(&id) {
            continue;
        }
        let Some((created, _)) = survey.step_that(id, Verb::Create) else { continue };
        let gap = survey.segment(dropped) != survey.segment(created);
        let effect = if gap {
            "It is missing until it is created again, in another transaction: what uses it fails in between."
        } else if id.kind == ObjectKind::MaterializedView {
            "Sessions that read it wait until its query has run again and its indexes are built."
        } else {
            "Sessions that use it wait for the end of the transaction. Prepared statements are planned again."
        };
        let finding = report.at(
            dropped,
            id,
            Words::new(
                format!("{id} is dropped and created again, because what it depends on changes."),
                effect,
                "Run it at a quiet hour. To avoid it, add a new column beside the old one instead of changing it.",
            ),
        );
        if gap {
            finding.severity = Severity::Error;
        }
    }
}
