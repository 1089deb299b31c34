//! Watches a statement that takes long, from a session of its own: who is in the way, how far it is, and whether the
//! server is there at all. It only reads, and what it cannot learn is left out: the statement matters more. A server that
//! says anything is there, however long the statement takes; one that is silent to every session for long is given up.

use std::time::{Duration, Instant};

use crate::connect::{self, Connection, Purpose, Rows, WireError, WireErrorKind};
use crate::model::{SessionMark, Sql};

use super::{Control, Happening, Site};

/// Before the first look, and between two.
const EVERY: Duration = Duration::from_millis(500);
/// For the answer to a look.
const PATIENCE: Duration = Duration::from_secs(2);
/// For the answer to a look after one that had none: a server with too much to do is slow to let anybody in, and is
/// there all the same.
const MORE_PATIENCE: Duration = Duration::from_secs(10);
/// Silence to every session that a person is told of.
const WORTH_A_WORD: Duration = Duration::from_secs(5);
/// Silence to every session after which ours counts as lost.
const SILENCE: Duration = Duration::from_secs(30);

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

/// How long nothing was heard of a server, and when it is given up. In milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Silence {
    pub millis: u64,
    pub left: u64,
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
    /// The one that is told of. `None`: it is none of the plan's, and nothing but silence is worth a word.
    statement: Option<usize>,
    /// Whether a silence was told that has not ended.
    told: bool,
    began: Instant,
    session: Option<Box<dyn Connection>>,
    /// The time between looks that saw somebody in the way.
    waited: Duration,
    last: Instant,
    /// How far it was when the statement was sent: told where the server tells nothing.
    pace: Option<Pace>,
    /// When the server was last heard; `None`: it cannot be asked from the side, and its silence means nothing.
    heard: Option<Instant>,
}

/// What became of a look.
enum Look {
    Seen(Vec<Blocker>, Option<Pace>),
    /// The server said something else, and so it is there.
    Heard,
    /// There is nothing to ask here.
    Nothing,
    Silence,
}

impl<'a> Monitor<'a> {
    pub(super) fn new(
        site: Site<'a>,
        mark: Option<SessionMark>,
        control: &'a dyn Control,
        statement: usize,
    ) -> Self {
        Self { statement: Some(statement), ..Self::listening(site, mark, control) }
    }

    /// For what is no statement of the plan.
    pub(super) fn listening(site: Site<'a>, mark: Option<SessionMark>, control: &'a dyn Control) -> Self {
        let now = Instant::now();
        let heard = mark.as_ref().map(|_| now);
        Self {
            site,
            mark,
            control,
            statement: None,
            told: false,
            began: now,
            session: None,
            waited: Duration::ZERO,
            last: now,
            pace: None,
            heard,
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

    /// Awaits an answer of the session that is watched, as long as its server can be heard at all. A lost session's
    /// statement may have taken effect or not.
    pub(super) async fn attend<T>(
        &mut self,
        answer: impl Future<Output = Result<T, WireError>>,
    ) -> Result<T, WireError> {
        let mut answer = std::pin::pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => {
                    self.heard_again();
                    return answer;
                }
                () = self.look() => {}
            }
            if let Some(silent) = self.silent().filter(|silent| *silent >= SILENCE) {
                let what = format!("nothing was heard of the server for {} s", silent.as_secs());
                return Err(WireError::new(WireErrorKind::Lost, what));
            }
        }
    }

    /// For how long nothing was heard of the server.
    fn silent(&self) -> Option<Duration> {
        self.heard.map(|heard| heard.elapsed())
    }

    /// Waits a moment, looks, tells. May be dropped at any time: what it asks changes nothing.
    async fn look(&mut self) {
        tokio::time::sleep(EVERY).await;
        let was_silent = self.silent().is_some_and(|silent| silent > PATIENCE);
        let patience = if was_silent { MORE_PATIENCE } else { PATIENCE };
        let looked = tokio::time::timeout(patience, self.ask()).await.unwrap_or(Look::Silence);
        let now = Instant::now();
        let (blockers, pace) = match looked {
            Look::Seen(blockers, pace) => {
                self.heard = Some(now);
                (blockers, pace)
            }
            Look::Heard => {
                self.heard = Some(now);
                (Vec::new(), None)
            }
            Look::Nothing => (Vec::new(), None),
            Look::Silence => {
                // A session in the middle of an answer is of no use any more.
                self.session = None;
                (Vec::new(), None)
            }
        };
        let pace = pace.or_else(|| self.pace.clone());
        if !blockers.is_empty() {
            self.waited += now - self.last;
        }
        self.last = now;
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let silent = self.silent().filter(|silent| *silent >= WORTH_A_WORD);
        let silence = silent
            .map(|silent| Silence { millis: millis(silent), left: millis(SILENCE.saturating_sub(silent)) });
        match (self.statement, silence) {
            (Some(statement), silence) => {
                let millis = millis(self.began.elapsed());
                self.control.hear(Happening::Working { statement, millis, blockers, pace, silence });
            }
            (None, Some(silence)) => {
                self.told = true;
                self.control.hear(Happening::Silent(Some(silence)));
            }
            (None, None) => self.heard_again(),
        }
    }

    fn heard_again(&mut self) {
        if std::mem::take(&mut self.told) {
            self.control.hear(Happening::Silent(None));
        }
    }

    async fn ask(&mut self) -> Look {
        let Some(mark) = self.mark.clone() else { return Look::Nothing };
        // Taken out while it is asked: where this is dropped half-way, so is the session.
        let mut session = match self.session.take() {
            Some(session) => session,
            None => match connect::open(self.site.target, Purpose::Read).await {
                Ok(session) => session,
                Err(error) => return unseen(&error),
            },
        };
        let version = session.version().clone();
        let execution = self.site.execution;
        let blockers = match told(session.as_mut(), &execution.blockers(&version, &mark)).await {
            Ok(Some(blockers)) => blockers,
            Ok(None) => return Look::Nothing,
            Err(error) => return unseen(&error),
        };
        let pace = execution.progress(&version, &mark);
        let pace = match &pace {
            Some(sql) => session.query(sql).await.ok(),
            None => None,
        };
        self.session = Some(session);
        Look::Seen(blockers.iter().map(blocker).collect(), pace.as_ref().and_then(pace_of))
    }
}

/// The answer to the first question that the server answers. `None`: there is nothing to ask.
pub(super) async fn told(session: &mut dyn Connection, questions: &[Sql]) -> Result<Option<Rows>, WireError> {
    let mut refusal = None;
    for sql in questions {
        match session.query(sql).await {
            Err(error) if error.kind == WireErrorKind::Statement => refusal = Some(error),
            answered => return answered.map(Some),
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// A look that failed: a server that refuses us is there, be it for want of room.
fn unseen(error: &WireError) -> Look {
    if error.code.is_some() {
        return Look::Heard;
    }
    match error.kind {
        WireErrorKind::Unreachable | WireErrorKind::Lost => Look::Silence,
        WireErrorKind::Statement
        | WireErrorKind::Denied
        | WireErrorKind::NoDatabase
        | WireErrorKind::Untrusted
        | WireErrorKind::Cancelled => Look::Heard,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_is_there() {
        let full = WireError { code: Some("53300".into()), ..WireError::unreachable("too many clients") };
        assert!(matches!(unseen(&full), Look::Heard));
        assert!(matches!(unseen(&WireError::unreachable("no route to host")), Look::Silence));
    }
}
