//! `fulltext-spatial-index-blocking`: an index that MySQL builds while nobody can write.

use crate::model::{IndexClass, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "fulltext-spatial-index-blocking",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Writes wait until the index is built; the first full-text index of a table builds the whole table \
              anew.",
    solution: "Build it in a quiet hour.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for index in survey.added_indexes() {
        let sort = match index.body.class {
            IndexClass::Ordinary => continue,
            IndexClass::FullText => "full-text",
            IndexClass::Spatial => "spatial",
        };
        let table = &index.body.table;
        report.on(
            index.id,
            Words::new(
                format!("{} is a {sort} index.", index.id),
                format!("Writes on {} wait until it is built.", survey.sized(table)),
                "Build it in a quiet hour, or on a table beside the old one.",
            ),
        );
    }
}
