//! `attach-partition-scan`: a partition whose rows have to be looked at as it is attached.

use crate::model::{Body, ObjectId, ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "attach-partition-scan",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The table that is attached, and the default partition, are read from end to end while \
              nobody can use them.",
    solution: "Add a CHECK with the bounds NOT VALID, validate it, attach, and drop the check. For the \
               default partition add a CHECK that excludes the new bounds.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.created(ObjectKind::Partition) {
        let Body::Partition(place) = &object.body else { continue };
        if survey.is_fresh(&place.parent) {
            continue;
        }
        let mut read = Vec::new();
        let table = ObjectId::new(ObjectKind::Table, object.id.name.clone());
        let assisted = survey.steps_about(&table).any(|(_, step)| step.action == Verb::Assist);
        if !survey.is_fresh(&object.id.name) && !assisted {
            read.push(object.id.name.clone());
        }
        let default = survey
            .partitions(&place.parent)
            .iter()
            .find(|sibling| sibling.body.bound.as_str() == "DEFAULT" && !survey.is_dropped(sibling.id));
        read.extend(default.map(|sibling| sibling.id.name.clone()));
        if read.is_empty() {
            continue;
        }
        let small = read.iter().all(|table| survey.size(table).is_small());
        let sizes: Vec<String> = read.iter().map(|table| survey.sized(table)).collect();
        let finding = report.on(
            &object.id,
            Words::new(
                format!("{} becomes a partition of {}.", object.id.name, place.parent),
                format!("Reads and writes on {} wait until all rows there have been looked at.", sizes.join(" and ")),
                "Before it, add a CHECK that implies the bounds NOT VALID and validate it; on the default partition, \
                 one that excludes them.",
            ),
        );
        finding.severity = if small { Severity::Info } else { Severity::Warn };
    }
}
