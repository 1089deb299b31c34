//! Stopgap.
use super::list::{List, Motion};
use crate::config::keymap::{Action, Key};
use crate::model::EngineKind;
#[derive(Debug)]
pub struct SqlEditor {
    lines: Vec<String>,
    list: List,
    version: u64,
}
impl SqlEditor {
    pub fn new(_: EngineKind, text: &str) -> Self {
        Self { lines: text.split('\n').map(str::to_owned).collect(), list: List::default(), version: 0 }
    }
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
    pub fn set_text(&mut self, text: &str) {
        self.lines = text.split('\n').map(str::to_owned).collect();
        self.version += 1;
    }
    pub fn replace(&mut self, text: &str) {
        self.set_text(text);
    }
    pub fn is_touched(&self) -> bool {
        true
    }
    pub fn version(&self) -> u64 {
        self.version
    }
    pub fn cursor(&self) -> (usize, usize) {
        (self.list.cursor, 0)
    }
    pub fn top(&self) -> usize {
        self.list.top
    }
    pub fn press(&mut self, _: Key) -> bool {
        false
    }
    pub fn paste(&mut self, _: &str) {}
    pub fn act(&mut self, _: Action, _: usize) {}
    pub fn go(&mut self, motion: Motion, height: usize) {
        let len = self.lines.len();
        self.list.go(motion, len, height);
    }
    pub fn show_line(&mut self, line: usize, height: usize) {
        let len = self.lines.len();
        self.list.go(Motion::To(line), len, height);
    }
    pub fn start_selection(&mut self) {}
    pub fn end_selection(&mut self) -> bool {
        false
    }
    pub fn selection(&self) -> Option<String> {
        None
    }
}
