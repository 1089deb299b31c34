//! A theme file: `inherits`, `variant`, `symbols`, `[palette]`, `[scope]`. Files are laid over each other, the
//! root first; colours are looked up at the end, so that a palette alone makes a new theme. Every complaint
//! names file, line and key, and the nearest right word.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use unicode_width::UnicodeWidthStr;

use super::colour::{Colour, OWN_NAMES, Rgb};
use super::glyphs::Symbols;
use super::role::Role;
use super::{Coat, DEFAULT_THEME, Modifiers, Paint, Theme, ThemeText, Variant};
use crate::config::document::{Document, Section};
use crate::config::nearest::{nearest, suggest};
use crate::model::{Failure, FailureKind};

/// Wider signs would push the text away.
const WIDEST_SIGN: usize = 2;

/// A theme of the house.
pub(super) struct House {
    pub name: &'static str,
    file: &'static str,
    text: &'static str,
    /// The file over what it inherits, read once.
    stack: LazyLock<Option<Stack>>,
}

macro_rules! house {
    ($name:literal) => {
        House {
            name: $name,
            file: concat!("themes/", $name, ".toml"),
            text: include_str!(concat!("../../../themes/", $name, ".toml")),
            stack: LazyLock::new(|| laid($name)),
        }
    };
}

pub(super) static HOUSE: [House; 5] =
    [house!("terminal"), house!("dark"), house!("light"), house!("high-contrast"), house!("mono")];

impl House {
    fn origin(&self) -> Origin<'static> {
        Origin { file: self.file, text: self.text, whose: Whose::House }
    }
}

fn laid(name: &str) -> Option<Stack> {
    let house = HOUSE.iter().find(|house| house.name == name)?;
    let mut stack = Stack::default();
    stack.file(name, house.origin(), &BTreeMap::new(), &mut Vec::new()).ok()?;
    Some(stack)
}

/// A file's name in messages, its text, and who wrote it.
#[derive(Clone, Copy)]
struct Origin<'a> {
    file: &'a str,
    text: &'a str,
    whose: Whose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    House,
    User,
}

/// Reads a theme with all that it inherits.
pub(super) fn read(name: &str, own: &BTreeMap<String, ThemeText>) -> Result<Theme, Failure> {
    let mut stack = Stack::default();
    stack.lay(name, own, &mut Vec::new(), None)?;
    Ok(stack.theme(name))
}

/// What the files laid so far say.
#[derive(Clone, Default)]
struct Stack {
    variant: Option<Variant>,
    symbols: Option<Symbols>,
    palette: BTreeMap<String, Colour>,
    scopes: BTreeMap<Role, Scope>,
}

#[derive(Clone, Default)]
struct Scope {
    fg: Option<String>,
    bg: Option<String>,
    modifiers: Option<Modifiers>,
    sign: Option<Box<str>>,
}

