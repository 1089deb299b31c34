//! What a drop would lose, put aside in a table of ours. Rows are copied, and the table itself is dropped: a table that
//! was only renamed would keep its foreign keys, and hold back the parents of its rows. Of a column the values are
//! copied with the key of their rows. What cannot be led back to its rows is not kept, and the loss says why.

use std::sync::Arc;

use super::copy::Side;
use super::depends::parts;
use super::effects::draft;
use super::rebuild::{checks_keys, orphans, sequence};
use super::render;
use super::token::folded;
use crate::engines::{Action, Draft, Facts, Restore, Shelf, Undo};
use crate::model::{
    Body, Boundary, Column, ConstraintKind, Definition, EngineKind, Ident, Keepsake, Nullability, Object,
    ObjectId, ObjectKind, Phase, QualifiedName, Runtime, Schema, Sql, Statement, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

const E: EngineKind = EngineKind::Sqlite;
const NAME: &str = "migrator_shadow_";

/// Whether a table of this name is one of ours that holds what a plan keeps.
pub(super) fn is_shadow(name: &str) -> bool {
    let parts = name.strip_prefix(NAME).and_then(|rest| rest.split_once('_'));
    parts.is_some_and(|(plan, number)| {
        plan.len() == 10
            && plan.bytes().all(|b| b.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn shadow(shelf: &Shelf) -> QualifiedName {
    QualifiedName::bare(format!("{NAME}{}_{}", shelf.plan, shelf.number).as_str())
}

fn in_transaction(sql: Sql) -> Statement {
    Statement { sql, boundary: Boundary::Transactional, runtime: Runtime::Brief }
}

/// The statements of a drop: as drafted, or after what it would lose is put aside.
pub(super) fn dropped(objects: &[Arc<Object>], dropping: Draft, facts: &Facts<'_>) -> Vec<Draft> {
    let (Some(shelf), Some(head), true) = (facts.shelf, objects.first(), dropping.loss.is_some()) else {
        return vec![dropping];
    };
    match &head.body {
        Body::Table(_) => table(objects, &head.id, &shadow(shelf), dropping, facts),
        Body::Column(_) => column(&head.id, &shadow(shelf), dropping, facts),
        _ => vec![dropping.unkept("it is no ordinary table")],
    }
}

fn assist(place: &QualifiedName, source: &QualifiedName, sql: Sql, work: Work, reason: &str) -> Draft {
    let subject = ObjectId::new(ObjectKind::Table, place.clone());
    let mut made = draft(Verb::Assist, Phase::Contract, sql, work, &subject, reason);
    made.undo = Undo::Covered;
    made.effects.on = vec![ObjectId::new(ObjectKind::Table, source.clone())];
    made
}

fn creation(place: &QualifiedName, source: &QualifiedName, sql: Sql) -> Draft {
    let reason = "Holds what the plan drops, until a contract removes it.";
    let mut made = assist(place, source, sql, Work::Catalog, reason);
    made.undo = Undo::With(vec![in_transaction(sql!(E; "DROP TABLE ", place))]);
    made
}

/// `name type`, so that a value is kept as it was stored.
fn declared(name: &Ident, column: &Column, side: &Side<'_>) -> Sql {
    // Only a strict table takes ANY for what it says.
    let as_it_comes = side.has("strict") && folded(column.data_type.as_str()) == "any";
    if as_it_comes || column.data_type.as_str().is_empty() {
        return sql!(E; name);
    }
    sql!(E; name, " ", &column.data_type)
}

fn table(
    objects: &[Arc<Object>],
    id: &ObjectId,
    place: &QualifiedName,
    dropping: Draft,
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let name = &id.name;
    let members: Vec<Arc<Object>> = [ObjectKind::Table, ObjectKind::Column, ObjectKind::Constraint]
        .into_iter()
        .flat_map(|kind| own(facts.from, kind, id))
        .collect();
    let side = Side::of(&members);
    let mut columns: Vec<Sql> = side.stored().map(|(name, _)| sql!(E; name)).collect();
    let definitions: Vec<Sql> = side.stored().map(|(name, column)| declared(name, column, &side)).collect();
    if definitions.is_empty() {
        return vec![dropping.unkept("all its columns are computed")];
    }
    columns.extend(side.rowid(&side).map(|rowid| sql!(E; rowid)));
    let copy = |from: &QualifiedName, to: &QualifiedName| {
        let into = SqlBuilder::new(E).piece("INSERT INTO ").piece(to).piece(" (").joined(&columns, ", ");
        into.piece(") SELECT ").joined(&columns, ", ").piece(" FROM ").piece(from).done()
    };
    let create = SqlBuilder::new(E).piece("CREATE TABLE ").piece(place).piece(" (");
    let mut drafts = vec![
        creation(place, name, create.joined(&definitions, ", ").piece(")").done()),
        assist(place, name, copy(name, place), Work::Rewrite, "Every row, as it is stored."),
    ];
    let mut removal = vec![in_transaction(sql!(E; "DROP TABLE ", place))];
    let mut values =
        vec![Statement { sql: copy(place, name), boundary: Boundary::Transactional, runtime: Runtime::Long }];
    if side.autoincrements() {
        let reason = "The number that AUTOINCREMENT has reached is kept too.";
        drafts.extend(sequence(name, place).map(|sql| assist(place, name, sql, Work::Catalog, reason)));
        values.extend(sequence(place, name).map(in_transaction));
        let forget = sql!(E; "DELETE FROM sqlite_sequence WHERE name = ", Literal(place.name.as_str()));
        values.push(in_transaction(forget.clone()));
        removal.push(in_transaction(forget));
    }
    if checks_keys(&side, facts.from) {
        values.push(Statement {
            sql: orphans(name),
            boundary: Boundary::Transactional,
            runtime: Runtime::Long,
        });
    }
    let turned =
        Facts { from: facts.to, to: facts.from, restore: Restore::OwnerAndGrants, shelf: None, ..*facts };
    // The rows come before the triggers that would fire for them.
    let mut back: Vec<Statement> = render::steps(&Action::Create(objects.to_vec()), &turned)
        .into_iter()
        .map(|draft| Statement { sql: draft.sql, boundary: draft.boundary, runtime: draft.runtime })
        .collect();
    let rest = back.split_off(back.len().min(1));
    back.extend(values);
    back.extend(rest);
    let keepsake = Keepsake { of: vec![id.clone()], place: place.clone(), removal };
    let reason = "Its rows are kept.".into();
    drafts.push(Draft { reason, ..dropping.undone_by(back) }.keeps(keepsake));
    drafts
}

fn own(schema: &Schema, kind: ObjectKind, table: &ObjectId) -> Vec<Arc<Object>> {
    let of = |object: &&Arc<Object>| object.id.name == table.name;
    schema.of_kind(kind).filter(of).cloned().collect()
}

/// Values put aside with the key of their rows.
pub(super) struct Kept {
    place: QualifiedName,
    key: Vec<Ident>,
    pub(super) columns: Vec<Ident>,
}

impl Kept {
    pub(super) fn keepsake(&self, table: &ObjectId) -> Keepsake {
        let id = |name: &Ident| ObjectId::member(ObjectKind::Column, table.name.clone(), name.clone());
        Keepsake {
            of: self.columns.iter().map(id).collect(),
            place: self.place.clone(),
            removal: vec![in_transaction(sql!(E; "DROP TABLE ", &self.place))],
        }
    }

    /// Makes the table and fills it. A row without its key, which could not be found again, is refused by it.
    pub(super) fn copied(&self, table: &QualifiedName, side: &Side<'_>) -> Vec<Draft> {
        let names: Vec<&Ident> = self.key.iter().chain(&self.columns).collect();
        let mut lines: Vec<Sql> = names
            .iter()
            .filter_map(|name| side.column(name).map(|(_, column)| declared(name, column, side)))
            .collect();
        lines.push(SqlBuilder::new(E).piece("PRIMARY KEY (").joined(&self.key, ", ").piece(")").done());
        let create = SqlBuilder::new(E).piece("CREATE TABLE ").piece(&self.place).piece(" (");
        let create = create.joined(&lines, ", ").piece(") WITHOUT ROWID").done();
        let copy = SqlBuilder::new(E).piece("INSERT INTO ").piece(&self.place).piece(" SELECT ");
        let copy = copy.joined(names, ", ").piece(" FROM ").piece(table).done();
        let reason = "The values of what goes, with the key of their rows.";
        vec![creation(&self.place, table, create), assist(&self.place, table, copy, Work::Scan, reason)]
    }

    /// Where a kept row and the row of `table` have one key.
    fn same_row(&self, table: &QualifiedName) -> Sql {
        let same: Vec<Sql> =
            self.key.iter().map(|name| sql!(E; &self.place, ".", name, " = ", table, ".", name)).collect();
        SqlBuilder::new(E).joined(&same, " AND ").done()
    }

    /// The kept value of a row of `table`; `new` for rows that came since.
    pub(super) fn value(&self, table: &QualifiedName, column: &Ident, new: &Sql) -> Sql {
        let (place, same) = (&self.place, self.same_row(table));
        sql!(E; "CASE WHEN EXISTS (SELECT 1 FROM ", place, " WHERE ", &same, ") THEN (SELECT ", place, ".", column,
            " FROM ", place, " WHERE ", &same, ") ELSE ", new, " END")
    }
}

/// A column that SQLite drops in place.
fn column(id: &ObjectId, place: &QualifiedName, dropping: Draft, facts: &Facts<'_>) -> Vec<Draft> {
    let table = ObjectId::new(ObjectKind::Table, id.name.clone());
    let [old, new] = [facts.from, facts.to].map(|schema| {
        [ObjectKind::Table, ObjectKind::Column, ObjectKind::Constraint]
            .into_iter()
            .flat_map(|kind| own(schema, kind, &table))
            .collect::<Vec<_>>()
    });
    let (before, after) = (Side::of(&old), Side::of(&new));
    let Some(key) = key(&before, &after) else { return vec![dropping.unkept(NO_KEY)] };
    let kept = Kept { place: place.clone(), key, columns: vec![id.leaf().clone()] };
    let same = kept.same_row(&id.name);
    let update = sql!(E; "UPDATE ", &id.name, " SET ", id.leaf(), " = (SELECT ", place, ".", id.leaf(), " FROM ", place,
        " WHERE ", &same, ") WHERE EXISTS (SELECT 1 FROM ", place, " WHERE ", &same, ")");
    let update = Statement { sql: update, boundary: Boundary::Transactional, runtime: Runtime::Long };
    // No trigger may take this for a change. Those that come or go with the plan are not there at this point.
    let triggers: Vec<Arc<Object>> = parts(facts.to, ObjectKind::Trigger, &id.name)
        .filter(|trigger| facts.from.objects.contains_key(&trigger.id))
        .filter_map(|trigger| facts.to.objects.get(&trigger.id).cloned())
        .collect();
    let mut back: Vec<Statement> = triggers
        .iter()
        .map(|trigger| in_transaction(sql!(E; "DROP TRIGGER IF EXISTS ", trigger.id.leaf())))
        .collect();
    back.push(update);
    back.extend(triggers.iter().flat_map(|trigger| render::define(trigger)).map(in_transaction));
    let mut drafts = kept.copied(&id.name, &before);
    let keepsake = kept.keepsake(&table);
    let reason =
        "The values are kept. Taken back, rows that came since have what the column gives them.".into();
    drafts.push(Draft { undo: Undo::ActionThen(back), reason, ..dropping }.keeps(keepsake));
    drafts
}

/// The columns that a rebuild drops, where the plan keeps them; or why it cannot. `None`: there is nothing to keep.
pub(super) fn rebuilt(
    before: &Side<'_>,
    after: &Side<'_>,
    facts: &Facts<'_>,
) -> Option<Result<Kept, String>> {
    let shelf = facts.shelf?;
    let columns: Vec<Ident> = before
        .stored()
        .filter(|(name, _)| after.column(name).is_none())
        .map(|(name, _)| name.clone())
        .collect();
    if columns.is_empty() {
        return None;
    }
    let key = key(before, after).filter(|key| key.iter().all(|name| !columns.contains(name)));
    Some(match key {
        Some(key) => Ok(Kept { place: shadow(shelf), key, columns }),
        None => Err(NO_KEY.into()),
    })
}

const NO_KEY: &str = "its table has no key by which its rows are found again";

/// A key that is there on both sides, over columns that keep their types. Rows whose key is NULL are refused by the
/// copy; of a UNIQUE key, which allows them, the columns may hold none.
fn key(before: &Side<'_>, after: &Side<'_>) -> Option<Vec<Ident>> {
    let definition = |column: Option<(&Ident, &Column)>| -> Option<Definition> {
        let (_, column) = column?;
        (!matches!(column.value, Value::Generated { .. })).then(|| column.data_type.clone())
    };
    let stays = |name: &Ident| {
        let found = definition(before.column(name));
        found.is_some() && found == definition(after.column(name))
    };
    let not_null = |name: &Ident| {
        before.column(name).is_some_and(|(_, column)| column.nullability != Nullability::Nullable)
    };
    let usable = |kind: ConstraintKind| {
        before.constraints.iter().find(|one| {
            one.kind == kind
                && !one.columns.is_empty()
                && one.columns.iter().all(stays)
                && (kind == ConstraintKind::PrimaryKey || one.columns.iter().all(not_null))
                && after.constraints.iter().any(|other| other.kind == kind && other.columns == one.columns)
        })
    };
    let found = usable(ConstraintKind::PrimaryKey).or_else(|| usable(ConstraintKind::Unique))?;
    Some(found.columns.clone())
}
