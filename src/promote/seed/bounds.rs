//! Where rows of a partitioned table can go: from the bounds of its partitions, the key values that lead there.

use std::collections::BTreeMap;

use crate::model::{Body, Definition, Ident, Partition, QualifiedName, Schema, Table};

use super::palette::Cell;

/// Values that a row must have to go to one place.
pub(super) type Pins = BTreeMap<Ident, Cell>;

/// One set of values for each leaf partition. What a bound does not say (hash, default, MINVALUE) is left open.
pub(super) fn places(schema: &Schema, name: &QualifiedName, table: &Table) -> Vec<Pins> {
    let mut found = Vec::new();
    descend(schema, name, table, &Pins::new(), 0, &mut found);
    found
}

fn descend(
    schema: &Schema,
    name: &QualifiedName,
    table: &Table,
    pins: &Pins,
    depth: usize,
    found: &mut Vec<Pins>,
) {
    let Some(key) = &table.partition_by else { return };
    if depth > 8 {
        return;
    }
    let columns = key_columns(key);
    for object in schema.objects.values() {
        let Body::Partition(Partition { parent, bound }) = &object.body else { continue };
        if parent != name {
            continue;
        }
        let mut here = pins.clone();
        for (column, value) in columns.iter().zip(lower(bound)) {
            if let (Some(column), Some(value)) = (column, value) {
                here.entry(column.clone()).or_insert(value);
            }
        }
        let child = schema.objects.values().find_map(|other| match &other.body {
            Body::Table(child) if other.id.name == object.id.name => Some(child),
            _ => None,
        });
        match child {
            Some(child) if child.partition_by.is_some() => {
                descend(schema, &object.id.name, child, &here, depth + 1, found);
            }
            Some(_) | None => found.push(here),
        }
    }
}

/// `RANGE (created_at, "Odd")` → its columns; an expression is `None`.
fn key_columns(key: &Definition) -> Vec<Option<Ident>> {
    parts(inner(key.as_str()))
        .into_iter()
        .map(|part| {
            // An operator class or collation may follow the name.
            let word = match part.strip_prefix('"') {
                Some(rest) => rest.split('"').next().map(ToOwned::to_owned),
                None => part.split_whitespace().next().map(ToOwned::to_owned),
            };
            word.filter(|word| !word.contains('(')).map(|word| Ident::new(word.as_str()))
        })
        .collect()
}

/// The first values inside a bound, by key column.
fn lower(bound: &Definition) -> Vec<Option<Cell>> {
    let text = bound.as_str();
    let Some(at) = text.find("FROM (").or_else(|| text.find("IN (")) else { return Vec::new() };
    let list = parts(inner(text.get(at..).unwrap_or_default()));
    let only_first = !text.contains("FROM (");
    let take = if only_first { 1 } else { list.len() };
    list.into_iter().take(take).map(|part| constant(&part)).collect()
}

fn constant(text: &str) -> Option<Cell> {
    match text {
        "MINVALUE" | "MAXVALUE" => None,
        "NULL" => Some(Cell::Null),
        text => Some(Cell::Text(match text.strip_prefix('\'') {
            Some(rest) => {
                let end = rest.rfind('\'')?;
                rest.get(..end)?.replace("''", "'")
            }
            None => text.to_owned(),
        })),
    }
}

/// What stands between the first parenthesis and the one that closes it.
pub(super) fn inner(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut start = None;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => {
                depth += 1;
                start.get_or_insert(at + 1);
            }
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return start.and_then(|start| text.get(start..at)).unwrap_or_default();
                }
            }
            (None, _) => {}
        }
    }
    ""
}

/// A list cut at its commas, outside quotes and parentheses.
fn parts(text: &str) -> Vec<String> {
    let (mut found, mut now) = (Vec::new(), String::new());
    let (mut depth, mut quote) = (0_usize, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                found.push(std::mem::take(&mut now).trim().to_owned());
                continue;
            }
            (None, _) => {}
        }
        now.push(c);
    }
    if !now.trim().is_empty() {
        found.push(now.trim().to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Cell, key_columns, lower};
    use crate::model::{Definition, Ident};

    #[test]
    fn bounds_give_the_values_that_lead_there() {
        let bound = |text: &str| lower(&Definition::from_catalog(text));
        let text = |text: &str| Some(Cell::Text(text.into()));
        assert_eq!(
            bound("FOR VALUES FROM ('2024-01-01', 5) TO ('2025-01-01', 6)"),
            [text("2024-01-01"), text("5")]
        );
        assert_eq!(bound("FOR VALUES IN ('it''s, (so)', 'b')"), [text("it's, (so)")]);
        assert_eq!(bound("FOR VALUES FROM (MINVALUE) TO (10)"), [None]);
        assert!(bound("DEFAULT").is_empty());
        assert!(bound("FOR VALUES WITH (modulus 4, remainder 0)").is_empty());
        let key = key_columns(&Definition::from_catalog("RANGE (a, \"Odd Name\", lower(b))"));
        assert_eq!(key, [Some(Ident::from("a")), Some(Ident::from("Odd Name")), None]);
    }
}
