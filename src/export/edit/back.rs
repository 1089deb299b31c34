//! The edited way back: which statements belong to which step. A statement that the plan knows stays with its step;
//! a new one belongs to the step whose reversal it stands beside. The order of the text is never changed.

use std::collections::BTreeSet;

use crate::engines::{Batching, Before, Reading, Undoing};
use crate::export::raw::Direction;
use crate::model::{Author, Boundary, Loss, LossTime, Reversal, Runtime, Sql, Statement, Step};

use super::text::{EditError, Written, normal};
use super::{Edit, Found, Known, boundary, lost, pairs, returning};

/// A statement of the known way back.
struct Former<'a> {
    /// The known step.
    step: usize,
    statement: &'a Statement,
}

/// Gives every step the way back that the text has for it.
pub(super) fn attach(
    edit: &Edit<'_>,
    known: &Known<'_>,
    found: &Found,
    (readings, batchings): (&[Option<Reading>], &[Option<Batching>]),
    rollback: &[Written<'_>],
    steps: &mut [Step],
) -> Result<(), EditError> {
    let formers = formers(known);
    let sources = matched(&formers, known, rollback, edit);
    let (homes, statements) = homes(edit, (known, found), &formers, &sources, rollback, steps)?;
    // Known steps whose way back stands somewhere in the text.
    let elsewhere: BTreeSet<usize> = sources.iter().flatten().map(|former| formers[*former].step).collect();
    let mut back: Vec<Vec<Statement>> = vec![Vec::new(); steps.len()];
    for (home, statement) in homes.into_iter().zip(statements) {
        back[home].push(statement);
    }
    for (at, (step, back)) in steps.iter_mut().zip(back).enumerate() {
        let source = found.sources[at];
        step.reversal = match source {
            Some(source) => kept(&step.reversal, back, elsewhere.contains(&source)),
            None => {
                let replaced = found.replaces[at].map(|old| known.steps[old]);
                written(readings[at].as_ref(), batchings[at].as_ref(), replaced, back)
            }
        };
    }
    Ok(())
}

/// The statements of the known way back, in the order of the script; those of steps taken out earlier come last.
fn formers<'a>(known: &Known<'a>) -> Vec<Former<'a>> {
    let of = |step: usize| {
        known.steps[step].reversal.statements().iter().map(move |statement| Former { step, statement })
    };
    (0..known.ours).rev().flat_map(of).chain((known.ours..known.steps.len()).flat_map(of)).collect()
}

