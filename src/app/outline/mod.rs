//! Both schemas as one outline: a row for each object, with its image on either side. It is built once for a
//! comparison and never changed; what is open, chosen or filtered is kept beside it.

mod build;
mod heads;
mod lowered;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Object, ObjectId, ObjectKind, Unmodelled};

pub use build::outline;
use lowered::Lowered;

/// A place in the outline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One row of both trees.
#[derive(Clone, Debug)]
pub struct Node {
    pub what: What,
    kind: Option<ObjectKind>,
    /// 0 for what stands outermost.
    pub depth: u8,
    pub parent: Option<NodeId>,
    /// Rows of this node and all below it.
    pub span: u32,
    /// The changes that are about exactly this object; a confirmed rename may come with an alteration.
    own: Range<u32>,
    /// Changes of this node and all below it.
    pub changes: u32,
}

#[derive(Clone, Debug)]
pub enum What {
    /// A schema, or with `None` what belongs to no schema. The objects are the schema's own, where it has one.
    Namespace(Option<Box<str>>, Pair),
    Object(Pair),
    /// Seen on a side and not compared.
    NotCompared(Unmodelled, Seen),
    /// The row above those.
    NotComparedHead,
}

/// An object on either side; at least one is there, except for what has no object of its own.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    pub current: Option<Arc<Object>>,
    pub desired: Option<Arc<Object>>,
}

impl Pair {
    /// The identity on the desired side, or on the current one where it goes away.
    pub fn id(&self) -> Option<&ObjectId> {
        self.desired.as_ref().or(self.current.as_ref()).map(|object| &object.id)
    }
}

/// Where something was seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Seen {
    Current,
    Desired,
    Both,
}

/// All rows in the order of display; a node's rows follow it.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    nodes: Vec<Node>,
    /// The names of each node.
    lowered: Lowered,
    /// The changes by node: places in the changeset.
    by_node: Vec<u32>,
    /// The node of each change.
    of_change: Vec<NodeId>,
    /// Nodes with changes of their own, in order.
    changed: Vec<NodeId>,
}

impl Outline {
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(at, node)| (NodeId(at as u32), node))
    }

    /// The node's names in lower case, one a line.
    pub fn lowered(&self, id: NodeId) -> &str {
        self.lowered.of(id)
    }

    /// The node and all below it.
    pub fn below(&self, id: NodeId) -> Range<usize> {
        let span = self.get(id).map_or(0, |node| node.span as usize);
        id.index()..id.index() + span
    }

    /// The changes of exactly this object: places in the changeset.
    pub fn own_changes(&self, id: NodeId) -> &[u32] {
        let own = self.get(id).map_or(0..0, |node| node.own.start as usize..node.own.end as usize);
        self.by_node.get(own).unwrap_or_default()
    }

    /// The changes of this node and all below it: places in the changeset.
    pub fn changes_below(&self, id: NodeId) -> &[u32] {
        self.by_node.get(self.reach(id)).unwrap_or_default()
    }

    /// All changes that stand in rows, in the order of display: places in the changeset.
    pub fn changes(&self) -> &[u32] {
        &self.by_node
    }

    /// Where in [`Self::changes`] those of this node and all below it are. Nodes are in the order of display, and
    /// so are their changes: those of a whole branch lie together.
    pub fn reach(&self, id: NodeId) -> Range<usize> {
        let own = |at: usize| self.nodes.get(at).map_or(0..0, |node| node.own.clone());
        let below = self.below(id);
        own(below.start).start as usize..own(below.end.saturating_sub(1)).end as usize
    }

    /// The node of a change.
    pub fn of_change(&self, change: usize) -> Option<NodeId> {
        self.of_change.get(change).copied()
    }

    /// The nodes with changes of their own, in the order of display.
    pub fn changed(&self) -> &[NodeId] {
        &self.changed
    }

    /// The nodes of these objects, as either side names them. One pass, however many are asked for.
    pub fn find_all<'a>(&self, wanted: &BTreeSet<&'a ObjectId>) -> BTreeMap<&'a ObjectId, NodeId> {
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return found;
        }
        for (at, node) in self.nodes() {
            let Some(pair) = node.pair() else { continue };
            for object in pair.current.iter().chain(&pair.desired) {
                if let Some(id) = wanted.get(&object.id) {
                    found.insert(*id, at);
                }
            }
        }
        found
    }

    /// The node of one object.
    pub fn find(&self, id: &ObjectId) -> Option<NodeId> {
        self.find_all(&BTreeSet::from([id])).remove(id)
    }

    /// The node whose whole definition shows this one: a relation for its parts, else the node itself.
    pub fn head(&self, id: NodeId) -> NodeId {
        let mut at = id;
        while let Some(node) = self.get(at)
            && let Some(parent) = node.parent
            && let Some(Node { what: What::Object(_), .. }) = self.get(parent)
        {
            at = parent;
        }
        at
    }
}

impl Node {
    pub fn pair(&self) -> Option<&Pair> {
        match &self.what {
            What::Namespace(_, pair) | What::Object(pair) => Some(pair),
            What::NotCompared(..) | What::NotComparedHead => None,
        }
    }

    pub fn id(&self) -> Option<&ObjectId> {
        self.pair().and_then(Pair::id)
    }

    pub fn kind(&self) -> Option<ObjectKind> {
        self.kind
    }
}

#[cfg(test)]
mod tests;
