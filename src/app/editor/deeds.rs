//! What the keys of the normal mode do, and the deletions of typing. All of it goes through the one way in which
//! the text changes.

use crate::config::keymap::Action;

use super::buffer::{Buffer, Kind, Position};
use super::{Register, Shape, SqlEditor, cells, motion};

/// What the editor itself does of all that a key can run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// Typing begins here.
    Insert,
    InsertStart,
    Append,
    AppendEnd,
    OpenBelow,
    OpenAbove,
    Left,
    Right,
    WordNext,
    WordPrevious,
    WordEnd,
    LineStart,
    LineEnd,
    DeleteChar,
    DeleteLine,
    DeleteEnd,
    YankLine,
    Paste,
    Undo,
    Redo,
    SearchNext,
    SearchPrevious,
}

const DEEDS: [(Action, Deed); 22] = [
    (Action::SqlInsert, Deed::Insert),
    (Action::SqlInsertStart, Deed::InsertStart),
    (Action::SqlAppend, Deed::Append),
    (Action::SqlAppendEnd, Deed::AppendEnd),
    (Action::SqlOpenLine, Deed::OpenBelow),
    (Action::SqlOpenAbove, Deed::OpenAbove),
    (Action::SqlLeft, Deed::Left),
    (Action::SqlRight, Deed::Right),
    (Action::SqlWordNext, Deed::WordNext),
    (Action::SqlWordPrevious, Deed::WordPrevious),
    (Action::SqlWordEnd, Deed::WordEnd),
    (Action::SqlLineStart, Deed::LineStart),
    (Action::SqlLineEnd, Deed::LineEnd),
    (Action::SqlDeleteChar, Deed::DeleteChar),
    (Action::SqlDeleteLine, Deed::DeleteLine),
    (Action::SqlDeleteEnd, Deed::DeleteEnd),
    (Action::SqlYankLine, Deed::YankLine),
    (Action::SqlPaste, Deed::Paste),
    (Action::SqlUndo, Deed::Undo),
    (Action::SqlRedo, Deed::Redo),
    (Action::ListSearchNext, Deed::SearchNext),
    (Action::ListSearchPrevious, Deed::SearchPrevious),
];

/// Whether what is deleted can be pasted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    Register,
    Nothing,
}

impl SqlEditor {
    /// Does what an action says, so many times. Actions of other panes do nothing here.
    pub fn act(&mut self, action: Action, count: usize) {
        let Some((_, deed)) = DEEDS.iter().find(|(known, _)| *known == action) else { return };
        let count = count.max(1);
        let line = self.cursor.line;
        self.buffer.close();
        match deed {
            Deed::Insert => {}
            Deed::InsertStart => self.place(Position::new(line, motion::indent(self.buffer.line(line)))),
            Deed::Append => {
                self.place(Position::new(line, cells::next(self.buffer.line(line), self.cursor.byte)))
            }
            Deed::AppendEnd => self.place(Position::new(line, usize::MAX)),
            Deed::OpenBelow => self.open_below(),
            Deed::OpenAbove => self.open_above(),
            Deed::Left => self.step_left(count),
            Deed::Right => {
                self.step_right(count);
                self.leave_end();
            }
            Deed::WordNext => self.walk(count, motion::next_word),
            Deed::WordPrevious => self.walk(count, motion::previous_word),
            Deed::WordEnd => self.walk(count, motion::word_end),
            Deed::LineStart => self.place(Position::new(line, 0)),
            Deed::LineEnd => {
                self.place(Position::new(line, usize::MAX));
                self.leave_end();
                // Moving up and down keeps to the ends of the lines.
                self.aim = Some(usize::MAX / 2);
            }
            Deed::DeleteChar => match self.selected() {
                Some(_) => self.delete_lines(count),
                None => {
                    self.leave_end();
                    self.delete_under(count, Keep::Register);
                    self.leave_end();
                }
            },
            Deed::DeleteLine => self.delete_lines(count),
            Deed::DeleteEnd => self.delete_end(),
            Deed::YankLine => self.yank_lines(count),
            Deed::Paste => self.put(count),
            Deed::Undo => self.steps(count, Self::undo),
            Deed::Redo => self.steps(count, Self::redo),
            Deed::SearchNext => self.steps(count, Self::search_next),
            Deed::SearchPrevious => self.steps(count, Self::search_previous),
        }
        self.settle();
    }

