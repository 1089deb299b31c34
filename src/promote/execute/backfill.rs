//! A statement that goes in batches. Each batch is a transaction of its own that moves the job's key with the rows, so
//! whoever goes on begins exactly behind the last row. At the end nothing may be left that its WHERE still meets.
//! Between two batches it may be stopped, and what is filled stays.

use std::time::{Duration, Instant};

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::Mishap;
use crate::model::{
    Batches, End, Entry, Failure, FailureKind, Outcome, Settled, Took, Unit, Witness, batch_size,
};
use crate::sql;

use super::super::faults;
use super::super::journal::{self, JournalError, Link, Writer};
use super::job::{Desk, Job};
use super::monitor::{Monitor, Pace};
use super::route::Route;
use super::stand::Stand;
use super::unit::{Ending, Setback, millis, spread, wait};
use super::{Control, Happening};

/// How long a batch should take.
const AIM: Duration = Duration::from_millis(500);
/// Others come to their turn between two batches.
const BREATH: Duration = Duration::from_millis(10);
/// Between two words on it.
const TOLD: Duration = Duration::from_millis(500);
/// Between two questions to the replicas, and between two words on the same pause.
const ASKED: Duration = Duration::from_secs(1);
const TOLD_AGAIN: Duration = Duration::from_secs(10);
/// How often the whole table is walked over before what is left is called a failure.
const PASSES: u32 = 3;

/// One statement on its way through its table.
struct Ride<'r, 'a> {
    writer: &'r Writer<'a>,
    route: &'r Route,
    unit: Unit,
    attempt: u32,
    batches: &'r Batches,
    total: Option<u64>,
    began: Instant,
    /// Rows walked over before this process came.
    earlier: u64,
    told: Option<Instant>,
    /// When the replicas were asked last.
    asked: Option<Instant>,
}

impl Ride<'_, '_> {
    fn at(&self) -> usize {
        self.unit.from
    }

    /// How far it is, in words and counts.
    fn pace(&self, job: &Job) -> Pace {
        let passed = job.seen.saturating_sub(self.earlier);
        let speed = passed.saturating_mul(1000) / millis(self.began.elapsed()).max(1);
        let phase = format!("batches of {}, {speed} rows/s, rows", job.size);
        Pace { phase: phase.into(), done: job.seen, total: self.total.unwrap_or(0).max(job.seen) }
    }

    fn tell(&mut self, control: &dyn Control, job: &Job) {
        if self.told.is_some_and(|told| told.elapsed() < TOLD) {
            return;
        }
        self.told = Some(Instant::now());
        let pace = Some(self.pace(job));
        let millis = millis(self.began.elapsed());
        control.hear(Happening::Working {
            statement: self.at(),
            millis,
            blockers: Vec::new(),
            pace,
            silence: None,
        });
    }
}

