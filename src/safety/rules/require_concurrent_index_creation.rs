//! `require-concurrent-index-creation`: an index that is built while writers wait.

use crate::engines::{Act, Manner};
use crate::model::{Severity, TableShape};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "require-concurrent-index-creation",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Nobody can write the table until the index is built.",
    solution: "Use CREATE INDEX CONCURRENTLY; on a partitioned table build it on each partition and \
               attach it to the parent's.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for index in survey.added_indexes() {
        let Some((at, _)) = survey.long_block(index.id) else { continue };
        let instead = match index.body.shape {
            TableShape::Partitioned => {
                "CREATE INDEX … ON ONLY the parent, CREATE INDEX CONCURRENTLY on each partition, then ALTER INDEX … \
                 ATTACH PARTITION."
            }
            TableShape::Plain | TableShape::Foreign => "CREATE INDEX CONCURRENTLY, outside a transaction.",
        };
        report.at(
            at,
            index.id,
            Words::new(
                format!("{} on {} is built while writers wait.", index.id, index.body.table),
                format!("Writes on {} wait until it is built.", survey.sized(&index.body.table)),
                instead,
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::CreatesIndex { on, index, manner: Manner::Blocking } = act else { continue };
        if survey.is_new(&on.name) {
            continue;
        }
        report.by_hand(
            at,
            index,
            Words::new(
                format!("{index} on {} is built while writers wait.", on.name),
                format!("Writes on {} wait until it is built.", survey.sized(&on.name)),
                "CREATE INDEX CONCURRENTLY, outside a transaction.",
            ),
        );
    }
}
