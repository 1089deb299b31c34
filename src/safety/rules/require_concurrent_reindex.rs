//! `require-concurrent-reindex`: REINDEX that blocks.

use crate::engines::{Act, Manner};
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "require-concurrent-reindex",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Writes wait, and so do readers who would plan with the index.",
    solution: "Use REINDEX … CONCURRENTLY, outside a transaction (PostgreSQL 12 or later).",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Reindexes { what, manner: Manner::Blocking } = act else { continue };
        if survey.is_new(&what.name) {
            continue;
        }
        report.by_hand(
            at,
            what,
            Words::new(
                format!("{what} is built anew while others wait."),
                format!("Writes on it wait until it is done: {}.", survey.sized(&survey.relation_of(what))),
                "REINDEX … CONCURRENTLY, outside a transaction.",
            ),
        );
    }
}
