//! Constraints as objects of their own, though SQLite keeps them only as words in its CREATE TABLE statement. Each
//! gets one canonical definition, wherever it stood, and a name that follows from it where it has none.

use std::collections::BTreeSet;

use super::depends::parts;
use super::parse::{ConstraintText, TableText};
use super::token::{Names, folded, form, statement, tidy, tokens};
use crate::model::{
    Body, Constraint, ConstraintKind, Definition, Enforcement, EngineKind, Ident, Object, ObjectId,
    ObjectKind, Origin, QualifiedName, Schema, TableShape, Validity,
};
use crate::sqltext::SqlBuilder;

pub(super) struct Named {
    pub name: Ident,
    pub constraint: Constraint,
}

/// All constraints of a table, those in column definitions included, in the order of the statement.
pub(super) fn constraints(text: &TableText<'_>, names: &Names) -> Vec<Named> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::with_capacity(text.constraints.len());
    for one in &text.constraints {
        let constraint = constraint(text, one, names);
        let wanted = match &one.name {
            Some(name) => name.clone(),
            None => made_up(&constraint),
        };
        // SQLite lets two constraints share a name.
        let name = (1..)
            .map(|n| if n == 1 { wanted.clone() } else { format!("{wanted} #{n}") })
            .find(|name| taken.insert(folded(name)))
            .unwrap_or(wanted);
        found.push(Named { name: Ident::new(name), constraint });
    }
    found
}

/// The place in [`TableText::constraints`] of each name that [`constraints`] gives.
pub(super) fn place(text: &TableText<'_>, names: &Names, name: &Ident) -> Option<usize> {
    constraints(text, names).iter().position(|named| &named.name == name)
}

fn made_up(constraint: &Constraint) -> String {
    let list = |columns: &[Ident]| {
        columns.iter().map(|column| folded(column.as_str())).collect::<Vec<_>>().join(", ")
    };
    let columns = list(&constraint.columns);
    match (&constraint.references, constraint.kind) {
        (Some((table, to)), _) => {
            let to = if to.is_empty() { String::new() } else { format!("({})", list(to)) };
            format!("fk({columns})->{}{to}", folded(table.name.as_str()))
        }
        (None, ConstraintKind::PrimaryKey) => "pk".into(),
        (None, ConstraintKind::Unique) => format!("unique({columns})"),
        (None, _) => {
            let form = constraint.definition.compared();
            form.strip_prefix("check ( ")
                .and_then(|rest| rest.strip_suffix(" )"))
                .map_or_else(|| form.to_owned(), |inner| format!("check({inner})"))
        }
    }
}

fn constraint(text: &TableText<'_>, one: &ConstraintText, names: &Names) -> Constraint {
    let spelled = |name: &str| {
        let known = text.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        Ident::from(known.map_or(name, |column| column.name.as_str()))
    };
    let columns: Vec<Ident> = one.parts.iter().filter_map(|part| part.name.as_deref()).map(spelled).collect();
    let definition = match one.kind {
        ConstraintKind::Check => {
            let expression = &text.tokens[one.check.clone()];
            let conflict = conflict(one);
            Definition::as_typed(
                format!("CHECK ({}){conflict}", tidy(expression)),
                format!("check ( {} ){}", form(expression, names), folded(&conflict)),
            )
        }
        ConstraintKind::ForeignKey => statement(&foreign_key(one, &columns), names),
        ConstraintKind::PrimaryKey
        | ConstraintKind::Unique
        | ConstraintKind::Exclude
        | ConstraintKind::NotNull => key(text, one, names),
    };
    let columns = match one.kind {
        ConstraintKind::Check => mentioned(text, one),
        _ => columns,
    };
    Constraint {
        kind: one.kind,
        definition,
        columns,
        references: one.references.as_ref().map(|to| {
            let columns = to.columns.iter().map(|column| Ident::from(column.as_str())).collect();
            (QualifiedName::bare(to.table.as_str()), columns)
        }),
        validity: Validity::Valid,
        origin: Origin::Local,
        enforcement: Enforcement::Enforced,
        on: TableShape::Plain,
        index: None,
    }
}

