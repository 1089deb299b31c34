//! Batches on MySQL and MariaDB: the key that a table's rows are walked along, and how its values are written. A key of
//! texts, whole numbers or days is walked along; others compare otherwise than they are sorted, or are not told in full.

use crate::engines::batches::{Ground, KEYLESS, Spelling, read};
use crate::engines::reading::resolved;
use crate::engines::{Batching, Whole};
use crate::model::{
    Body, ConstraintKind, Definition, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, Sql,
    Uniqueness,
};
use crate::sql;
use crate::sqltext::{Literal, TokenClass, lex};

use super::types;
use super::vendor::Vendor;

const E: EngineKind = EngineKind::MySql;

/// A value as the server's own `QUOTE` writes it.
pub(super) const SPELLING: Spelling = Spelling { engine: E, shown: ("QUOTE(", ")"), value };

/// One text in quotes is taken as it is; anything else is put in quotes.
fn value(text: &str) -> Sql {
    // One that is not closed would reach further.
    let more = format!("{text} ");
    let alone = text.starts_with('\'')
        && lex(&more, E)
            .next()
            .is_some_and(|token| token.end == text.len() && token.class == TokenClass::String);
    if alone { sql!(E; &Definition::from_catalog(text)) } else { sql!(E; Literal(text)) }
}

/// The types whose values are told in full, and compare with a text as they are sorted.
const WALKED: [&str; 10] =
    ["tinyint", "smallint", "mediumint", "int", "bigint", "year", "date", "datetime", "char", "varchar"];

pub(super) fn batching(sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
    read(sql, E, |name| ground(name, schema))
}

fn ground(name: &QualifiedName, schema: &Schema) -> Option<Ground> {
    let table = resolved(&[ObjectKind::Table], &QualifiedName::bare(name.name.clone()), schema, None);
    let Body::Table(found) = &schema.objects.get(&table)?.body else { return None };
    let engine = found.access_method.as_ref().map_or("", Ident::as_str);
    let key = if !super::keeps_transactions(engine) {
        Err("is kept by an engine without transactions")
    } else if !Vendor::of(&schema.version).has_common_tables() {
        Err("is on a server that knows no WITH")
    } else {
        key(&table, schema)
    };
    Some(Ground { table, key })
}

/// The primary key; else a unique one whose columns are all NOT NULL.
fn key(table: &ObjectId, schema: &Schema) -> Result<Vec<Ident>, &'static str> {
    let column = |name: &Ident| {
        let id = ObjectId::member(ObjectKind::Column, table.name.clone(), name.clone());
        match schema.objects.get(&id).map(|found| &found.body) {
            Some(Body::Column(column)) => Some(column),
            _ => None,
        }
    };
    let not_null = |name: &Ident| column(name).is_some_and(|column| column.nullability.is_not_null());
    // A key over the first letters of a text is no order of its rows.
    let whole = |tail: &str| tail.matches('(').count() == 1;
    let primary = schema.members(table).find_map(|object| match &object.body {
        Body::Constraint(found)
            if found.kind == ConstraintKind::PrimaryKey && whole(found.definition.as_str()) =>
        {
            Some(found.columns.clone())
        }
        _ => None,
    });
    let unique = || {
        schema.members(table).find_map(|object| match &object.body {
            Body::Index(found) if found.uniqueness == Uniqueness::Unique && whole(found.tail.as_str()) => {
                let columns: Option<Vec<Ident>> = found.columns.iter().cloned().collect();
                columns.filter(|columns| columns.iter().all(not_null))
            }
            _ => None,
        })
    };
    let Some(key) = primary.filter(|key| !key.is_empty()).or_else(unique) else {
        return Err(KEYLESS);
    };
    let is_walked = |name: &Ident| {
        let words = column(name).map_or("", |column| column.data_type.as_str());
        WALKED.contains(&types::name(words))
    };
    if key.iter().all(is_walked) {
        Ok(key)
    } else {
        Err("has a key of a type that batches do not follow (they follow texts, whole numbers and days)")
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn nothing_but_a_text_in_quotes_is_taken_as_it_is() {
        for text in ["'a'", "'it\\'s'", "'a\\\\'", "''"] {
            assert_eq!(value(text).as_str(), text);
        }
        for (text, written) in [
            ("1 OR 1", "'1 OR 1'"),
            ("'a' OR 1", "'''a'' OR 1'"),
            ("\"a\"", "'\"a\"'"),
            ("'a\\'", "'''a\\\\'''"),
            ("NULL", "'NULL'"),
        ] {
            assert_eq!(value(text).as_str(), written);
        }
    }
}
