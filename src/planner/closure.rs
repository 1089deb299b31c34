//! From the changes asked for to everything that has to be touched: what cannot be altered in place is replaced,
//! and what stands in the way of a change is taken down before it and put back after it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::diff::{Privileges, edits};
use crate::engines::{Cause, Dependent, Dialect, Disturbance, Transition};
use crate::model::{Aspect, Body, Change, Edit, Object, ObjectId, ObjectKind, Schema};

use super::PlanError;

/// What happens to one object.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub before: Option<Arc<Object>>,
    pub after: Option<Arc<Object>>,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Only created, or only dropped.
    Once,
    Alter(Vec<Edit>),
    /// Dropped and created again.
    Replace,
    /// Made anew beside the old one, which then goes: one action.
    Succeed(Vec<Edit>),
    /// Changed to a weaker image first, and to the final one later.
    Weaken(Arc<Object>),
    /// Changed as part of the rebuild of this subject.
    Join(ObjectId),
}

#[derive(Debug, Default)]
pub(super) struct Work {
    pub items: BTreeMap<ObjectId, Item>,
    /// Renames, in the order given.
    pub renames: Vec<(Arc<Object>, Arc<Object>)>,
}

pub(super) fn close(
    dialect: &dyn Dialect,
    base: &Schema,
    desired: &Schema,
    changes: &[Change],
) -> Result<Work, PlanError> {
    let mut work = Work::default();
    let mut queue = VecDeque::new();
    for change in changes {
        if let Change::Create(object) | Change::Drop(object) = change
            && let Body::Opaque(opaque) = &object.body
            && opaque.text.as_str().is_empty()
        {
            let reason = format!("{}, so it can be neither made nor brought back", opaque.why);
            return Err(PlanError::Refused { object: object.id.clone(), reason: reason.into() });
        }
        let unit = dialect.unit(change, base, desired);
        let item = match change {
            Change::Create(after) => Item { before: None, after: Some(Arc::clone(after)), how: How::Once },
            Change::Drop(before) => Item { before: Some(Arc::clone(before)), after: None, how: How::Once },
            Change::Alter { before, after, edits } => {
                let how = match dialect.transition(before, after, edits) {
                    Transition::InPlace => How::Alter(edits.clone()),
                    Transition::Replace => How::Replace,
                    Transition::Succeed => How::Succeed(edits.clone()),
                    Transition::Through(image) => How::Weaken(Arc::new(*image)),
                    Transition::Rebuild(subject) => How::Join(subject),
                    Transition::Refused(reason) => {
                        return Err(PlanError::Refused { object: before.id.clone(), reason });
                    }
                };
                Item { before: Some(Arc::clone(before)), after: Some(Arc::clone(after)), how }
            }
            Change::Rename { before, after } => {
                work.renames.push((Arc::clone(before), Arc::clone(after)));
                continue;
            }
        };
        let how = unit.map_or(item.how, How::Join);
        queue.push_back(change.id().clone());
        work.items.insert(change.id().clone(), Item { how, ..item });
    }
    absorb(dialect, &mut work, base, desired, &mut queue);
    let dependents = Dependents::of(base);
    while let Some(id) = queue.pop_front() {
        let Some(item) = work.items.get(&id).cloned() else { continue };
        let Some(before) = &item.before else { continue };
        for dependent in dependents.on(&id) {
            disturb(dialect, base, desired, &mut work, &mut queue, (&item, before), dependent)?;
        }
    }
    unite(&mut work, desired);
    Ok(work)
}

/// Two rebuilds of types of which one needs what the other makes become one: each may need the other. Tables are
/// rebuilt each by itself: their keys find one another by name.
fn unite(work: &mut Work, desired: &Schema) {
    let subject = |work: &Work, id: &ObjectId| match work.items.get(id).map(|item| &item.how) {
        Some(How::Join(subject)) => Some(subject.clone()),
        _ => None,
    };
    let joined: Vec<ObjectId> = work.items.keys().filter(|id| subject(work, id).is_some()).cloned().collect();
    for id in joined {
        for needed in desired.needs(&id) {
            let (Some(own), Some(other)) = (subject(work, &id), subject(work, needed)) else { continue };
            let tables = [&own, &other].iter().any(|subject| subject.kind == ObjectKind::Table);
            if own != other && !tables {
                for item in work.items.values_mut().filter(|item| item.how == How::Join(own.clone())) {
                    item.how = How::Join(other.clone());
                }
            }
        }
    }
}

