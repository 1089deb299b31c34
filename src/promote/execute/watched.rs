//! A session whose server is listened for, whatever it is asked: the beginning of a transaction, a setting, a record of
//! the journal, the schema. Where nothing is heard of the server on any session for long, ours counts as lost. Who
//! watches a statement of the plan does it alone, and tells more.

use crate::connect::{Cancel, Connection, Done, Reply, Rows};
use crate::model::{ServerVersion, SessionMark, Sql};

use super::monitor::Monitor;
use super::{Control, Site};

pub(super) struct Watched<'a> {
    inner: Box<dyn Connection>,
    site: Site<'a>,
    /// The session of the worker. `None`: this server cannot be asked from the side.
    mark: Option<SessionMark>,
    control: &'a dyn Control,
}

impl<'a> Watched<'a> {
    pub(super) fn new(
        inner: Box<dyn Connection>,
        site: Site<'a>,
        mark: Option<SessionMark>,
        control: &'a dyn Control,
    ) -> Self {
        Self { inner, site, mark, control }
    }

    /// The session itself, for whoever watches it already.
    pub(super) fn unwatched(&mut self) -> &mut dyn Connection {
        self.inner.as_mut()
    }

    fn monitor(&self) -> Monitor<'a> {
        Monitor::listening(self.site, self.mark.clone(), self.control)
    }
}

impl Connection for Watched<'_> {
    fn version(&self) -> &ServerVersion {
        self.inner.version()
    }

    fn query<'q>(&'q mut self, sql: &'q Sql) -> Reply<'q, Rows> {
        let mut monitor = self.monitor();
        Box::pin(async move { monitor.attend(self.inner.query(sql)).await })
    }

    fn query_all<'q>(&'q mut self, batch: &'q [Sql]) -> Reply<'q, Vec<Rows>> {
        let mut monitor = self.monitor();
        Box::pin(async move { monitor.attend(self.inner.query_all(batch)).await })
    }

    fn execute<'q>(&'q mut self, sql: &'q Sql) -> Reply<'q, Done> {
        let mut monitor = self.monitor();
        Box::pin(async move { monitor.attend(self.inner.execute(sql)).await })
    }

    fn execute_script<'q>(&'q mut self, script: &'q str) -> Reply<'q, ()> {
        let mut monitor = self.monitor();
        Box::pin(async move { monitor.attend(self.inner.execute_script(script)).await })
    }

    fn canceller(&self) -> Option<Box<dyn Cancel>> {
        self.inner.canceller()
    }
}
