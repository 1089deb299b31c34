//! Catalog rows → schema. `information_schema` tells tables and their parts; what it keeps in another form than the
//! server's own print (views, routines, triggers, events, partitions) is read from SHOW CREATE. Pure: it sends nothing.

mod assembly;
mod catalog;
mod columns;
mod indexes;
mod keys;
mod own;
mod programs;
mod relations;
mod show;
mod views;

use super::vendor::Vendor;
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{Schema, ServerVersion, Sql};

use assembly::{Assembly, rows};
use show::Shown;

pub(super) use catalog::queries;

/// Why a system-versioned table is not altered.
pub(super) const VERSIONED: &str = "a system-versioned table keeps its history, which an ALTER could break";

pub(super) fn particulars(answers: &[Rows]) -> Vec<Sql> {
    catalog::particulars(answers).into_iter().map(catalog::Particular::question).collect()
}

pub(super) fn assemble(
    version: &ServerVersion,
    answers: &[Rows],
    like: Option<&Schema>,
) -> Result<Schema, AssembleError> {
    let vendor = Vendor::of(version);
    let shown = Shown::read(answers);
    let mut assembly = Assembly::new(like);
    let session = rows(answers, catalog::SESSION).next();
    let database = session.as_ref().and_then(|row| row.maybe(0)).unwrap_or_default().to_owned();
    let reader = session.as_ref().and_then(|row| row.maybe(1)).map(show::account);
    let settings = show::settings(session.as_ref().and_then(|row| row.maybe(2)).unwrap_or_default());
    let checks = keys::checks(answers)?;
    relations::read(&mut assembly, answers, &shown)?;
    columns::read(&mut assembly, answers, vendor, &checks, &database)?;
    indexes::read(&mut assembly, answers, vendor)?;
    keys::read(&mut assembly, answers, &checks, &database)?;
    views::read(&mut assembly, answers, &shown, &database)?;
    programs::read(&mut assembly, answers, &shown, &database)?;
    Ok(assembly.done(version, reader, settings))
}
