//! The rows of a rebuild: which column comes from which, with what done to its values, and what is lost on the way.

use std::sync::Arc;

use super::keep::Kept;
use super::token::{folded, tokens};
use crate::model::{
    Body, Column, Constraint, ConstraintKind, Definition, EngineKind, Ident, Loss, Nullability, Object,
    ObjectId, QualifiedName, Sql, Table, Value,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

const E: EngineKind = EngineKind::Sqlite;

/// Whether a column that must not be NULL, and has no value to come from, is filled with something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Filling {
    /// The copy fails where there are rows: a value is not made up.
    Never,
    /// On the way back a made-up value, which is declared as lost, is better than no way back.
    WhereNeeded,
}

/// One image of the table: itself, its columns in their order, its constraints.
pub(super) struct Side<'a> {
    table: Option<&'a Table>,
    columns: Vec<(&'a Ident, &'a Column)>,
    pub(super) constraints: Vec<&'a Constraint>,
}

impl<'a> Side<'a> {
    pub fn of(objects: &'a [Arc<Object>]) -> Self {
        let mut side = Self { table: None, columns: Vec::new(), constraints: Vec::new() };
        for object in objects {
            match &object.body {
                Body::Table(table) => side.table = Some(table),
                Body::Column(column) => side.columns.push((object.id.leaf(), column)),
                Body::Constraint(constraint) => side.constraints.push(constraint),
                _ => {}
            }
        }
        side.columns.sort_by_key(|(_, column)| column.position.0);
        side
    }

    pub fn has(&self, setting: &str) -> bool {
        self.table.is_some_and(|table| table.storage.contains(setting))
    }

    pub fn autoincrements(&self) -> bool {
        self.has("autoincrement")
    }

    /// The tables and columns that foreign keys point at.
    pub fn keys(&self) -> impl Iterator<Item = (&'a QualifiedName, &'a [Ident])> {
        self.constraints
            .iter()
            .filter_map(|one| one.references.as_ref())
            .map(|(table, to)| (table, to.as_slice()))
    }

    pub fn column(&self, name: &Ident) -> Option<(&'a Ident, &'a Column)> {
        self.columns.iter().find(|(own, _)| own.as_str().eq_ignore_ascii_case(name.as_str())).copied()
    }

    /// The columns that hold values of their own.
    pub fn stored(&self) -> impl Iterator<Item = (&'a Ident, &'a Column)> {
        self.columns.iter().filter(|(_, column)| !matches!(column.value, Value::Generated { .. })).copied()
    }

    /// The column that is another name of the rowid.
    fn alias(&self) -> Option<&'a Ident> {
        let key = self.constraints.iter().find(|one| one.kind == ConstraintKind::PrimaryKey)?;
        let [only] = key.columns.as_slice() else { return None };
        let (name, column) = self.column(only)?;
        let inline_desc = key.definition.as_str().starts_with("PRIMARY KEY DESC");
        (folded(column.data_type.as_str()) == "integer" && !inline_desc && !self.has("without_rowid"))
            .then_some(name)
    }

    /// A name by which the rowid can be had on both sides, where it is nobody's column.
    pub fn rowid(&self, other: &Side<'_>) -> Option<&'static str> {
        if self.has("without_rowid") || other.has("without_rowid") || other.alias().is_some() {
            return None;
        }
        ["rowid", "_rowid_", "oid"].into_iter().find(|name| {
            let name = Ident::from(*name);
            self.column(&name).is_none() && other.column(&name).is_none()
        })
    }
}

/// Copies the rows; `None` where nothing of them remains.
pub(super) fn rows(
    from: &QualifiedName,
    to: &QualifiedName,
    before: &Side<'_>,
    after: &Side<'_>,
    filling: Filling,
    kept: Option<&Kept>,
) -> Option<Sql> {
    let mut into: Vec<Sql> = Vec::new();
    let mut values: Vec<Sql> = Vec::new();
    let rowid = before.rowid(after);
    if let Some(rowid) = rowid {
        into.push(sql!(E; rowid));
        values.push(sql!(E; rowid));
    }
    for (name, column) in after.stored() {
        let value = match before.column(name) {
            Some((old_name, old)) => carried(old_name, old, column, before, after),
            None if kept.is_some_and(|kept| kept.columns.contains(name)) => {
                let filled = filling == Filling::WhereNeeded && needs_value(name, column, after);
                let new = match &column.value {
                    _ if filled => filler(name, column, after),
                    Value::Default(default) => sql!(E; &default_value(default)),
                    Value::Plain | Value::Identity(_) | Value::Generated { .. } => sql!(E; "NULL"),
                };
                match kept {
                    Some(kept) => kept.value(from, name, &new),
                    None => new,
                }
            }
            None if filling == Filling::WhereNeeded && needs_value(name, column, after) => {
                filler(name, column, after)
            }
            None => continue,
        };
        into.push(sql!(E; name));
        values.push(value);
    }
    if into.is_empty() {
        return None;
    }
    let sql = SqlBuilder::new(E).piece("INSERT INTO ").piece(to).piece(" (").joined(&into, ", ");
    Some(sql.piece(") SELECT ").joined(&values, ", ").piece(" FROM ").piece(from).done())
}

