//! The findings strip: from a finding to its line in the script and its row in the trees.

use super::layout::Pane;
use super::list::Motion;
use super::log::Tone;
use super::msg::Errand;
use super::state::State;
use super::tree::Way;
use super::{moves, scripts};

/// Goes to the script's line and the change that the finding under the cursor is about. From the script, to the
/// finding of the line.
pub(super) fn open(state: &mut State) -> Vec<Errand> {
    if state.focus == Pane::Sql {
        return from_line(state);
    }
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    let Some(finding) = subject.findings().get(subject.findings.cursor) else { return Vec::new() };
    let (step, node) = (finding.step, subject.node_of(finding));
    let errands = node.map(|node| moves::reveal(state, node)).unwrap_or_default();
    if let Some(step) = step {
        scripts::show_step(state, step);
    }
    if step.is_none() && node.is_none() {
        state.say(Tone::Info, "this finding is about the whole plan");
    }
    errands
}

fn from_line(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let step = subject.sql.step_here();
    let at = step.and_then(|step| subject.findings().iter().position(|finding| finding.step == Some(step)));
    match at {
        Some(at) => {
            subject.findings.cursor = at;
            moves::focus(state, Pane::Findings);
        }
        None => state.say(Tone::Info, "no finding on this statement"),
    }
    Vec::new()
}

/// The next or previous finding, with what it is about.
pub(super) fn step(state: &mut State, way: Way, count: usize) -> Vec<Errand> {
    let height = state.height(Pane::Findings);
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let len = subject.findings().len();
    if len == 0 {
        state.say(Tone::Info, "no findings");
        return Vec::new();
    }
    let motion = match way {
        Way::Next => Motion::Down(count),
        Way::Previous => Motion::Up(count),
    };
    subject.findings.go(motion, len, height);
    let focus = state.focus;
    state.focus = Pane::Findings;
    let errands = open(state);
    state.focus = focus;
    errands
}