impl<'a> Stand<'_, 'a> {
    /// All batches that are left, and the last look.
    pub(super) async fn fill(
        &mut self,
        writer: &Writer<'a>,
        route: &Route,
        unit: Unit,
        attempt: u32,
    ) -> Result<(), Setback> {
        let at = unit.from;
        let Some(batches) = route.batches(at) else { return Ok(()) };
        let mission = self.mission;
        let wire = |error: WireError| Setback::Server { at, error };
        let desk = self.desk(writer);
        let keeper = &mut self.sessions.keeper;
        let opened = Job::open(desk, keeper, (&self.run, at), mission.digest, batches).await;
        let mut job = opened.map_err(wire)?;
        // What nobody knows is left out.
        let total = keeper.query(&mission.site.execution.estimate(batches)).await.ok();
        let total = total.and_then(|rows| rows.cell(0, 0)?.parse().ok());
        let began = Instant::now();
        let mut ride = Ride {
            writer,
            route,
            unit,
            attempt,
            batches,
            total,
            began,
            earlier: job.seen,
            told: None,
            asked: None,
        };
        mission.control.hear(Happening::Sent { statement: at, attempt });
        let mut passes = 1;
        let (mut tries, mut pause) = (1, mission.patience.pause);
        loop {
            self.may_go_on(&ride, &job)?;
            self.held_back(&mut ride, &mut job).await?;
            let sent = Instant::now();
            match self.batch(&ride, &job).await {
                Ok(Some(further)) => {
                    job = Job { size: next_size(further.size, sent.elapsed()), ..further };
                    (tries, pause) = (1, mission.patience.pause);
                    ride.tell(mission.control, &job);
                }
                Ok(None) => {
                    let left = self.last_look(&ride, &job).await?;
                    if left == 0 {
                        return Ok(());
                    }
                    if passes == PASSES {
                        return Err(left_over(batches, left));
                    }
                    // Others wrote rows behind the key, or the keys themselves have moved.
                    passes += 1;
                    job.key = None;
                }
                Err(Setback::Server { at, error }) => {
                    let is_passing = match mission.site.execution.mishap(&error) {
                        Mishap::Busy | Mishap::Beaten => error.kind == WireErrorKind::Statement,
                        Mishap::Refused => false,
                    };
                    if !is_passing || tries >= mission.patience.tries {
                        return Err(Setback::Server { at, error });
                    }
                    tries += 1;
                    job.size = (job.size / 2).max(batch_size::LEAST);
                    let spread = spread(pause);
                    let words = format!("{}; the next batch has {} rows", error.message, job.size).into();
                    mission.control.hear(Happening::Again { statement: at, words, pause: spread });
                    wait(mission.control, spread).await;
                    pause = pause.saturating_mul(2);
                    mission
                        .control
                        .hear(Happening::Sent { statement: at, attempt: ride.attempt + tries - 1 });
                }
                Err(other) => return Err(other),
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    /// Whether another batch may begin.
    fn may_go_on(&self, ride: &Ride<'_, 'a>, job: &Job) -> Result<(), Setback> {
        let control = self.mission.control;
        let stands = format!("{} rows of {} are filled and stay", job.done, ride.batches.table);
        if control.is_stopped() {
            let words = format!("stopped by a person between two batches; {stands}");
            let failure = Failure::new(FailureKind::Cancelled, &*words)
                .hint("`resume` goes on behind the last row, `rollback` takes back what ran");
            return Err(Setback::Ended(Box::new(Ending { end: End::Parked, words, failure })));
        }
        if let Some(why) = control.closed() {
            let words = format!("{why}; {stands}");
            let what = format!("{}: {words}", self.mission.site.label);
            let failure = Failure::new(FailureKind::Refused, what).hint(
                "`resume` goes on behind the last row when it is open again, `rollback` takes back what ran",
            );
            return Err(Setback::Ended(Box::new(Ending { end: End::Parked, words, failure })));
        }
        Ok(())
    }

    /// Waits while replicas are behind or cannot be asked. What comes after is smaller.
    async fn held_back(&mut self, ride: &mut Ride<'_, 'a>, job: &mut Job) -> Result<(), Setback> {
        if ride.asked.is_some_and(|asked| asked.elapsed() < ASKED) {
            return Ok(());
        }
        let control = self.mission.control;
        let mut told: Option<(String, Instant)> = None;
        loop {
            let behind = self.behind().await;
            ride.asked = Some(Instant::now());
            let Some(why) = behind.map_err(|error| Setback::Server { at: ride.at(), error })? else {
                return Ok(());
            };
            if told.is_none() {
                job.size = (job.size / 2).max(batch_size::LEAST);
            }
            if told.as_ref().is_none_or(|(words, at)| *words != why || at.elapsed() > TOLD_AGAIN) {
                let phase = format!("paused, {why}; rows").into();
                let pace = Some(Pace { phase, ..ride.pace(job) });
                let millis = millis(ride.began.elapsed());
                control.hear(Happening::Working {
                    statement: ride.at(),
                    millis,
                    blockers: Vec::new(),
                    pace,
                    silence: None,
                });
                told = Some((why, Instant::now()));
            }
            wait(control, ASKED).await;
            self.may_go_on(ride, job)?;
        }
    }

    fn desk(&self, writer: &Writer<'a>) -> Desk<'a> {
        Desk { home: self.mission.site.home(), fence: writer.fence(), now: self.mission.control.now() }
    }

    /// One batch and the job's row, or nothing of both. `None`: there is no row left beyond the key.
    async fn batch(&mut self, ride: &Ride<'_, 'a>, job: &Job) -> Result<Option<Job>, Setback> {
        self.open_transaction(ride.at()).await?;
        let inside = self.slice(ride, job).await;
        self.conclude(ride, inside.map(|further| further.ok_or(()))).await.map(Result::ok)
    }

    /// Ends the open transaction as its inside came out: kept, given up, or broken off.
    async fn conclude<K, D>(
        &mut self,
        ride: &Ride<'_, 'a>,
        inside: Result<Result<K, D>, Setback>,
    ) -> Result<Result<K, D>, Setback> {
        let kind = self.mission.site.dialect.kind();
        match &inside {
            Ok(Ok(_)) => self.commit(ride.at()).await?,
            Ok(Err(_)) => {
                let sent = self.sessions.worker.execute(&sql!(kind; "ROLLBACK")).await;
                sent.map_err(|error| Setback::Server { at: ride.at(), error })?;
            }
            Err(_) => {}
        }
        match inside {
            Err(setback) => Err(self.leave(setback).await),
            Ok(came_out) => Ok(came_out),
        }
    }

    /// What every transaction of a ride begins with: the lease is ours until it ends, and its limits are set.
    async fn claim(&mut self, ride: &Ride<'_, 'a>) -> Result<(), Setback> {
        self.hold(ride.writer, ride.at()).await?;
        if let Some(statement) = ride.route.statements.get(ride.at()) {
            self.prologue(ride.at(), statement, Vec::new()).await?;
        }
        Ok(())
    }

    async fn slice(&mut self, ride: &Ride<'_, 'a>, job: &Job) -> Result<Option<Job>, Setback> {
        let at = ride.at();
        let execution = self.mission.site.execution;
        self.claim(ride).await?;
        let wire = |error: WireError| Setback::Server { at, error };
        let next = execution.slice(ride.batches, job.key.as_deref(), job.size);
        let rows = self.sessions.worker.query(&next).await.map_err(wire)?;
        let Some(row) = rows.iter().next() else { return Ok(None) };
        let count = row.get(0).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        let upto: Option<Vec<Box<str>>> =
            (1..=ride.batches.key.len()).map(|column| row.get(column).map(Into::into)).collect();
        let Some(upto) = upto else {
            return Err(refused(format!(
                "the key {} of {} holds NULL",
                ride.batches.key_words(),
                ride.batches.table
            )));
        };
        let sql = execution.batch(ride.batches, job.key.as_deref(), &upto);
        let mut monitor =
            Monitor::new(self.mission.site, self.sessions.mark.clone(), self.mission.control, at)
                .at(ride.pace(job));
        let answer = monitor.attend(self.sessions.worker.unwatched().execute(&sql)).await;
        let done = answer.map_err(wire)?;
        faults::point("after send").await;
        let further = Job {
            key: Some(upto),
            done: job.done + done.rows_affected,
            seen: job.seen + count,
            ..job.clone()
        };
        self.note(ride, &further, "running").await?;
        Ok(Some(further))
    }

    /// Moves the job's row, in the transaction that is open.
    async fn note(&mut self, ride: &Ride<'_, 'a>, job: &Job, state: &str) -> Result<(), Setback> {
        let moved = self.sessions.worker.execute(&job.written(self.desk(ride.writer), state)).await;
        match moved.map_err(|error| Setback::Server { at: ride.at(), error })?.rows_affected {
            1 => Ok(()),
            _ => Err(JournalError::LeaseLost.into()),
        }
    }

    /// Looks whether anything is left, and writes the outcome where nothing is. Gives the number of rows that are left.
    async fn last_look(&mut self, ride: &Ride<'_, 'a>, job: &Job) -> Result<u64, Setback> {
        self.open_transaction(ride.at()).await?;
        let inside = self.outcome(ride, job).await;
        match self.conclude(ride, inside).await? {
            Ok(link) => self.journal.landed(link),
            Err(left) => return Ok(left),
        }
        let control = self.mission.control;
        control.hear(Happening::Answered { statement: ride.at(), millis: millis(ride.began.elapsed()) });
        control.hear(Happening::Settled {
            from: ride.unit.from,
            to: ride.unit.to,
            outcome: Outcome::Applied,
        });
        faults::point("after outcome").await;
        Ok(0)
    }

    async fn outcome(&mut self, ride: &Ride<'_, 'a>, job: &Job) -> Result<Result<Link, u64>, Setback> {
        let at = ride.at();
        let wire = |error: WireError| Setback::Server { at, error };
        self.claim(ride).await?;
        let question = self.mission.site.execution.left_over(ride.batches);
        let rows = self.sessions.worker.query(&question).await.map_err(wire)?;
        let left = rows.cell(0, 0).and_then(|count| count.parse::<u64>().ok());
        match left {
            Some(0) => {}
            Some(left) => return Ok(Err(left)),
            None => return Err(refused("the server did not say how many rows are left".into())),
        }
        if ride.route.closes(ride.unit) {
            for sql in &ride.route.frame.last_in_transaction {
                self.sessions.worker.execute(sql).await.map_err(wire)?;
            }
        }
        self.note(ride, job, "done").await?;
        let took = vec![Took { millis: millis(ride.began.elapsed()), rows: job.done, waited: 0 }];
        let (outcome, witness) = (Outcome::Applied, Witness::Answer);
        let settled = Settled { unit: ride.unit, outcome, witness, words: "".into(), took };
        let link = ride.writer.next(&self.journal, Entry::Settled(settled))?;
        match journal::send(&mut self.sessions.worker, &link).await {
            Ok(()) => Ok(Ok(link)),
            Err(JournalError::Wire(error)) if error.kind == WireErrorKind::Lost => {
                Err(Setback::Server { at, error })
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn refused(words: String) -> Setback {
    let failure = Failure::new(FailureKind::Server, &*words)
        .hint("what was filled stays; mend the cause and `resume`, or `rollback` the run");
    Setback::Ended(Box::new(Ending { end: End::Failed, words, failure }))
}

fn left_over(batches: &Batches, left: u64) -> Setback {
    let more = if left >= 1000 { " or more" } else { "" };
    refused(format!(
        "{left}{more} rows of {} still meet the WHERE after {PASSES} passes: what is set does not end it, or others keep \
         writing such rows",
        batches.table
    ))
}

/// The size of the next batch, from how long the last one took.
fn next_size(size: u32, took: Duration) -> u32 {
    let next = if took < AIM / 2 {
        size.saturating_mul(2)
    } else if took > AIM * 3 / 2 {
        let part = AIM.as_millis().saturating_mul(u128::from(size)) / took.as_millis().max(1);
        u32::try_from(part).unwrap_or(size).max(size / 2)
    } else {
        size
    };
    next.clamp(batch_size::LEAST, batch_size::MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_and_shrink_within_bounds() {
        let next = |size, millis| next_size(size, Duration::from_millis(millis));
        assert_eq!(
            (next(1000, 10), next(1000, 400), next(1000, 1000), next(1000, 60_000)),
            (2000, 1000, 500, 500)
        );
        assert_eq!((next(150, 60_000), next(40_000, 1), next(50_000, 1)), (100, 50_000, 50_000));
    }
}
