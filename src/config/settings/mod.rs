//! The user's settings: `config.toml`, and the keymaps and themes beside it. A mistake is told and leaves the
//! rest usable. What is done with them is decided elsewhere.

mod own;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use own::{Own, Seen, look, names, text};

use super::Surroundings;
use super::document::{Document, Section};
use super::keymap::{DEFAULT_KEYMAP, Keymap};
use super::nearest::suggest;
use super::theme::{DEFAULT_THEME, Symbols, Theme, Variant};
use crate::model::Failure;

/// The name of the settings file.
const FILE: &str = "config.toml";

/// What the user has chosen, with every keymap and theme that there is to choose from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    pub theme: ThemeChoice,
    /// The name of the keymap.
    pub keymap: Option<String>,
    /// `None`: what the theme asks for, or else the locale.
    pub symbols: Option<Symbols>,
    pub motion: Motion,
    pub mouse: Mouse,
    /// Those of the house first, then the user's own; a namesake stands in the place of ours.
    pub keymaps: Vec<Keymap>,
    pub themes: Vec<Theme>,
    seen: Vec<Seen>,
    folder: Option<PathBuf>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ThemeChoice {
    /// No setting.
    #[default]
    Unset,
    One(String),
    /// By the terminal's background.
    ByBackground {
        dark: String,
        light: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Motion {
    #[default]
    Full,
    /// Nothing moves by itself; a word says that something is running.
    Reduced,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mouse {
    #[default]
    Off,
    On,
}

/// A theme that there is, or what is wrong with it.
pub struct Listed {
    pub name: String,
    /// The user's file; `None` for one of the house.
    pub file: Option<String>,
    pub theme: Result<Theme, Failure>,
}

impl Settings {
    /// Reads everything. What has a mistake is left at its default, and the mistake told.
    pub fn load(surroundings: &Surroundings) -> (Self, Vec<Failure>) {
        let folder = surroundings.defaults.clone();
        // Looked at first: what changes while we read is read again.
        let seen = folder.as_deref().map(look).unwrap_or_default();
        let own = Own::read(folder.as_deref());
        let mut settings = Self { seen, folder, ..Self::default() };
        let mut problems = Vec::new();
        let mut broken = settings.keymaps_of(&own);
        broken.extend(settings.themes_of(&own));
        settings.choose(&mut problems, &mut broken);
        (settings, problems)
    }

    /// Whether a file has been written, added or removed since they were read.
    pub fn changed(&self) -> bool {
        self.folder.as_deref().is_some_and(|folder| look(folder) != self.seen)
    }

    /// What is to be watched for changes: each file that was read, and the folders where others may turn up.
    pub fn files(&self) -> Vec<PathBuf> {
        let folders = self.folder.iter().flat_map(|folder| [folder.join("keymaps"), folder.join("themes")]);
        folders.chain(self.seen.iter().map(|seen| seen.path.clone())).collect()
    }

    /// The keymap to begin with.
    pub fn keymap(&self) -> Keymap {
        let name = self.keymap.as_deref().unwrap_or(DEFAULT_KEYMAP);
        self.keymaps.iter().find(|map| map.name() == name).cloned().unwrap_or_default()
    }

    /// The theme to begin with on a background, if it is known; an unknown one is taken for dark.
    pub fn theme(&self, background: Option<Variant>) -> Theme {
        let name = match (&self.theme, background) {
            (ThemeChoice::Unset, _) => DEFAULT_THEME,
            (ThemeChoice::One(name), _) => name,
            (ThemeChoice::ByBackground { light, .. }, Some(Variant::Light)) => light,
            (ThemeChoice::ByBackground { dark, .. }, Some(Variant::Dark) | None) => dark,
        };
        self.themes.iter().find(|theme| theme.name() == name).cloned().unwrap_or_default()
    }

    fn keymaps_of(&mut self, own: &Own) -> Broken {
        let mut broken = Broken::new();
        for name in names(Keymap::builtin_names(), &own.keymaps) {
            let map = match own.keymaps.get(&name) {
                None => Keymap::load(&name, None),
                Some(Err(failure)) => Err(failure.clone()),
                Some(Ok(own)) => Keymap::load(&name, Some((&own.file, &own.text))),
            };
            match map {
                Ok(map) => self.keymaps.push(map),
                Err(failure) => {
                    // The house's own of that name keeps working.
                    self.keymaps.extend(Keymap::builtin(&name));
                    broken.insert(("keymap", name), failure);
                }
            }
        }
        broken
    }

    fn themes_of(&mut self, own: &Own) -> Broken {
        let mut broken = Broken::new();
        for listed in own.themes() {
            match listed.theme {
                Ok(theme) => self.themes.push(theme),
                Err(failure) => {
                    self.themes.extend(Theme::builtin(&listed.name));
                    broken.insert(("theme", listed.name), failure);
                }
            }
        }
        broken
    }

    /// Reads `config.toml`. A keymap or theme that is broken is told if it is chosen.
    fn choose(&mut self, problems: &mut Vec<Failure>, broken: &mut Broken) {
        let path = self.folder.as_ref().map(|folder| folder.join(FILE)).filter(|path| path.exists());
        let mut choice = Choice { problems, broken };
        if let Some(path) = path {
            let name = path.display().to_string();
            match text(&path) {
                Err(failure) => choice.problems.push(failure),
                Ok(text) => {
                    let document = Document { name: &name, folder: Path::new("."), text: &text };
                    match document.parse() {
                        Err(failure) => choice.problems.push(failure),
                        Ok(table) => self.read(&document.root(table.get_ref()), &mut choice),
                    }
                }
            }
        }
        // A broken namesake of what counts without any setting counts, too.
        if self.keymap.is_none() {
            choice.tell("keymap", DEFAULT_KEYMAP);
        }
        if self.theme == ThemeChoice::Unset {
            choice.tell("theme", DEFAULT_THEME);
        }
    }

    fn read(&mut self, root: &Section<'_>, choice: &mut Choice<'_>) {
        choice.note(root.only(&["ui"]));
        let Some(ui) = choice.note(root.section("ui")).flatten() else { return };
        choice.note(ui.only(&["theme", "keymap", "symbols", "motion", "mouse"]));
        let keymaps: Vec<&str> = self.keymaps.iter().map(Keymap::name).collect();
        if let Some(name) = choice.note(ui.string("keymap")).flatten() {
            self.keymap = choice.named(&ui, "keymap", name, "keymap", &keymaps);
        }
        let themes: Vec<&str> = self.themes.iter().map(Theme::name).collect();
        if let Some(sides) = ui.table("theme") {
            choice.note(sides.only(&["dark", "light"]));
            let mut side = |key: &str| {
                let name = choice.note(sides.string(key)).flatten().unwrap_or(key);
                choice.named(&sides, key, name, "theme", &themes).unwrap_or_else(|| key.to_owned())
            };
            self.theme = ThemeChoice::ByBackground { dark: side("dark"), light: side("light") };
        } else if let Some(name) = choice.note(ui.string("theme")).flatten()
            && let Some(name) = choice.named(&ui, "theme", name, "theme", &themes)
        {
            self.theme = ThemeChoice::One(name);
        }
        let symbols = [Symbols::Unicode, Symbols::Ascii].map(|symbols| (symbols.id(), symbols));
        self.symbols = choice.word(&ui, "symbols", &symbols);
        let motion = [("full", Motion::Full), ("reduced", Motion::Reduced)];
        self.motion = choice.word(&ui, "motion", &motion).unwrap_or_default();
        let mouse = [("off", Mouse::Off), ("on", Mouse::On)];
        self.mouse = choice.word(&ui, "mouse", &mouse).unwrap_or_default();
    }
}

/// Every theme of the house and of the user, for `theme list`.
pub fn listed_themes(surroundings: &Surroundings) -> Vec<Listed> {
    Own::read(surroundings.defaults.as_deref()).themes()
}

/// Keymaps and themes that do not load, by what they are and their name.
type Broken = BTreeMap<(&'static str, String), Failure>;

/// Reading on after a mistake.
struct Choice<'a> {
    problems: &'a mut Vec<Failure>,
    broken: &'a mut Broken,
}

impl Choice<'_> {
    fn note<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        result.map_err(|failure| self.problems.push(failure)).ok()
    }

    fn tell(&mut self, what: &'static str, name: &str) {
        self.problems.extend(self.broken.remove(&(what, name.to_owned())));
    }

    /// The name of a keymap or theme, if there is one that loads.
    fn named(
        &mut self,
        section: &Section<'_>,
        key: &str,
        name: &str,
        what: &'static str,
        known: &[&str],
    ) -> Option<String> {
        let there = self.broken.contains_key(&(what, name.to_owned()));
        self.tell(what, name);
        if known.contains(&name) {
            return Some(name.to_owned());
        }
        if !there {
            let wrong = format!("no {what} is called `{name}`");
            self.problems.push(section.wrong(key, wrong, suggest(name, known)));
        }
        None
    }

    fn word<T: Copy>(&mut self, section: &Section<'_>, key: &str, known: &[(&str, T)]) -> Option<T> {
        let word = self.note(section.string(key)).flatten()?;
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == word) {
            return Some(*value);
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        self.problems.push(section.wrong(key, format!("unknown word `{word}`"), suggest(word, &names)));
        None
    }
}
