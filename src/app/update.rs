//! A message in, errands out: the only function that changes the state. It waits for nothing and reads no clock.

use std::time::Duration;

use super::layout::{Pane, Shape};
use super::list::Motion;
use super::log::Tone;
use super::mode::Mode;
use super::msg::{Errand, Msg, Reloaded};
use super::state::{Movement, State};
use super::{ask, hears, keys, moves, remember, scripts, sides, sql_pane};
use crate::sqltext::colour::Progress;

/// A spinner turns so often.
const TURN: Duration = Duration::from_millis(120);
/// The next portion of colours comes so soon.
const SOON: Duration = Duration::from_millis(5);
/// Without motion, the time that has passed is told so often.
const TELL: Duration = Duration::from_secs(1);

/// What to do first, once the size is known.
pub fn start(state: &mut State) -> Vec<Errand> {
    let mut errands = sides::begin(state);
    errands.extend(super::rollout::look(state));
    errands
}

pub fn update(state: &mut State, msg: Msg) -> Vec<Errand> {
    let errands = match msg {
        Msg::Tick(now) => return tick(state, now),
        Msg::Key(key) => keys::press(state, key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Overlong(bytes) => {
            state.say(Tone::Bad, format!("a paste of {bytes} bytes is too long; nothing of it was taken"));
            Vec::new()
        }
        Msg::Resize(width, height) => resize(state, width, height),
        Msg::Click(column, row) => click(state, column, row),
        Msg::Wheel(column, row, rows) => wheel(state, column, row, rows),
        Msg::Worker(event) => hears::hear(state, event),
        Msg::Reloaded(reloaded) => reload(state, *reloaded),
        Msg::Copied(Ok(text)) => {
            state.say(Tone::Good, text);
            Vec::new()
        }
        Msg::Copied(Err(failure)) | Msg::NotSuspended(failure) => {
            state.say(Tone::Bad, failure.what);
            Vec::new()
        }
        Msg::Suspend => super::stop::stop_and_suspend(state),
        Msg::Edited(text) => scripts::handed_back(state, text),
    };
    settle(state);
    super::rollout::follow_draft(state);
    remember::note(state);
    errands
}

/// The last thing to be done: what is not written yet.
pub fn farewell(state: &mut State) -> Vec<Errand> {
    remember::write(state)
}

/// Time has passed: what was waiting for it.
fn tick(state: &mut State, now: Duration) -> Vec<Errand> {
    state.now = now;
    let mut errands = Vec::new();
    if state.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        state.toast = None;
    }
    let due = state.subject.as_deref().and_then(|subject| subject.sql.until_due(now));
    if due.is_some_and(|due| due.is_zero()) {
        errands.extend(scripts::judge(state));
    }
    if moves::until_due(state).is_some_and(|due| due.is_zero()) {
        errands.extend(moves::follow(state));
    }
    let height = state.height(Pane::Diff);
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.sql.editor_mut().colour();
        if subject.diff.until_due(now).is_some_and(|due| due.is_zero()) {
            subject.diff.give_up_waiting();
        }
        subject.diff.colour(height);
    }
    errands.extend(remember::due(state));
    errands
}

/// Which picture of the spinner belongs to a moment.
pub fn phase(state: &State, now: Duration) -> usize {
    let step = match state.manner.movement {
        Movement::Full => TURN,
        Movement::Reduced => TELL,
    };
    (now.as_millis() / step.as_millis().max(1)) as usize
}

impl State {
    /// How long nothing will happen by itself; `None`: nothing waits for time.
    pub fn next_tick(&self) -> Option<Duration> {
        let spinner = match self.manner.movement {
            Movement::Full => TURN,
            Movement::Reduced => TELL,
        };
        let waits = [
            self.toast.as_ref().map(|toast| toast.until.saturating_sub(self.now)),
            self.subject.as_deref().and_then(|subject| subject.sql.until_due(self.now)),
            self.work.visible(self.now).map(|_| spinner),
            self.work.until_visible(self.now),
            remember::until_due(self),
            moves::until_due(self),
            self.subject.as_deref().and_then(|subject| subject.diff.until_due(self.now)),
            self.subject.as_deref().and_then(|subject| {
                let colours = [subject.sql.editor().colours(), subject.diff.colours()];
                colours.iter().any(|colours| matches!(colours, Progress::More)).then_some(SOON)
            }),
        ];
        waits.into_iter().flatten().min()
    }
}

fn resize(state: &mut State, width: u16, height: u16) -> Vec<Errand> {
    let former = (state.size != (0, 0)).then_some(state.shape);
    state.size = (width, height);
    state.shape = Shape::of(width, height, former);
    Vec::new()
}

