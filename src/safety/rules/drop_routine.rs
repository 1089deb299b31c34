//! `drop-routine`: a function or procedure goes away.

use crate::model::{Body, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-routine",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs that call it fail, and so do bodies of other functions, which the server does not \
              track.",
    solution: "Drop it in a later migration, when nothing calls it any more.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let routines = survey.dropped(ObjectKind::Function).chain(survey.dropped(ObjectKind::Procedure));
    for object in routines {
        // A trigger's function is called by nothing but its trigger, which the server tracks.
        let of_trigger =
            matches!(&object.body, Body::Routine(routine) if routine.returns.as_str() == "trigger");
        let overloads = survey.desired.objects.keys();
        let succeeded = overloads
            .filter(|id| id.kind == object.id.kind)
            .any(|id| id.name == object.id.name && survey.is_created(id));
        if of_trigger || succeeded {
            continue;
        }
        report.on(
            &object.id,
            Words::new(
                format!("{} is dropped.", object.id),
                "Programs that call it fail, and so do function bodies that name it.",
                "Drop it in a later migration, when nothing calls it any more.",
            ),
        );
    }
}
