//! What the worker says of journals and runs → what becomes of the rollout.

use std::sync::Arc;

use crate::app::ask;
use crate::app::log::Tone;
use crate::app::login;
use crate::app::mode::{Button, Dialog, Mode, Press, Waiting};
use crate::app::msg::Errand;
use crate::app::state::State;
use crate::app::work::{Job, Purpose};
use crate::config::keymap::Action;
use crate::model::{Failure, FailureKind, RunStanding};
use crate::worker::{Account, Chronicle, Outlook, PlanFolder, Ran, Sending};

use super::going::Ended;
use super::{Decision, Report, Scene, Sheet, Start, look, pipeline, show};

/// The journals were read.
pub(in crate::app) fn told(state: &mut State, told: Arc<Chronicle>) -> Vec<Errand> {
    state.rollout.told = Some(told);
    if let Some((on, failure)) = state.rollout.stopped.take() {
        return decide(state, &on, &failure);
    }
    if !state.rollout.warned {
        state.rollout.warned = true;
        warn(state);
    }
    Vec::new()
}

/// At the start: runs that somebody has to decide about.
fn warn(state: &mut State) {
    let told = state.rollout.told.clone();
    let mut lines = Vec::new();
    for place in told.iter().flat_map(|told| &told.places) {
        let open = place.runs.iter().flatten().filter(|run| run.standing() != RunStanding::Over);
        lines.extend(open.map(|run| format!("{}: {}", place.name, crate::worker::standing(run))));
    }
    if lines.is_empty() {
        return;
    }
    state.say(Tone::Bad, lines.join("; "));
    if !matches!(state.mode, Mode::Normal) || state.scene == Scene::Rollout {
        return;
    }
    state.toast = None;
    lines.push(String::new());
    lines.push(
        "Nothing else runs there before it is decided. Somebody may be at work on it right now.".into(),
    );
    let buttons = vec![
        Button { label: "Later", does: Press::Nothing },
        Button { label: "Look at it", does: Press::Environments },
    ];
    state.mode = Mode::Dialog(Dialog::question("A run is not over", lines, buttons));
}

/// A run stopped before its end: what is to be decided, or what was wrong before anything ran.
fn decide(state: &mut State, on: &str, failure: &Failure) -> Vec<Errand> {
    match state.rollout.open(on).map(|open| open.run.clone()) {
        Some(run) => super::account(state, on, run),
        None => {
            if failure.kind == FailureKind::Cancelled {
                state.say(Tone::Info, format!("{on}: stopped before anything took effect"));
            } else {
                ask::show_failure(state, &format!("Nothing is in effect on {on}"), failure);
            }
            Vec::new()
        }
    }
}

/// What a request would do: it is asked for.
pub(in crate::app) fn foreseen(state: &mut State, job: &Job, outlook: Arc<Outlook>) -> Vec<Errand> {
    let Purpose::Foresee(request) = &job.purpose else { return Vec::new() };
    let start = Start::new((**request).clone(), outlook);
    let mut former = state.rollout.start.take();
    if let Some(former) = former.as_mut().filter(|_| state.rollout.sheet != Sheet::Start) {
        // Whoever left types the words again; an approval that was given stays given.
        former.demands.clear();
    }
    state.rollout.start = Some(match former {
        Some(former) => start.after(former),
        None => start,
    });
    if state.scene == Scene::Rollout {
        show(state, Sheet::Start);
    }
    Vec::new()
}

pub(in crate::app) fn listed(state: &mut State, plans: Arc<Vec<PlanFolder>>) {
    if state.scene == Scene::Rollout {
        pipeline::offer(state, plans);
    }
}

