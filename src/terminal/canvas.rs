//! Where ratatui draws: bytes in memory, to be sent as one synchronized update. An unchanged frame costs no
//! byte. It knows the size and the cursor by itself and never asks the terminal, which could keep us waiting.

use std::io;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType as Cleared};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::pen;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

pub(super) struct Canvas {
    drawn: Vec<u8>,
    size: Size,
    /// Where the terminal's cursor is; `None` after cells were drawn.
    cursor: Option<Position>,
    visibility: Option<Visibility>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Visibility {
    Shown,
    Hidden,
}

impl Canvas {
    pub(super) fn new(size: Size) -> Self {
        Self { drawn: Vec::new(), size, cursor: None, visibility: None }
    }

    pub(super) fn set_size(&mut self, size: Size) {
        self.size = size;
    }

    /// The screen is not what was drawn last: nothing is known of the cursor.
    pub(super) fn forget(&mut self) {
        self.cursor = None;
        self.visibility = None;
        self.drawn.clear();
    }

    /// What was drawn since the last time, as one update; empty where nothing changed.
    pub(super) fn take(&mut self) -> Vec<u8> {
        if self.drawn.is_empty() {
            return Vec::new();
        }
        let frame = [BEGIN, self.drawn.as_slice(), END].concat();
        self.drawn.clear();
        frame
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor = None;
        self.drawn.extend_from_slice(pen::draw(content, self.size.width).as_bytes());
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.visibility == Some(Visibility::Hidden) {
            return Ok(());
        }
        self.visibility = Some(Visibility::Hidden);
        queue!(self.drawn, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.visibility == Some(Visibility::Shown) {
            return Ok(());
        }
        self.visibility = Some(Visibility::Shown);
        queue!(self.drawn, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(position) {
            return Ok(());
        }
        self.cursor = Some(position);
        queue!(self.drawn, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        queue!(self.drawn, Clear(Cleared::All))
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        let cleared = match clear_type {
            ClearType::All => Cleared::All,
            ClearType::AfterCursor => Cleared::FromCursorDown,
            ClearType::BeforeCursor => Cleared::FromCursorUp,
            ClearType::CurrentLine => Cleared::CurrentLine,
            ClearType::UntilNewLine => Cleared::UntilNewLine,
        };
        queue!(self.drawn, Clear(cleared))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::style::{Modifier, Style};
    use ratatui::widgets::Paragraph;

    use super::*;

    fn drawn(terminal: &mut Terminal<Canvas>, text: &str) -> Vec<u8> {
        terminal.draw(|frame| frame.render_widget(Paragraph::new(text), frame.area())).unwrap();
        terminal.backend_mut().take()
    }

    #[test]
    fn an_unchanged_frame_costs_nothing() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(20, 3))).unwrap();
        assert!(drawn(&mut terminal, "one").starts_with(BEGIN));
        assert_eq!(drawn(&mut terminal, "one"), b"");
        let change = drawn(&mut terminal, "two");
        assert!(change.len() < 60 && change.ends_with(END), "{}", String::from_utf8_lossy(&change));
    }

    #[test]
    fn a_cursor_at_rest_costs_nothing() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(20, 3))).unwrap();
        let mut at = |x| {
            terminal.draw(|frame| frame.set_cursor_position((x, 1))).unwrap();
            terminal.backend_mut().take()
        };
        assert!(!at(3).is_empty());
        assert!(at(3).is_empty());
        assert!(!at(4).is_empty());
    }

    #[test]
    fn clearing_asks_the_terminal_nothing_and_draws_all_again() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(20, 3))).unwrap();
        drawn(&mut terminal, "one");
        terminal.backend_mut().forget();
        terminal.clear().unwrap();
        let again = String::from_utf8(drawn(&mut terminal, "one")).unwrap();
        assert!(again.contains("one") && !again.contains("\x1b[6n"), "{again:?}");
    }

    #[test]
    fn bold_and_reversed_are_drawn_whatever_the_surroundings_wish() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(4, 1))).unwrap();
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        terminal.draw(|frame| frame.render_widget(Paragraph::new("x").style(style), frame.area())).unwrap();
        let bytes = terminal.backend_mut().take();
        let mut parser = vt100::Parser::new(1u16.try_into().unwrap(), 4u16.try_into().unwrap(), 0);
        parser.process(&bytes);
        let cell = parser.screen().cell(0, 0).unwrap();
        assert!(cell.inverse() && cell.bold());
    }
}
