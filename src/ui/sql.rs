//! The SQL pane: its two tabs, and the script on show.

use crate::app::State;
use crate::app::layout::{Area, Pane};
use crate::app::mode::Mode;
use crate::app::sql_pane::{Tab, note_rows};
use crate::config::theme::Role;

use super::brush::Canvas;
use super::editor::{self, Caret, Sheet};
use super::empty;
use super::pane::{Focused, Title, frame, scroll_mark};

/// Where the terminal's own cursor belongs comes back while a person types.
pub fn draw(canvas: &mut Canvas<'_>, state: &State, area: Area) -> Option<(u16, u16)> {
    let focused = Focused::on(state.focus == Pane::Sql);
    let Some(subject) = state.subject.as_deref() else {
        let inner = frame(canvas, area, Title::new(Some('4'), "SQL", ""), focused);
        empty::say(canvas, inner, &["the scripts forward and back"]);
        return None;
    };
    let sql = &subject.sql;
    let tabs = match sql.tab {
        Tab::Forward => "SQL  [forward] rollback",
        Tab::Rollback => "SQL  forward [rollback]",
    };
    let line = sql.editor().cursor().0;
    let is_typing = focused == Focused::Yes && matches!(state.mode, Mode::Insert);
    let typing = if is_typing { "typing  " } else { "" };
    let edited = if sql.is_edited() { "edited  " } else { "" };
    let why = if focused == Focused::Yes { "" } else { sql.stand.words() };
    let gap = if why.is_empty() { "" } else { "  " };
    let right = format!("{why}{gap}{typing}{edited}{}:{}", line + 1, sql.editor().column() + 1);
    let inner = frame(canvas, area, Title::new(Some('4'), tabs, right), focused);
    if subject.draft.is_none() {
        empty::say(canvas, inner, &["the plan is being drawn"]);
        return None;
    }
    // While typing the terminal's own cursor is there; two of them on one cell would cancel each other.
    let caret = if focused == Focused::Yes && !is_typing { Caret::Shown } else { Caret::Hidden };
    let marks = sql.marks(subject.findings());
    let told = note_rows(usize::from(inner.height)) as u16;
    let script = Area { height: inner.height - told, ..inner };
    let at = editor::draw(canvas, script, &Sheet { editor: sql.editor(), marks: &marks, caret });
    if told > 0 {
        let below = Area { y: script.y + script.height, height: told, ..inner };
        note(canvas, &sql.note_here().unwrap_or_default(), below);
    }
    scroll_mark(canvas, area, sql.editor().top(), sql.editor().lines().len());
    at.filter(|_| is_typing)
}

/// What the comment of the statement says, for it is longer than most panes are wide.
fn note(canvas: &mut Canvas<'_>, text: &str, area: Area) {
    let line = canvas.glyphs().frame.horizontal;
    for x in area.x..area.x + area.width {
        canvas.put_as(x, area.y, 1, line, Role::Border);
    }
    let rows = usize::from(area.height.saturating_sub(1));
    let lines = empty::as_many(empty::wrapped(text, usize::from(area.width)), rows);
    for (at, text) in lines.into_iter().enumerate() {
        let y = area.y + 1 + at as u16;
        canvas.put_as(area.x + 1, y, area.width.saturating_sub(1), text, Role::Text);
    }
}
