//! Read-only questions that tell whether a step has been applied.

use crate::model::{Ident, QualifiedName, Sql};
use crate::sql;
use crate::sqltext::Literal;

use super::PG;

/// The name as `to_regclass` reads it.
fn quoted(name: &QualifiedName) -> String {
    sql!(PG; name).as_str().to_owned()
}

pub(super) fn relation_exists(name: &QualifiedName) -> Sql {
    sql!(PG; "SELECT pg_catalog.to_regclass(", Literal(&quoted(name)), ") IS NOT NULL")
}

pub(super) fn relation_gone(name: &QualifiedName) -> Sql {
    sql!(PG; "SELECT pg_catalog.to_regclass(", Literal(&quoted(name)), ") IS NULL")
}

fn column(table: &QualifiedName, name: &Ident, existence: &'static str) -> Sql {
    sql!(PG; "SELECT ", existence, " (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(",
        Literal(&quoted(table)), ") AND attname = ", Literal(name.as_str()), " AND NOT attisdropped)")
}

pub(super) fn column_exists(table: &QualifiedName, name: &Ident) -> Sql {
    column(table, name, "EXISTS")
}

pub(super) fn column_gone(table: &QualifiedName, name: &Ident) -> Sql {
    column(table, name, "NOT EXISTS")
}

pub(super) fn column_is_not_null(table: &QualifiedName, name: &Ident) -> Sql {
    sql!(PG; "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(",
        Literal(&quoted(table)), ") AND attname = ", Literal(name.as_str()), " AND attnotnull)")
}

pub(super) fn constraint(table: &QualifiedName, name: &Ident, existence: &'static str) -> Sql {
    sql!(PG; "SELECT ", existence, " (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass(",
        Literal(&quoted(table)), ") AND conname = ", Literal(name.as_str()), ")")
}

pub(super) fn constraint_valid(table: &QualifiedName, name: &Ident) -> Sql {
    sql!(PG; "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass(",
        Literal(&quoted(table)), ") AND conname = ", Literal(name.as_str()), " AND convalidated)")
}

/// An index left INVALID by a failed concurrent build does not count.
pub(super) fn index_valid(name: &QualifiedName) -> Sql {
    sql!(PG; "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass(",
        Literal(&quoted(name)), ") AND indisvalid)")
}

pub(super) fn enum_label(name: &QualifiedName, label: &str) -> Sql {
    sql!(PG; "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype(",
        Literal(&quoted(name)), ") AND enumlabel = ", Literal(label), ")")
}

pub(super) fn schema_exists(name: &Ident) -> Sql {
    sql!(PG; "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ", Literal(name.as_str()), ")")
}
