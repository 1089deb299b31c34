//! Moving: the cursor in whatever has the focus, and the focus from pane to pane.

use std::time::Duration;

use super::layout::{Area, Pane, Zoom};
use super::list::Motion;
use super::mode::Mode;
use super::msg::Errand;
use super::outline::NodeId;
use super::state::State;
use super::subject::has_definition;
use super::tree::Way;
use super::work::Purpose;
use super::{help, rollout, scripts};
use crate::worker::{CommandKind, DefineOrder};

/// A direction on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Direction {
    Left,
    Down,
    Up,
    Right,
}

/// Moves the cursor of what has the focus.
pub(super) fn go(state: &mut State, motion: Motion) -> Vec<Errand> {
    let heights = (state.tree_height(), state.height(state.focus), usize::from(state.size.1));
    let (tree, own, screen) = heights;
    match &mut state.mode {
        Mode::Picker(picker) => {
            picker.list.go(motion, picker.hits.len(), screen / 2);
            return Vec::new();
        }
        Mode::Help(_) => {
            let len = help::lines(state).len();
            let height = help::height(state);
            if let Mode::Help(help) = &mut state.mode {
                // Help is read, not walked: the first line in sight moves.
                help.list.top = scrolled(help.list.top, motion, len, height);
            }
            return Vec::new();
        }
        Mode::Dialog(dialog) => {
            dialog.top = scrolled(dialog.top, motion, dialog.lines.len(), screen / 2);
            return Vec::new();
        }
        Mode::Normal | Mode::Insert | Mode::Prompt(_) => {}
    }
    if rollout::is_shown(state) {
        rollout::go(state, motion);
        return Vec::new();
    }
    let len = state.log.len();
    match (state.focus, state.subject.as_deref_mut()) {
        (Pane::Log, _) => state.log_list.go(motion, len, own),
        (Pane::Current | Pane::Desired, Some(subject)) => {
            subject.tree.go(motion, tree);
            return trail(state);
        }
        (Pane::Diff, Some(subject)) => subject.diff.list.go(motion, subject.diff.rows().len(), own),
        (Pane::Findings, Some(subject)) => {
            let len = subject.findings().len();
            subject.findings.go(motion, len, own);
        }
        (Pane::Sql, Some(_)) => scripts::go(state, motion, own),
        (Pane::Agent, _)
        | (Pane::Current | Pane::Desired | Pane::Diff | Pane::Findings | Pane::Sql, None) => {}
    }
    Vec::new()
}

/// A text without a cursor: its first line in sight.
pub(super) fn scrolled(top: usize, motion: Motion, len: usize, height: usize) -> usize {
    let half = (height / 2).max(1);
    let to = match motion {
        Motion::Down(count) => top.saturating_add(count),
        Motion::Up(count) => top.saturating_sub(count),
        Motion::HalfDown => top + half,
        Motion::HalfUp => top.saturating_sub(half),
        Motion::PageDown => top + height.max(1),
        Motion::PageUp => top.saturating_sub(height.max(1)),
        Motion::First => 0,
        Motion::Last => len,
        Motion::To(line) => line,
    };
    to.min(len.saturating_sub(height))
}

/// The other panes follow a cursor that has rested for so long. Longer than a held key takes to repeat, and too short
/// to be waited for.
const REST: Duration = Duration::from_millis(90);

/// The cursor of the trees has moved a little, and may go on: the other panes follow when it rests. On a slow line a
/// held key then sends the rows that it passes, and no definition that nobody reads. What the cursor is on is asked
/// for already.
pub(super) fn trail(state: &mut State) -> Vec<Errand> {
    let now = state.now;
    match state.subject.as_deref_mut() {
        Some(subject) if subject.diff.head.is_some() => subject.behind = Some(now),
        Some(_) | None => return follow(state),
    }
    define(state)
}

/// Whatever is done next is done where the cursor is.
pub(super) fn catch_up(state: &mut State) -> Vec<Errand> {
    let is_behind = state.subject.as_deref().is_some_and(|subject| subject.behind.is_some());
    if is_behind { follow(state) } else { Vec::new() }
}

/// How long the other panes may stay where they are; `None` where they have followed.
pub(super) fn until_due(state: &State) -> Option<Duration> {
    let since = state.subject.as_deref().and_then(|subject| subject.behind)?;
    Some((since + REST).saturating_sub(state.now))
}

/// The other panes follow the cursor of the trees, now.
pub(super) fn follow(state: &mut State) -> Vec<Errand> {
    let height = state.height(Pane::Diff);
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    subject.behind = None;
    let Some(selected) = subject.tree.selected() else { return Vec::new() };
    let head = subject.outline.head(selected);
    let part = if head == selected {
        None
    } else {
        subject.outline.get(selected).and_then(|node| node.id()).map(|id| id.leaf().as_str().to_owned())
    };
    // Something is on show already, and what is to be shown is not there yet.
    let is_told = |head| subject.outline.get(head).is_some_and(|node| has_definition(&node.what));
    let on_show = subject.diff.head.filter(|on_show| *on_show != head);
    if on_show.is_some_and(is_told) && is_told(head) && !subject.diff.knows(head) {
        subject.diff.await_next(head, state.now);
    } else {
        subject.diff.show(head, part.as_deref(), height);
    }
    scripts::follow(state);
    define(state)
}

/// A definition has come.
pub(super) fn defined(state: &mut State) -> Vec<Errand> {
    // Its place is not taken before the cursor rests.
    if until_due(state).is_some() { define(state) } else { follow(state) }
}