    /// Typing is over: what is typed next is a step of its own, and the cursor stands on a character.
    pub fn rest(&mut self) {
        self.buffer.close();
        self.step_left(1);
        self.settle();
    }

    fn steps(&mut self, count: usize, step: fn(&mut Self) -> bool) {
        for _ in 0..count {
            if !step(self) {
                break;
            }
        }
    }

    fn walk(&mut self, count: usize, step: fn(&Buffer, Position) -> Position) {
        let mut at = self.cursor;
        for _ in 0..count {
            let next = step(&self.buffer, at);
            if next == at {
                break;
            }
            at = next;
        }
        self.place(at);
        self.leave_end();
    }

    pub(super) fn step_left(&mut self, count: usize) {
        let mut byte = self.cursor.byte;
        for _ in 0..count {
            if byte == 0 {
                break;
            }
            byte = cells::previous(self.buffer.line(self.cursor.line), byte);
        }
        self.place(Position::new(self.cursor.line, byte));
    }

    pub(super) fn step_right(&mut self, count: usize) {
        let line = self.buffer.line(self.cursor.line);
        let mut byte = self.cursor.byte;
        for _ in 0..count {
            if byte >= line.len() {
                break;
            }
            byte = cells::next(line, byte);
        }
        self.place(Position::new(self.cursor.line, byte));
    }

    /// In normal mode the cursor stands on a character, where there is one.
    fn leave_end(&mut self) {
        let line = self.buffer.line(self.cursor.line);
        if self.cursor.byte >= line.len() && !line.is_empty() {
            self.cursor.byte = cells::previous(line, line.len());
        }
    }

    pub(super) fn type_text(&mut self, text: &str) {
        // A new word is a new step.
        let before = self.buffer.line(self.cursor.line).get(..self.cursor.byte).unwrap_or_default();
        let in_word = !before.ends_with(char::is_whitespace) || text.starts_with(char::is_whitespace);
        let kind = if in_word || before.trim_start().is_empty() { Kind::TypedOn } else { Kind::Typed };
        self.cursor = self.change(self.cursor, self.cursor, text, kind);
    }

    /// A line begins with the blanks of the one before.
    pub(super) fn new_line(&mut self) {
        let line = self.buffer.line(self.cursor.line);
        let indent = motion::indent(line).min(self.cursor.byte);
        let text = format!("\n{}", line.get(..indent).unwrap_or_default());
        self.cursor = self.change(self.cursor, self.cursor, &text, Kind::Typed);
    }

    pub(super) fn delete_back(&mut self) {
        let from = match (self.cursor.byte, self.cursor.line) {
            (0, 0) => return,
            (0, line) => Position::new(line - 1, self.buffer.line(line - 1).len()),
            (byte, line) => Position::new(line, cells::previous(self.buffer.line(line), byte)),
        };
        self.change(from, self.cursor, "", Kind::TypedOn);
        self.cursor = from;
    }

    pub(super) fn delete_line_back(&mut self) {
        let from = Position::new(self.cursor.line, 0);
        self.delete(from, self.cursor, Keep::Nothing);
    }

    pub(super) fn delete_word_back(&mut self) {
        let from = motion::previous_word(&self.buffer, self.cursor);
        self.delete(from, self.cursor, Keep::Nothing);
    }

    /// The characters from the cursor on, within the line. While typing, the end of the line is one, too.
    pub(super) fn delete_under(&mut self, count: usize, keep: Keep) {
        let line = self.buffer.line(self.cursor.line);
        let mut end = self.cursor;
        if keep == Keep::Nothing && end.byte >= line.len() {
            end = Position::new(end.line + 1, 0);
            if end.line >= self.lines().len() {
                return;
            }
        } else {
            for _ in 0..count {
                if end.byte >= line.len() {
                    break;
                }
                end.byte = cells::next(line, end.byte);
            }
        }
        self.delete(self.cursor, end, keep);
    }

