//! The report of a run: how long each statement took, what was tried again, whether it led where the plan says, and
//! what differs as a diff.

use crate::app::difference::{self, Around, Difference, Layout, Row};
use crate::app::state::State;
use crate::config::theme::Role;
use crate::model::{Outcome, RunState};
use crate::worker::{Drift, Sending};

use super::page::{Line, Page, counted, minute, time};
use super::{decision, pipeline};

/// A run that is over, or as much of it as there is.
#[derive(Debug)]
pub struct Report {
    pub on: String,
    pub run: RunState,
    pub sendings: Vec<Sending>,
    /// What differs, where it was just read; the journal keeps the words alone.
    pub differences: Vec<Drift>,
    pub notes: Vec<String>,
    /// What had to be tried again.
    pub tries: Vec<String>,
}

impl Report {
    fn title(&self, at: usize) -> String {
        self.sendings.get(at).map_or_else(|| "statement".to_owned(), |sending| sending.title.to_string())
    }
}

pub(super) fn main(state: &State, width: usize) -> Page {
    let Some(report) = &state.rollout.report else { return Page::new("no report") };
    let run = &report.run;
    let mut page = Page::new(format!("report: {} on {}", pipeline::named(run, ", "), report.on));
    page.right = run.run.to_string();
    let (role, word) = pipeline::word(run);
    page.tell("end", role, word, width);
    if let Some(closed) = run.closed.as_ref().filter(|closed| !closed.reason.is_empty()) {
        page.tell("why", Role::Text, &closed.reason, width);
    }
    page.tell("when", Role::Text, &format!("{} to {} UTC", minute(&run.began), minute(&run.last)), width);
    page.tell("by", Role::Text, &run.opened.actor.to_string(), width);
    let total: u64 = run.took.iter().flatten().map(|took| took.millis).sum();
    let rows: u64 = run.took.iter().flatten().map(|took| took.rows).sum();
    let took = format!(
        "{} of {} in {}, {}",
        run.applied(),
        counted(run.outcomes.len(), "statement"),
        time(total),
        counted(usize::try_from(rows).unwrap_or(usize::MAX), "row")
    );
    page.tell("statements", Role::Text, &took, width);
    let waited: u64 = run.took.iter().flatten().map(|took| took.waited).sum();
    if waited > 0 {
        page.tell("waited", Role::SeverityWarn, &format!("{} of it for others", time(waited)), width);
    }
    match &run.verified {
        Some(verified) if verified.differences.is_empty() => {
            page.tell("read again", Role::StatusOk, "all that the plan touches is as the plan says", width);
        }
        Some(verified) => {
            let words = counted(verified.differences.len(), "difference");
            page.tell("read again", Role::SeverityWarn, &format!("{words} left"), width);
        }
        None => page.tell("read again", Role::Muted, "not yet", width),
    }
    for note in &report.notes {
        page.tell("note", Role::SeverityInfo, note, width);
    }
    page.blank();
    for (at, (outcome, took)) in run.outcomes.iter().zip(&run.took).enumerate() {
        let (role, sign, word) = match outcome {
            Some(Outcome::Applied) => (Role::StatusOk, state.manner.glyphs().check, ""),
            Some(Outcome::Unknown) => (Role::StatusFailed, "?", "unknown"),
            Some(Outcome::NotApplied) | None => (Role::Muted, " ", "not sent, or not in effect"),
        };
        let right = match took {
            Some(took) if took.waited > 0 => {
                format!("waited {}  {:>8}", time(took.waited), time(took.millis))
            }
            Some(took) if took.rows > 0 => {
                let rows = counted(usize::try_from(took.rows).unwrap_or(usize::MAX), "row");
                format!("{rows}  {:>8}", time(took.millis))
            }
            Some(took) => format!("{:>8}", time(took.millis)),
            None => word.to_owned(),
        };
        page.push(
            Line::new(role, format!(" {sign} "))
                .and(Role::Muted, format!("{:>3}  ", at + 1))
                .and(Role::Text, report.title(at))
                .right(Role::Muted, right),
        );
    }
    if !report.tries.is_empty() {
        page.head("Tried again");
        report.tries.iter().for_each(|words| page.say(Role::SeverityWarn, words, width));
    }
    page
}

pub(super) fn aside(state: &State, width: usize) -> Page {
    let Some(report) = &state.rollout.report else { return Page::new("") };
    let left =
        report.run.verified.as_ref().map(|verified| verified.differences.as_slice()).unwrap_or_default();
    if report.differences.is_empty() && left.is_empty() {
        let mut page = Page::new("what was sent");
        for (at, sending) in report.sendings.iter().enumerate() {
            decision::statement(&mut page, at, sending, width);
        }
        return page;
    }
    let mut page = Page::new("differences left");
    page.right = "- the plan  + found".into();
    if report.differences.is_empty() {
        left.iter().for_each(|words| page.say(Role::SeverityWarn, words, width));
    }
    for drift in &report.differences {
        drifted(&mut page, drift);
    }
    page
}

/// What an object should be and what it is, as a diff.
pub(super) fn drifted(page: &mut Page, drift: &Drift) {
    if !page.lines.is_empty() {
        page.blank();
    }
    page.push(Line::new(Role::SeverityWarn, format!(" {}", drift.words())));
    // The first line names what the second one defines.
    let text = |text: &Option<Box<str>>| {
        text.as_deref().map(|text| text.lines().skip(1).collect::<Vec<_>>().join("\n"))
    };
    let difference = Difference::new(text(&drift.expected), text(&drift.found));
    for row in difference.rows(Layout::Unified, Around::Lines(3)) {
        let (before, after) = row.lines();
        let line = |text: &difference::Text, at: Option<u32>| {
            at.and_then(|at| text.line(at as usize)).unwrap_or_default().to_owned()
        };
        page.push(match row {
            Row::Same { .. } => {
                Line::new(Role::DiffContext, format!("   {}", line(difference.before(), before)))
            }
            Row::Removed { .. } | Row::Changed { .. } => {
                Line::new(Role::DiffRemove, format!(" - {}", line(difference.before(), before)))
            }
            Row::Added { .. } => Line::new(Role::DiffAdd, format!(" + {}", line(difference.after(), after))),
            Row::Folded { lines } => {
                Line::new(Role::Muted, format!("   {} as before", counted(lines as usize, "line")))
            }
        });
    }
}
