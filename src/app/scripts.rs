//! The two scripts at work: editing, judging an edit, proving, saving.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::keymap::{Action, Key};
use crate::model::{Failure, FailureKind, ObjectId, ObjectKind};
use crate::worker::{CommandKind, EditOrder, ProveOrder, SaveOrder};

use super::layout::Pane;
use super::line_input::LineInput;
use super::list::Motion;
use super::log::Tone;
use super::mode::{Mode, Prompt, PromptPurpose};
use super::msg::Errand;
use super::outline::{NodeId, What};
use super::sql_pane::{Stand, Tab, Then};
use super::state::State;
use super::subject::Subject;
use super::work::Purpose;
use super::{ask, marks};

/// A letter or an editing key while typing.
pub(super) fn type_key(state: &mut State, key: Key) -> Vec<Errand> {
    let now = state.now;
    if let Some(subject) = state.subject.as_deref_mut()
        && subject.sql.editor_mut().press(key)
    {
        subject.sql.touch(now);
    }
    Vec::new()
}

pub(super) fn paste(state: &mut State, text: &str) {
    let now = state.now;
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.sql.editor_mut().paste(text);
        subject.sql.touch(now);
    }
}

/// An action of the script's normal mode.
pub(super) fn edit(state: &mut State, action: Action, count: usize) -> Vec<Errand> {
    let now = state.now;
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    if subject.draft.is_none() {
        state.say(Tone::Info, "there is no script yet");
        return Vec::new();
    }
    let before = subject.sql.editor().version();
    subject.sql.editor_mut().act(action, count);
    if subject.sql.editor().version() != before {
        subject.sql.touch(now);
    }
    if matches!(
        action,
        Action::SqlInsert
            | Action::SqlInsertStart
            | Action::SqlAppend
            | Action::SqlAppendEnd
            | Action::SqlOpenLine
            | Action::SqlOpenAbove
    ) {
        state.mode = Mode::Insert;
    }
    Vec::new()
}

pub(super) fn leave_insert(state: &mut State) -> Vec<Errand> {
    state.mode = Mode::Normal;
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.sql.editor_mut().rest();
    }
    judge(state)
}

/// Judges the scripts as they are now, if they were touched.
pub(super) fn judge(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let Some(draft) = subject.draft.clone() else { return Vec::new() };
    if subject.sql.until_due(state.now).is_none() {
        return Vec::new();
    }
    subject.sql.settle();
    let mut errands = state.work.drop_all(|purpose| matches!(purpose, Purpose::Edit | Purpose::Prove));
    let order = EditOrder {
        drafted: draft,
        forward: subject.sql.text(Tab::Forward),
        rollback: subject.sql.text(Tab::Rollback),
    };
    errands.push(state.work.begin(state.now, Purpose::Edit, CommandKind::Edit(order)));
    errands
}

pub(super) fn go(state: &mut State, motion: Motion, height: usize) {
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.sql.editor_mut().go(motion, height);
    }
}

/// The script shows the step of the change under the trees' cursor. Not while it is being worked on.
pub(super) fn follow(state: &mut State) {
    if state.focus == Pane::Sql {
        return;
    }
    let height = state.height(Pane::Sql);
    let Some(subject) = state.subject.as_deref_mut() else { return };
    if subject.draft.is_none() {
        return;
    }
    let step = step_here(subject);
    let line = step.and_then(|step| subject.sql.line_of(step));
    subject.sql.stand = match (line, step) {
        (Some(_), _) => Stand::Here,
        (None, Some(_)) => Stand::OtherScript,
        (None, None) => stand(subject),
    };
    // A row without a step leaves the script where it is; at first that is its first step, not its header.
    let untouched = subject.sql.editor().cursor() == (0, 0);
    if let Some(line) = line.or_else(|| subject.sql.first_line().filter(|_| untouched)) {
        subject.sql.editor_mut().show_line(line, height);
    }
}

/// Why no step belongs to the row.
fn stand(subject: &Subject) -> Stand {
    let Some(id) = subject.tree.selected() else { return Stand::Here };
    let changes = subject.outline.changes_below(id);
    if changes.is_empty() {
        Stand::Unchanged
    } else if changes.iter().any(|change| subject.review.is_chosen(*change as usize)) {
        Stand::Here
    } else {
        Stand::LeftOut
    }
}

