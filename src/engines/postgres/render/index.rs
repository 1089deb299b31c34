//! Indexes, built and dropped concurrently where the table is in use.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Boundary, Index, IndexPartition, Lock, Object, ObjectId, ObjectKind, Origin, Phase, QualifiedName, Sql,
    TableShape, Uniqueness, Verb, Work,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

use super::{PG, in_transaction, is_fresh, outside, probe, table_id};

/// Removes what a failed concurrent build left under the name (spec 6.2). When the plan was made, no index had it.
pub(super) fn cleanup(name: &QualifiedName, table: &QualifiedName) -> Draft {
    let sql = sql!(PG; "DROP INDEX CONCURRENTLY IF EXISTS ", name);
    Draft::new(
        Verb::Assist,
        Phase::Expand,
        sql,
        "Removes the invalid leftover of an earlier attempt, if there is one.",
    )
    .locks(Lock::ShareUpdateExclusive, [table_id(table)], Work::Catalog)
    .bounded(Boundary::NonTransactional)
}

pub(super) fn statement(object: &Object, index: &Index, how: &'static str, only: &'static str) -> Sql {
    let word = match index.uniqueness {
        Uniqueness::Plain => "CREATE INDEX ",
        Uniqueness::Unique => "CREATE UNIQUE INDEX ",
    };
    SqlBuilder::new(PG)
        .piece(word)
        .piece(how)
        .piece(&object.id.name.name)
        .piece(" ON ")
        .piece(only)
        .piece(&index.table)
        .piece(" ")
        .piece(&super::reparse::reparsed(&index.tail))
        .done()
}

pub(super) fn create(object: &Arc<Object>, index: &Index, facts: &Facts<'_>) -> Vec<Draft> {
    let table = [table_id(&index.table)];
    let name = &object.id.name;
    let undone = |draft: Draft| match index.origin {
        Origin::Local => draft.undone_by_action(),
        // The parent's index, dropped before, may have taken it along.
        Origin::Inherited => draft.undone_by(vec![in_transaction(sql!(PG; "DROP INDEX IF EXISTS ", name))]),
    };
    let mut drafts = match (index.shape, is_fresh(&index.table, facts)) {
        (TableShape::Partitioned, _) => vec![undone(
            Draft::new(
                Verb::Create,
                Phase::Expand,
                statement(object, index, "", "ONLY "),
                "Only the parent's entry; each partition's index is attached to it.",
            )
            .locks(Lock::Share, table, Work::Catalog)
            .probed_by(probe::relation_exists(name)),
        )],
        (TableShape::Plain | TableShape::Foreign, true) => vec![undone(
            Draft::new(Verb::Create, Phase::Expand, statement(object, index, "", ""), "The table is new.")
                .locks(Lock::Share, table, Work::Catalog)
                .probed_by(probe::index_valid(name)),
        )],
        (TableShape::Plain | TableShape::Foreign, false) => vec![
            cleanup(name, &index.table),
            Draft::new(
                Verb::Create,
                Phase::Expand,
                statement(object, index, "CONCURRENTLY ", ""),
                "Builds while reads and writes go on; it cannot run inside a transaction.",
            )
            .locks(Lock::ShareUpdateExclusive, table, Work::IndexBuild)
            .bounded(Boundary::NonTransactional)
            .undone_by(vec![outside(sql!(PG; "DROP INDEX CONCURRENTLY IF EXISTS ", name))])
            .probed_by(probe::index_valid(name)),
        ],
    };
    for (place, target) in &index.statistics {
        drafts.push(statistics(object, *place, *target));
    }
    drafts.extend(super::marks::of_index(&index.table, &name.name, facts));
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

pub(super) fn statistics(object: &Object, place: u32, target: i32) -> Draft {
    let sql = sql!(PG; "ALTER INDEX ", &object.id.name, " ALTER COLUMN ", place, " SET STATISTICS ", target);
    Draft::new(Verb::Alter, Phase::Expand, sql, "Takes effect with the next ANALYZE.")
}

pub(super) fn alter(object: &Object, from: &Index, to: &Index) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (place, target) in &to.statistics {
        if !from.statistics.contains(&(*place, *target)) {
            drafts.push(statistics(object, *place, *target));
        }
    }
    for (place, _) in &from.statistics {
        if !to.statistics.iter().any(|(other, _)| other == place) {
            drafts.push(statistics(object, *place, -1));
        }
    }
    drafts
}

pub(super) fn drop(object: &Object, index: &Index, facts: &Facts<'_>) -> Draft {
    let name = &object.id.name;
    let online = index.shape == TableShape::Plain && !is_fresh(&index.table, facts);
    let draft = if online {
        let sql = sql!(PG; "DROP INDEX CONCURRENTLY ", name);
        Draft::new(
            Verb::Drop,
            Phase::Contract,
            sql,
            "Waits for running queries instead of stopping new ones.",
        )
        .locks(Lock::ShareUpdateExclusive, [table_id(&index.table)], Work::Catalog)
        .bounded(Boundary::NonTransactional)
    } else {
        Draft::new(
            Verb::Drop,
            Phase::Contract,
            sql!(PG; "DROP INDEX ", name),
            "No online form exists for this index.",
        )
        .locks(Lock::AccessExclusive, [table_id(&index.table)], Work::Catalog)
    };
    draft.undone_by_action().probed_by(probe::relation_gone(name))
}

/// ATTACH, unless attaching the partition itself has done it: the server then pairs the partition's indexes with
/// those that its parent has by that time.
pub(super) fn attach(object: &Object, partition: &IndexPartition, facts: &Facts<'_>) -> Vec<Draft> {
    let parent = ObjectId::new(ObjectKind::Index, partition.parent.clone());
    let parent_is_new = facts.to.objects.contains_key(&parent) && !facts.from.objects.contains_key(&parent);
    let table_attached = facts.fresh.contains(&ObjectId::new(ObjectKind::Partition, partition.table.clone()));
    if table_attached && !parent_is_new {
        return Vec::new();
    }
    let sql = sql!(PG; "ALTER INDEX ", &partition.parent, " ATTACH PARTITION ", &object.id.name);
    vec![
        Draft::new(Verb::Alter, Phase::Expand, sql, "The partition's index becomes part of the parent's.")
            .locks(
                Lock::AccessExclusive,
                [ObjectId::new(ObjectKind::Index, object.id.name.clone())],
                Work::Catalog,
            ),
    ]
}

/// ATTACH and DETACH of a partition.
pub(super) fn partition(object: &Object, partition: &crate::model::Partition) -> Draft {
    let sql = sql!(PG; "ALTER TABLE ", &partition.parent, " ATTACH PARTITION ", &object.id.name, " ", &partition.bound);
    Draft::new(Verb::Alter, Phase::Expand, sql, "The parent's queries see these rows.")
        .locks(
            Lock::ShareUpdateExclusive,
            [table_id(&partition.parent), table_id(&object.id.name)],
            Work::Scan,
        )
        .undone_by_action()
}

/// Not CONCURRENTLY: that form leaves a CHECK of its own making on the detached table.
pub(super) fn detach(object: &Object, partition: &crate::model::Partition) -> Draft {
    let on = [table_id(&partition.parent), table_id(&object.id.name)];
    let sql = sql!(PG; "ALTER TABLE ", &partition.parent, " DETACH PARTITION ", &object.id.name);
    Draft::new(Verb::Alter, Phase::Expand, sql, "The rows stay in the detached table.")
        .locks(Lock::AccessExclusive, on, Work::Catalog)
        .undone_by_action()
}