    fn delete_end(&mut self) {
        let end = self.buffer.clamp(Position::new(self.cursor.line, usize::MAX));
        self.delete(self.cursor, end, Keep::Register);
        self.leave_end();
    }

    fn delete(&mut self, from: Position, to: Position, keep: Keep) {
        if from >= to {
            return;
        }
        if keep == Keep::Register {
            self.register = Register { text: self.buffer.between(from, to), shape: Shape::Characters };
        }
        self.change(from, to, "", Kind::Whole);
        self.cursor = from;
    }

    /// The selected lines, or so many from the cursor's on.
    fn taken(&mut self, count: usize) -> std::ops::Range<usize> {
        let lines = self.selected().unwrap_or(self.cursor.line..self.cursor.line.saturating_add(count));
        self.anchor = None;
        lines.start..lines.end.min(self.lines().len())
    }

    fn yank(&mut self, lines: std::ops::Range<usize>) {
        let text = self.lines().get(lines).unwrap_or_default().join("\n");
        self.register = Register { text, shape: Shape::Lines };
    }

    fn yank_lines(&mut self, count: usize) {
        let lines = self.taken(count);
        self.cursor.line = lines.start;
        self.yank(lines);
    }

    fn delete_lines(&mut self, count: usize) {
        let lines = self.taken(count);
        let total = self.lines().len();
        let last = lines.end.saturating_sub(1);
        let end_of_last = Position::new(last, self.buffer.line(last).len());
        // The line feed behind goes with the lines, at the end of the text the one before.
        let (from, to) = if lines.end < total {
            (Position::new(lines.start, 0), Position::new(lines.end, 0))
        } else if let Some(before) = lines.start.checked_sub(1) {
            (Position::new(before, self.buffer.line(before).len()), end_of_last)
        } else {
            (Position::default(), end_of_last)
        };
        let start = lines.start;
        self.yank(lines);
        if from < to {
            self.change(from, to, "", Kind::Whole);
        }
        let line = start.min(self.lines().len().saturating_sub(1));
        self.place(Position::new(line, motion::indent(self.buffer.line(line))));
    }

    fn put(&mut self, count: usize) {
        let Register { text, shape } = self.register.clone();
        // So much and no more: a count is quickly mistyped.
        let count = count.min(1_000_000 / text.len().max(1)).max(1);
        match shape {
            Shape::Characters if text.is_empty() => {}
            Shape::Characters => {
                let line = self.buffer.line(self.cursor.line);
                let at = Position::new(self.cursor.line, cells::next(line, self.cursor.byte));
                self.cursor = self.change(at, at, &text.repeat(count), Kind::Whole);
                self.step_left(1);
            }
            Shape::Lines => {
                let end = self.buffer.clamp(Position::new(self.cursor.line, usize::MAX));
                self.change(end, end, &format!("\n{text}").repeat(count), Kind::Whole);
                let line = end.line + 1;
                self.place(Position::new(line, motion::indent(self.buffer.line(line))));
            }
        }
    }

    fn open_below(&mut self) {
        let line = self.buffer.line(self.cursor.line);
        let text = format!("\n{}", line.get(..motion::indent(line)).unwrap_or_default());
        let end = Position::new(self.cursor.line, line.len());
        self.cursor = self.change(end, end, &text, Kind::Typed);
    }

    fn open_above(&mut self) {
        let line = self.buffer.line(self.cursor.line);
        let indent = line.get(..motion::indent(line)).unwrap_or_default().to_owned();
        if let Some(above) = self.cursor.line.checked_sub(1) {
            let end = Position::new(above, self.buffer.line(above).len());
            self.cursor = self.change(end, end, &format!("\n{indent}"), Kind::Typed);
        } else {
            self.change(Position::default(), Position::default(), &format!("{indent}\n"), Kind::Typed);
            self.cursor = Position::new(0, indent.len());
        }
    }

    fn undo(&mut self) -> bool {
        let Some((at, touched)) = self.buffer.undo() else { return false };
        self.anchor = None;
        self.changed(touched);
        self.place(at);
        true
    }

    fn redo(&mut self) -> bool {
        let Some((at, touched)) = self.buffer.redo() else { return false };
        self.anchor = None;
        self.changed(touched);
        self.place(at);
        true
    }
}
