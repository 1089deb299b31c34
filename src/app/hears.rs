//! What the worker says → what becomes of the state. An event that nobody waits for any more is dropped.

use std::sync::Arc;

use crate::config::keymap::{Action, Context};
use crate::export::Proof;
use crate::model::{Failure, FailureKind, ObjectId};
use crate::worker::{Answer, Check, Comparison, Drafted, Event, EventKind, Health};

use super::difference::Difference;
use super::log::Tone;
use super::mode::{Button, Dialog, Mode, Press, Waiting};
use super::msg::Errand;
use super::review::{Mark, Restored};
use super::sql_pane::Then;
use super::state::State;
use super::subject::Subject;
use super::work::{Job, Known, Purpose};
use super::{ask, login, marks, moves, remember, rollout, scripts, sides, stop};

pub(super) fn hear(state: &mut State, event: Event) -> Vec<Errand> {
    match event.kind {
        EventKind::Progress(progress) => {
            match state.work.report(event.id, progress) {
                Known::Yes | Known::Stale => {}
            }
            Vec::new()
        }
        EventKind::Happened(happening) => {
            rollout::happened(state, event.id, happening);
            Vec::new()
        }
        EventKind::Finished(answer) => match state.work.end(event.id) {
            Some(job) => {
                let errands = finished(state, &job, answer);
                ended(state, &job, errands)
            }
            None => Vec::new(),
        },
        EventKind::Failed(failure) => match state.work.end(event.id) {
            Some(job) => {
                let errands = failed(state, &job, failure);
                ended(state, &job, errands)
            }
            None => Vec::new(),
        },
        EventKind::Cancelled => match state.work.end(event.id) {
            Some(Job { purpose: Purpose::Run(on), .. }) => {
                let mut errands = rollout::stopped(state, &on);
                errands.extend(stop::suspend_at_last(state));
                errands
            }
            Some(job) => {
                state.say(Tone::Info, format!("{}: stopped", job.purpose.word()));
                if state.subject.is_none() {
                    state.trouble = Some(Failure::new(FailureKind::Cancelled, "reading was stopped"));
                }
                Vec::new()
            }
            None => Vec::new(),
        },
    }
}

/// What waited for the end of a run.
fn ended(state: &mut State, job: &Job, mut errands: Vec<Errand>) -> Vec<Errand> {
    if let Purpose::Run(_) = job.purpose {
        errands.extend(stop::suspend_at_last(state));
    }
    errands
}

fn finished(state: &mut State, job: &Job, answer: Answer) -> Vec<Errand> {
    match answer {
        Answer::Opened(place) => {
            state.say(Tone::Info, format!("the demo is in {}", &place.place));
            let order = crate::worker::CompareOrder {
                current: place.current.clone(),
                desired: place.desired.clone(),
                privileges: crate::diff::Privileges::Ignore,
                renames: Vec::new(),
                dropped: crate::model::Dropped::Lost,
                scratch: place.scratch.clone(),
            };
            sides::compare(state, order)
        }
        Answer::Compared(comparison) => compared(state, job, comparison),
        Answer::Drafted(draft) => drafted(state, job, draft),
        Answer::Defined(defined) => {
            if let (Purpose::Define(node), Some(subject)) = (&job.purpose, state.subject.as_deref_mut()) {
                let difference = Difference::new(defined.before.clone(), defined.after.clone());
                let engine = subject.comparison.current.schema.engine();
                subject.diff.keep(*node, difference, engine);
            }
            // The cursor may have moved on meanwhile, and it stands on a part as before.
            moves::defined(state)
        }
        Answer::Saved(folder) => {
            let folder = folder.display().to_string();
            state.say(Tone::Good, format!("written to {folder}"));
            rollout::saved(state, folder.into())
        }
        Answer::Examined(checks) => {
            let checks: Vec<Check> = state.desk.checks.iter().chain(checks.iter()).cloned().collect();
            state.mode = Mode::Dialog(examined(&checks));
            Vec::new()
        }
        Answer::LoggedIn => login::done(state, job),
        Answer::Remembered | Answer::Recalled(None) => Vec::new(),
        Answer::Recalled(Some(session)) => remember::recalled(state, *session),
        Answer::Told(told) => rollout::told(state, told),
        Answer::Foreseen(outlook) => rollout::foreseen(state, job, outlook),
        Answer::Reported(report) => vec![Errand::Copy(report.markdown())],
        Answer::Accounted(account) => rollout::accounted(state, account),
        Answer::Ran(ran) => rollout::ran(state, &ran),
        Answer::Listed(plans) => {
            rollout::listed(state, plans);
            Vec::new()
        }
        Answer::Approved(approved) => rollout::approved(state, job, &approved),
        Answer::Planned(_) | Answer::Read(_) | Answer::Shown(_) => {
            state.say(Tone::Bad, "an answer to another question came; it is dropped");
            Vec::new()
        }
    }
}

