//! The SQL pane: its two tabs, and the script on show.

use crate::app::State;
use crate::app::layout::{Area, Pane};
use crate::app::mode::Mode;
use crate::app::sql_pane::Tab;

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
    let right = format!("{typing}{edited}{}:{}", line + 1, sql.editor().column() + 1);
    let inner = frame(canvas, area, Title::new(Some('4'), tabs, right), focused);
    if subject.draft.is_none() {
        empty::say(canvas, inner, &["the plan is being drawn"]);
        return None;
    }
    // While typing the terminal's own cursor is there; two of them on one cell would cancel each other.
    let caret = if focused == Focused::Yes && !is_typing { Caret::Shown } else { Caret::Hidden };
    let marks = sql.marks(subject.findings());
    let at = editor::draw(canvas, inner, &Sheet { editor: sql.editor(), marks: &marks, caret });
    scroll_mark(canvas, area, sql.editor().top(), sql.editor().lines().len());
    at.filter(|_| is_typing)
}
