//! Compare: read both sides side by side, find what differs. It reads only; nothing is kept open afterwards.

use std::path::PathBuf;

use crate::connect::{self, Purpose, Target};
use crate::diff::{self, DiffOptions, Privileges};
use crate::engines::{self, Dialect};
use crate::model::{Changeset, EngineKind, Failure, FailureKind, Schema};

use super::queue::Job;
use super::select::{RenameText, renamings};
use super::{ddl, failure};

/// Where a schema comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A live database.
    Database { label: Box<str>, target: Target },
    /// DDL files, loaded on a scratch database of `engine`, or of the other side's engine.
    Ddl { label: Box<str>, path: PathBuf, engine: Option<EngineKind> },
}

impl Source {
    /// What the user called it, without secrets.
    pub fn label(&self) -> &str {
        match self {
            Self::Database { label, .. } | Self::Ddl { label, .. } => label,
        }
    }

    pub fn engine(&self) -> Option<EngineKind> {
        match self {
            Self::Database { target, .. } => Some(target.engine()),
            Self::Ddl { engine, .. } => *engine,
        }
    }
}

#[derive(Clone, Debug)]
pub struct CompareOrder {
    pub current: Source,
    pub desired: Source,
    pub privileges: Privileges,
    pub renames: Vec<RenameText>,
}

/// One side, as it was read.
#[derive(Clone, Debug)]
pub struct Side {
    pub label: Box<str>,
    pub schema: Schema,
}

/// Both sides and what differs.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub current: Side,
    pub desired: Side,
    pub changeset: Changeset,
    /// The options it was found with.
    pub options: DiffOptions,
}

pub(super) async fn compare(order: &CompareOrder, job: &Job) -> Result<Comparison, Failure> {
    let dialect = dialect(order)?;
    job.reporter.doing(format!("reading {} and {}", order.current.label(), order.desired.label()));
    // Both to their end, even when one fails: a read under way is answered, not dropped.
    let (current, desired) = tokio::join!(
        read(&order.current, &order.desired, dialect, job),
        read(&order.desired, &order.current, dialect, job)
    );
    let (current, desired) = (current?, desired?);
    job.stop.check()?;
    job.reporter.doing("comparing");
    let mut options = DiffOptions { privileges: order.privileges, ..DiffOptions::default() };
    let mut changeset = diff::diff(&current.schema, &desired.schema, &options);
    if !order.renames.is_empty() {
        options.renames = renamings(&order.renames, &changeset)?;
        changeset = diff::diff(&current.schema, &desired.schema, &options);
    }
    Ok(Comparison { current, desired, changeset, options })
}

/// The one dialect of both sides.
pub(super) fn dialect(order: &CompareOrder) -> Result<&'static dyn Dialect, Failure> {
    let (current, desired) = (&order.current, &order.desired);
    let engine = match (current.engine(), desired.engine()) {
        (Some(a), Some(b)) if a != b => {
            return Err(Failure::new(
                FailureKind::Usage,
                format!(
                    "{} is {} and {} is {}: two engines cannot be compared",
                    current.label(),
                    a.title(),
                    desired.label(),
                    b.title()
                ),
            ));
        }
        (Some(engine), _) | (None, Some(engine)) => engine,
        (None, None) => {
            return Err(Failure::new(
                FailureKind::Usage,
                format!("nothing says which engine {} and {} are for", current.label(), desired.label()),
            )
            .hint("add `?engine=postgres` or `?engine=sqlite` to one of the paths"));
        }
    };
    engines::dialect(engine).ok_or_else(|| failure::no_dialect(current.label(), engine))
}

/// Reads one side. `other` decides the scratch server where this side is only files.
async fn read(source: &Source, other: &Source, dialect: &dyn Dialect, job: &Job) -> Result<Side, Failure> {
    let label = source.label();
    let schema = match source {
        Source::Database { target, .. } => read_database(label, target, dialect, job).await?,
        Source::Ddl { path, .. } => ddl::load(label, path, other, dialect, job).await?,
    };
    Ok(Side { label: label.into(), schema })
}

/// Reads a live database, in one session that is closed at the end.
pub(super) async fn read_database(
    label: &str,
    target: &Target,
    dialect: &dyn Dialect,
    job: &Job,
) -> Result<Schema, Failure> {
    // Nothing runs on the server before the session stands, so an attempt may be dropped.
    let opened = tokio::select! {
        opened = connect::open(target, Purpose::Read) => opened,
        () = job.stop.wished() => return Err(super::stop::cancelled()),
    };
    let mut connection = opened.map_err(|error| failure::wire(label, &error))?;
    let _reachable = job.stop.register(connection.as_ref());
    job.stop.check()?;
    engines::introspect(dialect, connection.as_mut())
        .await
        .map_err(|error| failure::introspect(label, &error))
}
