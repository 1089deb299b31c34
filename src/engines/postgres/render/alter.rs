//! Changes of an object that stays, for every kind.

use std::sync::Arc;

use crate::engines::postgres::decide::transition;
use crate::engines::{Draft, Facts, Transition, Undo};
use crate::model::{Aspect, Body, Edit, Lock, Object, Phase, Verb, Work};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{
    PG, about, column_alter, constraint, create, index, sequence, succeed, table, table_id, types, view,
};

pub(super) fn alter(
    before: &Arc<Object>,
    after: &Arc<Object>,
    edits: &[Edit],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    match (&before.body, &after.body) {
        (Body::Index(x), Body::Index(y)) if transition(before, after, edits) == Transition::Succeed => {
            return succeed::index(before, after, (x, y), facts);
        }
        (Body::Constraint(_), Body::Constraint(y))
            if transition(before, after, edits) == Transition::Succeed =>
        {
            return succeed::key(after, y, facts);
        }
        _ => {}
    }
    let mut drafts = body(before, after, edits, facts);
    drafts.extend(about::changes(before, after, facts));
    if !drafts.iter().any(|draft| matches!(draft.undo, Undo::Action))
        && let Some(first) = drafts.first_mut()
    {
        first.undo = Undo::Action;
    }
    drafts
}

fn body(before: &Arc<Object>, after: &Arc<Object>, edits: &[Edit], facts: &Facts<'_>) -> Vec<Draft> {
    let id = &after.id;
    let simple =
        |sql, reason: &'static str| Draft::new(Verb::Alter, Phase::Expand, sql, reason).undone_by_action();
    match (&before.body, &after.body) {
        (Body::Table(x), Body::Table(y)) => table::alter(after, x, y, facts),
        (Body::Column(x), Body::Column(y)) => {
            let own: Vec<Edit> = edits
                .iter()
                .filter(|edit| {
                    !matches!(edit.aspect, Aspect::Comment | Aspect::Privileges | Aspect::SecurityLabels)
                })
                .cloned()
                .collect();
            if own.is_empty() { Vec::new() } else { column_alter::alter(before, after, (x, y), &own, facts) }
        }
        (Body::Constraint(x), Body::Constraint(y)) => constraint::alter(after, x, y),
        (Body::Index(x), Body::Index(y)) => index::alter(after, x, y),
        (Body::View(x), Body::View(y)) => view::alter(after, x, y, edits),
        (Body::Routine(x), Body::Routine(y)) if x.definition != y.definition => {
            vec![simple(sql!(PG; &y.definition), "Callers, grants and dependents stay.")]
        }
        (Body::Trigger(x), Body::Trigger(y)) if x.firing != y.firing => {
            vec![create::firing(after, y.firing).undone_by_action()]
        }
        (Body::Policy(x), Body::Policy(y)) if x != y => {
            let mut sql =
                SqlBuilder::new(PG).piece("ALTER POLICY ").piece(id.leaf()).piece(" ON ").piece(&id.name);
            create::policy_rest(&mut sql, y);
            let draft = simple(sql.done(), "Decides which rows each role sees.");
            vec![draft.locks(Lock::AccessExclusive, [table_id(&id.name)], Work::Catalog)]
        }
        (Body::Sequence(x), Body::Sequence(y)) => sequence::alter(after, x, y),
        (Body::SequenceOwner(_), Body::SequenceOwner(y)) => vec![sequence::own(after, y)],
        (Body::Enum(x), Body::Enum(y)) => types::alter_enum(after, x, y),
        (Body::Domain(x), Body::Domain(y)) => types::alter_domain(after, x, y),
        (Body::Composite(x), Body::Composite(y)) => types::alter_composite(after, x, y),
        (Body::Privileges(x), Body::Privileges(y)) => {
            super::privileges::defaults(after, y, &x.grants, &y.grants)
        }
        (Body::Extension(x), Body::Extension(y)) => {
            let mut drafts = Vec::new();
            if let (true, Some(schema)) = (x.schema != y.schema, &y.schema) {
                let sql = sql!(PG; "ALTER EXTENSION ", &id.name.name, " SET SCHEMA ", schema);
                drafts.push(simple(sql, "Moves the extension's objects."));
            }
            if x.version != y.version {
                let sql = sql!(PG; "ALTER EXTENSION ", &id.name.name, " UPDATE TO ", Literal(&y.version));
                drafts.push(simple(sql, "Runs the extension's own update script."));
            }
            drafts
        }
        _ => Vec::new(),
    }
}
