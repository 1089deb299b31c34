//! The frame of a pane: its number and title on the left, what it shows on the right, and where it is scrolled to.

use crate::app::layout::Area;
use crate::config::theme::Role;

use super::brush::{Canvas, Ink};

/// Whether the pane has the focus.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Focused {
    Yes,
    No,
}

impl Focused {
    pub fn on(condition: bool) -> Self {
        if condition { Self::Yes } else { Self::No }
    }
}

/// What stands in the frame.
pub struct Title<'a> {
    /// The key that leads here.
    pub number: Option<char>,
    pub left: Ink<'a>,
    pub left_role: Role,
    pub right: Ink<'a>,
    pub first: First,
}

/// Which half of a title keeps its room where there is none for both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum First {
    Left,
    /// The left is cut in its middle.
    Right,
}

impl<'a> Title<'a> {
    pub fn new(number: Option<char>, left: impl Into<Ink<'a>>, right: impl Into<Ink<'a>>) -> Self {
        Self { number, left: left.into(), left_role: Role::Title, right: right.into(), first: First::Right }
    }
}

/// Draws the frame and empties what is inside; the inside.
pub fn frame(canvas: &mut Canvas<'_>, area: Area, title: Title<'_>, focused: Focused) -> Area {
    let (lines, role) = match focused {
        Focused::Yes => (canvas.glyphs().focused, Role::BorderFocus),
        Focused::No => (canvas.glyphs().frame, Role::Border),
    };
    if area.width < 2 || area.height < 2 {
        return area.inner();
    }
    canvas.clear(area);
    let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
    for x in area.x + 1..right {
        canvas.put_as(x, area.y, 1, lines.horizontal, role);
        canvas.put_as(x, bottom, 1, lines.horizontal, role);
    }
    for y in area.y + 1..bottom {
        canvas.put_as(area.x, y, 1, lines.vertical, role);
        canvas.put_as(right, y, 1, lines.vertical, role);
    }
    for (x, y, corner) in [
        (area.x, area.y, lines.top_left),
        (right, area.y, lines.top_right),
        (area.x, bottom, lines.bottom_left),
        (right, bottom, lines.bottom_right),
    ] {
        canvas.put_as(x, y, 1, corner, role);
    }
    titles(canvas, area, title, focused);
    area.inner()
}

/// So much of a pane's name is left; should that be too much, its right side is not told.
const LEAST: u16 = 10;

fn titles(canvas: &mut Canvas<'_>, area: Area, title: Title<'_>, focused: Focused) {
    let mut x = area.x + 1;
    let end = area.x + area.width - 1;
    let room = |x: u16| end.saturating_sub(x);
    if let Some(number) = title.number {
        x += canvas.put_as(x, area.y, room(x), String::from(number), Role::Key);
    }
    x += canvas.put_as(x, area.y, room(x), " ", Role::Text);
    let role = match focused {
        Focused::Yes => title.left_role,
        Focused::No if title.left_role == Role::Title => Role::Text,
        Focused::No => title.left_role,
    };
    let width = title.right.width();
    let most = room(x).saturating_sub(if width > 0 { width + 5 } else { 1 });
    let most = if most < LEAST || title.first == First::Left { room(x) } else { most };
    let left = title.left.squeezed(most, canvas.glyphs().ellipsis);
    x += canvas.put_as(x, area.y, room(x), left, role);
    x += canvas.put_as(x, area.y, room(x), " ", Role::Text);
    if width > 0 && room(x) > width + 3 {
        let at = end - width - 2;
        canvas.put_as(at, area.y, 1, " ", Role::Text);
        canvas.put_as(at + 1, area.y, width, title.right, Role::Muted);
        canvas.put_as(at + 1 + width, area.y, 1, " ", Role::Text);
    }
}

/// A thumb on the right edge of the frame, where there is more than fits.
pub fn scroll_mark(canvas: &mut Canvas<'_>, area: Area, top: usize, len: usize) {
    let inner = area.inner();
    let height = usize::from(inner.height);
    if height == 0 || len <= height {
        return;
    }
    let size = (height * height / len).max(1);
    let from = top * (height - size) / (len - height).max(1);
    let thumb = canvas.glyphs().scroll_thumb;
    for row in from..(from + size).min(height) {
        canvas.put_as(area.x + area.width - 1, inner.y + row as u16, 1, thumb, Role::Key);
    }
}
