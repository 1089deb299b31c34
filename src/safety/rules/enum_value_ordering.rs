//! `enum-value-ordering`: labels of an enum change their order.

use crate::model::{Body, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "enum-value-ordering",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "ORDER BY, comparisons and ranges over the type give other results, and indexes on it have \
              to be built anew.",
    solution: "Keep the order, and give new labels their place with BEFORE or AFTER.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.altered(ObjectKind::Enum) {
        let (Body::Enum(before), Body::Enum(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        let kept = |own: &[Box<str>], other: &[Box<str>]| -> Vec<Box<str>> {
            own.iter().filter(|label| other.contains(label)).cloned().collect()
        };
        if kept(&before.labels, &after.labels) == kept(&after.labels, &before.labels) {
            continue;
        }
        report.on(
            altered.id,
            Words::new(
                format!("The labels of {} change their order.", altered.id),
                "Sorting, comparison and ranges over columns of the type give other results. The type is made anew, \
                 and every column of it is written again.",
                "Keep the order of the labels that are there; place new ones with BEFORE or AFTER.",
            ),
        );
    }
}
