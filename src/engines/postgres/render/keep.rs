//! What a drop would lose, put aside: a table moves into a schema of ours as it is, with its rows, indexes, sequences
//! and triggers; of a column the values are copied with the key of their rows. The schema's comment says what it
//! holds. What cannot be led back to its rows is not kept, and the loss says why.

use std::sync::Arc;

use crate::engines::{Draft, Facts, Restore, Shelf, Undo};
use crate::model::{
    Body, Boundary, Column, ConstraintKind, Enforcement, Firing, Ident, Keepsake, Lock, Object, ObjectId,
    ObjectKind, Phase, QualifiedName, RowSecurity, Runtime, Schema, Sql, Statement, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, create, drop, in_transaction, table_id};

/// The beginning of the comment that tells a schema of kept things from any other.
pub(in crate::engines::postgres) const MARK: &str = "migrator-tui: kept until a contract removes it: ";

/// The schema that an action has for what it keeps.
fn archive(shelf: &Shelf) -> Ident {
    Ident::new(format!("migrator_archive_{}_{}", shelf.plan, shelf.number))
}

/// The statements of a DROP TABLE that would lose rows: as drafted, or a move into the archive.
pub(super) fn table(objects: &[Arc<Object>], dropping: Draft, facts: &Facts<'_>) -> Vec<Draft> {
    let (Some(shelf), Some(head)) = (facts.shelf, objects.first()) else { return vec![dropping] };
    if let Some(why) = immovable(objects, facts) {
        return vec![dropping.unkept(why)];
    }
    let name = &head.id.name;
    let schema = archive(shelf);
    let place = QualifiedName { schema: Some(schema.clone()), name: name.name.clone() };
    let keepsake = keepsake(&head.id, &schema, &place);
    let mut drafts = archived(&schema, &place, &keepsake.what());
    let turned = turned(facts);
    // The function of a trigger may go too; a trigger in the archive would hold it back.
    for object in
        objects.iter().filter(|object| is_loose(object) && lost_need(object, objects, facts).is_some())
    {
        for draft in drop::drop(std::slice::from_ref(object), facts) {
            let restore = create::one(object, &turned).into_iter().map(statement).collect();
            let reason = "It needs what the plan drops, and is made again with its table.".into();
            drafts.push(Draft { reason, ..draft.undone_by(restore) });
        }
    }
    let tables: Vec<&Arc<Object>> =
        objects.iter().filter(|object| matches!(object.body, Body::Table(_))).collect();
    // Partitions follow their parent: back they come before it.
    for part in tables.iter().skip(1) {
        drafts.push(moved(&part.id, &schema, "A partition goes along with its table."));
    }
    let whole = moved(
        &head.id,
        &schema,
        "Its rows, indexes, sequences and triggers move aside with it, as they are.",
    );
    drafts.push(Draft { probe: dropping.probe, ..whole }.keeps(keepsake));
    drafts
}

fn statement(draft: Draft) -> Statement {
    Statement { sql: draft.sql, boundary: draft.boundary, runtime: draft.runtime }
}

/// The facts of the way back of an action, once everything after it has been taken back.
fn turned<'a>(facts: &Facts<'a>) -> Facts<'a> {
    Facts { from: facts.to, to: facts.from, restore: Restore::OwnerAndGrants, shelf: None, ..*facts }
}

/// Makes the schema that holds `place`.
fn archived(schema: &Ident, place: &QualifiedName, what: &str) -> Vec<Draft> {
    let assist = |sql: Sql, reason: &'static str| {
        Draft::new(Verb::Assist, Phase::Contract, sql, reason).about(&table_id(place))
    };
    let mut made =
        assist(sql!(PG; "CREATE SCHEMA ", schema), "Holds what the plan drops, until a contract removes it.");
    made.undo = Undo::With(vec![in_transaction(sql!(PG; "DROP SCHEMA ", schema))]);
    let text = format!("{MARK}{what}");
    let comment = sql!(PG; "COMMENT ON SCHEMA ", schema, " IS ", Literal(&text));
    vec![made, assist(comment, "Says what it is; by this it is left out of comparisons.")]
}

fn moved(table: &ObjectId, schema: &Ident, reason: &'static str) -> Draft {
    let there = QualifiedName { schema: Some(schema.clone()), name: table.name.name.clone() };
    let home = table.name.schema.clone().unwrap_or_else(|| Ident::new("public"));
    Draft::new(
        Verb::Drop,
        Phase::Contract,
        sql!(PG; "ALTER TABLE ", &table.name, " SET SCHEMA ", schema),
        reason,
    )
    .about(table)
    .locks(Lock::AccessExclusive, [table.clone()], Work::Catalog)
    .undone_by(vec![in_transaction(sql!(PG; "ALTER TABLE ", &there, " SET SCHEMA ", &home))])
}

fn keepsake(of: &ObjectId, schema: &Ident, place: &QualifiedName) -> Keepsake {
    let removal = [sql!(PG; "DROP TABLE ", place), sql!(PG; "DROP SCHEMA ", schema)];
    Keepsake {
        of: vec![of.clone()],
        place: place.clone(),
        removal: removal.into_iter().map(in_transaction).collect(),
    }
}