/// Asks for the definition that is to be on show, if it is not there. One question at a time: while a key is held down, only
/// where the cursor stops is worth an answer.
pub(super) fn define(state: &mut State) -> Vec<Errand> {
    if state.work.has(|purpose| matches!(purpose, Purpose::Define(_))) {
        return Vec::new();
    }
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    let sought = match subject.behind {
        Some(_) => subject.head().filter(|head| !subject.diff.knows(*head)),
        None => subject.diff.sought(),
    };
    let Some(head) = sought else { return Vec::new() };
    let Some(node) = subject.outline.get(head).filter(|node| has_definition(&node.what)) else {
        return Vec::new();
    };
    let Some(id) = node.id().cloned() else { return Vec::new() };
    let order = DefineOrder { comparison: subject.comparison.clone(), id };
    vec![state.work.begin(state.now, Purpose::Define(head), CommandKind::Define(order))]
}

/// Goes to a row of the trees, whatever hides it.
pub(super) fn reveal(state: &mut State, id: NodeId) -> Vec<Errand> {
    let height = state.tree_height();
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.with_tree(|tree, ground| tree.reveal(id, ground, height));
    }
    follow(state)
}

/// The next or previous change, `count` of them on.
pub(super) fn change(state: &mut State, way: Way, count: usize) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    let changed = subject.outline.changed();
    let Some(selected) = subject.tree.selected().filter(|_| !changed.is_empty()) else { return Vec::new() };
    let last = changed.len() - 1;
    let at = match way {
        Way::Next => Some(changed.partition_point(|id| *id <= selected)).filter(|at| *at <= last),
        Way::Previous => changed.partition_point(|id| *id < selected).checked_sub(1),
    };
    let Some(at) = at else {
        let text = match way {
            Way::Next => "this is the last change",
            Way::Previous => "this is the first change",
        };
        state.say(super::log::Tone::Info, text);
        return Vec::new();
    };
    let further = count.saturating_sub(1);
    let at = match way {
        Way::Next => (at + further).min(last),
        Way::Previous => at.saturating_sub(further),
    };
    let id = changed[at];
    reveal(state, id)
}

pub(super) fn focus(state: &mut State, pane: Pane) {
    rollout::leave_for(state, pane);
    state.focus = pane;
}

/// The next or previous pane in the order of their numbers.
pub(super) fn cycle(state: &mut State, way: Way) {
    let shown: Vec<Pane> = match state.zoom {
        Zoom::On => vec![Pane::Current, Pane::Desired, Pane::Diff, Pane::Sql, Pane::Findings, Pane::Agent],
        Zoom::Off => Pane::ALL.into_iter().filter(|pane| state.areas().of(*pane).is_some()).collect(),
    };
    // With a single pane in sight, the tabs are walked.
    let shown = if shown.len() < 2 {
        vec![Pane::Current, Pane::Diff, Pane::Sql, Pane::Findings, Pane::Agent]
    } else {
        shown
    };
    let len = shown.len();
    let at = shown.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let to = match way {
        Way::Next => (at + 1) % len,
        Way::Previous => (at + len - 1) % len,
    };
    focus(state, shown[to]);
}

/// The pane that lies in a direction: the one that overlaps most, the nearest first.
pub(super) fn towards(state: &mut State, direction: Direction) {
    let areas = state.areas();
    let Some(own) = areas.of(state.focus) else { return };
    let best = areas
        .panes()
        .iter()
        .filter(|(pane, _)| *pane != state.focus)
        .filter_map(|(pane, area)| Some((beside(own, *area, direction)?, *pane)))
        .min_by_key(|((distance, overlap), _)| (*distance, u16::MAX - *overlap));
    if let Some((_, pane)) = best {
        focus(state, pane);
    }
}

/// How far away, and how much of it lies opposite; `None` if it lies elsewhere.
fn beside(own: Area, other: Area, direction: Direction) -> Option<(u16, u16)> {
    let overlap = |from: u16, len: u16, other_from: u16, other_len: u16| {
        (from + len).min(other_from + other_len).saturating_sub(from.max(other_from))
    };
    let rows = overlap(own.y, own.height, other.y, other.height);
    let columns = overlap(own.x, own.width, other.x, other.width);
    let (distance, shared) = match direction {
        Direction::Left => (own.x.checked_sub(other.x + other.width)?, rows),
        Direction::Right => (other.x.checked_sub(own.x + own.width)?, rows),
        Direction::Up => (own.y.checked_sub(other.y + other.height)?, columns),
        Direction::Down => (other.y.checked_sub(own.y + own.height)?, columns),
    };
    (shared > 0).then_some((distance, shared))
}

/// Makes the focused pane larger or smaller.
pub(super) fn resize(state: &mut State, direction: Direction) {
    const STEP: i16 = 5;
    let grows = matches!(direction, Direction::Right | Direction::Up);
    let step = if grows { STEP } else { -STEP };
    let now = state.proportions;
    state.proportions = match (direction, state.focus) {
        (Direction::Left | Direction::Right, Pane::Current | Pane::Desired) => now.wider_trees(step),
        (
            Direction::Left | Direction::Right,
            Pane::Diff | Pane::Sql | Pane::Findings | Pane::Agent | Pane::Log,
        ) => now.wider_trees(-step),
        (Direction::Up | Direction::Down, Pane::Findings) => now.taller_findings(step),
        (Direction::Up | Direction::Down, Pane::Sql) => now.taller_diff(-step),
        (
            Direction::Up | Direction::Down,
            Pane::Current | Pane::Desired | Pane::Diff | Pane::Agent | Pane::Log,
        ) => now.taller_diff(step),
    };
}
