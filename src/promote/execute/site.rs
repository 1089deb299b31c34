//! The place where a plan runs: a keeper, whose session holds the lock and writes the journal, and a worker, whose
//! session runs the plan. Both are opened for one run and closed after it.

use std::any::Any;
use std::time::Duration;

use crate::connect::{self, Connection, Purpose, Target, WireError, WireErrorKind};
use crate::engines::{Dialect, introspect};
use crate::model::{Failure, FailureKind, Ident, RunId, Schema, SessionMark};

use super::super::journal::Home;
use super::Control;
use super::watched::Watched;

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

/// For a server that has let a session in to say how others see it.
const INTRODUCING: Duration = Duration::from_secs(30);

/// Both sessions, open.
pub(super) struct Sessions<'a> {
    pub(super) keeper: Watched<'a>,
    pub(super) worker: Watched<'a>,
    /// How others see the worker.
    pub(super) mark: Option<SessionMark>,
    /// While this lives, a wish to stop reaches the worker's statement.
    _reach: Box<dyn Any + Send + Sync>,
}

impl<'a> Sessions<'a> {
    pub(super) async fn open(
        site: &Site<'a>,
        run: &RunId,
        control: &'a dyn Control,
    ) -> Result<Self, WireError> {
        let keeper = connect::open(site.target, Purpose::Write).await?;
        let mut worker = connect::open(site.target, Purpose::Write).await?;
        let mark = match site.execution.mark(worker.version()) {
            None => None,
            Some(sql) => {
                // Without it the server cannot be asked from the side.
                let silent = || WireError::new(WireErrorKind::Lost, "it lets us in and says nothing");
                let rows = tokio::time::timeout(INTRODUCING, worker.query(&sql)).await;
                let rows = rows.unwrap_or_else(|_| Err(silent()))?;
                let cell = |at| rows.cell(0, at).map(Into::into);
                cell(0).zip(cell(1)).map(|(id, began)| SessionMark { id, began })
            }
        };
        let reach = control.reach(worker.as_ref());
        let watched = |session| Watched::new(session, *site, mark.clone(), control);
        let (mut keeper, mut worker) = (watched(keeper), watched(worker));
        for (connection, part) in [(&mut keeper, "keeper"), (&mut worker, "run")] {
            let name = format!("{} {part} {run}", connect::APPLICATION_NAME);
            for sql in site.execution.settings(&connection.version().clone(), &name) {
                connection.execute(&sql).await?;
            }
        }
        Ok(Self { keeper, worker, mark, _reach: reach })
    }

    /// The schema as it is now, without our own tables.
    pub(super) async fn read(&mut self, site: &Site<'_>) -> Result<Schema, Failure> {
        read(site, &mut self.worker).await
    }
}

/// The schema as a session sees it now, without our own tables.
pub(super) async fn read(site: &Site<'_>, connection: &mut dyn Connection) -> Result<Schema, Failure> {
    introspect(site.dialect, connection).await.map_err(|error| {
        Failure::new(FailureKind::Server, format!("{}: reading the schema: {error}", site.label))
    })
}
