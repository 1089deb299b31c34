//! The script editor without a screen: a text, a cursor, what can be done with them, and what is in sight. Keys
//! that type come in by [`SqlEditor::press`], everything else as an action. It holds no SQL of its own, and the
//! colours are all it knows of the text's meaning.

mod buffer;
pub mod cells;
mod deeds;
mod motion;
mod search;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::config::keymap::{Code, Key};
use crate::model::EngineKind;
use crate::sqltext::colour::{Coloured, Progress, Span};

use super::list::{List, Motion};
use buffer::{Buffer, Kind, Touched};
use search::Search;

pub use buffer::Position;

/// Lines coloured in one go. A key press takes up to three goes; the rest waits for the next, or for
/// [`SqlEditor::colour`].
const PORTION: usize = 80;

/// Columns kept in sight beside the cursor.
const SIDE: usize = 4;

/// Lines in sight above a line that is shown: a statement's own comment, and a line before it.
const ABOVE: usize = 2;

/// What was cut or taken, to be pasted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Register {
    text: String,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Shape {
    #[default]
    Characters,
    /// Whole lines: pasted above or below, never within a line.
    Lines,
}

#[derive(Debug)]
pub struct SqlEditor {
    buffer: Buffer,
    cursor: Position,
    /// The column that moving up and down aims at.
    aim: Option<usize>,
    /// First line in sight, and its number of lines as far as it is known.
    top: usize,
    height: usize,
    /// Columns out of sight on the left, and how many are in sight.
    left: usize,
    width: usize,
    coloured: Coloured,
    colours: Progress,
    register: Register,
    /// The line at which a selection of lines began.
    anchor: Option<usize>,
    search: Option<Search>,
    version: u64,
    /// The version that somebody set from outside.
    set: u64,
}

impl SqlEditor {
    pub fn new(engine: EngineKind, text: &str) -> Self {
        let mut editor = Self {
            buffer: Buffer::new(text),
            cursor: Position::default(),
            aim: None,
            top: 0,
            height: 50,
            left: 0,
            width: usize::MAX,
            coloured: Coloured::new(engine),
            colours: Progress::Done,
            register: Register::default(),
            anchor: None,
            search: None,
            version: 0,
            set: 0,
        };
        editor.settle();
        editor
    }

    /// What was not edited is what was put in, to the byte.
    pub fn text(&self) -> String {
        self.buffer.text()
    }

    /// Whether this is the text; without making it.
    pub fn holds(&self, text: &str) -> bool {
        self.buffer.holds(text)
    }

    pub fn lines(&self) -> &[String] {
        self.buffer.lines()
    }

    /// Another text altogether: nothing to undo, the cursor as near as can be to where it was.
    pub fn set_text(&mut self, text: &str) {
        let lines = self.lines().len();
        self.buffer = Buffer::new(text);
        self.coloured.edited(0, lines, self.buffer.lines().len());
        self.version += 1;
        self.set = self.version;
        self.anchor = None;
        self.aim = None;
        self.cursor = self.buffer.clamp(self.cursor);
        self.settle();
    }

    /// Another text as one edit that can be undone. What both texts begin and end with stays as it is.
    pub fn replace(&mut self, text: &str) {
        let text = self.buffer.inner(text);
        let old = self.buffer.between(Position::default(), self.buffer.last());
        if text == old {
            return;
        }
        let mut head = old.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        head = buffer::floor(&old, head);
        let room = old.len().min(text.len()) - head;
        let mut tail =
            old.bytes().rev().zip(text.bytes().rev()).take(room).take_while(|(a, b)| a == b).count();
        while !old.is_char_boundary(old.len() - tail) {
            tail -= 1;
        }
        let from = buffer::end_of(Position::default(), old.get(..head).unwrap_or_default());
        let to = buffer::end_of(Position::default(), old.get(..old.len() - tail).unwrap_or_default());
        self.change(from, to, text.get(head..text.len() - tail).unwrap_or_default(), Kind::Whole);
        self.cursor = from;
        self.settle();
    }

    /// Whether the text was changed since it was set. It may have been changed back.
    pub fn is_touched(&self) -> bool {
        self.version != self.set
    }

    /// Another number after every change of the text.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// 0-based line, and byte in it.
    pub fn cursor(&self) -> (usize, usize) {
        (self.cursor.line, self.cursor.byte)
    }

    /// The cursor's column on the screen, from 0.
    pub fn column(&self) -> usize {
        cells::column_of(self.buffer.line(self.cursor.line), self.cursor.byte)
    }

    /// First line in sight.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Columns out of sight on the left.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Columns beside the text: the number of a line, a mark, a blank.
    pub fn gutter(&self) -> usize {
        self.lines().len().to_string().len() + 2
    }

    /// Says how many lines and columns are in sight, line numbers included.
    pub fn fit(&mut self, height: usize, width: usize) {
        (self.height, self.width) = (height, width.saturating_sub(self.gutter()));
        self.settle();
    }

