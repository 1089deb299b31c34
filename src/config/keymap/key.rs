//! One key press: our own type, and how it is written in files, hints and help (`g`, `<C-d>`, `<F5>`). It knows
//! which keys terminals and tmux cannot carry; it reads no terminal.

use std::fmt;
use std::str::FromStr;

/// The greatest function key that has a name here.
const LAST_FUNCTION: u8 = 24;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    /// Shift and Tab together.
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// 1 to 24.
    F(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Mods {
    pub ctrl: bool,
    pub alt: bool,
    /// Only for keys that are no character: a character says it by itself (`G`, `?`).
    pub shift: bool,
}

impl Mods {
    pub const NONE: Self = Self { ctrl: false, alt: false, shift: false };
    pub const CTRL: Self = Self { ctrl: true, ..Self::NONE };
    pub const ALT: Self = Self { alt: true, ..Self::NONE };
    pub const SHIFT: Self = Self { shift: true, ..Self::NONE };
}

/// A key press in its one form: two presses that a terminal cannot tell apart by letter case are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    pub code: Code,
    pub mods: Mods,
}

impl Key {
    /// Brings the press into its one form: Shift and Tab is `BackTab`, Shift and a letter is the capital, a
    /// letter with Control is small.
    pub fn new(code: Code, mut mods: Mods) -> Self {
        let code = match code {
            Code::Char(c) => {
                let shifted = mods.shift && c.is_ascii_lowercase();
                mods.shift = false;
                Code::Char(match () {
                    () if mods.ctrl => c.to_ascii_lowercase(),
                    () if shifted => c.to_ascii_uppercase(),
                    () => c,
                })
            }
            Code::Tab if mods.shift => {
                mods.shift = false;
                Code::BackTab
            }
            Code::BackTab => {
                mods.shift = false;
                Code::BackTab
            }
            other => other,
        };
        Self { code, mods }
    }

    /// A character without Control or Alt.
    pub fn plain(c: char) -> Self {
        Self::new(Code::Char(c), Mods::NONE)
    }

    /// The character that this key types into a text, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.mods.ctrl && !self.mods.alt => Some(c),
            _ => None,
        }
    }

    /// Whether a text field lives on this key: it types, deletes, or moves within the text.
    pub(super) fn edits(self) -> bool {
        match self.code {
            Code::Char(_) => self.typed().is_some() || self == ctrl('u') || self == ctrl('w'),
            Code::Enter
            | Code::Tab
            | Code::Backspace
            | Code::Delete
            | Code::Up
            | Code::Down
            | Code::Left
            | Code::Right
            | Code::Home
            | Code::End
            | Code::PageUp
            | Code::PageDown => true,
            Code::Esc | Code::BackTab | Code::Insert | Code::F(_) => false,
        }
    }

    /// Why this key may never reach us, or does something else on the way; `None` for a key that every terminal
    /// carries, inside tmux too.
    pub fn trouble(self) -> Option<&'static str> {
        let Mods { ctrl, alt, shift } = self.mods;
        match self.code {
            Code::Char(c) if ctrl => match c {
                'a' | 'b' => Some("is the prefix of screen or tmux"),
                's' | 'q' => Some("stops or resumes the output of many terminals"),
                'm' => Some("arrives as <Enter>"),
                'i' => Some("arrives as <Tab>"),
                '[' => Some("arrives as <Esc>"),
                'h' => Some("arrives as <Backspace> on many terminals"),
                '\\' => Some("is the quit signal of many terminals"),
                'c'..='z' | ' ' => None,
                _ => Some("has no code of its own: terminals send another key for it"),
            },
            Code::Char(c) if alt && c.is_ascii_digit() => Some("switches the tabs of many terminals"),
            Code::Char('[' | 'O') if alt => Some("begins the codes of other keys"),
            Code::Char(_) => None,
            Code::Enter if ctrl || shift => Some("arrives as <Enter>"),
            Code::Esc if ctrl || shift || alt => Some("arrives as <Esc>"),
            Code::Tab if ctrl || alt => Some("arrives as <Tab>, or switches tabs and windows"),
            Code::BackTab if ctrl || alt => Some("arrives as <S-Tab>, or switches tabs and windows"),
            Code::Backspace if ctrl || shift => Some("arrives as <Backspace> on many terminals"),
            Code::Enter | Code::Esc | Code::Tab | Code::BackTab | Code::Backspace => None,
            Code::PageUp | Code::PageDown if shift => Some("scrolls the terminal itself"),
            Code::Delete
            | Code::Insert
            | Code::Up
            | Code::Down
            | Code::Left
            | Code::Right
            | Code::Home
            | Code::End
            | Code::PageUp
            | Code::PageDown => None,
            Code::F(n) if n > 12 => Some("is missing on many keyboards and terminals"),
            Code::F(_) => None,
        }
    }

    /// A sequence as help and hints write it: `]c`, `<C-w>h`.
    pub fn sequence(keys: &[Key]) -> String {
        keys.iter().map(Key::to_string).collect()
    }
}

