//! The run under way, as it tells of itself: each statement from pending to its outcome, who is in the way, how far
//! the server says it is, and each try that had to be made again.

use std::time::Duration;

use crate::app::list::{List, Motion};
use crate::app::phase;
use crate::app::state::State;
use crate::app::work::Purpose;
use crate::config::keymap::Action;
use crate::config::theme::Role;
use crate::model::{Boundary, Failure, Outcome, RunId};
use crate::worker::{Blocker, CommandId, Errand as Deed, Happening, Outlook, Pace, Sending, Silence};

use super::asked::indented;
use super::page::{Line, Page, long, time};
use super::pipeline::key;

/// A run that was begun from here.
#[derive(Debug)]
pub struct Going {
    pub on: String,
    pub plan: String,
    pub errand: Deed,
    pub run: Option<RunId>,
    pub began: Duration,
    pub ticks: Vec<Tick>,
    /// The SQL of the last statements of the course: all of them, but for a run that is gone on with.
    sql: Vec<Box<str>>,
    pub blockers: Vec<Blocker>,
    pub pace: Option<Pace>,
    /// Nothing was heard of the server for some time.
    pub silence: Option<Silence>,
    /// What a dead process left running, and is waited for.
    pub orphan: Option<Box<str>>,
    /// What had to be tried again, and when.
    pub tries: Vec<(Duration, String)>,
    pub ended: Option<Ended>,
    pub list: List,
    follow: Follow,
}

/// Whether the cursor goes along with the statement under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Follow {
    Yes,
    No,
}

/// How it ended.
#[derive(Clone, Debug)]
pub enum Ended {
    Done(Duration),
    Stopped(Duration),
    Failed(Duration, Failure),
}

/// One statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tick {
    pub title: Box<str>,
    pub state: TickState,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TickState {
    Pending,
    Sent {
        at: Duration,
        attempt: u32,
    },
    /// The server has answered; its transaction is still open.
    Answered(u64),
    /// In effect, after so many milliseconds where this run sent it.
    Applied(Option<u64>),
    NotApplied,
    /// To be tried again at that time.
    Waits {
        until: Duration,
        words: Box<str>,
    },
    Unknown,
}

impl Going {
    pub fn new(on: String, errand: Deed, outlook: &Outlook, now: Duration) -> Self {
        Self {
            on,
            plan: outlook.record().plan.name.to_string(),
            errand,
            run: None,
            began: now,
            ticks: Vec::new(),
            sql: outlook.way.sends.iter().map(|sending| sending.sql.clone()).collect(),
            blockers: Vec::new(),
            pace: None,
            silence: None,
            orphan: None,
            tries: Vec::new(),
            ended: None,
            list: List::default(),
            follow: Follow::Yes,
        }
    }

    /// How many statements are in effect, and of how many.
    pub fn progress(&self) -> (usize, usize) {
        let applied = self.ticks.iter().filter(|tick| matches!(tick.state, TickState::Applied(_)));
        (applied.count(), self.ticks.len())
    }

    pub fn hear(&mut self, now: Duration, happening: Happening) {
        match happening {
            // It is on the sheet that was asked.
            Happening::Foreseen(_) => {}
            Happening::Began { run, statements } => {
                self.run = Some(run);
                self.orphan = None;
                let pending = |title| Tick { title, state: TickState::Pending };
                self.ticks = statements.into_iter().map(pending).collect();
            }
            Happening::Sent { statement, attempt } => {
                self.pace = None;
                self.orphan = None;
                // A run goes in order: what was not sent by this process was in effect before.
                for earlier in self.ticks.iter_mut().take(statement) {
                    if earlier.state == TickState::Pending {
                        earlier.state = TickState::Applied(None);
                    }
                }
                self.set(statement, TickState::Sent { at: now, attempt });
                if self.follow == Follow::Yes {
                    self.list.cursor = statement;
                }
            }
            Happening::Answered { statement, millis } => {
                self.clear();
                self.set(statement, TickState::Answered(millis));
            }
            Happening::Working { blockers, pace, silence, .. } => {
                self.blockers = blockers;
                self.pace = pace;
                self.silence = silence;
            }
            Happening::Silent(silence) => self.silence = silence,
            Happening::Again { statement, words, pause } => {
                // Whoever was in the way is worth a look during the pause, too.
                self.pace = None;
                self.tries.push((now, format!("statement {}: {words}", statement + 1)));
                self.set(statement, TickState::Waits { until: now + pause, words });
            }
            Happening::Orphan { words } => self.orphan = Some(words),
            Happening::Settled { from, to, outcome } => {
                if outcome == Outcome::Applied {
                    self.clear();
                }
                for tick in self.ticks.iter_mut().take(to).skip(from) {
                    tick.state = match (outcome, &tick.state) {
                        (Outcome::Applied, TickState::Answered(millis)) => TickState::Applied(Some(*millis)),
                        (Outcome::Applied, _) => TickState::Applied(None),
                        // What shared its transaction went with it.
                        (Outcome::NotApplied, TickState::Sent { .. }) => TickState::NotApplied,
                        (Outcome::NotApplied, _) => TickState::Pending,
                        (Outcome::Unknown, _) => TickState::Unknown,
                    };
                }
            }
        }
    }

