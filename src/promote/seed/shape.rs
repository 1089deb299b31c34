//! What a table asks of its rows: columns, keys, conditions, references, partition bounds. It is read off the
//! schema alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Body, Column, ConstraintKind, Definition, Enforcement, Ident, IdentityMode, Object, ObjectId, ObjectKind,
    QualifiedName, Schema, Table, Uniqueness, Value,
};

use super::bounds::{self, Pins};
use super::typename::TypeName;

/// A table that can be given rows.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) id: &'a ObjectId,
    /// In their order, without those the server alone fills.
    pub(super) columns: Vec<Seedling<'a>>,
    pub(super) keys: Vec<Key<'a>>,
    pub(super) conditions: Vec<Condition<'a>>,
    pub(super) references: Vec<Reference<'a>>,
    /// For a partitioned table: one set of values for each place that rows can go to.
    pub(super) places: Vec<Pins>,
    pub(super) partitioned: Partitioned,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Partitioned {
    Yes,
    No,
}

#[derive(Debug)]
pub(super) struct Seedling<'a> {
    pub(super) name: &'a Ident,
    pub(super) data_type: &'a Definition,
    pub(super) null: Null,
    pub(super) filled: Giver,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Null {
    Allowed,
    Refused,
}

/// Who gives the value where the row leaves it out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Giver {
    Us,
    /// A default that sometimes is left to the server.
    Default,
    /// A sequence: always left to the server.
    Sequence,
}

/// A primary, unique or exclusion key; a part that is an expression is missing from its columns.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) name: &'a Ident,
    pub(super) columns: Vec<&'a Ident>,
}

#[derive(Debug)]
pub(super) struct Condition<'a> {
    pub(super) name: &'a Ident,
    pub(super) text: &'a Definition,
    pub(super) columns: Vec<&'a Ident>,
}

#[derive(Debug)]
pub(super) struct Reference<'a> {
    pub(super) columns: Vec<&'a Ident>,
    pub(super) table: &'a QualifiedName,
    pub(super) targets: Vec<&'a Ident>,
}

impl<'a> Shape<'a> {
    pub(super) fn of(schema: &'a Schema, id: &'a ObjectId, table: &'a Table) -> Self {
        let mut shape = Self {
            id,
            columns: Vec::new(),
            keys: Vec::new(),
            conditions: Vec::new(),
            references: Vec::new(),
            places: bounds::places(schema, &id.name, table),
            partitioned: if table.partition_by.is_some() { Partitioned::Yes } else { Partitioned::No },
        };
        let mut columns: Vec<(u32, Seedling<'a>)> = Vec::new();
        for part in schema.members(id) {
            shape.take(schema, part, &mut columns);
        }
        columns.sort_by_key(|(position, _)| *position);
        shape.columns = columns.into_iter().map(|(_, column)| column).collect();
        for object in schema.objects.values() {
            if let Body::Index(index) = &object.body
                && index.table == id.name
                && index.uniqueness == Uniqueness::Unique
            {
                let columns = index.columns.iter().flatten().collect();
                shape.keys.push(Key { name: &object.id.name.name, columns });
            }
        }
        shape
    }

    fn take(&mut self, schema: &'a Schema, part: &'a Object, columns: &mut Vec<(u32, Seedling<'a>)>) {
        let Some(name) = &part.id.member else { return };
        match &part.body {
            Body::Column(column) if part.id.kind == ObjectKind::Column => {
                if let Some(filled) = filled(column) {
                    let null = match column.nullability.is_not_null() || domain_refuses(schema, column) {
                        true => Null::Refused,
                        false => Null::Allowed,
                    };
                    let seedling = Seedling { name, data_type: &column.data_type, null, filled };
                    columns.push((column.position.0, seedling));
                }
            }
            Body::Constraint(constraint) => {
                let columns: Vec<&Ident> = constraint.columns.iter().collect();
                match constraint.kind {
                    ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => {
                        self.keys.push(Key { name, columns });
                    }
                    ConstraintKind::Check if constraint.enforcement == Enforcement::Enforced => {
                        self.conditions.push(Condition { name, text: &constraint.definition, columns });
                    }
                    ConstraintKind::ForeignKey => {
                        if let Some((table, targets)) = &constraint.references {
                            let targets = targets.iter().collect();
                            self.references.push(Reference { columns, table, targets });
                        }
                    }
                    ConstraintKind::Check | ConstraintKind::NotNull => {}
                }
            }
            _ => {}
        }
    }

    pub(super) fn column(&self, name: &Ident) -> Option<&Seedling<'a>> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// `None`: the server fills the column and refuses a value.
fn filled(column: &Column) -> Option<Giver> {
    match &column.value {
        Value::Plain => Some(Giver::Us),
        Value::Default(default) if default.as_str().contains("nextval(") => Some(Giver::Sequence),
        Value::Default(_) => Some(Giver::Default),
        Value::Generated { .. } => None,
        Value::Identity(identity) => match identity.mode {
            IdentityMode::Always => None,
            IdentityMode::ByDefault => Some(Giver::Sequence),
        },
    }
}

fn domain_refuses(schema: &Schema, column: &Column) -> bool {
    let name = TypeName::parse(column.data_type.as_str());
    name.dimensions == 0
        && schema.objects.values().any(|object| match &object.body {
            Body::Domain(domain) => domain.not_null.is_some() && name.is(&object.id.name),
            _ => false,
        })
}

/// The tables that get rows of their own, each after those it refers to. In a circle of references the table
/// that can begin with NULL comes first.
pub(super) fn ordered(schema: &Schema) -> Vec<Shape<'_>> {
    let partitions: BTreeSet<&QualifiedName> = schema
        .objects
        .values()
        .filter(|object| matches!(object.body, Body::Partition(_)))
        .map(|object| &object.id.name)
        .collect();
    let mut waiting: BTreeMap<&QualifiedName, Shape<'_>> = schema
        .objects
        .values()
        .filter_map(|object| match &object.body {
            Body::Table(table) if table.foreign.is_none() && !partitions.contains(&object.id.name) => {
                Some((&object.id.name, Shape::of(schema, &object.id, table)))
            }
            _ => None,
        })
        .collect();
    let mut done = Vec::new();
    while !waiting.is_empty() {
        let free = |shape: &Shape<'_>, nullable: bool| {
            shape.references.iter().all(|reference| {
                reference.table == &shape.id.name
                    || !waiting.contains_key(reference.table)
                    || nullable
                        && reference
                            .columns
                            .iter()
                            .any(|name| shape.column(name).is_some_and(|column| column.null == Null::Allowed))
            })
        };
        let next = waiting
            .iter()
            .find(|(_, shape)| free(shape, false))
            .or_else(|| waiting.iter().find(|(_, shape)| free(shape, true)))
            .or_else(|| waiting.iter().next())
            .map(|(name, _)| *name);
        match next.and_then(|name| waiting.remove(name)) {
            Some(shape) => done.push(shape),
            None => break,
        }
    }
    done
}
