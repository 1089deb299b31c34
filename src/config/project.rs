//! The project file: found, read, and joined with the user's own defaults. A mistake in one environment
//! leaves the others usable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::document::{Document, Section};
use super::environment::{compared, journal, scratch_mysql, scratch_postgres};
use super::nearest::nearest;
use super::{Environment, Keyring, Source, reference};
use crate::connect::Target;
use crate::connect::scratch::Servers;
use crate::diff::Privileges;
use crate::model::{Dropped, Failure, FailureKind};

/// The name of the project file.
const FILE: &str = "migrator.toml";

/// What the process was started in. Holds the environment's secrets: no `Debug`.
pub struct Surroundings {
    /// Relative paths of the command line count from here.
    pub folder: PathBuf,
    pub variables: BTreeMap<String, String>,
    /// The folder of the user's own defaults, settings, keymaps and themes.
    pub defaults: Option<PathBuf>,
    /// The folder for what the workbench remembers.
    pub state: Option<PathBuf>,
    /// The folder for what has to last.
    pub data: Option<PathBuf>,
    /// What a person has typed since the start.
    pub typed: Keyring,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let own = directories::ProjectDirs::from("", "", "migrator-tui");
        Self {
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            defaults: own.as_ref().map(|own| own.config_dir().to_path_buf()),
            data: own.as_ref().map(|own| own.data_local_dir().to_path_buf()),
            typed: Keyring::default(),
            state: own.map(|own| own.state_dir().unwrap_or_else(|| own.data_local_dir()).to_path_buf()),
        }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

/// An environment, or what is wrong with it.
pub struct Entry {
    pub name: String,
    pub environment: Result<Environment, Failure>,
}

#[derive(Default)]
pub struct Project {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// In the order of their stages; those without one stand behind, in the order of the file.
    pub entries: Vec<Entry>,
    /// What comparisons of URLs and files do.
    pub privileges: Privileges,
    /// Whether plans keep what they drop.
    pub dropped: Dropped,
    /// The servers meant for scratch databases.
    pub scratch: Servers,
    /// The database of the team's journal; `Some(Err(_))`: one is wanted, and this is wrong with it.
    pub journal: Option<Result<Target, Failure>>,
    /// Mistakes outside the environments; nothing else is lost to them.
    pub problems: Vec<Failure>,
}

impl Project {
    /// Reads the file that was named, or the nearest one up from the folder we are in, and the user's defaults.
    /// Fails if the named file is missing, or if a file is no TOML.
    pub fn load(named: Option<&Path>, surroundings: &Surroundings) -> Result<Self, Failure> {
        let mut project = Self::default();
        let file = match named {
            Some(path) => {
                let path = surroundings.folder.join(path);
                Some(if path.is_dir() { path.join(FILE) } else { path })
            }
            None => {
                surroundings.folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
            }
        };
        if let Some(path) = file {
            project.read(&path, surroundings)?;
            project.file = Some(path);
        }
        // What the project says comes first.
        let defaults = surroundings.defaults.as_ref().map(|folder| folder.join(FILE));
        if let Some(path) = defaults.filter(|path| path.is_file() && project.file.as_ref() != Some(path)) {
            project.read(&path, surroundings)?;
        }
        project.entries.sort_by_key(|entry| {
            entry.environment.as_ref().ok().and_then(|found| found.stage).unwrap_or(u32::MAX)
        });
        Ok(project)
    }

    fn read(&mut self, path: &Path, surroundings: &Surroundings) -> Result<(), Failure> {
        let shown = path.strip_prefix(&surroundings.folder).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(FailureKind::Config, format!("{shown} cannot be read: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let document = Document { name: &shown, folder, text: &text };
        let table = document.parse()?;
        let root = document.root(table.get_ref());
        let first = self.file.is_none() && self.entries.is_empty();
        if let Err(failure) = root.only(&["environments", "journal", "keep_dropped", "privileges", "scratch"])
        {
            self.problems.push(failure);
        }
        let privileges = self.note(root.flag("privileges")).flatten().map(compared);
        if let Some(privileges) = privileges.filter(|_| first) {
            self.privileges = privileges;
        }
        let keeps = self.note(root.flag("keep_dropped")).flatten();
        if let Some(keeps) = keeps.filter(|_| first) {
            self.dropped = if keeps { Dropped::Kept } else { Dropped::Lost };
        }
        if let Some(section) = self.note(root.section("scratch")).flatten() {
            self.note(section.only(&["mysql", "postgres"]));
            let postgres = self.note(scratch_postgres(&section, surroundings)).flatten();
            let mysql = self.note(scratch_mysql(&section, surroundings)).flatten();
            self.scratch.postgres = self.scratch.postgres.take().or(postgres);
            self.scratch.mysql = self.scratch.mysql.take().or(mysql);
        }
        if self.journal.is_none() {
            self.journal = journal(&root, surroundings).transpose();
        }
        if let Some(section) = self.note(root.section("environments")).flatten() {
            self.environments(&section, privileges.unwrap_or(self.privileges), surroundings);
        }
        Ok(())
    }

    fn environments(&mut self, section: &Section<'_>, privileges: Privileges, surroundings: &Surroundings) {
        for (name, _) in section.keys() {
            if self.knows(name) {
                continue;
            }
            let environment = match section.section(name) {
                Err(failure) => Err(failure),
                Ok(_) if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) => {
                    Err(section.wrong(name, "a name has letters, digits, `-`, `_` and `.`", ""))
                }
                Ok(None) => continue,
                Ok(Some(one)) => Environment::read(name, &one, privileges, surroundings),
            };
            self.entries.push(Entry { name: name.to_owned(), environment });
        }
    }

    /// Keeps a mistake and goes on.
    fn note<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        result.map_err(|failure| self.problems.push(failure)).ok()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The environment of that name. Fails if there is none, or with what is wrong with it.
    pub fn environment(&self, name: &str) -> Result<&Environment, Failure> {
        match self.entries.iter().find(|entry| entry.name == name) {
            Some(entry) => entry.environment.as_ref().map_err(Clone::clone),
            None => {
                let names: Vec<&str> = self.entries.iter().map(|entry| entry.name.as_str()).collect();
                let hint = match (nearest(name, names.iter().copied()), &self.file) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, None) => format!("there is no {FILE} here or above"),
                    (None, Some(_)) if names.is_empty() => "the project file names no environment".into(),
                    (None, Some(_)) => format!("known are {}", names.join(", ")),
                };
                Err(Failure::new(FailureKind::Usage, format!("no environment is called `{name}`")).hint(hint))
            }
        }
    }

    /// The environment that a plan has to pass before it may go to this one.
    pub fn before(&self, name: &str) -> Option<&Environment> {
        let at = self.entries.iter().position(|entry| entry.name == name)?;
        let own = self.entries.get(at)?.environment.as_ref().ok()?.stage?;
        let earlier = self.entries.iter().take(at).rev().filter_map(|entry| entry.environment.as_ref().ok());
        earlier.into_iter().find(|found| found.stage.is_some_and(|stage| stage < own))
    }

    /// Finds out what a REF of the command line means, credentials included.
    pub async fn source(&self, reference: &str, surroundings: &Surroundings) -> Result<Source, Failure> {
        reference::source(self, reference, surroundings).await
    }
}
