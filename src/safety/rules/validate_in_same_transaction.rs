//! `validate-in-same-transaction`: VALIDATE behind a strong lock.

use crate::engines::Act;
use crate::model::{Lock, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "validate-in-same-transaction",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The strong lock of the first statement is held while the second reads the whole table.",
    solution: "Commit after NOT VALID, and validate in a transaction of its own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for (at, act) in survey.acts() {
        let Act::Validates(id) = act else { continue };
        let held = survey.steps().take(at).find(|(before, step)| {
            survey.segment(*before) == survey.segment(at)
                && step.effects.lock >= Lock::ShareRowExclusive
                && step.effects.on.iter().any(|on| on.name == id.name)
        });
        let Some((_, step)) = held else { continue };
        report.by_hand(
            at,
            id,
            Words::new(
                format!(
                    "{id} is validated in the transaction that already holds {}.",
                    step.effects.lock.word()
                ),
                format!("Others wait on {} until every row is read.", survey.sized(&id.name)),
                "COMMIT before VALIDATE CONSTRAINT: by itself it blocks nobody.",
            ),
        );
    }
}
