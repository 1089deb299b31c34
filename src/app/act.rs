//! What each action does: one arm for each, a word of what follows, no work of its own.

use super::diff_view::{DiffView, WordMarks};
use super::difference::Layout;
use super::layout::{LogPlace, Pane, Proportions, Zoom};
use super::list::Motion;
use super::log::Tone;
use super::marks::{self, Step};
use super::moves::{self, Direction};
use super::msg::{Errand, Mouse};
use super::review::Verdict;
use super::state::{Movement, State};
use super::tree::{Fold, Way};
use super::{ask, find, findings, help, keys, rollout, scripts, sides, stop};
use crate::config::keymap::Action;
use crate::config::keymap::Keymap;
use crate::config::theme::{Symbols, Theme};

/// Columns that one key scrolls sideways, and where that ends.
const SIDEWAYS: usize = 8;
const FURTHEST: usize = 2_000;

/// A count that was typed before an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Times(pub Option<usize>);

impl Times {
    fn or_one(self) -> usize {
        self.0.unwrap_or(1).max(1)
    }
}

/// Whether an action moves the cursor a little, and is likely to come again.
pub(super) fn is_motion(action: Action) -> bool {
    use Action::{ListBottom, ListDown, ListHalfDown, ListHalfUp, ListPageDown, ListPageUp, ListTop, ListUp};
    matches!(
        action,
        ListDown | ListUp | ListTop | ListBottom | ListHalfDown | ListHalfUp | ListPageDown | ListPageUp
    )
}

