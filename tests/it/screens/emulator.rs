//! A terminal emulator that complains of everything besides cells: the oracle for hostile texts.

use migrator_tui::app::State;
use migrator_tui::ui;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use unicode_width::UnicodeWidthStr;

/// Draws a frame into the emulator, fails where the terminal did anything else than show what was meant, cell by
/// cell, and returns what was meant.
pub fn show(state: &State) -> Buffer {
    let (width, height) = state.size;
    let mut bytes = Vec::new();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).unwrap();
    let buffer = terminal.draw(|frame| ui::view(state, frame)).unwrap().buffer.clone();
    drop(terminal);
    let (rows, columns) = (height.try_into().unwrap(), width.try_into().unwrap());
    let mut parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Acts::default());
    // The emulator takes it for broken text and leaves it out.
    let bytes = String::from_utf8(bytes).unwrap().replace('\u{fffd}', "\u{fffc}");
    parser.process(bytes.as_bytes());
    assert_eq!(parser.callbacks().0, Vec::<String>::new(), "at {width}x{height}");
    let screen = parser.screen();
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            assert!(symbol.chars().all(is_plain), "{symbol:?} in a cell at {x},{y} of {width}x{height}");
            // Two letters that are one cluster stand in two cells of a terminal that knows no clusters.
            let cells = x..(x + symbol.width().max(1) as u16).min(width);
            let there: String = cells.clone().map(|x| screen.cell(y, x).unwrap().contents()).collect();
            let there = if there.is_empty() { " " } else { &there };
            let row = || screen.rows(0, width).nth(y.into());
            assert_eq!(
                there,
                symbol.replace('\u{fffd}', "\u{fffc}"),
                "at {x},{y} of {width}x{height}; the row is {:?}",
                row()
            );
            x = cells.end;
        }
    }
    buffer
}

/// Whether a character stands in a cell and does nothing else.
fn is_plain(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns
}

/// What the terminal was made to do besides showing text.
#[derive(Default)]
struct Acts(Vec<String>);

impl vt100::Callbacks for Acts {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("bell".into());
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("visual bell".into());
    }
    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.0.push("resize".into());
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("icon name".into());
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("title".into());
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.0.push("clipboard".into());
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("clipboard read".into());
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.0.push(format!("control {byte}"));
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.0.push(format!("escape {byte}"));
    }
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        _: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        // The colour of underlines back to the usual: what every frame of the drawing library ends with.
        if (params, c) != (&[&[59]], 'm') {
            self.0.push(format!("csi {params:?} {c}"));
        }
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.0.push(format!("osc {params:?}"));
    }
    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, _: bool) {
        self.0.push("scroll".into());
    }
}