/// By written statement: the former one that it is.
fn matched(
    formers: &[Former<'_>],
    known: &Known<'_>,
    rollback: &[Written<'_>],
    edit: &Edit<'_>,
) -> Vec<Option<usize>> {
    let engine = edit.dialect.kind();
    let ours = formers.iter().take_while(|former| former.step < known.ours).count();
    let old: Vec<String> =
        formers.iter().map(|former| normal(former.statement.sql.as_str(), engine)).collect();
    let new: Vec<String> = rollback.iter().map(|written| normal(written.sql, engine)).collect();
    let mut sources = pairs(&old[..ours], &new);
    let used: BTreeSet<usize> = sources.iter().flatten().copied().collect();
    let mut free: BTreeSet<usize> = (0..formers.len()).filter(|former| !used.contains(former)).collect();
    for (at, text) in new.iter().enumerate() {
        if sources[at].is_none()
            && let Some(&found) = free.iter().find(|&&former| old[former] == *text)
        {
            free.remove(&found);
            sources[at] = Some(found);
        }
    }
    sources
}

/// The step that each statement belongs to, and the statement as the plan has it.
fn homes(
    edit: &Edit<'_>,
    (known, found): (&Known<'_>, &Found),
    formers: &[Former<'_>],
    sources: &[Option<usize>],
    rollback: &[Written<'_>],
    steps: &[Step],
) -> Result<(Vec<usize>, Vec<Statement>), EditError> {
    if let (Some(first), true) = (rollback.first(), steps.is_empty()) {
        let what = "the rollback has statements, and the forward script has none to take back".to_owned();
        return Err(EditError { direction: Direction::Rollback, line: first.line, what });
    }
    let readings: Vec<Option<Reading>> = rollback
        .iter()
        .zip(sources)
        .map(|(written, source)| match source {
            Some(_) => None,
            None => Some(edit.dialect.read_statement(written.sql, edit.schema)),
        })
        .collect();
    let own: Vec<(Boundary, Runtime)> = sources
        .iter()
        .zip(&readings)
        .map(|(source, reading)| match (source, reading) {
            (Some(former), _) => {
                let statement = formers[*former].statement;
                (statement.boundary, statement.runtime)
            }
            (None, Some(reading)) => returning(reading),
            (None, None) => (Boundary::Transactional, Runtime::Brief),
        })
        .collect();
    let wanted: Vec<Boundary> = own.iter().map(|(boundary, _)| *boundary).collect();
    let boundaries = boundary::drawn(rollback, &wanted, Direction::Rollback)?;
    let anchors: Vec<Option<usize>> = rollback
        .iter()
        .zip(sources)
        .map(|(written, source)| match source {
            Some(former) => found.place(formers[*former].step),
            // A comment alone says that another step's reversal covers this one: nothing of it is meant.
            None => {
                written.marker.filter(|step| !is_covered(known, *step)).and_then(|step| found.place(step))
            }
        })
        .collect();
    let homes = settled(&anchors, &readings, steps);
    let statements = rollback
        .iter()
        .zip(boundaries)
        .zip(own)
        .map(|((written, boundary), (_, runtime))| Statement {
            sql: Sql::assembled(written.with_notes()),
            boundary,
            runtime,
        })
        .collect();
    Ok((homes, statements))
}

fn is_covered(known: &Known<'_>, step: usize) -> bool {
    let reversal = known.steps.get(step).map(|step| &step.reversal);
    matches!(reversal, Some(Reversal::Exact(back)) if back.is_empty())
}

/// Steps are taken back from the last to the first, so homes never rise. Anchors that fit into the longest such
/// order hold; what stands between two of them goes to a step between, one that lacks a way back before others.
fn settled(anchors: &[Option<usize>], readings: &[Option<Reading>], steps: &[Step]) -> Vec<usize> {
    let holds = longest(anchors);
    let last = steps.len().saturating_sub(1);
    let taken: BTreeSet<usize> = holds.iter().flatten().copied().collect();
    let mut homes = Vec::with_capacity(anchors.len());
    let mut high = last;
    for at in 0..anchors.len() {
        if let Some(home) = holds[at] {
            high = home;
            homes.push(home);
            continue;
        }
        let low = holds[at..].iter().flatten().next().copied().unwrap_or(0);
        let lacks = |step: &usize| {
            let step_of = &steps[*step];
            !taken.contains(step)
                && (step_of.author == Author::Hand || !step_of.reversal.statements().is_empty())
        };
        let candidates: Vec<usize> = (low..=high).rev().filter(lacks).collect();
        let subject = readings[at].as_ref().and_then(|reading| reading.subject.as_ref());
        let about = |step: &&usize| subject.is_some_and(|subject| steps[**step].subject.name == subject.name);
        // One statement a step, as long as there are steps that lack one.
        let unused = |step: &&usize| !homes.contains(*step);
        let home = candidates
            .iter()
            .find(about)
            .or_else(|| candidates.iter().find(unused))
            .or(candidates.last())
            .copied()
            .unwrap_or(high);
        high = home;
        homes.push(home);
    }
    homes
}

/// The anchors of a longest order that never rises; the others are given up.
fn longest(anchors: &[Option<usize>]) -> Vec<Option<usize>> {
    // Ends of the best orders by length, as in patience sorting; `before` chains them.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; anchors.len()];
    for (at, anchor) in anchors.iter().enumerate() {
        let Some(anchor) = anchor else { continue };
        let length = ends.partition_point(|&end| anchors[end].is_some_and(|other| other >= *anchor));
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut holds = vec![None; anchors.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        holds[at] = anchors[at];
        next = before[at];
    }
    holds
}

/// The way back of a step that the planner wrote.
fn kept(former: &Reversal, back: Vec<Statement>, elsewhere: bool) -> Reversal {
    let had = !former.statements().is_empty();
    match former {
        Reversal::Exact(_) | Reversal::Lossy { .. } if back.is_empty() && had && !elsewhere => {
            Reversal::Impossible("its way back was taken out by hand".into())
        }
        Reversal::Exact(_) => Reversal::Exact(back),
        Reversal::Lossy { lost, .. } => Reversal::Lossy { steps: back, lost: lost.clone() },
        Reversal::Impossible(reason) if back.is_empty() => Reversal::Impossible(reason.clone()),
        Reversal::Impossible(_) => Reversal::Exact(back),
    }
}

/// The way back of a statement that a person wrote.
fn written(
    reading: Option<&Reading>,
    batching: Option<&Batching>,
    replaced: Option<&Step>,
    back: Vec<Statement>,
) -> Reversal {
    if back.is_empty() {
        match (batching, reading.and_then(|reading| reading.loss.as_ref())) {
            // It fills nothing but columns that the plan adds: they go, and what was filled in goes with them.
            (Some(_), None) => return Reversal::Exact(back),
            (Some(Batching { batches, before: Before::Null }), Some(_)) => {
                let what = format!("which rows of {} had no value where it fills one in", batches.table);
                return Reversal::Lossy { steps: back, lost: Loss::new(LossTime::Forward, what) };
            }
            (Some(Batching { before: Before::Anything, .. }) | None, _) => {}
        }
        let nothing = reading.is_some_and(|reading| reading.undoing == Undoing::Nothing);
        // What it stands for had none of its own either: the step before covers both.
        let covered = replaced.is_some_and(|step| {
            step.author == Author::Planner
                && matches!(&step.reversal, Reversal::Exact(back) if back.is_empty())
        });
        if !nothing && !covered {
            return Reversal::Impossible("no way back was written".into());
        }
    }
    match lost(reading, replaced) {
        Some(lost) => Reversal::Lossy { steps: back, lost },
        None => Reversal::Exact(back),
    }
}
