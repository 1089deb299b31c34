//! The SQL pane: its two tabs, and the script on show.

use crate::app::State;
use crate::app::layout::{Area, Pane};
use crate::app::mode::Mode;
use crate::app::sql_pane::Tab;
use crate::config::theme::Role;

use super::brush::Canvas;
use super::code::{self, Place};
use super::empty;
use super::pane::{Focused, Title, frame, scroll_mark};

pub fn draw(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let focused = Focused::on(state.focus == Pane::Sql);
    let Some(subject) = state.subject.as_deref() else {
        let inner = frame(canvas, area, Title::new(Some('4'), "SQL", ""), focused);
        empty::say(canvas, inner, &["the scripts forward and back"]);
        return;
    };
    let sql = &subject.sql;
    let tabs = match sql.tab {
        Tab::Forward => "SQL  [forward] rollback",
        Tab::Rollback => "SQL  forward [rollback]",
    };
    let (line, column) = sql.editor().cursor();
    let typing = if matches!(state.mode, Mode::Insert) { "typing  " } else { "" };
    let edited = if sql.is_edited() { "edited  " } else { "" };
    let right = format!("{typing}{edited}{}:{}", line + 1, column + 1);
    let inner = frame(canvas, area, Title::new(Some('4'), tabs, right), focused);
    if subject.draft.is_none() {
        empty::say(canvas, inner, &["the plan is being drawn"]);
        return;
    }
    let lines = sql.editor().lines();
    let top = sql.editor().top();
    let gutter = lines.len().to_string().len() as u16 + 1;
    for (at, text) in lines.iter().enumerate().skip(top).take(usize::from(inner.height)) {
        let y = inner.y + (at - top) as u16;
        canvas.put_as(
            inner.x,
            y,
            gutter,
            format!("{:>w$}", at + 1, w = usize::from(gutter) - 1),
            Role::DiffGutter,
        );
        let place = Place { x: inner.x + gutter, y, width: inner.width.saturating_sub(gutter), left: 0 };
        let role = if text.starts_with("--") { Role::SqlComment } else { Role::Text };
        let style = canvas.style(role);
        code::line(canvas, place, text, |_| style);
        if at == line && focused == Focused::Yes {
            canvas.tint(Area::new(inner.x, y, gutter, 1), Role::Cursor);
        }
    }
    scroll_mark(canvas, area, top, lines.len());
}
