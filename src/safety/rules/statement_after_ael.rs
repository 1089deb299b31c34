//! `statement-after-ael`: long work in a transaction that already keeps everybody out of another table.

use crate::model::{Lock, ObjectId, Severity, Work};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "statement-after-ael",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "Locks are held to the end of the transaction: what the first statement locked stays locked \
              while the second works.",
    solution: "Give the long statement a transaction of its own, or put it first.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for transaction in survey.transactions() {
        let mut held: Option<&ObjectId> = None;
        for (at, step) in transaction {
            let on = step.effects.on.first();
            if let (Some(locked), true) = (held, step.effects.work > Work::Catalog) {
                let elsewhere = on.is_some_and(|id| id.name != locked.name && !survey.is_fresh(&id.name));
                if elsewhere {
                    report.at(
                        at,
                        &step.subject,
                        Words::new(
                            format!(
                                "{} {} in a transaction that already locks {}.",
                                step.subject,
                                step.effects.work.word(),
                                locked.name
                            ),
                            format!("Reads and writes on {} wait until this step is done too.", locked.name),
                            "Run this step in a transaction of its own.",
                        ),
                    );
                }
            }
            let locks = step.effects.lock == Lock::AccessExclusive;
            let in_use = on.filter(|id| locks && !survey.is_fresh(&id.name) && !survey.leaves(&id.name));
            held = held.or(in_use);
        }
    }
}
