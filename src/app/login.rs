//! Passwords that a server wants and no file holds: asked for, handed to the worker, and what waited for them done.

use std::sync::Arc;

use crate::connect::Secret;
use crate::model::{Failure, FailureKind};
use crate::worker::{CommandKind, LogInOrder};

use super::hears::first_line;
use super::line_input::LineInput;
use super::log::Tone;
use super::mode::{Before, LogIn, Mode, Prompt, PromptPurpose, Waiting};
use super::msg::Errand;
use super::state::State;
use super::work::{Job, Purpose};
use super::{rollout, sides};

/// Asks for the password that this failure is about. `false`: it is about something else.
pub(super) fn asks(state: &mut State, failure: &Failure, waits: Waiting) -> bool {
    let (FailureKind::Password, Some(place)) = (failure.kind, &failure.place) else { return false };
    let is_known = state.desk.logged_in.contains(&**place);
    let before = if is_known { Before::Refused } else { Before::Unasked };
    let purpose = PromptPurpose::Password(LogIn { place: place.to_string(), before, waits });
    state.mode = Mode::Prompt(Prompt { purpose, line: LineInput::default() });
    state.say(Tone::Info, first_line(failure).to_owned());
    true
}

/// It was typed.
pub(super) fn typed(state: &mut State, log_in: LogIn, text: &str) -> Vec<Errand> {
    if text.is_empty() {
        return Vec::new();
    }
    let LogIn { place, waits, .. } = log_in;
    // That it was refused is no longer news.
    state.toast = None;
    state.desk.logged_in.insert(place.clone());
    let order = LogInOrder { place, password: Arc::new(Secret::new(text.to_owned())) };
    vec![state.work.begin(state.now, Purpose::LogIn(waits), CommandKind::LogIn(order))]
}

/// The worker has it: what waited for it goes on.
pub(super) fn done(state: &mut State, job: &Job) -> Vec<Errand> {
    let Purpose::LogIn(waits) = &job.purpose else { return Vec::new() };
    match waits {
        Waiting::Sides => sides::open(state),
        Waiting::Journals => rollout::look(state),
        Waiting::Foresight(request) => rollout::foresee(state, (**request).clone()),
    }
}
