//! Two schemas and their changes → one outline.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::{Change, Ident, Object, ObjectId, ObjectKind, Schema, Unmodelled};

use super::heads::{Heads, Place};
use super::{Node, NodeId, Outline, Pair, Seen, What};

/// Lines both sides up. `changes` come from comparing the two; a confirmed rename puts both names in one row.
pub fn outline(current: &Schema, desired: &Schema, changes: &[Change]) -> Outline {
    let heads = Heads::new([current, desired], changes);
    let pairs = paired(current, desired, &heads);
    let mut rows: Vec<(Place, Pair)> = pairs
        .into_iter()
        .filter_map(|pair| {
            let object = pair.desired.as_ref().or(pair.current.as_ref())?;
            let place = Place::of(object, &heads.renamed(&object.id), &heads);
            Some((place, pair))
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut by_id: HashMap<&ObjectId, Vec<u32>> = HashMap::new();
    for (at, change) in changes.iter().enumerate() {
        by_id.entry(change.id()).or_default().push(at as u32);
    }
    let mut writer = Writer { outline: Outline::default(), open: Vec::new(), by_id, count: changes.len() };
    writer.write(rows);
    writer.not_compared(&current.unmodelled, &desired.unmodelled);
    writer.finish()
}

/// Objects of both sides by their identity after the renames.
fn paired(current: &Schema, desired: &Schema, heads: &Heads<'_>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::with_capacity(desired.objects.len());
    if heads.renames_nothing() {
        // Both maps are sorted alike: one walk over both.
        let mut left = current.objects.iter().peekable();
        for (id, object) in &desired.objects {
            while let Some((_, only)) = left.next_if(|(other, _)| *other < id) {
                pairs.push(Pair { current: Some(Arc::clone(only)), desired: None });
            }
            let same = left.next_if(|(other, _)| *other == id).map(|(_, object)| Arc::clone(object));
            pairs.push(Pair { current: same, desired: Some(Arc::clone(object)) });
        }
        pairs.extend(left.map(|(_, only)| Pair { current: Some(Arc::clone(only)), desired: None }));
        return pairs;
    }
    let mut by_id: BTreeMap<ObjectId, Pair> = desired
        .objects
        .iter()
        .map(|(id, object)| (id.clone(), Pair { current: None, desired: Some(Arc::clone(object)) }))
        .collect();
    for (id, object) in &current.objects {
        by_id.entry(heads.renamed(id)).or_default().current = Some(Arc::clone(object));
    }
    by_id.into_values().collect()
}

struct Writer<'a> {
    outline: Outline,
    /// The nodes that the next one may stand under, outermost first.
    open: Vec<NodeId>,
    by_id: HashMap<&'a ObjectId, Vec<u32>>,
    count: usize,
}

impl Writer<'_> {
    fn write(&mut self, rows: Vec<(Place, Pair)>) {
        let mut namespace: Option<Option<Ident>> = None;
        for (place, pair) in rows {
            let own = pair.id().is_some_and(|id| id.kind == ObjectKind::Schema);
            if namespace.as_ref() != Some(&place.schema) {
                let name = place.schema.as_ref().map(|name| name.as_str().into());
                let objects = if own { pair.clone() } else { Pair::default() };
                self.push(0, What::Namespace(name, objects));
                namespace = Some(place.schema);
            }
            if !own {
                self.push(1 + place.level, What::Object(pair));
            }
        }
    }

    fn push(&mut self, depth: u8, what: What) {
        // A part whose head is not there stands where the head would.
        let depth = usize::from(depth).min(self.open.len());
        self.open.truncate(depth);
        let id = NodeId(self.outline.nodes.len() as u32);
        let start = self.outline.by_node.len() as u32;
        if let What::Namespace(_, pair) | What::Object(pair) = &what {
            self.outline.by_node.extend(changes_of(pair, &self.by_id));
        }
        let mut node = Node {
            what,
            kind: None,
            depth: depth as u8,
            parent: self.open.last().copied(),
            span: 1,
            own: start..self.outline.by_node.len() as u32,
            changes: 0,
        };
        node.kind = node.id().map(|id| id.kind);
        self.outline.lowered.push(super::lowered::names(&node.what));
        self.outline.nodes.push(node);
        self.open.push(id);
    }

    fn not_compared(&mut self, current: &[Unmodelled], desired: &[Unmodelled]) {
        let all: BTreeSet<&Unmodelled> = current.iter().chain(desired).collect();
        if all.is_empty() {
            return;
        }
        self.push(0, What::NotComparedHead);
        for one in all {
            let seen = match (current.contains(one), desired.contains(one)) {
                (true, true) => Seen::Both,
                (true, false) => Seen::Current,
                (false, _) => Seen::Desired,
            };
            self.push(1, What::NotCompared(one.clone(), seen));
        }
    }

    /// Spans and counts, from the innermost out.
    fn finish(mut self) -> Outline {
        self.outline.of_change = vec![NodeId(0); self.count];
        let nodes = &mut self.outline.nodes;
        for at in (0..nodes.len()).rev() {
            let own = nodes[at].own.clone();
            for change in &self.outline.by_node[own.start as usize..own.end as usize] {
                self.outline.of_change[*change as usize] = NodeId(at as u32);
            }
            nodes[at].changes += own.len() as u32;
            let (span, changes, parent) = (nodes[at].span, nodes[at].changes, nodes[at].parent);
            if let Some(parent) = parent {
                let parent = &mut nodes[parent.index()];
                parent.span += span;
                parent.changes += changes;
            }
        }
        let changed =
            self.outline.nodes().filter(|(_, node)| !node.own.is_empty()).map(|(at, _)| at).collect();
        self.outline.changed = changed;
        self.outline
    }
}

/// The changes that name the object as either side has it.
fn changes_of(pair: &Pair, by_id: &HashMap<&ObjectId, Vec<u32>>) -> Vec<u32> {
    let of = |object: &Option<Arc<Object>>| object.as_ref().and_then(|object| by_id.get(&object.id));
    of(&pair.desired).or_else(|| of(&pair.current)).cloned().unwrap_or_default()
}
