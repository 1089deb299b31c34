//! The text itself: lines, one way to change them, and the way back. The lines lie in the engine of
//! `tui-textarea`; its cursor, its selection, its history and its drawing are not used. What was not edited comes
//! out as it went in, line ends and control characters included.

use tui_textarea::{CursorMove, TextArea};

/// A place between two characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position {
    /// 0-based.
    pub line: usize,
    /// Byte of the line, always at the start of a character or at the line's end.
    pub byte: usize,
}

impl Position {
    pub fn new(line: usize, byte: usize) -> Self {
        Self { line, byte }
    }
}

/// How the lines of the text end, where they all end alike. Otherwise a carriage return is a character like any
/// other, and can be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Lf,
    CrLf,
}

/// Which lines a change touched, as the colours want to know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Touched {
    pub(super) from: usize,
    pub(super) removed: usize,
    pub(super) added: usize,
}

/// One replacement: what it took away and what it put there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) at: Position,
    pub(super) removed: String,
    pub(super) inserted: String,
}

impl Change {
    fn reversed(&self) -> Self {
        Self { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }
}

#[derive(Debug)]
pub(super) struct Buffer {
    area: TextArea<'static>,
    ending: Ending,
    done: Vec<Change>,
    undone: Vec<Change>,
    newest: Kind,
}

/// How a change came about, and so what a step back takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A step by itself.
    Whole,
    /// Typing begins with it.
    Typed,
    /// Typing goes on: a part of the step before, if that was typing and ended here.
    TypedOn,
}

/// A step back reaches at most so far.
const REMEMBERED: usize = 10_000;

impl Buffer {
    pub(super) fn new(text: &str) -> Self {
        let returns = text.matches("\r\n").count();
        let alike =
            returns > 0 && returns == text.matches('\n').count() && returns == text.matches('\r').count();
        let (ending, part) = if alike { (Ending::CrLf, "\r\n") } else { (Ending::Lf, "\n") };
        let mut area = TextArea::new(text.split(part).map(str::to_owned).collect());
        area.set_max_histories(0);
        Self { area, ending, done: Vec::new(), undone: Vec::new(), newest: Kind::Whole }
    }

    pub(super) fn lines(&self) -> &[String] {
        self.area.lines()
    }

    pub(super) fn line(&self, number: usize) -> &str {
        self.area.lines().get(number).map_or("", String::as_str)
    }

    pub(super) fn text(&self) -> String {
        match self.ending {
            Ending::Lf => self.lines().join("\n"),
            Ending::CrLf => self.lines().join("\r\n"),
        }
    }

    /// Whether [`Buffer::text`] is this text.
    pub(super) fn holds(&self, text: &str) -> bool {
        let parts = match self.ending {
            Ending::Lf => "\n",
            Ending::CrLf => "\r\n",
        };
        self.lines().iter().map(String::as_str).eq(text.split(parts))
    }

    pub(super) fn last(&self) -> Position {
        let line = self.lines().len().saturating_sub(1);
        Position::new(line, self.line(line).len())
    }

    /// A text as it stands between the lines: with line feeds alone, if the lines end alike.
    pub(super) fn inner(&self, text: &str) -> String {
        match self.ending {
            Ending::Lf => text.to_owned(),
            Ending::CrLf => text.replace("\r\n", "\n"),
        }
    }

    /// The nearest place in the text, at or before.
    pub(super) fn clamp(&self, at: Position) -> Position {
        let line = at.line.min(self.lines().len().saturating_sub(1));
        Position::new(line, floor(self.line(line), at.byte))
    }

    /// The text between two places, its lines parted by line feeds.
    pub(super) fn between(&self, from: Position, to: Position) -> String {
        if from.line == to.line {
            return self.line(from.line).get(from.byte..to.byte).unwrap_or_default().to_owned();
        }
        let mut text = self.line(from.line).get(from.byte..).unwrap_or_default().to_owned();
        for line in from.line + 1..to.line {
            text.push('\n');
            text.push_str(self.line(line));
        }
        text.push('\n');
        text.push_str(self.line(to.line).get(..to.byte).unwrap_or_default());
        text
    }

    /// Puts `new` in place of what stands between two places. The place behind the new text comes back.
    pub(super) fn replace(
        &mut self,
        from: Position,
        to: Position,
        new: &str,
        kind: Kind,
    ) -> (Position, Touched) {
        let change = Change { at: from, removed: self.between(from, to), inserted: new.to_owned() };
        let result = self.apply(&change);
        self.undone.clear();
        if kind != Kind::TypedOn || self.newest == Kind::Whole || !self.joined(&change) {
            self.done.push(change);
            if self.done.len() > REMEMBERED {
                self.done.remove(0);
            }
        }
        self.newest = kind;
        result
    }

