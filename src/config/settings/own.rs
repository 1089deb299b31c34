//! The files of the user's settings folder: found, read, and looked at again for changes. What they mean is
//! decided elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{FILE, Listed};
use crate::config::theme::{Theme, ThemeText};
use crate::model::{Failure, FailureKind};

/// A settings file beyond it is none.
const LARGEST: u64 = 1024 * 1024;

/// A file or folder as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    time: Option<SystemTime>,
    length: u64,
}

/// The user's files.
#[derive(Default)]
pub(super) struct Own {
    pub keymaps: BTreeMap<String, Result<ThemeText, Failure>>,
    pub themes: BTreeMap<String, Result<ThemeText, Failure>>,
}

impl Own {
    pub fn read(folder: Option<&Path>) -> Self {
        let Some(folder) = folder else { return Self::default() };
        let files = |inner: &str| {
            let mut found = BTreeMap::new();
            for path in toml_files(&folder.join(inner)) {
                if let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) {
                    let file = path.display().to_string();
                    found.insert(name.to_owned(), text(&path).map(|text| ThemeText { file, text }));
                }
            }
            found
        };
        Self { keymaps: files("keymaps"), themes: files("themes") }
    }

    pub fn themes(&self) -> Vec<Listed> {
        let readable: BTreeMap<String, ThemeText> = self
            .themes
            .iter()
            .filter_map(|(name, text)| Some((name.clone(), text.as_ref().ok()?.clone())))
            .collect();
        let listed = |name: String| Listed {
            file: readable.get(&name).map(|own| own.file.clone()),
            theme: match self.themes.get(&name) {
                Some(Err(failure)) => Err(failure.clone()),
                Some(Ok(_)) | None => Theme::load(&name, &readable),
            },
            name,
        };
        names(Theme::builtin_names(), &self.themes).into_iter().map(listed).collect()
    }
}

/// The names of the house, then those that only the user has.
pub(super) fn names<T>(ours: impl Iterator<Item = &'static str>, own: &BTreeMap<String, T>) -> Vec<String> {
    let mut names: Vec<String> = ours.map(str::to_owned).collect();
    let more: Vec<String> = own.keys().filter(|name| !names.contains(name)).cloned().collect();
    names.extend(more);
    names
}

/// The text of a settings file.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let failed =
        |why: String| Failure::new(FailureKind::Config, format!("{} cannot be read: {why}", path.display()));
    let found = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(failed("it is too large, or no file".into()));
    }
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| failed("it is no UTF-8 text".into()))
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

/// The files of the folder with their times. Names and lengths count as well: an editor may put a file back
/// within the grain of the clock.
pub(super) fn look(folder: &Path) -> Vec<Seen> {
    let mut files = vec![folder.join(FILE)];
    files.extend(toml_files(&folder.join("keymaps")));
    files.extend(toml_files(&folder.join("themes")));
    let seen = |path: PathBuf| {
        let found = fs::metadata(&path).ok();
        Seen {
            time: found.as_ref().and_then(|found| found.modified().ok()),
            length: found.map_or(0, |found| found.len()),
            path,
        }
    };
    files.into_iter().map(seen).collect()
}
