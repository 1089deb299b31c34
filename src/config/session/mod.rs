//! What the workbench remembers between two starts, one file for each project and pair of sides. These are wire
//! types of their own. A file is written whole or not at all, readable by its owner alone, and never holds a
//! password. A file that cannot be understood is moved aside, not lost.

mod secrecy;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use secrecy::without_secrets;

use crate::model::{Failure, FailureKind};

/// The form of the file. Another number is another release's.
const VERSION: u64 = 1;
/// Larger than any session; a file beyond it is not ours.
const LARGEST: u64 = 64 * 1024 * 1024;
/// So many files that were moved aside are kept for each session.
const ASIDE: u32 = 9;

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Session {
    pub sides: Sides,
    /// The rows of the trees that are open, by object id.
    pub open: Vec<String>,
    /// The object under the cursor.
    pub cursor: Option<String>,
    pub focus: Option<Pane>,
    pub layout: Layout,
    pub diff: DiffView,
    /// Changes that are left out of the plan, by object id.
    pub unselected: Vec<String>,
    pub marks: Vec<Mark>,
    /// Scripts that were edited and not saved.
    pub sql: Option<UnsavedSql>,
    pub keymap: Option<String>,
    pub theme: Option<String>,
}

/// What was compared. Passwords are taken out when it is stored.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sides {
    /// A REF.
    pub current: String,
    /// A REF.
    pub desired: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    Current,
    Desired,
    Diff,
    Sql,
    Agent,
    Findings,
    Log,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Layout {
    /// The share of a pane's side of each divider, in thousandths, by the divider's name.
    pub shares: BTreeMap<String, u16>,
    pub zoomed: Option<Pane>,
    pub log: Visibility,
}

/// Whether something that may be hidden is there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    Hidden,
    Visible,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiffView {
    pub layout: DiffLayout,
    pub words: Words,
    /// Lines around a change; `None` for the usual number.
    pub context: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffLayout {
    #[default]
    Unified,
    SideBySide,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Words {
    #[default]
    Marked,
    Plain,
}

/// What a reviewer said of a change. It counts for the content that it was said of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The change, by object id.
    pub change: String,
    /// The hash of what was reviewed.
    pub content: String,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    pub by: String,
    /// Seconds since 1970, UTC.
    pub when: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    /// Another change is wanted.
    Wanted,
    /// A comment alone.
    Comment,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsavedSql {
    pub forward: String,
    pub rollback: String,
    /// The digest of the plan that they were edited from.
    pub digest: String,
}

/// Where the session of a project and its sides is kept. `project` is the project file, or the folder we are in.
pub fn place(state: &Path, project: &Path, sides: &Sides) -> PathBuf {
    let project = fs::canonicalize(project).unwrap_or_else(|_| project.to_path_buf());
    let mut hash = Sha256::new();
    for part in [
        project.as_os_str().as_encoded_bytes(),
        without_secrets(&sides.current).as_bytes(),
        without_secrets(&sides.desired).as_bytes(),
    ] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    }
    let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    state.join("sessions").join(format!("{name}.json"))
}

/// Reads a session; `None` if there is none. A file that is broken, or another release's, is moved aside, and
/// the failure says where to.
pub fn load(path: &Path) -> Result<Option<Session>, Failure> {
    let unreadable = |why: String| {
        Failure::new(FailureKind::Local, format!("{} cannot be read: {why}", path.display()))
            .hint("the workbench begins anew, and will try to write the file when it ends")
    };
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
        Ok(found) => found,
    };
    if !found.is_file() {
        return Err(unreadable("it is no file".into()));
    }
    if found.len() > LARGEST {
        return Err(aside(path, "it is too large".into()));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    match parse(&bytes) {
        Ok(session) => Ok(Some(session)),
        Err(error) => Err(aside(path, error)),
    }
}

/// Writes beside the file and renames over it. Whoever reads it finds the old one or the new one.
pub fn store(path: &Path, session: &Session) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(FailureKind::Local, format!("{} cannot be written: {error}", path.display()))
            .hint("what the workbench shows now will not be there at the next start")
    };
    let text = text(session).map_err(|error| failed(&error))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    create(folder).map_err(|error| failed(&error))?;
    replace(folder, path, &text).map_err(|error| failed(&error))
}

/// The file's text.
fn text(session: &Session) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct File<'a> {
        version: u64,
        session: &'a Session,
    }
    let mut session = session.clone();
    session.sides.current = without_secrets(&session.sides.current);
    session.sides.desired = without_secrets(&session.sides.desired);
    let file = File { version: VERSION, session: &session };
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// Fails with the line, the key and what is wrong.
fn parse(bytes: &[u8]) -> Result<Session, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(rename = "version")]
        _version: u64,
        session: Session,
    }
    /// What every release's file has.
    #[derive(Deserialize)]
    struct Head {
        version: u64,
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
    let head: Head = serde_json::from_str(text).map_err(|error| told(text, &error))?;
    if head.version != VERSION {
        return Err(format!(
            "line 2: version: {} is another release's, this one writes {VERSION}",
            head.version
        ));
    }
    let file: File = serde_json::from_str(text).map_err(|error| told(text, &error))?;
    Ok(file.session)
}

/// `line 7: marks: invalid type …`: the key is the last one before the place.
fn told(text: &str, error: &serde_json::Error) -> String {
    let line = error.line();
    let key = text.lines().take(line).filter_map(|line| {
        let (key, _) = line.trim_start().strip_prefix('"')?.split_once("\":")?;
        Some(key)
    });
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or(&what);
    match key.last() {
        Some(key) => format!("line {line}: {key}: {what}"),
        None => format!("line {line}: {what}"),
    }
}

/// Moves a file out of the way, and says why and where it is now.
fn aside(path: &Path, why: String) -> Failure {
    let beside = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 1 { ".aside".to_owned() } else { format!(".aside-{number}") });
        PathBuf::from(name)
    };
    // A name that is taken holds somebody's unsaved scripts, perhaps.
    let free = (1..ASIDE).map(beside).find(|path| fs::symlink_metadata(path).is_err());
    let target = free.unwrap_or_else(|| beside(ASIDE));
    let what = format!("{}: {why}", path.display());
    let hint = match fs::rename(path, &target) {
        Ok(()) => format!("it was moved to {}; the workbench begins anew", target.display()),
        Err(error) => format!("it could not be moved aside ({error}); the workbench begins anew"),
    };
    Failure::new(FailureKind::Local, what).hint(hint)
}

/// Makes the folder, for its owner alone.
fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

fn replace(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    // Made readable by its owner alone.
    let mut file = tempfile::Builder::new().prefix(".session-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name, too, has to survive a crash. Where folders cannot be synced, there is nothing more to do.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}
