//! Tables: CREATE TABLE with its folded parts, and changes of the table's own attributes.

use std::sync::Arc;

use crate::engines::{Draft, Facts};
use crate::model::{
    Body, Column, Constraint, Ident, Lock, Object, ObjectId, ObjectKind, Origin, Persistence, Phase,
    QualifiedName, ReplicaIdentity, RowSecurity, Schema, Settings, Sql, Table, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, column, constraint, marks, probe};

fn is_partition(name: &QualifiedName, schema: &Schema) -> bool {
    schema.objects.contains_key(&ObjectId::new(ObjectKind::Partition, name.clone()))
}

/// CREATE TABLE with the columns and constraints folded into it, then what can only be said afterwards.
pub(super) fn create(
    object: &Arc<Object>,
    table: &Table,
    parts: &[Arc<Object>],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let partition = is_partition(&object.id.name, facts.to);
    let mut columns: Vec<(&Arc<Object>, Column)> = parts
        .iter()
        .filter_map(|part| match &part.body {
            Body::Column(column) => Some((part, column.clone())),
            _ => None,
        })
        .collect();
    columns.sort_by_key(|(_, column)| column.position.0);
    let inherited = |column: &Column| column.origin == Origin::Inherited;
    if partition {
        // ATTACH brings the parent's identity; a partition may not have one of its own (17 and newer).
        for (_, column) in columns.iter_mut().filter(|(_, column)| inherited(column)) {
            if matches!(column.value, Value::Identity(_)) {
                column.value = Value::Plain;
            }
        }
    }
    let mut lines: Vec<Sql> = Vec::new();
    for (part, column) in &columns {
        if (partition || !inherited(column)) && table.of_type.is_none() {
            let mut plain = column.clone();
            if let crate::model::Nullability::Named { validity: crate::model::Validity::NotValid, .. } =
                plain.nullability
            {
                plain.nullability = crate::model::Nullability::Nullable;
            }
            lines.push(column::definition(part, &plain));
        }
    }
    let constraints = || {
        parts.iter().filter_map(|part| match &part.body {
            Body::Constraint(constraint) => Some((part, constraint)),
            _ => None,
        })
    };
    for (part, constraint) in constraints() {
        if comes_by_itself(constraint, partition) {
            continue;
        }
        lines.push(sql!(PG; "CONSTRAINT ", part.id.leaf(), " ", &constraint::full(constraint)));
    }
    let mut drafts = vec![
        Draft::new(
            Verb::Create,
            Phase::Expand,
            statement(object, table, &lines),
            "A new table: nobody waits for it.",
        )
        .undone_by_action()
        .loses(crate::model::LossTime::Since, format!("the rows of {}", object.id.name))
        .probed_by(probe::relation_exists(&object.id.name)),
    ];
    for (part, column) in &columns {
        if inherited(column) && !partition {
            drafts.extend(inherited_details(part, column, facts));
        } else if table.of_type.is_some() {
            let bare = Column {
                value: Value::Plain,
                nullability: crate::model::Nullability::Nullable,
                ..column.clone()
            };
            let edits = crate::diff::edits(
                &Object { body: Body::Column(bare.clone()), ..Object::clone(part) },
                part,
                crate::diff::Privileges::Ignore,
            );
            drafts.extend(
                super::column_alter::alter(part, part, (&bare, column), &edits, facts)
                    .into_iter()
                    .map(covered),
            );
        }
        drafts.extend(column::after_create(part, column, facts));
    }
    for (part, constraint) in constraints() {
        drafts.extend(constraint::after_create(part, constraint, facts));
    }
    drafts.extend(attributes(object, None, table, facts));
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

fn covered(mut draft: Draft) -> Draft {
    draft.undo = crate::engines::Undo::Covered;
    draft.loss = None;
    draft
}

/// Whether CREATE TABLE … INHERITS or ATTACH PARTITION makes the constraint.
pub(super) fn comes_by_itself(constraint: &Constraint, partition: bool) -> bool {
    constraint.origin == Origin::Inherited
        && (!partition || constraint.kind == crate::model::ConstraintKind::ForeignKey)
}

/// What a child changes of a column that it inherits.
fn inherited_details(part: &Arc<Object>, column: &Column, facts: &Facts<'_>) -> Vec<Draft> {
    let parent = super::super::decide::parents(&part.id.name, facts.to).into_iter().find_map(|parent| {
        let id = ObjectId::member(ObjectKind::Column, parent, part.id.leaf().clone());
        match facts.to.objects.get(&id).map(|object| &object.body) {
            Some(Body::Column(column)) => Some(column.clone()),
            _ => None,
        }
    });
    let Some(parent) = parent else { return Vec::new() };
    let mut given = Column { origin: column.origin, ..parent };
    // A child's NOT NULL has its parent's name, whatever that is.
    if given.nullability.is_not_null() && column.nullability.is_not_null() {
        given.nullability = column.nullability.clone();
    }
    if given == *column {
        return Vec::new();
    }
    let image = Object { body: Body::Column(given.clone()), ..Object::clone(part) };
    let edits = crate::diff::edits(&image, part, crate::diff::Privileges::Ignore);
    super::column_alter::alter(&image, part, (&given, column), &edits, facts)
        .into_iter()
        .map(covered)
        .collect()
}

fn statement(object: &Object, table: &Table, lines: &[Sql]) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece(match (&table.foreign, table.persistence) {
        (Some(_), _) => "CREATE FOREIGN TABLE ",
        (None, Persistence::Permanent) => "CREATE TABLE ",
        (None, Persistence::Unlogged) => "CREATE UNLOGGED TABLE ",
    });
    sql.push(&object.id.name);
    if let Some(of_type) = &table.of_type {
        sql = sql.piece(" OF ").piece(of_type);
    }
    if !lines.is_empty() {
        sql = sql.piece(" (\n    ").joined(lines, ",\n    ").piece("\n)");
    } else if table.of_type.is_none() {
        sql.push(" ()");
    }
    if !table.inherits.is_empty() {
        sql = sql.piece(" INHERITS (").joined(&table.inherits, ", ").piece(")");
    }
    if let Some(key) = &table.partition_by {
        sql = sql.piece(" PARTITION BY ").piece(key);
    }
    if let Some(foreign) = &table.foreign {
        sql = sql.piece(" SERVER ").piece(&foreign.server);
        if !foreign.options.is_empty() {
            sql.push(" OPTIONS (");
            for (at, (name, value)) in foreign.options.iter().enumerate() {
                if at > 0 {
                    sql.push(", ");
                }
                sql = sql.piece(&Ident::new(name)).piece(" ").piece(Literal(value));
            }
            sql.push(")");
        }
    }
    if let Some(method) = &table.access_method {
        sql = sql.piece(" USING ").piece(method);
    }
    if !table.storage.is_empty() {
        sql.push(" WITH (");
        assignments(&mut sql, table.storage.iter());
        sql.push(")");
    }
    sql.done()
}

