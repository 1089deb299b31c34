//! Reviewing: which changes are taken, and the marks on them.

use crate::safety::DataLoss;
use crate::worker::{CommandKind, DraftOrder};

use super::line_input::LineInput;
use super::log::Tone;
use super::mode::{Button, Dialog, Mode, Press, Prompt, PromptPurpose};
use super::moves;
use super::msg::Errand;
use super::review::{Chosen, Signature, Verdict};
use super::state::State;
use super::work::Purpose;

/// Names told in one message.
const TOLD: usize = 2;

/// Takes the changes under the cursor, or leaves them out, with all that has to go the same way.
pub(super) fn turn(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let here = subject.changes_in_range();
    subject.tree.end_range();
    if here.is_empty() {
        state.say(Tone::Info, "no change here");
        return Vec::new();
    }
    let chosen = if here.iter().all(|change| subject.review.is_chosen(*change)) {
        Chosen::LeftOut
    } else {
        Chosen::Taken
    };
    let mut along = Vec::new();
    for change in &here {
        subject.review.choose(*change, chosen);
        for followed in subject.comparison.follow(subject.review.chosen(), *change) {
            subject.review.choose(followed.change, chosen);
            if !here.contains(&followed.change) && !along.contains(&followed) {
                along.push(followed);
            }
        }
    }
    let verb = match chosen {
        Chosen::Taken => "taken",
        Chosen::LeftOut => "left out",
    };
    let name = |change: usize| {
        let change = subject.comparison.changeset.changes.get(change);
        change.map(|change| change.id().to_string()).unwrap_or_default()
    };
    let mut text = match here.as_slice() {
        [one] => format!("{verb}: {}", name(*one)),
        several => format!("{verb}: {} changes", several.len()),
    };
    if !along.is_empty() {
        let told: Vec<String> = along
            .iter()
            .take(TOLD)
            .map(|followed| format!("{} ({})", name(followed.change), &followed.why))
            .collect();
        let more = along.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("; with it {}{more}", told.join(", ")));
    }
    let edited = subject.sql.is_edited();
    state.say(Tone::Info, text);
    if edited {
        state.mode = Mode::Dialog(edits_at_stake());
        return Vec::new();
    }
    draft(state)
}

fn edits_at_stake() -> Dialog {
    Dialog::question(
        "The SQL was edited",
        vec![
            "A plan of another choice is written anew.".into(),
            "Your edits of the SQL would be lost with it.".into(),
        ],
        vec![
            Button { label: "Keep the edits", does: Press::KeepEdits },
            Button { label: "Write it anew", does: Press::DropEdits },
        ],
    )
}

/// The choice goes back to what the plan on show was made of.
pub(super) fn keep_edits(state: &mut State) {
    let Some(subject) = state.subject.as_deref_mut() else { return };
    let Some(draft) = subject.draft.clone() else { return };
    for (change, chosen) in draft.chosen.iter().enumerate() {
        subject.review.choose(change, if *chosen { Chosen::Taken } else { Chosen::LeftOut });
    }
}

/// Plans what is chosen. An older plan that is still being made is given up.
pub(super) fn draft(state: &mut State) -> Vec<Errand> {
    let mut errands =
        state.work.drop_all(|purpose| matches!(purpose, Purpose::Draft | Purpose::Edit | Purpose::Prove));
    let Some(subject) = state.subject.as_deref() else { return errands };
    let order = DraftOrder {
        comparison: subject.comparison.clone(),
        chosen: subject.review.chosen().to_vec(),
        name: None,
        loss: DataLoss::Refused,
    };
    errands.push(state.work.begin(state.now, Purpose::Draft, CommandKind::Draft(order)));
    errands
}

pub(super) fn judge(state: &mut State, verdict: Verdict) {
    let (person, when) = (state.desk.person.clone(), state.clock());
    let signature = Signature { who: &person, when };
    let Some(subject) = state.subject.as_deref_mut() else { return };
    let here = subject.changes_in_range();
    subject.tree.end_range();
    if here.is_empty() {
        state.say(Tone::Info, "no change here");
        return;
    }
    // All get the mark unless all have it: then it is taken away.
    let all = here
        .iter()
        .all(|change| subject.review.mark(*change).is_some_and(|mark| mark.verdict == Some(verdict)));
    for change in here {
        let has = subject.review.mark(change).and_then(|mark| mark.verdict) == Some(verdict);
        if all || !has {
            subject.review.judge(change, verdict, signature);
        }
    }
}

/// Asks for a comment on the changes under the cursor.
pub(super) fn ask_comment(state: &mut State) {
    let Some(subject) = state.subject.as_deref() else { return };
    let here = subject.changes_in_range();
    let Some(first) = here.first() else {
        state.say(Tone::Info, "no change here");
        return;
    };
    let old = subject.review.mark(*first).and_then(|mark| mark.comment.clone()).unwrap_or_default();
    let purpose = PromptPurpose::Comment(here);
    state.mode = Mode::Prompt(Prompt { purpose, line: LineInput::new(old) });
}

pub(super) fn comment(state: &mut State, changes: &[usize], text: &str) {
    let (person, when) = (state.desk.person.clone(), state.clock());
    let signature = Signature { who: &person, when };
    let Some(subject) = state.subject.as_deref_mut() else { return };
    for change in changes {
        subject.review.comment(*change, text, signature);
    }
}

/// Undoes or does again the last mark, and shows where it was.
pub(super) fn step_back(state: &mut State, way: Step) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let change = match way {
        Step::Undo => subject.review.undo(),
        Step::Redo => subject.review.redo(),
    };
    match change.and_then(|change| subject.outline.of_change(change)) {
        Some(node) => moves::reveal(state, node),
        None => {
            let text = match way {
                Step::Undo => "no mark to take back",
                Step::Redo => "no mark to set again",
            };
            state.say(Tone::Info, text);
            Vec::new()
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    Undo,
    Redo,
}
