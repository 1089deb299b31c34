//! What has to come before what: the server's dependencies, names that must be free, and the few orders that
//! PostgreSQL's side effects ask for. It adds demands to the nodes and changes nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engines::Action;
use crate::model::{
    Aspect, Body, Column, ConstraintKind, Object, ObjectId, ObjectKind, QualifiedName, Schema, Uniqueness,
    Validity, Value,
};

use super::nodes::Nodes;

impl Nodes {
    pub(super) fn demand_dependencies(&mut self, base: &Schema, desired: &Schema) {
        let mut demands = Vec::new();
        for (dependent, &d) in &self.reach {
            for needed in desired.needs(dependent) {
                let Some(&n) = self.reach.get(needed) else { continue };
                if !(only_reads(dependent) && self.only_requires(n)) {
                    demands.push((n, d));
                } else if let Some(&first) = self.leave.get(needed)
                    && first != n
                {
                    demands.push((first, d));
                }
            }
        }
        for (dependent, &d) in &self.leave {
            for needed in base.needs(dependent) {
                let Some(&n) = self.leave.get(needed) else { continue };
                if only_reads(dependent) && self.only_requires(n) {
                    continue;
                }
                let needed_goes = self.takes_away.contains(&n) || matches!(self.actions[n], Action::Drop(_));
                let still_needed =
                    || desired.depends.binary_search_by(|(x, y)| (x, y).cmp(&(dependent, needed))).is_ok();
                if self.takes_away.contains(&d) || (needed_goes && !still_needed()) {
                    demands.push((d, n));
                }
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
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
    pub(super) fn demand_partition_times(&mut self) {
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
                    matches!(dropped(other).map(|object| &object.body), Some(Body::Index(index))
                        if index.table == partition.parent && index.validity == Validity::NotValid)
                };
                let earlier = self.actions.iter().enumerate().filter(|(_, other)| parents_index(other));
                demands.extend(earlier.map(|(other, _)| (other, node)));
            }
            if matches!(action, Action::Create(_)) {
                // The server pairs the indexes of both sides when a partition joins: the partition's own have to be
                // there, and an index that the parent is only going to get must not be.
                for (other, made) in self.actions.iter().enumerate() {
                    if let Action::Alter { after, .. } = made
                        && matches!(&after.body, Body::Index(index) if index.table == object.id.name)
                    {
                        demands.push((other, node));
                    }
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
    pub(super) fn demand_keys_settled(&mut self) {
        let keys = |wanted: fn(&Action) -> Option<&Arc<Object>>| {
            let mut of: BTreeMap<QualifiedName, Vec<usize>> = BTreeMap::new();
            for (node, action) in self.actions.iter().enumerate() {
                if let Some(table) = wanted(action).and_then(|object| key_of(object)) {
                    of.entry(table.clone()).or_default().push(node);
                }
            }
            of
        };
        let (mut going, mut coming) = (keys(dropped), keys(made));
        for (node, action) in self.actions.iter().enumerate() {
            let Action::Alter { before, after, .. } = action else { continue };
            if !self.takes_away.contains(&node) {
                continue;
            }
            for (object, of) in [(before, &mut going), (after, &mut coming)] {
                if let Some(table) = key_of(object) {
                    of.entry(table.clone()).or_default().push(node);
                }
            }
        }
        let mut demands = Vec::new();
        for (node, action) in self.actions.iter().enumerate() {
            // A table has one primary key at a time.
            if let Some(key) = made(action).filter(|object| is_primary(object)) {
                let former = going.get(&key.id.name).into_iter().flatten();
                let primary = |&&earlier: &&usize| {
                    dropped(&self.actions[earlier]).is_some_and(|object| is_primary(object))
                };
                demands.extend(former.filter(primary).map(|&earlier| (earlier, node)));
            }
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
    pub(super) fn demand_parent_index_last(&mut self, base: &Schema) {
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

    /// Two routines of one name may both fit a call. So what calls the new one is made when the old one is gone, and
    /// what called the old one goes before the new one comes, for the way back to be the same.
    pub(super) fn demand_overloads(&mut self, base: &Schema, desired: &Schema) {
        let of = |wanted: fn(&Action) -> Option<&Arc<Object>>| {
            let mut found: BTreeMap<QualifiedName, Vec<usize>> = BTreeMap::new();
            for (node, action) in self.actions.iter().enumerate() {
                if let Some(object) = wanted(action).filter(|object| is_routine(&object.id)) {
                    found.entry(object.id.name.clone()).or_default().push(node);
                }
            }
            found
        };
        let (going, coming) = (of(dropped), of(made));
        let mut demands = Vec::new();
        for (dependent, needed) in desired.depends.iter().filter(|(_, needed)| is_routine(needed)) {
            if let (Some(&node), Some(old)) = (self.reach.get(dependent), going.get(&needed.name)) {
                demands.extend(old.iter().map(|&earlier| (earlier, node)));
            }
        }
        for (dependent, needed) in base.depends.iter().filter(|(_, needed)| is_routine(needed)) {
            if let (Some(&node), Some(new)) = (self.leave.get(dependent), coming.get(&needed.name))
                && self.takes_away.contains(&node)
            {
                demands.extend(new.iter().map(|&later| (node, later)));
            }
        }
        for (earlier, later) in demands {
            self.demand(earlier, later);
        }
    }

    /// Whether a node does nothing but set NOT NULL.
    fn only_requires(&self, node: usize) -> bool {
        matches!(&self.actions[node], Action::Alter { edits, .. }
            if edits.iter().all(|edit| edit.aspect == Aspect::Nullability))
    }

    /// A name is free only after what had it is gone.
    pub(super) fn demand_free_names(&mut self) {
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

    pub(super) fn demand_renames_first(&mut self, renames: &[usize]) {
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

/// Kinds to which it is all the same whether a column may be NULL.
fn only_reads(id: &ObjectId) -> bool {
    matches!(
        id.kind,
        ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Rule
            | ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Function
            | ObjectKind::Procedure
    )
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

fn is_routine(id: &ObjectId) -> bool {
    matches!(id.kind, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate)
}

fn is_primary(object: &Object) -> bool {
    matches!(&object.body, Body::Constraint(constraint) if constraint.kind == ConstraintKind::PrimaryKey)
}

/// The table that a foreign key refers to.
fn target_of(object: &Object) -> Option<&QualifiedName> {
    match &object.body {
        Body::Constraint(constraint) => constraint.references.as_ref().map(|(table, _)| table),
        _ => None,
    }
}

/// Names that no two objects can have at once: relations and types share one space, routines another.
pub(super) fn claims(object: &Object) -> Vec<(bool, String)> {
    let id = &object.id;
    match id.kind {
        // Its name counts within its table.
        ObjectKind::Index if id.member.is_some() => Vec::new(),
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
