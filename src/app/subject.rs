//! What is under review: a comparison, its rows, the decisions made on it, the plan drawn from them, and what the
//! panes show of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::export::Noted;
use crate::model::{Change, ObjectId, ObjectKind, Severity};
use crate::worker::{Comparison, Drafted};

use super::diff_view::DiffView;
use super::list::List;
use super::outline::{NodeId, Outline, What, outline};
use super::review::Review;
use super::sql_pane::SqlPane;
use super::tree::{Ground, Tree};

/// What a change can be, by its sign.
pub const SIGNS: [&str; 4] = ["+", "-", "~", "->"];

#[derive(Debug)]
pub struct Subject {
    pub comparison: Arc<Comparison>,
    pub outline: Outline,
    /// Tables on either side: current, desired. Counted once, for it means looking at every object.
    pub tables: [usize; 2],
    /// Columns that a tree needs to show most of its names.
    pub names: u16,
    /// By change.
    pub signs: Vec<&'static str>,
    /// How many changes of each sign stand in the rows before each place, so that no row has to count them.
    sums: Vec<[u32; SIGNS.len()]>,
    pub review: Review,
    pub tree: Tree,
    pub diff: DiffView,
    /// The trees' cursor has moved, then, and the other panes have not followed it yet.
    pub(super) behind: Option<Duration>,
    /// The latest plan of what is chosen; `None` while the first one is drawn.
    pub draft: Option<Arc<Drafted>>,
    pub sql: SqlPane,
    pub findings: List,
    /// Suspected renames that a person has decided about: places in the changeset's list.
    pub settled: BTreeSet<usize>,
}

impl Subject {
    pub fn new(comparison: Arc<Comparison>) -> Self {
        let changes = &comparison.changeset.changes;
        let outline = outline(&comparison.current.schema, &comparison.desired.schema, changes);
        let signs: Vec<&'static str> = changes.iter().map(Change::sign).collect();
        let sums = sums(&outline, &signs);
        let review = Review::new(comparison.imprints.to_vec());
        let tree = Tree::new(Ground { outline: &outline, review: &review, signs: &signs });
        let engine = comparison.current.schema.engine();
        let tables =
            [&comparison.current, &comparison.desired].map(|side| side.schema.count(ObjectKind::Table));
        Self {
            names: columns(&outline),
            outline,
            tables,
            signs,
            sums,
            review,
            tree,
            diff: DiffView::default(),
            behind: None,
            draft: None,
            sql: SqlPane::new(engine),
            findings: List::default(),
            settled: BTreeSet::new(),
            comparison,
        }
    }

