//! `select-star-plan-cache`: a table that prepared SELECT * statements read gets another shape.

use std::collections::BTreeSet;

use crate::model::{QualifiedName, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "select-star-plan-cache",
    severity: Severity::Info,
    family: Family::Compatibility,
    problem: "Sessions that have prepared SELECT * on it get an error once: cached plan must not change \
              result type.",
    solution: "Name columns in queries, or recycle the connection pools after the migration.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    let mut told: BTreeSet<&QualifiedName> = BTreeSet::new();
    let added = survey.added_columns().map(|column| column.id).collect::<Vec<_>>();
    for id in added.into_iter().chain(survey.retyped_columns().map(|column| column.id)) {
        if !told.insert(&id.name) {
            continue;
        }
        report.on(
            id,
            Words::new(
                format!("table {} gets another shape.", id.name),
                "Sessions with a prepared SELECT * on it get one error: cached plan must not change result type.",
                "Name columns in queries, or recycle the connection pools after the migration.",
            ),
        );
    }
}