/// `name='value', …` of storage parameters; `toast.` stays in front of the name.
pub(super) fn assignments<'a>(sql: &mut SqlBuilder, settings: impl Iterator<Item = (&'a str, &'a str)>) {
    for (at, (name, value)) in settings.enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        setting_name(sql, name);
        sql.push("=");
        sql.push(Literal(value));
    }
}

fn setting_name(sql: &mut SqlBuilder, name: &str) {
    match name.strip_prefix("toast.") {
        Some(rest) => {
            sql.push("toast.");
            sql.push(&Ident::new(rest));
        }
        None => sql.push(&Ident::new(name)),
    }
}

/// What has to be SET and what RESET. The server keeps the order in which options are given, and those that are
/// set come last: what is set begins where the two orders part.
pub(super) fn changes<'a>(from: &'a Settings, to: &'a Settings) -> (Vec<(&'a str, &'a str)>, Vec<&'a str>) {
    let reset: Vec<&str> = from.names().filter(|name| !to.contains(name)).collect();
    if from == to {
        return (Vec::new(), reset);
    }
    let mut stays = from.iter().filter(|(name, value)| to.get(name) == Some(*value));
    let set = to.iter().skip_while(|option| stays.next() == Some(*option)).collect();
    (set, reset)
}

/// `ALTER <word> n SET (…)` and `RESET (…)` for what differs.
pub(super) fn storage(word: &'static str, name: &QualifiedName, from: &Settings, to: &Settings) -> Vec<Sql> {
    let head = || SqlBuilder::new(PG).piece("ALTER ").piece(word).piece(" ").piece(name);
    let (set, reset) = changes(from, to);
    let mut statements = Vec::new();
    if !set.is_empty() {
        let mut sql = head().piece(" SET (");
        assignments(&mut sql, set.into_iter());
        statements.push(sql.piece(")").done());
    }
    if !reset.is_empty() {
        let mut sql = head().piece(" RESET (");
        for (at, name) in reset.into_iter().enumerate() {
            if at > 0 {
                sql.push(", ");
            }
            setting_name(&mut sql, name);
        }
        statements.push(sql.piece(")").done());
    }
    statements
}