/// Every cursor is in its list and in sight, whatever has become of lists and panes.
fn settle(state: &mut State) {
    let areas = state.areas();
    let tree = state.tree_height();
    let height = |pane| areas.height(pane).max(1);
    let log = state.log.len();
    state.log_list.settle(log, height(Pane::Log));
    let Some(subject) = state.subject.as_deref_mut() else { return };
    let rows = subject.tree.rows().len();
    subject.tree.list.settle(rows, tree);
    let rows = subject.diff.rows().len();
    subject.diff.list.settle(rows, height(Pane::Diff));
    let findings = subject.findings().len();
    subject.findings.settle(findings, height(Pane::Findings));
    let sql = areas.of(Pane::Sql).map_or((0, 0), |area| (area.inner().height, area.inner().width));
    if sql.0 > 0 {
        let rows = usize::from(sql.0);
        subject.sql.editor_mut().fit(rows - sql_pane::note_rows(rows), usize::from(sql.1));
    }
}

fn paste(state: &mut State, text: &str) -> Vec<Errand> {
    match &mut state.mode {
        Mode::Insert => scripts::paste(state, text),
        Mode::Prompt(prompt) => {
            prompt.line.paste(text);
            return ask::typed(state);
        }
        Mode::Picker(picker) => {
            picker.query.paste(text);
            ask::narrow(picker);
        }
        Mode::Normal | Mode::Dialog(_) | Mode::Help(_) => {
            state.say(Tone::Info, "a paste goes into the SQL while typing, or into a prompt");
        }
    }
    Vec::new()
}

/// The mouse gives the focus and moves the cursor. It changes nothing.
fn click(state: &mut State, column: u16, row: u16) -> Vec<Errand> {
    let Mode::Normal = state.mode else { return Vec::new() };
    if super::rollout::is_shown(state) {
        super::rollout::click(state, column, row);
        return Vec::new();
    }
    let areas = state.areas();
    let Some((pane, area)) = areas.panes().iter().find(|(_, area)| area.holds(column, row)).copied() else {
        return Vec::new();
    };
    // The panes are caught up with before the focus is elsewhere.
    let mut errands = moves::catch_up(state);
    moves::focus(state, pane);
    let inner = area.inner();
    if !inner.holds(column, row) {
        return errands;
    }
    let at = usize::from(row - inner.y);
    let top = match (pane, state.subject.as_deref()) {
        (Pane::Current | Pane::Desired, Some(subject)) => subject.tree.list.top,
        (Pane::Diff, Some(subject)) => subject.diff.list.top,
        (Pane::Findings, Some(subject)) => subject.findings.top,
        (Pane::Sql, Some(subject)) => subject.sql.editor().top(),
        (Pane::Log, _) => state.log_list.top,
        (Pane::Agent, _)
        | (Pane::Current | Pane::Desired | Pane::Diff | Pane::Findings | Pane::Sql, None) => {
            return errands;
        }
    };
    errands.extend(moves::go(state, Motion::To(top + at)));
    errands
}

fn wheel(state: &mut State, column: u16, row: u16, rows: i16) -> Vec<Errand> {
    let motion = |count| if rows < 0 { Motion::Up(count) } else { Motion::Down(count) };
    if super::rollout::is_shown(state) && matches!(state.mode, Mode::Normal) {
        super::rollout::wheel(state, column, row, motion(usize::from(rows.unsigned_abs())));
        return Vec::new();
    }
    let areas = state.areas();
    let pane = areas.panes().iter().find(|(_, area)| area.holds(column, row)).map(|(pane, _)| *pane);
    let (Mode::Normal, Some(pane)) = (&state.mode, pane) else { return Vec::new() };
    let focus = std::mem::replace(&mut state.focus, pane);
    let count = usize::from(rows.unsigned_abs());
    let errands = moves::go(state, motion(count));
    state.focus = focus;
    errands
}

/// New settings. What is wrong with them is told, and the old ones stay.
fn reload(state: &mut State, reloaded: Reloaded) -> Vec<Errand> {
    let Reloaded { keymap, theme, symbols, problems } = reloaded;
    let mut told = Vec::new();
    if let Some(keymap) = keymap {
        told.push(format!("keymap {}", keymap.name()));
        state.manner.keymap = keymap;
    }
    if let Some(theme) = theme {
        told.push(format!("theme {}", theme.name()));
        if let Some(symbols) = symbols.or_else(|| theme.symbols()) {
            state.manner.symbols = symbols;
        }
        state.manner.theme = theme;
    }
    match problems.first() {
        Some(problem) => state.say(Tone::Bad, format!("{}; the old settings stay", problem.what)),
        None if !told.is_empty() => state.say(Tone::Good, told.join(", ")),
        None => {}
    }
    Vec::new()
}
