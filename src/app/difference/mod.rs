//! One object's definition on both sides, line against line: what the diff pane shows. It holds texts as they are;
//! whoever draws them makes them `Shown`.

mod words;

use similar::{Algorithm, DiffOp, capture_diff_slices};

pub use words::{Words, words};

/// Two texts and how they differ.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    before: Text,
    after: Text,
    ops: Vec<DiffOp>,
}

/// A text cut into lines.
#[derive(Clone, Debug, Default)]
pub struct Text {
    lines: Vec<Box<str>>,
}

impl Text {
    fn new(whole: &str) -> Self {
        Self { lines: whole.split_terminator('\n').map(Box::from).collect() }
    }

    /// All of it, each line with its end.
    pub fn whole(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    pub fn lines(&self) -> &[Box<str>] {
        &self.lines
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line without its end.
    pub fn line(&self, at: usize) -> Option<&str> {
        self.lines.get(at).map(AsRef::as_ref)
    }
}

/// A row of the pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// Equal on both sides.
    Same { before: u32, after: u32 },
    /// Only in current. Where it was replaced, the line that took its place.
    Removed { before: u32, by: Option<u32> },
    /// Only in desired. Where it replaces one, that line.
    Added { after: u32, of: Option<u32> },
    /// Side by side: replaced.
    Changed { before: u32, after: u32 },
    /// Equal lines that are not shown.
    Folded { lines: u32 },
}

impl Row {
    /// The lines it shows: of the text before, and of the text after.
    pub fn lines(self) -> (Option<u32>, Option<u32>) {
        match self {
            Self::Same { before, after } | Self::Changed { before, after } => (Some(before), Some(after)),
            Self::Removed { before, .. } => (Some(before), None),
            Self::Added { after, .. } => (None, Some(after)),
            Self::Folded { .. } => (None, None),
        }
    }

    /// Whether something differs in it.
    pub fn differs(self) -> bool {
        match self {
            Self::Same { .. } | Self::Folded { .. } => false,
            Self::Removed { .. } | Self::Added { .. } | Self::Changed { .. } => true,
        }
    }
}

/// How the rows are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Layout {
    #[default]
    Unified,
    SideBySide,
}

/// Equal lines shown around a difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Around {
    Lines(u16),
    All,
}

impl Around {
    const STEPS: [Self; 6] =
        [Self::Lines(0), Self::Lines(1), Self::Lines(3), Self::Lines(8), Self::Lines(20), Self::All];

    #[must_use]
    pub fn more(self) -> Self {
        Self::STEPS.into_iter().find(|step| *step > self).unwrap_or(Self::All)
    }

    #[must_use]
    pub fn less(self) -> Self {
        Self::STEPS.into_iter().rev().find(|step| *step < self).unwrap_or(Self::Lines(0))
    }
}

impl Difference {
    pub fn new(before: Option<String>, after: Option<String>) -> Self {
        let text = |whole: Option<String>| Text::new(&whole.unwrap_or_default());
        let (before, after) = (text(before), text(after));
        let ops = capture_diff_slices(Algorithm::Patience, before.lines(), after.lines());
        Self { before, after, ops }
    }

    pub fn before(&self) -> &Text {
        &self.before
    }

    pub fn after(&self) -> &Text {
        &self.after
    }

    pub fn is_same(&self) -> bool {
        self.ops.iter().all(|op| matches!(op, DiffOp::Equal { .. }))
    }

    /// The rows of the pane.
    pub fn rows(&self, layout: Layout, around: Around) -> Vec<Row> {
        let mut rows = Vec::new();
        for op in &self.ops {
            match *op {
                DiffOp::Equal { old_index, new_index, len } => {
                    rows.extend((0..len).map(|at| Row::Same {
                        before: (old_index + at) as u32,
                        after: (new_index + at) as u32,
                    }));
                }
                DiffOp::Delete { old_index, old_len, .. } => rows.extend(removed(old_index, old_len, 0, 0)),
                DiffOp::Insert { new_index, new_len, .. } => rows.extend(added(new_index, new_len, 0, 0)),
                DiffOp::Replace { old_index, old_len, new_index, new_len } => match layout {
                    Layout::Unified => {
                        rows.extend(removed(old_index, old_len, new_index, new_len));
                        rows.extend(added(new_index, new_len, old_index, old_len));
                    }
                    Layout::SideBySide => {
                        let both = old_len.min(new_len);
                        rows.extend((0..both).map(|at| Row::Changed {
                            before: (old_index + at) as u32,
                            after: (new_index + at) as u32,
                        }));
                        rows.extend(removed(old_index + both, old_len - both, 0, 0));
                        rows.extend(added(new_index + both, new_len - both, 0, 0));
                    }
                },
            }
        }
        match around {
            Around::All => rows,
            Around::Lines(lines) if self.is_same() => {
                let _ = lines;
                rows
            }
            Around::Lines(lines) => folded(rows, usize::from(lines)),
        }
    }
}

