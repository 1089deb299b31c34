//! A value for rows that have none, when a dropped NOT NULL column comes back: the old values are lost, and said to
//! be, but the way back must not fail because of it.

use crate::engines::Facts;
use crate::model::{Body, Column, ObjectId, ObjectKind, Sql, Value};
use crate::sql;
use crate::sqltext::Literal;

use super::PG;

/// The value, where one is needed and the type is known well enough to have one.
pub(super) fn filler(column: &Column, facts: &Facts<'_>) -> Option<Sql> {
    if !column.nullability.is_not_null() || column.value != Value::Plain {
        return None;
    }
    let name = column.data_type.as_str();
    if name.ends_with("[]") {
        return Some(sql!(PG; "'{}'"));
    }
    let base = name.split('(').next().unwrap_or(name).trim_end();
    let literal = match base {
        "character varying" | "text" | "character" | "bytea" | "citext" | "public.citext" => "''",
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" => "0",
        "boolean" => "false",
        "date" | "timestamp" | "timestamp without time zone" | "timestamp with time zone" => "'epoch'",
        "time" | "time without time zone" | "time with time zone" => "'00:00'",
        "interval" => "'0'",
        "uuid" => "'00000000-0000-0000-0000-000000000000'",
        "json" | "jsonb" => "'{}'",
        "inet" | "cidr" => "'0.0.0.0'",
        _ => return first_label(name, facts),
    };
    Some(sql!(PG; literal))
}

fn first_label(name: &str, facts: &Facts<'_>) -> Option<Sql> {
    let first = ObjectId::new(ObjectKind::Enum, crate::model::QualifiedName::bare(""));
    facts.to.objects.range(first..).take_while(|(id, _)| id.kind == ObjectKind::Enum).find_map(
        |(id, object)| match &object.body {
            Body::Enum(of) if sql!(PG; &id.name).as_str() == name => {
                of.labels.first().map(|label| sql!(PG; Literal(label)))
            }
            _ => None,
        },
    )
}