    /// A key that types, deletes, or moves while typing. Whether the text changed.
    pub fn press(&mut self, key: Key) -> bool {
        let before = self.version;
        self.anchor = None;
        if let Some(c) = key.typed() {
            self.type_text(c.encode_utf8(&mut [0; 4]));
        } else {
            match key.code {
                Code::Enter => self.new_line(),
                Code::Tab => self.type_text(&" ".repeat(cells::TAB - self.column() % cells::TAB)),
                Code::Backspace => self.delete_back(),
                Code::Delete => self.delete_under(1, deeds::Keep::Nothing),
                Code::Left => self.step_left(1),
                Code::Right => self.step_right(1),
                Code::Up => self.go(Motion::Up(1), self.height),
                Code::Down => self.go(Motion::Down(1), self.height),
                Code::PageUp => self.go(Motion::PageUp, self.height),
                Code::PageDown => self.go(Motion::PageDown, self.height),
                Code::Home => self.place(Position::new(self.cursor.line, 0)),
                Code::End => self.place(Position::new(self.cursor.line, usize::MAX)),
                Code::Char('u') if key.mods.ctrl => self.delete_line_back(),
                Code::Char('w') if key.mods.ctrl => self.delete_word_back(),
                Code::Char(_) | Code::Esc | Code::BackTab | Code::Insert | Code::F(_) => {}
            }
        }
        self.settle();
        self.version != before
    }

    /// Text from outside, as one step. Its line ends become those of the script.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.is_empty() {
            return;
        }
        self.anchor = None;
        self.cursor = self.change(self.cursor, self.cursor, &text, Kind::Whole);
        self.settle();
    }

    /// Moves over lines. The column is kept where the line is long enough.
    pub fn go(&mut self, motion: Motion, height: usize) {
        self.height = height;
        let aim = self.aim.unwrap_or_else(|| self.column());
        let mut list = List { cursor: self.cursor.line, top: self.top };
        list.go(motion, self.lines().len(), height);
        let line = self.buffer.line(list.cursor);
        self.cursor = Position::new(list.cursor, cells::byte_at(line, aim).0);
        self.top = list.top;
        self.settle();
        self.aim = Some(aim);
    }

    /// Goes to the start of a line, and puts it near the top.
    pub fn show_line(&mut self, line: usize, height: usize) {
        self.height = height;
        let line = line.min(self.lines().len().saturating_sub(1));
        self.place(Position::new(line, motion::indent(self.buffer.line(line))));
        // What is shown begins here: most of the room belongs to what follows.
        self.top = line.saturating_sub(ABOVE.min(height / 4));
        self.settle();
    }

    /// Selects whole lines from the cursor's on.
    pub fn start_selection(&mut self) {
        self.anchor = Some(self.cursor.line);
    }

    /// `false` if nothing was selected.
    pub fn end_selection(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    /// The selected lines, each with its line feed but the last.
    pub fn selection(&self) -> Option<String> {
        let lines = self.selected()?;
        Some(self.lines().get(lines)?.join("\n"))
    }

    pub fn selected(&self) -> Option<Range<usize>> {
        let anchor = self.anchor?.min(self.lines().len().saturating_sub(1));
        Some(anchor.min(self.cursor.line)..anchor.max(self.cursor.line) + 1)
    }

    /// The colours of a line, where they are known already.
    pub fn spans(&self, line: usize) -> &[Span] {
        self.coloured.line(line).unwrap_or_default()
    }

    /// Goes on with the colours of what is in sight.
    pub fn colour(&mut self) {
        let last = self.top.saturating_add(self.height);
        self.colours = self.coloured.colour_to(self.buffer.lines(), last, PORTION);
    }

    /// `More`: what is in sight has not all its colours, and [`SqlEditor::colour`] should be called soon.
    pub fn colours(&self) -> Progress {
        self.colours
    }

    /// Says what to search for; small letters find capitals, too. Nothing ends the search.
    pub fn look_for(&mut self, pattern: &str) {
        if !self.search.as_ref().is_some_and(|search| search.is_for(pattern)) {
            self.search = Search::new(pattern);
        }
    }

    /// Goes to the next match, around the end if need be. `false` if there is none.
    pub fn search_next(&mut self) -> bool {
        let found = self.search.as_ref().and_then(|search| search.forward(self.lines(), self.cursor));
        self.found(found)
    }

    pub fn search_previous(&mut self) -> bool {
        let found = self.search.as_ref().and_then(|search| search.backward(self.lines(), self.cursor));
        self.found(found)
    }

    /// Where the search's text stands in a line.
    pub fn matches(&self, line: usize) -> Vec<Range<usize>> {
        self.search.as_ref().map(|search| search.matches(self.buffer.line(line))).unwrap_or_default()
    }

    fn found(&mut self, at: Option<Position>) -> bool {
        let Some(at) = at else { return false };
        self.place(at);
        self.settle();
        true
    }

    fn place(&mut self, at: Position) {
        self.cursor = self.buffer.clamp(at);
        self.aim = None;
    }

    /// The one way in which the text changes. The place behind the new text comes back.
    fn change(&mut self, from: Position, to: Position, new: &str, kind: Kind) -> Position {
        let (end, touched) = self.buffer.replace(from, to, new, kind);
        self.changed(touched);
        end
    }

    fn changed(&mut self, touched: Touched) {
        self.coloured.edited(touched.from, touched.removed, touched.added);
        self.version += 1;
        self.aim = None;
    }

    /// After every step: the cursor in the text and in sight, and what is in sight coloured.
    fn settle(&mut self) {
        self.cursor = self.buffer.clamp(self.cursor);
        let mut list = List { cursor: self.cursor.line, top: self.top };
        list.settle(self.lines().len(), self.height);
        self.top = list.top;
        let column = self.column();
        let side = SIDE.min(self.width / 4);
        let least = column.saturating_add(side + 1).saturating_sub(self.width);
        let most = column.saturating_sub(side).max(least);
        self.left = if least == 0 { 0 } else { self.left.clamp(least, most) };
        self.colour();
    }
}
