//! Both trees as one list of rows: what is open, where the cursor is, what the filter leaves. One cursor moves both
//! sides, so there is one state for two panes.

use crate::model::Severity;

use super::filter::{Filter, Traits};
use super::list::{List, Motion};
use super::outline::{Node, NodeId, Outline, What};
use super::review::Review;

/// What of the trees can change.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// By node.
    open: Vec<bool>,
    /// Counts what was done to `open`.
    folds: u64,
    /// The rows in sight or scrolled out of it.
    rows: Vec<NodeId>,
    pub list: List,
    filter: Filter,
    /// Where a range was begun: a row.
    anchor: Option<usize>,
    /// The gravest finding by node, itself and below.
    hazards: Vec<Option<Severity>>,
}

/// What the rows depend on beside the tree's own state.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub outline: &'a Outline,
    pub review: &'a Review,
    /// Signs by change.
    pub signs: &'a [&'static str],
}

/// Tables whose changes are shown at once; in a larger changeset everything starts closed.
const OPEN_AT_FIRST: u32 = 60;

impl Tree {
    /// Schemas are open, and relations whose parts differ, unless there are too many of them.
    pub fn new(ground: Ground<'_>) -> Self {
        let outline = ground.outline;
        let few = outline.nodes().filter(|(_, node)| node.depth == 1 && node.changes > 0).count() as u32
            <= OPEN_AT_FIRST;
        let open = outline
            .nodes()
            .map(|(at, node)| match &node.what {
                What::Namespace(..) => true,
                What::Object(_) => few && node.changes as usize > outline.own_changes(at).len(),
                What::NotCompared(..) | What::NotComparedHead => false,
            })
            .collect();
        let mut tree = Self { open, hazards: vec![None; outline.len()], ..Self::default() };
        tree.show(ground, 1);
        tree
    }

    pub fn rows(&self) -> &[NodeId] {
        &self.rows
    }

    pub fn selected(&self) -> Option<NodeId> {
        self.rows.get(self.list.cursor).copied()
    }

    pub fn is_open(&self, id: NodeId) -> bool {
        !self.filter.is_empty() || self.open.get(id.index()).copied().unwrap_or(false)
    }

