//! Scripts edited by a person → the plan that they now are. Statements of the plan are found again by their words
//! and keep what the planner knows of them; new ones are read by the dialect and are the person's own. It reads
//! text, asks no server, and never guesses in anybody's favour.

mod back;
mod boundary;
mod text;

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::engines::{Batching, Dialect, Reading, Undoing};
use crate::model::{
    Author, Boundary, Loss, ObjectId, ObjectKind, Phase, Plan, Probe, QualifiedName, Reversal, Runtime,
    Schema, Sql, Statement, Step, Verb,
};

use super::raw::{Direction, own_statements};

pub use text::EditError;
use text::{Written, normal, read};

/// What was edited, and how it reads now.
pub struct Edit<'a> {
    /// The plan whose scripts were edited.
    pub plan: &'a Plan,
    /// The plan as it was generated: what was taken out of it may be put back.
    pub original: &'a Plan,
    pub forward: &'a str,
    pub rollback: &'a str,
    pub dialect: &'a dyn Dialect,
    /// *Current*: what names in the statements mean.
    pub schema: &'a Schema,
}

/// The plan that the two texts make.
pub fn edited(edit: &Edit<'_>) -> Result<Plan, EditError> {
    let own = own(edit);
    let forward = read(edit.forward, Direction::Forward, edit.dialect, &own)?;
    let rollback = read(edit.rollback, Direction::Rollback, edit.dialect, &own)?;
    let known = Known::of(edit);
    let found = matched(&known, &forward, edit);
    let readings: Vec<Option<Reading>> = forward
        .iter()
        .zip(&found.sources)
        .map(|(written, source)| match source {
            Some(_) => None,
            None => Some(edit.dialect.read_statement(written.sql, edit.schema)),
        })
        .collect();
    let wanted: Vec<Boundary> = found
        .sources
        .iter()
        .zip(&readings)
        .map(|(source, reading)| match (source, reading) {
            (Some(source), _) => known.steps[*source].statement.boundary,
            (None, Some(reading)) => reading.boundary,
            (None, None) => Boundary::Transactional,
        })
        .collect();
    let mut boundaries = boundary::drawn(&forward, &wanted, Direction::Forward)?;
    let mut steps = Vec::with_capacity(forward.len());
    let mut batchings: Vec<Option<Batching>> = Vec::with_capacity(forward.len());
    for (at, written) in forward.iter().enumerate() {
        let replaced = found.replaces[at].map(|old| &known.steps[old]);
        let step = match (found.sources[at], &readings[at]) {
            (Some(source), _) => known.steps[source].clone(),
            (None, Some(reading)) => by_hand(written, reading, replaced),
            (None, None) => continue,
        };
        // What a person says of a statement stays with it: as the reason of one of their own, above one of ours.
        let (sql, reason) = match step.author {
            Author::Planner => (Sql::assembled(written.with_notes()), step.reason.clone()),
            Author::Hand => {
                (Sql::assembled(written.sql), said(written).unwrap_or_else(|| step.reason.clone()))
            }
        };
        let batching = match step.author {
            Author::Hand if is_alone(&boundaries, at) => edit.dialect.batching(written.sql, edit.schema),
            Author::Hand | Author::Planner => None,
        };
        let batching = batching.and_then(Result::ok);
        if batching.is_some() {
            boundaries[at] = Boundary::OwnTransaction;
        }
        let statement = Statement { sql, boundary: boundaries[at], runtime: step.statement.runtime };
        let batches = batching.as_ref().map(|batching| batching.batches.clone());
        batchings.push(batching);
        steps.push(Step { statement, reason, batches, ..step });
    }
    back::attach(edit, &known, &found, (&readings, &batchings), &rollback, &mut steps)?;
    Ok(Plan { steps, ..edit.plan.clone() })
}

/// Whether a statement shares its transaction with no other.
fn is_alone(boundaries: &[Boundary], at: usize) -> bool {
    let joins = |at: usize| boundaries.get(at) == Some(&Boundary::Transactional);
    let is_open =
        |at: usize| matches!(boundaries.get(at), Some(Boundary::Transactional | Boundary::NewTransaction));
    let follows = joins(at) && at.checked_sub(1).is_some_and(is_open);
    boundaries.get(at) != Some(&Boundary::NonTransactional) && !follows && !(is_open(at) && joins(at + 1))
}

/// What `script` writes by itself, before and after the edit.
fn own(edit: &Edit<'_>) -> BTreeSet<String> {
    let engine = edit.dialect.kind();
    [edit.plan, edit.original]
        .into_iter()
        .flat_map(|plan| own_statements(&plan.steps, edit.dialect))
        .map(|statement| normal(&statement, engine))
        .collect()
}

/// The steps that a text may hold: those of the plan, then those that were taken out of the generated one.
struct Known<'a> {
    steps: Vec<&'a Step>,
    normal: Vec<String>,
    /// How many of them are the plan's own, in its order.
    ours: usize,
}