/// The first step on the row's object or on a part of it; or else on what it is a part of, where an engine changes
/// only the whole.
fn step_here(subject: &Subject) -> Option<usize> {
    let steps = &subject.draft.as_ref()?.record.plan.steps;
    let outline = &subject.outline;
    let object = |id: NodeId| outline.get(id).filter(|node| matches!(node.what, What::Object(_)));
    let selected = subject.tree.selected()?;
    if let What::Namespace(name, _) = &outline.get(selected)?.what {
        // A schema stands for all that is in it, and is too large to be looked through.
        let within = |id: &ObjectId| id.name.schema.as_ref().map(|schema| schema.as_str()) == name.as_deref();
        let itself =
            |id: &ObjectId| id.kind == ObjectKind::Schema && Some(id.name.name.as_str()) == name.as_deref();
        return steps.iter().position(|step| within(&step.subject) || itself(&step.subject));
    }
    let mut at = Some(selected).filter(|id| object(*id).is_some());
    let mut parts = at.map(|id| outline.below(id)).unwrap_or_default();
    while let Some(id) = at {
        let pairs = parts.filter_map(|part| outline.get(NodeId(part as u32))?.pair());
        let ids: BTreeSet<&ObjectId> = pairs
            .flat_map(|pair| pair.current.iter().chain(&pair.desired))
            .map(|object| &object.id)
            .collect();
        let step = steps.iter().position(|step| ids.contains(&step.subject));
        if step.is_some() {
            return step;
        }
        at = outline.get(id).and_then(|node| node.parent).filter(|id| object(*id).is_some());
        parts = at.map(|id| id.index()..id.index() + 1).unwrap_or_default();
    }
    None
}

/// Goes to a step's statement, in the script that has one.
pub(super) fn show_step(state: &mut State, step: usize) {
    let height = state.height(Pane::Sql);
    let Some(subject) = state.subject.as_deref_mut() else { return };
    if subject.sql.line_of(step).is_none() {
        subject.sql.tab = subject.sql.tab.other();
    }
    if let Some(line) = subject.sql.line_of(step) {
        subject.sql.editor_mut().show_line(line, height);
    }
}

/// Turns to the other script, to the same step.
pub(super) fn turn(state: &mut State) {
    let height = state.height(Pane::Sql);
    let Some(subject) = state.subject.as_deref_mut() else { return };
    let step = subject.sql.step_here();
    subject.sql.tab = subject.sql.tab.other();
    if subject.draft.is_none() {
        return;
    }
    let line = step.and_then(|step| subject.sql.line_of(step));
    let untouched = subject.sql.editor().cursor() == (0, 0);
    if let Some(line) = line.or_else(|| subject.sql.first_line().filter(|_| untouched)) {
        subject.sql.editor_mut().show_line(line, height);
    }
    subject.sql.stand = Stand::Here;
    if let (Some(step), None) = (step, line) {
        subject.sql.stand = Stand::OtherScript;
        let text = format!("step {} has nothing in the {} script", step + 1, subject.sql.tab.word());
        state.say(Tone::Info, text);
    }
}

/// Proves what the editors hold on a scratch database. An edit that was not judged is judged first.
pub(super) fn rehearse(state: &mut State) -> Vec<Errand> {
    after_judging(state, Then::Prove)
}

/// Asks where the plan's folder shall be.
pub(super) fn ask_folder(state: &mut State) -> Vec<Errand> {
    let Some(draft) = state.subject.as_deref().and_then(|subject| subject.draft.as_ref()) else {
        state.say(Tone::Info, "there is no plan to write");
        return Vec::new();
    };
    let folder = format!("{}/{}", state.desk.plans, draft.record.plan.name);
    let line = LineInput::new(folder);
    state.mode = Mode::Prompt(Prompt { purpose: PromptPurpose::Folder, line });
    Vec::new()
}

pub(super) fn save(state: &mut State, folder: &str) -> Vec<Errand> {
    if folder.trim().is_empty() {
        return Vec::new();
    }
    after_judging(state, Then::Save(folder.trim().to_owned()))
}