    fn clear(&mut self) {
        self.blockers.clear();
        self.pace = None;
        self.silence = None;
    }

    fn set(&mut self, statement: usize, state: TickState) {
        if let Some(tick) = self.ticks.get_mut(statement) {
            tick.state = state;
        }
    }

    /// The statement's SQL, where it is known.
    fn sql(&self, statement: usize) -> Option<&str> {
        let earlier = self.ticks.len().checked_sub(self.sql.len())?;
        self.sql.get(statement.checked_sub(earlier)?).map(|sql| &**sql)
    }

    /// What was sent, for a report; of a run that was gone on with, the SQL of what was left.
    pub fn sendings(&self) -> Vec<Sending> {
        let sending = |(at, tick): (usize, &Tick)| Sending {
            title: tick.title.clone(),
            sql: self.sql(at).unwrap_or_default().into(),
            boundary: Boundary::Transactional,
            step: at,
        };
        self.ticks.iter().enumerate().map(sending).collect()
    }

    pub fn verb(&self) -> &'static str {
        match self.errand {
            Deed::Run | Deed::Promote => "running",
            Deed::Resume(_) => "going on",
            Deed::RollBack(_) => "taking back",
            Deed::Contract(_) => "contracting",
        }
    }
}

/// Something happened in a run.
pub(in crate::app) fn happened(state: &mut State, id: CommandId, happening: Happening) {
    let is_run = state.work.get(id).is_some_and(|job| matches!(job.purpose, Purpose::Run(_)));
    let now = state.now;
    if let (true, Some(going)) = (is_run, &mut state.rollout.going) {
        going.hear(now, happening);
    }
}

pub(super) fn go(state: &mut State, motion: Motion, height: usize) {
    let Some(going) = &mut state.rollout.going else { return };
    let len = going.ticks.len();
    going.list.go(motion, len, height);
    let is_sent = |tick: &Tick| matches!(tick.state, TickState::Sent { .. } | TickState::Waits { .. });
    let at_work = going.ticks.iter().position(is_sent);
    going.follow = if at_work == Some(going.list.cursor) { Follow::Yes } else { Follow::No };
}

pub(super) fn main(state: &State, width: usize) -> Page {
    let Some(going) = &state.rollout.going else { return Page::new("nothing runs") };
    let verb = if going.ended.is_none() { going.verb() } else { "run of" };
    let mut page = Page::new(format!("{verb} {} on {}", going.plan, going.on));
    let (done, all) = going.progress();
    if all > 0 {
        page.right = format!("{done} of {all}");
    }
    page.cursor = Some(going.list.cursor.min(all.saturating_sub(1)));
    match &going.ended {
        None if going.ticks.is_empty() => {
            page.push(Line::new(
                Role::Muted,
                " making sure that it may run: the journal, the lock, the schema",
            ));
        }
        None => {}
        Some(Ended::Done(at)) => page.push(
            Line::new(Role::StatusOk, format!(" {} done", state.manner.glyphs().check))
                .right(Role::Muted, took(going, *at)),
        ),
        Some(Ended::Stopped(at)) => page.push(
            Line::new(
                Role::SeverityWarn,
                if done > 0 { " stopped: what ran stands" } else { " stopped: nothing took effect" },
            )
            .right(Role::Muted, took(going, *at)),
        ),
        Some(Ended::Failed(_, failure)) => page.say(Role::StatusFailed, &failure.what, width),
    }
    if let Some(orphan) = &going.orphan {
        page.say(Role::SeverityWarn, &format!("{orphan}"), width);
        page.say(Role::Muted, " It was left by an earlier process; its end is waited for.", width);
    }
    for (at, tick) in going.ticks.iter().enumerate() {
        page.push(row(state, going, at, tick));
    }
    page
}

fn took(going: &Going, ended: Duration) -> String {
    time(u64::try_from(ended.saturating_sub(going.began).as_millis()).unwrap_or(u64::MAX))
}