    /// What is typed next is a step of its own.
    pub(super) fn close(&mut self) {
        self.newest = Kind::Whole;
    }

    /// Grows the newest change by one that begins where it ends, or takes back a part of what it put there.
    fn joined(&mut self, next: &Change) -> bool {
        let Some(last) = self.done.last_mut() else { return false };
        if next.removed.is_empty() && end_of(last.at, &last.inserted) == next.at {
            last.inserted.push_str(&next.inserted);
            return true;
        }
        let taken_back = next.inserted.is_empty()
            && !next.removed.is_empty()
            && end_of(next.at, &next.removed) == end_of(last.at, &last.inserted);
        if !taken_back {
            return false;
        }
        if let Some(rest) = last.inserted.strip_suffix(next.removed.as_str()) {
            last.inserted.truncate(rest.len());
            return true;
        }
        // Backspace went on before the place where the typing began.
        if last.inserted.is_empty() {
            last.removed.insert_str(0, &next.removed);
            last.at = next.at;
            return true;
        }
        false
    }

    /// One step back. Where it happened comes back, or nothing at the beginning.
    pub(super) fn undo(&mut self) -> Option<(Position, Touched)> {
        let change = self.done.pop()?;
        let (_, touched) = self.apply(&change.reversed());
        let at = change.at;
        self.undone.push(change);
        self.newest = Kind::Whole;
        Some((at, touched))
    }

    pub(super) fn redo(&mut self) -> Option<(Position, Touched)> {
        let change = self.undone.pop()?;
        let (_, touched) = self.apply(&change);
        let at = change.at;
        self.done.push(change);
        self.newest = Kind::Whole;
        Some((at, touched))
    }

    fn apply(&mut self, change: &Change) -> (Position, Touched) {
        let before = self.lines().len();
        let head = self.line(change.at.line).get(..change.at.byte).unwrap_or_default();
        match (head.chars().count(), u16::try_from(head.chars().count())) {
            (_, Ok(column)) => {
                self.jump(change.at.line, column);
                self.area.delete_str(change.removed.chars().count());
                self.insert(&change.inserted);
            }
            // Farther than the engine jumps: the line is put in place from its start.
            (column, Err(_)) => {
                let line = format!("{head}{}", change.inserted);
                self.jump(change.at.line, 0);
                self.area.delete_str(column + change.removed.chars().count());
                self.insert(&line);
            }
        }
        let end = end_of(change.at, &change.inserted);
        let added = end.line - change.at.line + 1;
        let removed = (before + added).saturating_sub(self.lines().len());
        (end, Touched { from: change.at.line, removed, added })
    }

    /// The engine drops a carriage return before a line feed and at the end: such text goes in piece by piece.
    fn insert(&mut self, text: &str) {
        if !text.contains("\r\n") && !text.ends_with('\r') {
            if !text.is_empty() {
                self.area.insert_str(text);
            }
            return;
        }
        for (number, piece) in text.split('\n').enumerate() {
            if number > 0 {
                self.area.insert_newline();
            }
            if piece.ends_with('\r') {
                self.area.insert_str(format!("{piece}."));
                self.area.delete_char();
            } else if !piece.is_empty() {
                self.area.insert_str(piece);
            }
        }
    }

    /// The engine jumps no farther than line 65 535.
    fn jump(&mut self, line: usize, column: u16) {
        let row = u16::try_from(line).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(row, column));
        if line <= usize::from(row) {
            return;
        }
        for _ in usize::from(row)..line {
            self.area.move_cursor(CursorMove::Down);
        }
        self.area.move_cursor(CursorMove::Head);
        for _ in 0..column {
            self.area.move_cursor(CursorMove::Forward);
        }
    }
}

/// Where a text ends that begins at a place.
pub(super) fn end_of(at: Position, text: &str) -> Position {
    match text.rfind('\n') {
        None => Position::new(at.line, at.byte + text.len()),
        Some(last) => Position::new(at.line + text.matches('\n').count(), text.len() - last - 1),
    }
}

/// The nearest start of a character at or before a byte, or the end of the text.
pub(super) fn floor(text: &str, mut byte: usize) -> usize {
    if byte >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