fn after_judging(state: &mut State, then: Then) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else {
        state.say(Tone::Info, "there is no plan yet");
        return Vec::new();
    };
    let Some(draft) = subject.draft.clone() else {
        // The first plan is being drawn: what is wanted of it waits.
        subject.sql.then = then;
        state.say(Tone::Info, "as soon as the plan is drawn");
        return Vec::new();
    };
    subject.sql.then = then;
    if let Some(failure) = subject.sql.trouble.clone().filter(|_| subject.sql.until_due(state.now).is_none())
    {
        subject.sql.then = Then::Nothing;
        ask::show_failure(state, "The edited SQL is no plan", &failure);
        return Vec::new();
    }
    let errands = judge(state);
    let waits = state.work.has(|purpose| matches!(purpose, Purpose::Edit | Purpose::Draft));
    if waits { errands } else { continued(state, draft) }
}

/// What was waiting for the plan to be judged.
pub(super) fn continued(state: &mut State, drafted: std::sync::Arc<crate::worker::Drafted>) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    match std::mem::take(&mut subject.sql.then) {
        Then::Nothing => Vec::new(),
        Then::Prove => {
            if drafted.record.plan.steps.is_empty() {
                state.say(Tone::Info, "nothing to rehearse: the plan is empty");
                return Vec::new();
            }
            let mut errands = state.work.drop_all(|purpose| matches!(purpose, Purpose::Prove));
            let order = ProveOrder { drafted };
            errands.push(state.work.begin(state.now, Purpose::Prove, CommandKind::Prove(order)));
            errands
        }
        Then::Save(folder) => {
            let folder = PathBuf::from(folder);
            state.rollout.saving = Some(std::sync::Arc::clone(&drafted));
            let order = SaveOrder { drafted, folder: folder.clone() };
            vec![state.work.begin(state.now, Purpose::Save(folder), CommandKind::Save(order))]
        }
    }
}

/// The script in the person's own editor.
pub(super) fn hand_over(state: &mut State) -> Vec<Errand> {
    match state.subject.as_deref().filter(|subject| subject.draft.is_some()) {
        Some(subject) => vec![Errand::Edit(subject.sql.text(subject.sql.tab))],
        None => {
            state.say(Tone::Info, "there is no script yet");
            Vec::new()
        }
    }
}

/// What the person's own editor left.
pub(super) fn handed_back(state: &mut State, text: Result<String, Failure>) -> Vec<Errand> {
    let now = state.now;
    match text {
        Err(failure) => {
            ask::show_failure(state, "The editor", &failure);
            Vec::new()
        }
        Ok(text) => {
            let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
            let tab = subject.sql.tab;
            if subject.sql.text(tab) == text {
                state.say(Tone::Info, "nothing was changed in the editor");
                return Vec::new();
            }
            subject.sql.editor_mut().replace(&text);
            subject.sql.touch(now);
            judge(state)
        }
    }
}

pub(super) fn copy_line(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let text = subject.sql.line_or_selection();
    subject.sql.end_selection();
    vec![Errand::Copy(text)]
}

pub(super) fn copy_all(state: &mut State) -> Vec<Errand> {
    match state.subject.as_deref().filter(|subject| subject.draft.is_some()) {
        Some(subject) => vec![Errand::Copy(subject.sql.text(subject.sql.tab))],
        None => {
            state.say(Tone::Info, "there is no script yet");
            Vec::new()
        }
    }
}

/// Back to the planned scripts.
pub(super) fn revert(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    if !subject.sql.is_edited() {
        state.say(Tone::Info, "the scripts are as planned");
        return Vec::new();
    }
    forget_edits(state);
    state.say(Tone::Info, "the edits are gone: the scripts are as planned");
    marks::draft(state)
}

pub(super) fn forget_edits(state: &mut State) {
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.sql.revert();
    }
    state.mode = Mode::Normal;
}

/// An edit that is no plan is told beside the script, not in a dialog: the person is still typing.
pub(super) fn no_plan(state: &mut State, failure: Failure) {
    let Some(subject) = state.subject.as_deref_mut() else { return };
    let waited = std::mem::take(&mut subject.sql.then) != Then::Nothing;
    let told = Failure { kind: FailureKind::Usage, ..failure };
    subject.sql.trouble = Some(told.clone());
    if waited {
        ask::show_failure(state, "The edited SQL is no plan", &told);
    }
}
