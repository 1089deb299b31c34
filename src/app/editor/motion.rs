//! Where a word begins and ends, over lines. It moves nothing: places in, places out.

use super::buffer::{Buffer, Position};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    Blank,
    Word,
    Sign,
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_whitespace() => Class::Blank,
        _ if c.is_alphanumeric() || c == '_' => Class::Word,
        _ => Class::Sign,
    }
}

/// The class of the character at a place; the end of a line is a blank.
fn class_at(buffer: &Buffer, at: Position) -> Class {
    buffer.line(at.line).get(at.byte..).and_then(|rest| rest.chars().next()).map_or(Class::Blank, class)
}

fn is_empty(buffer: &Buffer, at: Position) -> bool {
    buffer.line(at.line).is_empty()
}

/// The next character, over line ends, which count as one.
fn forward(buffer: &Buffer, at: Position) -> Option<Position> {
    let rest = buffer.line(at.line).get(at.byte..).unwrap_or_default();
    match rest.chars().next() {
        Some(c) => Some(Position::new(at.line, at.byte + c.len_utf8())),
        None => (at.line + 1 < buffer.lines().len()).then(|| Position::new(at.line + 1, 0)),
    }
}

fn backward(buffer: &Buffer, at: Position) -> Option<Position> {
    let before = buffer.line(at.line).get(..at.byte).unwrap_or_default();
    match before.chars().next_back() {
        Some(c) => Some(Position::new(at.line, at.byte - c.len_utf8())),
        None => at.line.checked_sub(1).map(|line| Position::new(line, buffer.line(line).len())),
    }
}

/// The start of the next word; an empty line is one.
pub(super) fn next_word(buffer: &Buffer, from: Position) -> Position {
    let mut at = from;
    let own = class_at(buffer, at);
    while own != Class::Blank && class_at(buffer, at) == own {
        let Some(next) = forward(buffer, at) else { return at };
        at = next;
    }
    while class_at(buffer, at) == Class::Blank {
        if at != from && is_empty(buffer, at) {
            return at;
        }
        let Some(next) = forward(buffer, at) else { return at };
        at = next;
    }
    at
}

/// The last character of this word, or of the next one if the place is there already.
pub(super) fn word_end(buffer: &Buffer, from: Position) -> Position {
    let Some(mut at) = forward(buffer, from) else { return from };
    while class_at(buffer, at) == Class::Blank {
        let Some(next) = forward(buffer, at) else { return at };
        at = next;
    }
    let own = class_at(buffer, at);
    while let Some(next) = forward(buffer, at) {
        if class_at(buffer, next) != own {
            break;
        }
        at = next;
    }
    at
}

/// The start of this word, or of the one before if the place is there already.
pub(super) fn previous_word(buffer: &Buffer, from: Position) -> Position {
    let Some(mut at) = backward(buffer, from) else { return from };
    while class_at(buffer, at) == Class::Blank {
        if is_empty(buffer, at) {
            return at;
        }
        let Some(before) = backward(buffer, at) else { return at };
        at = before;
    }
    let own = class_at(buffer, at);
    while let Some(before) = backward(buffer, at) {
        if class_at(buffer, before) != own {
            break;
        }
        at = before;
    }
    at
}

/// The first byte of a line that is no blank, or the line's end.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(
        text: &str,
        from: (usize, usize),
        step: fn(&Buffer, Position) -> Position,
    ) -> Vec<(usize, usize)> {
        let buffer = Buffer::new(text);
        let mut at = Position::new(from.0, from.1);
        let mut seen = Vec::new();
        loop {
            let next = step(&buffer, at);
            if next == at {
                return seen;
            }
            at = next;
            seen.push((at.line, at.byte));
        }
    }

    #[test]
    fn words_as_vim_has_them() {
        let text = "alter table\n\n  a_b.c(é);";
        assert_eq!(
            walk(text, (0, 0), next_word),
            [(0, 6), (1, 0), (2, 2), (2, 5), (2, 6), (2, 7), (2, 8), (2, 10), (2, 12)]
        );
        assert_eq!(
            walk(text, (0, 0), word_end),
            [(0, 4), (0, 10), (2, 4), (2, 5), (2, 6), (2, 7), (2, 8), (2, 11), (2, 12)]
        );
        assert_eq!(
            walk(text, (2, 12), previous_word),
            [(2, 10), (2, 8), (2, 7), (2, 6), (2, 5), (2, 2), (1, 0), (0, 6), (0, 0)]
        );
    }
}
