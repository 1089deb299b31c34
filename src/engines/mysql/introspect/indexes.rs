//! Indexes. The primary key is a constraint; every other key, unique or not, is an index of its table.

use std::collections::BTreeMap;

use super::super::vendor::Vendor;
use super::assembly::{Assembly, Row, rows};
use super::catalog::{E, INDEXES, TABLES};
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Buildable, Constraint, ConstraintIndex, ConstraintKind, Definition, Enforcement, Ident,
    Index, IndexClass, ObjectKind, Origin, Settings, TableShape, Uniqueness, Validity,
};
use crate::sqltext::{Literal, SqlBuilder};

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    vendor: Vendor,
) -> Result<(), AssembleError> {
    let tables: BTreeMap<&str, &str> = rows(answers, TABLES)
        .filter(|row| row.maybe(1) == Some("BASE TABLE"))
        .filter_map(|row| Some((row.maybe(0)?, row.maybe(2).unwrap_or_default())))
        .collect();
    let mut all: BTreeMap<(&str, &str), Vec<Row<'_>>> = BTreeMap::new();
    for row in rows(answers, INDEXES) {
        let key = (row.text(0)?, row.text(1)?);
        if tables.contains_key(key.0) {
            all.entry(key).or_default().push(row);
        }
    }
    for ((table, name), parts) in all {
        let Some(first) = parts.first() else { continue };
        let columns: Vec<Option<Ident>> =
            parts.iter().map(|part| part.maybe(3).map(|name| assembly.pool.ident(name))).collect();
        let engine = tables.get(table).copied().unwrap_or_default();
        let tail = tail(assembly, &parts, first, engine, vendor);
        let (kind, body) = if name == "PRIMARY" {
            (ObjectKind::Constraint, Body::Constraint(primary_key(assembly, tail, &columns)))
        } else {
            let index = Index {
                table: assembly.name(table),
                uniqueness: if first.flag(2) { Uniqueness::Plain } else { Uniqueness::Unique },
                class: class(first.maybe(6)),
                tail: assembly.pool.definition(&tail),
                columns: columns.clone(),
                shape: TableShape::Plain,
                validity: Validity::Valid,
                origin: Origin::Local,
                statistics: Vec::new(),
            };
            (ObjectKind::Index, Body::Index(index))
        };
        let id = assembly.member(kind, table, name);
        assembly.needs(&id, assembly.table(table));
        for column in columns.iter().flatten() {
            assembly.needs(&id, assembly.member(ObjectKind::Column, table, column.as_str()));
        }
        assembly.add(id, body, About::default());
    }
    Ok(())
}

fn class(method: Option<&str>) -> IndexClass {
    match method {
        Some("FULLTEXT") => IndexClass::FullText,
        Some("SPATIAL") => IndexClass::Spatial,
        _ => IndexClass::Ordinary,
    }
}

fn primary_key(assembly: &Assembly<'_>, tail: String, columns: &[Option<Ident>]) -> Constraint {
    Constraint {
        kind: ConstraintKind::PrimaryKey,
        definition: assembly.pool.definition(&format!("PRIMARY KEY {tail}")),
        columns: columns.iter().flatten().cloned().collect(),
        references: None,
        validity: Validity::Valid,
        origin: Origin::Local,
        enforcement: Enforcement::Enforced,
        on: TableShape::Plain,
        index: Some(Box::new(ConstraintIndex {
            tail: assembly.pool.definition(&tail),
            storage: Settings::new(),
            buildable: Buildable::OnlyInPlace,
            deferral: Definition::from_catalog(""),
        })),
    }
}

/// What follows the name of the index: `(`a`(10),`b` DESC) USING HASH COMMENT 'x' INVISIBLE`.
fn tail(assembly: &Assembly<'_>, parts: &[Row<'_>], first: &Row<'_>, engine: &str, vendor: Vendor) -> String {
    let mut sql = SqlBuilder::new(E).piece("(");
    let ordinary = class(first.maybe(6)) == IndexClass::Ordinary;
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            sql.push(",");
        }
        match (part.maybe(3), part.maybe(9)) {
            (Some(column), _) => sql.push(&assembly.pool.ident(column)),
            (None, expression) => {
                let text = expression.unwrap_or_default().replace("\\'", "'");
                sql = sql.piece("(").piece(&Definition::from_catalog(text)).piece(")");
            }
        }
        // A spatial index has a length that nobody gave.
        if let Some(length) = part.number::<u32>(4).filter(|_| ordinary) {
            sql = sql.piece("(").piece(length).piece(")");
        }
        if part.maybe(5) == Some("D") {
            sql.push(" DESC");
        }
    }
    sql.push(")");
    // Every engine has one method that needs no word.
    let usual = if engine.eq_ignore_ascii_case("MEMORY") { "HASH" } else { "BTREE" };
    match first.maybe(6) {
        Some("HASH") if usual != "HASH" => sql.push(" USING HASH"),
        Some("BTREE") if usual != "BTREE" => sql.push(" USING BTREE"),
        _ => {}
    }
    if let Some(comment) = first.maybe(7).filter(|text| !text.is_empty()) {
        sql = sql.piece(" COMMENT ").piece(Literal(comment));
    }
    if first.flag(8) {
        sql = sql.piece(" ").piece(vendor.unseen_index().0);
    }
    sql.done().as_str().to_owned()
}
