//! `wide-non-unique-index`: a plain index over more than three columns.

use crate::model::{Severity, Uniqueness};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "wide-non-unique-index",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "The last columns rarely narrow the search, and every write pays for them.",
    solution: "Keep the columns that narrow the search; add the rest with INCLUDE where index-only scans \
               need them.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for index in survey.created_indexes() {
        let columns = index.body.columns.len();
        if columns <= 3 || index.body.uniqueness == Uniqueness::Unique {
            continue;
        }
        report.on(
            index.id,
            Words::new(
                format!("{} on {} has {columns} key columns.", index.id, index.body.table),
                "Every write pays for all of them, while the last ones rarely narrow a search.",
                "Keep the columns that narrow the search.",
            ),
        );
    }
}
