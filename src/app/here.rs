//! What the cursor stands on, told whole in one line: the names and sentences that a narrow pane has to cut.

use super::layout::Pane;
use super::outline::{Node, NodeId, What};
use super::review::{Mark, Verdict};
use super::state::State;
use super::subject::Subject;

/// One line on what the cursor of the focused pane is on; nothing where there is nothing to say.
pub fn here(state: &State) -> Option<String> {
    if super::rollout::is_shown(state) {
        return None;
    }
    let subject = state.subject.as_deref();
    match state.focus {
        Pane::Log => state.log.get(state.log_list.cursor).map(|entry| entry.text.clone()),
        Pane::Current | Pane::Desired | Pane::Diff => {
            let subject = subject?;
            let id = subject.tree.selected()?;
            Some(row(subject, id, subject.outline.get(id)?))
        }
        Pane::Findings => {
            let subject = subject?;
            let finding = subject.findings().get(subject.findings.cursor)?;
            Some(format!("{}: {}", finding.rule, finding.what))
        }
        Pane::Sql => subject?.sql.note_here(),
        Pane::Agent => None,
    }
}

/// The row's whole name, and what was decided about it.
fn row(subject: &Subject, id: NodeId, node: &Node) -> String {
    let mut text = match &node.what {
        What::Namespace(Some(name), _) => format!("schema {name}"),
        What::Namespace(None, _) => "database".to_owned(),
        What::NotComparedHead => "what is seen and not compared".to_owned(),
        What::NotCompared(what, _) => format!("{} ({})", what.what, what.why),
        What::Object(pair) => match (pair.current.as_deref(), pair.desired.as_deref()) {
            (Some(before), Some(after)) if before.id != after.id => format!("{} -> {}", before.id, after.id),
            (Some(object), _) | (None, Some(object)) => object.id.to_string(),
            (None, None) => String::new(),
        },
    };
    let own = subject.outline.own_changes(id);
    if own.iter().any(|change| !subject.review.is_chosen(*change as usize)) {
        text.push_str("  left out of the plan");
    }
    if let Some(mark) = own.first().and_then(|change| subject.review.mark(*change as usize)) {
        text.push_str(&marked(mark));
    }
    text
}

fn marked(mark: &Mark) -> String {
    let verdict = match mark.verdict {
        Some(Verdict::Ok) => "ok",
        Some(Verdict::Wanted) => "not ok",
        None => "comment",
    };
    let by = if mark.by.is_empty() { String::new() } else { format!(" by {}", mark.by) };
    let comment = mark.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
    format!("  {verdict}{by}{comment}")
}