/// Attributes that have statements of their own; `before` is none for a table just created.
fn attributes(object: &Object, before: Option<&Table>, after: &Table, facts: &Facts<'_>) -> Vec<Draft> {
    let name = &object.id.name;
    let mut drafts = Vec::new();
    let mut say = |sql: Sql, reason: &'static str| {
        drafts.push(Draft::new(Verb::Alter, Phase::Expand, sql, reason).about(&object.id).locks(
            Lock::AccessExclusive,
            [object.id.clone()],
            Work::Catalog,
        ));
    };
    let (enabled, forced) = security(after.row_security);
    let (was_enabled, was_forced) =
        before.map_or((Switch::Off, Switch::Off), |table| security(table.row_security));
    if enabled != was_enabled {
        let word = match enabled {
            Switch::On => " ENABLE ROW LEVEL SECURITY",
            Switch::Off => " DISABLE ROW LEVEL SECURITY",
        };
        say(sql!(PG; "ALTER TABLE ", name, word), "Decides which rows each role sees.");
    }
    if forced != was_forced {
        let word = match forced {
            Switch::On => " FORCE ROW LEVEL SECURITY",
            Switch::Off => " NO FORCE ROW LEVEL SECURITY",
        };
        say(sql!(PG; "ALTER TABLE ", name, word), "Decides whether the owner is bound by the policies.");
    }
    let usual = ReplicaIdentity::Default;
    let was = before.map_or(&usual, |table| &table.replica_identity);
    if was != &after.replica_identity {
        match &after.replica_identity {
            // Made together with its index.
            ReplicaIdentity::Index(index) if !marks::index_stays(name, index, facts) => {}
            ReplicaIdentity::Default
            | ReplicaIdentity::Full
            | ReplicaIdentity::Nothing
            | ReplicaIdentity::Index(_) => {
                say(marks::identified(name, &after.replica_identity), "Logical replication follows.");
            }
        }
    }
    let was = before.and_then(|table| table.clustered_on.as_ref());
    match &after.clustered_on {
        None if was.is_some() => say(marks::clustered(name, None), "Only the mark changes."),
        Some(index) if was != Some(index) && marks::index_stays(name, index, facts) => {
            say(marks::clustered(name, Some(index)), "Only the mark changes.");
        }
        _ => {}
    }
    drafts
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    On,
    Off,
}

fn security(state: RowSecurity) -> (Switch, Switch) {
    match state {
        RowSecurity::Off => (Switch::Off, Switch::Off),
        RowSecurity::Enabled => (Switch::On, Switch::Off),
        RowSecurity::Forced => (Switch::On, Switch::On),
        RowSecurity::ForcedButOff => (Switch::Off, Switch::On),
    }
}

