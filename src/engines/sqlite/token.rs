//! SQLite's statement texts as tokens: names without their quotes, one spelling for what means the same. It reads
//! text that the database has already accepted, so it never has to complain.

use std::collections::BTreeSet;

use crate::model::{Definition, EngineKind};
use crate::sqltext::{TokenClass, lex};

/// A word, name, literal or sign; comments and spaces are gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub kind: Kind,
    /// Bytes of the statement.
    pub start: usize,
    pub end: usize,
    /// Whether anything stood between it and the token before.
    gap: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Word,
    /// In `"…"`, `` `…` `` or `[…]`.
    Quoted,
    String,
    Number,
    Sign,
}

/// The signs of more than one character.
const LONG_SIGNS: [&str; 10] = ["->>", "||", "->", "<=", ">=", "<>", "!=", "==", "<<", ">>"];

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut gap = false;
    for token in lex(text, EngineKind::Sqlite) {
        let kind = match token.class {
            TokenClass::Whitespace | TokenClass::Comment => {
                gap = true;
                continue;
            }
            TokenClass::Keyword | TokenClass::Identifier => Kind::Word,
            TokenClass::QuotedIdentifier => Kind::Quoted,
            TokenClass::String | TokenClass::DollarString => Kind::String,
            TokenClass::Number => Kind::Number,
            TokenClass::Parameter | TokenClass::Operator | TokenClass::Punctuation | TokenClass::Client => {
                Kind::Sign
            }
        };
        // The lexer takes signs that touch as one; `=-1` is three tokens here.
        let mut start = token.start;
        while start < token.end {
            let rest = text.get(start..token.end).unwrap_or("");
            let length = match kind {
                Kind::Sign if token.class == TokenClass::Operator => LONG_SIGNS
                    .iter()
                    .find(|sign| rest.starts_with(**sign))
                    .map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |sign| sign.len()),
                _ => token.end - start,
            };
            let end = (start + length).min(token.end);
            found.push(Token { text: text.get(start..end).unwrap_or(""), kind, start, end, gap });
            gap = false;
            start = end;
        }
    }
    found
}

impl Token<'_> {
    /// Whether this is the unquoted word, in any letter case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(word)
    }

    /// The name that the token spells where a name has to stand; SQLite takes a string for one there too.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted | Kind::String => {
                let close = self.text.chars().last()?;
                let inner = self.text.get(1..self.text.len().checked_sub(close.len_utf8())?)?;
                Some(match close {
                    ']' => inner.to_owned(),
                    _ => inner.replace(&format!("{close}{close}"), &close.to_string()),
                })
            }
            Kind::Number | Kind::Sign => None,
        }
    }
}

/// Names that SQLite would read in double quotes as names and not as strings, in lower case.
pub(super) type Names = BTreeSet<String>;

/// A name as SQLite compares it.
pub(super) fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The tokens on one line, with a space where something stood between them.
pub(super) fn tidy(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 && token.gap {
            text.push(' ');
        }
        text.push_str(token.text);
    }
    text
}

/// The form that is compared: equal for texts that differ in spacing, comments, letter case and quotes alone.
pub(super) fn form(tokens: &[Token<'_>], names: &Names) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        match token.kind {
            Kind::Word | Kind::Number => text.push_str(&folded(token.text)),
            Kind::String | Kind::Sign => text.push_str(token.text),
            Kind::Quoted => {
                let name = token.name().unwrap_or_default();
                let neighbour = |at: Option<usize>, what: &str| {
                    at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is(what))
                };
                let is_name = !token.text.starts_with('"')
                    || names.contains(&folded(&name))
                    || neighbour(at.checked_sub(1), ".")
                    || neighbour(at.checked_sub(1), "as")
                    || neighbour(Some(at + 1), ".");
                // In double quotes anything that is no name is a string, whose case counts.
                push_name(&mut text, &if is_name { folded(&name) } else { name });
            }
        }
    }
    text
}

fn push_name(text: &mut String, name: &str) {
    let simple = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if simple {
        text.push_str(name);
    } else {
        text.push('"');
        text.push_str(&name.replace('"', "\"\""));
        text.push('"');
    }
}

/// A whole stored statement: its text as it is, compared by its form.
pub(super) fn statement(text: &str, names: &Names) -> Definition {
    Definition::as_typed(text, form(&tokens(text), names))
}

/// A part of a stored statement, on one line.
pub(super) fn part(tokens: &[Token<'_>], names: &Names) -> Definition {
    Definition::as_typed(tidy(tokens), form(tokens, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let names: Names = ["Order".into(), "a b".into()].iter().map(|n: &String| folded(n)).collect();
        form(&tokens(a), &names) == form(&tokens(b), &names)
    }

    #[test]
    fn looks_make_no_difference() {
        assert!(same(
            "CREATE  VIEW v AS\n SELECT a -- why\n FROM [Order]",
            "create view V as select A from \"order\""
        ));
        assert!(same("a>=-1", "a >= - 1"));
        assert!(same("\"total\"", "TOTAL"));
        assert!(same("`A b`", "\"a B\""));
    }

    #[test]
    fn strings_keep_their_case() {
        assert!(!same("x = 'A'", "x = 'a'"));
        assert!(!same("x = \"Active\"", "x = \"active\""));
        assert!(!same("a - b", "a + b"));
        assert!(!same("[a b]", "a b"));
    }

    #[test]
    fn names_lose_their_quotes() {
        let names: Vec<_> =
            tokens("a \"b\"\"c\" `d``e` [f g] 'h''i'").iter().map(|token| token.name().unwrap()).collect();
        assert_eq!(names, ["a", "b\"c", "d`e", "f g", "h'i"]);
    }
}
