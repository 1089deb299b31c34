//! An index or a key made anew beside the old one: built concurrently under another name, it takes the old one's
//! place when it stands, so that queries and uniqueness are never without either. Only for tables in use.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Boundary, Constraint, Index, Lock, LossTime, Object, Phase, QualifiedName, Statement, Verb, Work,
};
use crate::sql;

use super::{PG, constraint, in_transaction, index as plain, marks, outside, probe, table_id};

/// The name of the new index while both exist: a truncated one keeps apart from others by a sum of its letters.
fn beside(name: &QualifiedName) -> QualifiedName {
    let mut text = format!("migrator_new_{}", name.name);
    if text.len() > 63 {
        let sum = text.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        while text.len() > 54 {
            text.pop();
        }
        text = format!("{text}_{sum:08x}");
    }
    name.sibling(text.as_str().into())
}

fn statements(drafts: Vec<Draft>) -> Vec<Statement> {
    drafts
        .into_iter()
        .map(|draft| Statement { sql: draft.sql, boundary: draft.boundary, runtime: draft.runtime })
        .collect()
}

pub(super) fn index(
    before: &Arc<Object>,
    after: &Arc<Object>,
    (from, to): (&Index, &Index),
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let (name, table) = (&after.id.name, [table_id(&to.table)]);
    let mut new = Object::clone(after);
    new.id = after.id.named(beside(name));
    let turned = Facts { from: facts.to, to: facts.from, ..*facts };
    let mut drafts = vec![
        plain::cleanup(&new.id.name, &to.table),
        Draft::new(
            Verb::Create,
            Phase::Expand,
            plain::statement(&new, to, "CONCURRENTLY ", ""),
            "The new index is built while the old one serves; it cannot run inside a transaction.",
        )
        .locks(Lock::ShareUpdateExclusive, table.clone(), Work::IndexBuild)
        .bounded(Boundary::NonTransactional)
        .undone_by(vec![outside(sql!(PG; "DROP INDEX CONCURRENTLY IF EXISTS ", &new.id.name))])
        .probed_by(probe::index_valid(&new.id.name)),
    ];
    drafts.extend(to.statistics.iter().map(|(place, target)| plain::statistics(&new, *place, *target)));
    drafts.extend(marks::of_successor(&to.table, &name.name, &new.id.name.name, facts));
    drafts.push(
        Draft::new(
            Verb::Drop,
            Phase::Contract,
            sql!(PG; "DROP INDEX CONCURRENTLY ", name),
            "The new index serves by now; this waits for running queries instead of stopping new ones.",
        )
        .locks(Lock::ShareUpdateExclusive, table.clone(), Work::Catalog)
        .bounded(Boundary::NonTransactional)
        .undone_by(statements(plain::create(before, from, &turned)))
        .probed_by(probe::relation_gone(name)),
    );
    let renamed =
        |from: &QualifiedName, to: &QualifiedName| sql!(PG; "ALTER INDEX ", from, " RENAME TO ", &to.name);
    drafts.push(
        Draft::new(
            Verb::Rename,
            Phase::Switch,
            renamed(&new.id.name, name),
            "The new index takes the name of the old one.",
        )
        .locks(Lock::ShareUpdateExclusive, table, Work::Catalog)
        .undone_by(vec![in_transaction(renamed(name, &new.id.name))])
        .probed_by(probe::index_valid(name)),
    );
    drafts.extend(super::about::after_create(after, facts));
    drafts.into_iter().map(|draft| draft.about(&after.id)).collect()
}

pub(super) fn key(after: &Arc<Object>, to: &Constraint, facts: &Facts<'_>) -> Vec<Draft> {
    let Some(key) = &to.index else { return Vec::new() };
    let table = &after.id.name;
    let name = QualifiedName { schema: table.schema.clone(), name: after.id.leaf().clone() };
    let new = beside(&name);
    let mut drafts = constraint::build(after, key, &new).to_vec();
    let drop = sql!(PG; "ALTER TABLE ", table, " DROP CONSTRAINT ", after.id.leaf());
    drafts.push(
        Draft::new(
            Verb::Drop,
            Phase::Switch,
            drop,
            "The old key goes in the transaction that brings the new one.",
        )
        .locks(Lock::AccessExclusive, [table_id(table)], Work::Catalog),
    );
    drafts.push(
        constraint::adopt(after, to, key, &new)
            .undone_by_action()
            .loses(LossTime::Since, format!("the guarantee of {} as it was", after.id.leaf())),
    );
    drafts.extend(constraint::after_create(after, to, facts));
    drafts.into_iter().map(|draft| draft.about(&after.id)).collect()
}
