//! What has to be true before anything is sent: two environments that are one database, findings that nobody
//! answered for, a guard, a stage that was left out. Each refusal says what to do.

use std::time::UNIX_EPOCH;

use crate::config::{Guard, Origin, Place, Window};
use crate::connect::{self, Connection, Purpose, Target};
use crate::export::{Noted, Proof, server_words};
use crate::model::{Course, End, Failure, FailureKind, Keepsake, Plan, Reversal, RunState, ServerVersion};
use crate::safety::DataLoss;

use super::super::queue::Job;
use super::super::{clock, failure};
use super::{Errand, ExecuteOrder, Kept, Spot};

/// By this name a person goes on with a run outside the hours of maintenance.
const OUTSIDE: &str = "outside-window";
/// By this name a person lets a plan through that the stage before ran on another major version of the server.
const VERSION: &str = "other-version";

/// Passes, or says why not. What could not be looked at is noted.
pub(super) async fn pass(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    kept: &Kept,
    reader: &mut dyn Connection,
    job: &Job,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    closed(order)?;
    obstacles(order, spot, kept, reader, job, notes).await.into_iter().next().map_or(Ok(()), Err)
}

/// All that stands in the way, whoever agrees and whenever it is. What could not be looked at is noted.
pub(super) async fn obstacles(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    kept: &Kept,
    reader: &mut dyn Connection,
    job: &Job,
    notes: &mut Vec<String>,
) -> Vec<Failure> {
    let mut found = Vec::new();
    let begins = match order.errand {
        Errand::Run | Errand::Promote => true,
        Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_) => false,
    };
    if begins {
        found.extend(answered(&order.acknowledged, &kept.record.findings).err());
        found.extend(proven(&order.on, &kept.record.proof).err());
        found.extend(staged(order).err());
    }
    job.reporter.doing("making sure that no two environments are one database");
    found.extend(apart(order, spot, reader, notes).await.err());
    if order.errand == Errand::Promote {
        found.extend(passed(order, kept, reader.version()).await.err());
    }
    found
}

/// A freeze, or an hour that is not for maintenance. What began may be ended, at an hour for it or by name, and taken
/// back at any time.
pub(super) fn closed(order: &ExecuteOrder) -> Result<(), Failure> {
    let (on, calendar) = (&order.on.name, &order.on.calendar);
    let resumes = match order.errand {
        Errand::Run | Errand::Promote | Errand::Contract(_) => false,
        Errand::Resume(_) => true,
        Errand::RollBack(_) => return Ok(()),
    };
    if let (Some(why), false) = (&calendar.freeze, resumes) {
        return Err(refused(format!("{on} is frozen: {why}"))
            .hint("nothing begins there until `freeze` is taken out of the project file"));
    }
    let by_name = resumes && order.acknowledged.iter().any(|name| name == OUTSIDE);
    match outside(&calendar.windows) {
        None => Ok(()),
        Some(_) if by_name => Ok(()),
        Some(why) => Err(refused(format!("{on}: {why}")).hint(if resumes {
            "wait for it, or go on at once: --acknowledge outside-window"
        } else {
            "wait for it; `windows` in the project file says when"
        })),
    }
}

/// Why it is not the hour for maintenance, if it is not.
pub(super) fn outside(windows: &[Window]) -> Option<String> {
    let now = i64::try_from(clock::unix()).unwrap_or(i64::MAX);
    if windows.is_empty() || windows.iter().any(|window| window.is_open(now)) {
        return None;
    }
    let texts: Vec<&str> = windows.iter().map(Window::text).collect();
    Some(format!("it is outside the maintenance window ({})", texts.join("; ")))
}

