//! Facts of statements: every one that writes holds the one write lock of the database file; readers go on where
//! the journal is a write-ahead log. And how it can be told whether a step has been applied.

use crate::engines::{Draft, Timing, Undo};
use crate::model::{
    Boundary, Effects, EngineKind, Lock, Loss, LossTime, ObjectId, ObjectKind, Phase, Probe, Runtime, Sql,
    Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

/// A step inside the one transaction of the plan.
pub(super) fn draft(
    verb: Verb,
    phase: Phase,
    sql: Sql,
    work: Work,
    subject: &ObjectId,
    reason: &str,
) -> Draft {
    Draft {
        verb,
        phase,
        sql,
        boundary: Boundary::Transactional,
        runtime: if work == Work::Catalog { Runtime::Brief } else { Runtime::Long },
        effects: Effects { lock: Lock::Database, on: vec![relation(subject)], work },
        probe: Probe::Introspect,
        reason: reason.into(),
        undo: Undo::Action,
        loss: None,
        keeps: None,
        timing: Timing::Now,
        subject: None,
    }
}

/// The table or view that an object is, or belongs to.
fn relation(id: &ObjectId) -> ObjectId {
    match id.member {
        Some(_) => ObjectId::new(ObjectKind::Table, id.name.clone()),
        None => id.clone(),
    }
}

pub(super) fn lost(when: LossTime, what: impl Into<Box<str>>) -> Option<Loss> {
    Some(Loss::new(when, what))
}

/// Whether something is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    There,
    Gone,
}

/// Asks the catalog for one object.
pub(super) fn probe(id: &ObjectId, wanted: Presence) -> Probe {
    const E: EngineKind = EngineKind::Sqlite;
    let exists = match wanted {
        Presence::There => "SELECT EXISTS (SELECT 1 FROM ",
        Presence::Gone => "SELECT NOT EXISTS (SELECT 1 FROM ",
    };
    let kind = match id.kind {
        ObjectKind::Table => "table",
        ObjectKind::Index => "index",
        ObjectKind::View => "view",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Column => {
            return Probe::Query(sql!(E; exists, "pragma_table_xinfo(", Literal(id.name.name.as_str()),
                ") WHERE name = ", Literal(id.leaf().as_str()), ")"));
        }
        _ => return Probe::Introspect,
    };
    let query = SqlBuilder::new(E).piece(exists).piece("sqlite_schema WHERE type = ").piece(Literal(kind));
    Probe::Query(query.piece(" AND name = ").piece(Literal(id.leaf().as_str())).piece(")").done())
}