fn compared(state: &mut State, job: &Job, comparison: Arc<Comparison>) -> Vec<Errand> {
    let mut subject = Box::new(Subject::new(comparison));
    let (changes, missed) =
        (subject.comparison.changeset.changes.len(), subject.comparison.current.schema.unmodelled.len());
    state.trouble = None;
    let former = state.subject.take();
    if let Some(former) = &former {
        remember::keep_edits(state, former);
        take_over(&mut subject, former);
    }
    for note in subject.comparison.current.notes.iter().chain(&subject.comparison.desired.notes) {
        state.log.add(state.now, Tone::Bad, note.clone());
    }
    let suspected = subject.comparison.changeset.suspected.len();
    state.subject = Some(subject);
    let counted = |count: usize, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let mut text = counted(changes, "change", "changes");
    if suspected > 0 {
        let keys = state.manner.keymap.keys_of(&[Context::Tree, Context::Global], Action::Renames);
        let keys = keys.unwrap_or_else(|| format!(":{}", Action::Renames.id()));
        let may = counted(suspected, "pair may be a rename", "pairs may be renames");
        text.push_str(&format!(", {may} ({keys} decides)"));
    }
    if missed > 0 {
        text.push_str(&format!(", {} not compared", counted(missed, "object", "objects")));
    }
    let took = state.now.saturating_sub(job.since);
    text.push_str(&format!(", {:.1} s", took.as_secs_f64()));
    state.say(Tone::Good, text);
    if former.is_none() {
        let first = state.subject.as_deref().and_then(|subject| subject.outline.changed().first().copied());
        let height = state.tree_height();
        if let (Some(first), Some(subject)) = (first, state.subject.as_deref_mut()) {
            subject.with_tree(|tree, ground| tree.reveal(first, ground, height));
        }
    }
    let mut errands = remember::recall(state);
    errands.extend(moves::follow(state));
    errands.extend(marks::draft(state));
    errands
}

/// What a person decided, and where the cursor was, for the same sides read again.
fn take_over(subject: &mut Subject, former: &Subject) {
    let comparison = Arc::clone(&subject.comparison);
    let changes = comparison.changeset.changes.iter().enumerate();
    // The first of several changes of one object stands for all.
    let places: std::collections::BTreeMap<&ObjectId, usize> =
        changes.rev().map(|(at, change)| (change.id(), at)).collect();
    for (old, change) in former.comparison.changeset.changes.iter().enumerate() {
        let Some(&new) = places.get(change.id()) else { continue };
        if !former.review.is_chosen(old) {
            subject.review.choose(new, super::review::Chosen::LeftOut);
        }
        if let Some(mark) = former.review.mark(old) {
            // A mark on something that has changed since falls off.
            let _: Restored = subject.review.restore(new, Mark::clone(mark));
        }
    }
    subject.diff.layout = former.diff.layout;
    subject.diff.around = former.diff.around;
    subject.diff.words = former.diff.words;
    subject.sql.tab = former.sql.tab;
    let at = former.tree.selected().and_then(|id| former.outline.get(id)).and_then(|node| node.id());
    let opened: std::collections::BTreeSet<&ObjectId> =
        former.tree.opened().filter_map(|id| former.outline.get(id)?.id()).collect();
    let found = subject.outline.find_all(&opened);
    let nodes: Vec<_> = found.into_values().collect();
    let cursor = at.and_then(|id| subject.outline.find(id));
    let filter = former.tree.filter().clone();
    subject.with_tree(|tree, ground| {
        tree.reopen_also(nodes, ground);
        if let Some(cursor) = cursor {
            tree.reveal(cursor, ground, 10);
        }
        tree.set_filter(filter, ground, 10);
    });
}

