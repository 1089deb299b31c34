//! What the editor puts into cells: known rows, and any text at any size without harm.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::app::list::Motion;
use crate::app::{Manner, Mouse, Movement};
use crate::config::keymap::{Action, Code, Key, Keymap};
use crate::config::theme::{Depth, Symbols, Theme};
use crate::model::EngineKind;

fn manner() -> Manner {
    Manner {
        keymap: Keymap::builtin("default").unwrap().clone(),
        theme: Theme::builtin("terminal").unwrap(),
        depth: Depth::Ansi16,
        symbols: Symbols::Unicode,
        movement: Movement::Full,
        mouse: Mouse::Off,
    }
}

fn editor(text: &str) -> SqlEditor {
    SqlEditor::new(EngineKind::Postgres, text)
}

fn drawn(
    editor: &SqlEditor,
    marks: &[(usize, Severity)],
    width: u16,
    height: u16,
) -> (Buffer, Option<(u16, u16)>) {
    let manner = manner();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width + 2, height + 2));
    let mut canvas = Canvas::new(&mut buffer, &manner);
    let sheet = Sheet { editor, marks, caret: Caret::Shown };
    let caret = draw(&mut canvas, Area::new(1, 1, width, height), &sheet);
    (buffer, caret)
}

fn rows(buffer: &Buffer) -> Vec<String> {
    let area = *buffer.area();
    let row = |y| (1..area.width - 1).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (1..area.height - 1).map(row).map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn numbers_marks_escapes_and_the_cursor() {
    let mut editor = editor("select 'é\\n';\n\tx\u{202e}y\n表\n\n\u{301}z");
    editor.fit(5, 24);
    let marks = [(1, Severity::Info), (1, Severity::Error), (2, Severity::Warn)];
    let (buffer, caret) = drawn(&editor, &marks, 24, 5);
    // A wide character takes a second, empty cell.
    assert_eq!(rows(&buffer), ["1  select 'é\\n';", "2! ›   x\\u{202e}y", "3* 表", "4", "5  \\u{301}z"]);
    assert_eq!(caret, Some((4, 1)));
    assert!(buffer[(4, 1)].modifier.contains(Modifier::REVERSED));
    assert!(!buffer[(5, 1)].modifier.contains(Modifier::REVERSED));
    // A key word does not look like a string.
    assert_ne!(buffer[(5, 1)].fg, buffer[(11, 1)].fg);
}

#[test]
fn a_selection_and_the_matches_of_a_search_are_seen_without_colour() {
    let mut editor = editor("drop\n\nselect drop");
    editor.start_selection();
    editor.go(Motion::Down(1), 5);
    editor.look_for("select");
    let (buffer, _) = drawn(&editor, &[], 30, 3);
    for (x, y) in [(4, 1), (7, 1), (4, 2)] {
        assert!(buffer[(x, y)].modifier.contains(Modifier::REVERSED), "{x} {y}");
    }
    editor.end_selection();
    let (buffer, _) = drawn(&editor, &[], 30, 3);
    assert!(!buffer[(4, 1)].modifier.contains(Modifier::REVERSED));
    assert!(buffer[(5, 3)].modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn long_lines_scroll_sideways() {
    let mut editor = editor(&format!("{}表{}", "a".repeat(30), "b".repeat(30)));
    editor.fit(1, 13);
    editor.act(Action::SqlRight, 40);
    let (buffer, caret) = drawn(&editor, &[], 13, 1);
    let row = rows(&buffer).remove(0);
    assert!(row.starts_with("1  ") && row.ends_with('b'), "{row:?}");
    assert!(caret.is_some_and(|(x, _)| (4..14).contains(&x)), "{caret:?}");
}

#[test]
fn any_text_at_any_size_stays_in_its_cells() {
    let mut random = Random(17);
    let manner = manner();
    for round in 0..60 {
        let text: String = (0..random.below(300)).map(|_| random.character()).collect();
        let mut editor = editor(&text);
        for step in 0..60 {
            match random.below(6) {
                0 | 1 => drop(editor.press(Key::plain(random.character()))),
                2 => drop(editor.press(Key::new(Code::Backspace, Default::default()))),
                3 => editor.paste(&(0..random.below(5)).map(|_| random.character()).collect::<String>()),
                4 => editor.go(
                    [Motion::Down(3), Motion::Up(1), Motion::Last][random.below(3)],
                    1 + random.below(20),
                ),
                _ => editor.act(
                    [Action::SqlRight, Action::SqlLineEnd, Action::SqlUndo][random.below(3)],
                    1 + random.below(9),
                ),
            }
            let (width, height) =
                (u16::try_from(random.below(50)).unwrap(), u16::try_from(random.below(12)).unwrap());
            // Now and then nobody has told the editor its size.
            if random.below(4) > 0 {
                editor.fit(usize::from(height), usize::from(width));
            }
            let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 20));
            let mut canvas = Canvas::new(&mut buffer, &manner);
            let area = Area::new(3, 2, width, height);
            let sheet = Sheet { editor: &editor, marks: &[(0, Severity::Warn)], caret: Caret::Shown };
            let caret = draw(&mut canvas, area, &sheet);
            let roomy = height > 0 && usize::from(width) > editor.gutter() + 2;
            assert!(
                !roomy || caret.is_some_and(|(x, y)| area.holds(x, y)),
                "round {round} step {step}: {caret:?}"
            );
            for y in 0..20 {
                for x in 0..60 {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(
                        !symbol.chars().any(crate::shown::is_hidden),
                        "round {round} step {step}: {symbol:?}"
                    );
                    let last = x + u16::try_from(symbol.width()).unwrap().max(1) - 1;
                    assert!(
                        !area.holds(x, y) || area.holds(last, y),
                        "round {round} step {step}: {symbol:?}"
                    );
                    assert!(
                        area.holds(x, y) || symbol == " ",
                        "round {round} step {step}: {symbol:?} at {x} {y}"
                    );
                }
            }
        }
    }
}

/// A small generator: the same run every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn character(&mut self) -> char {
        let known = [
            'a', 'b', ' ', '\n', '\n', '\'', '$', '-', '/', '*', ';', '\t', '\\', 'é', '表', '🐘', '\u{301}',
            '\u{202e}', '\u{200d}', '\u{0}', '\u{1b}', '\r', '\u{fe0f}', '👩', '\u{9b}', '\u{1100}',
            '\u{1161}',
        ];
        match self.below(10) {
            0 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).unwrap_or('x'),
            _ => known[self.below(known.len())],
        }
    }
}
