//! `unbounded-dml`: UPDATE or DELETE without a WHERE.

use crate::engines::{Act, Reach, Write};
use crate::model::Severity;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "unbounded-dml",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "One statement touches every row: it locks them all until it commits, and leaves as many dead rows behind.",
    solution: "Change the rows in batches of some thousands, each in a transaction of its own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Writes { table, how, rows: Reach::All } = act else { continue };
        if survey.is_new(&table.name) {
            continue;
        }
        let verb = match how {
            Write::Update => "UPDATE",
            Write::Delete => "DELETE",
            Write::Insert => continue,
        };
        report.by_hand(
            at,
            table,
            Words::new(
                format!("{verb} on {} has no WHERE.", table.name),
                format!("Every row of {} is locked until it commits.", survey.sized(&table.name)),
                match how {
                    Write::Update => {
                        "Say in a WHERE which rows are not done yet (`new IS NULL`): then it goes in batches."
                    }
                    Write::Insert | Write::Delete => {
                        "Work in batches by the key, or say in a WHERE which rows are meant."
                    }
                },
            ),
        );
    }
}
