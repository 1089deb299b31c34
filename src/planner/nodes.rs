//! Work items → nodes of a graph: what is dropped, created, altered as one unit, and what has to come before what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diff::{Privileges, edits};
use crate::engines::{Action, Dialect, Folding};
use crate::model::{Object, ObjectId, ObjectKind, Schema};

use super::closure::{How, Item, Work};

/// Actions and the order they demand: `after[n]` holds the nodes that must come before `n`.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub actions: Vec<Action>,
    pub after: Vec<BTreeSet<usize>>,
    /// The node that brings an object to its final state.
    pub reach: BTreeMap<ObjectId, usize>,
    /// The node that first takes an object out of its former state.
    pub leave: BTreeMap<ObjectId, usize>,
    /// Nodes that take something away, so that what it needed may change.
    pub takes_away: BTreeSet<usize>,
}

pub(super) fn build(dialect: &dyn Dialect, base: &Schema, desired: &Schema, work: Work) -> Nodes {
    let mut nodes = Nodes::default();
    let followers = followers(dialect, base, desired, &work);
    let renames: Vec<usize> = work
        .renames
        .iter()
        .map(|(before, after)| nodes.add(Action::Rename { before: before.clone(), after: after.clone() }))
        .collect();
    drops(dialect, base, &work, &followers, &mut nodes);
    creates(dialect, &work, &followers, &mut nodes);
    alters(&work, &followers, &mut nodes);
    for (follower, leader) in &followers {
        if let Some(&node) = nodes.reach.get(leader) {
            nodes.reach.entry(follower.clone()).or_insert(node);
        }
        if let Some(&node) = nodes.leave.get(leader) {
            nodes.leave.entry(follower.clone()).or_insert(node);
        }
    }
    nodes.demand_dependencies(base, desired);
    nodes.demand_free_names();
    nodes.demand_partition_times();
    nodes.demand_keys_settled();
    nodes.demand_overloads(base, desired);
    nodes.demand_parent_index_last(base);
    nodes.demand_renames_first(&renames);
    nodes
}

impl Nodes {
    fn add(&mut self, action: Action) -> usize {
        self.actions.push(action);
        self.after.push(BTreeSet::new());
        self.actions.len() - 1
    }

    pub fn demand(&mut self, earlier: usize, later: usize) {
        if earlier != later {
            self.after[later].insert(earlier);
        }
    }
}

fn is_dropped(item: &Item) -> bool {
    item.before.is_some()
        && (item.how == How::Replace || item.after.is_none())
        && !matches!(item.how, How::Join(_))
}

fn is_created(item: &Item) -> bool {
    item.after.is_some()
        && (item.how == How::Replace || item.before.is_none())
        && !matches!(item.how, How::Join(_))
}

fn drops(
    dialect: &dyn Dialect,
    base: &Schema,
    work: &Work,
    followers: &BTreeMap<ObjectId, ObjectId>,
    nodes: &mut Nodes,
) {
    let mut groups: BTreeMap<ObjectId, Vec<Arc<Object>>> = BTreeMap::new();
    for (id, item) in work.items.iter().filter(|(id, item)| is_dropped(item) && !followers.contains_key(*id))
    {
        let Some(before) = &item.before else { continue };
        let root = root_of_drop(dialect, base, work, before);
        let group = groups.entry(root.clone()).or_default();
        if &root == id {
            group.insert(0, Arc::clone(before));
        } else {
            group.push(Arc::clone(before));
        }
    }
    for objects in groups.into_values() {
        let ids: Vec<ObjectId> = objects.iter().map(|object| object.id.clone()).collect();
        let node = nodes.add(Action::Drop(in_order(objects, base)));
        nodes.takes_away.insert(node);
        for id in ids {
            nodes.leave.insert(id, node);
        }
    }
}

fn root_of_drop(dialect: &dyn Dialect, base: &Schema, work: &Work, object: &Arc<Object>) -> ObjectId {
    let mut root = Arc::clone(object);
    loop {
        let container = dialect
            .falls_with(&root, base)
            .into_iter()
            .filter(|id| id != &root.id)
            .find_map(|id| work.items.get(&id).filter(|item| is_dropped(item)));
        match container.and_then(|item| item.before.clone()) {
            // What needs something that in turn needs the container has to go before both.
            Some(next) if entangled(base, work, &root.id, &next.id) => return root.id.clone(),
            Some(next) => root = next,
            None => return root.id.clone(),
        }
    }
}

/// Whether a part needs something else that is dropped too and that needs the container: an index whose operator
/// class works on the table's rows.
fn entangled(base: &Schema, work: &Work, part: &ObjectId, container: &ObjectId) -> bool {
    let has_own_drop = matches!(
        part.kind,
        ObjectKind::Index
            | ObjectKind::Constraint
            | ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Rule
            | ObjectKind::Statistics
    );
    if !has_own_drop {
        return false;
    }
    let goes = |id: &ObjectId| work.items.get(id).is_some_and(is_dropped);
    let mut seen: BTreeSet<&ObjectId> = BTreeSet::new();
    let outside = |id: &ObjectId| id.name != container.name || id.member.is_none();
    let mut queue: Vec<&ObjectId> =
        base.needs(part).filter(|id| *id != container && outside(id) && goes(id)).collect();
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        for needed in base.needs(id) {
            if needed == container || (needed.name == container.name && needed.kind == ObjectKind::Column) {
                return true;
            }
            queue.push(needed);
        }
    }
    false
}

