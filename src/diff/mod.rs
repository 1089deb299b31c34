//! Two schemas → a changeset: what must be created, dropped, altered or renamed to turn *current* into
//! *desired*. It compares images and proposes renames with evidence; it never decides how a change is made.

mod edits;
mod rename;
mod suspect;
mod words;

use std::sync::Arc;

use crate::model::{Change, Changeset, ObjectId, Renaming, Schema};

pub use edits::edits;
pub use rename::{follow, former, renamed};

#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    pub privileges: Privileges,
    /// Renames the user has confirmed.
    pub renames: Vec<Renaming>,
}

/// Whether owners, grants and default privileges are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Privileges {
    #[default]
    Ignore,
    Compare,
}

/// All differences, in the order of identities; renames first.
pub fn diff(current: &Schema, desired: &Schema, options: &DiffOptions) -> Changeset {
    let base;
    let (from, mut changes) = if options.renames.is_empty() {
        (current, Vec::new())
    } else {
        base = renamed(current, &options.renames);
        (&base, rename_changes(current, desired, options))
    };
    for (before, after) in from.beside(desired).filter(|(object, _)| compared(&object.id, options)) {
        match after {
            None => changes.push(Change::Drop(Arc::clone(before))),
            Some(after) if Arc::ptr_eq(before, after) => {}
            Some(after) => {
                let edits = edits(before, after, options.privileges);
                if !edits.is_empty() {
                    changes.push(Change::Alter {
                        before: Arc::clone(before),
                        after: Arc::clone(after),
                        edits,
                    });
                }
            }
        }
    }
    for (after, before) in desired.beside(from) {
        if before.is_none() && compared(&after.id, options) {
            changes.push(Change::Create(Arc::clone(after)));
        }
    }
    let suspected = suspect::suspicions(&changes, from, desired);
    Changeset { changes, suspected }
}

fn compared(id: &ObjectId, options: &DiffOptions) -> bool {
    use crate::model::ObjectKind::DefaultPrivilege;
    id.kind != DefaultPrivilege || options.privileges == Privileges::Compare
}

/// One `Rename` for each confirmed pair that really is there on both sides.
fn rename_changes(current: &Schema, desired: &Schema, options: &DiffOptions) -> Vec<Change> {
    let mut done: Vec<Renaming> = Vec::new();
    let mut changes = Vec::new();
    for renaming in &options.renames {
        // A part may be named by its relation's old name or by its new one.
        let before_now = rename::follow(&renaming.before, &done);
        let stage = rename::renamed(current, &done);
        if let (Some(before), true) = (
            stage.objects.get(&rename::holder(&before_now)),
            desired.objects.contains_key(&rename::holder(&renaming.after)),
        ) {
            let before = Arc::clone(before);
            let step = Renaming { before: before_now, after: renaming.after.clone() };
            done.push(step);
            if let Some(after) = rename::renamed(current, &done).objects.get(&rename::holder(&renaming.after))
            {
                changes.push(Change::Rename { before, after: Arc::clone(after) });
            }
        }
    }
    changes
}
