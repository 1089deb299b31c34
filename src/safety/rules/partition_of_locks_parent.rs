//! `partition-of-locks-parent`: a new partition that locks the whole parent.

use crate::model::{Body, Lock, ObjectId, ObjectKind, Severity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "partition-of-locks-parent",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "CREATE TABLE … PARTITION OF takes the strongest lock on the parent: every query on it \
              waits behind it.",
    solution: "Create the table by itself, then ATTACH PARTITION, which lets reads and writes go on.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for object in survey.created(ObjectKind::Partition) {
        let Body::Partition(place) = &object.body else { continue };
        if survey.is_fresh(&place.parent) {
            continue;
        }
        let table = ObjectId::new(ObjectKind::Table, object.id.name.clone());
        let parent = ObjectId::new(ObjectKind::Table, place.parent.clone());
        let strong = survey.steps_about(&object.id).chain(survey.steps_about(&table)).find(|(_, step)| {
            step.action == Verb::Create
                && step.effects.lock == Lock::AccessExclusive
                && step.effects.on.contains(&parent)
        });
        let Some((at, _)) = strong else { continue };
        report.at(
            at,
            &object.id,
            Words::new(
                format!("{} is created as a partition of {} in one go.", object.id.name, place.parent),
                format!("Reads and writes on {} wait behind it.", survey.sized(&place.parent)),
                "CREATE TABLE by itself, then ALTER TABLE … ATTACH PARTITION.",
            ),
        );
    }
}
