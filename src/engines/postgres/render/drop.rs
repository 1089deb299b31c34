//! DROP for every kind of object. Never CASCADE: what falls along is named by the action.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{Body, Lock, LossTime, Object, ObjectId, ObjectKind, Phase, Verb, Work};
use crate::sql;

use super::super::decide;
use super::{PG, address::address, constraint, index, keep, probe, sequence, table_id};

pub(super) fn drop(objects: &[Arc<Object>], facts: &Facts<'_>) -> Vec<Draft> {
    let Some(object) = objects.first() else { return Vec::new() };
    let id = &object.id;
    match &object.body {
        Body::Table(of) => {
            let word = if of.foreign.is_some() { "DROP FOREIGN TABLE " } else { "DROP TABLE " };
            let draft = Draft::new(
                Verb::Drop,
                Phase::Contract,
                sql!(PG; word, &id.name),
                "The rows go with it; what refers to it was taken down before.",
            )
            .locks(Lock::AccessExclusive, [table_id(&id.name)], Work::Catalog)
            .undone_by_action()
            .probed_by(probe::relation_gone(&id.name));
            if of.foreign.is_some() {
                return vec![draft];
            }
            keep::table(objects, draft.loses(LossTime::Forward, format!("the rows of {}", id.name)), facts)
        }
        Body::Column(of) => {
            let is_kept_by_child = decide::children(&id.name, facts.from).any(|child| {
                let column = ObjectId::member(ObjectKind::Column, child.clone(), id.leaf().clone());
                facts.to.objects.contains_key(&column)
            });
            let head = if is_kept_by_child { "ALTER TABLE ONLY " } else { "ALTER TABLE " };
            let generated = matches!(of.value, crate::model::Value::Generated { .. });
            let draft = Draft::new(
                Verb::Drop,
                Phase::Contract,
                sql!(PG; head, &id.name, " DROP COLUMN ", id.leaf()),
                "The values go with it; the space is freed as rows are updated.",
            )
            .locks(Lock::AccessExclusive, [table_id(&id.name)], Work::Catalog)
            .undone_by_action()
            .probed_by(probe::column_gone(&id.name, id.leaf()));
            if generated {
                return vec![draft];
            }
            let draft = draft.loses(LossTime::Forward, format!("the values of {}.{}", id.name, id.leaf()));
            keep::column(objects, of, draft, facts)
        }
        Body::Constraint(of) => vec![constraint::drop(object, of)],
        Body::Index(of) => vec![index::drop(object, of, facts)],
        Body::SequenceOwner(_) => vec![sequence::disown(object)],
        Body::Partition(of) => vec![index::detach(object, of)],
        // An index leaves its parent only with its table.
        Body::IndexPartition(_) => Vec::new(),
        Body::Privileges(of) => {
            let mut drafts = super::privileges::defaults(object, of, &of.grants, &of.built_in);
            if let Some(first) = drafts.first_mut() {
                first.undo = crate::engines::Undo::Action;
            }
            drafts
        }
        Body::Defined(of) => vec![simple(object, sql!(PG; &of.drop))],
        Body::Sequence(_) => {
            let draft = simple(object, sql!(PG; "DROP SEQUENCE ", &id.name));
            vec![
                draft
                    .loses(LossTime::Forward, format!("the current value of {}", id.name))
                    .probed_by(probe::relation_gone(&id.name)),
            ]
        }
        Body::Trigger(_) | Body::Policy(_) => named(object)
            .map(|draft| draft.locks(Lock::AccessExclusive, [table_id(&id.name)], Work::Catalog))
            .into_iter()
            .collect(),
        Body::View(_) => named(object)
            .map(|draft| {
                draft
                    .locks(Lock::AccessExclusive, [id.clone()], Work::Catalog)
                    .probed_by(probe::relation_gone(&id.name))
            })
            .into_iter()
            .collect(),
        Body::Schema
        | Body::Extension(_)
        | Body::Routine(_)
        | Body::Enum(_)
        | Body::Domain(_)
        | Body::Composite(_)
        | Body::Opaque(_) => named(object).into_iter().collect(),
    }
}

fn named(object: &Object) -> Option<Draft> {
    let address = address(object)?;
    Some(simple(object, sql!(PG; "DROP ", &address)))
}

fn simple(object: &Object, sql: crate::model::Sql) -> Draft {
    let reason = match object.id.kind {
        ObjectKind::View | ObjectKind::MaterializedView => "Its definition can be made again.",
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate => {
            "Callers of this signature fail from now on."
        }
        _ => "Its definition can be made again.",
    };
    Draft::new(Verb::Drop, Phase::Contract, sql, reason).about(&object.id).undone_by_action()
}
