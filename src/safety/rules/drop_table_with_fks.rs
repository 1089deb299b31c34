//! `drop-table-with-fks`: a table that is dropped while foreign keys bind it to others.

use std::collections::BTreeSet;

use crate::model::{ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, constraints};

pub(super) static RULE: Rule = Rule {
    id: "drop-table-with-fks",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The drop takes the strongest lock on every table that it refers to.",
    solution: "Drop its foreign keys first, each in a transaction of its own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.dropped(ObjectKind::Table) {
        let others: BTreeSet<String> = constraints(survey.base, &object.id.name)
            .filter(|key| survey.step_that(key.id, Verb::Drop).is_none())
            .filter_map(|key| key.body.references.as_ref())
            .filter(|(parent, _)| parent != &object.id.name && !survey.leaves(parent))
            .map(|(parent, _)| parent.to_string())
            .collect();
        if others.is_empty() {
            continue;
        }
        let names = others.into_iter().collect::<Vec<_>>().join(", ");
        report.on(
            &object.id,
            Words::new(
                format!("table {} is dropped while its foreign keys refer to {names}.", object.id.name),
                format!("Reads and writes on {names} wait behind the drop."),
                "Drop the foreign keys first, each in a transaction of its own.",
            ),
        );
    }
}
