//! One line that a person types: prompts and the search line of a picker. Any character may come in; whoever
//! draws it makes it `Shown`.

use crate::config::keymap::{Code, Key};

/// Longer lines are nobody's typing.
const LONGEST: usize = 4_000;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineInput {
    text: String,
    /// Byte offset, on a character boundary.
    cursor: usize,
}

impl LineInput {
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor, and behind it.
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Takes a key that edits. `false`: the key means something else.
    pub fn take(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        match (key.code, key.mods.ctrl, key.mods.alt) {
            (Code::Backspace, false, false) => self.cut(self.before(1)),
            (Code::Backspace, _, _) | (Code::Char('w'), true, false) => self.cut(self.word_before()),
            (Code::Delete, false, false) | (Code::Char('d'), true, false) => {
                let to = self.after();
                self.text.drain(self.cursor..to);
            }
            (Code::Char('u'), true, false) => self.cut(0),
            (Code::Char('k'), true, false) => self.text.truncate(self.cursor),
            (Code::Left, false, false) => self.cursor = self.before(1),
            (Code::Right, false, false) => self.cursor = self.after(),
            (Code::Left, _, _) | (Code::Char('b'), false, true) => self.cursor = self.word_before(),
            (Code::Home, false, false) | (Code::Char('a'), true, false) => self.cursor = 0,
            (Code::End, false, false) | (Code::Char('e'), true, false) => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    /// Pasted text: line ends become spaces.
    pub fn paste(&mut self, text: &str) {
        self.insert(&text.replace(['\n', '\r'], " "));
    }

    fn insert(&mut self, text: &str) {
        if self.text.len() + text.len() <= LONGEST {
            self.text.insert_str(self.cursor, text);
            self.cursor += text.len();
        }
    }

    fn cut(&mut self, from: usize) {
        self.text.drain(from..self.cursor);
        self.cursor = from;
    }

    fn before(&self, characters: usize) -> usize {
        let back = self.text[..self.cursor].char_indices().rev().nth(characters.saturating_sub(1));
        back.map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].chars().next().map_or(self.cursor, |c| self.cursor + c.len_utf8())
    }

    fn word_before(&self) -> usize {
        let text = self.text[..self.cursor].trim_end();
        let cut = text.char_indices().rev().find(|(_, c)| c.is_whitespace());
        cut.map_or(0, |(at, c)| at + c.len_utf8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keymap::Mods;

    #[test]
    fn any_keys_leave_a_cursor_between_characters() {
        let keys: Vec<Key> = [
            "a", "ß", "表", "<Space>", "<Left>", "<Right>", "<BS>", "<Del>", "<C-w>", "<C-u>", "<C-k>",
            "<Home>", "<End>",
        ]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
        assert!(keys.len() > 10);
        let mut line = LineInput::new("größe 表 x");
        let mut seed = 7_usize;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            line.take(keys[(seed >> 33) % keys.len()]);
            let (before, after) = line.halves();
            assert_eq!(format!("{before}{after}"), line.text());
        }
    }

    #[test]
    fn words_are_taken_away_whole() {
        let mut line = LineInput::new("kind:table größe");
        line.take(Key::new(Code::Char('w'), Mods { ctrl: true, ..Mods::NONE }));
        assert_eq!(line.text(), "kind:table ");
        line.paste("a\nb");
        assert_eq!(line.text(), "kind:table a b");
    }
}
