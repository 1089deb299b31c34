//! Searching: a text as it is written, not a pattern. Small letters find capitals, a capital finds itself alone.

use std::ops::Range;

use super::buffer::Position;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Search {
    pattern: String,
    case: Case,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Case {
    Heeded,
    Ignored,
}

impl Search {
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let case = if pattern.contains(char::is_uppercase) { Case::Heeded } else { Case::Ignored };
        (!pattern.is_empty()).then(|| Self { pattern: pattern.to_owned(), case })
    }

    pub(super) fn is_for(&self, pattern: &str) -> bool {
        self.pattern == pattern
    }

    pub(super) fn matches(&self, line: &str) -> Vec<Range<usize>> {
        // Only ASCII changes its case here: every byte keeps its place.
        let lower = match self.case {
            Case::Heeded => None,
            Case::Ignored => Some(line.to_ascii_lowercase()),
        };
        let line = lower.as_deref().unwrap_or(line);
        line.match_indices(&self.pattern).map(|(at, found)| at..at + found.len()).collect()
    }

    /// The next match, around the end if need be.
    pub(super) fn forward(&self, lines: &[String], from: Position) -> Option<Position> {
        let here = lines.get(from.line).and_then(|line| self.starts(line).find(|at| *at > from.byte));
        if let Some(at) = here {
            return Some(Position::new(from.line, at));
        }
        let others = (from.line + 1..lines.len()).chain(0..=from.line.min(lines.len().saturating_sub(1)));
        others.into_iter().find_map(|line| Some(Position::new(line, self.starts(lines.get(line)?).next()?)))
    }

    pub(super) fn backward(&self, lines: &[String], from: Position) -> Option<Position> {
        let here =
            lines.get(from.line).and_then(|line| self.starts(line).take_while(|at| *at < from.byte).last());
        if let Some(at) = here {
            return Some(Position::new(from.line, at));
        }
        let others = (0..from.line.min(lines.len())).rev().chain((from.line..lines.len()).rev());
        others.into_iter().find_map(|line| Some(Position::new(line, self.starts(lines.get(line)?).last()?)))
    }

    fn starts(&self, line: &str) -> impl Iterator<Item = usize> + use<> {
        self.matches(line).into_iter().map(|found| found.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_the_ends() {
        let lines: Vec<String> = ["Select a", "b", "select a select"].map(String::from).into();
        let next = |search: &Search, line, byte| search.forward(&lines, Position::new(line, byte));
        let search = Search::new("select").unwrap();
        assert_eq!(next(&search, 0, 0), Some(Position::new(2, 0)));
        assert_eq!(next(&search, 2, 0), Some(Position::new(2, 9)));
        assert_eq!(next(&search, 2, 9), Some(Position::new(0, 0)));
        assert_eq!(search.backward(&lines, Position::new(0, 0)), Some(Position::new(2, 9)));
        assert_eq!(search.backward(&lines, Position::new(2, 9)), Some(Position::new(2, 0)));
        assert_eq!(next(&Search::new("Select").unwrap(), 1, 0), Some(Position::new(0, 0)));
        assert_eq!(next(&Search::new("nothing").unwrap(), 1, 0), None);
        assert_eq!(Search::new(""), None);
    }
}