    pub fn hazard(&self, id: NodeId) -> Option<Severity> {
        self.hazards.get(id.index()).copied().flatten()
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The rows between the anchor and the cursor, the cursor's alone where no range was begun.
    pub fn range(&self) -> std::ops::RangeInclusive<usize> {
        let at = self.list.cursor;
        let other = self.anchor.unwrap_or(at).min(self.rows.len().saturating_sub(1));
        at.min(other)..=at.max(other)
    }

    pub fn anchor(&self) -> Option<usize> {
        self.anchor
    }

    /// Begins a range at the cursor, or gives it up.
    pub fn turn_range(&mut self) {
        self.anchor = if self.anchor.is_some() { None } else { Some(self.list.cursor) };
    }

    pub fn end_range(&mut self) {
        self.anchor = None;
    }

    pub fn go(&mut self, motion: Motion, height: usize) {
        self.list.go(motion, self.rows.len(), height);
    }

    /// Sets the gravest finding of each node; a parent has that of its parts.
    pub fn set_hazards(&mut self, outline: &Outline, found: impl IntoIterator<Item = (NodeId, Severity)>) {
        self.hazards = vec![None; outline.len()];
        for (at, severity) in found {
            let mut at = Some(at);
            while let Some(id) = at {
                if let Some(own) = self.hazards.get_mut(id.index()) {
                    *own = (*own).max(Some(severity));
                }
                at = outline.get(id).and_then(|node| node.parent);
            }
        }
    }

    /// Sets the filter; the cursor stays on its node or goes to the next one that is left.
    pub fn set_filter(&mut self, filter: Filter, ground: Ground<'_>, height: usize) {
        self.filter = filter;
        self.end_range();
        self.show(ground, height);
    }

    /// Makes the rows anew. The cursor stays on its node, or on the nearest row above it.
    pub fn show(&mut self, ground: Ground<'_>, height: usize) {
        let selected = self.selected();
        self.rows =
            if self.filter.is_empty() { self.unfolded(ground.outline) } else { self.filtered(ground) };
        if let Some(selected) = selected {
            self.list.cursor = self.rows.partition_point(|row| *row <= selected).saturating_sub(1);
        }
        self.list.settle(self.rows.len(), height);
    }

    fn unfolded(&self, outline: &Outline) -> Vec<NodeId> {
        let mut rows = Vec::new();
        let mut at = 0;
        while let Some(node) = outline.get(NodeId(at)) {
            rows.push(NodeId(at));
            let open = self.open.get(at as usize).copied().unwrap_or(false);
            at += if open { 1 } else { node.span };
        }
        rows
    }

    /// What meets the filter, with what holds it, and all below a relation that is met by itself.
    fn filtered(&self, ground: Ground<'_>) -> Vec<NodeId> {
        let outline = ground.outline;
        let mut kept = vec![false; outline.len()];
        for (at, node) in outline.nodes() {
            if kept[at.index()] {
                continue;
            }
            if self.filter.meets(&self.traits(at, node, ground)) {
                let below = if node.depth == 0 { at.index()..at.index() + 1 } else { outline.below(at) };
                kept[below].fill(true);
                let mut parent = node.parent;
                while let Some(id) = parent {
                    kept[id.index()] = true;
                    parent = outline.get(id).and_then(|node| node.parent);
                }
            }
        }
        let rows = kept.iter().enumerate().filter(|(_, kept)| **kept);
        rows.map(|(at, _)| NodeId(at as u32)).collect()
    }

    fn traits<'a>(&self, at: NodeId, node: &'a Node, ground: Ground<'a>) -> Traits<'a> {
        let own = ground.outline.own_changes(at);
        let first = own.first().map(|change| *change as usize);
        let mark = first.and_then(|change| ground.review.mark(change));
        Traits {
            names: ground.outline.lowered(at),
            kind: node.kind(),
            sign: first.and_then(|change| ground.signs.get(change)).copied().unwrap_or(""),
            left_out: own.iter().any(|change| !ground.review.is_chosen(*change as usize)),
            hazard: if own.is_empty() { None } else { self.hazard(at) },
            not_compared: matches!(node.what, What::NotCompared(..)),
            mark: mark.and_then(|mark| mark.verdict),
            commented: mark.is_some_and(|mark| mark.comment.is_some()),
        }
    }

    /// Opens what is closed; on an open node goes to its first part.
    pub fn expand(&mut self, ground: Ground<'_>, height: usize) {
        let Some(at) = self.selected() else { return };
        if !self.has_parts(ground.outline, at) {
            return;
        }
        if self.is_open(at) {
            self.go(Motion::Down(1), height);
        } else {
            self.set_open(at, Fold::Open, ground, height);
        }
    }

    /// Closes what is open; on a closed node goes to what holds it.
    pub fn collapse(&mut self, ground: Ground<'_>, height: usize) {
        let Some(at) = self.selected() else { return };
        if self.has_parts(ground.outline, at) && self.is_open(at) && self.filter.is_empty() {
            self.set_open(at, Fold::Closed, ground, height);
        } else if let Some(parent) = ground.outline.get(at).and_then(|node| node.parent)
            && let Ok(row) = self.rows.binary_search(&parent)
        {
            self.go(Motion::To(row), height);
        }
    }

    pub fn toggle(&mut self, ground: Ground<'_>, height: usize) {
        let Some(at) = self.selected() else { return };
        let fold = if self.is_open(at) { Fold::Closed } else { Fold::Open };
        self.set_open(at, fold, ground, height);
    }

    fn set_open(&mut self, at: NodeId, fold: Fold, ground: Ground<'_>, height: usize) {
        self.folds += 1;
        if let Some(open) = self.open.get_mut(at.index()) {
            *open = fold == Fold::Open;
        }
        self.end_range();
        self.show(ground, height);
    }

    /// Opens or closes everything; schemas stay open.
    pub fn fold_all(&mut self, fold: Fold, ground: Ground<'_>, height: usize) {
        self.folds += 1;
        for (at, node) in ground.outline.nodes() {
            if let Some(open) = self.open.get_mut(at.index()) {
                *open = fold == Fold::Open || matches!(node.what, What::Namespace(..));
            }
        }
        self.end_range();
        self.show(ground, height);
    }

    /// Opens whatever hides the node and goes there. A filter that hides it is given up.
    pub fn reveal(&mut self, id: NodeId, ground: Ground<'_>, height: usize) {
        if self.rows.binary_search(&id).is_err() {
            self.folds += 1;
            if !self.filter.is_empty() {
                self.filter = Filter::default();
            }
            let mut parent = ground.outline.get(id).and_then(|node| node.parent);
            while let Some(at) = parent {
                if let Some(open) = self.open.get_mut(at.index()) {
                    *open = true;
                }
                parent = ground.outline.get(at).and_then(|node| node.parent);
            }
            self.show(ground, height);
        }
        if let Ok(row) = self.rows.binary_search(&id) {
            self.go(Motion::To(row), height);
        }
    }

    fn has_parts(&self, outline: &Outline, id: NodeId) -> bool {
        outline.get(id).is_some_and(|node| node.span > 1)
    }

    /// Another number means that other nodes may be open.
    pub fn folds(&self) -> u64 {
        self.folds
    }

    /// The nodes that are open, for the next start.
    pub fn opened(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.open.iter().enumerate().filter(|(_, open)| **open).map(|(at, _)| NodeId(at as u32))
    }

    /// Opens these beside what is open.
    pub fn reopen_also(&mut self, nodes: impl IntoIterator<Item = NodeId>, ground: Ground<'_>) {
        self.folds += 1;
        for id in nodes {
            if let Some(open) = self.open.get_mut(id.index()) {
                *open = true;
            }
        }
        self.show(ground, 1);
    }

    /// Opens exactly these.
    pub fn reopen(&mut self, nodes: impl IntoIterator<Item = NodeId>, ground: Ground<'_>, height: usize) {
        self.folds += 1;
        self.open.fill(false);
        for id in nodes {
            if let Some(open) = self.open.get_mut(id.index()) {
                *open = true;
            }
        }
        self.show(ground, height);
    }

    /// The next row whose name holds the text, from the cursor on and around the end.
    pub fn find(&self, outline: &Outline, text: &str, way: Way) -> Option<usize> {
        let text = text.to_lowercase();
        let len = self.rows.len();
        let holds = |row: &usize| {
            let node = self.rows.get(*row).and_then(|id| outline.get(*id));
            node.is_some_and(|node| names(node).any(|name| super::filter::holds(name, &text)))
        };
        match way {
            Way::Next => (1..=len).map(|step| (self.list.cursor + step) % len).find(holds),
            Way::Previous => (1..=len).map(|step| (self.list.cursor + len - step) % len).find(holds),
        }
    }
}

/// The names that a row shows, as the catalog has them.
pub fn names(node: &Node) -> impl Iterator<Item = &str> {
    let (current, desired, other) = match &node.what {
        What::Object(pair) => (pair.current.as_deref(), pair.desired.as_deref(), None),
        What::Namespace(name, _) => (None, None, name.as_deref()),
        What::NotCompared(what, _) => (None, None, Some(&*what.what)),
        What::NotComparedHead => (None, None, None),
    };
    let same = matches!((current, desired), (Some(a), Some(b)) if a.id.leaf() == b.id.leaf());
    let current = current.filter(|_| !same);
    current.into_iter().chain(desired).map(|object| object.id.leaf().as_str()).chain(other)
}

/// Open or closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fold {
    Open,
    Closed,
}

/// The way of a search.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    Next,
    Previous,
}
