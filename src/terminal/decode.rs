//! Bytes from a terminal into [`Input`]. Any bytes are taken: what is no key is dropped, no sequence is waited
//! for without end, and a paste takes bounded memory. Answers of the terminal are recognised wherever they
//! turn up, so that a late one is never taken for typing. It reads nothing itself.
//!
//! We decode ourselves because the library's reader spins when the terminal is gone, cannot be paused, and
//! takes answers to questions of colour for keys.
//! Sequences: <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>.

use std::time::Duration;

use crate::config::keymap::{Code, Key, Mods};

use super::sequence::{self, Meant};

/// What a terminal tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    Key(Key),
    /// One paste, with `\n` between lines. Other control characters are in it as they came.
    Paste(String),
    /// A paste of so many bytes, which is more than [`LONGEST_PASTE`]. It is dropped whole: half a script is
    /// worse than none.
    Overlong(usize),
    FocusGained,
    FocusLost,
    Pointer(Pointer),
    /// The colour behind the text, red, green and blue.
    Background([u8; 3]),
}

/// The mouse, in cells from the upper left corner, which is 0, 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pointer {
    pub did: Did,
    pub column: u16,
    pub row: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Did {
    /// The left button.
    Press,
    /// Moved with the left button down.
    Drag,
    Release,
    WheelUp,
    WheelDown,
}

/// Longer pastes are refused, in bytes.
pub const LONGEST_PASTE: usize = 4 << 20;
/// The Escape key and the start of a sequence look alike: so long we wait for the rest of one.
const ESCAPE: Duration = Duration::from_millis(40);
/// A paste or an answer that stops in the middle is given up after so long.
const STALLED: Duration = Duration::from_secs(10);
/// Longer sequences mean nothing to us.
const LONGEST_SEQUENCE: usize = 256;
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Default)]
pub(super) struct Decoder {
    state: State,
    /// The bytes of the sequence or letter so far, without its introducer.
    held: Vec<u8>,
    /// Escape came before it.
    alt: bool,
    paste: Vec<u8>,
    /// All bytes of the paste, the dropped ones too.
    pasted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    Plain,
    /// A letter of so many bytes.
    Letter(usize),
    Escape,
    /// `ESC [`
    Csi,
    /// `ESC O`
    Ss3,
    /// `ESC [ [`, the Linux console's function keys.
    Console,
    /// `ESC ]` and its like: a text, up to BEL or `ESC \`.
    Text,
    TextEscape,
    /// So many bytes of an old mouse report, which mean nothing to us.
    Skip(u8),
    Paste,
}

