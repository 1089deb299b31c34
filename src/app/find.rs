//! Searching and filtering, and copying what was found.

use super::filter::Filter;
use super::layout::Pane;
use super::line_input::LineInput;
use super::list::Motion;
use super::log::Tone;
use super::mode::{Mode, Prompt, PromptPurpose};
use super::moves;
use super::msg::Errand;
use super::state::State;
use super::subject::Subject;
use super::tree::Way;
use super::{difference, help, rollout};

/// Asks for a text to search for in what has the focus.
pub(super) fn ask(state: &mut State) {
    let purpose = PromptPurpose::Search;
    state.mode = Mode::Prompt(Prompt { purpose, line: LineInput::default() });
}

/// Asks for a filter of the trees, or of help.
pub(super) fn ask_filter(state: &mut State) {
    let text = match (&state.mode, state.subject.as_deref()) {
        (Mode::Help(help), _) => help.filter.clone(),
        (_, Some(subject)) => subject.tree.filter().text().to_owned(),
        (_, None) => return,
    };
    state.mode = Mode::Prompt(Prompt { purpose: PromptPurpose::Filter, line: LineInput::new(text) });
}

/// The rows follow while the filter is typed.
pub(super) fn filter(state: &mut State, text: &str) -> Vec<Errand> {
    let height = state.tree_height();
    if let Some(subject) = state.subject.as_deref_mut() {
        let filter = Filter::parse(text);
        subject.with_tree(|tree, ground| tree.set_filter(filter, ground, height));
    }
    moves::trail(state)
}

/// Goes to the next place of the last search.
pub(super) fn again(state: &mut State, way: Way, count: usize) -> Vec<Errand> {
    let Some(text) = state.search.clone() else {
        state.say(Tone::Info, "nothing was searched for yet");
        return Vec::new();
    };
    let mut errands = Vec::new();
    for _ in 0..count {
        let on_a_sheet = rollout::is_shown(state);
        if let (Pane::Sql, Mode::Normal, Some(subject), false) =
            (state.focus, &state.mode, state.subject.as_deref_mut(), on_a_sheet)
        {
            if !subject.sql.search(&text, way) {
                state.say(Tone::Bad, format!("not found: {text}"));
                return errands;
            }
            continue;
        }
        let Some(at) = place(state, &text, way) else {
            state.say(Tone::Bad, format!("not found: {}", &text));
            return errands;
        };
        errands.extend(moves::go(state, Motion::To(at)));
    }
    errands
}

/// The row of what has the focus where the text is next.
fn place(state: &mut State, text: &str, way: Way) -> Option<usize> {
    if let Mode::Help(help) = &state.mode {
        let lines = help::lines(state);
        let holds = |at: usize| lines.get(at).is_some_and(|line| line.holds(text));
        return around(lines.len(), help.list.top, way, holds);
    }
    if rollout::is_shown(state) {
        return rollout::place(state, text, way);
    }
    let lower = text.to_lowercase();
    let log = &state.log;
    let subject = state.subject.as_deref();
    match state.focus {
        Pane::Log => around(log.len(), state.log_list.cursor, way, |at| {
            log.get(at).is_some_and(|entry| super::filter::holds(&entry.text, &lower))
        }),
        Pane::Current | Pane::Desired => subject.and_then(|s| s.tree.find(&s.outline, text, way)),
        Pane::Diff => subject.and_then(|subject| in_diff(subject, &lower, way)),
        Pane::Findings => subject.and_then(|subject| {
            let findings = subject.findings();
            around(findings.len(), subject.findings.cursor, way, |at| {
                findings.get(at).is_some_and(|finding| {
                    [&finding.rule, &finding.what, &finding.effect]
                        .iter()
                        .any(|text| super::filter::holds(text, &lower))
                })
            })
        }),
        // The editor searches by itself.
        Pane::Sql | Pane::Agent => None,
    }
}

fn in_diff(subject: &Subject, lower: &str, way: Way) -> Option<usize> {
    let difference = subject.diff.difference()?;
    let rows = subject.diff.rows();
    around(rows.len(), subject.diff.list.cursor, way, |at| {
        let texts = match rows.get(at) {
            Some(difference::Row::Same { after, .. } | difference::Row::Added { after, .. }) => {
                [None, difference.after().line(*after as usize)]
            }
            Some(difference::Row::Removed { before, .. }) => {
                [difference.before().line(*before as usize), None]
            }
            Some(difference::Row::Changed { before, after }) => {
                [difference.before().line(*before as usize), difference.after().line(*after as usize)]
            }
            Some(difference::Row::Folded { .. }) | None => [None, None],
        };
        texts.into_iter().flatten().any(|text| super::filter::holds(text, lower))
    })
}

/// The next row that holds, from `cursor` on and around the end.
pub(super) fn around(len: usize, cursor: usize, way: Way, holds: impl Fn(usize) -> bool) -> Option<usize> {
    match way {
        Way::Next => (1..=len).map(|step| (cursor + step) % len).find(|at| holds(*at)),
        Way::Previous => (1..=len).map(|step| (cursor + len - step) % len).find(|at| holds(*at)),
    }
}

/// Copies what the cursor is on: a name, a line, a finding.
pub(super) fn copy(state: &mut State) -> Vec<Errand> {
    match text_here(state) {
        Some(text) if !text.is_empty() => vec![Errand::Copy(text)],
        Some(_) | None => {
            state.say(Tone::Info, "nothing to copy here");
            Vec::new()
        }
    }
}

fn text_here(state: &State) -> Option<String> {
    let subject = state.subject.as_deref();
    match state.focus {
        Pane::Log => state.log.get(state.log_list.cursor).map(|entry| entry.text.clone()),
        Pane::Current | Pane::Desired => {
            let subject = subject?;
            let node = subject.outline.get(subject.tree.selected()?)?;
            super::tree::names(node).last().map(str::to_owned)
        }
        Pane::Diff => {
            let subject = subject?;
            let difference = subject.diff.difference()?;
            let (before, after) = (difference.before(), difference.after());
            Some(if after.is_empty() { before.whole() } else { after.whole() })
        }
        Pane::Findings => {
            let subject = subject?;
            let finding = subject.findings().get(subject.findings.cursor)?;
            Some(format!("{}: {}\n{}\n{}", finding.rule, finding.what, finding.effect, finding.instead))
        }
        Pane::Sql => subject.map(|subject| subject.sql.line_or_selection()),
        Pane::Agent => None,
    }
}