/// The head stays first; what falls with it follows in the order in which it would have to be made again.
fn in_order(mut objects: Vec<Arc<Object>>, schema: &Schema) -> Vec<Arc<Object>> {
    if objects.len() < 3 {
        return objects;
    }
    let mut rest = objects.split_off(1);
    let mut done: BTreeSet<ObjectId> = objects.iter().map(|object| object.id.clone()).collect();
    let inside: BTreeSet<ObjectId> = rest.iter().map(|object| object.id.clone()).collect();
    while !rest.is_empty() {
        let ready = rest.iter().position(|object| {
            schema.needs(&object.id).all(|needed| !inside.contains(needed) || done.contains(needed))
        });
        let object = rest.remove(ready.unwrap_or(0));
        done.insert(object.id.clone());
        objects.push(object);
    }
    objects
}

fn creates(dialect: &dyn Dialect, work: &Work, followers: &BTreeMap<ObjectId, ObjectId>, nodes: &mut Nodes) {
    let mut groups: BTreeMap<ObjectId, Vec<Arc<Object>>> = BTreeMap::new();
    for (id, item) in work.items.iter().filter(|(id, item)| is_created(item) && !followers.contains_key(*id))
    {
        let Some(after) = &item.after else { continue };
        let container = match dialect.folding(after) {
            Folding::Always => container(id).filter(|id| work.items.get(id).is_some_and(is_created)),
            Folding::Alone | Folding::WhenReady => None,
        };
        match container {
            Some(container) => groups.entry(container).or_default().push(Arc::clone(after)),
            None => groups.entry(id.clone()).or_default().insert(0, Arc::clone(after)),
        }
    }
    for objects in groups.into_values() {
        let ids: Vec<ObjectId> = objects.iter().map(|object| object.id.clone()).collect();
        let node = nodes.add(Action::Create(objects));
        for id in ids {
            nodes.reach.insert(id, node);
        }
    }
}

/// The relation a part belongs to.
pub(super) fn container(id: &ObjectId) -> Option<ObjectId> {
    id.member.as_ref()?;
    let kind = match id.kind {
        ObjectKind::DomainConstraint => ObjectKind::Domain,
        _ => ObjectKind::Table,
    };
    Some(ObjectId::new(kind, id.name.clone()))
}

fn alters(work: &Work, followers: &BTreeMap<ObjectId, ObjectId>, nodes: &mut Nodes) {
    let mut rebuilds: BTreeMap<ObjectId, Vec<&Item>> = BTreeMap::new();
    for (id, item) in &work.items {
        if let How::Join(subject) = &item.how {
            rebuilds.entry(subject.clone()).or_default().push(item);
            continue;
        }
        let (Some(before), Some(after)) = (&item.before, &item.after) else { continue };
        if followers.contains_key(id) {
            continue;
        }
        let alter = |from: &Arc<Object>, to: &Arc<Object>| Action::Alter {
            before: Arc::clone(from),
            after: Arc::clone(to),
            edits: edits(from, to, Privileges::Compare),
        };
        match &item.how {
            How::Alter(edits) => {
                let action =
                    Action::Alter { before: before.clone(), after: after.clone(), edits: edits.clone() };
                let node = nodes.add(action);
                nodes.leave.insert(id.clone(), node);
                nodes.reach.insert(id.clone(), node);
            }
            How::Succeed(edits) => {
                let action =
                    Action::Alter { before: before.clone(), after: after.clone(), edits: edits.clone() };
                let node = nodes.add(action);
                nodes.takes_away.insert(node);
                nodes.leave.insert(id.clone(), node);
                nodes.reach.insert(id.clone(), node);
            }
            How::Weaken(weak) => {
                let first = nodes.add(alter(before, weak));
                let second = nodes.add(alter(weak, after));
                nodes.takes_away.insert(first);
                nodes.leave.insert(id.clone(), first);
                nodes.reach.insert(id.clone(), second);
            }
            How::Once | How::Replace | How::Join(_) => {}
        }
    }
    for (subject, items) in rebuilds {
        let side = |of: fn(&Item) -> Option<&Arc<Object>>| {
            let mut objects: Vec<Arc<Object>> = items.iter().filter_map(|item| of(item)).cloned().collect();
            objects.sort_by_key(|object| object.id != subject);
            objects
        };
        let (before, after) = (side(|item| item.before.as_ref()), side(|item| item.after.as_ref()));
        let ids: Vec<ObjectId> = before.iter().chain(&after).map(|object| object.id.clone()).collect();
        let node = nodes.add(Action::Rebuild { subject, before, after });
        for id in ids {
            nodes.leave.insert(id.clone(), node);
            nodes.reach.insert(id, node);
        }
    }
}

/// Parts that change because the same part of a parent does (partitions, inheritance): follower → leader.
fn followers(
    dialect: &dyn Dialect,
    base: &Schema,
    desired: &Schema,
    work: &Work,
) -> BTreeMap<ObjectId, ObjectId> {
    let mut found = BTreeMap::new();
    for (id, item) in &work.items {
        let (object, schema) = match (&item.after, &item.before) {
            (Some(after), _) => (after, desired),
            (None, Some(before)) => (before, base),
            (None, None) => continue,
        };
        for leader in dialect.follows(object, schema) {
            let Some(lead) = work.items.get(&leader) else { continue };
            let same_how = std::mem::discriminant(&lead.how) == std::mem::discriminant(&item.how);
            let both = |x: &Option<Arc<Object>>, y: &Option<Arc<Object>>| x.is_some() == y.is_some();
            let held = container(id).unwrap_or_else(|| id.clone());
            let stays = base.objects.contains_key(&held) && desired.objects.contains_key(&held)
                || container(id).is_none();
            if same_how && stays && both(&lead.before, &item.before) && both(&lead.after, &item.after) {
                found.insert(id.clone(), leader);
                break;
            }
        }
    }
    // A follower of a follower follows its leader.
    let direct = found.clone();
    for leader in found.values_mut() {
        while let Some(next) = direct.get(leader) {
            *leader = next.clone();
        }
    }
    found
}