fn ctrl(c: char) -> Key {
    Key::new(Code::Char(c), Mods::CTRL)
}

/// The named keys, the way we write them first, then what vim users write.
const NAMES: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("CR", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("Backspace", Code::Backspace),
    ("BS", Code::Backspace),
    ("Delete", Code::Delete),
    ("Del", Code::Delete),
    ("Insert", Code::Insert),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
    ("lt", Code::Char('<')),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        let mut named = self.mods != Mods::NONE;
        for (on, letter) in [(self.mods.ctrl, "C-"), (self.mods.alt, "M-"), (self.mods.shift, "S-")] {
            name.push_str(if on { letter } else { "" });
        }
        match self.code {
            Code::Char('<') if named => name.push_str("lt"),
            Code::Char(c) if c != ' ' => name.push(c),
            Code::F(n) => {
                named = true;
                name.push_str(&format!("F{n}"));
            }
            Code::BackTab => {
                named = true;
                name.push_str("S-Tab");
            }
            other => {
                named = true;
                let known = NAMES.iter().find(|(_, code)| *code == other);
                name.push_str(known.map_or("", |(name, _)| name));
            }
        }
        if named { f.pad(&format!("<{name}>")) } else { f.pad(&name) }
    }
}

/// Why a text names no key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key is missing")]
    Empty,
    /// Several keys in one text.
    #[error("`{0}` is more than one key: write a sequence as a list, one text a key")]
    Several(String),
    #[error("unknown key `{0}`")]
    Unknown(String),
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (None, _) => return Err(KeyError::Empty),
            (Some(c), None) if !c.is_control() => return Ok(Self::plain(c)),
            (Some(_), _) => {}
        }
        let unknown = || KeyError::Unknown(text.to_owned());
        let Some(inner) = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else {
            // `gg` and `<C-w>h` are sequences; `C-d` is a name without its brackets.
            let bare = text.chars().all(|c| c.is_alphanumeric() || c == '-') && text.chars().count() > 2;
            return Err(if bare { unknown() } else { KeyError::Several(text.to_owned()) });
        };
        if inner.contains("><") {
            return Err(KeyError::Several(text.to_owned()));
        }
        let mut mods = Mods::NONE;
        let mut rest = inner;
        loop {
            let flag = match rest.as_bytes() {
                [b'C' | b'c', b'-', _, ..] => &mut mods.ctrl,
                [b'M' | b'm' | b'A' | b'a', b'-', _, ..] => &mut mods.alt,
                [b'S' | b's', b'-', _, ..] => &mut mods.shift,
                _ => break,
            };
            if *flag {
                return Err(unknown());
            }
            *flag = true;
            rest = rest.get(2..).unwrap_or("");
        }
        let code = named_code(rest).ok_or_else(unknown)?;
        // `<S-?>` cannot be told: which character Shift makes of it depends on the keyboard.
        if matches!(code, Code::Char(c) if mods.shift && !c.is_ascii_alphabetic()) {
            return Err(unknown());
        }
        Ok(Self::new(code, mods))
    }
}

