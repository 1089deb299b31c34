//! A page of the rollout: lines of words with their looks, some of them rows that a cursor can stand on. Pages are
//! put together from the state each time they are drawn, and hold no state of their own.

use crate::app::wrap::wrapped;
use crate::config::theme::Role;

/// Words next to each other.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    pub parts: Vec<(Role, String)>,
    /// At the right edge, where there is room.
    pub right: Option<(Role, String)>,
    /// The row that the line belongs to.
    pub row: Option<usize>,
}

/// What one frame shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub title: String,
    pub right: String,
    pub lines: Vec<Line>,
    /// The row under the cursor, where rows are walked.
    pub cursor: Option<usize>,
    /// The first line in sight, where a text is read.
    pub top: usize,
}

impl Line {
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { parts: vec![(role, text.into())], ..Self::default() }
    }

    #[must_use]
    pub fn and(mut self, role: Role, text: impl Into<String>) -> Self {
        self.parts.push((role, text.into()));
        self
    }

    #[must_use]
    pub fn right(mut self, role: Role, text: impl Into<String>) -> Self {
        self.right = Some((role, text.into()));
        self
    }

    #[must_use]
    pub fn of_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }

    /// The line as plain text.
    pub fn text(&self) -> String {
        let parts = self.parts.iter().map(|(_, text)| text.as_str());
        let right = self.right.iter().flat_map(|(_, text)| ["  ", text.as_str()]);
        parts.chain(right).collect()
    }
}

impl Page {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// A heading over what follows.
    pub fn head(&mut self, text: impl Into<String>) {
        if !self.lines.is_empty() {
            self.blank();
        }
        self.push(Line::new(Role::Title, format!(" {}", text.into())));
    }

    /// Plain words, wrapped.
    pub fn say(&mut self, role: Role, text: &str, width: usize) {
        for line in text.lines().flat_map(|line| wrapped(line, width)) {
            self.push(Line::new(role, format!(" {line}")));
        }
    }

    /// A word and what it says, set in below the word where it has to be wrapped.
    pub fn tell(&mut self, word: &str, role: Role, text: &str, width: usize) {
        const COLUMN: usize = 13;
        let room = width.saturating_sub(COLUMN).max(10);
        let lines: Vec<String> = text.lines().flat_map(|line| wrapped(line, room)).collect();
        let lines = if lines.is_empty() { vec![String::new()] } else { lines };
        for (at, line) in lines.into_iter().enumerate() {
            let word = if at == 0 { word } else { "" };
            self.push(Line::new(Role::Muted, format!(" {word:<COLUMN$}")).and(role, line));
        }
    }

    /// The line to begin with, for so many rows: the first one as long as the cursor's row is in sight with it, or else
    /// that row is in the middle.
    pub fn from(&self, height: usize) -> usize {
        let last = self.lines.len().saturating_sub(height);
        match self.cursor {
            None => self.top.min(last),
            Some(cursor) => {
                let at = self.lines.iter().position(|line| line.row == Some(cursor)).unwrap_or(0);
                let end = self.lines.iter().rposition(|line| line.row == Some(cursor)).unwrap_or(at);
                if end < height { 0 } else { at.saturating_sub(height / 2).min(last) }
            }
        }
    }

    /// All of it as plain text.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text().trim_end().to_owned() + "\n").collect()
    }
}

/// How long something took.
pub fn time(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0 => format!("{millis} ms"),
        1..=59 => format!("{seconds}.{} s", millis % 1000 / 100),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// How long something has lasted, in whole seconds.
pub fn long(time: std::time::Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds => self::time(seconds.saturating_mul(1000)),
    }
}

/// `1 statement`, `3 statements`.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// `2026-11-28 00:41` of an RFC 3339 time.
pub fn minute(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_s_row_is_in_sight() {
        let mut page = Page::new("rows");
        for row in 0..50 {
            page.push(Line::new(Role::Text, format!("row {row}")).of_row(row));
            page.push(Line::new(Role::Muted, "more of it").of_row(row));
        }
        for height in [1, 2, 5, 30, 200] {
            for cursor in 0..50 {
                page.cursor = Some(cursor);
                let from = page.from(height);
                assert!((from..from + height).contains(&(2 * cursor)), "{cursor} in {height}: from {from}");
                assert!(from <= page.lines.len().saturating_sub(height));
            }
        }
    }

    #[test]
    fn times_have_the_words_of_their_size() {
        assert_eq!([9, 1_250, 61_000, 3_720_000].map(time), ["9 ms", "1.2 s", "1 min 1 s", "1 h 2 min"]);
    }
}
