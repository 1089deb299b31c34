//! Reads a stored CREATE TABLE or CREATE INDEX statement into its parts, as ranges of its tokens. The database has
//! accepted the text, so what this grammar does not know makes the whole object unreadable and never half read.

use std::ops::Range;

use crate::model::{ConstraintKind, Stored};

use super::cursor::Cursor;
use super::token::{Kind, Token, tokens};

/// A CREATE TABLE statement in parts. Ranges count tokens.
#[derive(Clone, Debug)]
pub(super) struct TableText<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token<'a>>,
    /// The token that is the table's name.
    pub name: usize,
    pub columns: Vec<ColumnText>,
    /// Those of columns among them.
    pub constraints: Vec<ConstraintText>,
    pub strict: bool,
    pub without_rowid: bool,
    pub autoincrement: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ColumnText {
    pub name: String,
    /// The token that is the name.
    pub at: usize,
    pub range: Range<usize>,
    pub data_type: Range<usize>,
    pub collation: Option<String>,
    pub default: Option<Range<usize>>,
    pub generated: Option<(Range<usize>, Stored)>,
    /// The conflict clause of NOT NULL.
    pub not_null_conflict: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ConstraintText {
    pub name: Option<String>,
    pub kind: ConstraintKind,
    /// The column in whose definition it stands.
    pub column: Option<usize>,
    /// The parts of a key with their collation and order, or the columns of a foreign key.
    pub parts: Vec<Part>,
    /// The expression of a CHECK.
    pub check: Range<usize>,
    pub references: Option<References>,
    pub conflict: Option<String>,
    /// `INTEGER PRIMARY KEY DESC` in a column is, for history's sake, no alias of the rowid.
    pub descending: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub name: Option<String>,
    /// The token that is the name.
    pub at: usize,
    /// What follows the name: `COLLATE nocase DESC`.
    pub rest: Range<usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct References {
    pub table: String,
    /// The token that is the table's name.
    pub at: usize,
    pub columns: Vec<String>,
    /// The tokens that are their names.
    pub columns_at: Vec<usize>,
    /// Upper case, `None` for NO ACTION.
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
    pub deferred: bool,
}

/// The parts of a CREATE TABLE statement, or `None` where it cannot be read.
pub(super) fn table(text: &str) -> Option<TableText<'_>> {
    let tokens = tokens(text);
    let mut cursor = Cursor { tokens: &tokens, at: 0 };
    let name = cursor.head("table")?;
    cursor.sign("(")?;
    let mut found = Definitions::default();
    loop {
        if !found.columns.is_empty() && cursor.begins_table_constraint() {
            let constraint = cursor.table_constraint(&mut found.autoincrement)?;
            found.constraints.push(constraint);
        } else {
            let column = cursor.column(&mut found)?;
            found.columns.push(column);
        }
        if cursor.take_sign(")") {
            break;
        }
        // Table constraints may follow each other without a comma.
        if !cursor.take_sign(",") && !cursor.begins_table_constraint() {
            return None;
        }
    }
    let (mut strict, mut without_rowid) = (false, false);
    while cursor.peek().is_some() {
        if cursor.take("strict") {
            strict = true;
        } else if cursor.take("without") {
            cursor.word("rowid")?;
            without_rowid = true;
        } else {
            cursor.sign(",")?;
        }
    }
    let Definitions { columns, constraints, autoincrement } = found;
    Some(TableText { text, name, columns, constraints, strict, without_rowid, autoincrement, tokens })
}

/// What follows the table name in a CREATE INDEX statement, as a range of `tokens`.
pub(super) fn index_tail(tokens: &[Token<'_>]) -> Option<Range<usize>> {
    let mut cursor = Cursor { tokens, at: 0 };
    cursor.head("index")?;
    cursor.word("on")?;
    cursor.name()?;
    (cursor.peek()?.text == "(").then_some(cursor.at..tokens.len())
}

#[derive(Default)]
struct Definitions {
    columns: Vec<ColumnText>,
    constraints: Vec<ConstraintText>,
    autoincrement: bool,
}

impl Cursor<'_, '_> {
    fn begins_table_constraint(&self) -> bool {
        ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| self.sees(word))
    }

    fn begins_column_constraint(&self) -> bool {
        const WORDS: [&str; 10] = [
            "constraint",
            "primary",
            "not",
            "null",
            "unique",
            "check",
            "default",
            "collate",
            "references",
            "as",
        ];
        WORDS.iter().any(|word| self.sees(word)) || (self.sees("generated") && self.sees_ahead(1, "always"))
    }

    fn column(&mut self, found: &mut Definitions) -> Option<ColumnText> {
        let at = self.at;
        let name = self.name()?;
        let type_start = self.at;
        while let Some(token) = self.peek() {
            if token.kind == Kind::Sign && token.text == "(" {
                self.group()?;
            } else if token.kind == Kind::Sign || self.begins_column_constraint() {
                break;
            } else {
                self.at += 1;
            }
        }
        let mut column = ColumnText {
            name,
            at,
            range: at..at,
            data_type: type_start..self.at,
            collation: None,
            default: None,
            generated: None,
            not_null_conflict: None,
        };
        while !self.peek().is_none_or(|token| token.kind == Kind::Sign) {
            self.column_constraint(&mut column, found)?;
        }
        column.range.end = self.at;
        Some(column)
    }

    fn column_constraint(&mut self, column: &mut ColumnText, found: &mut Definitions) -> Option<()> {
        let name = if self.take("constraint") { Some(self.name()?) } else { None };
        let here = found.columns.len();
        let own = |kind| ConstraintText {
            name: name.clone(),
            kind,
            column: Some(here),
            parts: vec![Part { name: Some(column.name.clone()), at: column.at, rest: 0..0 }],
            check: 0..0,
            references: None,
            conflict: None,
            descending: false,
        };
        if self.take("primary") {
            self.word("key")?;
            let mut key = own(ConstraintKind::PrimaryKey);
            key.descending = self.take("desc");
            self.take("asc");
            key.conflict = self.conflict()?;
            found.autoincrement |= self.take("autoincrement");
            found.constraints.push(key);
        } else if self.take("unique") {
            let mut key = own(ConstraintKind::Unique);
            key.conflict = self.conflict()?;
            found.constraints.push(key);
        } else if self.take("check") {
            let mut check = own(ConstraintKind::Check);
            check.check = self.group()?;
            check.conflict = self.conflict()?;
            found.constraints.push(check);
        } else if self.sees("references") {
            let mut key = own(ConstraintKind::ForeignKey);
            key.references = Some(self.references()?);
            found.constraints.push(key);
        } else if self.sees("deferrable") || (self.sees("not") && self.sees_ahead(1, "deferrable")) {
            // SQLite's grammar lets this stand alone; it belongs to the last REFERENCES.
            let deferred = self.deferral()?;
            let last = found.constraints.iter_mut().rev().find_map(|one| one.references.as_mut());
            if let Some(references) = last {
                references.deferred = deferred;
            }
        } else if self.take("not") {
            self.word("null")?;
            column.not_null_conflict = self.conflict()?;
        } else if self.take("null") {
            self.conflict()?;
        } else if self.take("default") {
            let start = self.at;
            if self.peek()?.text == "(" {
                self.group()?;
            } else {
                let signed = self.take_sign("-") || self.take_sign("+");
                let token = self.peek()?;
                if token.kind == Kind::Sign || (signed && token.kind == Kind::String) {
                    return None;
                }
                self.at += 1;
            }
            column.default = Some(start..self.at);
        } else if self.take("collate") {
            column.collation = Some(self.name()?);
        } else if self.take("generated") || self.sees("as") {
            self.take("always");
            self.word("as")?;
            let expression = self.group()?;
            let stored = if self.take("stored") { Stored::Stored } else { Stored::Virtual };
            self.take("virtual");
            column.generated = Some((expression, stored));
        } else {
            // A name alone is allowed, and names nothing.
            name.as_ref()?;
        }
        Some(())
    }

    fn table_constraint(&mut self, autoincrement: &mut bool) -> Option<ConstraintText> {
        let name = if self.take("constraint") { Some(self.name()?) } else { None };
        let mut found = ConstraintText {
            name,
            kind: ConstraintKind::Check,
            column: None,
            parts: Vec::new(),
            check: 0..0,
            references: None,
            conflict: None,
            descending: false,
        };
        if self.take("primary") {
            self.word("key")?;
            found.kind = ConstraintKind::PrimaryKey;
            found.parts = self.parts(autoincrement)?;
            found.conflict = self.conflict()?;
        } else if self.take("unique") {
            found.kind = ConstraintKind::Unique;
            found.parts = self.parts(autoincrement)?;
            found.conflict = self.conflict()?;
        } else if self.take("check") {
            found.check = self.group()?;
            found.conflict = self.conflict()?;
        } else {
            self.word("foreign")?;
            self.word("key")?;
            found.kind = ConstraintKind::ForeignKey;
            found.parts = self.parts(autoincrement)?;
            found.references = Some(self.references()?);
        }
        Some(found)
    }

    /// `(a, b COLLATE nocase DESC)`; SQLite lets AUTOINCREMENT stand before the closing parenthesis.
    fn parts(&mut self, autoincrement: &mut bool) -> Option<Vec<Part>> {
        self.sign("(")?;
        let mut parts = Vec::new();
        loop {
            let name = self.peek()?.name();
            let start = self.at;
            self.at += 1;
            let rest = self.at;
            let mut end = None;
            while !self.peek()?.text.eq(",") && !self.peek()?.text.eq(")") {
                if self.sees("autoincrement") {
                    *autoincrement = true;
                    end = Some(self.at);
                }
                if self.peek()?.text == "(" {
                    self.group()?;
                } else {
                    self.at += 1;
                }
            }
            let end = end.unwrap_or(self.at);
            parts.push(match name {
                Some(name) => Part { name: Some(name), at: start, rest: rest..end },
                None => Part { name: None, at: start, rest: start..end },
            });
            if self.take_sign(")") {
                return Some(parts);
            }
            self.sign(",")?;
        }
    }

    fn conflict(&mut self) -> Option<Option<String>> {
        if !(self.sees("on") && self.sees_ahead(1, "conflict")) {
            return Some(None);
        }
        self.at += 2;
        let how = self.name()?.to_ascii_uppercase();
        Some((how != "ABORT").then_some(how))
    }

    fn references(&mut self) -> Option<References> {
        self.word("references")?;
        let at = self.at;
        let mut found = References { at, table: self.name()?, ..References::default() };
        if self.peek().is_some_and(|token| token.text == "(") {
            let mut ignored = false;
            let parts = self.parts(&mut ignored)?;
            found.columns_at = parts.iter().map(|part| part.at).collect();
            found.columns = parts.into_iter().map(|part| part.name).collect::<Option<_>>()?;
        }
        loop {
            if self.sees("on") && !self.sees_ahead(1, "conflict") {
                self.at += 1;
                let delete = self.take("delete");
                if !delete && !self.take("update") && !self.take("insert") {
                    return None;
                }
                let action = self.action()?;
                match delete {
                    true => found.on_delete = action,
                    false => found.on_update = action,
                }
            } else if self.take("match") {
                self.name()?;
            } else if self.sees("deferrable") || (self.sees("not") && self.sees_ahead(1, "deferrable")) {
                found.deferred = self.deferral()?;
            } else {
                return Some(found);
            }
        }
    }

    fn action(&mut self) -> Option<Option<String>> {
        Some(if self.take("set") {
            Some(format!("SET {}", self.name()?.to_ascii_uppercase()))
        } else if self.take("no") {
            self.word("action")?;
            None
        } else {
            Some(self.name()?.to_ascii_uppercase())
        })
    }

    /// `[NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]`: whether it is checked at COMMIT.
    fn deferral(&mut self) -> Option<bool> {
        let not = self.take("not");
        self.word("deferrable")?;
        let mut deferred = false;
        if self.take("initially") {
            deferred = self.take("deferred");
            if !deferred {
                self.word("immediate")?;
            }
        }
        Some(deferred && !not)
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tidy;
    use super::*;

    #[test]
    fn a_table_with_everything_is_read() {
        let text = r#"CREATE TABLE "my table"( -- the first
            id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" varchar ( 10 , 2 ) NOT NULL ON CONFLICT REPLACE DEFAULT -1,
            c TEXT COLLATE nocase CONSTRAINT cc CHECK (length(c) > 2) REFERENCES p(x) ON DELETE SET NULL
              DEFERRABLE INITIALLY DEFERRED UNIQUE, d, e GENERATED ALWAYS AS (id * (2)) STORED,
            g double precision AS (id) , f DEFAULT (1 + 1) NOT NULL,
            CONSTRAINT u UNIQUE (c, "a b" DESC) ON CONFLICT IGNORE CHECK (id > 0)
            FOREIGN KEY (c, d) REFERENCES "my table" ON UPDATE CASCADE MATCH simple NOT DEFERRABLE
        ) STRICT, WITHOUT ROWID"#;
        let found = table(text).unwrap();
        let range = |range: &Range<usize>| tidy(&found.tokens[range.clone()]);
        assert_eq!(found.tokens[found.name].name().unwrap(), "my table");
        let names: Vec<_> = found.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "a b", "c", "d", "e", "g", "f"]);
        assert_eq!(range(&found.columns[1].data_type), "varchar ( 10 , 2 )");
        assert_eq!(range(found.columns[1].default.as_ref().unwrap()), "-1");
        assert_eq!(found.columns[1].not_null_conflict.as_deref(), Some("REPLACE"));
        assert_eq!(range(&found.columns[5].data_type), "double precision");
        assert_eq!(found.columns[4].generated.as_ref().unwrap().1, Stored::Stored);
        assert_eq!(found.columns[2].collation.as_deref(), Some("nocase"));
        let kinds: Vec<_> = found.constraints.iter().map(|one| (one.kind, one.column)).collect();
        use ConstraintKind::{Check, ForeignKey, PrimaryKey, Unique};
        assert_eq!(
            kinds,
            [
                (PrimaryKey, Some(0)),
                (Check, Some(2)),
                (ForeignKey, Some(2)),
                (Unique, Some(2)),
                (Unique, None),
                (Check, None),
                (ForeignKey, None)
            ]
        );
        let key = found.constraints[2].references.as_ref().unwrap();
        assert_eq!((key.on_delete.as_deref(), key.deferred), (Some("SET NULL"), true));
        assert!(found.strict && found.without_rowid && found.autoincrement);
    }

    #[test]
    fn names_in_strings_and_hostile_names_are_read() {
        let found = table("CREATE TABLE 'big''data' ('da\nta' integer, `😀` text, [select] int)").unwrap();
        let names: Vec<_> = found.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["da\nta", "😀", "select"]);
        assert!(table("CREATE TABLE t AS SELECT 1").is_none());
    }

    #[test]
    fn an_index_tail_begins_at_its_parenthesis() {
        let text = "CREATE UNIQUE INDEX \"i on\" ON [t on] (a, lower(b) DESC) WHERE a > 1";
        let all = tokens(text);
        assert_eq!(tidy(&all[index_tail(&all).unwrap()]), "(a, lower(b) DESC) WHERE a > 1");
    }
}
