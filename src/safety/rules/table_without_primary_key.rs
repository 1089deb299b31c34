//! `table-without-primary-key`: a table without a primary key.

use crate::model::{ConstraintKind, ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, constraints, table};

pub(super) static RULE: Rule = Rule {
    id: "table-without-primary-key",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "Rows cannot be told apart: no logical replication of updates, no batched backfill, no sure \
              way to mend one row.",
    solution: "Give it a primary key.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let created = survey.created(ObjectKind::Table).map(|object| &object.id);
    let lost = survey
        .dropped_constraints()
        .filter(|key| key.body.kind == ConstraintKind::PrimaryKey)
        .map(|key| key.id)
        .collect::<Vec<_>>();
    for id in created.chain(lost) {
        let Some(table) = table(survey.desired, &id.name) else { continue };
        let inherits = !table.inherits.is_empty()
            || survey.desired.objects.contains_key(&ObjectId::new(ObjectKind::Partition, id.name.clone()));
        let has_key =
            constraints(survey.desired, &id.name).any(|key| key.body.kind == ConstraintKind::PrimaryKey);
        if has_key || inherits || table.foreign.is_some() {
            continue;
        }
        report.on(
            id,
            Words::new(
                format!("table {} has no primary key.", id.name),
                "Rows cannot be told apart: updates cannot be replicated logically, and no backfill can go by key.",
                "Give it a primary key.",
            ),
        );
    }
}
