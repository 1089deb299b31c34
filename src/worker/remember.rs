//! What a workbench remembers between starts, written and read beside everything else, so that no key waits for
//! a disk.

use std::path::PathBuf;

use crate::config::session::{self, Session, Sides};
use crate::model::Failure;

use super::Answer;
use super::desk::Desk;

/// The session of these sides.
#[derive(Clone, Debug)]
pub struct RememberOrder {
    pub session: Box<Session>,
}

#[derive(Clone, Debug)]
pub struct RecallOrder {
    pub sides: Sides,
}

pub(super) fn remember(order: &RememberOrder, desk: &Desk) -> Result<Answer, Failure> {
    let Some(path) = place(desk, &order.session.sides) else { return Ok(Answer::Remembered) };
    session::store(&path, &order.session)?;
    // Which sides were the last ones is found under no sides at all.
    if let Some(latest) = place(desk, &Sides::default()) {
        let pointer = Session { sides: order.session.sides.clone(), ..Session::default() };
        session::store(&latest, &pointer)?;
    }
    Ok(Answer::Remembered)
}

pub(super) fn recall(order: &RecallOrder, desk: &Desk) -> Result<Answer, Failure> {
    let found = match place(desk, &order.sides) {
        Some(path) => session::load(&path)?,
        None => None,
    };
    Ok(Answer::Recalled(found.map(Box::new)))
}

/// The sides of the last session of this project.
pub fn latest_sides(desk: &Desk) -> Result<Option<Sides>, Failure> {
    let Some(path) = place(desk, &Sides::default()) else { return Ok(None) };
    Ok(session::load(&path)?.map(|session| session.sides))
}

/// `None` where this machine has no folder for it.
fn place(desk: &Desk, sides: &Sides) -> Option<PathBuf> {
    let project = desk.project.file.as_deref().unwrap_or(&desk.surroundings.folder);
    Some(session::place(desk.surroundings.state.as_deref()?, project, sides))
}
