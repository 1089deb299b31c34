//! Renames that the user has confirmed.

use std::sync::Arc;

use crate::engines::Draft;
use crate::model::{Body, Lock, Object, ObjectKind, Phase, Sql, Verb, Work};
use crate::sql;
use crate::sqltext::Literal;

use super::{PG, address::address, table_id};

pub(super) fn rename(before: &Arc<Object>, after: &Arc<Object>) -> Vec<Draft> {
    let (x, y) = (&before.id, &after.id);
    let mut statements: Vec<Sql> = Vec::new();
    match (x.kind, &before.body, &after.body) {
        (ObjectKind::Enum, Body::Enum(a), Body::Enum(b)) if x == y => {
            for (old, new) in a.labels.iter().zip(&b.labels).filter(|(old, new)| old != new) {
                let (old, new) = (Literal(old), Literal(new));
                statements.push(sql!(PG; "ALTER TYPE ", &x.name, " RENAME VALUE ", old, " TO ", new));
            }
        }
        (ObjectKind::Column, _, _) => {
            statements.push(sql!(PG; "ALTER TABLE ", &y.name, " RENAME COLUMN ", x.leaf(), " TO ", y.leaf()));
        }
        (ObjectKind::Constraint, _, _) => {
            statements
                .push(sql!(PG; "ALTER TABLE ", &y.name, " RENAME CONSTRAINT ", x.leaf(), " TO ", y.leaf()));
        }
        (ObjectKind::DomainConstraint, _, _) => {
            statements
                .push(sql!(PG; "ALTER DOMAIN ", &y.name, " RENAME CONSTRAINT ", x.leaf(), " TO ", y.leaf()));
        }
        (ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule, _, _) => {
            let word = match x.kind {
                ObjectKind::Trigger => "ALTER TRIGGER ",
                ObjectKind::Policy => "ALTER POLICY ",
                _ => "ALTER RULE ",
            };
            statements.push(sql!(PG; word, x.leaf(), " ON ", &y.name, " RENAME TO ", y.leaf()));
        }
        _ => {
            if let (Some(old), true) = (address(before), x.name.name != y.name.name) {
                statements.push(sql!(PG; "ALTER ", &old, " RENAME TO ", &y.name.name));
            }
            if let (true, Some(schema)) = (x.name.schema != y.name.schema, &y.name.schema) {
                let mut moved = Object::clone(before);
                moved.id = x.named(x.name.sibling(y.name.name.clone()));
                if let Some(now) = address(&moved) {
                    statements.push(sql!(PG; "ALTER ", &now, " SET SCHEMA ", schema));
                }
            }
        }
    }
    let mut drafts: Vec<Draft> = statements
        .into_iter()
        .map(|sql| {
            Draft::new(
                Verb::Rename,
                Phase::Switch,
                sql,
                "A rename you confirmed: the data stays, old names fail.",
            )
            .locks(Lock::AccessExclusive, [table_id(&y.name)], Work::Catalog)
        })
        .collect();
    if let Some(first) = drafts.first_mut() {
        first.undo = crate::engines::Undo::Action;
    }
    drafts
}
