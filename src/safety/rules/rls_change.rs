//! `rls-change`: row security is switched.

use crate::model::{Body, ObjectKind, RowSecurity, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "rls-change",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Switched on, queries see only what policies allow, which without a policy is nothing. \
              Switched off, they see everything.",
    solution: "Have it reviewed as a change of access. Create the policies in the same transaction.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.altered(ObjectKind::Table) {
        let (Body::Table(before), Body::Table(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        if before.row_security == after.row_security {
            continue;
        }
        let policies = survey
            .desired
            .objects
            .keys()
            .filter(|id| id.kind == ObjectKind::Policy && id.name == altered.id.name)
            .count();
        let on = |state: RowSecurity| matches!(state, RowSecurity::Enabled | RowSecurity::Forced);
        let (what, effect) = match (on(before.row_security), on(after.row_security)) {
            (false, true) if policies == 0 => {
                ("switched on, without a policy", "Everybody but its owner sees no row of it.")
            }
            (false, true) => ("switched on", "Programs see and write only the rows that its policies allow."),
            (true, false) => ("switched off", "Everybody with a grant sees and writes all rows of it."),
            (true, true) | (false, false) => {
                ("changed for the owner", "What its owner sees and writes changes.")
            }
        };
        report.on(
            altered.id,
            Words::new(
                format!("Row security of {} is {what}.", altered.id.name),
                effect,
                "Have it reviewed as a change of access, and test with the roles that programs use.",
            ),
        );
    }
}
