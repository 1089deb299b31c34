//! `replica-identity-change`: logical replication identifies rows in another way.

use crate::model::{Body, ObjectKind, ReplicaIdentity, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "replica-identity-change",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Subscribers and change streams see other key columns in updates and deletes, or none, and \
              may stop.",
    solution: "Tell those who read the stream, and switch while they are caught up.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.altered(ObjectKind::Table) {
        let (Body::Table(before), Body::Table(after)) = (&altered.before.body, &altered.after.body) else {
            continue;
        };
        if before.replica_identity == after.replica_identity {
            continue;
        }
        let effect = match after.replica_identity {
            ReplicaIdentity::Nothing => {
                "UPDATE and DELETE fail on published tables, as rows have no identity."
            }
            ReplicaIdentity::Full => "Every update and delete writes the whole old row to the log.",
            ReplicaIdentity::Default | ReplicaIdentity::Index(_) => {
                "Subscribers and change streams see other key columns in updates and deletes."
            }
        };
        report.on(
            altered.id,
            Words::new(
                format!("The replica identity of {} changes.", altered.id.name),
                effect,
                "Tell those who read the stream, and switch while they are caught up.",
            ),
        );
    }
}
