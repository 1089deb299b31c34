//! `index-build-load`: an index that is built on a table in use.

use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "index-build-load",
    severity: Severity::Info,
    family: Family::Lock,
    problem: "Readers and writers go on, but the build reads the table twice, writes the index and waits \
              for old transactions.",
    solution: "Build it at a quiet hour, one at a time, with no long transaction open.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let keys = survey.added_constraints();
    let keys = keys.iter().filter(|key| key.body.index.is_some()).map(|key| (key.id, &key.id.name));
    let indexes = survey.added_indexes();
    let all = indexes.iter().map(|index| (index.id, &index.body.table)).chain(keys);
    for (id, table) in all.filter(|(_, table)| !survey.size(table).is_small()) {
        let effect = if survey.is_sqlite() {
            format!("The build reads {} while no other connection can write.", survey.sized(table))
        } else if survey.is_mysql() {
            format!(
                "The build reads {} and loads the disk; replicas do the same afterwards, and lag meanwhile.",
                survey.sized(table)
            )
        } else {
            format!(
                "The build reads {}, loads disk and log, and waits for older transactions to end.",
                survey.sized(table)
            )
        };
        report.on(
            id,
            Words::new(
                format!("{id} is built on a table in use."),
                effect,
                "Run it at a quiet hour, when no long transaction is open and there is room on the disk.",
            ),
        );
    }
}