fn removed(from: usize, len: usize, other: usize, others: usize) -> impl Iterator<Item = Row> {
    (0..len).map(move |at| Row::Removed {
        before: (from + at) as u32,
        by: (at < others).then_some((other + at) as u32),
    })
}

fn added(from: usize, len: usize, other: usize, others: usize) -> impl Iterator<Item = Row> {
    (0..len).map(move |at| Row::Added {
        after: (from + at) as u32,
        of: (at < others).then_some((other + at) as u32),
    })
}

/// Leaves out equal rows further than `lines` from a difference. A gap of one row is not worth a mark.
fn folded(rows: Vec<Row>, lines: usize) -> Vec<Row> {
    let mut near = vec![false; rows.len()];
    for (at, _) in rows.iter().enumerate().filter(|(_, row)| row.differs()) {
        let to = (at + lines + 1).min(rows.len());
        near[at.saturating_sub(lines)..to].fill(true);
    }
    let mut kept = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let gap = near[at..].iter().take_while(|near| !**near).count();
        match gap {
            0 | 1 => {
                kept.push(rows[at]);
                at += 1;
            }
            lines => {
                kept.push(Row::Folded { lines: lines as u32 });
                at += lines;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(difference: &Difference, layout: Layout, around: Around) -> Vec<String> {
        let before = |at: u32| difference.before().line(at as usize).unwrap();
        let after = |at: u32| difference.after().line(at as usize).unwrap();
        let rows = difference.rows(layout, around);
        rows.iter()
            .map(|row| match *row {
                Row::Same { before: at, .. } => format!("  {}", before(at)),
                Row::Removed { before: at, .. } => format!("- {}", before(at)),
                Row::Added { after: at, .. } => format!("+ {}", after(at)),
                Row::Changed { before: a, after: b } => format!("{} | {}", before(a), after(b)),
                Row::Folded { lines } => format!("... {lines}"),
            })
            .collect()
    }

    const BEFORE: &str = "CREATE TABLE t (\n  a int,\n  b int,\n  c int,\n  d int\n);\n";
    const AFTER: &str = "CREATE TABLE t (\n  a int,\n  b int,\n  c bigint,\n  d int,\n  e text\n);\n";

    #[test]
    fn both_layouts_tell_the_same() {
        let difference = Difference::new(Some(BEFORE.into()), Some(AFTER.into()));
        assert_eq!(
            shown(&difference, Layout::Unified, Around::Lines(1)),
            [
                "... 2",
                "    b int,",
                "-   c int,",
                "-   d int",
                "+   c bigint,",
                "+   d int,",
                "+   e text",
                "  );"
            ]
        );
        assert_eq!(
            shown(&difference, Layout::SideBySide, Around::Lines(0)),
            ["... 3", "  c int, |   c bigint,", "  d int |   d int,", "+   e text", "  );"]
        );
    }

    #[test]
    fn one_side_alone_and_no_difference() {
        let created = Difference::new(None, Some(AFTER.into()));
        assert!(created.rows(Layout::Unified, Around::Lines(3)).iter().all(|row| row.differs()));
        let same = Difference::new(Some(BEFORE.into()), Some(BEFORE.into()));
        assert!(same.is_same());
        assert_eq!(same.rows(Layout::Unified, Around::Lines(0)).len(), 6, "nothing to fold around");
        assert!(Difference::new(None, None).rows(Layout::Unified, Around::All).is_empty());
    }

    #[test]
    fn context_grows_and_shrinks() {
        let mut around = Around::Lines(3);
        for _ in 0..9 {
            around = around.more();
        }
        assert_eq!(around, Around::All);
        assert_eq!(around.less(), Around::Lines(20));
        assert_eq!(Around::Lines(0).less(), Around::Lines(0));
    }
}
