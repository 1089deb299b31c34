//! `not-valid-constraint-left`: a constraint that the plan leaves unvalidated.

use crate::model::{Body, Enforcement, ObjectKind, Severity, Validity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Seen, Survey};

pub(super) static RULE: Rule = Rule {
    id: "not-valid-constraint-left",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "New rows are checked, old ones are not. The planner cannot rely on it.",
    solution: "Mend the rows that break it, then VALIDATE CONSTRAINT.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let created = survey.created_constraints();
    let altered = survey.altered(ObjectKind::Constraint).filter_map(|altered| match &altered.after.body {
        Body::Constraint(body) => Some(Seen { id: altered.id, body }),
        _ => None,
    });
    for seen in created.chain(altered) {
        if seen.body.validity != Validity::NotValid || seen.body.enforcement == Enforcement::NotEnforced {
            continue;
        }
        report.on(
            seen.id,
            Words::new(
                format!("{} stays NOT VALID.", seen.id),
                format!("Rows of {} that were there before may break it, and nothing says so.", seen.id.name),
                "Mend the rows that break it, then VALIDATE CONSTRAINT. It lets reads and writes go on.",
            ),
        );
    }
}
