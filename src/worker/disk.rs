//! Plan folders on disk: read whole, written whole. A file appears finished or not at all; a folder that holds
//! something else is left alone.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engines;
use crate::export::{
    self, CONTRACT_FILE, Direction, FolderError, FolderText, PLAN_FILE, Record, script_name,
};
use crate::model::{Failure, FailureKind};

use super::draft::Drafted;

/// Larger than any plan; a file beyond it is not ours.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Writes a draft into a folder.
#[derive(Clone, Debug)]
pub struct SaveOrder {
    pub drafted: Arc<Drafted>,
    pub folder: PathBuf,
}

/// Writes a draft's folder. Whoever writes it down is its author.
pub(super) fn save(drafted: &Drafted, author: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let record = Record { author: Some(author.into()), ..drafted.record.clone() };
    write_plan(folder, &drafted.with_record(record)?.text()?)?;
    Ok(folder.to_path_buf())
}

/// Reads a plan's folder and checks that its files belong together.
pub fn read_plan(folder: &Path) -> Result<Record, Failure> {
    if !folder.is_dir() {
        return Err(Failure::new(FailureKind::Usage, format!("{} is not a plan's folder", folder.display()))
            .hint("name the folder that `plan --out` wrote"));
    }
    let contract = folder.join(CONTRACT_FILE);
    let text = FolderText {
        plan: read(&folder.join(PLAN_FILE))?,
        forward: read(&folder.join(script_name(Direction::Forward)))?,
        rollback: read(&folder.join(script_name(Direction::Rollback)))?,
        contract: if contract.exists() { Some(read(&contract)?) } else { None },
    };
    export::read(&text, engines::dialect).map_err(|error| folder_failure(folder, &error))
}

/// A plan in a folder of plans.
#[derive(Clone, Debug)]
pub struct PlanFolder {
    pub folder: PathBuf,
    /// What it says of itself, or why it cannot be read.
    pub record: Result<Record, Failure>,
}

/// The plans in a folder, the latest first. None, where there is no such folder.
pub(super) fn plans(folder: &Path) -> Vec<PlanFolder> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let folders = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<PlanFolder> = folders
        .filter(|path| path.join(PLAN_FILE).is_file())
        .map(|folder| PlanFolder { record: read_plan(&folder), folder })
        .collect();
    let made = |plan: &PlanFolder| plan.record.as_ref().map(|record| record.generated.clone()).ok();
    found.sort_by(|one, other| made(other).cmp(&made(one)).then_with(|| one.folder.cmp(&other.folder)));
    found
}

/// Writes a plan's folder, over an earlier plan of ours if there is one.
pub fn write_plan(folder: &Path, text: &FolderText) -> Result<(), Failure> {
    let failed = |what: &Path, error: &std::io::Error| {
        Failure::new(FailureKind::Local, format!("{} cannot be written: {error}", what.display()))
            .hint("choose another folder with --out, or make this one writable")
    };
    refuse_foreign(folder)?;
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    // The record comes last: without it the scripts are nobody's plan.
    let files = [
        (script_name(Direction::Forward), Some(&text.forward)),
        (script_name(Direction::Rollback), Some(&text.rollback)),
        (CONTRACT_FILE, text.contract.as_ref()),
        (PLAN_FILE, Some(&text.plan)),
    ];
    for (name, content) in files {
        let Some(content) = content else { continue };
        let path = folder.join(name);
        replace(folder, &path, content).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// Files of our names that we did not write stay as they are.
fn refuse_foreign(folder: &Path) -> Result<(), Failure> {
    let refuse =
        |what: String| Err(Failure::new(FailureKind::Usage, what).hint("choose another folder with --out"));
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(_) if !folder.is_dir() => return refuse(format!("{} is not a folder", folder.display())),
        Ok(_) | Err(_) => {}
    }
    let ours = match fs::read_to_string(folder.join(PLAN_FILE)) {
        Ok(text) => text.lines().any(|line| line.starts_with("digest = \"sha256:")),
        Err(_) => false,
    };
    let names = [PLAN_FILE, script_name(Direction::Forward), script_name(Direction::Rollback), CONTRACT_FILE];
    for name in names {
        let path = folder.join(name);
        if let Ok(found) = fs::symlink_metadata(&path)
            && (!ours || !found.is_file())
        {
            return refuse(format!("{} is there already and was not written by us", path.display()));
        }
    }
    Ok(())
}

/// Writes beside the target and renames over it.
fn replace(folder: &Path, path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".migrator-").tempfile_in(folder)?;
    file.write_all(content.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |what: String| {
        Err(Failure::new(FailureKind::Local, format!("{}: {what}", path.display())).hint(
            "a plan's folder holds plan.toml, forward.sql and rollback.sql; make it again with `plan --out`",
        ))
    };
    match fs::metadata(path) {
        Ok(found) if found.len() > LARGEST => return failed("too large for a plan".into()),
        Ok(_) => {}
        Err(error) => return failed(error.to_string()),
    }
    match fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(_)) => failed("is not UTF-8 text".into()),
        Err(error) => failed(error.to_string()),
    }
}

fn folder_failure(folder: &Path, error: &FolderError) -> Failure {
    let hint = match error {
        FolderError::Digest | FolderError::Judgment | FolderError::Script { .. } => {
            "make the plan again with `plan --out`; a changed script is no longer the plan that was proven"
        }
        FolderError::Version(_) | FolderError::Engine(_) => "use the release of migrator-tui that wrote it",
        FolderError::Unreadable(_) => "make the plan again with `plan --out`",
    };
    Failure::new(FailureKind::Local, format!("{}: {error}", folder.display())).hint(hint)
}
