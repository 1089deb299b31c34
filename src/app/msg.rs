//! What the workbench hears, and what it asks to be done outside: the only two ways in and out of its state.

use std::time::Duration;

use crate::config::keymap::{Key, Keymap};
use crate::config::theme::{Symbols, Theme};
use crate::model::Failure;
use crate::worker::{CommandId, CommandKind, Event};

/// Something happened.
#[derive(Clone, Debug)]
pub enum Msg {
    Key(Key),
    /// One paste, as one message.
    Paste(String),
    /// A paste of so many bytes was too long and is not coming.
    Overlong(usize),
    Resize(u16, u16),
    /// A press at this cell.
    Click(u16, u16),
    /// The wheel at this cell, in rows; down is positive.
    Wheel(u16, u16, i16),
    /// Time since the start. Comes before every other message.
    Tick(Duration),
    Worker(Event),
    /// Settings were read again; what is wrong with them changes nothing else.
    Reloaded(Box<Reloaded>),
    /// What became of a copy, in words.
    Copied(Result<String, Failure>),
    /// The text as the person's editor left it.
    Edited(Result<String, Failure>),
    /// Somebody outside wants us suspended.
    Suspend,
    /// Suspending is not possible here.
    NotSuspended(Failure),
}

/// Settings as they are now. `None`: as before.
#[derive(Clone, Debug, Default)]
pub struct Reloaded {
    pub keymap: Option<Keymap>,
    pub theme: Option<Theme>,
    pub symbols: Option<Symbols>,
    pub problems: Vec<Failure>,
}

/// Something to be done outside.
#[derive(Clone, Debug)]
pub enum Errand {
    /// To the worker.
    Command(CommandId, Box<CommandKind>),
    Cancel(CommandId),
    Copy(String),
    /// In the person's own editor.
    Edit(String),
    Suspend,
    Redraw,
    Mouse(Mouse),
    /// By name: the settings of this name are to be read and handed back as [`Msg::Reloaded`].
    Theme(String),
    Keymap(String),
    /// All settings again.
    Reload,
    Quit,
}

/// Whether the terminal reports the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mouse {
    #[default]
    Off,
    On,
}
