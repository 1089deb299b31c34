//! Prompts, pickers and dialogs: opening them, typing into them, and what an answer does.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::config::keymap::{Action, Code, Key};

use super::act::{self, Times};
use super::layout::Pane;
use super::line_input::LineInput;
use super::list::List;
use super::mode::{Choice, Dialog, Does, Mode, Picker, Press, Prompt, PromptPurpose, Which};
use super::msg::Errand;
use super::state::State;
use super::tree::Way;
use super::{find, findings, keys, login, marks, moves, rollout, scripts, sides, stop};

/// A key while a line is typed.
pub(super) fn prompt_key(state: &mut State, key: Key) -> Vec<Errand> {
    let Mode::Prompt(prompt) = &mut state.mode else { return Vec::new() };
    match key.code {
        Code::Enter => {
            let Prompt { purpose, line } = prompt.clone();
            state.mode = Mode::Normal;
            return answered(state, purpose, line.text());
        }
        Code::Esc => {
            let purpose = prompt.purpose.clone();
            state.mode = Mode::Normal;
            return given_up(state, &purpose);
        }
        Code::Char('c') if key.mods.ctrl => {
            let purpose = prompt.purpose.clone();
            state.mode = Mode::Normal;
            return given_up(state, &purpose);
        }
        _ => {}
    }
    prompt.line.take(key);
    typed(state)
}

/// What follows while the line changes.
pub(super) fn typed(state: &mut State) -> Vec<Errand> {
    let Mode::Prompt(prompt) = &state.mode else { return Vec::new() };
    match prompt.purpose {
        PromptPurpose::Filter => {
            let text = prompt.line.text().to_owned();
            find::filter(state, &text)
        }
        PromptPurpose::Search
        | PromptPurpose::Comment(_)
        | PromptPurpose::Folder
        | PromptPurpose::Reference(_)
        | PromptPurpose::Password(_)
        | PromptPurpose::Demand(_) => Vec::new(),
    }
}

fn answered(state: &mut State, purpose: PromptPurpose, text: &str) -> Vec<Errand> {
    match purpose {
        PromptPurpose::Filter => find::filter(state, text),
        PromptPurpose::Search => {
            if text.is_empty() {
                return Vec::new();
            }
            state.search = Some(text.to_owned());
            find::again(state, Way::Next, 1)
        }
        PromptPurpose::Comment(changes) => {
            marks::comment(state, &changes, text);
            Vec::new()
        }
        PromptPurpose::Folder => scripts::save(state, text),
        PromptPurpose::Reference(which) => sides::chosen(state, which, text.trim().to_owned()),
        PromptPurpose::Password(log_in) => login::typed(state, log_in, text),
        PromptPurpose::Demand(_) => rollout::answer_demand(state, text),
    }
}

fn given_up(state: &mut State, purpose: &PromptPurpose) -> Vec<Errand> {
    match purpose {
        // Leaving the filter's prompt leaves the filter.
        PromptPurpose::Filter => find::filter(state, ""),
        PromptPurpose::Folder => {
            state.rollout.after_save = None;
            Vec::new()
        }
        PromptPurpose::Search
        | PromptPurpose::Comment(_)
        | PromptPurpose::Reference(_)
        | PromptPurpose::Password(_)
        | PromptPurpose::Demand(_) => Vec::new(),
    }
}

/// A list to choose from. Typing narrows it.
pub(super) fn pick(state: &mut State, title: &'static str, choices: Vec<Choice>) {
    let hits = (0..choices.len()).collect();
    let picker = Picker { title, query: LineInput::default(), choices, hits, list: List::default() };
    state.mode = Mode::Picker(picker);
}

/// Every action that makes sense here, by its words.
pub(super) fn palette(state: &mut State) -> Vec<Errand> {
    let contexts = state.contexts();
    let fits = |action: &&Action| contexts.iter().any(|context| action.fits(*context));
    let choices = Action::ALL
        .iter()
        .filter(fits)
        .map(|action| Choice {
            label: action.desc().to_owned(),
            detail: match keys::leading_to(&state.manner.keymap, &contexts, *action) {
                Some(keys) => format!("{}  {keys}", action.id()),
                None => action.id().to_owned(),
            },
            does: Does::Run(*action),
        })
        .collect();
    pick(state, "actions", choices);
    Vec::new()
}

/// A key in a picker that no binding knows.
pub(super) fn picker_key(state: &mut State, key: Key) -> Vec<Errand> {
    if let Mode::Picker(picker) = &mut state.mode
        && picker.query.take(key)
    {
        narrow(picker);
    }
    Vec::new()
}

/// Keeps the choices that match what is typed, the best first. What takes a text of one's own takes this one, last.
pub(super) fn narrow(picker: &mut Picker) {
    picker.list = List::default();
    if picker.query.text().trim().is_empty() {
        picker.hits = (0..picker.choices.len()).collect();
        return;
    }
    let pattern = Pattern::parse(picker.query.text(), CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, usize)> = picker
        .choices
        .iter()
        .enumerate()
        .filter(|(_, choice)| !takes_text(choice))
        .filter_map(|(at, choice)| {
            let text = format!("{} {}", choice.label, choice.detail);
            let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, at))
        })
        .collect();
    scored.sort_by_key(|(score, at)| (u32::MAX - score, *at));
    let own = picker.choices.iter().enumerate().filter(|(_, choice)| takes_text(choice));
    picker.hits = scored.into_iter().map(|(_, at)| at).chain(own.map(|(at, _)| at)).collect();
}

