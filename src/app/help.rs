//! Help: every key of the map, those of the pane in focus first. The same rows as `keymap print`.

use crate::config::keymap::{Action, Context, Row};

use super::filter;
use super::layout::Pane;
use super::mode::{Help, Mode};
use super::state::State;

/// A line of the help view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    Heading(&'static str),
    Keys {
        keys: String,
        desc: String,
        id: &'static str,
    },
    /// A word of the filter of the trees.
    Word {
        word: &'static str,
        desc: &'static str,
    },
    Empty,
}

impl Line {
    pub fn holds(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        match self {
            Self::Heading(text) => filter::holds(text, &lower),
            Self::Keys { keys, desc, id } => {
                keys.contains(text) || filter::holds(desc, &lower) || filter::holds(id, &lower)
            }
            Self::Word { word, desc } => filter::holds(word, &lower) || filter::holds(desc, &lower),
            Self::Empty => false,
        }
    }
}

pub(super) fn open(state: &mut State) {
    state.mode = Mode::Help(Help::default());
}

/// Rows of the help view.
pub fn height(state: &State) -> usize {
    usize::from(state.size.1).saturating_sub(4).max(1)
}

/// The lines as filtered.
pub fn lines(state: &State) -> Vec<Line> {
    let text = state.help().map(|help| help.filter.as_str()).unwrap_or_default();
    let all = all(state);
    if text.is_empty() { all } else { all.into_iter().filter(|line| line.holds(text)).collect() }
}

fn all(state: &State) -> Vec<Line> {
    let own = match state.focus {
        _ if super::rollout::is_shown(state) => Context::Rollout,
        Pane::Current | Pane::Desired => Context::Tree,
        Pane::Diff => Context::Diff,
        Pane::Sql => Context::SqlNormal,
        Pane::Findings => Context::Findings,
        Pane::Agent => Context::Agent,
        Pane::Log => Context::Log,
    };
    let rest = Context::ALL.iter().copied().filter(|context| *context != own && *context != Context::Global);
    let rows = state.manner.keymap.rows();
    let mut lines = Vec::new();
    for context in [own, Context::Global].into_iter().chain(rest) {
        let of_it: Vec<&Row<'_>> = rows.iter().filter(|row| belongs(row, context)).collect();
        if of_it.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::Empty);
        }
        lines.push(Line::Heading(title(context)));
        lines.extend(of_it.into_iter().map(|row| Line::Keys {
            keys: row.keys.clone(),
            desc: row.desc.to_owned(),
            id: row.action.id(),
        }));
    }
    lines.push(Line::Empty);
    lines.push(Line::Heading("Words of the filter"));
    lines.extend(filter::WORDS.iter().map(|(word, desc)| Line::Word { word, desc }));
    lines
}

/// What runs a plan works everywhere, and is looked for where plans run.
fn belongs(row: &Row<'_>, context: Context) -> bool {
    let runs = matches!(row.action, Action::RolloutOpen | Action::RolloutApply | Action::RolloutRun);
    row.context == context || (context == Context::Rollout && row.context == Context::Global && runs)
}

/// What a context is called in help.
fn title(context: Context) -> &'static str {
    match context {
        Context::Global => "Everywhere",
        Context::Tree => "Schemas",
        Context::Diff => "Diff",
        Context::SqlNormal => "SQL",
        Context::SqlInsert => "SQL, typing",
        Context::Findings => "Findings",
        Context::Agent => "Agent",
        Context::Log => "Log",
        Context::Picker => "Lists to choose from",
        Context::Prompt => "Prompts",
        Context::Dialog => "Dialogs",
        Context::Rollout => "Environments and runs",
        Context::Help => "Help",
    }
}
