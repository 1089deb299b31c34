//! `domain-with-constraint`: a constraint on a domain.

use crate::model::{ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "domain-with-constraint",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "To add, change or validate it, every table that has a column of the domain is read, all of \
              them locked.",
    solution: "Put the check on the columns instead, where each can be added NOT VALID and validated by \
               itself.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let checks = survey.created(ObjectKind::DomainConstraint).map(|object| &object.id);
    let altered = survey.altered(ObjectKind::DomainConstraint).map(|altered| altered.id);
    let all: Vec<&ObjectId> = checks.chain(altered).collect();
    for id in all {
        let new = survey.is_fresh(&id.name);
        report.on(
            id,
            Words::new(
                format!("{id} binds every column of the domain {}.", id.name),
                if new {
                    "To change it later, every table with a column of the domain is read under a lock."
                } else {
                    "Every table with a column of the domain is read. Writers wait meanwhile."
                },
                "Put the check on the columns, where each can be added NOT VALID and validated by itself.",
            ),
        );
    }
}