impl<'a> Known<'a> {
    fn of(edit: &Edit<'a>) -> Self {
        let engine = edit.dialect.kind();
        let mut steps: Vec<&Step> = edit.plan.steps.iter().collect();
        let ours = steps.len();
        let mut normals: Vec<String> =
            steps.iter().map(|step| normal(step.statement.sql.as_str(), engine)).collect();
        let present: BTreeSet<String> = normals.iter().cloned().collect();
        for step in &edit.original.steps {
            let text = normal(step.statement.sql.as_str(), engine);
            if !present.contains(&text) {
                steps.push(step);
                normals.push(text);
            }
        }
        Self { steps, normal: normals, ours }
    }
}

/// Where the statements of a text come from.
struct Found {
    /// By written statement: the known step that it is.
    sources: Vec<Option<usize>>,
    /// By written statement: the known step in whose place it stands.
    replaces: Vec<Option<usize>>,
}

impl Found {
    /// The new place of a known step, or of what stands in its place.
    fn place(&self, known: usize) -> Option<usize> {
        let is = |places: &[Option<usize>]| places.iter().position(|place| *place == Some(known));
        is(&self.sources).or_else(|| is(&self.replaces))
    }
}

fn matched(known: &Known<'_>, forward: &[Written<'_>], edit: &Edit<'_>) -> Found {
    let texts: Vec<String> = forward.iter().map(|written| normal(written.sql, edit.dialect.kind())).collect();
    let mut sources = pairs(&known.normal[..known.ours], &texts);
    let used: BTreeSet<usize> = sources.iter().flatten().copied().collect();
    let mut free: BTreeSet<usize> = (0..known.steps.len()).filter(|step| !used.contains(step)).collect();
    // Moved, or put back.
    for (at, text) in texts.iter().enumerate() {
        if sources[at].is_none()
            && let Some(&found) = free.iter().find(|&&step| known.normal[step] == *text)
        {
            free.remove(&found);
            sources[at] = Some(found);
        }
    }
    let mut replaces = vec![None; forward.len()];
    for (at, written) in forward.iter().enumerate() {
        if sources[at].is_none()
            && let Some(step) = written.marker.filter(|step| *step < known.ours && free.contains(step))
        {
            free.remove(&step);
            replaces[at] = Some(step);
        }
    }
    Found { sources, replaces }
}

/// The longest common order of two texts: for each of `new` the place in `old`.
fn pairs(old: &[String], new: &[String]) -> Vec<Option<usize>> {
    let mut found = vec![None; new.len()];
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for at in 0..len {
                found[new_index + at] = Some(old_index + at);
            }
        }
    }
    found
}

/// A statement of a person's own. Its way back comes later.
fn by_hand(written: &Written<'_>, reading: &Reading, replaced: Option<&&Step>) -> Step {
    let subject = reading
        .subject
        .clone()
        .or_else(|| replaced.map(|step| step.subject.clone()))
        .or_else(|| reading.effects.on.first().cloned())
        .unwrap_or_else(|| ObjectId::new(ObjectKind::Schema, QualifiedName::bare("?")));
    let phase = match reading.verb {
        Verb::Create => Phase::Expand,
        Verb::Assist if reading.undoing == Undoing::Needed => Phase::Backfill,
        Verb::Assist => Phase::Expand,
        Verb::Validate => Phase::Validate,
        Verb::Alter | Verb::Rename | Verb::Rebuild => Phase::Switch,
        Verb::Drop => Phase::Contract,
    };
    let before = || replaced.filter(|step| step.author == Author::Hand).map(|step| step.reason.clone());
    Step {
        phase,
        subject,
        action: reading.verb,
        statement: Statement {
            sql: Sql::assembled(written.sql),
            boundary: reading.boundary,
            runtime: reading.runtime,
        },
        effects: reading.effects.clone(),
        reversal: Reversal::Exact(Vec::new()),
        keeps: None,
        probe: Probe::Introspect,
        reason: said(written).or_else(before).unwrap_or_else(|| "Written by hand.".into()),
        author: Author::Hand,
        batches: None,
    }
}

/// What a person says of a statement.
fn said(written: &Written<'_>) -> Option<Box<str>> {
    (!written.notes.is_empty()).then(|| written.notes.join(" ").into_boxed_str())
}

/// What a statement of a person's own loses: what its words say, or what the one before it did.
fn lost(reading: Option<&Reading>, replaced: Option<&Step>) -> Option<Loss> {
    let before = || match replaced.map(|step| &step.reversal) {
        Some(Reversal::Lossy { lost, .. }) => Some(lost.clone()),
        Some(Reversal::Exact(_) | Reversal::Impossible(_)) | None => None,
    };
    reading.and_then(|reading| reading.loss.clone()).or_else(before)
}

/// A statement of the way back that is no longer, or was never, the planner's.
fn returning(reading: &Reading) -> (Boundary, Runtime) {
    (reading.boundary, reading.runtime)
}