fn drafted(state: &mut State, job: &Job, draft: Arc<Drafted>) -> Vec<Errand> {
    let proven = matches!(job.purpose, Purpose::Prove);
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    match &job.purpose {
        // What was typed stays as it was typed, comments and spacing too.
        Purpose::Edit | Purpose::Prove if subject.sql.is_edited() => subject.sql.judged(&draft),
        _ => subject.sql.set(&draft),
    }
    subject.draft = Some(draft.clone());
    let findings = subject.findings().len();
    subject.findings.settle(findings, 1);
    subject.spread_hazards();
    if proven {
        told_proof(state, &draft);
    }
    scripts::follow(state);
    let mut errands = remember::restore_edits(state);
    errands.extend(scripts::continued(state, draft));
    errands
}

/// The outcome of a rehearsal: a word where all is well, a panel where it is not.
fn told_proof(state: &mut State, draft: &Drafted) {
    match &draft.record.proof {
        Proof::Proven { server, .. } => {
            state.say(Tone::Good, format!("proven forward and back on {}", server));
        }
        Proof::Failed { server, notes } => {
            let mut lines = vec![format!("Tried on {}.", server), String::new()];
            lines.extend(notes.iter().flat_map(|note| note.lines().map(str::to_owned).collect::<Vec<_>>()));
            if let Some(residual) = draft.residual.as_ref().filter(|residual| !residual.lines.is_empty()) {
                lines.push(String::new());
                lines.push("What is left after the scripts ran:".into());
                lines.extend(residual.lines.iter().map(|line| format!("  {line}")));
            }
            state.say(Tone::Bad, "the rehearsal failed");
            let buttons = vec![Button { label: "Close", does: Press::Nothing }];
            let dialog = Dialog::question("The plan does not hold", lines, buttons);
            state.mode = Mode::Dialog(Dialog { tone: super::mode::DialogTone::Failure, ..dialog });
        }
        Proof::NotRehearsed { why } => state.say(Tone::Bad, format!("not rehearsed: {}", why)),
    }
}

fn failed(state: &mut State, job: &Job, failure: Failure) -> Vec<Errand> {
    match &job.purpose {
        Purpose::Edit => {
            scripts::no_plan(state, failure);
            Vec::new()
        }
        Purpose::Define(_) => {
            state.say(Tone::Bad, format!("no definition: {}", first_line(&failure)));
            Vec::new()
        }
        Purpose::Remember | Purpose::Recall | Purpose::LogIn(_) => {
            state.say(Tone::Bad, format!("session: {}", first_line(&failure)));
            Vec::new()
        }
        Purpose::Open | Purpose::Compare | Purpose::Demo => {
            if login::asks(state, &failure, Waiting::Sides) {
                return Vec::new();
            }
            if state.subject.is_none() {
                state.say(Tone::Bad, first_line(&failure).to_string());
                state.toast = None;
                state.trouble = Some(failure);
            } else {
                ask::show_failure(state, "Reading the schemas", &failure);
            }
            Vec::new()
        }
        Purpose::Rename => told(state, "Comparing again", &failure),
        Purpose::Draft => {
            // What waited for the plan waits no longer.
            if let Some(subject) = state.subject.as_deref_mut() {
                subject.sql.then = Then::Nothing;
            }
            told(state, "Planning", &failure)
        }
        Purpose::Prove => told(state, "The rehearsal", &failure),
        Purpose::Save(_) => {
            state.rollout.after_save = None;
            told(state, "Writing the plan", &failure)
        }
        // What cannot be read is told where it is looked at.
        Purpose::Look => Vec::new(),
        Purpose::Plans | Purpose::Foresee(_) | Purpose::Account | Purpose::Approve(_) | Purpose::Run(_) => {
            rollout::failed(state, &job.purpose, failure)
        }
        Purpose::Doctor => told(state, "The examination", &failure),
        Purpose::Ticket => told(state, "The report", &failure),
    }
}

fn told(state: &mut State, title: &str, failure: &Failure) -> Vec<Errand> {
    ask::show_failure(state, title, failure);
    Vec::new()
}

pub(super) fn first_line(failure: &Failure) -> &str {
    failure.what.lines().next().unwrap_or_default()
}

/// What the doctor found, as a panel.
fn examined(checks: &[Check]) -> Dialog {
    let mut lines = Vec::new();
    for check in checks {
        let word = match check.health {
            Health::Good => "ok  ",
            Health::Limited => "some",
            Health::Bad => "BAD ",
        };
        lines.push(format!("{word} {}: {}", check.area, check.what));
        if !check.mend.is_empty() {
            lines.push(format!("       mend: {}", check.mend));
        }
    }
    let buttons = vec![Button { label: "Close", does: Press::Nothing }];
    Dialog { tone: super::mode::DialogTone::Plain, ..Dialog::question("What works here", lines, buttons) }
}
