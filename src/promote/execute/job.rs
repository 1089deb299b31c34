//! How far a statement came that goes in batches: one row of our own, changed in the transaction of each batch, under
//! the lease of the run. It only moves forward, and a former owner of the lease cannot move it.

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::Own;
use crate::model::{Batches, Fingerprint, RunId, Sql, batch_size};
use crate::sql;
use crate::sqltext::Literal;

use super::super::journal::Home;

/// The row as this process knows it.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: String,
    /// The key of the last row that was walked over; `None` before the first batch.
    pub(super) key: Option<Vec<Box<str>>>,
    /// Rows that were changed, and rows that were walked over.
    pub(super) done: u64,
    pub(super) seen: u64,
    pub(super) size: u32,
}

/// Where a job's row is kept, and under which lease.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) home: Home<'a>,
    pub(super) fence: u64,
    pub(super) now: fn() -> Box<str>,
}

impl Job {
    fn id(run: &RunId, statement: usize) -> String {
        format!("{run}/{}", statement + 1)
    }

    /// How many rows a statement of a run has changed already. No table yet: none.
    pub(super) async fn changed(
        home: Home<'_>,
        connection: &mut dyn Connection,
        run: &RunId,
        statement: usize,
    ) -> Result<u64, WireError> {
        // The first of these statements makes the table; asking one that is not there would be an error.
        let there = connection.query(&home.execution.has_jobs(home.name)).await?;
        if !matches!(there.cell(0, 0), Some("t" | "1")) {
            return Ok(0);
        }
        let found = Self::read(home, connection, &Self::id(run, statement)).await?;
        Ok(found.map_or(0, |job| job.done))
    }

    /// The job of a statement, made where it is missing.
    pub(super) async fn open(
        desk: Desk<'_>,
        connection: &mut dyn Connection,
        (run, statement): (&RunId, usize),
        plan: &Fingerprint,
        batches: &Batches,
    ) -> Result<Self, WireError> {
        let Desk { home, fence, now } = desk;
        connection.execute(&home.execution.make_jobs(home.name)).await?;
        let id = Self::id(run, statement);
        if let Some(job) = Self::read(home, connection, &id).await? {
            return Ok(job);
        }
        let [jobs, lease] = [Own::Backfill, Own::Lease].map(|own| home.execution.own(home.name, own));
        let made = sql!(home.engine; "INSERT INTO ", &jobs, " (job_id, run, plan, target, last_key, rows_done, rows_seen, \
            batch_size, state, fence, updated_at) SELECT ", Literal(&id), ", ", Literal(run.as_str()), ", ",
            Literal(plan.as_str()), ", ", Literal(&batches.table.to_string()), ", NULL, 0, 0, ", batch_size::START,
            ", 'running', ", fence, ", ", Literal(&now()), " WHERE EXISTS (SELECT 1 FROM ", &lease,
            " WHERE id = 1 AND fence = ", fence, ")");
        connection.execute(&made).await?;
        Self::read(home, connection, &id).await?.ok_or_else(|| {
            WireError::new(WireErrorKind::Statement, format!("{jobs} took no row: the lease has passed on"))
        })
    }

    async fn read(
        home: Home<'_>,
        connection: &mut dyn Connection,
        id: &str,
    ) -> Result<Option<Self>, WireError> {
        let jobs = home.execution.own(home.name, Own::Backfill);
        let rows = connection
            .query(&sql!(home.engine; "SELECT last_key, rows_done, rows_seen, batch_size FROM ", &jobs,
                " WHERE job_id = ", Literal(id)))
            .await?;
        let Some(row) = rows.iter().next() else { return Ok(None) };
        let key = match row.get(0) {
            None => None,
            Some(text) => Some(serde_json::from_str::<Vec<Box<str>>>(text).map_err(|error| {
                let what = format!("the key of job {id} in {jobs} cannot be read: {error}");
                WireError::new(WireErrorKind::Statement, what)
            })?),
        };
        let number = |at: usize| row.get(at).and_then(|text| text.parse().ok()).unwrap_or(0);
        let size = u32::try_from(number(3)).unwrap_or(batch_size::START);
        Ok(Some(Self {
            id: id.to_owned(),
            key,
            done: number(1),
            seen: number(2),
            size: size.clamp(batch_size::LEAST, batch_size::MOST),
        }))
    }

    /// Writes the row as it is now. It changes one row, or the lease has passed on.
    pub(super) fn written(&self, desk: Desk<'_>, state: &str) -> Sql {
        let Desk { home, fence, now } = desk;
        let [jobs, lease] = [Own::Backfill, Own::Lease].map(|own| home.execution.own(home.name, own));
        let key = self.key.as_ref().and_then(|key| serde_json::to_string(key).ok());
        let key = key.map_or_else(|| sql!(home.engine; "NULL"), |key| sql!(home.engine; Literal(&key)));
        sql!(home.engine; "UPDATE ", &jobs, " SET last_key = ", key, ", rows_done = ", self.done, ", rows_seen = ",
            self.seen, ", batch_size = ", self.size, ", state = ", Literal(state), ", fence = ", fence,
            ", updated_at = ", Literal(&now()), " WHERE job_id = ", Literal(&self.id), " AND fence <= ", fence,
            " AND EXISTS (SELECT 1 FROM ", &lease, " WHERE id = 1 AND fence = ", fence, ")")
    }
}