fn carried(name: &Ident, old: &Column, new: &Column, before: &Side<'_>, after: &Side<'_>) -> Sql {
    let mut value = sql!(E; name);
    if is_cast(old, new, before, after) {
        value = sql!(E; "CAST(", &value, " AS ", &new.data_type, ")");
    }
    let tightened = old.nullability == Nullability::Nullable && new.nullability != Nullability::Nullable;
    if let (true, Value::Default(default)) = (tightened, &new.value) {
        value = sql!(E; "COALESCE(", &value, ", ", &default_value(default), ")");
    }
    value
}

/// A strict table refuses what an ordinary one would keep as it is, so values of another type are converted.
fn is_cast(old: &Column, new: &Column, _: &Side<'_>, after: &Side<'_>) -> bool {
    after.has("strict") && old.data_type != new.data_type && folded(new.data_type.as_str()) != "any"
}

/// A default as an expression: a word alone is a string there, and would be a column here.
fn default_value(default: &Definition) -> Definition {
    let form = default.compared();
    match tokens(default.as_str()).as_slice() {
        [_] if form.starts_with('\'') => Definition::from_catalog(form),
        [_] => default.clone(),
        _ => Definition::from_catalog(format!("({default})")),
    }
}

fn needs_value(name: &Ident, column: &Column, side: &Side<'_>) -> bool {
    let default = matches!(&column.value, Value::Default(text) if text.compared() != "null");
    column.nullability != Nullability::Nullable && !default && side.alias() != Some(name)
}

/// A value of the column's kind: a parent that is there for a foreign key, a number of its own for a key, else zero
/// or an empty string.
fn filler(name: &Ident, column: &Column, side: &Side<'_>) -> Sql {
    let only = |one: &&&Constraint| matches!(one.columns.as_slice(), [own] if own == name);
    let parent = side.constraints.iter().filter(only).find_map(|one| one.references.as_ref());
    if let Some((table, columns)) = parent {
        return match columns.first() {
            Some(column) => sql!(E; "(SELECT ", column, " FROM ", table, " LIMIT 1)"),
            None => sql!(E; "(SELECT rowid FROM ", table, " LIMIT 1)"),
        };
    }
    let key = side.constraints.iter().any(|one| {
        matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && super::constraint::names_column(&one.columns, name.as_str())
    });
    let number = "row_number() OVER ()";
    match affinity(column.data_type.as_str()) {
        Affinity::Text if key => sql!(E; "CAST(", number, " AS TEXT)"),
        Affinity::Number | Affinity::Blob if key => sql!(E; number),
        Affinity::Text => sql!(E; "''"),
        Affinity::Blob => sql!(E; "x''"),
        Affinity::Number => sql!(E; "0"),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Text,
    Blob,
    Number,
}

/// <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>, as far as it matters here.
fn affinity(declared: &str) -> Affinity {
    let declared = folded(declared);
    let has = |part: &str| declared.contains(part);
    if has("int") {
        Affinity::Number
    } else if has("char") || has("clob") || has("text") {
        Affinity::Text
    } else if has("blob") || declared.is_empty() {
        Affinity::Blob
    } else {
        Affinity::Number
    }
}

/// What the rebuild, or its way back, cannot keep.
/// Values that are put aside are none.
pub(super) fn loss(
    subject: &ObjectId,
    before: &Side<'_>,
    after: &Side<'_>,
    kept: Option<&Kept>,
) -> Option<Loss> {
    let table = &subject.name;
    let mut forward = Vec::new();
    let mut since = Vec::new();
    for (name, old) in before.stored() {
        match after.column(name) {
            None if kept.is_some_and(|kept| kept.columns.contains(name)) => {}
            None => forward.push(format!("the values of {table}.{name}")),
            Some((_, new)) if is_cast(old, new, before, after) => {
                forward.push(format!("the values of {table}.{name} that are no {}", new.data_type));
            }
            Some((_, new)) if matches!(new.value, Value::Generated { .. }) => {
                forward.push(format!("the values of {table}.{name} that differ from what is computed"));
            }
            Some(_) => {}
        }
    }
    for (name, _) in after.stored().filter(|(name, _)| before.column(name).is_none()) {
        since.push(format!("the values of {table}.{name}"));
    }
    for (name, old) in before.stored() {
        let filled = after.stored().find(|(own, _)| own.as_str().eq_ignore_ascii_case(name.as_str()));
        if let Some((_, new)) = filled {
            let tightened =
                old.nullability == Nullability::Nullable && new.nullability != Nullability::Nullable;
            if tightened && matches!(new.value, Value::Default(_)) {
                forward.push(format!("which values of {table}.{name} were NULL"));
            }
        }
    }
    Loss::of(&forward, &since)
}
