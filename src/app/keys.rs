//! A key press → what it means here: a letter into a text, a part of a sequence, a count, or an action.

use crate::config::keymap::{Action, Code, Context, Found, Key, Keymap};

use super::act::{self, Times};
use super::ask;
use super::mode::Mode;
use super::msg::Errand;
use super::state::{State, Welcome};
use super::{moves, remember, scripts, state};

pub(super) fn press(state: &mut State, key: Key) -> Vec<Errand> {
    remember::pressed(state);
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
    if let Some(digit) = count_digit(state, key) {
        state.typed.count = Some(state.typed.count.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        return Vec::new();
    }
    state.typed.keys.push(key);
    match state.manner.keymap.look_up(&state.contexts(), state.facts(), &state.typed.keys) {
        Found::Pending => Vec::new(),
        Found::Run(action) => {
            // What takes no count forgets it.
            let count = state.typed.count;
            state.typed = state::Typed::default();
            let mut errands = if act::is_motion(action) { Vec::new() } else { moves::catch_up(state) };
            errands.extend(act::act(state, action, Times(count)));
            errands
        }
        Found::Nothing => {
            let typed = std::mem::take(&mut state.typed);
            if typed.keys.len() == 1 { unbound(state, key) } else { Vec::new() }
        }
    }
}

/// A digit of a count. A digit that is bound to something does that at once and never waits for what may follow, so
/// a count begins with the key of its own, or with a digit that is bound to nothing; in it, every digit counts.
fn count_digit(state: &State, key: Key) -> Option<usize> {
    let Mode::Normal = state.mode else { return None };
    let digit = key.typed()?.to_digit(10)? as usize;
    if !state.typed.keys.is_empty() {
        return None;
    }
    let is_free = || state.manner.keymap.look_up(&state.contexts(), state.facts(), &[key]) == Found::Nothing;
    (state.typed.count.is_some() || (digit != 0 && is_free())).then_some(digit)
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
}
