//! `backfill-in-ddl-transaction`: rows are changed while DDL holds its lock.

use crate::engines::{Act, Reach, Write};
use crate::model::{Lock, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "backfill-in-ddl-transaction",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Rows are changed while the lock of a DDL statement is held, for as long as the rows take.",
    solution: "Change rows in a transaction of their own, before or after.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_postgres() {
        return;
    }
    for (at, act) in survey.acts() {
        let Act::Writes { table, how: Write::Update | Write::Delete, rows: Reach::All | Reach::Some } = act
        else {
            continue;
        };
        let held = survey.steps().find(|(other, step)| {
            survey.segment(*other) == survey.segment(at)
                && *other < at
                && step.effects.lock >= Lock::ShareRowExclusive
                && step.effects.on.iter().any(|on| !survey.is_new(&on.name))
        });
        let Some((_, step)) = held else { continue };
        report.by_hand(
            at,
            table,
            Words::new(
                format!("Rows of {} are changed while {} is held.", table.name, step.effects.lock.word()),
                "Others wait for the lock until every row is changed.",
                "COMMIT before it, and change the rows in batches.",
            ),
        );
    }
}
