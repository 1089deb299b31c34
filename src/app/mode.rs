//! What keys mean right now, as one choice: walking the panes, typing SQL, answering a prompt, choosing from a
//! list, pressing a button, reading help.

use std::borrow::Cow;

use crate::config::keymap::Action;
use crate::model::{Failure, ObjectId};
use crate::worker::Request;

use super::line_input::LineInput;
use super::list::List;

#[derive(Clone, Debug, Default)]
pub enum Mode {
    #[default]
    Normal,
    /// Typing into the script.
    Insert,
    Prompt(Prompt),
    Picker(Picker),
    Dialog(Dialog),
    Help(Help),
}

/// One line to be typed.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub purpose: PromptPurpose,
    pub line: LineInput,
}

#[derive(Clone, Debug)]
pub enum PromptPurpose {
    /// Rows follow while it is typed.
    Filter,
    Search,
    /// On these changes.
    Comment(Vec<usize>),
    /// The folder to write the plan into.
    Folder,
    /// A REF that is in no list.
    Reference(Which),
    /// Shown as dots.
    Password(LogIn),
    /// A word that has to be typed before a plan runs.
    Demand(String),
}

/// A server that wants a password.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// An environment, or a URL as it is shown.
    pub place: String,
    pub before: Before,
    pub waits: Waiting,
}

/// Whether the person has typed one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Before {
    Unasked,
    Refused,
}

/// What waits for the password.
#[derive(Clone, Debug)]
pub enum Waiting {
    Sides,
    Journals,
    Foresight(Box<Request>),
}

impl PromptPurpose {
    pub fn title(&self) -> Cow<'static, str> {
        let title = match self {
            Self::Filter => "filter",
            Self::Search => "search",
            Self::Comment(_) => "comment",
            Self::Folder => "write the plan to",
            Self::Reference(Which::Current) => "current: environment, URL or file",
            Self::Reference(Which::Desired) => "desired: environment, URL or file",
            Self::Password(LogIn { place, before: Before::Unasked, .. }) => {
                return format!("password for {place}").into();
            }
            Self::Password(LogIn { place, before: Before::Refused, .. }) => {
                return format!("the server refused it; password for {place}").into();
            }
            Self::Demand(word) => return format!("type {word}").into(),
        };
        title.into()
    }

    /// What Enter does with the line, and Esc.
    pub fn ways_out(&self) -> [&'static str; 2] {
        match self {
            Self::Filter => ["keep the filter", "show all"],
            Self::Search => ["find", "leave"],
            Self::Comment(_) => ["keep the comment", "leave"],
            Self::Folder => ["write", "do not write"],
            Self::Reference(_) => ["compare", "leave"],
            Self::Password(_) => ["log in", "leave"],
            Self::Demand(_) => ["answer for it", "leave"],
        }
    }

    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Password(_))
    }
}

/// A side of the comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Which {
    Current,
    Desired,
}

/// A list to choose from, narrowed by typing.
#[derive(Clone, Debug)]
pub struct Picker {
    pub title: &'static str,
    pub query: LineInput,
    pub choices: Vec<Choice>,
    /// Places in `choices`, the best first.
    pub hits: Vec<usize>,
    pub list: List,
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub label: String,
    pub detail: String,
    pub does: Does,
}

/// What choosing does.
#[derive(Clone, Debug)]
pub enum Does {
    Run(Action),
    /// Takes this REF for a side.
    Side(Which, String),
    /// Asks for a REF by hand.
    Type(Which),
    /// Opens the question about a suspected rename.
    Suspicion(usize),
    /// Takes one of the plans that were listed; `None`: the draft at work.
    Plan(Option<usize>),
}

/// Something to be read, and buttons.
#[derive(Clone, Debug)]
pub struct Dialog {
    pub title: String,
    pub tone: DialogTone,
    pub lines: Vec<String>,
    pub buttons: Vec<Button>,
    pub focused: usize,
    /// First line in sight, of a long text.
    pub top: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DialogTone {
    Plain,
    Question,
    Failure,
}

#[derive(Clone, Debug)]
pub struct Button {
    pub label: &'static str,
    pub does: Press,
}

/// What a button does. Every one closes its dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Press {
    Nothing,
    Quit,
    /// Makes the plan anew from the choice and drops the edits.
    DropEdits,
    /// The edits stay; the choice goes back to what the edited plan has.
    KeepEdits,
    /// This pair is one rename.
    IsRename(ObjectId, ObjectId),
    /// This pair is a drop and a create.
    IsNoRename(usize),
    Refresh,
    PickSides,
    /// Writes the draft, then goes on to run it there.
    WriteFirst(String),
    /// Opens the environments.
    Environments,
    /// Stops the run, and suspends once it is over.
    StopAndSuspend,
}

impl Dialog {
    /// A failure as a readable panel.
    pub fn failure(title: impl Into<String>, failure: &Failure) -> Self {
        let mut lines: Vec<String> = failure.what.lines().map(str::to_owned).collect();
        if !failure.hint.is_empty() {
            lines.push(String::new());
            lines.extend(failure.hint.lines().map(|line| format!("What to do: {line}")));
        }
        Self {
            title: title.into(),
            tone: DialogTone::Failure,
            lines,
            buttons: vec![Button { label: "Close", does: Press::Nothing }],
            focused: 0,
            top: 0,
        }
    }

    /// The button that does something.
    pub fn yes(&self) -> Option<usize> {
        self.buttons.iter().rposition(|button| button.does != Press::Nothing)
    }

    /// The button that has no effect, or the one that keeps things as they are.
    pub fn no(&self) -> Option<usize> {
        let keeps = |button: &Button| matches!(button.does, Press::Nothing | Press::KeepEdits);
        self.buttons.iter().position(keeps)
    }

    pub fn question(title: impl Into<String>, lines: Vec<String>, buttons: Vec<Button>) -> Self {
        // What changes nothing has the focus.
        let focused = buttons.iter().position(|button| button.does == Press::Nothing).unwrap_or(0);
        Self { title: title.into(), tone: DialogTone::Question, lines, buttons, focused, top: 0 }
    }
}

/// The help view: one place's keys, or all.
#[derive(Clone, Debug, Default)]
pub struct Help {
    pub filter: String,
    pub list: List,
}
