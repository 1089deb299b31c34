//! `new-unique-breaks-writers`: uniqueness that running programs do not know of.

use crate::model::{ConstraintKind, ObjectId, ObjectKind, Severity, Uniqueness};
use crate::safety::columns::starts_empty;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "new-unique-breaks-writers",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs that write a second row with the same key get an error that they may not handle.",
    solution: "Guard it in the programs first, watch for violations, then add it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    let constraints = survey.added_constraints();
    let keys = constraints
        .iter()
        .filter(|key| matches!(key.body.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique))
        .map(|key| (key.id, &key.id.name, key.body.columns.iter().map(Some).collect::<Vec<_>>()));
    let added = survey.added_indexes();
    let indexes = added
        .iter()
        .filter(|index| index.body.uniqueness == Uniqueness::Unique)
        .map(|index| (index.id, &index.body.table, index.body.columns.iter().map(Option::as_ref).collect()));
    for (id, table, columns) in keys.chain(indexes) {
        let unknown_to_writers = columns.iter().flatten().any(|column| {
            starts_empty(survey, &ObjectId::member(ObjectKind::Column, table.clone(), (*column).clone()))
        });
        if unknown_to_writers {
            continue;
        }
        report.on(
            id,
            Words::new(
                format!("{id} makes rows of {table} unique."),
                "Programs of before the migration that write the same key twice get an error.",
                "Guard it in the programs first, and watch for violations before it is enforced.",
            ),
        );
    }
}