impl Decoder {
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut impl FnMut(Input)) {
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            if self.state == State::Paste {
                rest = self.pasted(rest, out);
            } else {
                self.byte(first, out);
                rest = after;
            }
        }
    }

    /// How long to wait for more bytes before `give_up`; `None` while nothing is begun.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Plain => None,
            State::Escape => Some(ESCAPE),
            // `ESC [` may be Alt and a key.
            State::Csi | State::Ss3 | State::Text if self.held.is_empty() => Some(ESCAPE),
            State::Letter(_) | State::Csi | State::Ss3 | State::Console | State::Skip(_) => {
                Some(ESCAPE.saturating_mul(5))
            }
            State::Text | State::TextEscape | State::Paste => Some(STALLED),
        }
    }

    /// Nothing more came: what is begun is what it looks like.
    pub(super) fn give_up(&mut self, out: &mut impl FnMut(Input)) {
        let alt = |c| Input::Key(Key::new(Code::Char(c), Mods::ALT));
        match self.state {
            State::Escape => {
                let escape = Input::Key(Key::new(Code::Esc, Mods::NONE));
                if self.alt {
                    out(escape.clone());
                }
                out(escape);
            }
            State::Csi if self.held.is_empty() => out(alt('[')),
            State::Ss3 if self.held.is_empty() => out(alt('O')),
            State::Text if self.held.is_empty() => out(alt(']')),
            State::Paste => return self.end_paste(out),
            State::Plain
            | State::Letter(_)
            | State::Csi
            | State::Ss3
            | State::Console
            | State::Text
            | State::TextEscape
            | State::Skip(_) => {}
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.state = State::Plain;
        self.held.clear();
        self.alt = false;
    }

    fn byte(&mut self, byte: u8, out: &mut impl FnMut(Input)) {
        match self.state {
            State::Plain => self.plain(byte, out),
            State::Letter(length) => self.letter(byte, length, out),
            State::Escape => self.escape(byte, out),
            State::Csi => self.csi(byte, out),
            State::Ss3 => match byte {
                // Old terminals put a modifier before the letter.
                b'0'..=b'9' | b';' if self.held.len() < LONGEST_SEQUENCE => self.held.push(byte),
                0x1b => self.begin_escape(),
                _ => {
                    let found = sequence::ss3(&self.held, byte, self.alt);
                    self.finish(found, out);
                }
            },
            State::Console => {
                let found = sequence::console(byte);
                self.finish(found, out);
            }
            State::Text => match byte {
                0x07 => self.finish_text(out),
                0x1b => self.state = State::TextEscape,
                0x18 | 0x1a => self.reset(),
                // Too long: the end is waited for, the bytes are not kept.
                _ if self.held.len() >= LONGEST_SEQUENCE => {}
                _ => self.held.push(byte),
            },
            State::TextEscape if byte == b'\\' => self.finish_text(out),
            State::TextEscape => {
                self.begin_escape();
                self.byte(byte, out);
            }
            State::Skip(left) if left > 1 => self.state = State::Skip(left - 1),
            State::Skip(_) => self.reset(),
            // `feed` takes pastes in one go.
            State::Paste => {}
        }
    }

    fn plain(&mut self, byte: u8, out: &mut impl FnMut(Input)) {
        match byte {
            0x1b => self.begin_escape(),
            0x00..=0x1f | 0x7f => {
                let key = sequence::control(byte, self.alt);
                self.finish(Meant::Key(key), out);
            }
            0x20..=0x7e => self.character(char::from(byte), out),
            0xc2..=0xdf => self.begin_letter(byte, 2),
            0xe0..=0xef => self.begin_letter(byte, 3),
            0xf0..=0xf4 => self.begin_letter(byte, 4),
            // No start of a letter.
            0x80..=0xc1 | 0xf5..=0xff => self.reset(),
        }
    }

    fn character(&mut self, c: char, out: &mut impl FnMut(Input)) {
        let mods = if self.alt { Mods::ALT } else { Mods::NONE };
        self.finish(Meant::Key(Key::new(Code::Char(c), mods)), out);
    }

    fn begin_letter(&mut self, byte: u8, length: usize) {
        self.held.clear();
        self.held.push(byte);
        self.state = State::Letter(length);
    }

    fn letter(&mut self, byte: u8, length: usize, out: &mut impl FnMut(Input)) {
        if !(0x80..=0xbf).contains(&byte) {
            self.reset();
            return self.plain(byte, out);
        }
        self.held.push(byte);
        if self.held.len() == length {
            match std::str::from_utf8(&self.held).ok().and_then(|text| text.chars().next()) {
                Some(c) => self.character(c, out),
                None => self.reset(),
            }
        }
    }

    fn begin_escape(&mut self) {
        self.reset();
        self.state = State::Escape;
    }

    fn escape(&mut self, byte: u8, out: &mut impl FnMut(Input)) {
        self.held.clear();
        match byte {
            b'[' => self.state = State::Csi,
            b'O' => self.state = State::Ss3,
            // Commands with a text: answers come in the first two, the others mean nothing to us.
            b']' => self.state = State::Text,
            b'P' | b'_' | b'^' | b'X' => {
                self.state = State::Text;
                self.held.push(byte);
            }
            // Either two Escapes, or Alt and a sequence.
            0x1b if self.alt => out(Input::Key(Key::new(Code::Esc, Mods::NONE))),
            0x1b => self.alt = true,
            _ => {
                let before = std::mem::replace(&mut self.alt, true);
                if before {
                    out(Input::Key(Key::new(Code::Esc, Mods::NONE)));
                }
                self.state = State::Plain;
                self.plain(byte, out);
            }
        }
    }

    fn csi(&mut self, byte: u8, out: &mut impl FnMut(Input)) {
        match byte {
            0x1b => self.begin_escape(),
            0x20..=0x3f if self.held.len() < LONGEST_SEQUENCE => self.held.push(byte),
            0x20..=0x3f => {}
            b'[' if self.held.is_empty() => self.state = State::Console,
            b'M' if self.held.is_empty() => self.state = State::Skip(3),
            0x40..=0x7e => {
                let found = sequence::csi(&self.held, byte, self.alt);
                self.finish(found, out);
            }
            _ => self.reset(),
        }
    }

    fn finish(&mut self, found: Meant, out: &mut impl FnMut(Input)) {
        self.reset();
        match found {
            Meant::Key(key) => out(Input::Key(key)),
            Meant::Focus(input) => out(input),
            Meant::Pointer(pointer) => out(Input::Pointer(pointer)),
            Meant::PasteBegins => {
                self.state = State::Paste;
                self.paste.clear();
                self.pasted = 0;
            }
            Meant::Nothing => {}
        }
    }

    fn finish_text(&mut self, out: &mut impl FnMut(Input)) {
        if let Some(colour) = sequence::background(&self.held) {
            out(Input::Background(colour));
        }
        self.reset();
    }

    /// Takes bytes of a paste, up to its end; gives back what comes after.
    fn pasted<'b>(&mut self, bytes: &'b [u8], out: &mut impl FnMut(Input)) -> &'b [u8] {
        let end = bytes.iter().position(|byte| *byte == b'~').map_or(bytes.len(), |at| at + 1);
        let (taken, rest) = bytes.split_at(end);
        self.paste.extend_from_slice(taken);
        self.pasted += taken.len();
        if self.paste.ends_with(PASTE_END) {
            self.pasted -= PASTE_END.len();
            self.paste.truncate(self.paste.len() - PASTE_END.len());
            self.end_paste(out);
        } else if self.pasted > LONGEST_PASTE + PASTE_END.len() {
            // The end mark may be split between two reads.
            let kept = self.paste.len().saturating_sub(PASTE_END.len());
            self.paste.drain(..kept);
        }
        rest
    }

    fn end_paste(&mut self, out: &mut impl FnMut(Input)) {
        let bytes = std::mem::take(&mut self.paste);
        out(if self.pasted > LONGEST_PASTE {
            Input::Overlong(self.pasted)
        } else {
            let text = String::from_utf8_lossy(&bytes);
            Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
        });
        self.reset();
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
