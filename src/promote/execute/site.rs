//! The place where a plan runs: a keeper, whose session holds the lock and writes the journal, and a worker, whose
//! session runs the plan. Both are opened for one run and closed after it.

use std::any::Any;

use crate::connect::{self, Connection, Purpose, Target, WireError};
use crate::engines::{Dialect, introspect};
use crate::model::{Failure, FailureKind, Ident, RunId, Schema, SessionMark};

use super::super::journal::Home;
use super::Control;

/// Where a plan may run.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// As the user calls it.
    pub label: &'a str,
    pub target: &'a Target,
    pub dialect: &'static dyn Dialect,
    pub execution: &'static dyn crate::engines::Execution,
    /// The name of our own schema, or the first part of our tables' names.
    pub home: &'a Ident,
}

impl<'a> Site<'a> {
    pub(crate) fn home(&self) -> Home<'a> {
        Home { execution: self.execution, engine: self.dialect.kind(), name: self.home }
    }
}

/// Both sessions, open.
pub(super) struct Sessions {
    pub(super) keeper: Box<dyn Connection>,
    pub(super) worker: Box<dyn Connection>,
    /// How others see the worker.
    pub(super) mark: Option<SessionMark>,
    /// While this lives, a wish to stop reaches the worker's statement.
    _reach: Box<dyn Any + Send + Sync>,
}

impl Sessions {
    pub(super) async fn open(site: &Site<'_>, run: &RunId, control: &dyn Control) -> Result<Self, WireError> {
        let mut keeper = connect::open(site.target, Purpose::Write).await?;
        let mut worker = connect::open(site.target, Purpose::Write).await?;
        for (connection, part) in [(&mut keeper, "keeper"), (&mut worker, "run")] {
            let name = format!("{} {part} {run}", connect::APPLICATION_NAME);
            for sql in site.execution.settings(&connection.version().clone(), &name) {
                connection.execute(&sql).await?;
            }
        }
        let mark = match site.execution.mark() {
            None => None,
            Some(sql) => {
                let rows = worker.query(&sql).await?;
                let cell = |at| rows.cell(0, at).map(Into::into);
                cell(0).zip(cell(1)).map(|(id, began)| SessionMark { id, began })
            }
        };
        let reach = control.reach(worker.as_ref());
        Ok(Self { keeper, worker, mark, _reach: reach })
    }

    /// The schema as it is now, without our own tables.
    pub(super) async fn read(&mut self, site: &Site<'_>) -> Result<Schema, Failure> {
        read(site, self.worker.as_mut()).await
    }
}

/// The schema as a session sees it now, without our own tables.
pub(super) async fn read(site: &Site<'_>, connection: &mut dyn Connection) -> Result<Schema, Failure> {
    introspect(site.dialect, connection).await.map_err(|error| {
        Failure::new(FailureKind::Server, format!("{}: reading the schema: {error}", site.label))
    })
}
