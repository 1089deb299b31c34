//! Runs in words: what happens while it happens, and how it came out.

use serde_json::{Value, json};

use crate::model::{End, Outcome, RunStanding, RunState};
use crate::shown::Shown;
use crate::worker::{Happening, Ran};

use super::args::Format;
use super::exit::Status;
use super::paint::Paint;
use super::surface::Surface;

/// Tells what happens in a run, a line each, for standard error.
#[derive(Default)]
pub(super) struct Ticker {
    titles: Vec<Box<str>>,
    /// What was said last of a statement at work.
    told: Option<Told>,
}

/// A statement at work, for how long it was so, and the sessions that it waited for.
#[derive(PartialEq, Eq)]
struct Told {
    statement: usize,
    millis: u64,
    blockers: Vec<String>,
}

impl Told {
    /// News of a statement that takes hours fill no log: each second at first, then more and more seldom; and whenever
    /// it waits for somebody else.
    fn is_news_after(&self, last: &Self) -> bool {
        let pause = match self.millis {
            0..5_000 => 1_000,
            5_000..30_000 => 5_000,
            _ => 30_000,
        };
        self.statement != last.statement
            || self.blockers != last.blockers
            || self.millis < last.millis
            || self.millis / pause != last.millis / pause
    }
}

impl Ticker {
    /// Whether something may have been sent.
    pub(super) fn has_begun(&self) -> bool {
        !self.titles.is_empty()
    }

    pub(super) fn line(&mut self, happening: &Happening) -> String {
        if let Happening::Began { statements, .. } = happening {
            self.titles.clone_from(statements);
        }
        if let Happening::Foreseen(forecast) = happening {
            return forecast.lines().iter().map(|line| format!("{}\n", Shown::new(line))).collect();
        }
        if let Happening::Working { statement, millis, blockers, .. } = happening {
            let blockers = blockers.iter().map(|blocker| blocker.session.to_string()).collect();
            let now = Told { statement: *statement, millis: *millis, blockers };
            if self.told.as_ref().is_some_and(|last| !now.is_news_after(last)) {
                return String::new();
            }
            self.told = Some(now);
        }
        let text = self.words(happening);
        if text.is_empty() { text } else { format!("{}\n", Shown::new(text)) }
    }

    /// `  3/12  create index public.orders_day`.
    fn head(&self, statement: usize) -> String {
        let total = self.titles.len();
        let title = self.titles.get(statement).map_or("", |title| title);
        format!("{:>4}/{total}  {title}", statement + 1)
    }

    fn words(&self, happening: &Happening) -> String {
        match happening {
            Happening::Foreseen(_) => String::new(),
            Happening::Began { run, statements } => format!("run {run}, {} statements", statements.len()),
            Happening::Sent { attempt: 1, .. } => String::new(),
            Happening::Sent { statement, attempt } => format!("{}: try {attempt}", self.head(*statement)),
            Happening::Answered { statement, millis } => {
                format!("{}  {}", self.head(*statement), time(*millis))
            }
            Happening::Working { statement, millis, blockers, pace, silence } => {
                let mut text = format!("{}: works for {}", self.head(*statement), time(*millis));
                if let Some(pace) = pace {
                    text.push_str(&format!(", {} {}/{}", pace.phase, pace.done, pace.total));
                }
                if let Some(silence) = silence {
                    text.push_str(&format!(
                        "; nothing is heard of the server for {}, given up in {}",
                        time(silence.millis),
                        time(silence.left)
                    ));
                }
                for blocker in blockers {
                    text.push_str(&format!(
                        "; waits for session {} ({} {}, {} for {} s): {}",
                        blocker.session,
                        blocker.role,
                        blocker.program,
                        blocker.state,
                        blocker.seconds,
                        blocker.statement
                    ));
                }
                text
            }
            Happening::Silent(Some(silence)) => format!(
                "           nothing is heard of the server for {}, given up in {}",
                time(silence.millis),
                time(silence.left)
            ),
            Happening::Silent(None) => "           the server is heard again".to_owned(),
            Happening::Again { statement, words, pause } => {
                format!("{}: {words}; again in {:.1} s", self.head(*statement), pause.as_secs_f32())
            }
            Happening::Orphan { words } => format!("           {words}; waiting for its end"),
            Happening::Settled { outcome: Outcome::Applied, .. } => String::new(),
            Happening::Settled { from, to, outcome } => {
                format!("           {} of statements {}-{to}", outcome.word(), from + 1)
            }
        }
    }
}

