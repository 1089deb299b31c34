//! `add-unique-blocking`: a unique constraint whose index is built under the strongest lock.

use crate::engines::{Act, Prebuilt};
use crate::model::{ConstraintKind, Severity, TableShape, Validity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "add-unique-blocking",
    severity: Severity::Error,
    family: Family::Lock,
    problem: "Nobody can read or write the table while the index is built.",
    solution: "Build a unique index concurrently, then ADD CONSTRAINT … UNIQUE USING INDEX.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.added_constraints() {
        if key.body.kind != ConstraintKind::Unique {
            continue;
        }
        let Some((at, _)) = survey.long_block(key.id) else { continue };
        let instead = match key.body.on {
            TableShape::Partitioned => {
                "A partitioned table has no concurrent form. Build a unique index on each partition concurrently \
                 first, then add the constraint on the parent, in a quiet hour."
            }
            TableShape::Plain | TableShape::Foreign => {
                "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX."
            }
        };
        report.at(
            at,
            key.id,
            Words::new(
                format!("{} builds its index in place.", key.id),
                format!("Reads and writes on {} wait until it is built.", survey.sized(&key.id.name)),
                instead,
            ),
        );
    }
    for (at, act) in survey.acts() {
        let Act::AddsConstraint {
            on,
            kind: ConstraintKind::Unique,
            validity: Validity::Valid,
            index: Prebuilt::Builds,
        } = act
        else {
            continue;
        };
        if survey.is_new(&on.name) {
            continue;
        }
        report.by_hand(
            at,
            on,
            Words::new(
                format!("The index of a unique key of {} is built as it is added.", on.name),
                format!("Reads and writes on {} wait meanwhile.", survey.sized(&on.name)),
                "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX.",
            ),
        );
    }
}
