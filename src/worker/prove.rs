//! The proof of a plan on a scratch database, as the worker asks `promote` for it. A plan that does not hold is a
//! result; only a missing or broken scratch server is not, and then the plan says that it is not proven.

use crate::diff::DiffOptions;
use crate::engines::Dialect;
use crate::export::Proof;
use crate::model::{Failure, FailureKind, Plan, Schema};
use crate::promote::{self, Rehearsal};

use super::queue::Job;
use super::scratch::Ground;
use super::stop;

/// Rehearses a plan between *current* and *desired*, made with `options`.
pub(super) async fn prove(
    ground: &Ground,
    plan: &Plan,
    (current, desired): (&Schema, &Schema),
    options: &DiffOptions,
    dialect: &'static dyn Dialect,
    job: &Job,
) -> Result<Proof, Failure> {
    let mut workshop = match ground.workshop(job).await {
        Ok(workshop) => workshop,
        Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
        // The plan is worth having without its proof, as long as it says so.
        Err(failure) => return Ok(Proof::NotRehearsed { why: failure.what.into() }),
    };
    job.reporter.doing(format!("rehearsing on {}", workshop.describe()));
    let request = Rehearsal { dialect, workshop: &mut workshop, current, desired, plan, options };
    // Dropping the work is safe here: closing the workshop ends its sessions on the server.
    let result = tokio::select! {
        result = promote::rehearse(request) => result,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    workshop.close().await;
    result.map(|proof| told(&proof))
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
