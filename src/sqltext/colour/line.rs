//! One line of SQL: what is open at its start, its tokens, and what is open at its end. The grammar knows words,
//! strings and comments; the pairs of dollar quotes are found here, because a closing tag wins over whatever is
//! open inside and its text is known only at the opening.

use std::ops::Range;

use syntect::parsing::{ParseState, ScopeStackOp};

use super::grammar::{Grammar, Mark};
use super::{Span, Token};

/// A longer line is coloured to here. What is open at its end is then taken to be what was open at its start:
/// such lines are rows of data that end where they began.
pub(super) const LONGEST: usize = 4096;

/// Bodies within bodies: a deeper one is coloured as a part of its parent.
const DEEPEST: usize = 6;

/// What is open between two lines, the outermost first. Equal states colour equal lines equally.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    layers: Vec<Layer>,
}

/// The script itself, or the body of a dollar quote.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Layer {
    /// The tag that ends it; none for the script.
    closed_by: Option<Box<str>>,
    parser: ParseState,
    /// The tokens of the scopes that are open.
    open: Vec<Option<Token>>,
}

impl State {
    pub(super) fn start(grammar: &Grammar) -> Self {
        Self { layers: vec![Layer::new(grammar, None)] }
    }

    /// The tokens of the next line; the state moves on to the line's end.
    pub(super) fn colour(&mut self, grammar: &Grammar, line: &str) -> Box<[Span]> {
        let before = (line.len() > LONGEST).then(|| self.clone());
        let line = line.get(..floor(line, LONGEST)).unwrap_or(line);
        // The grammars know lower case only; every byte keeps its place.
        let lower = line.to_ascii_lowercase();
        let mut spans = Spans(Vec::new());
        let mut at = 0;
        while at < line.len() || at == 0 {
            let closing = self.closing(line, at);
            let end = closing.as_ref().map_or(line.len(), |(_, tag)| tag.start);
            let Some(top) = self.layers.last_mut() else { break };
            let piece = lower.get(at..end).unwrap_or_default();
            if let Some(quote) = top.colour(grammar, piece, at, &mut spans) {
                let tag = line.get(at + quote.start..at + quote.end).unwrap_or_default().into();
                spans.add(at + quote.start..at + quote.end, Some(Token::Text));
                at += quote.end;
                if self.layers.len() <= DEEPEST {
                    self.layers.push(Layer::new(grammar, Some(tag)));
                }
            } else if let Some((layer, tag)) = closing {
                self.layers.truncate(layer);
                at = tag.end;
                spans.add(tag, Some(Token::Text));
            } else {
                break;
            }
        }
        if let Some(before) = before {
            *self = before;
        }
        spans.0.into()
    }

    /// The first closing tag of an open body from here on; of two at one place, the outer body's.
    fn closing(&self, line: &str, from: usize) -> Option<(usize, Range<usize>)> {
        let rest = line.get(from..)?;
        let found = self.layers.iter().enumerate().filter_map(|(at, layer)| {
            let tag = layer.closed_by.as_deref()?;
            let start = from + rest.find(tag)?;
            Some((at, start..start + tag.len()))
        });
        found.min_by_key(|(at, tag)| (tag.start, *at))
    }
}

impl Layer {
    fn new(grammar: &Grammar, closed_by: Option<Box<str>>) -> Self {
        Self { closed_by, parser: grammar.start.clone(), open: Vec::new() }
    }

    /// Colours a piece of a line up to its end, or up to a dollar quote: the quote's range comes back.
    fn colour(
        &mut self,
        grammar: &Grammar,
        piece: &str,
        from: usize,
        spans: &mut Spans,
    ) -> Option<Range<usize>> {
        let before = piece.contains('$').then(|| self.parser.clone());
        let mut changes = self.parse(grammar, piece);
        let mut end = piece.len();
        let quote = before.and_then(|before| {
            let quote = first_quote(grammar, &changes)?;
            // The parser has read on behind the quote: read again up to it alone.
            self.parser = before;
            end = quote.start;
            changes = self.parse(grammar, piece.get(..end)?);
            Some(quote)
        });
        let mut at = 0;
        for (position, change) in changes {
            spans.add(from + at..from + position, self.token());
            at = at.max(position);
            match change {
                ScopeStackOp::Push(scope) => self.open.push(match grammar.mark(scope) {
                    Some(Mark::Token(token)) => Some(token),
                    Some(Mark::Dollar) => Some(Token::Text),
                    None => None,
                }),
                ScopeStackOp::Pop(count) => self.open.truncate(self.open.len().saturating_sub(count)),
                ScopeStackOp::Clear(_) | ScopeStackOp::Restore | ScopeStackOp::Noop => {}
            }
        }
        spans.add(from + at..from + end, self.token());
        quote
    }

    /// A line that the parser refuses stays plain.
    fn parse(&mut self, grammar: &Grammar, piece: &str) -> Vec<(usize, ScopeStackOp)> {
        self.parser.parse_line(piece, &grammar.set).unwrap_or_default()
    }

    fn token(&self) -> Option<Token> {
        self.open.iter().rev().find_map(|token| *token)
    }
}

fn first_quote(grammar: &Grammar, changes: &[(usize, ScopeStackOp)]) -> Option<Range<usize>> {
    let mut changes = changes.iter();
    let start = changes.find_map(|(position, change)| match change {
        ScopeStackOp::Push(scope) if grammar.mark(*scope) == Some(Mark::Dollar) => Some(*position),
        _ => None,
    })?;
    changes.next().map(|(end, _)| start..*end)
}

/// Spans in order, neighbours of one token joined.
struct Spans(Vec<Span>);

impl Spans {
    fn add(&mut self, range: Range<usize>, token: Option<Token>) {
        let Some(token) = token else { return };
        if range.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some((last, same)) if *same == token && last.end == range.start => last.end = range.end,
            _ => self.0.push((range, token)),
        }
    }
}

/// The nearest start of a character at or before a byte, or the end of the text.
fn floor(text: &str, mut byte: usize) -> usize {
    if byte >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
