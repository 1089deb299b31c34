//! DDL files as one side of a comparison: loaded on a scratch database, read back, and thrown away.

use std::path::Path;

use crate::engines::Dialect;
use crate::model::{Failure, FailureKind, Schema};

use super::compare::Source;
use super::queue::Job;

pub(super) async fn load(
    label: &str,
    path: &Path,
    other: &Source,
    dialect: &dyn Dialect,
    job: &Job,
) -> Result<Schema, Failure> {
    let _ = (path, other, dialect);
    job.stop.check()?;
    Err(Failure::new(FailureKind::Internal, format!("{label}: DDL files cannot be loaded yet")))
}