pub(super) fn time(millis: u64) -> String {
    if millis < 1000 {
        format!("{millis} ms")
    } else {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    }
}

pub(super) fn print(surface: &Surface, ran: &Ran, format: Format) -> Status {
    match format {
        Format::Json => surface.print_json(&document(ran)),
        Format::Text => surface.print(&report(ran, surface.paint)),
    }
    if ran.differences.is_empty() { Status::Done } else { Status::Failed }
}

/// What ran, how long it took, and whether it led where it should.
pub(super) fn report(ran: &Ran, paint: Paint) -> String {
    let mut text = String::new();
    for note in &ran.notes {
        text.push_str(&format!("note: {}\n", Shown::new(note)));
    }
    let label = Shown::new(&ran.label);
    let Some(state) = &ran.state else {
        text.push_str(&format!("{label} has all of it already; nothing ran\n"));
        return text;
    };
    let total: u64 = state.took.iter().flatten().map(|took| took.millis).sum();
    let what = format!("{} on {label}", paint.strong(Shown::new(&state.opened.name)));
    text.push_str(&format!(
        "{what}  {}  {} statements in {}\n",
        state.opened.course.word(),
        state.applied(),
        time(total)
    ));
    if ran.differences.is_empty() {
        text.push_str("read again: all that the plan touches is as the plan says\n");
    }
    for difference in &ran.differences {
        text.push_str(&format!("{}\n", paint.hazard(Shown::new(difference.words()))));
    }
    text.push_str(&format!("run {}\n", state.run));
    text
}

fn document(ran: &Ran) -> Value {
    json!({
        "version": 1,
        "environment": ran.label,
        "run": ran.state.as_ref().map(run),
        "differences": ran.differences.iter().map(crate::promote::Drift::words).collect::<Vec<_>>(),
        "notes": ran.notes,
    })
}

pub(super) fn run(state: &RunState) -> Value {
    let outcome = |found: &Option<Outcome>| found.map_or("pending", Outcome::word);
    json!({
        "id": state.run.as_str(),
        "plan": state.opened.name,
        "digest": state.opened.plan.as_str(),
        "direction": state.opened.course.word(),
        "actor": state.opened.actor.to_string(),
        "began": state.began,
        "last": state.last,
        "standing": word(state),
        "end": state.closed.as_ref().map(|closed| closed.end.word()),
        "reason": state.closed.as_ref().map(|closed| &closed.reason),
        "attempts": state.attempts,
        "open_statement": state.open.as_ref().map(|open| open.unit.from + 1),
        "statements": state.outcomes.iter().zip(&state.took).map(|(found, took)| json!({
            "outcome": outcome(found),
            "millis": took.map(|took| took.millis),
            "rows": took.map(|took| took.rows),
        })).collect::<Vec<_>>(),
        "differences": state.verified.as_ref().map(|verified| &verified.differences),
    })
}

/// A run's standing in a word or two.
pub(super) fn word(state: &RunState) -> &'static str {
    match (state.standing(), state.closed.as_ref().map(|closed| closed.end)) {
        (RunStanding::Undecided, _) => "unknown",
        (RunStanding::Halfway, _) => "halfway",
        (RunStanding::Over, Some(end)) => end.word(),
        (RunStanding::Over, None) => End::Done.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Happening;

    /// What an hour of one statement leaves in a log, heard of each half second.
    #[test]
    fn a_statement_that_takes_hours_fills_no_log() {
        let mut ticker = Ticker::default();
        let mut said = |statement, millis| {
            let happening =
                Happening::Working { statement, millis, blockers: Vec::new(), pace: None, silence: None };
            !ticker.line(&happening).is_empty()
        };
        let heard = |from: u64, to: u64| (from * 2..to * 2).map(|half| half * 500);
        assert_eq!(heard(1, 5).filter(|millis| said(0, *millis)).count(), 4);
        assert_eq!(heard(5, 30).filter(|millis| said(0, *millis)).count(), 5);
        assert_eq!(heard(30, 3600).filter(|millis| said(0, *millis)).count(), 119);
        // The next statement, and a second try of it.
        assert!(said(1, 500) && !said(1, 900) && said(1, 400));
    }
}
