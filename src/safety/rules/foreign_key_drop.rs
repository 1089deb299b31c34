//! `foreign-key-drop`: a foreign key goes away.

use crate::model::{Origin, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, constraints};

pub(super) static RULE: Rule = Rule {
    id: "foreign-key-drop",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "The server no longer keeps orphans out, and rows that are orphaned meanwhile keep the key \
              from coming back. Both tables are locked for a moment.",
    solution: "Keep it, or be sure that something else guards it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.dropped_constraints() {
        let Some((parent, _)) = &key.body.references else { continue };
        let replaced = constraints(survey.desired, &key.id.name).any(|other| {
            other.body.references == key.body.references && other.body.columns == key.body.columns
        });
        if key.body.origin == Origin::Inherited || survey.leaves(parent) || replaced {
            continue;
        }
        report.on(
            key.id,
            Words::new(
                format!("{} is dropped.", key.id),
                format!(
                    "Rows of {} may lose their row in {parent}, and nothing says so. Reads and writes on both \
                     tables wait for the moment of the drop.",
                    key.id.name
                ),
                "Keep it, or state what guards the reference instead.",
            ),
        );
    }
}
