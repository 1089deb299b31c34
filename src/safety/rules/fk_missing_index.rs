//! `fk-missing-index`: a foreign key whose columns have no index.

use std::collections::BTreeSet;

use crate::model::{Constraint, ConstraintKind, Ident, Origin, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::{Seen, Survey, constraints};

pub(super) static RULE: Rule = Rule {
    id: "fk-missing-index",
    severity: Severity::Warn,
    family: Family::Shape,
    problem: "Every delete of a parent, and every change of its key, reads the whole child table while \
              it holds its lock.",
    solution: "Create an index on the child's columns first.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for key in survey.created_constraints() {
        let Some((parent, _)) = &key.body.references else { continue };
        if key.body.origin == Origin::Inherited || is_indexed(survey, &key) {
            continue;
        }
        let columns: Vec<&str> = key.body.columns.iter().map(Ident::as_str).collect();
        let child = &key.id.name;
        report.on(
            key.id,
            Words::new(
                format!("{} has no index on {child} ({}).", key.id, columns.join(", ")),
                format!("Every delete in {parent}, and every change of its key, reads all of {child}."),
                "Create an index that begins with these columns, before the foreign key.",
            ),
        );
    }
}

/// Some index begins with the key's columns, in any order.
fn is_indexed(survey: &Survey<'_>, key: &Seen<'_, Constraint>) -> bool {
    let own: BTreeSet<&Ident> = key.body.columns.iter().collect();
    let begins = |columns: Vec<Option<&Ident>>| {
        let first: BTreeSet<&Ident> = columns.into_iter().take(own.len()).flatten().collect();
        first == own
    };
    let indexes = survey.indexes(&key.id.name).iter().any(|index| {
        !index.body.tail.as_str().contains(" WHERE ")
            && begins(index.body.columns.iter().map(Option::as_ref).collect())
    });
    let keys = constraints(survey.desired, &key.id.name).any(|other| {
        matches!(other.body.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && begins(other.body.columns.iter().map(Some).collect())
    });
    indexes || keys
}
