//! What the desired table will ask of rows and the current one does not: held up while rows are sought, and
//! gone before anybody looks at the scratch database again.

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{Definition, EngineKind, Ident, QualifiedName};
use crate::sql;
use crate::sqltext::SqlBuilder;

use super::bounds::inner;
use super::refusal::mentioned;
use super::shape::Shape;

/// A unique index that stands in for a key to come.
pub(super) struct Guard {
    pub(super) name: Ident,
    pub(super) columns: Vec<Ident>,
    table: QualifiedName,
}

/// Puts the unique keys to come on the empty table. What cannot be put there is let go.
pub(super) async fn guard(
    connection: &mut dyn Connection,
    engine: EngineKind,
    shape: &Shape<'_>,
) -> Result<Vec<Guard>, WireError> {
    let mut guards = Vec::new();
    for (place, key) in shape.coming.keys.iter().enumerate() {
        let name = Ident::new(format!("migrator_seed_{place}"));
        let mut sql = SqlBuilder::new(engine)
            .piece("CREATE UNIQUE INDEX ")
            .piece(&name)
            .piece(" ON ")
            .piece(&shape.id.name)
            .piece(" ");
        match key.tail {
            Some(tail) => sql.push(tail),
            None => {
                sql.push("(");
                sql.push_joined(key.columns.iter().copied(), ", ");
                sql.push(")");
            }
        }
        match connection.execute(&sql.done()).await {
            Ok(_) => guards.push(Guard {
                table: shape.id.name.clone(),
                name,
                columns: key.columns.iter().map(|column| (*column).clone()).collect(),
            }),
            Err(error) if error.kind == WireErrorKind::Statement => {}
            Err(error) => return Err(error),
        }
    }
    Ok(guards)
}

pub(super) async fn unguard(
    connection: &mut dyn Connection,
    engine: EngineKind,
    guards: &[Guard],
) -> Result<(), WireError> {
    for guard in guards {
        let drop = match engine {
            EngineKind::MySql => sql!(engine; "DROP INDEX ", &guard.name, " ON ", &guard.table),
            EngineKind::Postgres | EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => {
                sql!(engine; "DROP INDEX ", &guard.table.sibling(guard.name.clone()))
            }
        };
        connection.execute(&drop).await?;
    }
    Ok(())
}

/// Takes back rows that a condition to come would refuse, and names that condition and its columns.
pub(super) async fn violated(
    connection: &mut dyn Connection,
    engine: EngineKind,
    shape: &Shape<'_>,
) -> Result<Option<(Ident, Vec<Ident>)>, WireError> {
    for condition in &shape.coming.conditions {
        let expression = Definition::from_catalog(inner(condition.text.as_str()));
        let delete = sql!(engine; "DELETE FROM ", &shape.id.name, " WHERE NOT (", &expression, ")");
        match connection.execute(&delete).await {
            Ok(done) if done.rows_affected > 0 => {
                let columns = if condition.columns.is_empty() {
                    mentioned(expression.as_str(), shape)
                } else {
                    condition.columns.iter().map(|column| (*column).clone()).collect()
                };
                return Ok(Some((condition.name.clone(), columns)));
            }
            Ok(_) => {}
            Err(error) if error.kind == WireErrorKind::Statement => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
