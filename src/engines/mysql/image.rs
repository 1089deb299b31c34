//! One image of a table: itself, its columns in their order, its keys and checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::matrix::{Engine, Ground};
use super::vendor::Vendor;
use crate::model::{
    About, Body, Column, Constraint, ConstraintKind, Ident, Index, IndexClass, Object, Table, Value,
};

pub(super) struct Image<'a> {
    pub table: &'a Table,
    pub about: &'a About,
    /// In their order.
    pub columns: Vec<(&'a Ident, &'a Column, Option<&'a str>)>,
    pub indexes: BTreeMap<&'a Ident, &'a Index>,
    pub primary: Option<&'a Constraint>,
    pub checks: BTreeMap<&'a Ident, &'a Constraint>,
}

impl<'a> Image<'a> {
    /// `None` where the table itself is not among the objects.
    pub fn of(objects: &'a [Arc<Object>]) -> Option<Self> {
        let (table, about) = objects.iter().find_map(|object| match &object.body {
            Body::Table(table) => Some((table.as_ref(), &object.about)),
            _ => None,
        })?;
        let mut image = Self {
            table,
            about,
            columns: Vec::new(),
            indexes: BTreeMap::new(),
            primary: None,
            checks: BTreeMap::new(),
        };
        for object in objects {
            let name = object.id.leaf();
            match &object.body {
                Body::Column(column) => image.columns.push((name, column, object.about.comment.as_deref())),
                Body::Index(index) => drop(image.indexes.insert(name, index)),
                Body::Constraint(constraint) => match constraint.kind {
                    ConstraintKind::PrimaryKey => image.primary = Some(constraint),
                    ConstraintKind::Check => drop(image.checks.insert(name, constraint)),
                    // A foreign key is a statement of its own; the rest is not of this engine.
                    ConstraintKind::ForeignKey
                    | ConstraintKind::Unique
                    | ConstraintKind::Exclude
                    | ConstraintKind::NotNull => {}
                },
                _ => {}
            }
        }
        image.columns.sort_by_key(|(_, column, _)| column.position.0);
        Some(image)
    }

    pub fn column(&self, name: &Ident) -> Option<(&'a Column, Option<&'a str>)> {
        self.columns.iter().find(|(own, ..)| *own == name).map(|(_, column, comment)| (*column, *comment))
    }

    pub fn collation(&self) -> Option<&'a str> {
        self.table.storage.get("collation")
    }

    pub fn ground(&self, vendor: Vendor) -> Ground {
        let generated = |column: &Column| matches!(column.value, Value::Generated { .. });
        let engine = self.table.access_method.as_ref().map(Ident::as_str).unwrap_or_default();
        Ground {
            vendor,
            engine: if engine.eq_ignore_ascii_case("InnoDB") { Engine::InnoDb } else { Engine::Other },
            compressed: self
                .table
                .storage
                .get("row_format")
                .is_some_and(|format| format.eq_ignore_ascii_case("compressed")),
            has_fulltext: self.indexes.values().any(|index| index.class == IndexClass::FullText),
            has_generated: self.columns.iter().any(|(_, column, _)| generated(column)),
            partitioned: self.table.partition_by.is_some(),
        }
    }
}
