//! Work items → nodes of a graph: what is dropped, created, altered as one unit, and what has to come before what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diff::{Privileges, edits};
use crate::engines::{Action, Dialect, Folding};
use crate::model::{Body, Column, Object, ObjectId, ObjectKind, QualifiedName, Schema, Uniqueness, Value};

use super::closure::{How, Item, Work};

/// Actions and the order they demand: `after[n]` holds the nodes that must come before `n`.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub actions: Vec<Action>,
    pub after: Vec<BTreeSet<usize>>,
    /// The node that brings an object to its final state.
    pub reach: BTreeMap<ObjectId, usize>,
    /// The node that first takes an object out of its former state.
    leave: BTreeMap<ObjectId, usize>,
    /// Nodes that take something away, so that what it needed may change.
    takes_away: BTreeSet<usize>,
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

    fn demand(&mut self, earlier: usize, later: usize) {
        if earlier != later {
            self.after[later].insert(earlier);
        }
    }

    fn demand_dependencies(&mut self, base: &Schema, desired: &Schema) {
        for (dependent, needed) in &desired.depends {
            if let (Some(&d), Some(&n)) = (self.reach.get(dependent), self.reach.get(needed)) {
                self.demand(n, d);
            }
        }
        for (dependent, needed) in &base.depends {
            let (Some(&d), Some(&n)) = (self.leave.get(dependent), self.leave.get(needed)) else { continue };
            let needed_goes = self.takes_away.contains(&n) || matches!(self.actions[n], Action::Drop(_));
            let still_needed =
                || desired.depends.binary_search_by(|(x, y)| (x, y).cmp(&(dependent, needed))).is_ok();
            if self.takes_away.contains(&d) || (needed_goes && !still_needed()) {
                self.demand(d, n);
            }
        }
        // A replaced object is dropped before it is created.
        let pairs: Vec<(usize, usize)> = self
            .leave
            .iter()
            .filter_map(|(id, &leave)| self.reach.get(id).map(|&reach| (leave, reach)))
            .collect();
        for (leave, reach) in pairs {
            self.demand(leave, reach);
        }
    }

    /// What is done to a partitioned table reaches its partitions, so a partition leaves before and joins after.
    fn demand_partition_times(&mut self) {
        let mut demands = Vec::new();
        for (node, action) in self.actions.iter().enumerate() {
            let (Action::Create(objects) | Action::Drop(objects)) = action else { continue };
            let found = objects.iter().find_map(|object| match &object.body {
                Body::Partition(partition) => Some((object, partition)),
                _ => None,
            });
            let Some((object, partition)) = found else { continue };
            let parts = [&partition.parent, &object.id.name];
            let touched = self.leave.iter().chain(&self.reach).filter(|(id, _)| {
                matches!(id.kind, ObjectKind::Column | ObjectKind::Constraint) && parts.contains(&&id.name)
            });
            for (_, &other) in touched {
                demands.push(if matches!(action, Action::Create(_)) { (other, node) } else { (node, other) });
            }
            if matches!(action, Action::Drop(_)) {
                let parents_index = |other: &Action| {
                    matches!(dropped(other).map(|object| &object.body),
                        Some(Body::Index(index)) if index.table == partition.parent)
                };
                let earlier = self.actions.iter().enumerate().filter(|(_, other)| parents_index(other));
                demands.extend(earlier.map(|(other, _)| (other, node)));
            }
            if matches!(action, Action::Create(_)) {
                // The server pairs the indexes of both sides when a partition joins: the partition's own have to be
                // there, and an index that the parent is only going to get must not be.
                for (other, made) in self.actions.iter().enumerate() {
                    let Action::Create(made) = made else { continue };
                    match made.first().map(|object| &object.body) {
                        Some(Body::Index(index)) if index.table == partition.parent => {
                            demands.push((node, other))
                        }
                        Some(Body::Index(index)) if index.table == object.id.name && !awaits(made, self) => {
                            demands.push((other, node));
                        }
                        _ => {}
                    }
                }
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
        }
    }

    /// A foreign key binds to one of the keys that its target has when it is made. So keys that go, go before a
    /// foreign key comes; and foreign keys that go, go before a key comes, for the way back to be the same.
    fn demand_keys_settled(&mut self) {
        let keys = |wanted: fn(&Action) -> Option<&Arc<Object>>| {
            let mut of: BTreeMap<QualifiedName, Vec<usize>> = BTreeMap::new();
            for (node, action) in self.actions.iter().enumerate() {
                if let Some(table) = wanted(action).and_then(|object| key_of(object)) {
                    of.entry(table.clone()).or_default().push(node);
                }
            }
            of
        };
        let (going, coming) = (keys(dropped), keys(made));
        let mut demands = Vec::new();
        for (node, action) in self.actions.iter().enumerate() {
            if let Some(target) = made(action).and_then(|object| target_of(object)) {
                demands.extend(going.get(target).into_iter().flatten().map(|&earlier| (earlier, node)));
            }
            if let Some(target) = dropped(action).and_then(|object| target_of(object)) {
                demands.extend(coming.get(target).into_iter().flatten().map(|&later| (node, later)));
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
        }
    }

    /// The index of a partition is made before its parent's: on the way back the parent's goes first and takes it
    /// along, which is the only way that the server lets it go.
    fn demand_parent_index_last(&mut self, base: &Schema) {
        let mut demands = Vec::new();
        for action in &self.actions {
            let Some(object) = made(action) else { continue };
            let Body::IndexPartition(fact) = &object.body else { continue };
            let node = |index: &QualifiedName, table: &QualifiedName| {
                let key = ObjectId::member(ObjectKind::Constraint, table.clone(), index.name.clone());
                let stays = base.objects.contains_key(&ObjectId::new(ObjectKind::Table, table.clone()));
                let key = self.reach.get(&key).filter(|_| stays);
                key.or_else(|| self.reach.get(&ObjectId::new(ObjectKind::Index, index.clone()))).copied()
            };
            if let (Some(child), Some(parent)) =
                (node(&object.id.name, &fact.table), node(&fact.parent, &fact.parent_table))
            {
                demands.push((child, parent));
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
        }
    }

    /// A name is free only after what had it is gone.
    fn demand_free_names(&mut self) {
        let mut freed: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        for (node, action) in self.actions.iter().enumerate() {
            match action {
                Action::Drop(objects) => {
                    for claim in objects.iter().flat_map(|object| claims(object)) {
                        freed.entry(claim).or_default().push(node);
                    }
                }
                Action::Rename { before, .. } => {
                    for claim in claims(before) {
                        freed.entry(claim).or_default().push(node);
                    }
                }
                Action::Alter { before, after, .. } => {
                    let kept = claims(after);
                    for claim in claims(before).into_iter().filter(|claim| !kept.contains(claim)) {
                        freed.entry(claim).or_default().push(node);
                    }
                }
                Action::Create(_) | Action::Rebuild { .. } => {}
            }
        }
        let mut demands = Vec::new();
        for (node, action) in self.actions.iter().enumerate() {
            let claimed: Vec<_> = match action {
                Action::Create(objects) => objects.iter().flat_map(|object| claims(object)).collect(),
                Action::Rename { after, .. } => claims(after),
                // An identity that the column gets brings a sequence with its name.
                Action::Alter { before, after, .. } => {
                    let had = claims(before);
                    claims(after).into_iter().filter(|claim| !had.contains(claim)).collect()
                }
                Action::Drop(_) | Action::Rebuild { .. } => continue,
            };
            for claim in claimed {
                demands.extend(freed.get(&claim).into_iter().flatten().map(|&earlier| (earlier, node)));
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
        }
    }

    fn demand_renames_first(&mut self, renames: &[usize]) {
        for pair in renames.windows(2) {
            self.demand(pair[0], pair[1]);
        }
        let before_renames: BTreeSet<usize> =
            renames.iter().flat_map(|&node| self.after[node].clone()).collect();
        if let Some(&last) = renames.last() {
            for node in 0..self.actions.len() {
                if !renames.contains(&node) && !before_renames.contains(&node) {
                    self.demand(last, node);
                }
            }
        }
    }
}

/// Whether an index of a partition is attached to one that the plan makes for the parent.
fn awaits(made: &[Arc<Object>], nodes: &Nodes) -> bool {
    let fact = ObjectId::new(ObjectKind::IndexPartition, made[0].id.name.clone());
    let Some(&node) = nodes.reach.get(&fact) else { return false };
    match nodes.actions.get(node) {
        Some(Action::Create(facts)) => match &facts[0].body {
            Body::IndexPartition(fact) => {
                nodes.reach.contains_key(&ObjectId::new(ObjectKind::Index, fact.parent.clone()))
            }
            _ => false,
        },
        _ => false,
    }
}

fn dropped(action: &Action) -> Option<&Arc<Object>> {
    match action {
        Action::Drop(objects) => objects.first(),
        Action::Create(_) | Action::Alter { .. } | Action::Rebuild { .. } | Action::Rename { .. } => None,
    }
}

fn made(action: &Action) -> Option<&Arc<Object>> {
    match action {
        Action::Create(objects) => objects.first(),
        Action::Drop(_) | Action::Alter { .. } | Action::Rebuild { .. } | Action::Rename { .. } => None,
    }
}

/// The table that a key constraint or an index is on.
fn key_of(object: &Object) -> Option<&QualifiedName> {
    match &object.body {
        Body::Constraint(constraint) if constraint.index.is_some() => Some(&object.id.name),
        Body::Index(index) if index.uniqueness == Uniqueness::Unique => Some(&index.table),
        _ => None,
    }
}

/// The table that a foreign key refers to.
fn target_of(object: &Object) -> Option<&QualifiedName> {
    match &object.body {
        Body::Constraint(constraint) => constraint.references.as_ref().map(|(table, _)| table),
        _ => None,
    }
}

/// Names that no two objects can have at once: relations and types share one space, routines another.
fn claims(object: &Object) -> Vec<(bool, String)> {
    let id = &object.id;
    match id.kind {
        ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
        | ObjectKind::Index
        | ObjectKind::Composite
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Type => vec![(false, id.name.to_string())],
        ObjectKind::Column => match &object.body {
            Body::Column(Column { value: Value::Identity(identity), .. }) => {
                vec![(false, identity.sequence.to_string())]
            }
            _ => Vec::new(),
        },
        ObjectKind::Constraint => match &object.body {
            Body::Constraint(constraint) if constraint.index.is_some() => {
                let name = QualifiedName { schema: id.name.schema.clone(), name: id.leaf().clone() };
                vec![(false, name.to_string())]
            }
            _ => Vec::new(),
        },
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate => {
            vec![(true, format!("{}({})", id.name, id.signature.as_deref().unwrap_or_default()))]
        }
        _ => Vec::new(),
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
        needs(base, part).filter(|id| *id != container && outside(id) && goes(id)).collect();
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        for needed in needs(base, id) {
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
            needs(schema, &object.id).all(|needed| !inside.contains(needed) || done.contains(needed))
        });
        let object = rest.remove(ready.unwrap_or(0));
        done.insert(object.id.clone());
        objects.push(object);
    }
    objects
}

/// What an object needs.
pub(super) fn needs<'a>(schema: &'a Schema, id: &'a ObjectId) -> impl Iterator<Item = &'a ObjectId> {
    let first = schema.depends.partition_point(|(dependent, _)| dependent < id);
    schema.depends[first..].iter().take_while(move |(dependent, _)| dependent == id).map(|(_, needed)| needed)
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
