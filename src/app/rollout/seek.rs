//! Finding one's way on a sheet: to the next line that holds a text, and to the line under the mouse. It moves cursors
//! and changes nothing else.

use crate::app::filter::holds;
use crate::app::find::around;
use crate::app::list::Motion;
use crate::app::moves::scrolled;
use crate::app::state::State;
use crate::app::tree::Way;

use super::page::Page;
use super::{Half, areas, aside, go, main};

/// Where the text is next in the frame that moves: its row where rows are walked, else its line.
pub(in crate::app) fn place(state: &State, text: &str, way: Way) -> Option<usize> {
    let lower = text.to_lowercase();
    let (page, area) = match state.rollout.half {
        Half::Main => (main(state), areas(state).0),
        Half::Aside => (aside(state), areas(state).1),
    };
    let is_met = |at: usize| page.lines.get(at).is_some_and(|line| holds(&line.text(), &lower));
    let Some(rows) = page.lines.iter().filter_map(|line| line.row).max().map(|last| last + 1) else {
        // The last lines come into sight together: the search goes on behind the one that was found.
        let height = usize::from(area.inner().height);
        let last = page.lines.len().saturating_sub(height);
        let found = around(page.lines.len(), page.top, way, is_met)?;
        let is_in_sight = page.top == last && found >= last;
        return if is_in_sight && way == Way::Next {
            (0..page.top).find(|at| is_met(*at)).or(Some(found))
        } else {
            Some(found)
        };
    };
    let row_is_met =
        |row: usize| (0..page.lines.len()).any(|at| page.lines[at].row == Some(row) && is_met(at));
    // Before a row is chosen, the first one is next.
    let from = page.cursor.unwrap_or(match way {
        Way::Next => rows - 1,
        Way::Previous => 0,
    });
    around(rows, from, way, row_is_met)
}

/// Gives the focus to a frame and the cursor to its row.
pub(in crate::app) fn click(state: &mut State, column: u16, row: u16) {
    let Some((half, page, line)) = under(state, column, row) else { return };
    state.rollout.half = half;
    if half == Half::Main
        && let Some(at) = page.lines.get(line).and_then(|line| line.row)
    {
        go(state, Motion::To(at));
    }
}

/// Moves the frame under the mouse, whichever has the focus.
pub(in crate::app) fn wheel(state: &mut State, column: u16, row: u16, motion: Motion) {
    let height = usize::from(areas(state).1.inner().height);
    match under(state, column, row) {
        Some((Half::Aside, page, _)) => {
            state.rollout.tops[1] = scrolled(page.top, motion, page.lines.len(), height);
        }
        Some((Half::Main, ..)) => {
            let half = std::mem::replace(&mut state.rollout.half, Half::Main);
            go(state, motion);
            state.rollout.half = half;
        }
        None => {}
    }
}

/// The frame that holds the cell, what it shows, and the line there.
fn under(state: &State, column: u16, row: u16) -> Option<(Half, Page, usize)> {
    let (main_area, aside_area) = areas(state);
    let (half, page, area) = if main_area.holds(column, row) {
        (Half::Main, main(state), main_area.inner())
    } else if aside_area.holds(column, row) {
        (Half::Aside, aside(state), aside_area.inner())
    } else {
        return None;
    };
    let inside = usize::from(row.saturating_sub(area.y));
    let line =
        if area.holds(column, row) { page.from(usize::from(area.height)) + inside } else { usize::MAX };
    Some((half, page, line))
}
