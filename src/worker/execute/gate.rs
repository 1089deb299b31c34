//! What has to be true before anything is sent: two environments that are one database, findings that nobody
//! answered for, a guard, a stage that was left out. Each refusal says what to do.

use crate::config::{Guard, Origin, Place};
use crate::connect::{self, Connection, Purpose, Target};
use crate::export::{Noted, Proof, Record};
use crate::model::{Course, End, Failure, FailureKind, Fingerprint, LossTime, Plan, Reversal, RunState};
use crate::safety::DataLoss;

use super::super::failure;
use super::super::queue::Job;
use super::{Errand, ExecuteOrder, Spot};

/// Passes, or says why not. What could not be looked at is noted.
pub(super) async fn pass(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    record: &Record,
    digest: &Fingerprint,
    reader: &mut dyn Connection,
    job: &Job,
) -> Result<Vec<String>, Failure> {
    match order.errand {
        Errand::Run | Errand::Promote => {}
        // What began may be ended or taken back, where no guard says otherwise.
        Errand::Resume(_) | Errand::RollBack(_) => {
            guarded(order)?;
            return apart(order, spot, reader).await;
        }
    }
    answered(&order.acknowledged, &record.findings)?;
    proven(&order.on, &record.proof)?;
    guarded(order)?;
    job.reporter.doing("making sure that no two environments are one database");
    let notes = apart(order, spot, reader).await?;
    if order.errand == Errand::Promote {
        passed(order, digest, record).await?;
    }
    Ok(notes)
}

fn refused(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Refused, what)
}

/// Every finding of severity error needs somebody who answers for it, by its rule's name.
fn answered(acknowledged: &[String], findings: &[Noted]) -> Result<(), Failure> {
    let mut open: Vec<&str> = findings
        .iter()
        .filter(|found| found.stops() && !acknowledged.iter().any(|rule| rule == found.rule.as_ref()))
        .map(|found| found.rule.as_ref())
        .collect();
    open.dedup();
    match open.first() {
        None => Ok(()),
        Some(first) => Err(refused(format!("findings of severity error stand: {}", open.join(", "))).hint(
            format!("read them with `migrator-tui lint`; answer for each by name: --acknowledge {first}"),
        )),
    }
}

fn proven(on: &Place, proof: &Proof) -> Result<(), Failure> {
    match proof {
        Proof::Proven { .. } => Ok(()),
        Proof::Failed { .. } => Err(refused("the plan did not hold when it was rehearsed")
            .hint("`migrator-tui rehearse` tells where; a plan that fails on scratch runs nowhere")),
        Proof::NotRehearsed { why } if on.guard != Guard::None => {
            Err(refused(format!("the plan is not proven ({why}), and {} is guarded", on.name))
                .hint("prove it first: `migrator-tui rehearse DIR`"))
        }
        Proof::NotRehearsed { .. } => Ok(()),
    }
}

/// No approval can be given yet, so a guard is a no.
fn guarded(order: &ExecuteOrder) -> Result<(), Failure> {
    let on = &order.on;
    match on.guard {
        Guard::None => Ok(()),
        Guard::Confirm | Guard::Typed | Guard::TwoPerson => {
            Err(refused(format!("{} is guarded ({}): it takes an approval", on.name, on.guard.word())).hint(
                "this release knows no approvals: run the plan's scripts with the engine's own client, \
                 or take the guard away in the project file",
            ))
        }
    }
}

/// Taking steps back loses what was written since. Somebody has to say that it may.
pub(super) fn answered_for(loss: DataLoss, plan: &Plan, applied: usize) -> Result<(), Failure> {
    let lost: Vec<&str> = plan
        .steps
        .iter()
        .take(applied)
        .filter_map(|step| match &step.reversal {
            Reversal::Lossy { lost, .. } if lost.when == LossTime::Since => Some(lost.what.as_ref()),
            Reversal::Lossy { .. } | Reversal::Exact(_) | Reversal::Impossible(_) => None,
        })
        .collect();
    match (loss, lost.is_empty()) {
        (DataLoss::Allowed, _) | (DataLoss::Refused, true) => Ok(()),
        (DataLoss::Refused, false) => {
            Err(refused(format!("taking it back loses what was written since:\n  {}", lost.join("\n  ")))
                .hint("save it first where it matters; then answer for the loss: --allow-destructive"))
        }
    }
}

