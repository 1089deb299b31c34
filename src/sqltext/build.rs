//! The SQL builder: the only place where a name or a literal becomes SQL.

use crate::model::{Definition, EngineKind, Ident, QualifiedName, Sql};

/// A string value to be quoted as a literal.
#[derive(Clone, Copy, Debug)]
pub struct Literal<'a>(pub &'a str);

/// Builds one statement from fixed words, names, literals and catalog text.
#[derive(Clone, Debug)]
pub struct SqlBuilder {
    engine: EngineKind,
    text: String,
}

impl SqlBuilder {
    pub fn new(engine: EngineKind) -> Self {
        Self { engine, text: String::new() }
    }

    /// Appends fixed words, a name, a literal, catalog text, a number, or a list of these.
    #[must_use]
    pub fn piece(mut self, piece: impl Piece) -> Self {
        piece.write(&mut self);
        self
    }

    /// Appends a piece to a builder held by reference.
    pub fn push(&mut self, piece: impl Piece) {
        piece.write(self);
    }

    /// Appends items with a fixed separator between them.
    pub fn push_joined<P: Piece>(&mut self, items: impl IntoIterator<Item = P>, separator: &'static str) {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.text.push_str(separator);
            }
            item.write(self);
        }
    }

    #[must_use]
    pub fn joined<P: Piece>(mut self, items: impl IntoIterator<Item = P>, separator: &'static str) -> Self {
        self.push_joined(items, separator);
        self
    }

    pub fn engine(&self) -> EngineKind {
        self.engine
    }

    pub fn done(self) -> Sql {
        Sql::assembled(self.text)
    }

    fn quoted(&mut self, raw: &str) {
        let (open, close) = match self.engine {
            EngineKind::Postgres | EngineKind::Sqlite | EngineKind::Snowflake => ('"', '"'),
            EngineKind::MySql => ('`', '`'),
            EngineKind::SqlServer => ('[', ']'),
        };
        self.text.push(open);
        for c in raw.chars() {
            if c == close {
                self.text.push(close);
            }
            self.text.push(c);
        }
        self.text.push(close);
    }
}

/// What can be part of a statement.
pub trait Piece {
    fn write(self, to: &mut SqlBuilder);
}

impl Piece for &'static str {
    fn write(self, to: &mut SqlBuilder) {
        to.text.push_str(self);
    }
}

impl Piece for &Ident {
    /// PostgreSQL and SQLite names that read the same without quotes stay bare, unless they are key words.
    fn write(self, to: &mut SqlBuilder) {
        let raw = self.as_str();
        if reads_bare(to.engine, raw) {
            to.text.push_str(raw);
        } else {
            to.quoted(raw);
        }
    }
}

impl Piece for &QualifiedName {
    fn write(self, to: &mut SqlBuilder) {
        if let Some(schema) = &self.schema {
            schema.write(to);
            to.text.push('.');
        }
        self.name.write(to);
    }
}

impl Piece for &Definition {
    fn write(self, to: &mut SqlBuilder) {
        to.text.push_str(self.as_str());
    }
}

impl Piece for &Sql {
    fn write(self, to: &mut SqlBuilder) {
        to.text.push_str(self.as_str());
    }
}

impl Piece for Sql {
    fn write(self, to: &mut SqlBuilder) {
        to.text.push_str(self.as_str());
    }
}

impl Piece for Literal<'_> {
    /// A backslash needs care only where the server reads it: MySQL always, PostgreSQL through `E''`, which
    /// holds whatever `standard_conforming_strings` says.
    fn write(self, to: &mut SqlBuilder) {
        let doubles_backslash = match to.engine {
            EngineKind::MySql | EngineKind::Snowflake => true,
            EngineKind::Postgres => self.0.contains('\\'),
            EngineKind::SqlServer | EngineKind::Sqlite => false,
        };
        match to.engine {
            EngineKind::Postgres if doubles_backslash => to.text.push('E'),
            EngineKind::SqlServer => to.text.push('N'),
            _ => {}
        }
        to.text.push('\'');
        for c in self.0.chars() {
            match c {
                '\'' => to.text.push_str("''"),
                '\\' if doubles_backslash => to.text.push_str("\\\\"),
                _ => to.text.push(c),
            }
        }
        to.text.push('\'');
    }
}

impl Piece for i128 {
    fn write(self, to: &mut SqlBuilder) {
        to.text.push_str(&self.to_string());
    }
}

impl Piece for u32 {
    fn write(self, to: &mut SqlBuilder) {
        i128::from(self).write(to);
    }
}

impl Piece for u64 {
    fn write(self, to: &mut SqlBuilder) {
        i128::from(self).write(to);
    }
}

impl Piece for i32 {
    fn write(self, to: &mut SqlBuilder) {
        i128::from(self).write(to);
    }
}

impl<P: Piece> Piece for Option<P> {
    fn write(self, to: &mut SqlBuilder) {
        if let Some(piece) = self {
            piece.write(to);
        }
    }
}

fn reads_bare(engine: EngineKind, raw: &str) -> bool {
    let mut chars = raw.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    let continues = raw.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match engine {
        EngineKind::Postgres | EngineKind::Sqlite => {
            starts && continues && super::keywords::KEYWORDS.binary_search(&raw).is_err()
        }
        EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => false,
    }
}

/// Builds one statement: `sql!(engine; "DROP TABLE ", &name)`.
#[macro_export]
macro_rules! sql {
    ($engine:expr; $($piece:expr),+ $(,)?) => {
        $crate::sqltext::SqlBuilder::new($engine)$(.piece($piece))+.done()
    };
}
