//! Colours for SQL: what each piece of a line is, by the grammar of its dialect. The work is done line by line, in
//! portions, and is kept: an edit costs the lines that it touches. It never decides what a statement means, and
//! nothing but a colour depends on it.

mod grammar;
mod line;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::model::EngineKind;

use grammar::grammar;
use line::State;

/// What a stretch of SQL is. Space and punctuation are nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Token {
    Keyword,
    Type,
    Name,
    /// A string literal, dollar quotes included.
    Text,
    Number,
    Comment,
    Operator,
}

/// Bytes of a line, always whole characters, and what they are.
pub type Span = (Range<usize>, Token);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Progress {
    /// The line that was asked for has its colours.
    Done,
    /// The portion was used up before.
    More,
}

/// Bytes of an ordinary line, to weigh the longer ones.
const ORDINARY: usize = 80;

/// How many of the newest states are searched for an equal one. The states of a script are few.
const SEARCHED: usize = 32;

/// The colours of one text, as far as they are known. The text stays with its owner, who hands in its lines and
/// says where they changed.
#[derive(Clone, Debug)]
pub struct Coloured {
    engine: EngineKind,
    /// The states that occur between two lines; the first is that of the text's start.
    states: Vec<State>,
    lines: Vec<Line>,
    /// The lines before this one are right.
    done: usize,
    /// The lines from `joins` to `kept` are right too if the one at which the work arrives starts as it did.
    joins: usize,
    kept: usize,
}

#[derive(Clone, Debug, Default)]
struct Line {
    /// Indices of the states at its start and its end.
    start: usize,
    end: usize,
    spans: Box<[Span]>,
}

impl Coloured {
    pub fn new(engine: EngineKind) -> Self {
        Self { engine, states: Vec::new(), lines: Vec::new(), done: 0, joins: 0, kept: 0 }
    }

    /// Colours all of a short text at once. Its lines end at line feeds.
    pub fn whole(engine: EngineKind, text: &str) -> Self {
        let lines: Vec<&str> = text.split('\n').collect();
        let mut coloured = Self::new(engine);
        let _ = coloured.colour_to(&lines, lines.len(), usize::MAX);
        coloured
    }

    /// The spans of a line in order, or nothing for a line that has no colours yet.
    pub fn line(&self, number: usize) -> Option<&[Span]> {
        let known = (number < self.done).then(|| self.lines.get(number))?;
        known.map(|line| &*line.spans)
    }

    /// Makes sure of the colours of a line and all before it. `portion` bounds the work of one call, in lines of
    /// ordinary length; a call gets at least one line further.
    pub fn colour_to<L: AsRef<str>>(&mut self, lines: &[L], number: usize, portion: usize) -> Progress {
        let Some(grammar) = grammar(self.engine) else { return Progress::Done };
        if self.states.is_empty() {
            self.states.push(State::start(grammar));
        }
        let wanted = number.saturating_add(1).min(lines.len());
        let mut left = portion;
        while self.done < wanted {
            let start =
                self.done.checked_sub(1).and_then(|before| self.lines.get(before)).map_or(0, |line| line.end);
            if self.rejoins(start) {
                self.done = self.kept;
                continue;
            }
            let text = lines.get(self.done).map_or("", AsRef::as_ref);
            let cost = 1 + text.len().min(line::LONGEST) / ORDINARY;
            if left < cost && left < portion {
                return Progress::More;
            }
            left = left.saturating_sub(cost);
            let Some(mut state) = self.states.get(start).cloned() else { break };
            let spans = state.colour(grammar, text);
            let line = Line { start, end: self.number_of(state, start), spans };
            match self.lines.get_mut(self.done) {
                Some(old) => *old = line,
                None => self.lines.push(line),
            }
            self.done += 1;
        }
        Progress::Done
    }

    /// Says that from line `from` on `removed` lines gave way to `added` lines.
    pub fn edited(&mut self, from: usize, removed: usize, added: usize) {
        let known = self.lines.len();
        if from >= known {
            return;
        }
        let end = from.saturating_add(removed).min(known);
        let behind = from + added;
        let moved = |line: usize| if line >= end { line - end + behind } else { line.min(behind) };
        if from < self.done {
            // Of two runs of lines that may still be right, the nearer one is kept.
            if end < self.done {
                (self.joins, self.kept) = (behind, moved(self.done));
            } else {
                (self.joins, self.kept) = (moved(self.joins).max(behind), moved(self.kept));
            }
            self.done = from;
        } else if from <= self.joins {
            (self.joins, self.kept) = (moved(self.joins).max(behind), moved(self.kept));
        } else {
            self.kept = from;
        }
        self.lines.splice(from..end, std::iter::repeat_with(Line::default).take(added));
        self.lines.truncate(self.kept.max(self.done));
    }

    fn rejoins(&self, start: usize) -> bool {
        let kept = self.joins <= self.done && self.done < self.kept;
        kept && self.lines.get(self.done).is_some_and(|line| line.start == start)
    }

    /// The index of a state. The one before it is the likeliest.
    fn number_of(&mut self, state: State, likely: usize) -> usize {
        if self.states.get(likely) == Some(&state) {
            return likely;
        }
        let newest = self.states.len().saturating_sub(SEARCHED);
        let found = self.states.iter().enumerate().skip(newest).chain(self.states.iter().enumerate().take(1));
        if let Some((at, _)) = found.clone().find(|(_, known)| **known == state) {
            return at;
        }
        self.states.push(state);
        self.states.len() - 1
    }
}
