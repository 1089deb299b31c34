//! The digest of a plan: what would be sent, how, and in which order, in both directions; what each statement is about,
//! locks and loses, and how it is asked after; what has to be there before and is left after. Nothing else counts, so two
//! plans with one digest do the same and were judged by the same facts. What was found by them, and what came of the
//! rehearsal, has a sum of its own in the plan's file: rehearsed again it is still the plan that ran on staging.

use super::Record;
use super::wire::Document;
use crate::model::{Fingerprint, Plan, Probe, Reversal, Stamp, Statement, Step};

/// SHA-256 over the steps in their order, and the images of what they touch.
pub fn digest(plan: &Plan) -> Fingerprint {
    let mut stamp = Stamp::default();
    stamp.part(plan.server.engine.name());
    plan.steps.iter().for_each(|one| step(one, &mut stamp));
    for image in &plan.images {
        stamp.part("image");
        stamp.part(&image.object.to_string());
        for text in [&image.before, &image.after] {
            match text {
                Some(text) => ["there", text].into_iter().for_each(|part| stamp.part(part)),
                None => stamp.part("absent"),
            }
        }
    }
    stamp.done()
}

/// The plan's file, with the sum of what was judged.
pub(super) fn sealed(record: &Record) -> Document {
    let mut document = Document::of(record);
    document.judgment = Some(judgment(&document).to_string());
    document
}

/// The sum of what was judged of a plan: what people agree to, beside its statements.
pub fn judged(record: &Record) -> Fingerprint {
    judgment(&Document::of(record))
}

/// The sum of what decides whether a plan is refused: what was found, what came of the rehearsal, and of which
/// statements; and who wrote it, where that is known.
pub(super) fn judgment(document: &Document) -> Fingerprint {
    let judged = (&document.compatibility, &document.proof, &document.findings);
    // Plain data: it can always be written.
    let text = serde_json::to_string(&judged).unwrap_or_default();
    let parts = [Some(document.digest.as_str()), Some(text.as_str()), document.author.as_deref()];
    Fingerprint::of(parts.into_iter().flatten())
}

fn step(step: &Step, stamp: &mut Stamp) {
    stamp.part("step");
    statement(&step.statement, stamp);
    [step.action.word(), step.effects.lock.word(), step.effects.work.word()]
        .into_iter()
        .for_each(|part| stamp.part(part));
    std::iter::once(&step.subject).chain(&step.effects.on).for_each(|id| stamp.part(&id.to_string()));
    match &step.probe {
        Probe::Query(sql) => stamp.part(sql.as_str()),
        Probe::Introspect => stamp.part("introspect"),
    }
    stamp.part(step.reversal.word());
    let back = match &step.reversal {
        Reversal::Exact(back) => back.as_slice(),
        Reversal::Lossy { steps, lost } => {
            [("forward", &lost.forward), ("since", &lost.since)]
                .into_iter()
                .filter_map(|(when, what)| Some([when, what.as_deref()?]))
                .for_each(|parts| parts.iter().for_each(|part| stamp.part(part)));
            steps
        }
        Reversal::Impossible(_) => &[],
    };
    back.iter().for_each(|back| statement(back, stamp));
    if let Some(batches) = &step.batches {
        stamp.part("batches");
        stamp.part(&batches.table.to_string());
        [&batches.source, &batches.set, &batches.filter]
            .into_iter()
            .for_each(|part| stamp.part(part.as_str()));
        batches.key.iter().for_each(|column| stamp.part(column.as_str()));
    }
    if let Some(kept) = &step.keeps {
        stamp.part("keeps");
        stamp.part(&kept.place.to_string());
        kept.of.iter().for_each(|id| stamp.part(&id.to_string()));
        kept.removal.iter().for_each(|removal| statement(removal, stamp));
    }
}

fn statement(statement: &Statement, stamp: &mut Stamp) {
    [statement.boundary.word(), statement.runtime.word(), statement.sql.as_str()]
        .into_iter()
        .for_each(|part| stamp.part(part));
}
