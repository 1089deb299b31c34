//! `extension-version-change`: an extension gets another version.

use crate::model::{Body, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "extension-version-change",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "The update script changes functions and types at once, locks what it touches, and mostly \
              cannot be taken back.",
    solution: "Read the extension's release notes, rehearse on a copy, and update in a migration of its \
               own.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.altered(ObjectKind::Extension) {
        let (Body::Extension(before), Body::Extension(after)) = (&altered.before.body, &altered.after.body)
        else {
            continue;
        };
        if before.version == after.version {
            continue;
        }
        report.on(
            altered.id,
            Words::new(
                format!(
                    "extension {} goes from version {} to {}.",
                    altered.id.name, before.version, after.version
                ),
                "Its functions may behave differently for every session at once. Few extensions can go back to an \
                 older version.",
                "Read its release notes, rehearse on a copy of production, and update in a migration of its own.",
            ),
        );
    }
}
