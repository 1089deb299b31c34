//! What SQLite's own ALTER TABLE can do, and what takes a rebuild of the table. A change is native only where its
//! way back is too. Source: <https://www.sqlite.org/lang_altertable.html>, tried on 3.40 and 3.51.

use super::constraint::{self, words};
use super::depends::{has_broken_text, parts};
use super::parse::{self, ColumnText, TableText};
use super::source::create_table;
use super::token::{Kind, Names, Token, folded};
use crate::model::{Body, Change, ConstraintKind, Object, ObjectId, ObjectKind, Schema, Value};

/// The table that has to be rebuilt for this change.
pub(super) fn unit(change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
    let id = change.id();
    let table = ObjectId::new(ObjectKind::Table, id.name.clone());
    let stays = |schema: &Schema| {
        matches!(schema.objects.get(&table).map(|object| &object.body), Some(Body::Table(_)))
    };
    if !stays(from) || !stays(to) {
        return None;
    }
    let native = match (id.kind, change) {
        (ObjectKind::Table, Change::Alter { .. }) => false,
        (ObjectKind::Column | ObjectKind::Constraint, Change::Alter { .. }) => false,
        (ObjectKind::Column, Change::Create(_)) => {
            !is_respelled(id, from) && column(to, &table, id.leaf().as_str()) && in_place(&table, from, to)
        }
        (ObjectKind::Column, Change::Drop(_)) => {
            !is_respelled(id, to) && column(from, &table, id.leaf().as_str()) && in_place(&table, from, to)
        }
        (ObjectKind::Constraint, Change::Create(object)) => {
            constraint::is_there(object, to, from) || comes_with_column(object, &table, to, from)
        }
        (ObjectKind::Constraint, Change::Drop(object)) => {
            constraint::is_there(object, from, to) || comes_with_column(object, &table, from, to)
        }
        _ => true,
    };
    (!native).then_some(table)
}

/// A column that the other side has in other letter case is the same one to SQLite, and keeps its values.
fn is_respelled(id: &ObjectId, other: &Schema) -> bool {
    let name = folded(id.leaf().as_str());
    parts(other, ObjectKind::Column, &id.name).any(|object| folded(object.id.leaf().as_str()) == name)
}

/// Whether columns can come and go in place at all.
fn in_place(table: &ObjectId, from: &Schema, to: &Schema) -> bool {
    keeps_a_column(table, from, to) && !has_broken_text(from) && !has_broken_text(to)
}

/// SQLite drops no last column, so one that is not computed has to stay throughout.
fn keeps_a_column(table: &ObjectId, from: &Schema, to: &Schema) -> bool {
    parts(from, ObjectKind::Column, &table.name).filter(|object| to.objects.contains_key(&object.id)).any(
        |object| matches!(&object.body, Body::Column(column) if !matches!(column.value, Value::Generated { .. })),
    )
}

/// Whether a column that only `schema` has can be both added and dropped without a rebuild.
pub(super) fn column(schema: &Schema, table: &ObjectId, name: &str) -> bool {
    // DROP COLUMN came with 3.35.
    if !schema.version.at_least(3, 35) {
        return false;
    }
    let Some(text) = create_table(schema, table) else { return false };
    let Some(read) = parse::table(&text) else { return false };
    let Some(at) = read.columns.iter().position(|column| column.name == name) else { return false };
    let id = ObjectId::member(ObjectKind::Column, table.name.clone(), name);
    let Some(Body::Column(known)) = schema.objects.get(&id).map(|object| &object.body) else { return false };
    let not_null = known.nullability.is_not_null();
    !is_key(&read, name) && addable(&read, at, not_null) && droppable(&read, at)
}

/// Whether a constraint stands in the definition of a column that comes or goes with it.
fn comes_with_column(object: &Object, table: &ObjectId, schema: &Schema, other: &Schema) -> bool {
    inline_column(object, schema)
        .is_some_and(|id| !other.objects.contains_key(&id) && column(schema, table, id.leaf().as_str()))
}

/// The column in whose definition a constraint stands.
pub(super) fn inline_column(object: &Object, schema: &Schema) -> Option<ObjectId> {
    let table = ObjectId::new(ObjectKind::Table, object.id.name.clone());
    let text = create_table(schema, &table)?;
    let read = parse::table(&text)?;
    let place = constraint::place(&read, &Names::new(), object.id.leaf()).or_else(|| same(&read, object))?;
    let column = read.columns.get(read.constraints.get(place)?.column?)?;
    Some(ObjectId::member(ObjectKind::Column, table.name.clone(), column.name.as_str()))
}

/// By definition, where a made-up name depends on the names of the whole schema.
fn same(read: &TableText<'_>, object: &Object) -> Option<usize> {
    let Body::Constraint(wanted) = &object.body else { return None };
    constraint::constraints(read, &Names::new())
        .iter()
        .position(|named| named.constraint.definition.as_str() == wanted.definition.as_str())
}

fn is_key(read: &TableText<'_>, name: &str) -> bool {
    read.constraints
        .iter()
        .filter(|one| matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique))
        .flat_map(|one| &one.parts)
        .any(|part| part.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

/// The conditions of ADD COLUMN.
fn addable(read: &TableText<'_>, at: usize, not_null: bool) -> bool {
    let column = &read.columns[at];
    if let Some((_, stored)) = &column.generated {
        return *stored == crate::model::Stored::Virtual;
    }
    let default = column.default.clone().map(|range| value(&read.tokens[range]));
    let references = read.constraints.iter().any(|one| one.column == Some(at) && one.references.is_some());
    match default {
        None | Some(Constant::Null) => !not_null,
        Some(Constant::Value) => !references,
        Some(Constant::Expression) => false,
    }
}

enum Constant {
    Null,
    Value,
    Expression,
}

fn value(tokens: &[Token<'_>]) -> Constant {
    let inner = match tokens {
        [open, rest @ .., close] if open.text == "(" && close.text == ")" => rest,
        all => all,
    };
    match inner {
        [one] if one.is("null") => Constant::Null,
        [one] if ["current_time", "current_date", "current_timestamp"].iter().any(|word| one.is(word)) => {
            Constant::Expression
        }
        [one] if one.kind != Kind::Sign => Constant::Value,
        [sign, number] if sign.kind == Kind::Sign && number.kind == Kind::Number => Constant::Value,
        _ => Constant::Expression,
    }
}

/// The conditions of DROP COLUMN as far as the table's own statement goes: nothing else of it names the column.
fn droppable(read: &TableText<'_>, at: usize) -> bool {
    let ColumnText { name, .. } = &read.columns[at];
    let named = |range: &std::ops::Range<usize>| {
        let (Some(first), Some(last)) =
            (read.tokens.get(range.start), range.end.checked_sub(1).and_then(|last| read.tokens.get(last)))
        else {
            return false;
        };
        let text = read.text.get(first.start..last.end).unwrap_or("");
        !range.is_empty() && words(text).contains(&folded(name))
    };
    let others = || read.columns.iter().enumerate().filter(|(place, _)| *place != at);
    read.columns.len() > 1
        && !others().any(|(_, other)| other.generated.as_ref().is_some_and(|(range, _)| named(range)))
        // SQLite keeps at least one column that is not generated.
        && others().any(|(_, other)| other.generated.is_none())
        && !read.constraints.iter().filter(|one| one.column != Some(at)).any(|one| {
            named(&one.check)
                || one.parts.iter().any(|part| part.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)))
        })
}