/// Where one part of a container is rebuilt with it, all its changed parts are.
fn absorb(
    dialect: &dyn Dialect,
    work: &mut Work,
    base: &Schema,
    desired: &Schema,
    queue: &mut VecDeque<ObjectId>,
) {
    let subjects: BTreeSet<ObjectId> = work
        .items
        .values()
        .filter_map(|item| match &item.how {
            How::Join(subject) => Some(subject.clone()),
            How::Once | How::Alter(_) | How::Replace | How::Succeed(_) | How::Weaken(_) => None,
        })
        .collect();
    for subject in subjects {
        let held = |schema: &Schema| -> Vec<ObjectId> {
            let whole = schema.objects.get(&subject).into_iter();
            let parts = schema.members(&subject).filter(|object| dialect.lives_in_whole(object));
            whole.chain(parts).map(|object| object.id.clone()).collect()
        };
        let ids: BTreeSet<ObjectId> = held(base).into_iter().chain(held(desired)).collect();
        for id in ids {
            let item = Item {
                before: base.objects.get(&id).cloned(),
                after: desired.objects.get(&id).cloned(),
                how: How::Join(subject.clone()),
            };
            work.items.insert(id.clone(), item);
            queue.push_back(id);
        }
    }
}

/// Who needs an object. A schema has many dependencies and a plan asks for few, so this is made of numbers alone.
struct Dependents<'a> {
    schema: &'a Schema,
    /// The number of what is needed, and the place of the dependency; sorted.
    needed: Vec<(u64, usize)>,
}

impl<'a> Dependents<'a> {
    fn of(schema: &'a Schema) -> Self {
        let numbers = schema.depends.iter().enumerate().map(|(place, (_, needed))| (needed.number(), place));
        let mut needed: Vec<_> = numbers.collect();
        needed.sort_unstable();
        Self { schema, needed }
    }

    /// In the order of the schema's dependencies.
    fn on<'b>(&'b self, id: &'b ObjectId) -> impl Iterator<Item = &'a ObjectId> + use<'a, 'b> {
        let first = self.needed.partition_point(|(number, _)| *number < id.number());
        let same = self.needed[first..].iter().take_while(|(number, _)| *number == id.number());
        same.map(|(_, place)| &self.schema.depends[*place])
            .filter(move |(_, needed)| needed == id)
            .map(|(dependent, _)| dependent)
    }
}

/// Whether an object cannot stay until its successor stands, because of what happens to something it needs. What
/// only goes away can wait for that.
fn stands_in_the_way(how: &How) -> bool {
    match how {
        How::Once => false,
        How::Alter(edits) => {
            edits.iter().any(|edit| matches!(edit.aspect, Aspect::DataType | Aspect::Collation))
        }
        How::Replace | How::Succeed(_) | How::Weaken(_) | How::Join(_) => true,
    }
}

fn disturb(
    dialect: &dyn Dialect,
    base: &Schema,
    desired: &Schema,
    work: &mut Work,
    queue: &mut VecDeque<ObjectId>,
    (item, needed): (&Item, &Arc<Object>),
    dependent: &ObjectId,
) -> Result<(), PlanError> {
    let Some(before) = base.objects.get(dependent) else { return Ok(()) };
    let planned = work.items.get(dependent);
    let after = match planned {
        // Already taken down, or already part of a rebuild.
        Some(Item { how: How::Replace | How::Join(_), .. }) => return Ok(()),
        Some(Item { after: None, .. } | Item { before: None, .. }) => return Ok(()),
        Some(Item { after: Some(after), .. }) => Some(Arc::clone(after)),
        None => desired.objects.get(dependent).cloned(),
    };
    let whole;
    let cause = match (&item.how, &item.after) {
        (How::Alter(edits), Some(after)) => Cause::Altered { before: needed, after, edits },
        (How::Weaken(_), Some(after)) => {
            whole = edits(needed, after, Privileges::Compare);
            Cause::Altered { before: needed, after, edits: &whole }
        }
        (How::Join(_), after) => Cause::Rebuilt { before: needed, after: after.as_deref() },
        (How::Once | How::Replace | How::Succeed(_) | How::Alter(_) | How::Weaken(_), _) => {
            Cause::Gone(needed)
        }
    };
    let Some(after) = after else { return Ok(()) };
    if matches!(planned, Some(Item { how: How::Succeed(_), .. })) {
        if stands_in_the_way(&item.how) {
            let how = How::Replace;
            work.items.insert(
                dependent.clone(),
                Item { before: Some(Arc::clone(before)), after: Some(after), how },
            );
            queue.push_back(dependent.clone());
        }
        return Ok(());
    }
    let how = match dialect.disturbance(Dependent { before, after: &after }, &cause) {
        Disturbance::None => return Ok(()),
        Disturbance::Replace => How::Replace,
        Disturbance::Join => match &item.how {
            How::Join(subject) => How::Join(subject.clone()),
            How::Once | How::Alter(_) | How::Replace | How::Succeed(_) | How::Weaken(_) => How::Replace,
        },
        Disturbance::Weaken(image) => {
            if matches!(planned, Some(Item { how: How::Weaken(_), .. })) {
                return Ok(());
            }
            let weak = Arc::new(*image);
            // What the change makes of it anyway may be weak enough already.
            if edits(&weak, &after, Privileges::Compare).is_empty() {
                return Ok(());
            }
            How::Weaken(weak)
        }
    };
    work.items.insert(dependent.clone(), Item { before: Some(Arc::clone(before)), after: Some(after), how });
    queue.push_back(dependent.clone());
    Ok(())
}