pub(super) fn act(state: &mut State, action: Action, times: Times) -> Vec<Errand> {
    let none = Vec::new;
    match action {
        Action::FocusCurrent => focus(state, Pane::Current),
        Action::FocusDesired => focus(state, Pane::Desired),
        Action::FocusDiff => focus(state, Pane::Diff),
        Action::FocusSql => focus(state, Pane::Sql),
        Action::FocusAgent | Action::AgentAsk => focus(state, Pane::Agent),
        Action::FocusFindings => focus(state, Pane::Findings),
        Action::FocusLog => focus(state, Pane::Log),
        Action::FocusNext => cycle(state, Way::Next),
        Action::FocusPrevious => cycle(state, Way::Previous),
        Action::FocusLeft => towards(state, Direction::Left),
        Action::FocusDown => towards(state, Direction::Down),
        Action::FocusUp => towards(state, Direction::Up),
        Action::FocusRight => towards(state, Direction::Right),
        Action::Zoom => {
            state.zoom = match state.zoom {
                Zoom::Off => Zoom::On,
                Zoom::On => Zoom::Off,
            };
            none()
        }
        Action::ResizeWider => resize(state, Direction::Right),
        Action::ResizeNarrower => resize(state, Direction::Left),
        Action::ResizeTaller => resize(state, Direction::Up),
        Action::ResizeLower => resize(state, Direction::Down),
        Action::ResizeEqual => {
            state.proportions = Proportions::default();
            none()
        }
        Action::Palette => ask::palette(state),
        Action::Menu => {
            keys::menu(state);
            none()
        }
        Action::Count => {
            state.typed.count = Some(0);
            none()
        }
        Action::Help => {
            help::open(state);
            none()
        }
        Action::LogToggle => {
            state.log_place = match state.log_place {
                LogPlace::Hidden => LogPlace::Shown,
                LogPlace::Shown => LogPlace::Hidden,
            };
            none()
        }
        Action::Redraw => vec![Errand::Redraw],
        Action::Suspend => stop::suspend(state),
        Action::Back => stop::back(state),
        Action::Cancel => stop::cancel(state),
        Action::Close => stop::close(state),
        Action::Quit => stop::quit(state),

        Action::ListDown => moves::go(state, Motion::Down(times.or_one())),
        Action::ListUp => moves::go(state, Motion::Up(times.or_one())),
        // As in vi, a count before top or bottom names the row.
        Action::ListTop => {
            moves::go(state, times.0.map_or(Motion::First, |row| Motion::To(row.saturating_sub(1))))
        }
        Action::ListBottom => {
            moves::go(state, times.0.map_or(Motion::Last, |row| Motion::To(row.saturating_sub(1))))
        }
        Action::ListHalfDown => repeat(state, times, Motion::HalfDown),
        Action::ListHalfUp => repeat(state, times, Motion::HalfUp),
        Action::ListPageDown => repeat(state, times, Motion::PageDown),
        Action::ListPageUp => repeat(state, times, Motion::PageUp),
        Action::ListOpen => ask::open(state),
        Action::ListCollapse => fold(state, Turn::Collapse),
        Action::ListExpand => fold(state, Turn::Expand),
        Action::ListExpandAll => fold(state, Turn::All(Fold::Open)),
        Action::ListCollapseAll => fold(state, Turn::All(Fold::Closed)),
        Action::ListSearch | Action::SqlSearch => {
            find::ask(state);
            none()
        }
        Action::ListSearchNext => find::again(state, Way::Next, times.or_one()),
        Action::ListSearchPrevious => find::again(state, Way::Previous, times.or_one()),
        Action::ListFilter => {
            find::ask_filter(state);
            none()
        }
        Action::ListSelect => marks::turn(state),
        Action::ListRange => {
            range(state);
            none()
        }
        Action::Refresh if rollout::is_shown(state) => rollout::refresh(state),
        Action::Refresh => sides::refresh(state),
        Action::SidesPick => sides::pick(state),
        Action::SidesSwap => sides::swap(state),

        Action::ChangeNext => moves::change(state, Way::Next, times.or_one()),
        Action::ChangePrevious => moves::change(state, Way::Previous, times.or_one()),
        Action::DiffLayout => with_diff(state, |diff| {
            diff.layout = match diff.layout {
                Layout::Unified => Layout::SideBySide,
                Layout::SideBySide => Layout::Unified,
            };
        }),
        Action::DiffWords => with_diff(state, |diff| {
            diff.words = match diff.words {
                WordMarks::On => WordMarks::Off,
                WordMarks::Off => WordMarks::On,
            };
        }),
        Action::DiffMoreContext => with_diff(state, |diff| diff.around = diff.around.more()),
        Action::DiffLessContext => with_diff(state, |diff| diff.around = diff.around.less()),
        Action::MarkOk => {
            marks::judge(state, Verdict::Ok);
            none()
        }
        Action::MarkWanted => {
            marks::judge(state, Verdict::Wanted);
            none()
        }
        Action::MarkComment => {
            marks::ask_comment(state);
            none()
        }
        Action::MarkUndo => marks::step_back(state, Step::Undo),
        Action::MarkRedo => marks::step_back(state, Step::Redo),
        Action::Renames => sides::renames(state),

        Action::SqlInsert
        | Action::SqlInsertStart
        | Action::SqlAppend
        | Action::SqlAppendEnd
        | Action::SqlOpenLine
        | Action::SqlOpenAbove
        | Action::SqlLeft
        | Action::SqlRight
        | Action::SqlWordNext
        | Action::SqlWordPrevious
        | Action::SqlWordEnd
        | Action::SqlLineStart
        | Action::SqlLineEnd
        | Action::SqlDeleteChar
        | Action::SqlDeleteLine
        | Action::SqlDeleteEnd
        | Action::SqlYankLine
        | Action::SqlPaste
        | Action::SqlUndo
        | Action::SqlRedo => scripts::edit(state, action, times.or_one()),
        Action::SqlTabNext | Action::SqlTabPrevious => {
            scripts::turn(state);
            none()
        }
        Action::SqlRehearse => scripts::rehearse(state),
        Action::SqlEditor => scripts::hand_over(state),
        Action::SqlCopy => scripts::copy_line(state),
        Action::SqlCopyAll => scripts::copy_all(state),
        Action::SqlSave => scripts::ask_folder(state),
        Action::SqlRevert => scripts::revert(state),

        Action::FindingOpen => findings::open(state),
        Action::FindingNext => findings::step(state, Way::Next, times.or_one()),
        Action::FindingPrevious => findings::step(state, Way::Previous, times.or_one()),
        Action::Copy if rollout::is_shown(state) => rollout::copy(state),
        Action::Copy => find::copy(state),

        Action::ThemeNext => {
            let next = after(Theme::builtin_names(), state.manner.theme.name());
            vec![Errand::Theme(next)]
        }
        Action::KeymapNext => {
            let next = after(Keymap::builtin_names(), state.manner.keymap.name());
            vec![Errand::Keymap(next)]
        }
        Action::SymbolsToggle => {
            state.manner.symbols = match state.manner.symbols {
                Symbols::Unicode => Symbols::Ascii,
                Symbols::Ascii => Symbols::Unicode,
            };
            none()
        }
        Action::MotionToggle => {
            let (movement, text) = match state.manner.movement {
                Movement::Full => (Movement::Reduced, "motion reduced"),
                Movement::Reduced => (Movement::Full, "motion on"),
            };
            state.manner.movement = movement;
            state.say(Tone::Info, text);
            none()
        }
        Action::MouseToggle => {
            let (mouse, text) = match state.manner.mouse {
                Mouse::Off => (Mouse::On, "mouse on: it selects and scrolls, and changes nothing"),
                Mouse::On => (Mouse::Off, "mouse off"),
            };
            state.manner.mouse = mouse;
            state.say(Tone::Info, text);
            vec![Errand::Mouse(mouse)]
        }
        Action::Reload => vec![Errand::Reload],
        Action::Doctor => sides::doctor(state),

        Action::RolloutOpen => rollout::open(state),
        Action::RolloutApply => rollout::apply(state),
        Action::RolloutBack => rollout::take_back(state),
        Action::RolloutContract => rollout::contract(state),
        Action::RolloutApprove => rollout::approve_only(state),
        Action::RolloutPlan => rollout::ask_plans(state),
        Action::RolloutRun => rollout::show_run(state),
        Action::RolloutHistory => rollout::show_history(state),

        Action::DialogYes => ask::press_yes(state),
        Action::DialogNo => ask::press_no(state),
        Action::DialogNext => ask::next_button(state, Way::Next),
        Action::DialogPrevious => ask::next_button(state, Way::Previous),
    }
}