/// The columns that a CHECK names.
fn mentioned(text: &TableText<'_>, one: &ConstraintText) -> Vec<Ident> {
    let words: BTreeSet<String> = text.tokens[one.check.clone()]
        .iter()
        .filter_map(super::token::Token::name)
        .map(|name| folded(&name))
        .collect();
    let columns = text.columns.iter().filter(|column| words.contains(&folded(&column.name)));
    columns.map(|column| Ident::from(column.name.as_str())).collect()
}

fn conflict(one: &ConstraintText) -> String {
    one.conflict.as_ref().map(|how| format!(" ON CONFLICT {how}")).unwrap_or_default()
}

fn key(text: &TableText<'_>, one: &ConstraintText, names: &Names) -> Definition {
    let mut sql = SqlBuilder::new(EngineKind::Sqlite);
    sql.push(match one.kind {
        ConstraintKind::PrimaryKey if one.descending => "PRIMARY KEY DESC (",
        ConstraintKind::PrimaryKey => "PRIMARY KEY (",
        _ => "UNIQUE (",
    });
    for (at, part) in one.parts.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        if let Some(name) = &part.name {
            sql.push(&Ident::from(name.as_str()));
        }
        // Ascending is the default.
        let rest: Vec<_> =
            text.tokens[part.rest.clone()].iter().filter(|token| !token.is("asc")).copied().collect();
        if !rest.is_empty() {
            sql.push(" ");
            sql.push(&Definition::from_catalog(tidy(&rest)));
        }
    }
    sql.push(")");
    statement(&format!("{}{}", sql.done(), conflict(one)), names)
}

/// One spelling for all foreign keys: what is SQLite's default, or ignored by it, is left out.
fn foreign_key(one: &ConstraintText, columns: &[Ident]) -> String {
    let mut sql = SqlBuilder::new(EngineKind::Sqlite).piece("FOREIGN KEY (").joined(columns, ", ").piece(")");
    if let Some(to) = &one.references {
        let targets: Vec<Ident> = to.columns.iter().map(|column| Ident::from(column.as_str())).collect();
        sql = sql.piece(" REFERENCES ").piece(&Ident::from(to.table.as_str()));
        if !targets.is_empty() {
            sql = sql.piece(" (").joined(&targets, ", ").piece(")");
        }
    }
    let mut text = sql.done().as_str().to_owned();
    if let Some(to) = &one.references {
        for (event, action) in [("DELETE", &to.on_delete), ("UPDATE", &to.on_update)] {
            if let Some(action) = action {
                text.push_str(&format!(" ON {event} {action}"));
            }
        }
        if to.deferred {
            text.push_str(" DEFERRABLE INITIALLY DEFERRED");
        }
    }
    text
}

/// Whether an unnamed constraint is in the other schema under another made-up name: what it names was renamed.
pub(super) fn is_there(object: &Object, own: &Schema, other: &Schema) -> bool {
    let Body::Constraint(wanted) = &object.body else { return false };
    let unnamed = |id: &ObjectId| {
        let name = id.leaf().as_str();
        name == "pk" || ["unique(", "check(", "fk("].iter().any(|start| name.starts_with(start))
    };
    let same =
        |one: &Object| matches!(&one.body, Body::Constraint(own) if own.definition == wanted.definition);
    unnamed(&object.id)
        && parts(other, ObjectKind::Constraint, &object.id.name)
            .any(|one| unnamed(&one.id) && !own.objects.contains_key(&one.id) && same(one))
}

/// Whether a name is one of the columns in `names`, compared as SQLite does.
pub(super) fn names_column(columns: &[Ident], name: &str) -> bool {
    columns.iter().any(|column| column.as_str().eq_ignore_ascii_case(name))
}

/// The names in a piece of SQL, in lower case.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    tokens(text).iter().filter_map(super::token::Token::name).map(|name| folded(&name)).collect()
}
