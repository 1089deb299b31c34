//! The proof of a plan on a scratch database, as the worker asks `promote` for it. A plan that does not hold is a
//! result; only a missing or broken scratch server is not, and then the plan says that it is not proven.

use std::sync::Arc;

use crate::diff::DiffOptions;
use crate::engines::Dialect;
use crate::export::{Proof, Record};
use crate::model::{Change, Changeset, Failure, FailureKind, Plan, Schema};
use crate::promote::{self, Rehearsal};

use super::draft::{Drafted, Residual};
use super::queue::Job;
use super::scratch::Ground;
use super::stop;

/// Proves a draft, generated or edited by hand.
#[derive(Clone, Debug)]
pub struct ProveOrder {
    pub drafted: Arc<Drafted>,
}

/// The draft with its proof. A plan without steps is proven by having none.
pub(super) async fn prove_draft(drafted: &Drafted, job: &Job) -> Result<Drafted, Failure> {
    let comparison = &drafted.comparison;
    let plan = &drafted.record.plan;
    if plan.steps.is_empty() && drafted.goal.changeset.changes.is_empty() {
        return Ok(drafted.clone());
    }
    let version = &plan.server;
    let ground = Ground::of(&comparison.order, version.engine, Some(version));
    let sides = (&comparison.current.schema, drafted.goal.schema(comparison));
    let (proof, residual) =
        rehearsed(&ground, plan, sides, &comparison.options, comparison.dialect()?, job).await?;
    let proven = drafted.with_record(Record { proof, ..drafted.record.clone() })?;
    Ok(Drafted { residual, ..proven })
}

/// Rehearses a plan between *current* and *desired*, made with `options`.
pub(super) async fn prove(
    ground: &Ground,
    plan: &Plan,
    sides: (&Schema, &Schema),
    options: &DiffOptions,
    dialect: &'static dyn Dialect,
    job: &Job,
) -> Result<Proof, Failure> {
    rehearsed(ground, plan, sides, options, dialect, job).await.map(|(proof, _)| proof)
}

async fn rehearsed(
    ground: &Ground,
    plan: &Plan,
    (current, desired): (&Schema, &Schema),
    options: &DiffOptions,
    dialect: &'static dyn Dialect,
    job: &Job,
) -> Result<(Proof, Option<Residual>), Failure> {
    let mut workshop = match ground.workshop(job).await {
        Ok(workshop) => workshop,
        Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
        // The plan is worth having without its proof, as long as it says so.
        Err(failure) => return Ok((Proof::NotRehearsed { why: failure.what.into() }, None)),
    };
    job.reporter.doing(format!("rehearsing on {}", workshop.describe()));
    let request = Rehearsal { dialect, workshop: &mut workshop, current, desired, plan, options };
    // Dropping the work is safe here: closing the workshop ends its sessions on the server.
    let result = tokio::select! {
        result = promote::rehearse(request) => result,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    workshop.close().await;
    result.map(|proof| (told(&proof), left(&proof)))
}

/// The proof as it is written down.
fn told(proof: &promote::Proof) -> Proof {
    let server = proof.scratch.as_str().into();
    let notes = proof.notes().into_iter().map(Into::into).collect();
    match &proof.not_rehearsed {
        Some(why) => Proof::NotRehearsed { why: why.as_str().into() },
        None if proof.holds() => Proof::Proven { server, notes },
        None => Proof::Failed { server, notes },
    }
}

/// What the scripts left undone.
fn left(proof: &promote::Proof) -> Option<Residual> {
    if proof.not_rehearsed.is_some() {
        return None;
    }
    let changeset = |changes: &[Change]| Changeset { changes: changes.to_vec(), suspected: Vec::new() };
    let lines = [("after forward", &proof.residual_forward), ("after rollback", &proof.residual_rollback)]
        .into_iter()
        .flat_map(|(when, changes)| {
            changes.iter().map(move |change| format!("{when}: {}", promote::words(change)).into())
        });
    Some(Residual {
        forward: changeset(&proof.residual_forward),
        rollback: changeset(&proof.residual_rollback),
        lines: lines.collect(),
    })
}