fn row(state: &State, going: &Going, at: usize, tick: &Tick) -> Line {
    let glyphs = state.manner.glyphs();
    let frames = glyphs.spinner;
    let turning = frames.get(phase(state, state.now) % frames.len().max(1)).copied().unwrap_or(".");
    let since = |at: Duration| long(state.now.saturating_sub(at));
    let (role, sign, right) = match &tick.state {
        TickState::Pending => (Role::Muted, " ", String::new()),
        TickState::Sent { at: sent, attempt } => {
            let mut text = since(*sent);
            if let Some(pace) = going.pace.as_ref().filter(|pace| pace.total > 0) {
                text = format!("{} %  {text}", pace.done.saturating_mul(100) / pace.total);
            }
            if !going.blockers.is_empty() {
                text = format!("blocked  {text}");
            }
            if *attempt > 1 {
                text = format!("try {attempt}  {text}");
            }
            (Role::StatusBusy, turning, text)
        }
        TickState::Answered(millis) => {
            (Role::StatusBusy, glyphs.check, format!("answered, {}", time(*millis)))
        }
        TickState::Applied(Some(millis)) => (Role::StatusOk, glyphs.check, time(*millis)),
        TickState::Applied(None) => (Role::StatusOk, glyphs.check, "in effect".to_owned()),
        TickState::NotApplied => (Role::StatusFailed, glyphs.cross, "failed".to_owned()),
        TickState::Waits { until, .. } => {
            let left = until.saturating_sub(state.now).as_secs() + 1;
            (Role::SeverityWarn, "!", format!("again in {left} s"))
        }
        TickState::Unknown => (Role::StatusFailed, "?", "unknown".to_owned()),
    };
    let text = if tick.state == TickState::Pending { Role::Muted } else { Role::Text };
    Line::new(role, format!(" {sign} "))
        .and(Role::Muted, format!("{:>3}  ", at + 1))
        .and(text, tick.title.to_string())
        .right(role, right)
        .of_row(at)
}

pub(super) fn aside(state: &State, width: usize) -> Page {
    let Some(going) = &state.rollout.going else { return Page::new("") };
    let is_sent = going.ticks.iter().any(|tick| matches!(tick.state, TickState::Sent { .. }));
    let mut page = Page::new(match (going.blockers.is_empty(), is_sent) {
        (true, _) => "at work",
        (false, true) => "in the way",
        (false, false) => "was in the way",
    });
    for blocker in &going.blockers {
        let who = if blocker.program.is_empty() {
            blocker.role.to_string()
        } else {
            format!("{}, {}", blocker.role, blocker.program)
        };
        page.push(
            Line::new(Role::SignLocked, format!(" session {}", blocker.session))
                .and(Role::Title, format!("  {who}")),
        );
        let for_so_long = time(blocker.seconds.saturating_mul(1000));
        page.tell(" state", Role::Text, &format!("{}, for {for_so_long}", blocker.state), width);
        page.tell(" statement", Role::Text, &blocker.statement, width);
        page.blank();
    }
    if let Some(silence) = &going.silence {
        let words = format!(
            "nothing is heard of it for {}; in {} the session is given up, and its outcome is unknown",
            time(silence.millis),
            time(silence.left)
        );
        page.tell("server", Role::StatusFailed, &words, width);
        page.blank();
    }
    if let Some(pace) = &going.pace {
        page.tell(
            "server",
            Role::StatusBusy,
            &format!("{}, {} of {}", pace.phase, pace.done, pace.total),
            width,
        );
        page.blank();
    }
    if going.ended.is_none() {
        let stop = key(state, Action::Cancel);
        let stopping = state.work.is_stopping(|purpose| matches!(purpose, Purpose::Run(_)));
        let text = if stopping {
            "Stopping: the statement under way is cancelled on the server and its outcome written down. What ran \
             stands; then you choose: go on, or take it back."
                .to_owned()
        } else {
            format!(
                "{stop} stops it: the statement under way is cancelled, what ran stands, and you choose how to go \
                 on. Leaving this view stops nothing."
            )
        };
        page.say(Role::Muted, &text, width);
    }
    if !going.tries.is_empty() {
        page.head("Tried again");
        for (at, words) in going.tries.iter().rev().take(8) {
            page.say(Role::SeverityWarn, &format!("{}, {words}", super::ago(state, *at)), width);
        }
    }
    let at = going.list.cursor.min(going.ticks.len().saturating_sub(1));
    if let (Some(tick), Some(sql)) = (going.ticks.get(at), going.sql(at)) {
        page.head(format!("{}  {}", at + 1, tick.title));
        if let TickState::Waits { words, .. } = &tick.state {
            page.say(Role::SeverityWarn, words, width);
        }
        page.say(Role::Text, &indented(sql), width);
    }
    page
}
