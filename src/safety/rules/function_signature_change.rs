//! `function-signature-change`: a function is called or answers in another way.

use crate::model::{Body, Ident, ObjectId, ObjectKind, Routine, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "function-signature-change",
    severity: Severity::Error,
    family: Family::Compatibility,
    problem: "Callers bind to argument names, types and the result. They fail, or read something else.",
    solution: "Make an overload or a new function beside the old one, and drop the old one when nothing \
               calls it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let altered = survey.altered(ObjectKind::Function).chain(survey.altered(ObjectKind::Procedure));
    for altered in altered {
        let (Body::Routine(before), Body::Routine(after)) = (&altered.before.body, &altered.after.body)
        else {
            continue;
        };
        if let Some(how) = difference(before, after) {
            tell(report, altered.id, &format!("{} {how}.", altered.id));
        }
    }
    let dropped = survey.dropped(ObjectKind::Function).chain(survey.dropped(ObjectKind::Procedure));
    for object in dropped {
        let successor = survey.created(object.id.kind).find(|other| other.id.name == object.id.name);
        if let Some(successor) = successor {
            let arguments = successor.id.signature.as_deref().unwrap_or_default();
            tell(report, &object.id, &format!("{} gives way to one that takes ({arguments}).", object.id));
        }
    }
}

fn tell(report: &mut Report<'_>, id: &ObjectId, what: &str) {
    report.on(
        id,
        Words::new(
            what,
            "Programs of before the migration call it in the old way and fail, or misread its answer.",
            "Make an overload or a new function beside it, and drop the old one when nothing calls it.",
        ),
    );
}

fn difference(before: &Routine, after: &Routine) -> Option<String> {
    if before.returns != after.returns {
        return Some(format!("returns {} instead of {}", after.returns, before.returns));
    }
    if before.arguments.len() != after.arguments.len() {
        return Some("gives other columns".to_owned());
    }
    for (old, new) in before.arguments.iter().zip(&after.arguments) {
        let name = |name: &Option<Ident>| name.as_ref().map_or("(no name)".to_owned(), ToString::to_string);
        if old.name != new.name {
            return Some(format!("calls its argument {} instead of {}", name(&new.name), name(&old.name)));
        }
        if old.mode != new.mode || old.data_type != new.data_type {
            return Some(format!("changes its argument {}", name(&new.name)));
        }
        if old.default.is_some() && new.default.is_none() {
            return Some(format!("demands its argument {}", name(&new.name)));
        }
    }
    None
}
