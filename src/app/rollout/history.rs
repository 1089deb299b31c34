//! All runs of all environments, the latest first; each leads to its report.

use crate::app::msg::Errand;
use crate::app::state::State;
use crate::config::keymap::Action;
use crate::config::theme::Role;
use crate::model::RunState;

use super::page::{Line, Page, minute};
use super::{account, pipeline};

/// A run, and the environment it ran on.
pub struct Row<'a> {
    pub on: &'a str,
    pub run: &'a RunState,
}

/// The latest first.
pub fn rows(state: &State) -> Vec<Row<'_>> {
    let places = state.rollout.told.iter().flat_map(|told| &told.places);
    let mut rows: Vec<Row<'_>> = places
        .flat_map(|place| place.runs.iter().flatten().map(|run| Row { on: &place.name, run }))
        .collect();
    // Of one second, what comes later in its journal or on the way to production is the later one.
    rows.sort_by(|one, other| one.run.began.cmp(&other.run.began));
    rows.reverse();
    rows
}

pub(super) fn open_run(state: &mut State) -> Vec<Errand> {
    let found =
        rows(state).get(state.rollout.history.cursor).map(|row| (row.on.to_owned(), row.run.run.clone()));
    match found {
        Some((on, run)) => account(state, &on, run),
        None => Vec::new(),
    }
}

pub(super) fn main(state: &State) -> Page {
    let mut page = Page::new("history");
    let rows = rows(state);
    page.right = super::page::counted(rows.len(), "run");
    if rows.is_empty() {
        let apply = pipeline::key(state, Action::RolloutApply);
        let text =
            if state.rollout.told.is_some() { "nothing has run yet" } else { "the journals are being read" };
        page.push(Line::new(Role::Muted, format!(" {text}")));
        page.blank();
        page.push(Line::new(Role::Muted, format!(" {apply} runs a plan; what it did stands here, for ever")));
        return page;
    }
    page.cursor = Some(state.rollout.history.cursor.min(rows.len() - 1));
    let widest = rows.iter().map(|row| row.on.chars().count()).max().unwrap_or(0).min(20);
    for (at, row) in rows.iter().enumerate() {
        let (role, word) = pipeline::word(row.run);
        let on: String = row.on.chars().take(20).collect();
        page.push(
            Line::new(Role::Muted, format!(" {}  ", minute(&row.run.began)))
                .and(Role::Text, format!("{on:<widest$}  "))
                .and(Role::Title, pipeline::named(row.run, " "))
                .right(role, word)
                .of_row(at),
        );
    }
    page
}

/// The run under the cursor, in short.
pub(super) fn aside(state: &State, width: usize) -> Page {
    let rows = rows(state);
    let Some(row) = rows.get(state.rollout.history.cursor.min(rows.len().saturating_sub(1))) else {
        return Page::new("");
    };
    let mut page = Page::new(row.run.run.to_string());
    page.tell("on", Role::Text, row.on, width);
    page.tell("by", Role::Text, &row.run.opened.actor.to_string(), width);
    page.tell("last word", Role::Text, &format!("{} UTC", minute(&row.run.last)), width);
    let text = format!("{} of {} statements in effect", row.run.applied(), row.run.outcomes.len());
    page.tell("stands", Role::Text, &text, width);
    if let Some(closed) = row.run.closed.as_ref().filter(|closed| !closed.reason.is_empty()) {
        page.tell("why", Role::Text, &closed.reason, width);
    }
    for difference in row.run.verified.iter().flat_map(|verified| &verified.differences) {
        page.tell("differs", Role::SeverityWarn, difference, width);
    }
    let open = pipeline::key(state, Action::ListOpen);
    page.blank();
    page.say(Role::Muted, &format!("{open} opens its report"), width);
    page
}
