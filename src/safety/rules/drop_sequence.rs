//! `drop-sequence`: a sequence goes away with the last number it gave.

use crate::model::{Body, ObjectId, ObjectKind, Severity};
use crate::safety::losses::gone;
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "drop-sequence",
    severity: Severity::Error,
    family: Family::DataLoss,
    problem: "The last number is lost. A sequence made later starts again and gives numbers that are \
              taken.",
    solution: "Save its last value (pg_sequences.last_value), and restart the successor above it.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for gone in gone(survey, ObjectKind::Sequence) {
        if goes_with_its_column(survey, gone.id) {
            continue;
        }
        let finding = report.on(
            gone.id,
            Words::new(
                format!("sequence {} {}.", gone.id.name, gone.then.words()),
                "Its last number is lost. What takes numbers from it fails, or starts again with numbers that are \
                 already taken.",
                "Save its last value first (pg_sequences.last_value), and restart the successor above it.",
            ),
        );
        finding.step = gone.step;
    }
}

/// The finding on the column or table that owns it says enough.
fn goes_with_its_column(survey: &Survey<'_>, sequence: &ObjectId) -> bool {
    let owner = ObjectId::new(ObjectKind::SequenceOwner, sequence.name.clone());
    match survey.base.objects.get(&owner).map(|object| &object.body) {
        Some(Body::SequenceOwner(owner)) => {
            let column = ObjectId::member(ObjectKind::Column, owner.table.clone(), owner.column.clone());
            survey.leaves(&owner.table) || survey.is_dropped(&column)
        }
        _ => false,
    }
}