/// A run came to its end.
pub(in crate::app) fn ran(state: &mut State, ran: &Ran) -> Vec<Errand> {
    let now = state.now;
    let (mut sendings, mut tries, mut on) = (Vec::new(), Vec::new(), ran.label.to_string());
    if let Some(going) = &mut state.rollout.going {
        going.ended = Some(Ended::Done(now));
        on.clone_from(&going.on);
        tries = going.tries.iter().map(|(_, words)| words.clone()).collect();
        sendings = going.sendings();
    }
    let Some(run) = ran.state.clone() else {
        state.say(Tone::Good, format!("{on} has all of it already; nothing ran"));
        leave_run(state);
        return look(state);
    };
    let (role, word) = pipeline::word(&run);
    let tone = if role == crate::config::theme::Role::StatusOk { Tone::Good } else { Tone::Bad };
    let name = run.opened.name.clone();
    state.rollout.report = Some(Report {
        on: on.clone(),
        run,
        sendings,
        differences: ran.differences.clone(),
        notes: ran.notes.clone(),
        tries,
    });
    if state.scene == Scene::Rollout && state.rollout.sheet == Sheet::Run {
        show(state, Sheet::Report);
        state.say(tone, format!("{name} on {on}: {word}"));
    } else {
        let keys = pipeline::key(state, Action::RolloutOpen);
        state.say(tone, format!("{name} on {on}: {word}; {keys} shows it"));
    }
    look(state)
}

fn leave_run(state: &mut State) {
    if state.rollout.sheet == Sheet::Run {
        state.rollout.sheet = Sheet::Pipeline;
        state.rollout.trail.clear();
    }
}

/// A run was stopped at a person's wish.
pub(in crate::app) fn stopped(state: &mut State, on: &str) -> Vec<Errand> {
    let now = state.now;
    if let Some(going) = &mut state.rollout.going {
        going.ended = Some(Ended::Stopped(now));
    }
    state.say(Tone::Info, format!("{on}: stopped; what ran stands"));
    let failure = Failure::new(FailureKind::Cancelled, "stopped");
    state.rollout.stopped = Some((on.to_owned(), failure));
    look(state)
}

/// A question or a run came to nothing.
pub(in crate::app) fn failed(state: &mut State, purpose: &Purpose, failure: Failure) -> Vec<Errand> {
    if let Purpose::Foresee(request) = purpose
        && login::asks(state, &failure, Waiting::Foresight(request.clone()))
    {
        return Vec::new();
    }
    let Purpose::Run(on) = purpose else {
        let title = if let Purpose::Approve(_) = purpose { "Not approved" } else { "It cannot be told" };
        ask::show_failure(state, title, &failure);
        return Vec::new();
    };
    let now = state.now;
    if let Some(going) = &mut state.rollout.going {
        going.ended = Some(Ended::Failed(now, failure.clone()));
    }
    let first = failure.what.lines().next().unwrap_or_default();
    state.say(Tone::Bad, format!("{on}: {first}"));
    state.rollout.stopped = Some((on.clone(), failure));
    look(state)
}

/// All about a run: a decision where one is needed, its report where not.
pub(in crate::app) fn accounted(state: &mut State, account: Arc<Account>) -> Vec<Errand> {
    if account.state.standing() != RunStanding::Over {
        let at = state
            .rollout
            .decision
            .as_ref()
            .filter(|decision| decision.account.state.run == account.state.run);
        let at = at.and_then(|decision| decision.at);
        state.rollout.decision = Some(Decision { at, ..Decision::new(account, state.now) });
        if state.scene == Scene::Rollout {
            show(state, Sheet::Decision);
        } else {
            let keys = pipeline::key(state, Action::RolloutOpen);
            state.say(Tone::Bad, format!("a run stopped halfway: {keys} shows what can be done"));
        }
        return Vec::new();
    }
    state.rollout.report = Some(Report {
        on: account.on.clone(),
        run: account.state.clone(),
        sendings: account.sendings.iter().map(Sending::clone).collect(),
        differences: Vec::new(),
        notes: Vec::new(),
        tries: Vec::new(),
    });
    if state.scene == Scene::Rollout {
        show(state, Sheet::Report);
    }
    Vec::new()
}
