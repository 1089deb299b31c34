//! `multiple-alters-same-table`: several steps that each write one table anew.

use std::collections::BTreeMap;

use crate::model::{ObjectId, ObjectKind, QualifiedName, Severity, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::steps::blocks_long;
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "multiple-alters-same-table",
    severity: Severity::Info,
    family: Family::Lock,
    problem: "Each of them reads and writes the whole table; together they could do it once.",
    solution: "Put the changes into one ALTER TABLE.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let mut rewrites: BTreeMap<QualifiedName, Vec<usize>> = BTreeMap::new();
    for (at, step) in survey.steps() {
        if blocks_long(step) && step.effects.work == Work::Rewrite {
            let table = survey.relation_of(step.effects.on.first().unwrap_or(&step.subject));
            if !survey.is_fresh(&table) {
                rewrites.entry(table).or_default().push(at);
            }
        }
    }
    for (table, steps) in rewrites {
        let [first, _, ..] = steps.as_slice() else { continue };
        report.at(
            *first,
            &ObjectId::new(ObjectKind::Table, table.clone()),
            Words::new(
                format!("{} steps each write {table} anew.", steps.len()),
                format!("The table ({}) is locked and written {} times.", survey.size(&table), steps.len()),
                "Put the changes into one ALTER TABLE with several actions.",
            ),
        );
    }
}