/// The name behind this one, around the end.
fn after<'a>(names: impl Iterator<Item = &'a str>, name: &str) -> String {
    let names: Vec<&str> = names.collect();
    let at = names.iter().position(|own| *own == name).map_or(0, |at| (at + 1) % names.len().max(1));
    names.get(at).map(|name| (*name).to_owned()).unwrap_or_default()
}

fn cycle(state: &mut State, way: Way) -> Vec<Errand> {
    if rollout::is_shown(state) {
        rollout::turn_half(state);
    } else {
        moves::cycle(state, way);
    }
    Vec::new()
}

fn focus(state: &mut State, pane: Pane) -> Vec<Errand> {
    moves::focus(state, pane);
    Vec::new()
}

fn towards(state: &mut State, direction: Direction) -> Vec<Errand> {
    moves::towards(state, direction);
    Vec::new()
}

fn resize(state: &mut State, direction: Direction) -> Vec<Errand> {
    moves::resize(state, direction);
    Vec::new()
}

fn repeat(state: &mut State, times: Times, motion: Motion) -> Vec<Errand> {
    // More pages than that reach any end.
    let count = times.or_one().min(1_000);
    (0..count).flat_map(|_| moves::go(state, motion)).collect()
}

enum Turn {
    Expand,
    Collapse,
    All(Fold),
}

/// Opens and closes rows of the trees; the diff has none and scrolls sideways.
fn fold(state: &mut State, turn: Turn) -> Vec<Errand> {
    if state.focus == Pane::Diff {
        return with_diff(state, |diff| match turn {
            Turn::Expand => diff.left = (diff.left + SIDEWAYS).min(FURTHEST),
            Turn::Collapse => diff.left = diff.left.saturating_sub(SIDEWAYS),
            Turn::All(_) => {}
        });
    }
    if !state.focus.is_tree() {
        return Vec::new();
    }
    let height = state.tree_height();
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    subject.with_tree(|tree, ground| match turn {
        Turn::Expand => tree.expand(ground, height),
        Turn::Collapse => tree.collapse(ground, height),
        Turn::All(fold) => tree.fold_all(fold, ground, height),
    });
    moves::follow(state)
}

fn range(state: &mut State) {
    match (state.focus, state.subject.as_deref_mut()) {
        (Pane::Current | Pane::Desired | Pane::Diff, Some(subject)) => subject.tree.turn_range(),
        (Pane::Sql, Some(subject)) => subject.sql.turn_selection(),
        (Pane::Findings | Pane::Agent | Pane::Log, _)
        | (Pane::Current | Pane::Desired | Pane::Diff | Pane::Sql, None) => {}
    }
}

fn with_diff(state: &mut State, change: impl FnOnce(&mut DiffView)) -> Vec<Errand> {
    let height = state.height(Pane::Diff);
    if let Some(subject) = state.subject.as_deref_mut() {
        let text_row = subject.diff.list.cursor;
        change(&mut subject.diff);
        subject.diff.lay_out();
        let len = subject.diff.rows().len();
        subject.diff.list.go(Motion::To(text_row), len, height);
    }
    Vec::new()
}
