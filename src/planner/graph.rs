//! The order of the actions: what is demanded first, then the dialect's rank, then the name, so that the same two
//! schemas always give the same plan.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::engines::{Action, Dialect, Facts, Folding, Restore};
use crate::model::{ObjectId, ObjectKind, Schema};

use super::nodes::{Nodes, container};

pub(super) fn order(dialect: &dyn Dialect, base: &Schema, desired: &Schema, nodes: Nodes) -> Vec<Action> {
    let ranks = ranks(dialect, base, desired, &nodes);
    let order = sorted(&nodes, &ranks);
    folded(dialect, desired, nodes, &order)
}

fn ranks(dialect: &dyn Dialect, base: &Schema, desired: &Schema, nodes: &Nodes) -> Vec<u32> {
    let fresh: BTreeSet<ObjectId> = nodes
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::Create(objects) => objects.first().map(|head| head.id.clone()),
            Action::Drop(_) | Action::Alter { .. } | Action::Rebuild { .. } | Action::Rename { .. } => None,
        })
        .collect();
    let facts = Facts {
        version: &base.version,
        from: base,
        to: desired,
        fresh: &fresh,
        ground: base,
        restore: Restore::DefinitionOnly,
        shelf: None,
    };
    nodes.actions.iter().map(|action| dialect.rank(action, &facts)).collect()
}

/// Smallest rank first among what is ready. A cycle, which only a catalog that contradicts itself can make, is cut
/// at its smallest rank.
fn sorted(nodes: &Nodes, ranks: &[u32]) -> Vec<usize> {
    let key = |node: usize| (ranks[node], super::subject(&nodes.actions[node]).clone(), node);
    let mut waiting: Vec<usize> = nodes.after.iter().map(BTreeSet::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); nodes.actions.len()];
    for (node, earlier) in nodes.after.iter().enumerate() {
        for &before in earlier {
            followers[before].push(node);
        }
    }
    let mut ready: BinaryHeap<Reverse<(u32, ObjectId, usize)>> =
        (0..nodes.actions.len()).filter(|&node| waiting[node] == 0).map(|node| Reverse(key(node))).collect();
    let mut done = vec![false; nodes.actions.len()];
    let mut order = Vec::with_capacity(nodes.actions.len());
    loop {
        let next = match ready.pop() {
            Some(Reverse((_, _, node))) => node,
            None => {
                match (0..nodes.actions.len()).filter(|&node| !done[node]).min_by_key(|&node| key(node)) {
                    Some(node) => node,
                    None => return order,
                }
            }
        };
        if std::mem::replace(&mut done[next], true) {
            continue;
        }
        order.push(next);
        for &follower in &followers[next] {
            waiting[follower] = waiting[follower].saturating_sub(1);
            if waiting[follower] == 0 && !done[follower] {
                ready.push(Reverse(key(follower)));
            }
        }
    }
}

/// Moves constraints into the CREATE TABLE of their table where all they need exists by then.
fn folded(dialect: &dyn Dialect, desired: &Schema, nodes: Nodes, order: &[usize]) -> Vec<Action> {
    let mut place = vec![0; nodes.actions.len()];
    for (at, &node) in order.iter().enumerate() {
        place[node] = at;
    }
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut moved: BTreeSet<usize> = BTreeSet::new();
    // Keys first: a foreign key to its own table needs them.
    for pass in [ObjectKind::Constraint, ObjectKind::Constraint] {
        for &node in order {
            let Action::Create(objects) = &nodes.actions[node] else { continue };
            let [object] = objects.as_slice() else { continue };
            if object.id.kind != pass
                || moved.contains(&node)
                || dialect.folding(object) != Folding::WhenReady
            {
                continue;
            }
            let Some(&table) = container(&object.id).and_then(|id| nodes.reach.get(&id)) else { continue };
            if !matches!(&nodes.actions[table], Action::Create(objects) if objects[0].id.kind == ObjectKind::Table)
            {
                continue;
            }
            let ready = desired.needs(&object.id).all(|needed| match nodes.reach.get(needed) {
                None => true,
                Some(&at) => {
                    at == table
                        || place[at] < place[table]
                        || into.get(&table).is_some_and(|f| f.contains(&at))
                }
            });
            let clear = nodes.after[node]
                .iter()
                .all(|&at| at == table || place[at] < place[table] || moved.contains(&at));
            if ready && clear {
                into.entry(table).or_default().push(node);
                moved.insert(node);
            }
        }
    }
    let mut actions: Vec<Option<Action>> = nodes.actions.into_iter().map(Some).collect();
    let mut result = Vec::with_capacity(order.len());
    for &node in order {
        if moved.contains(&node) {
            continue;
        }
        let Some(mut action) = actions[node].take() else { continue };
        if let Action::Create(objects) = &mut action {
            for folded in into.get(&node).into_iter().flatten() {
                if let Some(Action::Create(more)) = actions[*folded].take() {
                    objects.extend(more);
                }
            }
        }
        result.push(action);
    }
    result
}
