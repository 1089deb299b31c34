//! Watches a statement that takes long, from a session of its own: who is in the way, how far it is. It only reads,
//! and what it cannot learn is left out: the statement matters more.

use std::time::{Duration, Instant};

use crate::connect::{self, Connection, Purpose, Rows};
use crate::model::{SessionMark, Sql};

use super::{Control, Happening, Site};

/// Before the first look, and between two.
const EVERY: Duration = Duration::from_millis(500);
/// A look that gets no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A session in the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blocker {
    pub session: Box<str>,
    pub role: Box<str>,
    pub program: Box<str>,
    pub state: Box<str>,
    /// How long its transaction is open.
    pub seconds: u64,
    pub statement: Box<str>,
}

/// How far a statement is, as its server tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pace {
    pub phase: Box<str>,
    pub done: u64,
    pub total: u64,
}

pub(super) struct Monitor<'a> {
    site: Site<'a>,
    mark: Option<SessionMark>,
    control: &'a dyn Control,
    statement: usize,
    began: Instant,
    session: Option<Box<dyn Connection>>,
    /// The time between looks that saw somebody in the way.
    waited: Duration,
    last: Instant,
    /// How far it was when the statement was sent: told where the server tells nothing.
    pace: Option<Pace>,
}

impl<'a> Monitor<'a> {
    pub(super) fn new(
        site: Site<'a>,
        mark: Option<SessionMark>,
        control: &'a dyn Control,
        statement: usize,
    ) -> Self {
        let now = Instant::now();
        Self {
            site,
            mark,
            control,
            statement,
            began: now,
            session: None,
            waited: Duration::ZERO,
            last: now,
            pace: None,
        }
    }

    /// With what is known of its pace.
    pub(super) fn at(self, pace: Pace) -> Self {
        Self { pace: Some(pace), ..self }
    }

    /// How long others were in the way, as far as was seen.
    pub(super) fn waited(&self) -> Duration {
        self.waited
    }

    /// Waits a moment, looks, tells. May be dropped at any time: what it asks changes nothing.
    pub(super) async fn look(&mut self) {
        tokio::time::sleep(EVERY).await;
        let looked = tokio::time::timeout(PATIENCE, self.ask()).await;
        let (blockers, pace) = match looked {
            Ok(Some(found)) => found,
            Ok(None) => (Vec::new(), None),
            Err(_) => {
                // A session in the middle of an answer is of no use any more.
                self.session = None;
                (Vec::new(), None)
            }
        };
        let pace = pace.or_else(|| self.pace.clone());
        let now = Instant::now();
        if !blockers.is_empty() {
            self.waited += now - self.last;
        }
        self.last = now;
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.control.hear(Happening::Working { statement: self.statement, millis, blockers, pace });
    }

    async fn ask(&mut self) -> Option<(Vec<Blocker>, Option<Pace>)> {
        let mark = self.mark.clone()?;
        let blockers = self.site.execution.blockers(&mark)?;
        let pace = self.site.execution.progress(&mark);
        // Taken out while it is asked: where this is dropped half-way, so is the session.
        let mut session = match self.session.take() {
            Some(session) => session,
            None => connect::open(self.site.target, Purpose::Read).await.ok()?,
        };
        let blockers = rows(session.as_mut(), &blockers).await?;
        let pace = match &pace {
            Some(sql) => Some(rows(session.as_mut(), sql).await?),
            None => None,
        };
        self.session = Some(session);
        Some((blockers.iter().map(blocker).collect(), pace.as_ref().and_then(pace_of)))
    }
}

async fn rows(session: &mut dyn Connection, sql: &Sql) -> Option<Rows> {
    session.query(sql).await.ok()
}

pub(super) fn blocker(row: crate::connect::Cells<'_>) -> Blocker {
    let cell = |at: usize| row.get(at).unwrap_or_default();
    Blocker {
        session: cell(0).into(),
        role: cell(1).into(),
        program: cell(2).into(),
        state: cell(3).into(),
        seconds: cell(4).parse().unwrap_or(0),
        statement: cell(5).into(),
    }
}

fn pace_of(rows: &Rows) -> Option<Pace> {
    let row = rows.iter().next()?;
    let number = |at: usize| row.get(at).and_then(|text| text.parse().ok()).unwrap_or(0);
    Some(Pace { phase: row.get(0)?.into(), done: number(1), total: number(2) })
}
