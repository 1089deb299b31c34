//! `drop-view`: a view goes away.

use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-view",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs that read it fail at once.",
    solution: "Drop it in a later migration, when nothing reads it any more.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let views = survey.dropped(ObjectKind::View).chain(survey.dropped(ObjectKind::MaterializedView));
    for object in views {
        report.on(
            &object.id,
            Words::new(
                format!("{} is dropped.", object.id),
                "Programs that read it fail. Grants on it are gone with it.",
                "Drop it in a later migration, when nothing reads it any more.",
            ),
        );
    }
}