fn takes_text(choice: &Choice) -> bool {
    matches!(choice.does, Does::Type(_))
}

/// Enter: chooses, presses, opens.
pub(super) fn open(state: &mut State) -> Vec<Errand> {
    match &state.mode {
        Mode::Picker(picker) => {
            let at = picker.hits.get(picker.list.cursor);
            // With nothing to choose the list stays, and says so.
            let Some(choice) = at.and_then(|at| picker.choices.get(*at)) else { return Vec::new() };
            let typed = picker.query.text().trim();
            let does = match choice.does {
                Does::Type(which) if !typed.is_empty() => Does::Side(which, typed.to_owned()),
                ref does => does.clone(),
            };
            state.mode = Mode::Normal;
            return chosen(state, does);
        }
        Mode::Dialog(dialog) => {
            let press = dialog.buttons.get(dialog.focused).map(|button| button.does.clone());
            state.mode = Mode::Normal;
            return press.map(|press| pressed(state, press)).unwrap_or_default();
        }
        Mode::Help(_) | Mode::Prompt(_) | Mode::Insert => return Vec::new(),
        Mode::Normal => {}
    }
    if rollout::is_shown(state) {
        return rollout::open_row(state);
    }
    match state.focus {
        Pane::Current | Pane::Desired => {
            if state.subject.is_none() {
                return sides::pick(state);
            }
            let height = state.tree_height();
            if let Some(subject) = state.subject.as_deref_mut() {
                let parts =
                    subject.tree.selected().and_then(|id| subject.outline.get(id)).map(|n| n.span > 1);
                if parts == Some(true) {
                    subject.with_tree(|tree, ground| tree.toggle(ground, height));
                } else {
                    moves::focus(state, Pane::Diff);
                }
            }
            moves::follow(state)
        }
        Pane::Diff => {
            moves::focus(state, Pane::Sql);
            Vec::new()
        }
        Pane::Findings => findings::open(state),
        Pane::Sql | Pane::Agent | Pane::Log => Vec::new(),
    }
}

fn chosen(state: &mut State, does: Does) -> Vec<Errand> {
    match does {
        Does::Run(action) => act::act(state, action, Times(None)),
        Does::Side(which, reference) => sides::chosen(state, which, reference),
        Does::Type(which) => {
            let purpose = PromptPurpose::Reference(which);
            let old = match which {
                Which::Current => state.desk.current.clone(),
                Which::Desired => state.desk.desired.clone(),
            };
            let line = LineInput::new(old.map(|old| old.shown()).unwrap_or_default());
            state.mode = Mode::Prompt(Prompt { purpose, line });
            Vec::new()
        }
        Does::Suspicion(at) => {
            sides::ask_rename(state, at);
            Vec::new()
        }
        Does::Plan(at) => {
            rollout::continue_with(state, at);
            Vec::new()
        }
    }
}

fn pressed(state: &mut State, press: Press) -> Vec<Errand> {
    match press {
        Press::Nothing => Vec::new(),
        Press::Quit => {
            let mut errands = state.work.stop(|_| true);
            errands.push(Errand::Quit);
            errands
        }
        Press::DropEdits => {
            scripts::forget_edits(state);
            marks::draft(state)
        }
        Press::KeepEdits => {
            marks::keep_edits(state);
            Vec::new()
        }
        Press::IsRename(before, after) => sides::confirm_rename(state, before, after),
        Press::IsNoRename(at) => sides::refuse_rename(state, at),
        Press::Refresh => sides::refresh(state),
        Press::PickSides => sides::pick(state),
        Press::WriteFirst(on) => {
            state.rollout.after_save = Some(on);
            scripts::ask_folder(state)
        }
        Press::Environments => rollout::open(state),
        Press::StopAndSuspend => stop::stop_and_suspend(state),
    }
}

pub(super) fn press_yes(state: &mut State) -> Vec<Errand> {
    press(state, Dialog::yes)
}

pub(super) fn press_no(state: &mut State) -> Vec<Errand> {
    press(state, Dialog::no)
}

fn press(state: &mut State, which: impl Fn(&Dialog) -> Option<usize>) -> Vec<Errand> {
    let Mode::Dialog(dialog) = &state.mode else { return Vec::new() };
    let press = which(dialog).and_then(|at| dialog.buttons.get(at)).map(|button| button.does.clone());
    state.mode = Mode::Normal;
    press.map(|press| pressed(state, press)).unwrap_or_default()
}

pub(super) fn next_button(state: &mut State, way: Way) -> Vec<Errand> {
    if let Mode::Dialog(dialog) = &mut state.mode {
        let len = dialog.buttons.len().max(1);
        dialog.focused = match way {
            Way::Next => (dialog.focused + 1) % len,
            Way::Previous => (dialog.focused + len - 1) % len,
        };
    }
    Vec::new()
}

/// Shows a failure as a panel.
pub(super) fn show_failure(state: &mut State, title: &str, failure: &crate::model::Failure) {
    let first = failure.what.lines().next().unwrap_or_default();
    state.say(super::log::Tone::Bad, format!("{title}: {}", first));
    state.toast = None;
    state.mode = Mode::Dialog(Dialog::failure(title, failure));
}
