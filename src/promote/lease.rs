//! One run per environment, across machines: a lock that dies with its owner, and a number that grows with each
//! owner, so that a former one that wakes up writes nothing.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::connect::{Connection, Target, WireError, WireErrorKind};
use crate::engines::Own;
use crate::model::{Actor, Entry, RunId};
use crate::sql;
use crate::sqltext::Literal;

use super::journal::Home;

/// Held until it is given back, or until the session or the process ends.
pub(crate) struct Lock {
    file: Option<File>,
}

/// Who has it instead.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holder {
    pub who: Box<str>,
    pub run: Box<str>,
    pub plan: Box<str>,
    pub since: Box<str>,
}

pub(crate) enum Locked {
    Ours(Lock),
    Theirs(Holder),
}

/// Takes the lock of the database, if it is free. `keeper` is the session that it lives and dies with.
pub(crate) async fn lock(
    home: Home<'_>,
    keeper: &mut dyn Connection,
    target: &Target,
) -> Result<Locked, WireError> {
    let ours = match home.execution.try_lock() {
        Some(sql) => {
            let rows = keeper.query(&sql).await?;
            (rows.cell(0, 0) == Some("t")).then_some(Lock { file: None })
        }
        None => file_lock(target)?.map(|file| Lock { file: Some(file) }),
    };
    match ours {
        Some(lock) => Ok(Locked::Ours(lock)),
        None => Ok(Locked::Theirs(holder(home, keeper).await?)),
    }
}

/// Who has it, asked by a session that only reads; `None`: nobody has.
pub(crate) async fn seen(
    home: Home<'_>,
    reader: &mut dyn Connection,
    target: &Target,
) -> Result<Option<Holder>, WireError> {
    let taken = match home.execution.lock_seen() {
        Some(sql) => reader.query(&sql).await?.cell(0, 0) == Some("t"),
        None => file_seen(target)?,
    };
    if taken { holder(home, reader).await.map(Some) } else { Ok(None) }
}

/// Whoever wrote down that they have it.
async fn holder(home: Home<'_>, keeper: &mut dyn Connection) -> Result<Holder, WireError> {
    if !home.exists(keeper).await? {
        return Ok(Holder::default());
    }
    let lease = home.execution.own(home.name, Own::Lease);
    let rows = keeper
        .query(&sql!(home.engine; "SELECT holder, run, plan, since FROM ", &lease, " WHERE id = 1"))
        .await?;
    // Whoever has the lock may not have written it down yet: then the run that stands there is an earlier one.
    let journal = home.read(keeper).await.unwrap_or_default();
    let written = rows.cell(0, 1).unwrap_or_default();
    let last = journal.records.iter().rev().find(|record| record.run.as_str() == written);
    if last.is_some_and(|record| matches!(record.entry, Entry::Closed(_))) {
        return Ok(Holder::default());
    }
    let cell = |at| rows.cell(0, at).unwrap_or_default().into();
    Ok(Holder { who: cell(0), run: cell(1), plan: cell(2), since: cell(3) })
}

/// Writes down that we have it, and gives the number to write under.
pub(crate) async fn advance(
    home: Home<'_>,
    keeper: &mut dyn Connection,
    actor: &Actor,
    (run, plan): (&RunId, &str),
    since: &str,
) -> Result<u64, WireError> {
    let lease = home.execution.own(home.name, Own::Lease);
    let taken = sql!(home.engine; "UPDATE ", &lease, " SET fence = fence + 1, holder = ", Literal(&actor.to_string()),
        ", run = ", Literal(run.as_str()), ", plan = ", Literal(plan), ", since = ", Literal(since),
        " WHERE id = 1");
    keeper.execute(&taken).await?;
    let rows = keeper.query(&sql!(home.engine; "SELECT fence FROM ", &lease, " WHERE id = 1")).await?;
    rows.cell(0, 0).and_then(|fence| fence.parse().ok()).ok_or_else(|| {
        WireError::new(WireErrorKind::Statement, format!("{lease} has no row: it was emptied by hand"))
    })
}

impl Lock {
    /// Gives it back. A session that is gone has given it back already.
    pub(crate) async fn release(self, home: Home<'_>, keeper: &mut dyn Connection) -> Result<(), WireError> {
        drop(self.file);
        let Some(sql) = home.execution.unlock() else { return Ok(()) };
        let rows = keeper.query(&sql).await?;
        if rows.cell(0, 0) == Some("t") {
            return Ok(());
        }
        // Behind a pooler the lock may live in a session that we never see again.
        let what = "the lock of this database was not held by this session: is there a pooler in between?";
        Err(WireError::new(WireErrorKind::Statement, what))
    }
}

/// The file that stands in for a lock of the server's: it stays, empty, because taking it away would let two
/// processes hold two files of one name.
fn lock_file(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-migrator-lock");
    PathBuf::from(name)
}

/// Whether somebody has the file. It is asked for together with others who only ask, and let go at once.
fn file_seen(target: &Target) -> Result<bool, WireError> {
    let Some(database) = target.file() else { return Ok(false) };
    let path = lock_file(&std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned()));
    // Without the file nobody has ever run a plan here; one that we may not open is somebody's own affair.
    let Ok(file) = File::open(&path) else { return Ok(false) };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(WireError::new(
            WireErrorKind::Denied,
            format!("{} cannot be asked for its lock: {error}", path.display()),
        )),
    }
}

fn file_lock(target: &Target) -> Result<Option<File>, WireError> {
    let Some(database) = target.file() else { return Ok(None) };
    // Two paths of one file have one lock.
    let path = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let path = lock_file(&path);
    let failed = |error: std::io::Error| {
        WireError::new(WireErrorKind::Denied, format!("{} cannot be locked: {error}", path.display()))
    };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
