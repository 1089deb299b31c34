//! `drop-partition`: a partition goes away with its rows.

use crate::model::{Body, ObjectId, ObjectKind, Severity};
use crate::safety::losses::gone;
use crate::safety::probes;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-partition",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "The rows of the partition are lost, and the parent table is locked for the moment of the \
              drop.",
    solution: "Detach the partition first, keep it as a table of its own for a while, then drop it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for gone in gone(survey, ObjectKind::Table) {
        let name = &gone.id.name;
        let place = ObjectId::new(ObjectKind::Partition, name.clone());
        let Some(Body::Partition(place)) = survey.base.objects.get(&place).map(|object| &object.body) else {
            continue;
        };
        // The finding on the parent covers its partitions.
        if survey.leaves(&place.parent) {
            continue;
        }
        let finding = report.on(
            gone.id,
            Words::new(
                format!("partition {name} of {} {}.", place.parent, gone.then.words()),
                format!(
                    "All rows in it are lost: {}. Reads and writes on {} wait for the moment of the drop.",
                    survey.size(name),
                    place.parent
                ),
                "Detach it (ALTER TABLE … DETACH PARTITION … CONCURRENTLY), keep it as a table for a while, then \
                 drop it.",
            ),
        );
        finding.step = gone.step;
        finding.probe = Some(probes::any_row(survey.engine(), &survey.former(name)));
    }
}
