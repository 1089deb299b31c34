//! `new-enum-type`: a new enum.

use crate::model::{ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "new-enum-type",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "Labels can be added and renamed later, but not removed or reordered without writing every \
              column of the type anew.",
    solution: "Use a lookup table, or text with a check, where the set of values may shrink.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.created(ObjectKind::Enum) {
        report.on(
            &object.id,
            Words::new(
                format!("{} is new.", object.id),
                "Its labels can be added to, but not removed or reordered without writing columns of the type anew.",
                "Use a lookup table, or text with a check, if values may go away one day.",
            ),
        );
    }
}
