//! Drafts as this engine needs them: every statement alone, outside any transaction. And how it can be told whether a
//! step has been applied.

use super::table_of;
use crate::engines::Draft;
use crate::model::{Boundary, EngineKind, Lock, ObjectId, ObjectKind, Phase, Probe, Sql, Verb, Work};
use crate::sql;
use crate::sqltext::Literal;

const E: EngineKind = EngineKind::MySql;

/// A statement that commits by itself, taken back by the inverse of its action.
pub(super) fn draft(verb: Verb, phase: Phase, sql: Sql, reason: impl Into<Box<str>>) -> Draft {
    Draft::new(verb, phase, sql, reason).bounded(Boundary::NonTransactional).undone_by_action()
}

/// Only the dictionary changes, under a metadata lock on the object or its table.
pub(super) fn brief(verb: Verb, phase: Phase, sql: Sql, on: &ObjectId, reason: impl Into<Box<str>>) -> Draft {
    let on = if on.member.is_some() { table_of(on) } else { on.clone() };
    draft(verb, phase, sql, reason).locks(Lock::Metadata, [on], Work::Catalog)
}

/// Whether something is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    There,
    Gone,
}

/// Asks the catalog for one object.
pub(super) fn probe(id: &ObjectId, wanted: Presence) -> Probe {
    let exists = match wanted {
        Presence::There => "SELECT EXISTS (SELECT 1 FROM information_schema.",
        Presence::Gone => "SELECT NOT EXISTS (SELECT 1 FROM information_schema.",
    };
    let from = match id.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence => {
            "TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = "
        }
        ObjectKind::Function => {
            "ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_NAME = "
        }
        ObjectKind::Procedure => {
            "ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME = "
        }
        ObjectKind::Trigger => "TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ",
        ObjectKind::Event => "EVENTS WHERE EVENT_SCHEMA = DATABASE() AND EVENT_NAME = ",
        ObjectKind::Constraint => {
            return Probe::Query(sql!(E; exists, "TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
                AND TABLE_NAME = ", Literal(id.name.name.as_str()), " AND CONSTRAINT_NAME = ",
                Literal(id.leaf().as_str()), ")"));
        }
        _ => return Probe::Introspect,
    };
    Probe::Query(sql!(E; exists, from, Literal(id.leaf().as_str()), ")"))
}