impl Stack {
    /// Lays the file of that name over what it inherits. `open` holds the user's files that wait for it, `from`
    /// the place that names it.
    fn lay<'a>(
        &mut self,
        name: &'a str,
        own: &'a BTreeMap<String, ThemeText>,
        open: &mut Vec<&'a str>,
        from: Option<&Section<'_>>,
    ) -> Result<(), Failure> {
        // A file may have the name of a theme of the house and inherit from it.
        let theirs = own.get(name).filter(|_| !open.contains(&name));
        let ours = HOUSE.iter().find(|house| house.name == name);
        match (theirs, ours) {
            (Some(theirs), _) => {
                let origin = Origin { file: &theirs.file, text: &theirs.text, whose: Whose::User };
                self.file(name, origin, own, open)
            }
            (None, Some(house)) => {
                // Read once; only a user's own root makes another theme of ours.
                if !own.contains_key(DEFAULT_THEME)
                    && let Some(stack) = LazyLock::force(&house.stack)
                {
                    *self = stack.clone();
                    return Ok(());
                }
                self.file(name, house.origin(), own, open)
            }
            (None, None) => Err(unknown(name, own, open, from)),
        }
    }

    /// Reads a file over what it inherits.
    fn file<'a>(
        &mut self,
        name: &'a str,
        origin: Origin<'_>,
        own: &'a BTreeMap<String, ThemeText>,
        open: &mut Vec<&'a str>,
    ) -> Result<(), Failure> {
        let document = Document { name: origin.file, folder: Path::new("."), text: origin.text };
        let table = document.parse()?;
        let root = document.root(table.get_ref());
        root.only(&["inherits", "variant", "symbols", "palette", "scope"])?;
        match (root.string("inherits")?, origin.whose) {
            // Only the root of all inherits from nothing.
            (None, Whose::House) if name == DEFAULT_THEME => {}
            (parent, whose) => {
                if whose == Whose::User {
                    open.push(name);
                }
                let parent = match parent {
                    None => DEFAULT_THEME,
                    // Kept under the name in the table, which outlives this file's text.
                    Some(parent) => {
                        let known =
                            own.keys().map(String::as_str).chain(HOUSE.iter().map(|house| house.name));
                        match known.into_iter().find(|known| *known == parent) {
                            Some(known) => known,
                            None => return Err(unknown(parent, own, open, Some(&root))),
                        }
                    }
                };
                self.lay(parent, own, open, Some(&root))?;
            }
        }
        self.read(&root)
    }

    fn read(&mut self, root: &Section<'_>) -> Result<(), Failure> {
        if let Some(word) = root.string("variant")? {
            let known = [Variant::Dark, Variant::Light];
            let found = known.into_iter().find(|variant| variant.id() == word);
            self.variant = Some(found.ok_or_else(|| {
                let hint = suggest(word, &known.map(Variant::id));
                root.wrong("variant", format!("unknown variant `{word}`"), hint)
            })?);
        }
        if let Some(word) = root.string("symbols")? {
            self.symbols = Some(Symbols::of(word).ok_or_else(|| {
                let known = [Symbols::Unicode, Symbols::Ascii].map(Symbols::id);
                root.wrong("symbols", format!("unknown symbols `{word}`"), suggest(word, &known))
            })?);
        }
        if let Some(palette) = root.section("palette")? {
            for (name, _) in palette.keys() {
                let colour = entry(&palette, name)?;
                self.palette.insert(name.to_owned(), colour);
            }
        }
        let Some(scopes) = root.section("scope")? else { return Ok(()) };
        let mut said: BTreeMap<Role, Scope> = BTreeMap::new();
        for (name, _) in scopes.keys() {
            let role = Role::of(name).ok_or_else(|| {
                let hint = match nearest(name, Role::ALL.iter().map(|role| role.id())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "the README lists the scopes".into(),
                };
                scopes.wrong(name, format!("unknown scope `{name}`"), hint)
            })?;
            if let Some(section) = scopes.section(name)? {
                said.insert(role, self.scope(&section)?);
            }
        }
        self.merge(&said);
        Ok(())
    }

    /// What a file says of a role counts. Where it says nothing of a role, but something of the role that is
    /// most like it, that one's colours count: an older theme still matches itself. Signs and modifiers stay.
    fn merge(&mut self, said: &BTreeMap<Role, Scope>) {
        for role in Role::ALL {
            let scope = self.scopes.entry(*role).or_default();
            let mut like = Some(*role);
            while let Some(at) = like {
                if let Some(said) = said.get(&at) {
                    scope.fg = said.fg.clone().or(scope.fg.take());
                    // A background belongs to its own family: a sign in a tree has none.
                    if role.id().starts_with(at.id()) {
                        scope.bg = said.bg.clone().or(scope.bg.take());
                    }
                    if at == *role {
                        scope.modifiers = said.modifiers.or(scope.modifiers);
                        scope.sign = said.sign.clone().or(scope.sign.take());
                    }
                    break;
                }
                // The plain text lends nothing: it lies beneath all others anyway.
                like = at.like().filter(|like| *like != Role::Text);
            }
        }
    }

    fn scope(&self, section: &Section<'_>) -> Result<Scope, Failure> {
        section.only(&["fg", "bg", "modifiers", "sign"])?;
        let colour = |key: &str| -> Result<Option<String>, Failure> {
            let Some(name) = section.string(key)? else { return Ok(None) };
            match self.colour(name) {
                Some(_) => Ok(Some(name.to_owned())),
                None => Err(section.wrong(key, format!("unknown colour `{name}`"), self.near_colour(name))),
            }
        };
        let modifiers = if section.has("modifiers") { Some(modifiers(section, "modifiers")?) } else { None };
        let sign = section.string("sign")?;
        if let Some(sign) = sign
            && (!(1..=WIDEST_SIGN).contains(&sign.width()) || sign.contains(char::is_control))
        {
            return Err(section.wrong("sign", "must be one or two columns wide", "such as \"+\" or \"->\""));
        }
        Ok(Scope { fg: colour("fg")?, bg: colour("bg")?, modifiers, sign: sign.map(Into::into) })
    }

    fn colour(&self, name: &str) -> Option<Colour> {
        let own = || OWN_NAMES.iter().find(|(known, _)| *known == name).map(|(_, paint)| Colour::own(*paint));
        let exact = || Colour::columns(Some(Rgb::parse(name)?), None, None);
        self.palette.get(name).copied().or_else(own).or_else(exact)
    }

    fn near_colour(&self, name: &str) -> String {
        let own = OWN_NAMES.iter().map(|(known, _)| *known);
        match nearest(name, self.palette.keys().map(String::as_str).chain(own)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a colour is a name of [palette], `#rrggbb`, or one of the terminal's own such as `red`"
                .into(),
        }
    }

    fn theme(&self, name: &str) -> Theme {
        let paint = |name: &Option<String>| {
            name.as_deref().and_then(|name| self.colour(name)).unwrap_or(Colour::DEFAULT)
        };
        let coats = Role::ALL.iter().map(|role| {
            let scope = self.scopes.get(role).cloned().unwrap_or_default();
            Coat {
                fg: paint(&scope.fg),
                bg: paint(&scope.bg),
                modifiers: scope.modifiers.unwrap_or_default(),
                sign: scope.sign,
            }
        });
        Theme { name: name.into(), variant: self.variant, symbols: self.symbols, coats: coats.collect() }
    }
}