fn named_code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && !c.is_control()
        && c != '<'
    {
        return Some(Code::Char(c));
    }
    if let Some(found) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(found.1);
    }
    let number: u8 = name.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=LAST_FUNCTION).contains(&number).then_some(Code::F(number))
}

/// The names that a wrong one may have meant.
pub(super) fn names() -> Vec<String> {
    let mut names: Vec<String> = NAMES.iter().map(|(name, _)| format!("<{name}>")).collect();
    names.push("<S-Tab>".into());
    names.extend((1..=12).map(|n| format!("<F{n}>")));
    names.extend(('a'..='z').map(|c| format!("<C-{c}>")));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_as_it_is_written() {
        let mut keys: Vec<Key> = (' '..='~').map(Key::plain).collect();
        keys.extend(('a'..='z').map(ctrl));
        keys.push(Key::new(Code::Char('<'), Mods::ALT));
        keys.push(Key::new(Code::BackTab, Mods::NONE));
        keys.extend((1..=LAST_FUNCTION).map(|n| Key::new(Code::F(n), Mods::NONE)));
        for (_, code) in NAMES {
            keys.extend([Mods::NONE, Mods::CTRL, Mods::ALT].map(|mods| Key::new(*code, mods)));
        }
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(key), "{key}");
        }
    }

    #[test]
    fn one_form_for_one_press() {
        let same = [
            ("<c-D>", "<C-d>"),
            ("<S-g>", "G"),
            ("<bs>", "<Backspace>"),
            ("<A-x>", "<M-x>"),
            ("<Space>", " "),
            ("<lt>", "<"),
            ("<M-S-a>", "<M-A>"),
        ];
        for (one, other) in same {
            assert_eq!(one.parse::<Key>().unwrap(), other.parse().unwrap(), "{one} {other}");
        }
        assert_eq!(Key::new(Code::Tab, Mods::SHIFT), Key::new(Code::BackTab, Mods::NONE));
        assert_eq!(Key::new(Code::BackTab, Mods::SHIFT).to_string(), "<S-Tab>");
        assert_eq!(Key::plain(' ').to_string(), "<Space>");
    }

    #[test]
    fn wrong_names_are_refused() {
        use KeyError::{Empty, Several, Unknown};
        assert_eq!("".parse::<Key>(), Err(Empty));
        for text in ["gg", "]c", "<C-w>h", "<C-w><C-w>"] {
            assert_eq!(text.parse::<Key>(), Err(Several(text.into())), "{text}");
        }
        for text in
            ["<>", "<C->", "<F0>", "<F25>", "<F300>", "<Entre>", "C-d", "<C-C-d>", "<S-?>", "<S-1>", "\n"]
        {
            assert!(matches!(text.parse::<Key>(), Err(Unknown(_) | Several(_))), "{text}");
        }
    }

    #[test]
    fn troublesome_keys_are_known() {
        for text in [
            "<C-a>",
            "<C-b>",
            "<C-s>",
            "<C-q>",
            "<C-\\>",
            "<C-m>",
            "<C-i>",
            "<C-[>",
            "<C-h>",
            "<C-Enter>",
            "<S-Enter>",
            "<M-1>",
            "<C-/>",
            "<C-_>",
            "<C-1>",
            "<C-Tab>",
            "<F13>",
        ] {
            assert!(text.parse::<Key>().unwrap().trouble().is_some(), "{text}");
        }
        for text in [
            "<C-d>",
            "<C-j>",
            "<C-Space>",
            "<M-Enter>",
            "<S-Up>",
            "<C-Left>",
            "<F5>",
            "<S-Tab>",
            "q",
            "<M-x>",
        ] {
            assert_eq!(text.parse::<Key>().unwrap().trouble(), None, "{text}");
        }
    }
}
