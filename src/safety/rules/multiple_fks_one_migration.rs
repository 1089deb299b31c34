//! `multiple-fks-one-migration`: several foreign keys in one transaction.

use std::collections::BTreeSet;

use crate::model::{QualifiedName, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "multiple-fks-one-migration",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Each locks two tables, and all locks are held together to the end: this invites deadlocks \
              with running transactions.",
    solution: "Give each foreign key a transaction of its own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let keys = survey.added_constraints();
    for transaction in survey.transactions() {
        let mut tables: BTreeSet<&QualifiedName> = BTreeSet::new();
        let mut places = Vec::new();
        for (at, step) in transaction {
            let key = keys.iter().find(|key| key.id == &step.subject && step.action == Verb::Create);
            let Some((key, (parent, _))) = key.and_then(|key| Some((key, key.body.references.as_ref()?)))
            else {
                continue;
            };
            tables.extend([&key.id.name, parent].into_iter().filter(|table| !survey.is_fresh(table)));
            places.push((at, key.id));
        }
        if places.len() < 2 || tables.len() < 3 {
            continue;
        }
        let names: Vec<String> = tables.iter().map(ToString::to_string).collect();
        let (at, id) = places[0];
        report.at(
            at,
            id,
            Words::new(
                format!("{} foreign keys are added in one transaction.", places.len()),
                format!("Writes on {} wait until the last of them is in place.", names.join(", ")),
                "Give each foreign key a transaction of its own.",
            ),
        );
    }
}
