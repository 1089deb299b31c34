//! What the loop drives, seen from the terminal: something that hears, wants drawing, and gives orders. The
//! workbench itself is one; a small stage in the tests is the other.

use std::path::PathBuf;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Size;

use crate::model::Failure;

use super::decode::Input;
use super::screen::Mouse;

/// Driven by [`super::run`], on one thread.
pub trait Workbench {
    /// What comes from the background.
    type Event;

    /// The next event from the background; for ever, if none comes. It may be dropped and asked again without
    /// loss.
    fn event(&mut self) -> impl Future<Output = Self::Event>;

    /// Something happened, at `now` after the start. It must not wait for anything.
    fn update(&mut self, now: Duration, heard: Heard<Self::Event>) -> Vec<Order>;

    /// When to be told [`Heard::Tick`], counted from the latest `update`. `None`: not before something
    /// happens; nothing is drawn and nothing runs until then.
    fn next_tick(&self) -> Option<Duration>;

    /// Draws everything. It changes nothing.
    fn view(&self, frame: &mut Frame<'_>);

    /// Stops what runs in the background and waits for it. Called once, at the end, however the end came; the
    /// screen has been given back.
    fn close(&mut self) -> impl Future<Output = ()>;
}

/// What a workbench hears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard<E> {
    Input(Input),
    /// Columns and rows have changed.
    Resized(Size),
    Event(E),
    Tick,
    /// These of the watched files have changed.
    Changed(Vec<PathBuf>),
    /// The outcome of [`Order::Copy`], in words.
    Copied(Result<String, Failure>),
    /// The outcome of [`Order::Edit`]: the text as it is now.
    Edited(Result<String, Failure>),
    /// Somebody outside wants us suspended; [`Order::Suspend`] does it, once it may be.
    Suspend,
    /// [`Order::Suspend`] cannot be done, and why.
    NotSuspended(Failure),
}

/// What a workbench wants of the terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Into the clipboard.
    Copy(String),
    /// In the person's own editor.
    Edit(String),
    /// Back to the shell for a while.
    Suspend,
    /// Draws everything anew, for a screen that somebody else has written over.
    Redraw,
    Mouse(Mouse),
    Quit,
}
