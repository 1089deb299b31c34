//! Themes: what each role looks like at each depth of colour. A theme is data, from `themes/*.toml` or the user's
//! own file. Beside every colour stands a sign or a modifier that says the same. It paints nothing.

mod colour;
mod file;
mod glyphs;
mod role;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use colour::Paint;
pub use glyphs::{Frame, Glyphs, Symbols};
pub use role::Role;

use colour::Colour;
use file::HOUSE;

use crate::model::Failure;

/// The theme that is there without any setting, and the root of all others.
pub const DEFAULT_THEME: &str = "terminal";

/// How many colours a terminal has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Depth {
    /// `NO_COLOR`, or a terminal without: modifiers and signs say it all.
    None,
    Ansi16,
    Ansi256,
    True,
}

impl Depth {
    /// What the environment says of the terminal.
    pub fn of_environment(variables: &BTreeMap<String, String>) -> Self {
        let variable = |name: &str| variables.get(name).map_or("", String::as_str);
        let term = variable("TERM");
        match variable("COLORTERM") {
            _ if !variable("NO_COLOR").is_empty() => Self::None,
            "truecolor" | "24bit" => Self::True,
            _ if term == "dumb" || term.is_empty() => Self::None,
            _ if term.ends_with("-direct") => Self::True,
            _ if term.contains("256color") => Self::Ansi256,
            _ => Self::Ansi16,
        }
    }
}

/// The background that a theme is made for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variant {
    Dark,
    Light,
}

impl Variant {
    pub fn id(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// What a role looks like. Lay it over what is there already: `Paint::Default` changes nothing. The bottom of
/// the screen is painted with `Role::Text`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look<'a> {
    pub fg: Paint,
    pub bg: Paint,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub reversed: bool,
    /// One or two columns, ASCII in the themes of the house.
    pub sign: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Modifiers {
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    reversed: bool,
}

/// A role's look before the depth is known.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Coat {
    fg: Colour,
    bg: Colour,
    modifiers: Modifiers,
    sign: Option<Box<str>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    name: Box<str>,
    variant: Option<Variant>,
    symbols: Option<Symbols>,
    /// One for each of `Role::ALL`, in its order.
    coats: Vec<Coat>,
}

/// A theme file of the user: what messages call it, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeText {
    pub file: String,
    pub text: String,
}

impl Theme {
    /// A theme of the house.
    pub fn builtin(name: &str) -> Option<Self> {
        HOUSE.iter().find(|house| house.name == name)?;
        file::read(name, &BTreeMap::new()).ok()
    }

    /// The names of the themes of the house.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        HOUSE.iter().map(|house| house.name)
    }

    /// The theme of that name. The user's own files, by name, go before those of the house, and may inherit from
    /// both. Fails with file, line and key.
    pub fn load(name: &str, own: &BTreeMap<String, ThemeText>) -> Result<Self, Failure> {
        file::read(name, own)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The background it is made for; `None` for any.
    pub fn variant(&self) -> Option<Variant> {
        self.variant
    }

    /// The symbols it asks for, if it does.
    pub fn symbols(&self) -> Option<Symbols> {
        self.symbols
    }

    pub fn look(&self, role: Role, depth: Depth) -> Look<'_> {
        let Some(coat) = self.coats.get(role.at()) else { return PLAIN };
        let (fg, bg) = match depth {
            Depth::None => (Paint::Default, Paint::Default),
            Depth::Ansi16 => (coat.fg.ansi16, coat.bg.ansi16_behind),
            Depth::Ansi256 => (coat.fg.ansi256, coat.bg.ansi256),
            Depth::True => (coat.fg.true_colour, coat.bg.true_colour),
        };
        let Modifiers { bold, dim, italic, underlined, reversed } = coat.modifiers;
        Look { fg, bg, bold, dim, italic, underlined, reversed, sign: coat.sign.as_deref() }
    }
}

impl Default for Theme {
    fn default() -> Self {
        let nothing = || Self { name: DEFAULT_THEME.into(), variant: None, symbols: None, coats: Vec::new() };
        Self::builtin(DEFAULT_THEME).unwrap_or_else(nothing)
    }
}

const PLAIN: Look<'static> = Look {
    fg: Paint::Default,
    bg: Paint::Default,
    bold: false,
    dim: false,
    italic: false,
    underlined: false,
    reversed: false,
    sign: None,
};
