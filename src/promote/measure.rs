//! What a plan really did to the storage of tables, measured on scratch: a table whose file was replaced was
//! rewritten, whatever the plan says of itself.

use std::collections::BTreeMap;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{Body, EngineKind, ObjectId, ObjectKind, Plan, QualifiedName, Schema, Work};
use crate::sql;

/// The storage of each table by the server's own number for it, which a rename does not change.
pub(super) type Files = BTreeMap<Box<str>, (QualifiedName, Box<str>)>;

/// Empty where the engine does not tell.
pub(super) async fn files(connection: &mut dyn Connection) -> Result<Files, WireError> {
    let engine = connection.version().engine;
    let query = match engine {
        EngineKind::Postgres => sql!(engine;
            "SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'r' AND c.oid >= 16384"),
        EngineKind::MySql => return of_mysql(connection).await,
        EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => return Ok(Files::new()),
    };
    match connection.query(&query).await {
        Ok(rows) => Ok(rows
            .iter()
            .filter_map(|row| {
                let (oid, file) = (row.get(0)?.into(), row.get(3)?.into());
                Some((oid, (QualifiedName::new(row.get(1)?, row.get(2)?), file)))
            })
            .collect()),
        Err(error) if error.kind == WireErrorKind::Statement => Ok(Files::new()),
        Err(error) => Err(error),
    }
}

/// InnoDB gives a table that it writes anew another number, so the name is what stays: a table that is renamed is not
/// measured, nor one with partitions or with signs in its name, which is encoded.
async fn of_mysql(connection: &mut dyn Connection) -> Result<Files, WireError> {
    let engine = EngineKind::MySql;
    let query = match connection.version().is_mariadb() {
        true => sql!(engine; "SELECT NAME, TABLE_ID FROM information_schema.INNODB_SYS_TABLES \
            WHERE NAME LIKE CONCAT(REPLACE(DATABASE(), '_', '\\_'), '/%')"),
        false => sql!(engine; "SELECT NAME, TABLE_ID FROM information_schema.INNODB_TABLES \
            WHERE NAME LIKE CONCAT(REPLACE(DATABASE(), '_', '\\_'), '/%')"),
    };
    match connection.query(&query).await {
        Ok(rows) => Ok(rows
            .iter()
            .filter_map(|row| {
                let (_, name) = row.get(0)?.split_once('/')?;
                let plain = !name.contains(['@', '#']);
                plain.then_some((name.into(), (QualifiedName::bare(name), row.get(1)?.into())))
            })
            .collect()),
        // Not everybody may look.
        Err(error) if error.kind == WireErrorKind::Statement => Ok(Files::new()),
        Err(error) => Err(error),
    }
}

/// Tables that were rewritten without a step that says so. A step on a parent speaks for its children.
pub(super) fn undeclared(before: &Files, after: &Files, plan: &Plan, schema: &Schema) -> Vec<ObjectId> {
    let said = |name: &QualifiedName| {
        plan.steps.iter().any(|step| {
            step.effects.work == Work::Rewrite
                && (step.effects.on.iter().any(|id| &id.name == name) || &step.subject.name == name)
        })
    };
    let rewritten = before.iter().filter_map(|(oid, (old, file))| {
        let (new, now) = after.get(oid)?;
        (now != file).then_some((old, new))
    });
    rewritten
        .filter(|(old, new)| !said(old) && !ancestors(schema, new).iter().any(said))
        .map(|(_, new)| ObjectId::new(ObjectKind::Table, new.clone()))
        .collect()
}

/// The table itself and all that it is a part or a child of.
fn ancestors(schema: &Schema, name: &QualifiedName) -> Vec<QualifiedName> {
    let mut found = vec![name.clone()];
    let mut at = 0;
    while let Some(name) = found.get(at).cloned() {
        at += 1;
        for object in schema.objects.values().filter(|object| object.id.name == name) {
            let parents = match &object.body {
                Body::Partition(partition) => std::slice::from_ref(&partition.parent),
                Body::Table(table) => table.inherits.as_slice(),
                _ => &[],
            };
            for parent in parents {
                if !found.contains(parent) {
                    found.push(parent.clone());
                }
            }
        }
    }
    found
}