/// A table that stays.
pub(super) fn alter(object: &Object, from: &Table, to: &Table, facts: &Facts<'_>) -> Vec<Draft> {
    let name = &object.id.name;
    let mut drafts = Vec::new();
    let mut say = |sql: Sql, lock: Lock, work: Work, reason: &'static str| {
        drafts.push(
            Draft::new(Verb::Alter, Phase::Expand, sql, reason)
                .locks(lock, [object.id.clone()], work)
                .undone_by_action(),
        );
    };
    let exclusive = Lock::AccessExclusive;
    for parent in from.inherits.iter().filter(|parent| !to.inherits.contains(parent)) {
        say(
            sql!(PG; "ALTER TABLE ", name, " NO INHERIT ", parent),
            exclusive,
            Work::Catalog,
            "The rows stay in this table.",
        );
    }
    for parent in to.inherits.iter().filter(|parent| !from.inherits.contains(parent)) {
        say(
            sql!(PG; "ALTER TABLE ", name, " INHERIT ", parent),
            exclusive,
            Work::Catalog,
            "The parent's queries see these rows.",
        );
    }
    if from.persistence != to.persistence {
        let word = match to.persistence {
            Persistence::Permanent => " SET LOGGED",
            Persistence::Unlogged => " SET UNLOGGED",
        };
        say(sql!(PG; "ALTER TABLE ", name, word), exclusive, Work::Rewrite, "The table is written again.");
    }
    if from.of_type != to.of_type {
        match &to.of_type {
            Some(of_type) => say(
                sql!(PG; "ALTER TABLE ", name, " OF ", of_type),
                exclusive,
                Work::Catalog,
                "Only the link changes.",
            ),
            None => say(
                sql!(PG; "ALTER TABLE ", name, " NOT OF"),
                exclusive,
                Work::Catalog,
                "Only the link changes.",
            ),
        }
    }
    if from.access_method != to.access_method {
        let heap = Ident::from("heap");
        let method = to.access_method.as_ref().unwrap_or(&heap);
        say(
            sql!(PG; "ALTER TABLE ", name, " SET ACCESS METHOD ", method),
            exclusive,
            Work::Rewrite,
            "The table is written again.",
        );
    }
    for sql in storage("TABLE", name, &from.storage, &to.storage) {
        say(sql, Lock::ShareUpdateExclusive, Work::Catalog, "Takes effect for later work.");
    }
    if let (Some(x), Some(y)) = (&from.foreign, &to.foreign)
        && let Some(sql) = foreign_options(name, &x.options, &y.options)
    {
        say(sql, exclusive, Work::Catalog, "Options of the foreign table.");
    }
    drafts.extend(attributes(object, Some(from), to, facts).into_iter().map(Draft::undone_by_action));
    for draft in drafts.iter_mut().skip(1) {
        draft.undo = crate::engines::Undo::Covered;
    }
    drafts
}

fn foreign_options(name: &QualifiedName, from: &Settings, to: &Settings) -> Option<Sql> {
    let mut sql = SqlBuilder::new(PG).piece("ALTER FOREIGN TABLE ").piece(name).piece(" OPTIONS (");
    let mut any = false;
    let mut separate = |sql: &mut SqlBuilder| {
        if any {
            sql.push(", ");
        }
        any = true;
    };
    for (option, value) in to.iter() {
        match from.get(option) {
            Some(former) if former == value => continue,
            Some(_) => {
                separate(&mut sql);
                sql.push("SET ");
            }
            None => {
                separate(&mut sql);
                sql.push("ADD ");
            }
        }
        sql = sql.piece(&Ident::new(option)).piece(" ").piece(Literal(value));
    }
    for option in from.names().filter(|option| !to.contains(option)) {
        separate(&mut sql);
        sql = sql.piece("DROP ").piece(&Ident::new(option));
    }
    sql.push(")");
    any.then(|| sql.done())
}
