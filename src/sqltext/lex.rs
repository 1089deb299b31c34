//! The lexer: any text becomes tokens that join to the same text again. It knows how each engine writes
//! strings, names and comments; it never fails, never recurses, and gives no token a meaning.

use crate::model::EngineKind;

use super::keywords::{KEYWORDS, MORE_KEYWORDS};

/// What a token is, as far as colours and splitting need to know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenClass {
    Keyword,
    Identifier,
    QuotedIdentifier,
    String,
    DollarString,
    Number,
    /// `$1`, `:name`, `@name`, `?`.
    Parameter,
    Comment,
    Operator,
    Punctuation,
    Whitespace,
    /// A command to the engine's own client, up to the end of its line: psql's `\restrict`.
    Client,
}

/// A token as a range of bytes of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub class: TokenClass,
    pub start: usize,
    pub end: usize,
}

/// The tokens of a text, from its first byte to its last.
pub fn lex(text: &str, engine: EngineKind) -> Lexer<'_> {
    Lexer { text, bytes: text.as_bytes(), engine, at: 0, delimiter: None }
}

#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    engine: EngineKind,
    at: usize,
    /// MySQL's `DELIMITER`: names and operators end where it begins.
    delimiter: Option<&'a [u8]>,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let first = self.peek(0)?;
        let class = self.class(first);
        // Progress is certain even for a byte that nothing above wanted.
        self.at = self.at.max(start + 1).min(self.bytes.len());
        Some(Token { class, start, end: self.at })
    }
}

