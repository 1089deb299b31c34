//! The two sides: choosing them, reading them, swapping them, and deciding what was renamed between them.

use crate::model::{EngineKind, ObjectId, Renaming};
use crate::worker::{CommandKind, CompareOrder, OpenOrder, Reference, RenameOrder};

use super::ask;
use super::log::Tone;
use super::mode::{Button, Choice, Dialog, Does, Mode, Press, Which};
use super::msg::Errand;
use super::remember::{self, Turn};
use super::scripts;
use super::state::State;
use super::work::Purpose;

/// What is under way on the sides gives way to something newer.
fn is_reading(purpose: &Purpose) -> bool {
    match purpose {
        Purpose::Demo | Purpose::Open | Purpose::Compare | Purpose::Rename => true,
        Purpose::Draft | Purpose::Edit | Purpose::Prove | Purpose::Define(_) => true,
        Purpose::Save(_) | Purpose::Doctor | Purpose::LogIn(_) | Purpose::Remember | Purpose::Recall => false,
        Purpose::Look | Purpose::Plans | Purpose::Foresee(_) | Purpose::Account | Purpose::Ticket => false,
        Purpose::Approve(_) | Purpose::Run(_) => false,
    }
}

/// The first thing to do, after the start.
pub(super) fn begin(state: &mut State) -> Vec<Errand> {
    if let Some(engine) = state.desk.demo {
        return open_demo(state, engine);
    }
    match (&state.desk.current, &state.desk.desired) {
        (Some(_), Some(_)) => open(state),
        (_, _) => Vec::new(),
    }
}

fn open_demo(state: &mut State, engine: EngineKind) -> Vec<Errand> {
    let mut errands = remember::leave(state, Turn::AsNamed);
    errands.push(state.work.begin(state.now, Purpose::Demo, CommandKind::OpenDemo(engine)));
    errands
}

/// Asks for the current side, and after it for the desired one.
pub(super) fn pick(state: &mut State) -> Vec<Errand> {
    state.desk.next_current = None;
    pick_side(state, Which::Current);
    Vec::new()
}

fn pick_side(state: &mut State, which: Which) {
    let now = match which {
        Which::Current => &state.desk.current,
        Which::Desired => &state.desk.desired,
    };
    let mut choices: Vec<Choice> = Vec::new();
    for known in &state.desk.environments {
        let engine = known.engine.map_or("", EngineKind::title);
        let detail = match &known.problem {
            Some(problem) => format!("{engine} cannot be used: {problem}"),
            None => engine.to_owned(),
        };
        choices.push(Choice {
            label: known.name.clone(),
            detail,
            does: Does::Side(which, known.name.clone()),
        });
    }
    // The side as it is comes first where no environment has its name.
    let known = |now: &&Reference| state.desk.environments.iter().any(|known| known.name == now.text);
    if let Some(now) = now.as_ref().filter(|now| !known(now)) {
        let does = Does::Side(which, now.text.clone());
        choices.insert(0, Choice { label: now.shown(), detail: "as now".into(), does });
    }
    choices.push(Choice {
        label: "a URL, a file or a folder, typed above".into(),
        detail: "postgres://... sqlite:PATH schema.sql".into(),
        does: Does::Type(which),
    });
    let title = match which {
        Which::Current => "current: what is there",
        Which::Desired => "desired: what should be there",
    };
    ask::pick(state, title, choices);
}

/// A side was named: on to the other one, or to reading both.
pub(super) fn chosen(state: &mut State, which: Which, reference: String) -> Vec<Errand> {
    if reference.is_empty() {
        return Vec::new();
    }
    match which {
        Which::Current => {
            state.desk.next_current = Some(Reference::new(reference));
            pick_side(state, Which::Desired);
            Vec::new()
        }
        Which::Desired => {
            if let Some(current) = state.desk.next_current.take() {
                state.desk.current = Some(current);
            }
            state.desk.desired = Some(Reference::new(reference));
            open(state)
        }
    }
}

/// Reads both sides by their REFs.
pub(super) fn open(state: &mut State) -> Vec<Errand> {
    let (Some(current), Some(desired)) = (state.desk.current.clone(), state.desk.desired.clone()) else {
        return pick(state);
    };
    let mut errands = state.work.drop_all(is_reading);
    state.desk.demo = None;
    errands.extend(remember::leave(state, Turn::AsNamed));
    let order = OpenOrder { current, desired };
    errands.push(state.work.begin(state.now, Purpose::Open, CommandKind::Open(order)));
    errands
}