/// Two environments that are one database in truth would be staging and production at once.
async fn apart(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    reader: &mut dyn Connection,
) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let own = identity(spot, reader).await?;
    let looks = order.others.iter().filter(|other| other.name != order.on.name).map(|other| async move {
        let found = match Spot::of(other) {
            Ok(spot) => match connect::open(&other.target, Purpose::Read).await {
                Ok(mut reader) => identity(&spot, reader.as_mut()).await,
                Err(error) => Err(failure::wire(&other.name, &error)),
            },
            Err(failure) => Err(failure),
        };
        (other, found)
    });
    for (other, found) in futures_util::future::join_all(looks).await {
        match found {
            Ok(found) if found == own => {
                let hint = match order.on.origin {
                    Origin::Project => "mend the URL of one of them in the project file".to_owned(),
                    // Its guard holds however it is called.
                    Origin::Url => format!("name it as the project does: {}", other.name),
                };
                return Err(
                    refused(format!("{} and {} are the same database", order.on.name, other.name)).hint(hint)
                );
            }
            Ok(_) => {}
            Err(failure) if other.guard != Guard::None => {
                return Err(refused(format!(
                    "{} is guarded and cannot be asked whether it is {}: {}",
                    other.name, order.on.name, failure.what
                ))
                .hint("mend its entry in the project file, or reach it, and try again"));
            }
            Err(failure) => notes.push(format!(
                "{} could not be asked whether it is the same database: {}",
                other.name, failure.what
            )),
        }
    }
    Ok(notes)
}

/// What tells a database from any other.
async fn identity(spot: &Spot<'_>, reader: &mut dyn Connection) -> Result<String, Failure> {
    let label = &spot.place.name;
    let mut refusal = None;
    for sql in spot.execution.identity() {
        match reader.query(&sql).await {
            Ok(rows) => return Ok(rows.cell(0, 0).unwrap_or_default().to_owned()),
            Err(error) => refusal = Some(failure::wire(label, &error)),
        }
    }
    match refusal {
        Some(refusal) => Err(refusal),
        None => file_identity(&spot.place.target)
            .map_err(|error| Failure::new(FailureKind::Local, format!("{label}: {error}"))),
    }
}

fn file_identity(target: &Target) -> std::io::Result<String> {
    use std::os::unix::fs::MetadataExt;
    let Some(path) = target.file() else { return Ok(target.to_string()) };
    let found = std::fs::metadata(path)?;
    Ok(format!("{}:{}", found.dev(), found.ino()))
}

/// The same plan must have run on the stage before, been verified there, and not been taken back.
async fn passed(order: &ExecuteOrder, digest: &Fingerprint, record: &Record) -> Result<(), Failure> {
    let Some(before) = &order.before else { return Ok(()) };
    let spot = Spot::of(before)?;
    let mut reader = spot.reader().await?;
    let runs = spot.runs(reader.as_mut()).await?;
    let first = |what: String| {
        refused(what).hint(format!("run the plan there first: `migrator-tui run DIR --on {}`", before.name))
    };
    let of_plan = |run: &&RunState| run.opened.plan == *digest && run.opened.course == Course::Forward;
    let Some(run) = runs.iter().rev().find(of_plan) else {
        return Err(first(format!("{} has not run this plan ({})", before.name, record.plan.name)));
    };
    match run.closed.as_ref().map(|closed| closed.end) {
        Some(End::Done) => {}
        Some(End::TakenBack) => {
            return Err(first(format!("run {} on {} was taken back", run.run, before.name)));
        }
        Some(End::Parked | End::Failed) | None => {
            return Err(first(format!("run {} on {} did not come to its end", run.run, before.name)));
        }
    }
    match run.verified.as_ref().map(|verified| verified.differences.as_slice()) {
        Some([]) => Ok(()),
        Some([difference, ..]) => Err(refused(format!(
            "run {} on {} did not lead where the plan says: {difference}",
            run.run, before.name
        ))
        .hint("make the plan again from what is there")),
        None => Err(first(format!("run {} on {} was not verified", run.run, before.name))),
    }
}
