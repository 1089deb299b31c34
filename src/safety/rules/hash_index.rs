//! `hash-index`: a hash index.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "hash-index",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "It answers equality on one column only: no order, no ranges, no uniqueness.",
    solution: "Use btree, unless values are very long and only compared for equality.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for index in survey.created_indexes() {
        if !index.body.tail.as_str().starts_with("USING hash") {
            continue;
        }
        report.on(
            index.id,
            Words::new(
                format!("{} on {} is a hash index.", index.id, index.body.table),
                "It answers equality on one column only: no order, no ranges, no uniqueness.",
                "Use btree, unless values are very long and only compared for equality.",
            ),
        );
    }
}
