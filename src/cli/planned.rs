//! A plan in words: what changes, the steps with their locks, the findings, and where the files are.

use crate::export::Proof;
use crate::model::{Reversal, Step};
use crate::shown::Shown;
use crate::worker::Planned;

use super::args::Format;
use super::compared::Counts;
use super::exit::Status;
use super::paint::Paint;
use super::surface::Surface;
use super::{findings, json};

pub(super) fn print(surface: &Surface, made: &Planned, format: Format) -> Status {
    match format {
        Format::Text => surface.print(&text(made, surface.paint)),
        Format::Json => surface.print_json(&json::planned(made)),
    }
    status(made)
}

/// A plan that failed its rehearsal is worse than one with findings.
pub(super) fn status(made: &Planned) -> Status {
    match made.record.proof {
        Proof::Failed { .. } => Status::Failed,
        Proof::Proven { .. } | Proof::NotRehearsed { .. } => findings::status(&made.record),
    }
}

pub(super) fn text(made: &Planned, paint: Paint) -> String {
    let plan = &made.record.plan;
    let counts = Counts::of(&made.comparison.changeset).words();
    let mut text = format!("plan  {}  {}\n", paint.strong(Shown::new(&plan.name)), paint.muted(counts));
    if plan.steps.is_empty() {
        text.push_str("\nnothing to do\n");
    } else {
        text.push_str(&format!("\n{}\n", paint.strong("steps")));
        for (at, step) in plan.steps.iter().enumerate() {
            text.push_str(&step_text(at + 1, step, paint));
        }
        text.push_str(&findings::judged(&made.record, paint));
    }
    match &made.folder {
        Some(folder) => {
            text.push_str(&format!("\nwritten to {}\n", Shown::new(folder.display())));
        }
        None if plan.steps.is_empty() => {}
        None => {
            for (name, script) in [("forward.sql", &made.text.forward), ("rollback.sql", &made.text.rollback)]
            {
                text.push_str(&format!("\n{}\n", paint.strong(name)));
                for line in Shown::lines(script.trim_end()) {
                    text.push_str(&format!("{line}\n"));
                }
            }
        }
    }
    text
}

fn step_text(id: usize, step: &Step, paint: Paint) -> String {
    let back = match &step.reversal {
        Reversal::Exact(_) => String::new(),
        Reversal::Lossy { .. } => paint.changed("  lossy rollback"),
        Reversal::Impossible(_) => paint.hazard("  no rollback"),
    };
    let head = format!("{} {}", step.action.word(), Shown::new(&step.subject));
    let facts = format!(
        "{}; {}, {}; {}",
        step.phase.word(),
        step.effects.lock.word(),
        step.effects.work.word(),
        step.statement.boundary.word()
    );
    format!("  {id:>3}  {head}{back}\n       {}\n", paint.muted(facts))
}