impl<'a> Lexer<'a> {
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Continues at a later byte, which must begin a character.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at.min(self.bytes.len());
    }

    pub(super) fn set_delimiter(&mut self, delimiter: &'a str) {
        self.delimiter = (delimiter != ";" && !delimiter.is_empty()).then_some(delimiter.as_bytes());
    }

    pub(super) fn delimiter(&self) -> &'a [u8] {
        self.delimiter.unwrap_or(b";")
    }

    /// Whether the delimiter begins right here.
    pub(super) fn at_delimiter(&self) -> bool {
        self.begins(self.at, self.delimiter())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn begins(&self, at: usize, with: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(with))
    }

    fn stops(&self) -> bool {
        self.delimiter.is_some_and(|delimiter| self.begins(self.at, delimiter))
    }

    fn class(&mut self, first: u8) -> TokenClass {
        use EngineKind::{MySql, Postgres, Snowflake, SqlServer, Sqlite};
        let second = self.peek(1).unwrap_or(0);
        match first {
            b if b.is_ascii_whitespace() || b == 0x0b => {
                self.run(|b| b.is_ascii_whitespace() || b == 0x0b);
                TokenClass::Whitespace
            }
            b'-' if second == b'-' && self.dashes_comment() => self.line(TokenClass::Comment),
            b'#' if self.engine == MySql => self.line(TokenClass::Comment),
            b'/' if second == b'/' && self.engine == Snowflake => self.line(TokenClass::Comment),
            b'/' if second == b'*' => self.block_comment(),
            b'\\' if self.engine == Postgres => self.line(TokenClass::Client),
            b'\'' => self.quoted(1, b'\'', self.backslash_in_strings(), TokenClass::String),
            b'"' if self.engine == MySql => self.quoted(1, b'"', true, TokenClass::String),
            b'"' => self.quoted(1, b'"', false, TokenClass::QuotedIdentifier),
            b'`' if matches!(self.engine, MySql | Sqlite) => {
                self.quoted(1, b'`', false, TokenClass::QuotedIdentifier)
            }
            b'[' if matches!(self.engine, SqlServer | Sqlite) => {
                self.quoted(1, b']', false, TokenClass::QuotedIdentifier)
            }
            b'$' => self.dollar(),
            b'@' | b':' | b'?' => self.marker(first, second),
            b'#' if self.engine == SqlServer => self.word(),
            b if b.is_ascii_digit() => self.number(),
            b'.' if second.is_ascii_digit() => self.number(),
            b if is_word_start(b) => self.word(),
            b if is_operator(b) => self.operator(),
            _ => {
                self.at += 1;
                TokenClass::Punctuation
            }
        }
    }

    /// MySQL reads `--` as a comment only before white space.
    fn dashes_comment(&self) -> bool {
        self.engine != EngineKind::MySql || self.peek(2).is_none_or(|b| b <= b' ')
    }

    fn backslash_in_strings(&self) -> bool {
        matches!(self.engine, EngineKind::MySql | EngineKind::Snowflake)
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&belongs) && !self.stops() {
            self.at += 1;
        }
    }

    fn line(&mut self, class: TokenClass) -> TokenClass {
        while self.peek(0).is_some_and(|b| b != b'\n' && b != b'\r') {
            self.at += 1;
        }
        class
    }

    /// PostgreSQL and SQL Server nest their comments; the others end at the first `*/`.
    fn block_comment(&mut self) -> TokenClass {
        let nests = matches!(self.engine, EngineKind::Postgres | EngineKind::SqlServer);
        let mut depth = 1_usize;
        self.at += 2;
        while depth > 0 && self.at < self.bytes.len() {
            if self.begins(self.at, b"*/") {
                depth -= 1;
                self.at += 2;
            } else if nests && self.begins(self.at, b"/*") {
                depth += 1;
                self.at += 2;
            } else {
                self.at += 1;
            }
        }
        TokenClass::Comment
    }

    /// Up to the closing quote or the end of the text; a doubled quote stays inside.
    fn quoted(&mut self, opening: usize, close: u8, backslash: bool, class: TokenClass) -> TokenClass {
        self.at += opening;
        while let Some(b) = self.peek(0) {
            self.at += 1;
            if backslash && b == b'\\' {
                self.at = (self.at + 1).min(self.bytes.len());
            } else if b == close {
                if self.peek(0) != Some(close) {
                    break;
                }
                self.at += 1;
            }
        }
        class
    }

    /// `$tag$…$tag$`, `$1`, or a lone dollar sign.
    fn dollar(&mut self) -> TokenClass {
        let tag = match self.engine {
            EngineKind::Postgres => self.dollar_tag(),
            EngineKind::Snowflake => self.begins(self.at, b"$$").then_some(2),
            EngineKind::MySql | EngineKind::SqlServer | EngineKind::Sqlite => None,
        };
        if let Some(length) = tag {
            let quote = self.text.get(self.at..self.at + length).unwrap_or("$$");
            let body = self.at + length;
            let rest = self.text.get(body..).unwrap_or("");
            self.at = rest.find(quote).map_or(self.bytes.len(), |found| body + found + length);
            return TokenClass::DollarString;
        }
        self.at += 1;
        self.run(is_word_part);
        TokenClass::Parameter
    }

    /// The length of an opening `$tag$`, if there is one.
    fn dollar_tag(&self) -> Option<usize> {
        let mut length = 1;
        loop {
            match self.peek(length)? {
                b'$' => return Some(length + 1),
                b if b.is_ascii_digit() && length == 1 => return None,
                b if is_word_part(b) => length += 1,
                _ => return None,
            }
        }
    }

    /// `@name`, `:name`, `?1`, the `::` of a cast, or an operator that begins with one of these signs.
    fn marker(&mut self, first: u8, second: u8) -> TokenClass {
        if first == b':' && matches!(second, b':' | b'=') {
            self.at += 2;
            return TokenClass::Operator;
        }
        if self.engine == EngineKind::Postgres && first != b':' {
            return self.operator();
        }
        self.at += 1;
        if first == b'@' {
            self.run(|b| is_word_part(b) || b == b'@');
        } else {
            self.run(is_word_part);
        }
        match (first, is_word_part(second)) {
            (b':', false) => TokenClass::Punctuation,
            _ => TokenClass::Parameter,
        }
    }

    fn number(&mut self) -> TokenClass {
        let mut before = 0;
        while let Some(b) = self.peek(0) {
            let sign_of_exponent = matches!(b, b'+' | b'-') && matches!(before, b'e' | b'E');
            if !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_') || sign_of_exponent) || self.stops() {
                break;
            }
            // `1..10` of a loop is two numbers and two dots.
            if b == b'.' && self.peek(1) == Some(b'.') {
                break;
            }
            before = b;
            self.at += 1;
        }
        TokenClass::Number
    }

    /// A name or a key word, or a string that begins with letters (`E''`, `N''`, `U&''`).
    fn word(&mut self) -> TokenClass {
        let start = self.at;
        self.at += 1;
        let server = self.engine == EngineKind::SqlServer;
        self.run(|b| is_word_part(b) || (server && matches!(b, b'@' | b'#')));
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        let next = self.peek(0);
        if next == Some(b'\'') && word.len() == 1 {
            let backslash = match word {
                b"e" | b"E" if self.engine == EngineKind::Postgres => Some(true),
                b"b" | b"B" | b"x" | b"X" | b"n" | b"N" => Some(self.backslash_in_strings()),
                _ => None,
            };
            if let Some(backslash) = backslash {
                return self.quoted(1, b'\'', backslash, TokenClass::String);
            }
        }
        if self.engine == EngineKind::Postgres && word.eq_ignore_ascii_case(b"u") && next == Some(b'&') {
            match self.peek(1) {
                Some(b'\'') => return self.quoted(2, b'\'', false, TokenClass::String),
                Some(b'"') => return self.quoted(2, b'"', false, TokenClass::QuotedIdentifier),
                _ => {}
            }
        }
        if is_keyword(word) { TokenClass::Keyword } else { TokenClass::Identifier }
    }

    fn operator(&mut self) -> TokenClass {
        self.at += 1;
        while self.peek(0).is_some_and(is_operator) && !self.stops() {
            let second = self.peek(1).unwrap_or(0);
            // A comment, a parameter or a name begins here.
            let other = match self.peek(0) {
                Some(b'-') => second == b'-' && self.dashes_comment(),
                Some(b'/') => second == b'*' || (second == b'/' && self.engine == EngineKind::Snowflake),
                Some(b'#') => matches!(self.engine, EngineKind::MySql | EngineKind::SqlServer),
                Some(b'@' | b'?') => self.engine != EngineKind::Postgres,
                _ => false,
            };
            if other {
                break;
            }
            self.at += 1;
        }
        TokenClass::Operator
    }
}

fn is_word_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

fn is_word_part(b: u8) -> bool {
    is_word_start(b) || b.is_ascii_digit() || b == b'$'
}

fn is_operator(b: u8) -> bool {
    matches!(
        b,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'?'
    )
}

fn is_keyword(word: &[u8]) -> bool {
    // The longest key word has 17 letters; longer words need no copy.
    if word.len() > 20 {
        return false;
    }
    let lower = word.to_ascii_lowercase();
    std::str::from_utf8(&lower)
        .is_ok_and(|word| KEYWORDS.binary_search(&word).is_ok() || MORE_KEYWORDS.binary_search(&word).is_ok())
}
