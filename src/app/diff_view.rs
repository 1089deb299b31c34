//! The diff pane's own state: which definition is on show, how it is laid out, where one is in it, and its colours.

use std::collections::BTreeMap;
use std::time::Duration;

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
/// A definition that comes sooner takes the place of the one before it at once.
const PATIENCE: Duration = Duration::from_millis(150);

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
    /// The node to be shown as soon as its definition is there, and since when it is waited for.
    next: Option<(NodeId, Duration)>,
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
            next: None,
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

    /// The node will be shown when its definition is there. Until then what is on show stays: to wipe it out first
    /// would be one more frame for a slow line, and a flicker for the eye.
    pub fn await_next(&mut self, head: NodeId, now: Duration) {
        let since = self.next.map_or(now, |(_, since)| since);
        self.next = Some((head, since));
    }

    /// Whether another node is on its way.
    pub fn awaits(&self) -> bool {
        self.next.is_some()
    }

    /// The node whose definition is not known.
    pub fn sought(&self) -> Option<NodeId> {
        self.next.map(|(head, _)| head).or(self.head).filter(|head| !self.knows(*head))
    }

    /// How long what is on show may stand for what is waited for; `None` where nothing is.
    pub fn until_due(&self, now: Duration) -> Option<Duration> {
        self.next.map(|(_, since)| (since + PATIENCE).saturating_sub(now))
    }

    /// Waited too long: the node is shown without its definition.
    pub fn give_up_waiting(&mut self) {
        if let Some((head, _)) = self.next {
            self.show(head, None, 1);
        }
    }

    /// Shows another node. The cursor goes to its first difference, or to the part's own line.
    pub fn show(&mut self, head: NodeId, part: Option<&str>, height: usize) {
        self.next = None;
        if self.head != Some(head) {
            self.head = Some(head);
            self.left = 0;
            self.lay_out();
        }
        let at = part.and_then(|name| self.line_of(name)).unwrap_or_else(|| self.first_difference());
        self.list.cursor = at;
        self.list.top = at.saturating_sub(height / 3);
        self.list.settle(self.rows.len(), height);
        self.colour(height);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_show_stays_until_the_next_is_there_or_too_late() {
        let text = |text: &str| Difference::new(Some(text.into()), Some(text.into()));
        let (first, second, third) = (NodeId(1), NodeId(2), NodeId(3));
        let mut view = DiffView::default();
        view.show(first, None, 10);
        assert_eq!(view.sought(), Some(first));
        view.keep(first, text("a"), EngineKind::Sqlite);
        view.await_next(second, Duration::from_millis(10));
        assert_eq!((view.head, view.sought(), view.rows().len()), (Some(first), Some(second), 1));
        // The cursor goes on; the wait does not begin anew.
        view.await_next(third, Duration::from_millis(100));
        assert_eq!(view.until_due(Duration::from_millis(100)), Some(Duration::from_millis(60)));
        view.keep(third, text("b"), EngineKind::Sqlite);
        view.show(third, None, 10);
        assert_eq!((view.head, view.sought(), view.until_due(Duration::ZERO)), (Some(third), None, None));
        view.await_next(second, Duration::ZERO);
        view.give_up_waiting();
        assert_eq!((view.head, view.sought(), view.rows().len()), (Some(second), Some(second), 0));
    }
}