/// Reads both sides again.
pub(super) fn refresh(state: &mut State) -> Vec<Errand> {
    match state.subject.as_deref() {
        Some(subject) => {
            let order = subject.comparison.order.clone();
            compare(state, order)
        }
        None => open(state),
    }
}

pub(super) fn swap(state: &mut State) -> Vec<Errand> {
    std::mem::swap(&mut state.desk.current, &mut state.desk.desired);
    let mut errands = remember::leave(state, Turn::Swapped);
    errands.extend(match state.subject.as_deref() {
        Some(subject) => {
            let order = subject.comparison.order.clone();
            let order =
                CompareOrder { current: order.desired, desired: order.current, renames: Vec::new(), ..order };
            compare(state, order)
        }
        None => open(state),
    });
    errands
}

pub(super) fn compare(state: &mut State, order: CompareOrder) -> Vec<Errand> {
    let mut errands = state.work.drop_all(is_reading);
    errands.push(state.work.begin(state.now, Purpose::Compare, CommandKind::Compare(order)));
    errands
}

/// The suspected renames that nobody has decided about; with several, which one first.
pub(super) fn renames(state: &mut State) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    let open: Vec<usize> = (0..subject.comparison.changeset.suspected.len())
        .filter(|at| !subject.settled.contains(at))
        .collect();
    match open.as_slice() {
        [] => state.say(Tone::Info, "no rename is suspected"),
        [one] => ask_rename(state, *one),
        several => {
            let choices = several
                .iter()
                .filter_map(|at| {
                    let pair = subject.comparison.changeset.suspected.get(*at)?;
                    Some(Choice {
                        label: format!("{} -> {}", &pair.before, pair.after.leaf()),
                        detail: pair.evidence.to_string(),
                        does: Does::Suspicion(*at),
                    })
                })
                .collect();
            ask::pick(state, "renamed, or dropped and created?", choices);
        }
    }
    Vec::new()
}

/// One suspected rename as a question, with its evidence.
pub(super) fn ask_rename(state: &mut State, at: usize) {
    let Some(subject) = state.subject.as_deref() else { return };
    let Some(pair) = subject.comparison.changeset.suspected.get(at) else { return };
    let mut lines = vec![
        format!("gone:  {}", &pair.before),
        format!("new:   {}", &pair.after),
        format!("why:   {}", &pair.evidence),
        String::new(),
        "As a rename, the values stay. As two changes, the old values are dropped.".into(),
    ];
    if subject.sql.is_edited() {
        lines.push("A rename makes the plan anew: your edits of the SQL are lost with it.".into());
    }
    let buttons = vec![
        Button { label: "Decide later", does: Press::Nothing },
        Button { label: "Two changes", does: Press::IsNoRename(at) },
        Button { label: "It is a rename", does: Press::IsRename(pair.before.clone(), pair.after.clone()) },
    ];
    state.mode = Mode::Dialog(Dialog::question("Is this one rename?", lines, buttons));
}

/// Compares again with one more rename. What is read already is enough.
pub(super) fn confirm_rename(state: &mut State, before: ObjectId, after: ObjectId) -> Vec<Errand> {
    let Some(subject) = state.subject.as_deref() else { return Vec::new() };
    let comparison = subject.comparison.clone();
    let mut renames = comparison.options.renames.clone();
    renames.push(Renaming { before, after });
    scripts::forget_edits(state);
    let mut errands = state.work.drop_all(is_reading);
    let order = RenameOrder { comparison, renames };
    errands.push(state.work.begin(state.now, Purpose::Rename, CommandKind::Rename(order)));
    errands
}

/// The pair stays a drop and a create; on to the next question.
pub(super) fn refuse_rename(state: &mut State, at: usize) -> Vec<Errand> {
    if let Some(subject) = state.subject.as_deref_mut() {
        subject.settled.insert(at);
    }
    state.say(Tone::Info, "a drop and a create: the old values go");
    Vec::new()
}

/// Asks what works here.
pub(super) fn doctor(state: &mut State) -> Vec<Errand> {
    vec![state.work.begin(state.now, Purpose::Doctor, CommandKind::Examine)]
}
