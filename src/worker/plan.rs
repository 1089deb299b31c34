//! The headless plan: compare, draft, prove, write down, one after the other. Each stage is a command of its own
//! too; this is their order.

use std::path::PathBuf;
use std::sync::Arc;

use crate::export::Proof;
use crate::model::Failure;
use crate::safety::DataLoss;

use super::compare::{self, CompareOrder, Comparison};
use super::draft::{self, DraftOrder, Drafted};
use super::queue::Job;
use super::select::{self, Pick, Selection};
use super::{disk, execute, prove};

#[derive(Clone, Debug)]
pub struct PlanOrder {
    pub compare: CompareOrder,
    /// `None`: named after the folder, or after what it does.
    pub name: Option<String>,
    /// Where the folder is written.
    pub out: Option<PathBuf>,
    pub rehearsal: Rehearsal,
    pub loss: DataLoss,
    pub selection: Selection,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rehearsal {
    Wanted,
    Skipped,
}

/// A plan, and where it was written.
#[derive(Clone, Debug)]
pub struct Planned {
    pub drafted: Arc<Drafted>,
    pub folder: Option<PathBuf>,
}

pub(super) async fn plan(order: &PlanOrder, job: &Job) -> Result<Planned, Failure> {
    let comparison = Arc::new(compare::compare(&order.compare, job).await?);
    job.stop.check()?;
    let drafted = drawn(order, comparison, job).await?;
    // The last moment to stop: nothing has been written yet.
    job.stop.check()?;
    if let Some(folder) = &order.out {
        disk::save(&drafted, &execute::actor(job).name, folder)?;
    }
    Ok(Planned { drafted: Arc::new(drafted), folder: order.out.clone() })
}

/// Everything up to the files.
async fn drawn(order: &PlanOrder, comparison: Arc<Comparison>, job: &Job) -> Result<Drafted, Failure> {
    job.reporter.doing("planning");
    let chosen = select::selected(&comparison.changeset, &order.selection)?;
    let folder = order.out.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    let mut drafted = draft::draft(&DraftOrder {
        comparison,
        chosen,
        name: order.name.as_deref().or(folder).map(str::to_owned),
        loss: order.loss,
    })?;
    // The reader knows the objects as they were named.
    let objects = |pick| match order.selection.pick == pick {
        true => order.selection.objects.clone(),
        false => Vec::new(),
    };
    drafted.record.origin.exactly = objects(Pick::Exactly);
    drafted.record.origin.only = objects(Pick::Only);
    drafted.record.origin.skip = objects(Pick::Except);
    job.stop.check()?;
    match order.rehearsal {
        Rehearsal::Wanted => prove::prove_draft(&drafted, job).await,
        Rehearsal::Skipped if drafted.record.plan.steps.is_empty() => Ok(drafted),
        Rehearsal::Skipped => {
            let proof = Proof::NotRehearsed { why: "left out with --no-rehearse".into() };
            let record = crate::export::Record { proof, ..drafted.record.clone() };
            drafted.with_record(record)
        }
    }
}
