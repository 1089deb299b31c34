//! What SHOW CREATE printed, cut where our own statements need it cut: the words before a name, the definer, the rest.

use std::collections::BTreeMap;

use super::catalog::{COUNT, E, Particular, particulars};
use crate::connect::{Cells, Rows};
use crate::model::{Ident, Settings};
use crate::sqltext::{Token, TokenClass, lex};

/// The answers to the particulars, by their question. What the server refused to show is not there.
pub(super) struct Shown<'a> {
    rows: BTreeMap<(u8, &'a str), Cells<'a>>,
}

impl<'a> Shown<'a> {
    pub fn read(answers: &'a [Rows]) -> Self {
        let asked = particulars(answers).into_iter();
        let told = answers.get(COUNT..).unwrap_or_default().iter();
        let rows = asked.zip(told).filter(|(_, rows)| !rows.is_empty());
        Self { rows: rows.map(|(asked, rows)| (key(asked), rows.row(0))).collect() }
    }

    /// The cell of an answer.
    pub fn cell(&self, what: Particular<'a>, column: usize) -> Option<&'a str> {
        self.rows.get(&key(what))?.get(column)
    }
}

fn key(particular: Particular<'_>) -> (u8, &str) {
    match particular {
        Particular::View(name) => (0, name),
        Particular::Sequence(name) => (1, name),
        Particular::Table(name) => (2, name),
        Particular::Procedure(name) => (3, name),
        Particular::Function(name) => (4, name),
        Particular::Trigger(name) => (5, name),
        Particular::Event(name) => (6, name),
    }
}

/// `CREATE DEFINER=… PROCEDURE p() …` without CREATE and the definer.
pub(super) fn without_head(text: &str) -> Option<&str> {
    let mut words = Words::of(text);
    words.keyword("create").then_some(())?;
    if words.keyword("definer") {
        words.account()?;
    }
    text.get(words.position()..)
}

/// The settings that a program is made under. UTF-8 is what we speak, so character sets are not among them.
pub(super) fn settings(sql_mode: &str) -> Settings {
    let mut settings = Settings::new();
    settings.insert("sql_mode".into(), sql_mode.into());
    settings
}

/// A definer as the catalog has it: `user@host`.
pub(super) fn account(text: &str) -> Ident {
    Ident::from(text)
}

/// The words of a text, without blanks and comments.
pub(super) struct Words<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Self {
        let meant = |token: &Token| !matches!(token.class, TokenClass::Whitespace | TokenClass::Comment);
        Self { text, tokens: lex(text, E).filter(meant).collect(), at: 0 }
    }

    /// Takes the word if it comes next.
    pub fn keyword(&mut self, word: &str) -> bool {
        let comes = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(comes);
        comes
    }

    /// Takes `=`, a user and the host, each in quotes or not; a role has no host. The sign and the host may be one word.
    pub fn account(&mut self) -> Option<String> {
        self.keyword("=").then_some(())?;
        let user = bare(self.next()?);
        let host = if self.keyword("@") {
            Some(bare(self.next()?))
        } else if self.peek().is_some_and(|word| word.starts_with('@')) {
            self.next()?.strip_prefix('@').map(bare)
        } else {
            None
        };
        Some(match host {
            Some(host) => format!("{user}@{host}"),
            None => user,
        })
    }

    fn peek(&self) -> Option<&'a str> {
        let token = self.tokens.get(self.at)?;
        self.text.get(token.start..token.end)
    }

    /// Takes whatever comes next.
    pub fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.at += 1;
        Some(word)
    }

    /// Where the next word begins.
    pub fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.start)
    }
}

/// A name without its quotes.
fn bare(word: &str) -> String {
    let quote = word.chars().next().filter(|c| matches!(c, '`' | '"' | '\''));
    match quote.and_then(|quote| word.strip_prefix(quote)?.strip_suffix(quote).map(|inner| (quote, inner))) {
        Some((quote, inner)) => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_head;

    #[test]
    fn heads_are_cut() {
        for (text, rest) in [
            ("CREATE DEFINER=`root`@`localhost` PROCEDURE `p`()\nselect 1", "PROCEDURE `p`()\nselect 1"),
            (
                "CREATE DEFINER=\"a b\"@\"%\" FUNCTION \"f\"() returns int return 1",
                "FUNCTION \"f\"() returns int return 1",
            ),
            (
                "CREATE trigger t before insert on p for each row set new.a = 1",
                "trigger t before insert on p for each row set new.a = 1",
            ),
        ] {
            assert_eq!(without_head(text), Some(rest));
        }
    }
}
