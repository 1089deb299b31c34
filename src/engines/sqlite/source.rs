//! The CREATE TABLE text of a table as a schema has it: the stored statement, with renames that the stored text does
//! not know yet written into it.

use std::collections::BTreeMap;

use super::constraint::constraints;
use super::depends::parts;
use super::parse::{self, TableText};
use super::token::{Kind, Names, folded};
use crate::model::{Body, EngineKind, Ident, ObjectId, ObjectKind, Schema};
use crate::sqltext::SqlBuilder;

/// The statement as stored, or as it would be stored after the confirmed renames that `schema` already shows.
pub(super) fn create_table(schema: &Schema, table: &ObjectId) -> Option<String> {
    let Body::Table(body) = &schema.objects.get(table)?.body else { return None };
    let stored = body.source.as_ref()?.0.as_str();
    let Some(read) = parse::table(stored) else { return Some(stored.to_owned()) };
    let mut columns = BTreeMap::new();
    for object in parts(schema, ObjectKind::Column, &table.name) {
        let Body::Column(column) = &object.body else { continue };
        let place = usize::try_from(column.position.0).ok().and_then(|at| at.checked_sub(1));
        let known = place.and_then(|at| read.columns.get(at));
        if let Some(known) = known.filter(|known| known.name != object.id.leaf().as_str()) {
            columns.insert(folded(&known.name), object.id.leaf().clone());
        }
    }
    let now = &table.name.name;
    let before = read.tokens.get(read.name)?.name()?;
    let parents = parents(schema, table, &read);
    if columns.is_empty() && parents.is_empty() && before == now.as_str() {
        return Some(stored.to_owned());
    }
    let mut changes = respelling(&read, now, &before, &columns);
    changes.extend(parents);
    Some(replaced(&read, &changes))
}

/// The names of renamed parents, by the tokens that have to spell them.
fn parents(schema: &Schema, table: &ObjectId, read: &TableText<'_>) -> BTreeMap<usize, Ident> {
    let mut changes = BTreeMap::new();
    for (one, named) in read.constraints.iter().zip(constraints(read, &Names::new())) {
        let Some(to) = &one.references else { continue };
        let id = ObjectId::member(ObjectKind::Constraint, table.name.clone(), named.name);
        let Some(Body::Constraint(known)) = schema.objects.get(&id).map(|object| &object.body) else {
            continue;
        };
        let Some((parent, columns)) = &known.references else { continue };
        if parent.name.as_str() != to.table {
            changes.insert(to.at, parent.name.clone());
        }
        for ((at, stored), now) in to.columns_at.iter().zip(&to.columns).zip(columns) {
            if stored != now.as_str() {
                changes.insert(*at, now.clone());
            }
        }
    }
    changes
}

/// The statement under another name, and whether that name had to be written inside it too: SQLite then has to
/// write it back when the table is renamed.
pub(super) fn under_name(text: &str, name: &Ident) -> (String, Inside) {
    let Some(read) = parse::table(text) else { return (text.to_owned(), Inside::Plain) };
    let before = read.tokens.get(read.name).and_then(super::token::Token::name).unwrap_or_default();
    let mut changes = BTreeMap::from([(read.name, name.clone())]);
    changes.extend(qualifiers(&read, &before).map(|at| (at, name.clone())));
    let inside = if changes.len() > 1 { Inside::NamesItself } else { Inside::Plain };
    (replaced(&read, &changes), inside)
}

/// The tokens by which the table's own expressions name the table.
fn qualifiers<'a>(read: &'a TableText<'_>, table: &'a str) -> impl Iterator<Item = usize> + 'a {
    read.tokens.windows(2).enumerate().filter_map(move |(at, pair)| {
        let qualifies = pair[1].kind == Kind::Sign && pair[1].text == ".";
        let own = pair[0].name().is_some_and(|own| own.eq_ignore_ascii_case(table));
        (at > read.name && qualifies && own).then_some(at)
    })
}

/// Whether a table's own expressions name the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Inside {
    Plain,
    NamesItself,
}

/// The definition of one column, as it stands in the statement.
pub(super) fn column_text(text: &TableText<'_>, column: &str) -> Option<String> {
    let found = text.columns.iter().find(|one| one.name == column)?;
    let (first, last) =
        (text.tokens.get(found.range.start)?, text.tokens.get(found.range.end.checked_sub(1)?)?);
    text.text.get(first.start..last.end).map(str::to_owned)
}

/// Tokens that have to change, by their place.
fn respelling(
    read: &TableText<'_>,
    table: &Ident,
    table_before: &str,
    columns: &BTreeMap<String, Ident>,
) -> BTreeMap<usize, Ident> {
    let mut changes = BTreeMap::from([(read.name, table.clone())]);
    let mut column = |at: usize| {
        let name = read.tokens.get(at).and_then(super::token::Token::name).map(|name| folded(&name));
        if let Some(now) = name.and_then(|name| columns.get(&name)) {
            changes.insert(at, now.clone());
        }
    };
    let mut expressions = Vec::new();
    for one in &read.columns {
        column(one.at);
        expressions.extend(one.generated.as_ref().map(|(range, _)| range.clone()));
    }
    let mut selves = Vec::new();
    for one in &read.constraints {
        one.parts.iter().for_each(|part| column(part.at));
        expressions.push(one.check.clone());
        if let Some(to) = one.references.as_ref().filter(|to| to.table.eq_ignore_ascii_case(table_before)) {
            selves.push(to.at);
            to.columns_at.iter().for_each(|&at| column(at));
        }
    }
    for at in expressions.into_iter().flatten() {
        if read.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted)) {
            column(at);
        }
    }
    changes.extend(qualifiers(read, table_before).map(|at| (at, table.clone())));
    changes.extend(selves.into_iter().map(|at| (at, table.clone())));
    changes
}

fn replaced(read: &TableText<'_>, changes: &BTreeMap<usize, Ident>) -> String {
    let mut text = String::with_capacity(read.text.len());
    let mut done = 0;
    for (&at, name) in changes {
        let Some(token) = read.tokens.get(at) else { continue };
        text.push_str(read.text.get(done..token.start).unwrap_or(""));
        // A keyword bare before may not be one after; the builder quotes where it must.
        text.push_str(SqlBuilder::new(EngineKind::Sqlite).piece(name).done().as_str());
        done = token.end;
    }
    text.push_str(read.text.get(done..).unwrap_or(""));
    text
}
