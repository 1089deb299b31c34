//! A place among the tokens of a stored statement, and the small steps that reading takes from it.

use std::ops::Range;

use super::token::{Kind, Token};

pub(super) struct Cursor<'t, 'a> {
    pub tokens: &'t [Token<'a>],
    pub at: usize,
}

impl<'a> Cursor<'_, 'a> {
    pub fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }
    pub fn sees(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Word && token.is(word))
    }
    pub fn sees_ahead(&self, ahead: usize, word: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.kind == Kind::Word && token.is(word))
    }
    pub fn take(&mut self, word: &str) -> bool {
        let taken = self.sees(word);
        self.at += usize::from(taken);
        taken
    }
    pub fn take_sign(&mut self, sign: &str) -> bool {
        let taken = self.peek().is_some_and(|token| token.kind == Kind::Sign && token.text == sign);
        self.at += usize::from(taken);
        taken
    }
    pub fn word(&mut self, word: &str) -> Option<()> {
        self.take(word).then_some(())
    }
    pub fn sign(&mut self, sign: &str) -> Option<()> {
        self.take_sign(sign).then_some(())
    }
    pub fn name(&mut self) -> Option<String> {
        let name = self.peek()?.name()?;
        self.at += 1;
        Some(name)
    }

    /// `CREATE … kind [IF NOT EXISTS] [schema.]name`; gives the token that is the name.
    pub fn head(&mut self, kind: &str) -> Option<usize> {
        self.word("create")?;
        while !self.take(kind) {
            if !(self.take("temp") || self.take("temporary") || self.take("unique")) {
                return None;
            }
        }
        if self.sees("if") && self.sees_ahead(1, "not") {
            self.at += 3;
        }
        let mut at = self.at;
        self.name()?;
        if self.take_sign(".") {
            at = self.at;
            self.name()?;
        }
        Some(at)
    }

    /// Past what is in parentheses, the opening one being next; gives what is inside.
    pub fn group(&mut self) -> Option<Range<usize>> {
        self.sign("(")?;
        let start = self.at;
        let mut depth = 1_usize;
        while depth > 0 {
            let token = self.peek()?;
            match (token.kind, token.text) {
                (Kind::Sign, "(") => depth += 1,
                (Kind::Sign, ")") => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(start..self.at - 1)
    }
}
