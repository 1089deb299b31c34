//! The diff pane's own state: which definition is on show, how it is laid out, where one is in it, and its colours.

use std::collections::BTreeMap;

use crate::model::EngineKind;
use crate::sqltext::colour::{Coloured, Progress, Span};

use super::difference::{Around, Difference, Layout, Row, Text};
use super::list::List;
use super::outline::NodeId;
use super::tree::Way;

/// Definitions kept, so that going back and forth asks the worker once.
const KEPT: usize = 64;
/// Lines coloured in one go.
const PORTION: usize = 200;

/// What the diff pane shows, and how.
#[derive(Clone, Debug)]
pub struct DiffView {
    pub layout: Layout,
    pub around: Around,
    pub words: WordMarks,
    pub list: List,
    /// First column in sight.
    pub left: usize,
    /// The node on show.
    pub head: Option<NodeId>,
    rows: Vec<Row>,
    colours: Progress,
    kept: BTreeMap<NodeId, Kept>,
}

/// A definition on both sides, with what is known of its colours.
#[derive(Clone, Debug)]
struct Kept {
    difference: Difference,
    before: Coloured,
    after: Coloured,
}

/// One of the two texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextSide {
    Before,
    After,
}

/// Whether the words that differ are marked, or whole lines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum WordMarks {
    #[default]
    On,
    Off,
}

impl Default for DiffView {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            around: Around::All,
            words: WordMarks::default(),
            list: List::default(),
            left: 0,
            head: None,
            rows: Vec::new(),
            colours: Progress::Done,
            kept: BTreeMap::new(),
        }
    }
}

impl DiffView {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The definition on show; `None` while it is on its way.
    pub fn difference(&self) -> Option<&Difference> {
        self.shown().map(|kept| &kept.difference)
    }

    fn shown(&self) -> Option<&Kept> {
        self.head.and_then(|head| self.kept.get(&head))
    }

    /// The colours of a line of one of the two texts, as far as they are known.
    pub fn spans(&self, side: TextSide, line: usize) -> &[Span] {
        let coloured = self.shown().map(|kept| match side {
            TextSide::Before => &kept.before,
            TextSide::After => &kept.after,
        });
        coloured.and_then(|coloured| coloured.line(line)).unwrap_or_default()
    }

    /// Goes on with the colours of what is in sight.
    pub fn colour(&mut self, height: usize) {
        let rows = self.rows.iter().skip(self.list.top).take(height);
        let (mut before, mut after) = (None, None);
        for row in rows {
            let (a, b) = row.lines();
            before = before.max(a);
            after = after.max(b);
        }
        let Some(kept) = self.head.and_then(|head| self.kept.get_mut(&head)) else {
            self.colours = Progress::Done;
            return;
        };
        let go_on = |coloured: &mut Coloured, text: &Text, line: Option<u32>| match line {
            Some(line) => coloured.colour_to(text.lines(), line as usize, PORTION),
            None => Progress::Done,
        };
        let done = [
            go_on(&mut kept.before, kept.difference.before(), before),
            go_on(&mut kept.after, kept.difference.after(), after),
        ];
        let more = done.iter().any(|progress| matches!(progress, Progress::More));
        self.colours = if more { Progress::More } else { Progress::Done };
    }

    /// `More`: what is in sight has not all its colours yet.
    pub fn colours(&self) -> Progress {
        self.colours
    }

    pub fn knows(&self, head: NodeId) -> bool {
        self.kept.contains_key(&head)
    }

    pub fn keep(&mut self, head: NodeId, difference: Difference, engine: EngineKind) {
        if self.kept.len() >= KEPT {
            // The one furthest away is the least likely to be wanted next.
            let far = self.kept.keys().copied().max_by_key(|id| id.0.abs_diff(head.0));
            far.and_then(|far| self.kept.remove(&far));
        }
        let coloured = || Coloured::new(engine);
        self.kept.insert(head, Kept { difference, before: coloured(), after: coloured() });
        if self.head == Some(head) {
            self.lay_out();
        }
    }

    /// Shows another node. The cursor goes to its first difference, or to the part's own line.
    pub fn show(&mut self, head: NodeId, part: Option<&str>, height: usize) {
        if self.head != Some(head) {
            self.head = Some(head);
            self.left = 0;
            self.lay_out();
        }
        let at = part.and_then(|name| self.line_of(name)).unwrap_or_else(|| self.first_difference());
        self.list.cursor = at;
        self.list.top = at.saturating_sub(height / 3);
        self.list.settle(self.rows.len(), height);
    }

    pub fn lay_out(&mut self) {
        let rows = self.difference().map(|difference| difference.rows(self.layout, self.around));
        self.rows = rows.unwrap_or_default();
        self.list.settle(self.rows.len(), 1);
    }

    fn first_difference(&self) -> usize {
        self.rows.iter().position(|row| row.differs()).unwrap_or(0)
    }

    /// The row of a column, constraint or index: a line that differs and names it, else any that begins with it.
    fn line_of(&self, name: &str) -> Option<usize> {
        let difference = self.difference()?;
        let text = |row: &Row| match *row {
            Row::Same { after, .. } | Row::Added { after, .. } | Row::Changed { after, .. } => {
                difference.after().line(after as usize)
            }
            Row::Removed { before, .. } => difference.before().line(before as usize),
            Row::Folded { .. } => None,
        };
        let names = |row: &&Row| text(row).is_some_and(|line| line.contains(name));
        let begins = |row: &Row| {
            text(row)
                .is_some_and(|line| line.trim_start().trim_start_matches(['"', '`', '[']).starts_with(name))
        };
        let differing = self.rows.iter().position(|row| row.differs() && names(&row));
        differing.or_else(|| self.rows.iter().position(begins))
    }

    /// The row of the next or previous run of differences.
    pub fn next_hunk(&self, from: usize, way: Way) -> Option<usize> {
        let starts = |at: &usize| self.rows[*at].differs() && (*at == 0 || !self.rows[*at - 1].differs());
        match way {
            Way::Next => (from + 1..self.rows.len()).find(starts),
            Way::Previous => (0..from.min(self.rows.len())).rev().find(starts),
        }
    }
}
