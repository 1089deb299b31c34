//! When an action comes among those that nothing else orders.

use crate::engines::{Action, Facts};
use crate::model::{Aspect, Body, Object, ObjectKind};

/// Renames; what has to go first because it is made again; what is new, in the order in which kinds need each
/// other; what waits for nobody but takes long; and last what is only taken away.
pub(super) fn rank(action: &Action, facts: &Facts<'_>) -> u32 {
    // Default privileges change last, so that what is made and dropped meets those of before in both directions.
    if about_defaults(action) {
        return 1000;
    }
    match action {
        Action::Rename { .. } => 0,
        Action::Drop(objects) => {
            match objects.first() {
                Some(head) if facts.to.objects.contains_key(&head.id) => {
                    if head.id.kind == ObjectKind::Index { 5 } else { 6 }
                }
                // A detached partition must not follow what is done to its former parent.
                Some(head) if head.id.kind == ObjectKind::Partition => 7,
                Some(head) => 900 - created(head.id.kind).min(800),
                None => 900,
            }
        }
        Action::Create(objects) => match objects.first() {
            Some(head) if online_index(head, facts) => 300,
            Some(head) => 20 + created(head.id.kind),
            None => 20,
        },
        Action::Alter { before, after, edits } => match &after.body {
            Body::Enum(_) => 1,
            Body::Index(_) if edits.iter().any(|edit| edit.aspect == Aspect::Definition) => 300,
            // The columns' NOT NULL takes transactions of its own, so it comes when nothing else is half done.
            Body::Column(_) if sets_not_null(before, after) && edits.len() == 1 => 310,
            // A sequence of a column gets its owner with the table.
            Body::Sequence(_) if before.about.owner != after.about.owner => 21 + created(ObjectKind::Table),
            _ => 20 + created(after.id.kind),
        },
        Action::Rebuild { .. } => 20 + created(ObjectKind::Enum),
    }
}

fn about_defaults(action: &Action) -> bool {
    let object = match action {
        Action::Create(objects) | Action::Drop(objects) => objects.first(),
        Action::Alter { after, .. } => Some(after),
        Action::Rebuild { .. } | Action::Rename { .. } => None,
    };
    object.is_some_and(|object| object.id.kind == ObjectKind::DefaultPrivilege)
}

fn sets_not_null(before: &Object, after: &Object) -> bool {
    match (&before.body, &after.body) {
        (Body::Column(a), Body::Column(b)) => !a.nullability.is_not_null() && b.nullability.is_not_null(),
        _ => false,
    }
}

fn online_index(head: &Object, facts: &Facts<'_>) -> bool {
    match &head.body {
        Body::Index(index) => !super::render::is_fresh(&index.table, facts),
        _ => false,
    }
}

/// The order in which kinds are made.
fn created(kind: ObjectKind) -> u32 {
    match kind {
        ObjectKind::Schema => 1,
        ObjectKind::Extension => 2,
        ObjectKind::Language | ObjectKind::AccessMethod | ObjectKind::ForeignDataWrapper => 3,
        ObjectKind::Server => 4,
        ObjectKind::UserMapping => 5,
        ObjectKind::Collation | ObjectKind::Conversion => 6,
        ObjectKind::Enum => 7,
        ObjectKind::Domain => 8,
        ObjectKind::Composite | ObjectKind::Type => 9,
        ObjectKind::DomainConstraint => 10,
        ObjectKind::TextSearch => 11,
        ObjectKind::Sequence => 20,
        ObjectKind::Table => 30,
        ObjectKind::Column => 31,
        ObjectKind::SequenceOwner => 32,
        ObjectKind::Function | ObjectKind::Procedure => 40,
        ObjectKind::Aggregate => 41,
        ObjectKind::Operator => 42,
        ObjectKind::OperatorFamily => 43,
        ObjectKind::OperatorClass => 44,
        ObjectKind::Cast | ObjectKind::Transform => 45,
        ObjectKind::Constraint => 50,
        ObjectKind::Index => 60,
        ObjectKind::IndexPartition => 61,
        ObjectKind::Partition => 62,
        ObjectKind::Statistics => 63,
        ObjectKind::View => 70,
        ObjectKind::MaterializedView => 71,
        ObjectKind::Rule => 80,
        ObjectKind::Trigger => 81,
        ObjectKind::Policy => 82,
        ObjectKind::Event | ObjectKind::EventTrigger => 83,
        ObjectKind::Publication | ObjectKind::Subscription => 84,
        ObjectKind::DefaultPrivilege => 90,
    }
}
