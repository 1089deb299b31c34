//! What a table says of one of its indexes: the one that replication tells rows by, and the one that CLUSTER follows.
//! Both go with their index, so whoever moves them to another one, or makes an index anew, says them again; and each has
//! its way back to what it was, wherever a run was stopped.

use crate::engines::{Draft, Facts};
use crate::model::{
    Body, Ident, Lock, ObjectId, ObjectKind, Phase, QualifiedName, ReplicaIdentity, Sql, Verb, Work,
};
use crate::sql;

use super::{PG, in_transaction, is_fresh, table_id};

/// Whether the index is there before and after, so that the table can refer to it at once.
pub(super) fn index_stays(table: &QualifiedName, index: &Ident, facts: &Facts<'_>) -> bool {
    let ids = [
        ObjectId::new(ObjectKind::Index, table.sibling(index.clone())),
        ObjectId::member(ObjectKind::Constraint, table.clone(), index.clone()),
    ];
    ids.iter().any(|id| facts.from.objects.contains_key(id) && facts.to.objects.contains_key(id))
}

fn replica_identity(table: &QualifiedName, index: &Ident) -> Sql {
    sql!(PG; "ALTER TABLE ", table, " REPLICA IDENTITY USING INDEX ", index)
}

/// What the table says of an index that has just been made.
pub(super) fn of_index(table: &QualifiedName, index: &Ident, facts: &Facts<'_>) -> Vec<Draft> {
    of_successor(table, index, index, facts)
}

/// The same, while the index still has another name: `now`.
pub(super) fn of_successor(
    table: &QualifiedName,
    index: &Ident,
    now: &Ident,
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let Some(Body::Table(of)) = facts.to.objects.get(&table_id(table)).map(|object| &object.body) else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    let mut say = |sql: Sql, reason: &'static str, back: Option<Sql>| {
        let draft = Draft::new(Verb::Alter, Phase::Expand, sql, reason).about(&table_id(table)).locks(
            Lock::AccessExclusive,
            [table_id(table)],
            Work::Catalog,
        );
        drafts.push(draft.undone_by(back.into_iter().map(in_transaction).collect()));
    };
    // An index that goes has gone before: made anew it says its marks itself. One that stays, or that this one is built
    // beside, has lost them to this one.
    let stays = |index: &Ident| index_stays(table, index, facts);
    let was = match facts.from.objects.get(&table_id(table)).map(|object| &object.body) {
        Some(Body::Table(was)) if !is_fresh(table, facts) => Some(was),
        _ => None,
    };
    if of.replica_identity == ReplicaIdentity::Index(index.clone()) {
        let back = was.map(|was| &was.replica_identity).filter(|was| match was {
            ReplicaIdentity::Index(old) => stays(old),
            ReplicaIdentity::Default | ReplicaIdentity::Full | ReplicaIdentity::Nothing => true,
        });
        let back = back.map(|was| identified(table, was));
        say(replica_identity(table, now), "Logical replication follows.", back);
    }
    if of.clustered_on.as_ref() == Some(index) {
        let back = was.map(|was| was.clustered_on.as_ref()).filter(|was| was.is_none_or(stays));
        let back = back.map(|was| clustered(table, was));
        say(clustered(table, Some(now)), "Only the mark changes.", back);
    }
    drafts
}

pub(super) fn identified(table: &QualifiedName, identity: &ReplicaIdentity) -> Sql {
    match identity {
        ReplicaIdentity::Default => sql!(PG; "ALTER TABLE ", table, " REPLICA IDENTITY DEFAULT"),
        ReplicaIdentity::Full => sql!(PG; "ALTER TABLE ", table, " REPLICA IDENTITY FULL"),
        ReplicaIdentity::Nothing => sql!(PG; "ALTER TABLE ", table, " REPLICA IDENTITY NOTHING"),
        ReplicaIdentity::Index(index) => replica_identity(table, index),
    }
}

pub(super) fn clustered(table: &QualifiedName, on: Option<&Ident>) -> Sql {
    match on {
        Some(index) => sql!(PG; "ALTER TABLE ", table, " CLUSTER ON ", index),
        None => sql!(PG; "ALTER TABLE ", table, " SET WITHOUT CLUSTER"),
    }
}
