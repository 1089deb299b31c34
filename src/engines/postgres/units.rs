//! Which changes of a type have to be made as one rebuild, because the server refuses to make them where values of the
//! type lie inside others.

use std::collections::BTreeSet;

use crate::engines::Dialect as _;
use crate::model::{Body, Change, Column, EngineKind, Object, ObjectId, ObjectKind, Schema, Validity};
use crate::sql;

const TYPES: [ObjectKind; 4] =
    [ObjectKind::Enum, ObjectKind::Domain, ObjectKind::Composite, ObjectKind::Type];

/// Whether a column is of this type or of arrays of it.
pub(super) fn made_of(column: &Column, id: &ObjectId) -> bool {
    let name = sql!(EngineKind::Postgres; &id.name);
    column.data_type.as_str().trim_end_matches("[]") == name.as_str()
}

/// The type that has to be rebuilt for this change.
pub(super) fn unit(change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
    if TYPES.contains(&change.id().kind)
        && let Some(subject) = of_another_kind(change, from, to)
    {
        return Some(subject);
    }
    let domain = ObjectId::new(ObjectKind::Domain, change.id().name.clone());
    let stays = from.objects.contains_key(&domain) && to.objects.contains_key(&domain);
    (stays && restricts(change) && (lies_inside(&domain, from) || lies_inside(&domain, to))).then_some(domain)
}

/// A type that becomes one of another kind under its name, while columns and types made of it stay.
fn of_another_kind(change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
    let id = match change {
        Change::Create(object) | Change::Drop(object) => &object.id,
        Change::Alter { .. } | Change::Rename { .. } => return None,
    };
    let named = |schema: &Schema| {
        let mut ids = TYPES.into_iter().map(|kind| ObjectId::new(kind, id.name.clone()));
        ids.find(|id| schema.objects.contains_key(id))
    };
    let (before, after) = (named(from)?, named(to)?);
    let stays = |dependent: &ObjectId| {
        matches!(dependent.kind, ObjectKind::Column | ObjectKind::Domain | ObjectKind::Composite)
            && to.objects.contains_key(dependent)
    };
    (before.kind != after.kind && dependents(&before, from).any(stays)).then_some(after)
}

/// Whether a change of a domain, or its way back, has to look at all values.
fn restricts(change: &Change) -> bool {
    let valid = |object: &Object| match &object.body {
        Body::Constraint(constraint) => {
            object.id.kind == ObjectKind::DomainConstraint && constraint.validity == Validity::Valid
        }
        _ => false,
    };
    match change {
        Change::Create(object) | Change::Drop(object) => valid(object),
        Change::Alter { before, after, edits } => match (&before.body, &after.body) {
            (Body::Domain(a), Body::Domain(b)) => a.not_null.is_some() != b.not_null.is_some(),
            _ => {
                (valid(before) || valid(after))
                    && super::Postgres.transition(before, after, edits) != crate::engines::Transition::InPlace
            }
        },
        Change::Rename { .. } => false,
    }
}

fn dependents<'a>(id: &'a ObjectId, schema: &'a Schema) -> impl Iterator<Item = &'a ObjectId> {
    schema.depends.iter().filter(move |(_, needed)| needed == id).map(|(dependent, _)| dependent)
}

/// Whether columns hold values of a type inside arrays or composites, where the server does not look for them.
fn lies_inside(id: &ObjectId, schema: &Schema) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![(id.clone(), Place::Bare)];
    while let Some((id, place)) = queue.pop() {
        for dependent in dependents(&id, schema) {
            match schema.objects.get(dependent).map(|object| &object.body) {
                Some(Body::Column(column))
                    if place == Place::Inside || column.data_type.as_str().ends_with("[]") =>
                {
                    return true;
                }
                Some(Body::Domain(_)) if seen.insert(dependent.clone()) => {
                    queue.push((dependent.clone(), place));
                }
                Some(Body::Composite(_)) if seen.insert(dependent.clone()) => {
                    queue.push((dependent.clone(), Place::Inside));
                }
                _ => {}
            }
        }
    }
    false
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Bare,
    Inside,
}
