//! `constraint-missing-not-valid`: a check that is tried on every row as it is added.

use crate::engines::{Act, Prebuilt};
use crate::model::{ConstraintKind, Severity, Validity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "constraint-missing-not-valid",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The whole table is read while nobody can read or write it.",
    solution: "Add it NOT VALID, commit, then VALIDATE CONSTRAINT.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    // MySQL knows no such way, and other dangers.
    if survey.is_mysql() {
        return;
    }
    for check in survey.added_constraints() {
        if !matches!(check.body.kind, ConstraintKind::Check | ConstraintKind::NotNull) {
            continue;
        }
        let Some((at, _)) = survey.long_block(check.id) else { continue };
        report.at(
            at,
            check.id,
            Words::new(
                format!("{} is tried on every row as it is added.", check.id),
                format!("Reads and writes on {} wait until all rows are read.", survey.sized(&check.id.name)),
                "ADD CONSTRAINT … NOT VALID, commit, then VALIDATE CONSTRAINT in its own transaction.",
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::AddsConstraint {
            on,
            kind: ConstraintKind::Check | ConstraintKind::NotNull,
            validity: Validity::Valid,
            index: Prebuilt::Builds,
        } = act
        else {
            continue;
        };
        if survey.is_new(&on.name) {
            continue;
        }
        report.by_hand(
            at,
            on,
            Words::new(
                format!("A condition on {} is tried on every row as it is added.", on.name),
                format!("Reads and writes on {} wait meanwhile.", survey.sized(&on.name)),
                "ADD CONSTRAINT … NOT VALID, commit, then VALIDATE CONSTRAINT.",
            ),
        );
    }
}