/// Why a table cannot move aside.
fn immovable(objects: &[Arc<Object>], facts: &Facts<'_>) -> Option<String> {
    let head = objects.first()?;
    let is_ours = |name: &QualifiedName| {
        objects.iter().any(|object| matches!(object.body, Body::Table(_)) && &object.id.name == name)
    };
    for object in objects {
        match &object.body {
            Body::Partition(of) if !is_ours(&of.parent) => {
                return Some(format!("it is a partition of {}, which stays", of.parent));
            }
            Body::Table(of) if of.foreign.is_some() => {
                return Some(format!("{} is on a foreign server", object.id.name));
            }
            Body::Table(of) => {
                let parent = of.inherits.iter().find(|parent| !is_ours(parent));
                if let Some(parent) = parent {
                    return Some(format!(
                        "it inherits from {parent}, whose queries would still find its rows"
                    ));
                }
                if object.id.name.schema != head.id.name.schema {
                    return Some("its partitions are in several schemas".into());
                }
            }
            _ => {}
        }
    }
    objects.iter().filter(|object| !is_loose(object)).find_map(|object| {
        let needed = lost_need(object, objects, facts)?;
        Some(format!("it needs {needed}, which the plan drops or replaces"))
    })
}

/// Whether an object of a table can be taken off it and made again.
fn is_loose(object: &Object) -> bool {
    matches!(object.body, Body::Trigger(_) | Body::Policy(_))
}

/// What an object needs and the plan takes away or changes, while the object itself is kept.
fn lost_need(object: &Object, own: &[Arc<Object>], facts: &Facts<'_>) -> Option<ObjectId> {
    let mut needs = facts.from.needs(&object.id);
    let lost = needs.find(|needed| {
        let here = || own.iter().any(|one| &one.id == *needed);
        // It leaves its schema.
        needed.kind != ObjectKind::Schema
            && !here()
            && facts.from.objects.get(*needed) != facts.to.objects.get(*needed)
    });
    lost.cloned()
}

/// The statements of a DROP COLUMN that would lose values: as drafted, or after a copy.
pub(super) fn column(
    objects: &[Arc<Object>],
    column: &Column,
    dropping: Draft,
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let (Some(shelf), Some(head)) = (facts.shelf, objects.first()) else { return vec![dropping] };
    let key = match key(objects, column, facts) {
        Ok(key) => key,
        Err(why) => return vec![dropping.unkept(why)],
    };
    let (table, name) = (&head.id.name, head.id.leaf());
    let schema = archive(shelf);
    let place = QualifiedName { schema: Some(schema.clone()), name: table.name.clone() };
    let keepsake = keepsake(&head.id, &schema, &place);
    let mut drafts = archived(&schema, &place, &keepsake.what());
    let assist = |sql: Sql, reason: &'static str| {
        Draft::new(Verb::Assist, Phase::Contract, sql, reason).about(&table_id(&place))
    };
    if let Some(first) = drafts.first_mut() {
        // Nothing else waits for the copy.
        first.boundary = Boundary::NewTransaction;
    }
    drafts.push(
        assist(
            sql!(PG; "LOCK TABLE ", table, " IN SHARE MODE"),
            "Nobody changes a value between its copy and the drop. Reads go on.",
        )
        .locks(Lock::Share, [table_id(table)], Work::Catalog),
    );
    let columns: Vec<&Ident> = key.iter().chain([name]).collect();
    let copy = SqlBuilder::new(PG).piece("CREATE TABLE ").piece(&place).piece(" AS SELECT ");
    let copy = copy.joined(columns, ", ").piece(" FROM ").piece(table).done();
    drafts.push(
        assist(copy, "The values of the column, with the key of their rows.")
            .locks(Lock::Share, [table_id(table)], Work::Scan)
            .undone_by(vec![in_transaction(sql!(PG; "DROP TABLE ", &place))]),
    );
    let primary = SqlBuilder::new(PG).piece("ALTER TABLE ").piece(&place).piece(" ADD PRIMARY KEY (");
    drafts.push(
        assist(primary.joined(&key, ", ").piece(")").done(), "Each row is found again by its key.").long(),
    );
    let back = values_back((table, name), &place, &key, facts);
    let reason =
        "The values are kept. Taken back, rows that came since have what the column gives them.".into();
    drafts.push(Draft { undo: Undo::ActionThen(back), reason, ..dropping }.keeps(keepsake));
    drafts
}

