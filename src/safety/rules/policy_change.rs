//! `policy-change`: a policy changes who sees which rows.

use crate::model::{ObjectId, ObjectKind, RowSecurity, Severity, Table};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, table};

pub(super) static RULE: Rule = Rule {
    id: "policy-change",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Rows appear or disappear for running programs, and writes are refused or let through.",
    solution: "Have it reviewed as a change of access. Change policies of one table in one transaction.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let created = survey.created(ObjectKind::Policy).map(|object| (&object.id, "is new"));
    let dropped = survey.dropped(ObjectKind::Policy).map(|object| (&object.id, "is dropped"));
    let altered = survey
        .altered(ObjectKind::Policy)
        .filter(|altered| altered.before.body != altered.after.body)
        .map(|altered| (altered.id, "changes"));
    let all: Vec<(&ObjectId, &str)> = created.chain(dropped).chain(altered).collect();
    for (id, how) in all {
        if survey.is_fresh(&id.name) || survey.leaves(&id.name) {
            continue;
        }
        let off = |table: Option<&Table>| {
            table.is_none_or(|table| {
                matches!(table.row_security, RowSecurity::Off | RowSecurity::ForcedButOff)
            })
        };
        let asleep = off(survey.table(&id.name)) && off(table(survey.desired, &id.name));
        let finding = report.on(
            id,
            Words::new(
                format!("{id} {how}."),
                if asleep {
                    "Nothing yet: row security of the table is off."
                } else {
                    "Rows appear or disappear for running programs, and writes are refused or let through."
                },
                "Have it reviewed as a change of access, and test with the roles that programs use.",
            ),
        );
        if asleep {
            finding.severity = Severity::Warn;
        }
    }
}