/// An entry of the palette: `"#rrggbb"`, a colour of the terminal's own, or the columns of both.
fn entry(palette: &Section<'_>, name: &str) -> Result<Colour, Failure> {
    if name == "default" {
        return Err(palette.wrong(name, "`default` is the terminal's own", "choose another name"));
    }
    let Some(columns) = palette.table(name) else {
        let text = palette.string(name)?.unwrap_or_default();
        let own = OWN_NAMES.iter().find(|(known, _)| *known == text).map(|(_, paint)| Colour::own(*paint));
        let exact = || Colour::columns(Some(Rgb::parse(text)?), None, None);
        return own.or_else(exact).ok_or_else(|| wrong_colour(palette, name, text));
    };
    columns.only(&["rgb", "ansi256", "ansi16"])?;
    let rgb = match columns.string("rgb")? {
        None => None,
        Some(text) => Some(Rgb::parse(text).ok_or_else(|| {
            columns.wrong("rgb", format!("`{text}` is no colour"), "write it as \"#rrggbb\"")
        })?),
    };
    let ansi256 = match columns.number("ansi256")? {
        None => None,
        Some(number) => Some(u8::try_from(number).map_err(|_| {
            columns.wrong("ansi256", format!("{number} is too large"), "numbers go from 0 to 255")
        })?),
    };
    let ansi16 = match columns.string("ansi16")? {
        None => None,
        Some(text) => Some(own_colour(&columns, text)?),
    };
    Colour::columns(rgb, ansi256, ansi16)
        .ok_or_else(|| palette.wrong(name, "has no column", "give `rgb`, `ansi256` or `ansi16`"))
}

fn own_colour(columns: &Section<'_>, text: &str) -> Result<Paint, Failure> {
    let found = OWN_NAMES.iter().find(|(known, _)| *known == text).map(|(_, paint)| *paint);
    found.ok_or_else(|| wrong_colour(columns, "ansi16", text))
}

fn wrong_colour(section: &Section<'_>, key: &str, text: &str) -> Failure {
    let hint = match nearest(text, OWN_NAMES.iter().map(|(known, _)| *known)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "write it as \"#rrggbb\", or name one of the terminal's own such as `red` or `bright-red`".into()
        }
    };
    section.wrong(key, format!("unknown colour `{text}`"), hint)
}

fn modifiers(section: &Section<'_>, key: &str) -> Result<Modifiers, Failure> {
    let mut modifiers = Modifiers::default();
    for word in section.strings(key)? {
        match word.as_str() {
            "bold" => modifiers.bold = true,
            "dim" => modifiers.dim = true,
            "italic" => modifiers.italic = true,
            "underlined" => modifiers.underlined = true,
            "reversed" => modifiers.reversed = true,
            other => {
                let hint = suggest(other, &["bold", "dim", "italic", "underlined", "reversed"]);
                return Err(section.wrong(key, format!("unknown modifier `{other}`"), hint));
            }
        }
    }
    Ok(modifiers)
}

fn unknown(
    name: &str,
    own: &BTreeMap<String, ThemeText>,
    open: &[&str],
    from: Option<&Section<'_>>,
) -> Failure {
    let mut known: Vec<&str> = HOUSE.iter().map(|house| house.name).collect();
    known.extend(own.keys().map(String::as_str).filter(|own| !open.contains(own)));
    match from {
        Some(section) if open.contains(&name) => {
            let way = open.join("`, then `");
            section.wrong("inherits", format!("goes round in a circle: `{way}`"), suggest("", &known))
        }
        Some(section) => {
            section.wrong("inherits", format!("there is no theme `{name}`"), suggest(name, &known))
        }
        None => Failure::new(FailureKind::Config, format!("no theme is called `{name}`"))
            .hint(suggest(name, &known)),
    }
}
