//! `prefer-repack`: VACUUM FULL or CLUSTER.

use crate::engines::Act;
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "prefer-repack",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The whole table is written anew while nobody can read or write it.",
    solution: "Use pg_repack, or a plain VACUUM where the space need not go back.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Compacts(table) = act else { continue };
        if survey.is_new(&table.name) {
            continue;
        }
        report.by_hand(
            at,
            table,
            Words::new(
                format!("{} is written anew in one go.", table.name),
                format!("Reads and writes on {} wait until it is done.", survey.sized(&table.name)),
                "pg_repack does the same beside the running application; a plain VACUUM is often enough.",
            ),
        );
    }
}
