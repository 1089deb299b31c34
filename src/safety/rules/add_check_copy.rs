//! `add-check-copy`: a check that MySQL tries on a copy of the table.

use crate::engines::Act;
use crate::model::{ConstraintKind, Enforcement, Severity};
use crate::safety::copies::{BESIDE, BESIDE_AS_SCRIPTED, copies, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-check-copy",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The table is copied, and each row tried, while nobody can write.",
    solution: "Build the new table beside the old one, or let the application check.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for check in survey.added_constraints() {
        let is_check =
            check.body.kind == ConstraintKind::Check && check.body.enforcement != Enforcement::NotEnforced;
        let (true, Some(at)) = (is_check, copies(survey, check.id)) else { continue };
        report.at(
            at,
            check.id,
            Words::new(
                format!("{} is tried on every row, in a copy of the table.", check.id),
                waits(survey, &check.id.name),
                BESIDE_AS_SCRIPTED,
            ),
        );
    }
    if !survey.is_mysql() {
        return;
    }
    for (at, act) in survey.acts() {
        let Act::AddsConstraint { on, kind: ConstraintKind::Check, .. } = act else { continue };
        if survey.is_new(&on.name) {
            continue;
        }
        report.by_hand(
            at,
            on,
            Words::new(
                format!("A condition on {} is tried on every row, in a copy of the table.", on.name),
                waits(survey, &on.name),
                BESIDE,
            ),
        );
    }
}
