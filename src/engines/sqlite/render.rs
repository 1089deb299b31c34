//! Actions → statements, as far as SQLite's own words go; a rebuild has its own room. Stored texts are sent as they
//! are stored.

use super::effects::{Presence, draft, lost, probe};
use super::introspect::SHADOW;
use super::keep;
use super::parse;
use super::rebuild;
use super::source::{column_text, create_table};
use super::token::folded;
use crate::engines::{Action, Draft, Facts, Undo};
use crate::model::{
    Body, Column, Definition, EngineKind, Ident, LossTime, Nullability, Object, ObjectId, ObjectKind, Phase,
    QualifiedName, Schema, Sql, Stored, Uniqueness, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

const E: EngineKind = EngineKind::Sqlite;

pub(super) fn steps(action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
    match action {
        Action::Create(objects) => {
            // What fell with its head comes back with it: indexes and triggers have statements of their own.
            let own = |object: &&std::sync::Arc<Object>| {
                !matches!(object.body, Body::Column(_) | Body::Constraint(_))
            };
            let head = objects.first().and_then(|head| create(head, facts));
            let rest = objects.iter().skip(1).filter(own).filter_map(|object| {
                let made = create(object, facts)?;
                Some(Draft { undo: Undo::Covered, subject: Some(object.id.clone()), ..made })
            });
            head.into_iter().chain(rest).collect()
        }
        Action::Drop(objects) => match objects.first().and_then(|head| remove(head, facts)) {
            Some(dropping) => keep::dropped(objects, dropping, facts),
            None => Vec::new(),
        },
        Action::Rename { before, after } => rename(before, after, facts),
        Action::Rebuild { subject, before, after } => rebuild::steps(subject, before, after, facts),
        // Nothing of SQLite is altered where it stands.
        Action::Alter { .. } => Vec::new(),
    }
}

/// Creates an object as it stands alone.
pub(super) fn define(object: &Object) -> Vec<Sql> {
    let id = &object.id;
    vec![match &object.body {
        Body::Table(table) => match &table.source {
            Some(source) => sql!(E; &source.0),
            None => return Vec::new(),
        },
        Body::Column(column) => SqlBuilder::new(E)
            .piece("ALTER TABLE ")
            .piece(&id.name)
            .piece(" ADD COLUMN ")
            .piece(column_sql(id, column))
            .done(),
        Body::Constraint(constraint) => sql!(E; &constraint.definition),
        Body::Index(index) => {
            let create = match index.uniqueness {
                Uniqueness::Unique => "CREATE UNIQUE INDEX ",
                Uniqueness::Plain => "CREATE INDEX ",
            };
            sql!(E; create, &id.name, " ON ", &index.table, " ", &index.tail)
        }
        Body::View(view) => sql!(E; &view.query),
        Body::Trigger(trigger) => sql!(E; &trigger.definition),
        Body::Opaque(opaque) => sql!(E; &opaque.text),
        _ => return Vec::new(),
    }]
}

/// A column in the words of its parts, for display.
fn column_sql(id: &ObjectId, column: &Column) -> Sql {
    let mut sql = SqlBuilder::new(E).piece(id.leaf());
    if !column.data_type.as_str().is_empty() {
        sql = sql.piece(" ").piece(&column.data_type);
    }
    if column.nullability != Nullability::Nullable {
        sql.push(" NOT NULL");
    }
    match &column.value {
        Value::Default(default) => sql = sql.piece(" DEFAULT (").piece(default).piece(")"),
        Value::Generated { expression, stored } => {
            let tail = match stored {
                Stored::Stored => ") STORED",
                Stored::Virtual => ") VIRTUAL",
            };
            sql = sql.piece(" AS (").piece(expression).piece(tail);
        }
        Value::Plain | Value::Identity(_) => {}
    }
    if let Some(collation) = column.collation.as_deref() {
        sql = sql.piece(" COLLATE ").piece(collation);
    }
    sql.done()
}

/// What counts towards a fingerprint: the compared form of every text, and nothing of a table's own statement.
pub(super) fn imprint(object: &Object) -> Vec<Box<str>> {
    let form = |definition: &Definition| Box::<str>::from(definition.compared());
    match &object.body {
        Body::Table(table) => table.storage.names().map(Box::from).collect(),
        Body::Column(column) => {
            let value = match &column.value {
                Value::Plain | Value::Identity(_) => String::new(),
                Value::Default(default) => format!("default {}", default.compared()),
                Value::Generated { expression, stored } => format!("{stored:?} {}", expression.compared()),
            };
            let rest = format!("{:?} {:?} {:?}", column.nullability, column.collation, column.options);
            vec![form(&column.data_type), value.into(), rest.into()]
        }
        Body::Constraint(constraint) => vec![form(&constraint.definition)],
        Body::Index(index) => {
            let about = format!("{:?} {}", index.uniqueness, folded(&index.table.to_string()));
            vec![about.into(), form(&index.tail)]
        }
        Body::View(view) => vec![form(&view.query)],
        Body::Trigger(trigger) => vec![form(&trigger.definition)],
        Body::Opaque(opaque) => vec![form(&opaque.text)],
        _ => Vec::new(),
    }
}

fn create(object: &Object, facts: &Facts<'_>) -> Option<Draft> {
    let id = &object.id;
    let replaced = facts.from.objects.contains_key(id);
    let phase = if replaced { Phase::Switch } else { Phase::Expand };
    let (sql, work, reason) = match &object.body {
        Body::Table(_) => {
            let text = Definition::from_catalog(create_table(facts.to, id)?);
            (sql!(E; &text), Work::Catalog, "A new table; nothing uses it yet.")
        }
        Body::Column(_) => return add_column(object, facts),
        // Comes with its table or its column.
        Body::Constraint(_) => return None,
        Body::Opaque(opaque) if opaque.why.as_ref() == SHADOW => return None,
        Body::Opaque(_) => (define(object).pop()?, Work::Catalog, "A new table as its statement makes it."),
        Body::Index(_) if replaced => (
            define(object).pop()?,
            Work::IndexBuild,
            "Puts the index back; it goes when its table is rebuilt.",
        ),
        Body::Index(_) => (
            define(object).pop()?,
            Work::IndexBuild,
            "Reads the table once, under the write lock of the database.",
        ),
        Body::View(_) if replaced => (
            define(object).pop()?,
            Work::Catalog,
            "Makes the view again: SQLite has no CREATE OR REPLACE VIEW.",
        ),
        Body::View(_) => (define(object).pop()?, Work::Catalog, "A new view."),
        Body::Trigger(_) if replaced => (
            define(object).pop()?,
            Work::Catalog,
            "Makes the trigger again, as nothing can replace it in place.",
        ),
        Body::Trigger(_) => {
            (define(object).pop()?, Work::Catalog, "A new trigger; it acts on writes from now on.")
        }
        _ => return None,
    };
    let made = on_table(object, draft(Verb::Create, phase, sql, work, id, reason));
    let loss = match object.body {
        Body::Table(_) | Body::Opaque(_) => lost(LossTime::Since, format!("the rows of {}", id.name)),
        _ => None,
    };
    Some(Draft { probe: probe(id, Presence::There), loss, ..made })
}

fn add_column(object: &Object, facts: &Facts<'_>) -> Option<Draft> {
    let id = &object.id;
    let table = ObjectId::new(ObjectKind::Table, id.name.clone());
    let text = create_table(facts.to, &table)?;
    let read = parse::table(&text)?;
    let definition = Definition::from_catalog(column_text(&read, id.leaf().as_str())?);
    let place = read.columns.iter().position(|column| column.name == id.leaf().as_str());
    let checked = read
        .constraints
        .iter()
        .any(|one| one.column == place && one.kind == crate::model::ConstraintKind::Check);
    let (work, reason) = if checked {
        (Work::Scan, "Adds the column in place; its CHECK is tested on every row that is there.")
    } else {
        (Work::Catalog, "Adds the column in place: only the stored statement changes, no row is touched.")
    };
    let sql = sql!(E; "ALTER TABLE ", &id.name, " ADD COLUMN ", &definition);
    let made = draft(Verb::Create, Phase::Expand, sql, work, &table, reason);
    Some(Draft { probe: probe(id, Presence::There), loss: values(object, LossTime::Since), ..made })
}

/// The values of a column, unless they are computed.
fn values(object: &Object, when: LossTime) -> Option<crate::model::Loss> {
    let generated =
        matches!(&object.body, Body::Column(column) if matches!(column.value, Value::Generated { .. }));
    (!generated).then(|| lost(when, format!("the values of {}.{}", object.id.name, object.id.leaf())))?
}

fn remove(object: &Object, facts: &Facts<'_>) -> Option<Draft> {
    let id = &object.id;
    let replaced = facts.to.objects.contains_key(id);
    let (sql, work, reason, loss) = match &object.body {
        Body::Table(_) => {
            let loss = lost(LossTime::Forward, format!("the rows of {}", id.name));
            (sql!(E; "DROP TABLE ", &id.name), Work::Catalog, "The table is not wanted any more.", loss)
        }
        Body::Opaque(opaque) if opaque.why.as_ref() == SHADOW => return None,
        Body::Opaque(_) => {
            let loss = lost(LossTime::Forward, format!("the rows of {}", id.name));
            (sql!(E; "DROP TABLE ", &id.name), Work::Catalog, "The table is not wanted any more.", loss)
        }
        Body::Column(_) => {
            let sql = sql!(E; "ALTER TABLE ", &id.name, " DROP COLUMN ", id.leaf());
            let reason = "Drops the column in place; SQLite writes every row of the table anew.";
            (sql, Work::Rewrite, reason, values(object, LossTime::Forward))
        }
        Body::Index(_) if replaced => {
            (sql!(E; "DROP INDEX ", &id.name), Work::Catalog, "Out of the way; it is made again below.", None)
        }
        Body::Index(_) => {
            (sql!(E; "DROP INDEX ", &id.name), Work::Catalog, "The index is not wanted any more.", None)
        }
        Body::View(_) if replaced => {
            (sql!(E; "DROP VIEW ", &id.name), Work::Catalog, "Out of the way; it is made again below.", None)
        }
        Body::View(_) => {
            (sql!(E; "DROP VIEW ", &id.name), Work::Catalog, "The view is not wanted any more.", None)
        }
        Body::Trigger(_) if replaced => (
            sql!(E; "DROP TRIGGER ", id.leaf()),
            Work::Catalog,
            "Out of the way; it is made again below.",
            None,
        ),
        Body::Trigger(_) => {
            (sql!(E; "DROP TRIGGER ", id.leaf()), Work::Catalog, "The trigger is not wanted any more.", None)
        }
        // Goes with its table or its column.
        _ => return None,
    };
    let phase = if replaced { Phase::Switch } else { Phase::Contract };
    let made = on_table(object, draft(Verb::Drop, phase, sql, work, id, reason));
    Some(Draft { probe: probe(id, Presence::Gone), loss, ..made })
}

/// What is done to an index works on the rows of its table, and by their number.
fn on_table(object: &Object, mut draft: Draft) -> Draft {
    if let Body::Index(index) = &object.body {
        draft.effects.on = vec![ObjectId::new(ObjectKind::Table, index.table.clone())];
    }
    draft
}

fn rename(before: &Object, after: &Object, facts: &Facts<'_>) -> Vec<Draft> {
    let (old, new) = (&before.id, &after.id);
    let plain = |sql: Sql, reason: &str| {
        let made = draft(Verb::Rename, Phase::Switch, sql, Work::Catalog, new, reason);
        Draft { probe: probe(new, Presence::There), ..made }
    };
    match &after.body {
        Body::Column(_) => {
            let sql = sql!(E; "ALTER TABLE ", &new.name, " RENAME COLUMN ", old.leaf(), " TO ", new.leaf());
            vec![plain(sql, "Renames in place; SQLite rewrites what mentions the column.")]
        }
        Body::Table(_) | Body::Opaque(_) => {
            let reason = "Renames in place; SQLite rewrites what mentions the table.";
            let to =
                |from: &QualifiedName, to: &QualifiedName| sql!(E; "ALTER TABLE ", from, " RENAME TO ", to);
            if folded(old.name.name.as_str()) != folded(new.name.name.as_str()) {
                return vec![plain(to(&old.name, &new.name), reason)];
            }
            // To SQLite the two names are one, and it is taken.
            let between = QualifiedName::bare(free_name(facts, &new.name.name));
            let second = Draft { undo: Undo::Covered, ..plain(to(&between, &new.name), reason) };
            vec![
                plain(to(&old.name, &between), "Only the letter case changes, which takes a name between."),
                second,
            ]
        }
        Body::Index(_) | Body::View(_) | Body::Trigger(_) => {
            // The text may have to follow in more than its own name; the wanted schema has it as it shall be.
            let made = facts.to.objects.get(new).map_or(after, |object| object.as_ref());
            let reason = "SQLite cannot rename this: it is dropped and made again.";
            let drop =
                remove(before, facts).map(|one| Draft { verb: Verb::Rename, reason: reason.into(), ..one });
            let create = create(made, facts).map(|one| Draft {
                verb: Verb::Rename,
                reason: reason.into(),
                undo: Undo::Covered,
                ..one
            });
            drop.into_iter().chain(create).collect()
        }
        _ => Vec::new(),
    }
}

/// A name for a helper table that nothing of either schema has.
pub(super) fn free_name(facts: &Facts<'_>, table: &Ident) -> Ident {
    let taken = |schema: &Schema, name: &str| {
        schema.objects.keys().any(|id| folded(id.leaf().as_str()) == folded(name))
    };
    let wanted = format!("migrator_new_{table}");
    (1..)
        .map(|n| if n == 1 { wanted.clone() } else { format!("{wanted}_{n}") })
        .find(|name| !taken(facts.from, name) && !taken(facts.to, name))
        .map_or_else(|| Ident::new(wanted.clone()), Ident::new)
}
