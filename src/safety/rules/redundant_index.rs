//! `redundant-index`: an index that another one covers.

use crate::model::{Severity, Uniqueness};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Survey, constraints};

pub(super) static RULE: Rule = Rule {
    id: "redundant-index",
    severity: Severity::Info,
    family: Family::Shape,
    problem: "Every write pays for both, and no query needs it.",
    solution: "Leave it out, or drop the shorter one.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for index in survey.created_indexes() {
        if index.body.uniqueness == Uniqueness::Unique {
            continue;
        }
        let own = index.body.tail.as_str();
        let indexes =
            survey.indexes(&index.body.table).iter().map(|other| (other.id, other.body.tail.as_str()));
        let keys = constraints(survey.desired, &index.body.table)
            .filter_map(|key| Some((key.id, key.body.index.as_ref()?.tail.as_str())));
        let cover =
            indexes.chain(keys).find(|(id, tail)| *id != index.id && covers(tail, own, *id > index.id));
        let Some((other, _)) = cover else { continue };
        report.on(
            index.id,
            Words::new(
                format!("{} on {} is covered by {other}.", index.id, index.body.table),
                "Every write pays for both, and no query needs it.",
                "Leave it out.",
            ),
        );
    }
}

/// Of two equal ones only the later is told.
fn covers(other: &str, own: &str, later: bool) -> bool {
    let longer = || {
        own.strip_suffix(')')
            .is_some_and(|start| other.starts_with(&format!("{start},")) && !other.contains(" WHERE "))
    };
    (other == own && !later) || longer()
}
