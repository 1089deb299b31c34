//! What is kept between starts: the sides, where one was, what was decided, and SQL that was edited and not saved.
//! It is written a moment after something changed, so that a dropped line loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::session::{
    self, DiffLayout, Layout as SavedLayout, Session, Sides, UnsavedSql, Visibility, Words,
};
use crate::model::{EngineKind, Fingerprint, ObjectId};
use crate::worker::{CommandKind, Drafted, RecallOrder, RememberOrder};

use super::diff_view::WordMarks;
use super::difference::{Around, Layout};
use super::layout::{LogPlace, Pane, Proportions, Zoom};
use super::log::Tone;
use super::moves;
use super::msg::Errand;
use super::outline::NodeId;
use super::review::{Chosen, Mark, Restored, Verdict};
use super::sql_pane::Tab;
use super::state::State;
use super::subject::Subject;
use super::work::Purpose;

/// So long after a change the session is written.
const SOON: Duration = Duration::from_secs(1);
/// The sides of any demo.
const DEMO: &str = "demo";

#[derive(Clone, Debug, Default)]
pub(super) struct Remembering {
    due: Option<Duration>,
    written: Option<Session>,
    /// The folds of the tree that the names of open rows in `written` were made of.
    folds: Option<u64>,
    /// Scripts of the last session, for the plan that is still being drawn.
    unsaved: Option<UnsavedSql>,
    /// What the session file calls the sides that are read now, and those that are compared.
    reading: Option<Sides>,
    sides: Option<Sides>,
    /// Whether a person has pressed a key since these sides were asked for.
    hands: Hands,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Hands {
    #[default]
    Still,
    Moved,
}

pub(super) fn pressed(state: &mut State) {
    state.remember.hands = Hands::Moved;
}

/// Something may have changed: it is looked at soon.
pub(super) fn note(state: &mut State) {
    if state.subject.is_some() && state.remember.due.is_none() {
        state.remember.due = Some(state.now + SOON);
    }
}

pub(super) fn until_due(state: &State) -> Option<Duration> {
    state.remember.due.map(|due| due.saturating_sub(state.now))
}

/// Writes the session where it is time and something is different.
pub(super) fn due(state: &mut State) -> Vec<Errand> {
    if state.remember.due.is_none_or(|due| due > state.now) {
        return Vec::new();
    }
    write(state)
}

/// Writes the session now, where something is different.
pub(super) fn write(state: &mut State) -> Vec<Errand> {
    state.remember.due = None;
    // Nothing is written over what has not been read yet.
    if state.work.has(|purpose| matches!(purpose, Purpose::Recall)) {
        return Vec::new();
    }
    let Some(session) = session(state) else { return Vec::new() };
    state.remember.folds = state.subject.as_deref().map(|subject| subject.tree.folds());
    if state.remember.written.as_ref() == Some(&session) {
        return Vec::new();
    }
    state.remember.written = Some(session.clone());
    let order = RememberOrder { session: Box::new(session) };
    vec![state.work.begin(state.now, Purpose::Remember, CommandKind::Remember(order))]
}

/// Other sides are about to be read, and they have these names. What is on show is written down before it goes.
/// What a person does from now on is newer than any earlier session of theirs.
pub(super) fn leave(state: &mut State, turn: Turn) -> Vec<Errand> {
    let errands = write(state);
    state.remember.reading = named(state, turn);
    state.remember.hands = Hands::Still;
    errands
}

/// Which way around sides are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    AsNamed,
    Swapped,
}

/// What the session file calls the sides. A demo's are made anew each time and have one name.
fn named(state: &State, turn: Turn) -> Option<Sides> {
    let sides = match (state.desk.demo, &state.desk.current, &state.desk.desired) {
        (Some(engine), _, _) => Sides { current: DEMO.into(), desired: EngineKind::name(engine).into() },
        (None, Some(current), Some(desired)) => {
            return Some(Sides { current: current.shown(), desired: desired.shown() });
        }
        (None, _, _) => return None,
    };
    let swapped = Sides { desired: format!("{} swapped", sides.desired), ..sides.clone() };
    Some(match turn {
        Turn::AsNamed => sides,
        Turn::Swapped if state.remember.sides.as_ref() == Some(&swapped) => sides,
        Turn::Swapped => swapped,
    })
}

/// Sides were compared. Asks for what was remembered of them, if they are others than before.
pub(super) fn recall(state: &mut State) -> Vec<Errand> {
    // The trees are others now.
    state.remember.folds = None;
    let Some(sides) = state.remember.reading.take() else { return Vec::new() };
    if state.remember.sides.replace(sides.clone()).as_ref() == Some(&sides) {
        return Vec::new();
    }
    let order = RecallOrder { sides };
    vec![state.work.begin(state.now, Purpose::Recall, CommandKind::Recall(order))]
}

/// SQL that was edited stays while the same sides are read again.
pub(super) fn keep_edits(state: &mut State, former: &Subject) {
    let same = state.remember.reading.is_none() || state.remember.reading == state.remember.sides;
    let edited = unsaved(state, former).filter(|_| same);
    state.remember.unsaved = edited;
}

