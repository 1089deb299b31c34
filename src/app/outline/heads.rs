//! Where an object stands: alone in its schema, or under the relation that it is a part of.

use std::collections::HashMap;

use crate::model::{Body, Change, Ident, Object, ObjectId, ObjectKind, QualifiedName, Schema};

/// The relations and types that hold parts, by name.
pub(super) struct Heads<'a> {
    kinds: HashMap<&'a QualifiedName, ObjectKind>,
    renames: Vec<(&'a ObjectId, &'a ObjectId)>,
}

impl<'a> Heads<'a> {
    pub(super) fn new(sides: [&'a Schema; 2], changes: &'a [Change]) -> Self {
        let mut kinds = HashMap::new();
        for id in sides.into_iter().flat_map(|schema| schema.objects.keys()) {
            if holds_parts(id.kind) {
                kinds.insert(&id.name, id.kind);
            }
        }
        let renames = changes
            .iter()
            .filter_map(|change| match change {
                Change::Rename { before, after } if before.id != after.id => Some((&before.id, &after.id)),
                Change::Rename { .. } | Change::Create(_) | Change::Drop(_) | Change::Alter { .. } => None,
            })
            .collect();
        Self { kinds, renames }
    }

    /// The identity that the current object has once the confirmed renames are done.
    pub(super) fn renamed(&self, id: &ObjectId) -> ObjectId {
        let mut now = id.clone();
        for (before, after) in &self.renames {
            if &now == *before {
                now = (*after).clone();
            } else if before.member.is_none() && now.member.is_some() && now.name == before.name {
                now = now.named(after.name.clone());
            }
        }
        now
    }

    pub(super) fn renames_nothing(&self) -> bool {
        self.renames.is_empty()
    }

    /// The relation that the object is shown under.
    pub(super) fn of(&self, object: &Object) -> Option<(ObjectKind, QualifiedName)> {
        let name = match &object.body {
            Body::Index(index) => index.table.clone(),
            Body::IndexPartition(part) => part.table.clone(),
            Body::SequenceOwner(owner) => owner.table.clone(),
            _ if object.id.member.is_some() || object.id.kind == ObjectKind::Partition => {
                object.id.name.clone()
            }
            _ => return None,
        };
        let name = self.renames.iter().fold(name, |name, (before, after)| {
            if before.member.is_none() && before.name == name { after.name.clone() } else { name }
        });
        let kind = *self.kinds.get(&name)?;
        Some((kind, name))
    }
}

fn holds_parts(kind: ObjectKind) -> bool {
    use ObjectKind::{Composite, Domain, Enum, MaterializedView, Table, View};
    matches!(kind, Table | View | MaterializedView | Domain | Composite | Enum)
}

/// Orders rows: by schema, then by what they stand under, then columns by place, then the rest by kind and name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub schema: Option<Ident>,
    pub head: (ObjectKind, Ident, Option<Box<str>>),
    /// 0 for the head itself, 1 for its parts.
    pub level: u8,
    pub kind: Option<ObjectKind>,
    /// Place of a column in its table.
    pub position: u32,
    pub leaf: Option<Ident>,
    pub signature: Option<Box<str>>,
}

impl Place {
    pub(super) fn of(object: &Object, id: &ObjectId, heads: &Heads<'_>) -> Self {
        if let Some((kind, name)) = heads.of(object) {
            let position = match &object.body {
                Body::Column(column) => column.position.0,
                _ => 0,
            };
            return Self {
                schema: name.schema,
                head: (kind, name.name, None),
                level: 1,
                kind: Some(id.kind),
                position,
                leaf: Some(id.leaf().clone()),
                signature: id.signature.clone(),
            };
        }
        let schema = match id.kind {
            ObjectKind::Schema => Some(id.name.name.clone()),
            _ => id.name.schema.clone(),
        };
        let leaf = id.member.clone();
        Self {
            schema,
            head: (id.kind, id.name.name.clone(), id.signature.clone()),
            level: 0,
            kind: None,
            position: 0,
            leaf,
            signature: None,
        }
    }
}
