//! The way back of one action. Most actions are turned round as they are; where the way back cannot be done in
//! place (an enum label that was added), it is planned like any other change, from the state just after the action.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diff::{Privileges, edits};
use crate::engines::{Action, Dialect, Transition};
use crate::model::{Change, Object, ObjectId, Schema};

use super::PlanError;

/// The actions that take `actions[at]` back, once all later ones have been taken back.
pub(super) fn inverses(
    dialect: &dyn Dialect,
    base: &Schema,
    desired: &Schema,
    actions: &[Action],
    at: usize,
) -> Result<Vec<Action>, PlanError> {
    let action = &actions[at];
    let Action::Alter { before, after, .. } = action else { return Ok(vec![action.inverse()]) };
    let back = edits(after, before, Privileges::Compare);
    if matches!(dialect.transition(after, before, &back), Transition::InPlace | Transition::Succeed) {
        return Ok(vec![action.inverse()]);
    }
    let now = state(base, desired, &actions[..=at]);
    let mut then = now.clone();
    then.objects.insert(before.id.clone(), Arc::clone(before));
    let change = Change::Alter { before: Arc::clone(after), after: Arc::clone(before), edits: back };
    super::arranged(dialect, &now, &then, &[change])
}

/// The schema after the first actions.
fn state(base: &Schema, desired: &Schema, done: &[Action]) -> Schema {
    let mut objects: BTreeMap<ObjectId, Arc<Object>> = base.objects.clone();
    let mut settled: BTreeMap<ObjectId, ()> = BTreeMap::new();
    for action in done {
        match action {
            Action::Create(made) => {
                for object in made {
                    objects.insert(object.id.clone(), Arc::clone(object));
                    settled.insert(object.id.clone(), ());
                }
            }
            Action::Drop(gone) => {
                for object in gone {
                    objects.remove(&object.id);
                }
            }
            Action::Alter { after, .. } => {
                objects.insert(after.id.clone(), Arc::clone(after));
                settled.insert(after.id.clone(), ());
            }
            Action::Rebuild { before, after, .. } => {
                for object in before {
                    objects.remove(&object.id);
                }
                for object in after {
                    objects.insert(object.id.clone(), Arc::clone(object));
                    settled.insert(object.id.clone(), ());
                }
            }
            Action::Rename { .. } => {}
        }
    }
    let mut depends: Vec<_> = base
        .depends
        .iter()
        .filter(|(dependent, _)| !settled.contains_key(dependent))
        .chain(desired.depends.iter().filter(|(dependent, _)| settled.contains_key(dependent)))
        .filter(|(dependent, needed)| objects.contains_key(dependent) && objects.contains_key(needed))
        .cloned()
        .collect();
    depends.sort();
    depends.dedup();
    Schema { objects, depends, ..base.clone() }
}