fn session(state: &State) -> Option<Session> {
    let subject = state.subject.as_deref()?;
    let id = |node: NodeId| Some(subject.outline.get(node)?.id()?.to_string());
    let change = |at: usize| subject.comparison.changeset.changes.get(at).map(|c| c.id().to_string());
    let review = &subject.review;
    let left_out = (0..review.len()).filter(|at| !review.is_chosen(*at));
    let percent = |share: u16| share * 10;
    let shares = BTreeMap::from([
        ("trees".to_owned(), percent(state.proportions.trees)),
        ("diff".to_owned(), percent(state.proportions.diff)),
        ("findings".to_owned(), percent(state.proportions.findings)),
    ]);
    Some(Session {
        sides: state.remember.sides.clone()?,
        open: open_rows(state, subject),
        cursor: subject.tree.selected().and_then(id),
        focus: Some(saved_pane(state.focus)),
        layout: SavedLayout {
            shares,
            zoomed: (state.zoom == Zoom::On).then(|| saved_pane(state.focus)),
            log: match state.log_place {
                LogPlace::Hidden => Visibility::Hidden,
                LogPlace::Shown => Visibility::Visible,
            },
        },
        diff: session::DiffView {
            layout: match subject.diff.layout {
                Layout::Unified => DiffLayout::Unified,
                Layout::SideBySide => DiffLayout::SideBySide,
            },
            words: match subject.diff.words {
                WordMarks::On => Words::Marked,
                WordMarks::Off => Words::Plain,
            },
            context: match subject.diff.around {
                Around::All => None,
                Around::Lines(lines) => Some(lines),
            },
        },
        unselected: left_out.filter_map(change).collect(),
        marks: review.marks().filter_map(|(at, mark)| saved_mark(change(at)?, mark)).collect(),
        sql: unsaved(state, subject),
        // Settings are kept in their own file.
        keymap: None,
        theme: None,
    })
}

/// The names of open rows. There can be as many as there are tables: they are made anew only after a fold.
fn open_rows(state: &State, subject: &Subject) -> Vec<String> {
    match &state.remember.written {
        Some(written) if state.remember.folds == Some(subject.tree.folds()) => written.open.clone(),
        Some(_) | None => {
            let nodes = subject.tree.opened().filter_map(|id| subject.outline.get(id));
            // What has no parts is neither open nor closed.
            let with_parts = nodes.filter(|node| node.span > 1);
            with_parts.filter_map(|node| Some(node.id()?.to_string())).collect()
        }
    }
}

fn unsaved(state: &State, subject: &Subject) -> Option<UnsavedSql> {
    // What waits for its plan is not lost meanwhile.
    if let Some(waiting) = &state.remember.unsaved {
        return Some(waiting.clone());
    }
    let draft = subject.draft.as_ref().filter(|_| subject.sql.is_edited())?;
    Some(UnsavedSql {
        forward: subject.sql.text(Tab::Forward),
        rollback: subject.sql.text(Tab::Rollback),
        digest: planned(draft),
    })
}

/// What the edits were made on: the choice of changes, whatever their text became.
fn planned(draft: &Drafted) -> String {
    let imprints = draft.comparison.imprints.iter().zip(&draft.chosen);
    let chosen = imprints.filter(|(_, chosen)| **chosen).map(|(imprint, _)| imprint.as_str());
    Fingerprint::of(chosen).as_str().to_owned()
}

fn saved_mark(change: String, mark: &Mark) -> Option<session::Mark> {
    Some(session::Mark {
        change,
        content: mark.content.as_str().to_owned(),
        verdict: match mark.verdict {
            Some(Verdict::Ok) => session::Verdict::Ok,
            Some(Verdict::Wanted) => session::Verdict::Wanted,
            None => session::Verdict::Comment,
        },
        comment: mark.comment.clone().unwrap_or_default(),
        by: mark.by.clone(),
        when: mark.when,
    })
}

fn saved_pane(pane: Pane) -> session::Pane {
    match pane {
        Pane::Current => session::Pane::Current,
        Pane::Desired => session::Pane::Desired,
        Pane::Diff => session::Pane::Diff,
        Pane::Sql => session::Pane::Sql,
        Pane::Findings => session::Pane::Findings,
        Pane::Agent => session::Pane::Agent,
        Pane::Log => session::Pane::Log,
    }
}

fn own_pane(pane: session::Pane) -> Pane {
    match pane {
        session::Pane::Current => Pane::Current,
        session::Pane::Desired => Pane::Desired,
        session::Pane::Diff => Pane::Diff,
        session::Pane::Sql => Pane::Sql,
        session::Pane::Findings => Pane::Findings,
        session::Pane::Agent => Pane::Agent,
        session::Pane::Log => Pane::Log,
    }
}

