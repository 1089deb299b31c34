//! Batches on PostgreSQL: the key that a table's rows are walked along, and how its values are written.

use crate::engines::batches::{Ground, KEYLESS, Spelling, read};
use crate::engines::{Batching, Whole};
use crate::model::{
    Body, ConstraintKind, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, Uniqueness,
    Validity,
};
use crate::sql;
use crate::sqltext::Literal;

use super::hand::relation;

const PG: EngineKind = EngineKind::Postgres;

/// A value's own words, which the column's type reads again.
pub(super) const SPELLING: Spelling =
    Spelling { engine: PG, shown: ("", "::text"), value: |text| sql!(PG; Literal(text)) };

pub(super) fn batching(sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
    read(sql, PG, |name| ground(name, schema))
}

fn ground(name: &QualifiedName, schema: &Schema) -> Option<Ground> {
    let table = relation(name, schema);
    match &schema.objects.get(&table)?.body {
        Body::Table(found) if found.foreign.is_none() => {}
        _ => return None,
    }
    let key = key(&table, schema);
    Some(Ground { table, key: key.ok_or(KEYLESS) })
}

/// The primary key; else a unique one whose columns are all NOT NULL.
fn key(table: &ObjectId, schema: &Schema) -> Option<Vec<Ident>> {
    let not_null = |column: &Ident| {
        let id = ObjectId::member(ObjectKind::Column, table.name.clone(), column.clone());
        schema.objects.get(&id).is_some_and(|found| match &found.body {
            Body::Column(column) => column.nullability.is_not_null(),
            _ => false,
        })
    };
    let constraints = |kind: ConstraintKind| {
        schema.members(table).find_map(move |object| match &object.body {
            Body::Constraint(found) if found.kind == kind && !found.columns.is_empty() => {
                found.columns.iter().all(not_null).then(|| found.columns.clone())
            }
            _ => None,
        })
    };
    let indexes = || {
        schema.of_kind(ObjectKind::Index).find_map(|object| match &object.body {
            Body::Index(found)
                if found.table == table.name
                    && found.uniqueness == Uniqueness::Unique
                    && found.validity == Validity::Valid
                    && !is_partial(found.tail.as_str()) =>
            {
                let columns: Option<Vec<Ident>> = found.columns.iter().cloned().collect();
                columns.filter(|columns| !columns.is_empty() && columns.iter().all(not_null))
            }
            _ => None,
        })
    };
    constraints(ConstraintKind::PrimaryKey).or_else(|| constraints(ConstraintKind::Unique)).or_else(indexes)
}

/// What follows the table's name in CREATE INDEX has a WHERE.
fn is_partial(tail: &str) -> bool {
    crate::engines::reading::Words::of(tail, PG).later("where")
}
