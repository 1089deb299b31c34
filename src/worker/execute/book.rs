//! The ledger of this project: a team's journal where the project names one, or else a file in the user's data folder.
//! It holds approvals, and what databases said of their runs. Without one nothing guarded can run.

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::config::{Guard, Project, Surroundings};
use crate::connect::{SqliteTarget, Target};
use crate::engines;
use crate::model::{Actor, Failure, FailureKind, Ident};
use crate::promote::{self, Journal, Site, ledger};

use super::super::{clock, failure};
use super::ExecuteOrder;

/// The file in the data folder.
const FILE: &str = "ledger.sqlite3";
/// Apart from the tables of a target, which may be in the same database.
const HOME: &str = "migrator_ledger";
/// By this name a person takes a journal that lost its end.
pub(super) const CUT: &str = "journal-cut";

/// Where the ledger is.
#[derive(Clone, Debug)]
pub struct Book {
    target: Target,
    label: String,
    home: Ident,
}

/// The ledger of a project. `None`: there is no folder to keep one in.
pub fn book(project: &Project, surroundings: &Surroundings) -> Result<Option<Book>, Failure> {
    let home = Ident::from(HOME);
    match &project.journal {
        Some(Err(failure)) => Err(failure.clone()),
        Some(Ok(target)) => {
            Ok(Some(Book { label: format!("the journal {target}"), target: target.clone(), home }))
        }
        None => Ok(surroundings.data.as_ref().map(|folder| Book {
            target: Target::Sqlite(SqliteTarget { path: folder.join(FILE) }),
            label: "the local journal".to_owned(),
            home,
        })),
    }
}

impl Book {
    pub(super) fn site(&self) -> Result<Site<'_>, Failure> {
        let engine = self.target.engine();
        let missing = || failure::no_dialect(&self.label, engine);
        if let Some(path) = self.target.file() {
            make(path).map_err(|error| {
                Failure::new(FailureKind::Local, format!("{} cannot be made: {error}", path.display()))
            })?;
        }
        Ok(Site {
            label: &self.label,
            target: &self.target,
            dialect: engines::dialect(engine).ok_or_else(missing)?,
            execution: engines::execution(engine)
                .ok_or_else(|| failure::no_execution(&self.label, engine))?,
            home: &self.home,
        })
    }

    /// Whether there is something to read. A team's journal is asked; a file that is missing holds nothing.
    pub(super) fn is_there(&self) -> bool {
        self.target.file().is_none_or(Path::exists)
    }

    pub(super) async fn read(&self) -> Result<Journal, Failure> {
        ledger::read(&self.site()?).await
    }
}

/// Makes the file for nobody but its owner, where it is missing.
fn make(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent()
        && !folder.is_dir()
    {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file.sync_all(),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// The ledger as an order needs it. A guarded database needs one that works; elsewhere its failure is noted.
pub(super) async fn opened(
    order: &ExecuteOrder,
    notes: &mut Vec<String>,
) -> Result<Option<Journal>, Failure> {
    let guarded = order.on.guard != Guard::None;
    let Some(book) = &order.book else {
        if guarded {
            let what =
                format!("{} is guarded, and there is no journal to look for an approval in", order.on.name);
            return Err(Failure::new(FailureKind::Config, what)
                .hint("set `journal` in the project file, or HOME, so that there is a data folder"));
        }
        return Ok(None);
    };
    match book.read().await {
        Ok(journal) => Ok(Some(journal)),
        Err(failure) if guarded => Err(failure),
        Err(failure) => {
            notes.push(format!(
                "{}; nothing is remembered of this run outside of {}",
                failure.what, order.on.name
            ));
            Ok(None)
        }
    }
}

/// A database's journal must go on from what was seen of it. A person may take it as it is, by name.
pub(super) async fn continuous(
    order: &ExecuteOrder,
    (site, reader, database): (&Site<'_>, &mut dyn crate::connect::Connection, &str),
    found: &Journal,
    ledger: &Journal,
    actor: &Actor,
) -> Result<(), Failure> {
    let environment = order.on.name.as_str();
    let cut = |journal| ledger::cut(ledger, ledger::Witnessed { environment, database, journal });
    if cut(found).is_none() {
        return Ok(());
    }
    // Somebody may have come to an end between the reading of the one and of the other.
    let Some((common, last)) = cut(&promote::journal(site, reader).await?) else { return Ok(()) };
    if order.acknowledged.iter().any(|name| name == CUT)
        && let Some(book) = &order.book
    {
        return ledger::adopt(&book.site()?, (environment, database), actor, clock::moment).await;
    }
    let what = format!(
        "the journal of {environment} was longer when it was seen last: record {last} is gone or another one, {common} are as \
         they were. Somebody cut it off, or the database was restored"
    );
    Err(Failure::new(FailureKind::Refused, what).hint(format!(
        "`migrator-tui history` shows what was seen; compare the schema, then take the journal as it is: \
         --acknowledge {CUT}"
    )))
}

/// Copies what a run wrote in its database, so that it is known elsewhere too. A failure is worth a word.
pub(super) async fn copied(
    order: &ExecuteOrder,
    site: &Site<'_>,
    database: &str,
    reader: &mut dyn crate::connect::Connection,
) -> Result<(), Failure> {
    let Some(book) = &order.book else { return Ok(()) };
    let journal = promote::journal(site, reader).await?;
    let seen = ledger::Witnessed { environment: &order.on.name, database, journal: &journal };
    ledger::copy(&book.site()?, seen, clock::moment).await
}
