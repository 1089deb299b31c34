//! Leaving: one level out, stopping what runs, and quitting only when nothing would be lost.

use std::time::Duration;

use super::filter::Filter;
use super::layout::{LogPlace, Pane, Zoom};
use super::log::Tone;
use super::mode::{Button, Dialog, Mode, Press};
use super::moves;
use super::msg::Errand;
use super::rollout::{self, Going, Sheet, Suspends};
use super::scripts;
use super::state::State;
use super::work::Purpose;
use crate::config::keymap::Action;

/// A second Ctrl-C within this time asks to quit.
const TWICE: Duration = Duration::from_secs(2);

/// One level out: of a mode, a range, a filter, the zoom.
pub(super) fn back(state: &mut State) -> Vec<Errand> {
    match state.mode {
        Mode::Insert => return scripts::leave_insert(state),
        Mode::Picker(_) | Mode::Dialog(_) | Mode::Help(_) | Mode::Prompt(_) => {
            state.mode = Mode::Normal;
            return Vec::new();
        }
        Mode::Normal => {}
    }
    if rollout::is_shown(state) {
        return rollout::back(state);
    }
    let height = state.tree_height();
    if let Some(subject) = state.subject.as_deref_mut() {
        if state.focus == Pane::Sql && subject.sql.end_selection() {
            return Vec::new();
        }
        if subject.tree.anchor().is_some() {
            subject.tree.end_range();
            return Vec::new();
        }
        if state.focus.is_tree() && !subject.tree.filter().is_empty() {
            subject.with_tree(|tree, ground| tree.set_filter(Filter::default(), ground, height));
            return moves::follow(state);
        }
    }
    if state.zoom == Zoom::On {
        state.zoom = Zoom::Off;
    } else if state.toast.is_some() {
        state.toast = None;
    } else if !state.focus.is_tree() {
        moves::focus(state, Pane::Current);
    }
    Vec::new()
}

/// Ctrl-C: out of a mode, or stops what runs; twice with nothing to stop asks to quit.
pub(super) fn cancel(state: &mut State) -> Vec<Errand> {
    match state.mode {
        Mode::Normal => {}
        Mode::Insert | Mode::Prompt(_) | Mode::Picker(_) | Mode::Dialog(_) | Mode::Help(_) => {
            return back(state);
        }
    }
    let is_run = |purpose: &Purpose| matches!(purpose, Purpose::Run(_));
    let errands = state.work.stop(|purpose| !is_run(purpose));
    if !errands.is_empty() {
        state.say(Tone::Info, "stopping");
        return errands;
    }
    if state.rollout.under_way().is_some() {
        if !(rollout::is_shown(state) && state.rollout.sheet == Sheet::Run) {
            // A run is never stopped by the way.
            let errands = rollout::show_run(state);
            let keys = state.manner.keymap.keys_of(&state.contexts(), Action::Cancel);
            let keys = keys.unwrap_or_else(|| ":cancel".into());
            state.say(Tone::Info, format!("this is what runs; {keys} here stops it"));
            return errands;
        }
        state.say(Tone::Info, "stopping: what ran stands, and you choose how to go on");
        return state.work.stop(is_run);
    }
    let again = state.cancelled_at.is_some_and(|at| state.now.saturating_sub(at) < TWICE);
    if again {
        state.cancelled_at = None;
        return quit(state);
    }
    state.cancelled_at = Some(state.now);
    state.say(Tone::Info, "nothing is running; Ctrl-C again quits");
    Vec::new()
}

/// `q`: closes the view, never the program.
pub(super) fn close(state: &mut State) -> Vec<Errand> {
    match state.mode {
        Mode::Insert | Mode::Prompt(_) | Mode::Picker(_) | Mode::Dialog(_) | Mode::Help(_) => {
            return back(state);
        }
        Mode::Normal => {}
    }
    if rollout::is_shown(state) {
        return rollout::back(state);
    }
    if state.log_place == LogPlace::Shown || state.focus == Pane::Log {
        state.log_place = LogPlace::Hidden;
        if state.focus == Pane::Log {
            moves::focus(state, Pane::Current);
        }
    } else if state.zoom == Zoom::On {
        state.zoom = Zoom::Off;
    } else if matches!(state.focus, Pane::Agent | Pane::Findings) {
        moves::focus(state, Pane::Current);
    } else {
        let keys = state.manner.keymap.keys_of(&state.contexts(), Action::Quit);
        let keys = keys.unwrap_or_else(|| ":quit".into());
        state.say(Tone::Info, format!("nothing to close here; {keys} quits"));
    }
    Vec::new()
}

/// Quits, and asks first where something would be stopped.
pub(super) fn quit(state: &mut State) -> Vec<Errand> {
    if let Some(going) = state.rollout.under_way() {
        let lines = leaving(going);
        state.mode = Mode::Dialog(Dialog::question(
            "Quit while a run is under way?",
            lines,
            vec![
                Button { label: "Stay", does: Press::Nothing },
                Button { label: "Stop it and quit", does: Press::Quit },
            ],
        ));
        return Vec::new();
    }
    let running: Vec<String> = state.work.shown().map(|job| job.purpose.word().to_owned()).collect();
    if running.is_empty() {
        // Edits and marks are kept in the session file.
        return vec![Errand::Quit];
    }
    state.mode = Mode::Dialog(Dialog::question(
        "Quit?",
        vec![
            format!("Still under way: {}.", running.join(", ")),
            "It will be cancelled on the server, and waited for.".into(),
        ],
        vec![Button { label: "Stay", does: Press::Nothing }, Button { label: "Quit", does: Press::Quit }],
    ));
    Vec::new()
}

/// What leaving does to a run.
fn leaving(going: &Going) -> Vec<String> {
    let (done, all) = going.progress();
    vec![
        format!("{} on {}: {done} of {all} statements are in effect.", going.plan, going.on),
        "The statement under way is cancelled on the server and its outcome written down. What ran stands: it can \
         be gone on with or taken back at any time, from any machine."
            .into(),
    ]
}

/// Back to the shell. A stopped process would hold its locks, so a run comes to a stop first.
pub(super) fn suspend(state: &mut State) -> Vec<Errand> {
    let Some(going) = state.rollout.under_way() else { return vec![Errand::Suspend] };
    let lines = leaving(going);
    state.mode = Mode::Dialog(Dialog::question(
        "Suspend while a run is under way?",
        lines,
        vec![
            Button { label: "Stay", does: Press::Nothing },
            Button { label: "Stop it and suspend", does: Press::StopAndSuspend },
        ],
    ));
    Vec::new()
}

/// The same without a question: we were told to.
pub(super) fn stop_and_suspend(state: &mut State) -> Vec<Errand> {
    if state.rollout.under_way().is_none() {
        return vec![Errand::Suspend];
    }
    state.rollout.suspends = Suspends::AfterTheRun;
    state.say(Tone::Info, "the run is stopped first: a suspended run would hold its locks");
    state.work.stop(|purpose| matches!(purpose, Purpose::Run(_)))
}

/// The run has ended that was waited for.
pub(super) fn suspend_at_last(state: &mut State) -> Vec<Errand> {
    match std::mem::take(&mut state.rollout.suspends) {
        Suspends::No => Vec::new(),
        Suspends::AfterTheRun => vec![Errand::Suspend],
    }
}
