//! `privilege-change`: owners or grants change.

use crate::model::{Aspect, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "privilege-change",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs lose access, or somebody gains it.",
    solution: "Have it reviewed as a change of access. Grant first, move programs, revoke later.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.all_altered() {
        let about_access = |aspect: Aspect| match altered.id.kind {
            // A policy's roles are its own rule's matter.
            ObjectKind::Policy => false,
            _ => matches!(aspect, Aspect::Privileges | Aspect::Owner),
        };
        for edit in altered.edits.iter().filter(|edit| about_access(edit.aspect)) {
            let shown = |text: &str| if text.is_empty() { "nobody".to_owned() } else { text.to_owned() };
            report.on(
                altered.id,
                Words::new(
                    format!(
                        "The {} of {} changes from {} to {}.",
                        edit.aspect.word(),
                        altered.id,
                        shown(&edit.before),
                        shown(&edit.after)
                    ),
                    "Programs that work under a role which loses access fail with permission denied; a role that \
                     gains it can do more than before.",
                    "Have it reviewed as a change of access. Grant first, move programs, revoke later.",
                ),
            );
        }
    }
    let future =
        survey.created(ObjectKind::DefaultPrivilege).chain(survey.dropped(ObjectKind::DefaultPrivilege));
    for object in future {
        report.on(
            &object.id,
            Words::new(
                format!("{} comes or goes.", object.id),
                "Objects made from now on have other grants than those made before.",
                "Have it reviewed as a change of access.",
            ),
        );
    }
}
