//! `invalid-index-present`: an invalid index, left behind by a build that failed.

use crate::model::{Body, ObjectKind, Severity, TableShape, Validity, Verb};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "invalid-index-present",
    severity: Severity::Error,
    family: Family::Shape,
    problem: "It costs every write and serves no query. CREATE INDEX IF NOT EXISTS takes it for the real \
              one.",
    solution: "Drop it concurrently, then build it again.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.altered(ObjectKind::Index) {
        let (Body::Index(before), Body::Index(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        let awaits_partitions = before.shape == TableShape::Partitioned;
        if before.validity == Validity::Valid || after.validity == Validity::NotValid || awaits_partitions {
            continue;
        }
        let handled = survey.step_that(altered.id, Verb::Drop).is_some();
        let finding = report.on(
            altered.id,
            Words::new(
                format!("{} on {} is invalid.", altered.id, before.table),
                "An earlier build failed. The index costs every write and serves no query.",
                if handled {
                    "The plan drops it and builds it again. Find out why it failed: duplicates, a timeout, a \
                     cancelled session."
                } else {
                    "DROP INDEX CONCURRENTLY, then CREATE INDEX CONCURRENTLY again."
                },
            ),
        );
        if handled {
            finding.severity = Severity::Warn;
        }
    }
}
