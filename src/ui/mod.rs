//! Drawing: the state of the workbench as cells. A file a pane. Drawing changes nothing, waits for nothing, and
//! costs what is in sight, not what there is.

mod brush;
mod chrome;
mod code;
mod diff;
mod editor;
mod empty;
mod overlay;
mod overview;
mod pane;
mod rollout;
mod sql;
mod strips;
mod tree;

use ratatui::Frame;

use crate::app::State;
use crate::app::layout::{Pane, Shape};
use crate::app::rollout::Scene;

use brush::Canvas;

/// Draws everything.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let mut canvas = Canvas::new(frame.buffer_mut(), &state.manner);
    let areas = state.areas();
    if areas.shape == Shape::TooSmall {
        canvas.clear(areas.body);
        empty::say(&mut canvas, areas.body, &["too small: 40 columns, 10 rows"]);
        return;
    }
    chrome::header(&mut canvas, state, areas.header);
    if state.scene == Scene::Rollout {
        rollout::draw(&mut canvas, state);
        chrome::status(&mut canvas, state, areas.status);
        chrome::hints(&mut canvas, state, areas.hints);
        overlay::draw(&mut canvas, state);
        return;
    }
    if !areas.tabs.is_empty() {
        chrome::tabs(&mut canvas, state, &areas);
    }
    let mut typing_at = None;
    for (pane, area) in areas.panes() {
        match pane {
            Pane::Current | Pane::Desired => tree::draw(&mut canvas, state, *pane, *area),
            Pane::Diff => diff::draw(&mut canvas, state, *area),
            Pane::Sql => typing_at = sql::draw(&mut canvas, state, *area),
            Pane::Findings => strips::findings(&mut canvas, state, *area),
            Pane::Agent => strips::agent(&mut canvas, state, *area),
            Pane::Log => strips::log(&mut canvas, state, *area),
        }
    }
    chrome::status(&mut canvas, state, areas.status);
    chrome::hints(&mut canvas, state, areas.hints);
    overlay::draw(&mut canvas, state);
    if let Some(at) = typing_at {
        frame.set_cursor_position(at);
    }
}
