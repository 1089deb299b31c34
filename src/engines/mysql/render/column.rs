//! Columns, keys and table options as words, wherever a statement needs them.

use super::super::image::Image;
use super::super::types;
use crate::model::{
    About, Column, Definition, EngineKind, Ident, Index, IndexClass, Nullability, Sql, Stored, Table,
    Uniqueness, Value,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

const E: EngineKind = EngineKind::MySql;

/// `` `a` varchar(20) CHARACTER SET … COLLATE … NOT NULL DEFAULT 'x' COMMENT '…' ``. The collation is left out where it
/// is that of `home`, the table's own.
pub(super) fn column(name: &Ident, column: &Column, comment: Option<&str>, home: Option<&str>) -> Sql {
    let mut sql = SqlBuilder::new(E).piece(name).piece(" ").piece(&column.data_type);
    if let Some(collation) = column.collation.as_deref().map(|name| name.name.as_str())
        && Some(collation) != home
    {
        sql = sql.piece(charset(collation));
    }
    if let Value::Generated { expression, stored } = &column.value {
        let kind = match stored {
            Stored::Stored => ") STORED",
            Stored::Virtual => ") VIRTUAL",
        };
        sql = sql.piece(" GENERATED ALWAYS AS (").piece(expression).piece(kind);
    }
    let generated = matches!(column.value, Value::Generated { .. });
    match column.nullability {
        Nullability::Nullable if generated => {}
        // A timestamp is NOT NULL on some servers where nothing is said.
        Nullability::Nullable => sql.push(" NULL"),
        Nullability::NotNull | Nullability::Named { .. } => sql.push(" NOT NULL"),
    }
    if column.options.contains("invisible") {
        sql.push(" INVISIBLE");
    }
    match &column.value {
        Value::Default(text) => sql = sql.piece(" DEFAULT ").piece(text),
        Value::Plain if column.nullability == Nullability::Nullable => sql.push(" DEFAULT NULL"),
        Value::Plain | Value::Generated { .. } | Value::Identity(_) => {}
    }
    if let Some(call) = column.options.get("on update") {
        sql = sql.piece(" ON UPDATE ").piece(&Definition::from_catalog(call));
    }
    if column.options.contains("auto_increment") {
        sql.push(" AUTO_INCREMENT");
    }
    if let Some(srid) = column.options.get("srid") {
        sql = sql.piece(" SRID ").piece(&Definition::from_catalog(srid));
    }
    if let Some(comment) = comment {
        sql = sql.piece(" COMMENT ").piece(Literal(comment));
    }
    if let Some(check) = column.options.get("check") {
        sql = sql.piece(" CHECK (").piece(&Definition::from_catalog(check)).piece(")");
    }
    sql.done()
}

fn charset(collation: &str) -> Sql {
    let set = Definition::from_catalog(types::charset(collation));
    sql!(E; " CHARACTER SET ", &set, " COLLATE ", &Definition::from_catalog(collation))
}

/// `` UNIQUE KEY `u` (`a`) ``.
pub(super) fn index(name: &Ident, index: &Index) -> Sql {
    let words = match (index.class, index.uniqueness) {
        (IndexClass::FullText, _) => "FULLTEXT KEY ",
        (IndexClass::Spatial, _) => "SPATIAL KEY ",
        (IndexClass::Ordinary, Uniqueness::Unique) => "UNIQUE KEY ",
        (IndexClass::Ordinary, Uniqueness::Plain) => "KEY ",
    };
    sql!(E; words, name, " ", &index.tail)
}

/// `` CONSTRAINT `c` CHECK (…) ``; a primary key has no name to give.
pub(super) fn constraint(name: &Ident, definition: &Definition) -> Sql {
    sql!(E; "CONSTRAINT ", name, " ", definition)
}

/// `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci ROW_FORMAT=DYNAMIC COMMENT='…'`.
pub(super) fn options(table: &Table, about: &About) -> Vec<Sql> {
    let mut words = Vec::new();
    if let Some(engine) = &table.access_method {
        words.push(sql!(E; "ENGINE=", &Definition::from_catalog(engine.as_str())));
    }
    if let Some(collation) = table.storage.get("collation") {
        words.push(collate(collation));
    }
    for (name, value) in table.storage.iter().filter(|(name, _)| *name != "collation") {
        words.push(option(name, value));
    }
    if let Some(comment) = &about.comment {
        words.push(sql!(E; "COMMENT=", Literal(comment)));
    }
    words
}

pub(super) fn collate(collation: &str) -> Sql {
    let set = Definition::from_catalog(types::charset(collation));
    sql!(E; "DEFAULT CHARSET=", &set, " COLLATE=", &Definition::from_catalog(collation))
}

pub(super) fn option(name: &str, value: &str) -> Sql {
    let name = Definition::from_catalog(name.to_ascii_uppercase());
    sql!(E; &name, "=", &Definition::from_catalog(value))
}

/// The whole CREATE TABLE.
pub(super) fn create_table(name: &crate::model::QualifiedName, image: &Image<'_>) -> Sql {
    let home = image.collation();
    let mut lines: Vec<Sql> =
        image.columns.iter().map(|(name, body, comment)| column(name, body, *comment, home)).collect();
    lines.extend(image.primary.map(|key| sql!(E; &key.definition)));
    lines.extend(image.indexes.iter().map(|(name, body)| index(name, body)));
    lines.extend(image.checks.iter().map(|(name, body)| constraint(name, &body.definition)));
    let mut sql = SqlBuilder::new(E)
        .piece("CREATE TABLE ")
        .piece(name)
        .piece(" (\n  ")
        .joined(&lines, ",\n  ")
        .piece("\n) ")
        .joined(options(image.table, image.about), " ");
    if let Some(partitions) = &image.table.partition_by {
        sql = sql.piece("\n PARTITION BY ").piece(partitions);
    }
    sql.done()
}