/// The columns by which rows are found again, or why the values of a column cannot be kept.
fn key(objects: &[Arc<Object>], column: &Column, facts: &Facts<'_>) -> Result<Vec<Ident>, String> {
    let Some(head) = objects.first() else { return Err("it is not there".into()) };
    let table = &head.id.name;
    let own_numbers = objects.iter().any(|object| object.id.kind == ObjectKind::Sequence);
    if own_numbers || matches!(column.value, Value::Identity(_)) {
        return Err("its numbers come from a sequence that goes with it".into());
    }
    let heirs = |schema: &Schema| {
        schema.of_kind(ObjectKind::Table).any(|other| match &other.body {
            Body::Table(of) => {
                of.inherits.contains(table) || (&other.id.name == table && !of.inherits.is_empty())
            }
            _ => false,
        })
    };
    if heirs(facts.from) {
        return Err("its table shares its columns by inheritance".into());
    }
    match facts.from.objects.get(&table_id(table)).map(|object| &object.body) {
        Some(Body::Table(of)) if of.row_security == RowSecurity::Forced => {
            return Err("row security may hide rows from whoever copies them".into());
        }
        Some(Body::Table(of)) if of.foreign.is_none() => {}
        _ => return Err("its rows are on a foreign server".into()),
    }
    let key = usable_key(head, facts).ok_or("its table has no key by which its rows are found again")?;
    let of_key = key.iter().map(|name| ObjectId::member(ObjectKind::Column, table.clone(), name.clone()));
    for id in std::iter::once(head.id.clone()).chain(of_key) {
        let changes = |needed: &&ObjectId| facts.from.objects.get(*needed) != facts.to.objects.get(*needed);
        let lost = facts.from.needs(&id).filter(|needed| is_type(needed)).find(changes);
        if let Some(lost) = lost {
            return Err(format!("it needs {lost}, which the plan drops or replaces"));
        }
    }
    Ok(key)
}

fn is_type(id: &ObjectId) -> bool {
    matches!(
        id.kind,
        ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Composite
            | ObjectKind::Type
            | ObjectKind::Collation
    )
}

/// A key that is there before and after the drop, over columns that never hold NULL and keep their types.
fn usable_key(dropped: &Object, facts: &Facts<'_>) -> Option<Vec<Ident>> {
    let table = &dropped.id.name;
    let kind = ObjectKind::Constraint;
    let stays = |name: &Ident| {
        let id = ObjectId::member(ObjectKind::Column, table.clone(), name.clone());
        let body = |schema: &Schema| match schema.objects.get(&id).map(|object| &object.body) {
            Some(Body::Column(column)) if column.nullability.is_not_null() => Some(column.data_type.clone()),
            _ => None,
        };
        name != dropped.id.leaf() && body(facts.from).is_some() && body(facts.from) == body(facts.to)
    };
    let first = ObjectId::member(kind, table.clone(), "");
    let keys = facts.from.objects.range(first..).take_while(|(id, _)| id.kind == kind && &id.name == table);
    let mut usable: Vec<(bool, &[Ident])> = keys
        .filter(|(id, object)| facts.to.objects.get(*id).is_some_and(|after| after.body == object.body))
        .filter_map(|(_, object)| match &object.body {
            Body::Constraint(one)
                if matches!(one.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                    && one.enforcement == Enforcement::Enforced
                    && !one.columns.is_empty()
                    && one.columns.iter().all(stays) =>
            {
                Some((one.kind != ConstraintKind::PrimaryKey, one.columns.as_slice()))
            }
            _ => None,
        })
        .collect();
    usable.sort();
    usable.first().map(|(_, columns)| columns.to_vec())
}

/// Leads kept values back to their rows, past the triggers of the table. Rows that came since keep what they have.
fn values_back(
    (table, column): (&QualifiedName, &Ident),
    place: &QualifiedName,
    key: &[Ident],
    facts: &Facts<'_>,
) -> Vec<Statement> {
    let same: Vec<Sql> = key.iter().map(|name| sql!(PG; "present.", name, " = kept.", name)).collect();
    let update = SqlBuilder::new(PG).piece("UPDATE ").piece(table).piece(" AS present SET ").piece(column);
    let update = update.piece(" = kept.").piece(column).piece(" FROM ").piece(place);
    let update = update.piece(" AS kept WHERE ").joined(&same, " AND ").done();
    let update = Statement { sql: update, boundary: Boundary::Transactional, runtime: Runtime::Long };
    let firing = |schema: &Schema| -> Vec<(Ident, Firing)> {
        let own = |object: &&Arc<Object>| &object.id.name == table;
        let fires = |object: &Arc<Object>| match &object.body {
            Body::Trigger(of) => Some((object.id.leaf().clone(), of.firing)),
            _ => None,
        };
        schema.of_kind(ObjectKind::Trigger).filter(own).filter_map(fires).collect()
    };
    let (before, after) = (firing(facts.from), firing(facts.to));
    if before.is_empty() && after.is_empty() {
        return vec![update];
    }
    let mut statements = vec![
        in_transaction(sql!(PG; "ALTER TABLE ", table, " DISABLE TRIGGER USER")),
        update,
        in_transaction(sql!(PG; "ALTER TABLE ", table, " ENABLE TRIGGER USER")),
    ];
    // Those that did not fire as usual do so again.
    for (name, firing) in before.iter().filter(|one| after.contains(one)) {
        let word = match firing {
            Firing::Origin => continue,
            Firing::Disabled => " DISABLE TRIGGER ",
            Firing::Replica => " ENABLE REPLICA TRIGGER ",
            Firing::Always => " ENABLE ALWAYS TRIGGER ",
        };
        statements.push(in_transaction(sql!(PG; "ALTER TABLE ", table, word, name)));
    }
    statements
}
