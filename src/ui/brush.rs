//! From a theme's looks to the styles of the screen library, and text into cells. The one door to a cell: it takes
//! words of our own and `Shown`, nothing else.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::Manner;
use crate::app::layout::Area;
use crate::config::theme::{Glyphs, Look, Paint, Role};
use crate::shown::Shown;

/// Text that may stand in a cell.
#[derive(Clone, Debug)]
pub struct Ink<'a>(Cow<'a, str>);

impl From<&'static str> for Ink<'static> {
    fn from(ours: &'static str) -> Self {
        Self(Cow::Borrowed(ours))
    }
}

impl From<Shown> for Ink<'static> {
    fn from(shown: Shown) -> Self {
        Self(Cow::Owned(shown.as_str().to_owned()))
    }
}

impl<'a> From<&'a Shown> for Ink<'a> {
    fn from(shown: &'a Shown) -> Self {
        Self(Cow::Borrowed(shown.as_str()))
    }
}

/// Made safe on the way: for sentences put together from words of ours and of others.
impl From<String> for Ink<'static> {
    fn from(text: String) -> Self {
        Shown::new(text).into()
    }
}

impl<'a> Ink<'a> {
    /// What stands behind a byte of a shown text; nothing, if that is no boundary.
    pub fn tail(shown: &'a Shown, from: usize) -> Self {
        Self(Cow::Borrowed(shown.as_str().get(from..).unwrap_or_default()))
    }

    pub fn width(&self) -> u16 {
        u16::try_from(self.0.width()).unwrap_or(u16::MAX)
    }

    /// At most so many columns: what does not fit is left out in the middle, for names differ at both ends.
    #[must_use]
    pub fn squeezed(self, width: u16, ellipsis: &str) -> Self {
        if self.width() <= width {
            return self;
        }
        let room = width.saturating_sub(u16::try_from(ellipsis.width()).unwrap_or(1));
        let (head, used) = fitting(&self.0, room / 2);
        let tail = ending(&self.0, room - used);
        Self(Cow::Owned(format!("{head}{ellipsis}{tail}")))
    }
}

pub fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

/// Draws with the looks of one theme.
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    manner: &'a Manner,
}

impl<'a> Canvas<'a> {
    pub fn new(buffer: &'a mut Buffer, manner: &'a Manner) -> Self {
        Self { buffer, manner }
    }

