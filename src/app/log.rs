//! The log pane: what happened, in order. Bounded; it is for the eye, the journal is elsewhere.

use std::collections::VecDeque;
use std::time::Duration;

/// Older entries are dropped.
const LONGEST: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    Info,
    Good,
    Bad,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Since the start.
    pub at: Duration,
    pub tone: Tone,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
}

impl Log {
    pub fn add(&mut self, at: Duration, tone: Tone, text: impl Into<String>) {
        if self.entries.len() == LONGEST {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { at, tone, text: text.into() });
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }
}