    pub fn ground(&self) -> Ground<'_> {
        Ground { outline: &self.outline, review: &self.review, signs: &self.signs }
    }

    /// Works on the tree together with what its rows depend on.
    pub fn with_tree<T>(&mut self, work: impl FnOnce(&mut Tree, Ground<'_>) -> T) -> T {
        let ground = Ground { outline: &self.outline, review: &self.review, signs: &self.signs };
        work(&mut self.tree, ground)
    }

    /// The changes that the cursor stands on: those of its row, and of all below a closed or outer one.
    pub fn changes_here(&self, row: usize) -> Vec<usize> {
        let Some(id) = self.tree.rows().get(row).copied() else { return Vec::new() };
        let own = self.outline.own_changes(id);
        let alone = own.is_empty() || !self.tree.is_open(id);
        if alone {
            self.outline.changes_below(id).iter().map(|at| *at as usize).collect()
        } else {
            own.iter().map(|at| *at as usize).collect()
        }
    }

    /// How many changes of each of [`SIGNS`] a row and all below it hold.
    pub fn counts_below(&self, id: NodeId) -> [u32; SIGNS.len()] {
        let reach = self.outline.reach(id);
        let up_to = |at: usize| self.sums.get(at).copied().unwrap_or_default();
        let (before, all) = (up_to(reach.start), up_to(reach.end));
        std::array::from_fn(|sign| all[sign] - before[sign])
    }

    /// The changes of the selected range of rows, each once.
    pub fn changes_in_range(&self) -> Vec<usize> {
        let changes: BTreeSet<usize> = self.tree.range().flat_map(|row| self.changes_here(row)).collect();
        changes.into_iter().collect()
    }

    /// Findings that stand, in the order of the plan's record.
    pub fn findings(&self) -> &[Noted] {
        self.draft.as_ref().map_or(&[], |draft| &draft.record.findings)
    }

    /// The object that a finding is about.
    fn object_of<'a>(&'a self, finding: &'a Noted) -> Option<&'a ObjectId> {
        let step = || finding.step.and_then(|step| self.draft.as_ref()?.record.plan.steps.get(step));
        finding.object.as_ref().or_else(|| step().map(|step| &step.subject))
    }

    /// The row of a finding.
    pub fn node_of(&self, finding: &Noted) -> Option<NodeId> {
        self.object_of(finding).and_then(|id| self.outline.find(id))
    }

    /// Puts the findings' severities on the rows.
    pub fn spread_hazards(&mut self) {
        let grave = || self.findings().iter().filter(|finding| finding.severity > Severity::Info);
        let wanted: BTreeSet<&ObjectId> = grave().filter_map(|finding| self.object_of(finding)).collect();
        let nodes = self.outline.find_all(&wanted);
        let found: Vec<(NodeId, Severity)> = grave()
            .filter_map(|finding| Some((*nodes.get(self.object_of(finding)?)?, finding.severity)))
            .collect();
        self.tree.set_hazards(&self.outline, found);
    }

    /// How many findings of each severity stand: errors, warnings, infos.
    pub fn severities(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for finding in self.findings() {
            match finding.severity {
                Severity::Error => counts[0] += 1,
                Severity::Warn => counts[1] += 1,
                Severity::Info => counts[2] += 1,
            }
        }
        counts
    }

    /// What the row's definition is shown under.
    pub fn head(&self) -> Option<NodeId> {
        self.tree.selected().map(|id| self.outline.head(id))
    }

    /// Whether the diff pane still shows what the cursor stood on before.
    pub fn is_catching_up(&self) -> bool {
        self.behind.is_some() && self.diff.head != self.head() || self.diff.awaits()
    }

    /// The selected change's place among all: 1-based, and how many there are.
    pub fn place(&self) -> (Option<usize>, usize) {
        let changed = self.outline.changed();
        let at = self.tree.selected().and_then(|id| changed.binary_search(&id).ok());
        (at.map(|at| at + 1), changed.len())
    }
}

fn sums(outline: &Outline, signs: &[&str]) -> Vec<[u32; SIGNS.len()]> {
    let mut sums = vec![[0; SIGNS.len()]];
    let mut sum = [0; SIGNS.len()];
    for change in outline.changes() {
        let own = signs.get(*change as usize);
        if let Some(at) = SIGNS.iter().position(|sign| own == Some(sign)) {
            sum[at] += 1;
        }
        sums.push(sum);
    }
    sums
}

/// What stands in a tree's row before a name at depth 0, and what may stand behind it.
const BESIDE: usize = 5 + 3;
/// Of a hundred names, so many are to be seen whole.
const MOST: usize = 85;

/// Columns within which most tables, views and routines show their whole names, and most columns theirs. Constraints,
/// indexes and the like have names that are made of those, and are read with one of them in mind.
fn columns(outline: &Outline) -> u16 {
    // Relations and what is in them apart: there are so many columns that they would outvote the tables.
    let mut counts = [[0_usize; 128]; 2];
    for (_, node) in outline.nodes() {
        let Some(id) = node.id().filter(|id| !is_attached(id.kind)) else { continue };
        let signature = id.signature.as_ref().map_or(0, |signature| signature.width() + 2);
        let width = BESIDE + usize::from(node.depth) + id.leaf().as_str().width() + signature;
        counts[usize::from(node.depth > 1)][width.min(127)] += 1;
    }
    let enough = counts.iter().filter_map(|counts| {
        let all: usize = counts.iter().sum();
        let mut seen = 0;
        counts.iter().position(|count| {
            seen += count;
            seen * 100 >= all * MOST
        })
    });
    enough.max().unwrap_or(0) as u16
}

/// What belongs to a relation and is named after it.
fn is_attached(kind: ObjectKind) -> bool {
    !matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::Column
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Function
            | ObjectKind::Procedure
    )
}

/// Whether the node has a definition to be shown: everything that is an object.
pub fn has_definition(what: &What) -> bool {
    match what {
        What::Object(_) => true,
        What::Namespace(..) | What::NotCompared(..) | What::NotComparedHead => false,
    }
}