    pub fn glyphs(&self) -> &'static Glyphs {
        self.manner.glyphs()
    }

    pub fn look(&self, role: Role) -> Look<'a> {
        self.manner.theme.look(role, self.manner.depth)
    }

    pub fn style(&self, role: Role) -> Style {
        let look = self.look(role);
        if role != Role::Selection {
            return style(&look);
        }
        // One ground for all of a selected row: reversed cell by cell, each in its own colour, it is blotchy.
        let text = self.look(Role::Text);
        let or = |own, ground| colour(own).or(colour(ground)).unwrap_or(Color::Reset);
        let even = style(&look).fg(or(look.fg, text.fg)).bg(or(look.bg, text.bg));
        even.remove_modifier(Modifier::DIM | Modifier::ITALIC)
    }

    /// The sign that says without colour what the role's colour says.
    pub fn sign(&self, role: Role) -> Ink<'static> {
        Shown::new(self.look(role).sign.unwrap_or_default()).into()
    }

    /// Empties an area, in the ground's own look.
    pub fn clear(&mut self, area: Area) {
        let ground = self.style(Role::Text);
        // A terminal can be smaller than what is to be shown.
        let area = rect(area).intersection(*self.buffer.area());
        let blank = " ".repeat(usize::from(area.width));
        for row in area.top()..area.bottom() {
            self.buffer.set_string(area.x, row, &blank, Style::reset().patch(ground));
        }
    }

    /// Lays a look over an area.
    pub fn tint(&mut self, area: Area, role: Role) {
        let style = self.style(role);
        self.buffer.set_style(rect(area).intersection(*self.buffer.area()), style);
    }

    /// Writes from `x` on at most `width` columns, with an ellipsis where it does not fit. The columns used.
    pub fn put<'t>(&mut self, x: u16, y: u16, width: u16, ink: impl Into<Ink<'t>>, style: Style) -> u16 {
        let ink = ink.into();
        if width == 0 || !rect(Area::new(x, y, 1, 1)).intersects(*self.buffer.area()) {
            return 0;
        }
        // A text can be far longer than its place: no more of it is measured than fits.
        let (whole, _) = fitting(&ink.0, width);
        if whole.len() == ink.0.len() {
            let (end, _) = self.buffer.set_stringn(x, y, whole, usize::from(width), style);
            return end - x;
        }
        let ellipsis = self.glyphs().ellipsis;
        let mark = u16::try_from(ellipsis.width()).unwrap_or(1);
        let (kept, used) = fitting(&ink.0, width.saturating_sub(mark));
        self.buffer.set_stringn(x, y, kept, usize::from(width), style);
        let (end, _) = self.buffer.set_stringn(x + used, y, ellipsis, usize::from(width - used), style);
        end - x
    }

    /// The same in a role's look.
    pub fn put_as<'t>(&mut self, x: u16, y: u16, width: u16, ink: impl Into<Ink<'t>>, role: Role) -> u16 {
        let style = self.style(role);
        self.put(x, y, width, ink, style)
    }

    /// Ends at the area's right edge; where it began.
    pub fn put_right<'t>(&mut self, area: Area, y: u16, ink: impl Into<Ink<'t>>, role: Role) -> u16 {
        let ink = ink.into();
        let width = ink.width().min(area.width);
        let x = area.x + area.width - width;
        self.put_as(x, y, width, ink, role);
        x
    }
}

/// As much of a text as fits into so many columns, and the columns it takes. Never half a character.
fn fitting(text: &str, width: u16) -> (&str, u16) {
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let own = u16::try_from(grapheme.width()).unwrap_or(u16::MAX);
        if own > width - used {
            break;
        }
        used += own;
        end = at + grapheme.len();
    }
    (&text[..end], used)
}

/// As much of a text's end as fits into so many columns.
fn ending(text: &str, width: u16) -> &str {
    let mut room = width;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        let own = u16::try_from(grapheme.width()).unwrap_or(u16::MAX);
        if own > room {
            break;
        }
        room -= own;
        start = at;
    }
    &text[start..]
}

pub fn style(look: &Look<'_>) -> Style {
    let mut style = Style::new();
    if let Some(colour) = colour(look.fg) {
        style = style.fg(colour);
    }
    if let Some(colour) = colour(look.bg) {
        style = style.bg(colour);
    }
    let modifiers = [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
        (look.underlined, Modifier::UNDERLINED),
        (look.reversed, Modifier::REVERSED),
    ];
    for (_, modifier) in modifiers.into_iter().filter(|(has, _)| *has) {
        style = style.add_modifier(modifier);
    }
    style
}

fn colour(paint: Paint) -> Option<Color> {
    const ANSI: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match paint {
        Paint::Default => None,
        Paint::Ansi(number) => ANSI.get(usize::from(number)).copied(),
        Paint::Indexed(number) => Some(Color::Indexed(number)),
        Paint::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_squeezed_keeps_both_ends_and_never_half_a_character() {
        let squeezed = |text: &'static str, width| Ink::from(text).squeezed(width, "\u{22ef}").0.into_owned();
        assert_eq!(squeezed("orders", 6), "orders");
        assert_eq!(squeezed("orders_customer_id_idx", 11), "order\u{22ef}d_idx");
        for width in 0..12 {
            let ink =
                Ink::from("\u{8868}\u{8868}e\u{301}\u{8868}\u{8868}\u{8868}").squeezed(width, "\u{22ef}");
            assert!(ink.width() <= width.max(1), "{ink:?} in {width}");
        }
    }
}
