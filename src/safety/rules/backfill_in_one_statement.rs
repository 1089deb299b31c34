//! `backfill-in-one-statement`: an UPDATE of many rows that cannot go in batches.

use crate::engines::{self, Act, Lack, Reach, Write};
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words, milder};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "backfill-in-one-statement",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "An UPDATE of many rows holds their locks until its end, and begins anew when it is broken off.",
    solution: "Write it for one table with a key, in a transaction of its own, with a WHERE that a changed row no longer \
        meets, such as `new IS NULL`: then it goes in batches.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let Some(dialect) = engines::dialect(survey.engine()) else { return };
    let updates = survey.acts().filter_map(|(at, act)| match act {
        // Without a WHERE another rule speaks.
        Act::Writes { table, how: Write::Update, rows: Reach::Some } => Some((at, table)),
        _ => None,
    });
    for (at, table) in updates {
        let Some(step) = survey.subject.plan.steps.get(at).filter(|step| step.batches.is_none()) else {
            continue;
        };
        if survey.is_new(&table.name) {
            continue;
        }
        let (why, instead, lacks) = match dialect.batching(step.statement.sql.as_str(), survey.base) {
            None => continue,
            Some(Err(whole)) => (whole.why, whole.instead, whole.lacks),
            Some(Ok(_)) => (
                "it shares its transaction with other statements".into(),
                "End the transaction before it, and begin the next one behind it.".into(),
                Lack::Shape,
            ),
        };
        let words = Words::new(
            format!("The UPDATE of {} cannot go in batches: {why}.", table.name),
            format!("The rows of {} that it changes are locked until its end.", survey.sized(&table.name)),
            instead,
        );
        let found = report.at(at, table, words);
        if lacks == Lack::Shape {
            found.severity = milder(found.severity);
        }
    }
}
