//! `require-concurrent-index-deletion`: an index that is dropped under the strongest lock.

use crate::model::{Lock, ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "require-concurrent-index-deletion",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The drop itself is short, but while it waits for its lock every later query on the table \
              waits behind it.",
    solution: "Use DROP INDEX CONCURRENTLY, outside a transaction.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for (at, step) in survey.steps() {
        let table = survey.relation_of(&step.subject);
        let plain = step.subject.kind == ObjectKind::Index
            && step.action == Verb::Drop
            && step.effects.lock == Lock::AccessExclusive;
        if !plain || survey.leaves(&table) || survey.is_fresh(&table) {
            continue;
        }
        report.at(
            at,
            &step.subject,
            Words::new(
                format!("{} on {table} is dropped with a lock on the whole table.", step.subject),
                format!("Reads and writes on {table} wait behind it, for as long as it waits for its lock."),
                "DROP INDEX CONCURRENTLY. The index of a partitioned table has no such form: use a short lock \
                 timeout and try again.",
            ),
        );
    }
}
