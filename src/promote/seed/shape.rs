//! What a table asks of its rows: columns, keys, conditions, references, partition bounds. It is read off the
//! schema alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Body, Column, ConstraintKind, Definition, Enforcement, EngineKind, Ident, Object, ObjectId, ObjectKind,
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
    /// Conditions and keys that only the desired table has. The server does not know them yet.
    pub(super) coming: Coming<'a>,
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
    /// The type that the desired table gives it, where that is another one.
    pub(super) becomes: Option<&'a Definition>,
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
    /// A sequence: left to the server, but where a row must know its own key.
    Sequence,
}

/// A primary, unique or exclusion key; a part that is an expression is missing from its columns.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) name: Ident,
    pub(super) columns: Vec<&'a Ident>,
}

#[derive(Debug)]
pub(super) struct Condition<'a> {
    pub(super) name: &'a Ident,
    pub(super) text: Definition,
    pub(super) columns: Vec<&'a Ident>,
}

#[derive(Debug, Default)]
pub(super) struct Coming<'a> {
    pub(super) conditions: Vec<Condition<'a>>,
    pub(super) keys: Vec<ComingKey<'a>>,
}

#[derive(Debug)]
pub(super) struct ComingKey<'a> {
    pub(super) columns: Vec<&'a Ident>,
    /// What follows the table in CREATE UNIQUE INDEX; `None`: the columns.
    pub(super) tail: Option<&'a Definition>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reference<'a> {
    pub(super) columns: Vec<&'a Ident>,
    pub(super) table: &'a QualifiedName,
    pub(super) targets: Vec<&'a Ident>,
}

impl<'a> Shape<'a> {
    /// `also`: another schema whose table of the same name the rows have to fit too.
    pub(super) fn of(
        schema: &'a Schema,
        also: Option<&'a Schema>,
        id: &'a ObjectId,
        table: &'a Table,
    ) -> Self {
        let mut shape = Self::alone(schema, id);
        shape.places = bounds::places(schema, &id.name, table);
        shape.partitioned = if table.partition_by.is_some() { Partitioned::Yes } else { Partitioned::No };
        if schema.engine() == EngineKind::MySql {
            // Its partitions are words of the table. A row that none of them takes is refused like one that misses a
            // condition, and the words tell what would do.
            shape.partitioned = Partitioned::No;
            if let Some(text) = &table.partition_by {
                let text = text.clone();
                shape.conditions.push(Condition { name: &id.name.name, text, columns: Vec::new() });
            }
        }
        if let Some((also, there)) = also.and_then(|also| Some((also, also.objects.get_key_value(id)?.0))) {
            shape.look_ahead(schema, Self::alone(also, there), also);
        }
        shape
    }

    fn alone(schema: &'a Schema, id: &'a ObjectId) -> Self {
        let mut shape = Self {
            id,
            columns: Vec::new(),
            keys: Vec::new(),
            conditions: Vec::new(),
            coming: Coming::default(),
            references: Vec::new(),
            places: Vec::new(),
            partitioned: Partitioned::No,
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
                shape.keys.push(Key { name: object.id.leaf().clone(), columns });
            }
        }
        shape
    }

    /// Takes over what the desired table will ask of the rows that are there.
    fn look_ahead(&mut self, schema: &'a Schema, desired: Self, also: &'a Schema) {
        for column in &mut self.columns {
            let Some(then) = desired.column(column.name) else { continue };
            if then.null == Null::Refused {
                column.null = Null::Refused;
            }
            if then.data_type != column.data_type {
                column.becomes = Some(then.data_type);
            }
        }
        let known = |columns: &[&Ident]| columns.iter().all(|name| self.column(name).is_some());
        let conditions: Vec<_> = desired
            .conditions
            .into_iter()
            .filter(|then| known(&then.columns) && self.conditions.iter().all(|now| now.text != then.text))
            .collect();
        let keys: Vec<_> = desired
            .keys
            .iter()
            .filter(|then| {
                known(&then.columns)
                    && self.keys.iter().all(|now| now.columns != then.columns || then.columns.is_empty())
            })
            .map(|then| {
                let index = also.objects.values().find_map(|object| match &object.body {
                    Body::Index(index) if index.table == self.id.name && *object.id.leaf() == then.name => {
                        Some(&index.tail)
                    }
                    _ => None,
                });
                ComingKey { columns: then.columns.clone(), tail: index }
            })
            .filter(|key| !key.columns.is_empty() || key.tail.is_some())
            .collect();
        let references: Vec<_> = desired
            .references
            .into_iter()
            .filter(|then| known(&then.columns) && !self.references.contains(then))
            .filter(|then| {
                then.targets.iter().all(|target| {
                    let column = ObjectId::member(ObjectKind::Column, then.table.clone(), (*target).clone());
                    schema.objects.contains_key(&column)
                })
            })
            .collect();
        self.coming = Coming { conditions, keys };
        self.references.extend(references);
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
                    if let Some(check) = column.options.get("check") {
                        let text = Definition::from_catalog(format!("CHECK ({check})"));
                        self.conditions.push(Condition { name, text, columns: vec![name] });
                    }
                    let data_type = &column.data_type;
                    let seedling = Seedling { name, data_type, becomes: None, null, filled };
                    columns.push((column.position.0, seedling));
                }
            }
            Body::Constraint(constraint) => {
                let columns: Vec<&Ident> = constraint.columns.iter().collect();
                match constraint.kind {
                    ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => {
                        self.keys.push(Key { name: name.clone(), columns });
                    }
                    ConstraintKind::Check if constraint.enforcement == Enforcement::Enforced => {
                        self.conditions.push(Condition {
                            name,
                            text: constraint.definition.clone(),
                            columns,
                        });
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
        Value::Plain if column.options.contains("auto_increment") => Some(Giver::Sequence),
        Value::Plain => Some(Giver::Us),
        Value::Default(default) if default.as_str().contains("nextval(") => Some(Giver::Sequence),
        Value::Default(_) => Some(Giver::Default),
        Value::Generated { .. } => None,
        Value::Identity(_) => Some(Giver::Sequence),
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
pub(super) fn ordered<'a>(schema: &'a Schema, also: Option<&'a Schema>) -> Vec<Shape<'a>> {
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
                Some((&object.id.name, Shape::of(schema, also, &object.id, table)))
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
