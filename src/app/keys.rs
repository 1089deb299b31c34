//! A key press → what it means here: a letter into a text, a part of a sequence, a count, or an action.

use std::time::Duration;

use crate::config::keymap::{Action, Code, Context, Found, Key, Keymap};

use super::act::{self, Times};
use super::ask;
use super::mode::Mode;
use super::msg::Errand;
use super::state::{State, Welcome};
use super::{scripts, state};

/// A digit that could begin a count waits so long before it is taken for what it is bound to.
const DIGIT: Duration = Duration::from_millis(350);

pub(super) fn press(state: &mut State, key: Key) -> Vec<Errand> {
    if state.welcome == Welcome::Shown {
        state.welcome = Welcome::Gone;
        if matches!(key.code, Code::Enter | Code::Esc) {
            return Vec::new();
        }
    }
    if let Mode::Prompt(_) = state.mode {
        return ask::prompt_key(state, key);
    }
    if key.code == Code::Esc && !state.typed.is_empty() {
        state.typed = state::Typed::default();
        return Vec::new();
    }
    let mut errands = Vec::new();
    if let Some(digit) = count_digit(state, key) {
        state.typed.count = Some(state.typed.count.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        state.typed.at = state.now;
        return errands;
    }
    // A digit that is followed by no motion was meant for itself.
    if state.typed.keys.is_empty() && state.typed.count.is_some() && !begins_counted(state, key) {
        errands.extend(settle_count(state));
    }
    state.typed.keys.push(key);
    state.typed.at = state.now;
    let found = state.manner.keymap.look_up(&state.contexts(), state.facts(), &state.typed.keys);
    match found {
        Found::Pending => {}
        Found::Run(action) => {
            let count = state.typed.count;
            state.typed = state::Typed::default();
            errands.extend(act::act(state, action, Times(count)));
        }
        Found::Nothing => {
            let typed = std::mem::take(&mut state.typed);
            if typed.keys.len() == 1 {
                errands.extend(unbound(state, key));
            }
        }
    }
    errands
}

/// A digit of a count: where lists and scripts are walked, and never in the middle of a sequence.
fn count_digit(state: &State, key: Key) -> Option<usize> {
    let Mode::Normal = state.mode else { return None };
    let digit = key.typed()?.to_digit(10)? as usize;
    let begun = state.typed.count.is_some();
    (state.typed.keys.is_empty() && (begun || digit != 0)).then_some(digit)
}

/// Whether the key begins something that takes a count.
fn begins_counted(state: &State, key: Key) -> bool {
    match state.manner.keymap.look_up(&state.contexts(), state.facts(), &[key]) {
        Found::Run(action) => act::takes_count(action),
        Found::Pending => true,
        Found::Nothing => false,
    }
}

/// What a lone digit is bound to, once it is clear that no motion follows.
pub(super) fn settle_count(state: &mut State) -> Vec<Errand> {
    let count = state.typed.count.take().unwrap_or(0);
    let Some(digit) = u32::try_from(count).ok().and_then(|count| char::from_digit(count, 10)) else {
        return Vec::new();
    };
    match state.manner.keymap.look_up(&state.contexts(), state.facts(), &[Key::plain(digit)]) {
        Found::Run(action) => act::act(state, action, Times(None)),
        Found::Pending | Found::Nothing => Vec::new(),
    }
}

/// Whether a count has waited long enough.
pub(super) fn count_is_due(state: &State) -> bool {
    state.typed.keys.is_empty() && state.typed.count.is_some() && until_due(state).is_zero()
}

pub(super) fn until_due(state: &State) -> Duration {
    (state.typed.at + DIGIT).saturating_sub(state.now)
}

/// A key that no binding knows: a letter where letters are typed.
fn unbound(state: &mut State, key: Key) -> Vec<Errand> {
    match &state.mode {
        Mode::Insert => scripts::type_key(state, key),
        Mode::Picker(_) => ask::picker_key(state, key),
        Mode::Normal | Mode::Prompt(_) | Mode::Dialog(_) | Mode::Help(_) => Vec::new(),
    }
}

/// What begins the menu's sequences.
const LEADER: char = ' ';

/// The keys of an action here. Where its own begin with the leader, and that key means something else here, the key
/// of the menu stands in its place.
pub fn leading_to(keymap: &Keymap, contexts: &[Context], action: Action) -> Option<String> {
    keymap.keys_of(contexts, action).or_else(|| {
        let menu = keymap.keys_of(contexts, Action::Menu)?;
        let keys = keymap.keys_of(&[Context::Global], action)?;
        Some(format!("{menu}{}", keys.strip_prefix(&Key::plain(LEADER).to_string())?))
    })
}

/// Actions that a lone action key may stand for in the menu of what follows.
pub(super) fn menu(state: &mut State) {
    state.typed.keys = vec![Key::plain(LEADER)];
    state.typed.at = state.now;
}
