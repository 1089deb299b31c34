//! The meaning of one complete sequence from a terminal: a key, a report, or nothing to us. Pure.

use crate::config::keymap::{Code, Key, Mods};

use super::decode::{Did, Input, Pointer};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Meant {
    Key(Key),
    Focus(Input),
    Pointer(Pointer),
    PasteBegins,
    Nothing,
}

/// One control byte. The old names of keys: 8 is Backspace on many terminals, 10 is Ctrl-J.
pub(super) fn control(byte: u8, alt: bool) -> Key {
    let ctrl = |c: char| (Code::Char(c), true);
    let (code, ctrl) = match byte {
        0x00 => ctrl(' '),
        0x08 | 0x7f => (Code::Backspace, false),
        0x09 => (Code::Tab, false),
        0x0d => (Code::Enter, false),
        0x1b => (Code::Esc, false),
        0x01..=0x1a => ctrl(char::from(byte - 1 + b'a')),
        // Ctrl-4 to Ctrl-7 by their numbers: the signs on them differ from keyboard to keyboard.
        _ => ctrl(char::from(byte.clamp(0x1c, 0x1f) - 0x1c + b'4')),
    };
    Key::new(code, Mods { ctrl, alt, shift: false })
}

/// `ESC O`, then this.
pub(super) fn ss3(before: &[u8], last: u8, alt: bool) -> Meant {
    let mods = mods(numbers(before).next_back().unwrap_or(1), alt);
    let code = match last {
        b'M' => Code::Enter,
        b'I' => Code::Tab,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        // The keypad, as the signs on it.
        b'j'..=b'y' => Code::Char(char::from(last - b'j' + b'*')),
        _ => match direction(last) {
            Some(code) => code,
            None => return Meant::Nothing,
        },
    };
    Meant::Key(Key::new(code, mods))
}

/// `ESC [ [`, then this.
pub(super) fn console(last: u8) -> Meant {
    match last {
        b'A'..=b'E' => Meant::Key(Key::new(Code::F(last - b'A' + 1), Mods::NONE)),
        _ => Meant::Nothing,
    }
}

/// `ESC [`, then parameters, then this.
pub(super) fn csi(parameters: &[u8], last: u8, alt: bool) -> Meant {
    if let Some(rest) = parameters.strip_prefix(b"<") {
        return pointer(rest, last);
    }
    // Answers to questions, and reports that nobody asked for.
    if parameters.first().is_some_and(|byte| matches!(byte, b'?' | b'>' | b'=' | b' '..=b'/')) {
        return Meant::Nothing;
    }
    let mut wanted = numbers(parameters);
    let (first, second, third) = (wanted.next(), wanted.next(), wanted.next());
    let modified = mods(second.unwrap_or(1), alt);
    let shifted = Mods { alt, ..Mods::SHIFT };
    let (code, mods) = match last {
        b'I' if parameters.is_empty() => return Meant::Focus(Input::FocusGained),
        b'O' if parameters.is_empty() => return Meant::Focus(Input::FocusLost),
        b'Z' => (Code::BackTab, Mods { alt, ..Mods::NONE }),
        // Lower case is what rxvt sends with Shift.
        b'a'..=b'd' if parameters.is_empty() => match direction(last.to_ascii_uppercase()) {
            Some(code) => (code, shifted),
            None => return Meant::Nothing,
        },
        b'A'..=b'D' | b'F' | b'H' => match direction(last) {
            Some(code) => (code, modified),
            None => return Meant::Nothing,
        },
        // With a first number other than 1 this is an answer: the place of the cursor.
        b'P'..=b'S' if first.is_none_or(|number| number == 1) => (Code::F(last - b'P' + 1), modified),
        b'~' => match (first, third) {
            (Some(200), _) => return Meant::PasteBegins,
            (Some(27), Some(letter)) => return letter_key(letter, modified),
            (Some(number), _) => match numbered(number) {
                Some(code) => (code, modified),
                None => return Meant::Nothing,
            },
            (None, _) => return Meant::Nothing,
        },
        b'u' => return first.map_or(Meant::Nothing, |letter| letter_key(letter, modified)),
        _ => return Meant::Nothing,
    };
    Meant::Key(Key::new(code, mods))
}

/// The colour in the answer to `OSC 11`: `11;rgb:RRRR/GGGG/BBBB`, each part one to four digits.
pub(super) fn background(text: &[u8]) -> Option<[u8; 3]> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("11;rgb")?;
    let text = text.strip_prefix("a:").or_else(|| text.strip_prefix(':'))?;
    let mut parts = text.split('/').map(|part| {
        let digits = u32::try_from(part.len()).ok().filter(|digits| (1..=4).contains(digits))?;
        let most = 16u32.pow(digits) - 1;
        u8::try_from(u32::from_str_radix(part, 16).ok()? * 255 / most).ok()
    });
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// The numbers of a sequence, without what stands behind a colon. One that is left out is 1.
fn numbers(parameters: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    parameters.split(|byte| *byte == b';').map(|part| {
        let head = part.split(|byte| *byte == b':').next().unwrap_or_default();
        std::str::from_utf8(head).ok().and_then(|text| text.parse().ok()).unwrap_or(1)
    })
}

fn mods(number: u32, alt: bool) -> Mods {
    let bits = number.saturating_sub(1);
    Mods { shift: bits & 1 != 0, alt: alt || bits & 2 != 0, ctrl: bits & 4 != 0 }
}

fn direction(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<Code> {
    let function = |from: u32, first: u8| u8::try_from(number - from).ok().map(|at| Code::F(first + at));
    match number {
        1 | 7 => Some(Code::Home),
        2 => Some(Code::Insert),
        3 => Some(Code::Delete),
        4 | 8 => Some(Code::End),
        5 => Some(Code::PageUp),
        6 => Some(Code::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28 | 29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// A key by the number of its letter, for terminals that tell all modifiers.
fn letter_key(letter: u32, mods: Mods) -> Meant {
    let code = match letter {
        9 => Code::Tab,
        13 => Code::Enter,
        27 => Code::Esc,
        8 | 127 => Code::Backspace,
        _ => match char::from_u32(letter).filter(|c| !c.is_control()) {
            Some(c) => Code::Char(c),
            None => return Meant::Nothing,
        },
    };
    Meant::Key(Key::new(code, mods))
}

fn pointer(parameters: &[u8], last: u8) -> Meant {
    let mut wanted = numbers(parameters);
    let (Some(button), Some(column), Some(row)) = (wanted.next(), wanted.next(), wanted.next()) else {
        return Meant::Nothing;
    };
    // Without Shift, Alt and Control.
    let did = match (button & !0b1_1100, last) {
        (0, b'M') => Did::Press,
        (32, b'M') => Did::Drag,
        (0 | 32, b'm') => Did::Release,
        (64, b'M') => Did::WheelUp,
        (65, b'M') => Did::WheelDown,
        _ => return Meant::Nothing,
    };
    let cell = |number: u32| u16::try_from(number.saturating_sub(1)).unwrap_or(u16::MAX);
    Meant::Pointer(Pointer { did, column: cell(column), row: cell(row) })
}