/// An earlier session was found: everything as it was left, as far as it still fits.
pub(super) fn recalled(state: &mut State, session: Session) -> Vec<Errand> {
    let height = state.tree_height();
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let moved = state.remember.hands == Hands::Moved;
    if !moved {
        let share =
            |name: &str, usual: u16| session.layout.shares.get(name).map_or(usual, |share| share / 10);
        let usual = Proportions::default();
        state.proportions = Proportions {
            trees: share("trees", usual.trees).clamp(15, 75),
            diff: share("diff", usual.diff).clamp(15, 85),
            findings: share("findings", usual.findings).clamp(10, 70),
        };
        state.log_place = match session.layout.log {
            Visibility::Hidden => LogPlace::Hidden,
            Visibility::Visible => LogPlace::Shown,
        };
        state.zoom = if session.layout.zoomed.is_some() { Zoom::On } else { Zoom::Off };
        if let Some(pane) = session.focus {
            state.focus = own_pane(pane);
        }
    }
    subject.diff.layout = match session.diff.layout {
        DiffLayout::Unified => Layout::Unified,
        DiffLayout::SideBySide => Layout::SideBySide,
    };
    subject.diff.words = match session.diff.words {
        Words::Marked => WordMarks::On,
        Words::Plain => WordMarks::Off,
    };
    subject.diff.around = session.diff.context.map_or(Around::All, Around::Lines);
    let fallen = decisions(subject, &session);
    places(subject, &session, height);
    let left_out = subject.review.chosen().iter().any(|chosen| !chosen);
    state.remember.unsaved = session.sql;
    let unsaved = state.remember.unsaved.is_some();
    let mut text = "as you left it".to_owned();
    match fallen {
        0 => {}
        1 => text.push_str("; one mark fell off, its change is another now"),
        several => text.push_str(&format!("; {several} marks fell off, their changes are others now")),
    }
    state.say(Tone::Info, text);
    let mut errands = moves::follow(state);
    if left_out {
        errands.extend(super::marks::draft(state));
    } else if unsaved {
        errands.extend(restore_edits(state));
    }
    errands
}

/// Choices and marks; how many marks no longer count.
fn decisions(subject: &mut Subject, session: &Session) -> usize {
    let ids: BTreeMap<String, usize> = subject
        .comparison
        .changeset
        .changes
        .iter()
        .enumerate()
        .map(|(at, change)| (change.id().to_string(), at))
        .collect();
    for name in &session.unselected {
        let Some(at) = ids.get(name) else { continue };
        subject.review.choose(*at, Chosen::LeftOut);
        for followed in subject.comparison.follow(subject.review.chosen(), *at) {
            subject.review.choose(followed.change, Chosen::LeftOut);
        }
    }
    let mut fallen = 0;
    for mark in &session.marks {
        let own = Mark {
            verdict: match mark.verdict {
                session::Verdict::Ok => Some(Verdict::Ok),
                session::Verdict::Wanted => Some(Verdict::Wanted),
                session::Verdict::Comment => None,
            },
            comment: Some(mark.comment.clone()).filter(|comment| !comment.is_empty()),
            by: mark.by.clone(),
            when: mark.when,
            content: Fingerprint::parsed(mark.content.as_str()),
        };
        let restored = ids.get(&mark.change).map(|at| subject.review.restore(*at, own));
        if restored != Some(Restored::Kept) {
            fallen += 1;
        }
    }
    fallen
}

/// Open rows and the cursor.
fn places(subject: &mut Subject, session: &Session, height: usize) {
    let wanted: BTreeSet<&str> = session.open.iter().map(String::as_str).collect();
    let named = |id: &ObjectId| id.to_string();
    let mut open = Vec::new();
    let mut cursor = None;
    for (at, node) in subject.outline.nodes() {
        let Some(name) = node.id().map(named) else {
            // Rows without an object, such as the schema of an engine without schemas, are always open.
            open.push(at);
            continue;
        };
        if node.span > 1 && wanted.contains(name.as_str()) {
            open.push(at);
        }
        if session.cursor.as_ref() == Some(&name) {
            cursor = Some(at);
        }
    }
    subject.with_tree(|tree, ground| {
        tree.reopen(open, ground, height);
        if let Some(cursor) = cursor {
            tree.reveal(cursor, ground, height);
        }
    });
}

/// The person's own scripts over the plan that was drawn anew.
pub(super) fn restore_edits(state: &mut State) -> Vec<Errand> {
    let now = state.now;
    let Some(subject) = state.subject.as_deref_mut() else { return Vec::new() };
    let Some(draft) = subject.draft.clone() else { return Vec::new() };
    let Some(unsaved) = state.remember.unsaved.take() else { return Vec::new() };
    let same = unsaved.digest == planned(&draft);
    subject.sql.restore(Tab::Forward, &unsaved.forward, now);
    subject.sql.restore(Tab::Rollback, &unsaved.rollback, now);
    if same {
        state.say(Tone::Info, "your unsaved SQL is back");
    } else {
        state.say(Tone::Bad, "your unsaved SQL is back, but the changes are others now: look at it again");
    }
    super::scripts::judge(state)
}
