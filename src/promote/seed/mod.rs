//! Rows for a scratch database, so that a plan is proven on data and not only on an empty schema. The rows come
//! from the schema alone and are the same each time; real data is never read. What cannot be given rows is
//! reported with the reason, because a plan is then not proven there.

mod bounds;
mod coming;
mod harvest;
mod mysql;
mod palette;
mod pattern;
mod refusal;
mod rows;
mod scalars;
mod shape;
mod typename;

use std::collections::{BTreeMap, BTreeSet};

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{EngineKind, ObjectId, QualifiedName, Schema, Sql};
use crate::sql;

/// What the tables of a scratch database were given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seeded {
    /// How many rows each table took; tables without rows are missing.
    pub rows: BTreeMap<ObjectId, u64>,
    /// Tables without rows, and why.
    pub unseeded: Vec<(ObjectId, String)>,
}

/// What is to be filled, and with what in mind.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// What the scratch database was built from.
    pub schema: &'a Schema,
    /// A schema that it will be migrated to. Rows are chosen that its tables will accept too: that real rows may
    /// be refused is a finding, and not what is tested here.
    pub desired: Option<&'a Schema>,
    /// Tables that are left empty.
    pub fallow: &'a BTreeSet<QualifiedName>,
}

/// Fills the tables of a scratch database. Fails only where the session is lost.
pub async fn seed(connection: &mut dyn Connection, ground: Ground<'_>) -> Result<Seeded, WireError> {
    let engine = ground.schema.engine();
    // Triggers would change or refuse rows. Not everybody may turn them off; then they are part of the test.
    let (opening, closing) = match engine {
        EngineKind::Postgres => (
            vec![
                sql!(engine; "SET synchronous_commit = off"),
                // Refusals are read by the names they quote, and other languages quote differently.
                sql!(engine; "SET lc_messages = 'C'"),
                sql!(engine; "SET session_replication_role = replica"),
            ],
            vec![
                sql!(engine; "RESET session_replication_role"),
                sql!(engine; "RESET lc_messages"),
                sql!(engine; "RESET synchronous_commit"),
            ],
        ),
        EngineKind::Sqlite => (vec![sql!(engine; "BEGIN")], vec![sql!(engine; "COMMIT")]),
        // A value that does not fit is refused, and not cut until it does.
        EngineKind::MySql => (
            vec![sql!(engine; "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')")],
            vec![sql!(engine; "SET SESSION sql_mode = DEFAULT")],
        ),
        EngineKind::SqlServer | EngineKind::Snowflake => (Vec::new(), Vec::new()),
    };
    try_all(connection, &opening).await?;
    let seeded = sow(connection, ground).await;
    try_all(connection, &closing).await?;
    seeded
}

async fn sow(connection: &mut dyn Connection, ground: Ground<'_>) -> Result<Seeded, WireError> {
    let mut palette = palette::Palette::new(ground.schema, ground.desired);
    let mut seeded = Seeded::default();
    for shape in shape::ordered(ground.schema, ground.desired) {
        if ground.fallow.contains(&shape.id.name) {
            continue;
        }
        let sown = rows::Sower::new(ground.schema, &shape).sow(connection, &mut palette).await?;
        if sown.rows > 0 {
            seeded.rows.insert(shape.id.clone(), sown.rows);
        } else {
            let reason = sown.refusal.unwrap_or_else(|| "no row was accepted".to_owned());
            seeded.unseeded.push((shape.id.clone(), reason));
        }
    }
    seeded.unseeded.sort();
    Ok(seeded)
}

/// Runs settings that may be refused.
async fn try_all(connection: &mut dyn Connection, settings: &[Sql]) -> Result<(), WireError> {
    for sql in settings {
        match connection.execute(sql).await {
            Err(error) if error.kind == WireErrorKind::Statement => {}
            other => other.map(drop)?,
        }
    }
    Ok(())
}
