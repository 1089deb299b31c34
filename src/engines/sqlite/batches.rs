//! Batches on SQLite: the key that a table's rows are walked along, and how its values are written. Every table but
//! one WITHOUT ROWID has a rowid, so every table has a key.

use crate::engines::batches::{Ground, KEYLESS, Spelling, read};
use crate::engines::reading::resolved;
use crate::engines::{Batching, Whole};
use crate::model::{
    Body, ConstraintKind, Definition, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, Sql,
};
use crate::sql;
use crate::sqltext::{Literal, TokenClass, lex};

const LITE: EngineKind = EngineKind::Sqlite;

/// A value as SQLite's own `quote` writes it: any column may hold any type.
pub(super) const SPELLING: Spelling = Spelling { engine: LITE, shown: ("quote(", ")"), value };

/// One literal is taken as it is; anything else is a text.
fn value(text: &str) -> Sql {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut tokens = lex(digits, LITE);
    let alone = tokens.next().is_some_and(|token| {
        token.end == digits.len() && matches!(token.class, TokenClass::Number | TokenClass::String)
    });
    if alone { sql!(LITE; &Definition::from_catalog(text)) } else { sql!(LITE; Literal(text)) }
}

pub(super) fn batching(sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
    read(sql, LITE, |name| ground(name, schema))
}

fn ground(name: &QualifiedName, schema: &Schema) -> Option<Ground> {
    let table = resolved(&[ObjectKind::Table], &QualifiedName::bare(name.name.clone()), schema, None);
    let Body::Table(found) = &schema.objects.get(&table)?.body else { return None };
    let without_rowid = found.storage.iter().any(|(name, _)| name == "without_rowid");
    let rows = if without_rowid { Rows::ByKeyAlone } else { Rows::Numbered };
    let key = key(&table, rows, schema);
    Some(Ground { table, key: key.ok_or(KEYLESS) })
}

/// How a table keeps its rows apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Numbered,
    /// WITHOUT ROWID: its primary key is NOT NULL.
    ByKeyAlone,
}

fn key(table: &ObjectId, rows: Rows, schema: &Schema) -> Option<Vec<Ident>> {
    let primary = schema.members(table).find_map(|object| match &object.body {
        Body::Constraint(found) if found.kind == ConstraintKind::PrimaryKey => Some(found),
        _ => None,
    });
    if rows == Rows::ByKeyAlone {
        return primary.map(|primary| primary.columns.clone()).filter(|columns| !columns.is_empty());
    }
    let column = |name: &str| {
        schema.members(table).find_map(|object| match &object.body {
            Body::Column(found) if object.id.leaf().as_str().eq_ignore_ascii_case(name) => Some(found),
            _ => None,
        })
    };
    // `INTEGER PRIMARY KEY` is another name of the rowid; any other primary key may hold NULL.
    if let Some(primary) = primary
        && let [only] = primary.columns.as_slice()
        && column(only.as_str()).is_some_and(|found| found.data_type.as_str().eq_ignore_ascii_case("integer"))
        && !primary.definition.as_str().starts_with("PRIMARY KEY DESC")
    {
        return Some(vec![only.clone()]);
    }
    let free = ["rowid", "_rowid_", "oid"].into_iter().find(|name| column(name).is_none())?;
    Some(vec![Ident::from(free)])
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn nothing_but_a_literal_is_taken_as_it_is() {
        for literal in ["12", "-3", "1.5e10", "'it''s'", "X'00ff'"] {
            assert_eq!(value(literal).as_str(), literal);
        }
        for other in ["1; DROP TABLE t", "a", "'a' OR 1", "1)"] {
            assert_eq!(value(other).as_str(), format!("'{}'", other.replace('\'', "''")));
        }
    }
}