/// A guarded environment that has a stage before it is promoted to.
fn staged(order: &ExecuteOrder) -> Result<(), Failure> {
    let on = &order.on;
    match (&order.errand, &order.before) {
        (Errand::Run, Some(before)) if on.guard != Guard::None => Err(refused(format!(
            "{} is guarded and comes after {}: a plan does not begin there",
            on.name, before.name
        ))
        .hint(format!("run it on {}, then `migrator-tui promote DIR --to {}`", before.name, on.name))),
        (
            Errand::Run | Errand::Promote | Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_),
            _,
        ) => Ok(()),
    }
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

/// Taking steps back loses what was written since. Somebody has to say that it may.
pub(super) fn answered_for(loss: DataLoss, plan: &Plan, applied: usize) -> Result<(), Failure> {
    let lost: Vec<&str> = plan
        .steps
        .iter()
        .take(applied)
        .filter_map(|step| match &step.reversal {
            Reversal::Lossy { lost, .. } => lost.since.as_deref(),
            Reversal::Exact(_) | Reversal::Impossible(_) => None,
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

/// After a contract there is no way back. Somebody has to say that there need be none.
pub(super) fn given_up(loss: DataLoss, plan: &Plan, state: &RunState) -> Result<(), Failure> {
    let kept: Vec<String> =
        plan.steps.iter().filter_map(|step| step.keeps.as_ref()).map(Keepsake::what).collect();
    match (loss, kept.is_empty()) {
        (DataLoss::Allowed, _) | (DataLoss::Refused, true) => Ok(()),
        (DataLoss::Refused, false) => Err(refused(format!(
            "after this there is no way back of run {}; it removes for good:\n  {}",
            state.run,
            kept.join("\n  ")
        ))
        .hint("save it first where it matters; then answer for the loss: --allow-destructive")),
    }
}

/// Two environments that are one database in truth would be staging and production at once.
async fn apart(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    reader: &mut dyn Connection,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
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
    Ok(())
}

/// What tells a database from any other.
pub(super) async fn identity(spot: &Spot<'_>, reader: &mut dyn Connection) -> Result<String, Failure> {
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
    // A number is used again after a file is gone; the moment of its birth tells the two apart, where it is known.
    let born = found.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let born = born.map(|since| format!(":{}", since.as_nanos())).unwrap_or_default();
    Ok(format!("{}:{}{born}", found.dev(), found.ino()))
}

/// The same plan must have run on the stage before, been verified there, and not been taken back.
async fn passed(order: &ExecuteOrder, kept: &Kept, version: &ServerVersion) -> Result<(), Failure> {
    let Kept { digest, record, .. } = kept;
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
        Some([]) => alike(order, before, (run, reader.version()), version),
        Some([difference, ..]) => Err(refused(format!(
            "run {} on {} did not lead where the plan says: {difference}",
            run.run, before.name
        ))
        .hint("make the plan again from what is there")),
        None => Err(first(format!("run {} on {} was not verified", run.run, before.name))),
    }
}

/// What one major version has shown says little of another one.
fn alike(
    order: &ExecuteOrder,
    before: &Place,
    (run, now): (&RunState, &ServerVersion),
    version: &ServerVersion,
) -> Result<(), Failure> {
    // As it was then; where that was not written down, as it is now.
    let then = match &*run.opened.circumstances.server {
        "" => server_words(now),
        words => words.to_owned(),
    };
    let here = server_words(version);
    if major(&then) == major(&here) || order.acknowledged.iter().any(|name| name == VERSION) {
        return Ok(());
    }
    Err(refused(format!("{} ran the plan on {then}, and {} is {here}", before.name, order.on.name)).hint(
        format!("bring both to one major version, or answer for the difference: --acknowledge {VERSION}"),
    ))
}

/// The first number in a server's words.
fn major(words: &str) -> Option<u32> {
    words.split(|letter: char| !letter.is_ascii_digit()).find_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_version_is_the_first_number() {
        for (words, number) in
            [("PostgreSQL 15.18 (Debian 15.18-0)", Some(15)), ("SQLite 3.50.2", Some(3)), ("unknown", None)]
        {
            assert_eq!(major(words), number, "{words}");
        }
    }
}
