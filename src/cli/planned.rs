//! A plan in words: what changes, the steps with their locks, the findings, and where the files are.

use std::ops::Range;

use crate::model::{Reversal, Step, Verb};
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
    findings::status(&made.drafted.record)
}

pub(super) fn text(made: &Planned, paint: Paint) -> String {
    let drafted = &made.drafted;
    let plan = &drafted.record.plan;
    let counts = Counts::of(&drafted.comparison.changeset).words();
    let mut text = format!("plan  {}  {}\n", paint.strong(Shown::new(&plan.name)), paint.muted(counts));
    if plan.steps.is_empty() {
        text.push_str("\nnothing to do\n");
    } else {
        text.push_str(&format!("\n{}\n", paint.strong("steps")));
        for group in grouped(&plan.steps) {
            text.push_str(&group_text(&plan.steps, group, paint));
        }
        text.push_str(&findings::judged(&drafted.record, paint));
    }
    match &made.folder {
        Some(folder) => {
            text.push_str(&format!("\nwritten to {}\n", Shown::new(folder.display())));
        }
        None if plan.steps.is_empty() => {}
        None => {
            for (name, script) in [("forward.sql", &drafted.forward), ("rollback.sql", &drafted.rollback)] {
                text.push_str(&format!("\n{}\n", paint.strong(name)));
                for line in Shown::lines(script.text.trim_end()) {
                    text.push_str(&format!("{line}\n"));
                }
            }
        }
    }
    text
}

/// Steps in a row that do one thing to one object: a rebuild is many statements.
fn grouped(steps: &[Step]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let joins = groups.last().and_then(|group| steps.get(group.start)).is_some_and(|first| {
            first.subject == step.subject
                && first.phase == step.phase
                && first.statement.boundary == step.statement.boundary
        });
        match groups.last_mut() {
            Some(last) if joins => last.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// One line for what is done, one for what it costs: the strongest lock and the most work of the group.
fn group_text(steps: &[Step], group: Range<usize>, paint: Paint) -> String {
    let ids = match group.len() {
        1 => format!("{}", group.start + 1),
        _ => format!("{}-{}", group.start + 1, group.end),
    };
    let Some(steps) = steps.get(group) else { return String::new() };
    let Some(head) = steps.iter().find(|step| step.action != Verb::Assist).or(steps.first()) else {
        return String::new();
    };
    let back = if steps.iter().any(|step| matches!(step.reversal, Reversal::Impossible(_))) {
        paint.hazard("  no rollback")
    } else if steps.iter().any(|step| matches!(step.reversal, Reversal::Lossy { .. })) {
        paint.changed("  lossy rollback")
    } else if steps.iter().any(|step| step.keeps.is_some()) {
        paint.muted("  kept until `contract`").to_string()
    } else {
        String::new()
    };
    let lock = steps.iter().map(|step| step.effects.lock).max().unwrap_or(head.effects.lock);
    let work = steps.iter().map(|step| step.effects.work).max().unwrap_or(head.effects.work);
    let facts = format!(
        "{}; {}, {}; {}",
        head.phase.word(),
        lock.word(),
        work.word(),
        head.statement.boundary.word()
    );
    let what = format!("{} {}", head.action.word(), Shown::new(&head.subject));
    format!("  {ids:>7}  {what}{back}\n           {}\n", paint.muted(facts))
}
