//! Lines to statements: which statement of a script a line belongs to, and which lines a statement takes. Findings
//! and steps are tied to what is on the screen by it. It counts, and never judges.

use std::ops::Range;

use crate::model::EngineKind;

use super::split::{PieceKind, split};

/// The lines of one statement, 0-based.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementLines {
    /// With the comments above it.
    pub lines: Range<usize>,
    /// The statement alone.
    pub statement: Range<usize>,
}

/// The statements of a script in order. What is for the client, blank or data is no statement.
pub fn statement_lines(text: &str, engine: EngineKind) -> Vec<StatementLines> {
    let mut counter = Counter { text, at: 0, line: 0 };
    let mut found = Vec::new();
    for piece in split(text, engine) {
        if piece.kind != PieceKind::Statement {
            continue;
        }
        let blank = piece.text.len() - piece.text.trim_start().len();
        let first = counter.line_of(piece.offset + blank);
        let start = counter.line_of(piece.statement_offset());
        let end = counter.line_of(piece.statement_offset() + piece.statement().len());
        found.push(StatementLines { lines: first..end + 1, statement: start..end + 1 });
    }
    found
}

/// The statement that a line belongs to; of two on one line, the first.
pub fn statement_at(statements: &[StatementLines], line: usize) -> Option<usize> {
    let at = statements.partition_point(|statement| statement.lines.end <= line);
    statements.get(at).filter(|statement| statement.lines.contains(&line)).map(|_| at)
}

/// Counts on from place to place, so that a script is read once.
struct Counter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Counter<'_> {
    fn line_of(&mut self, byte: usize) -> usize {
        if let Some(passed) = self.text.as_bytes().get(self.at..byte) {
            self.line += passed.iter().filter(|b| **b == b'\n').count();
            self.at = byte;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_belong_to_statements() {
        let text =
            "\\set x 1\n\n-- why\nselect 1;\nselect 2; select\n  3;\n\ndo $$\nbegin; end;\n$$;\n-- end\n";
        let statements = statement_lines(text, EngineKind::Postgres);
        let lines: Vec<_> = statements.iter().map(|s| (s.lines.clone(), s.statement.clone())).collect();
        assert_eq!(lines, [(2..4, 3..4), (4..5, 4..5), (4..6, 4..6), (7..10, 7..10)]);
        let at: Vec<_> = (0..12).map(|line| statement_at(&statements, line)).collect();
        let expected =
            [None, None, Some(0), Some(0), Some(1), Some(2), None, Some(3), Some(3), Some(3), None, None];
        assert_eq!(at, expected);
    }
}
