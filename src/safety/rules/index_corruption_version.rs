//! `index-corruption-version`: a concurrent build on PostgreSQL 14.0 to 14.3.

use crate::model::{Boundary, Severity, Verb, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "index-corruption-version",
    severity: Severity::Error,
    family: Family::Shape,
    problem: "These versions may build a corrupt index: it misses rows, and nobody notices.",
    solution: "Upgrade to 14.4 or later first, or check the index with amcheck after the build.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let (major, minor, _) = survey.version().number;
    if !survey.is_postgres() || major != 14 || minor > 3 {
        return;
    }
    for (at, step) in survey.steps() {
        let concurrent = step.statement.boundary == Boundary::NonTransactional
            && step.effects.work == Work::IndexBuild
            && step.action != Verb::Drop;
        if !concurrent {
            continue;
        }
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("{} is built concurrently on PostgreSQL {major}.{minor}.", step.subject),
                "This version may build an index that misses rows. Queries then give wrong answers.",
                "Upgrade to 14.4 or later first, or check every new index with amcheck.",
            ),
        );
    }
}
