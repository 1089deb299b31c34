//! `drop-primary-key-copy`: a primary key that goes, and none in its place.

use crate::model::{ConstraintKind, Severity};
use crate::safety::copies::{copies, waits};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-primary-key-copy",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "The table is copied while nobody can write. Without a key every change that is replicated by row \
              reads the whole table on the replica.",
    solution: "Drop the key and add its successor in one ALTER TABLE: the table is built anew while others write.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.dropped_constraints() {
        if key.body.kind != ConstraintKind::PrimaryKey {
            continue;
        }
        let Some(at) = copies(survey, key.id) else { continue };
        let table = &key.id.name;
        report.at(
            at,
            key.id,
            Words::new(
                format!("table {table} loses its primary key, and gets no other."),
                format!("{} Replicas then read the whole table for each changed row.", waits(survey, table)),
                "Give it its next key in the same step: dropped and added together, others can write meanwhile.",
            ),
        );
    }
}
