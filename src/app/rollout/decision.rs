//! A run that stopped before its end: always the same six lines, so that a tired person can act. No way out is chosen
//! beforehand, and leaving changes nothing.

use std::sync::Arc;
use std::time::Duration;

use crate::app::list::Motion;
use crate::app::msg::Errand;
use crate::app::state::State;
use crate::config::keymap::Action;
use crate::config::theme::Role;
use crate::model::{Outcome, RunState};
use crate::worker::{Account, Errand as Deed, Request, Sending, Way};

use super::asked::indented;
use super::page::{Line, Page, counted, minute, time};
use super::pipeline::{key, named};
use super::start;

/// What is to be decided.
#[derive(Debug)]
pub struct Decision {
    pub account: Arc<Account>,
    /// When the server was asked, since the start.
    pub asked: Duration,
    /// The way out under the cursor; none before a person goes there.
    pub at: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    Probe,
    Resume,
    Back,
    Leave,
}

const CHOICES: [Choice; 4] = [Choice::Probe, Choice::Resume, Choice::Back, Choice::Leave];

impl Decision {
    pub fn new(account: Arc<Account>, now: Duration) -> Self {
        Self { account, asked: now, at: None }
    }
}

pub(super) fn go(state: &mut State, motion: Motion) {
    let Some(decision) = &mut state.rollout.decision else { return };
    let last = CHOICES.len() - 1;
    decision.at = Some(match (decision.at, motion) {
        (None, Motion::Up(_) | Motion::HalfUp | Motion::PageUp | Motion::Last) => last,
        (None | Some(_), Motion::To(row)) => row.min(last),
        (None, _) | (Some(_), Motion::First) => 0,
        (Some(at), Motion::Down(count)) => at.saturating_add(count).min(last),
        (Some(at), Motion::Up(count)) => at.saturating_sub(count),
        (Some(_), Motion::Last | Motion::HalfDown | Motion::PageDown) => last,
        (Some(_), Motion::HalfUp | Motion::PageUp) => 0,
    });
}

pub(super) fn choose(state: &mut State) -> Vec<Errand> {
    let choice = state.rollout.decision.as_ref().and_then(|decision| CHOICES.get(decision.at?).copied());
    match choice {
        None => {
            state.say(crate::app::log::Tone::Info, "nothing is chosen yet: go to one of the ways out");
            Vec::new()
        }
        Some(Choice::Probe) => probe_again(state),
        Some(Choice::Resume) => resume(state),
        Some(Choice::Back) => roll_back(state),
        Some(Choice::Leave) => super::back(state),
    }
}

pub(super) fn probe_again(state: &mut State) -> Vec<Errand> {
    let Some(decision) = &state.rollout.decision else { return Vec::new() };
    let (on, run) = (decision.account.on.clone(), decision.account.state.run.clone());
    super::account(state, &on, run)
}

pub(super) fn resume(state: &mut State) -> Vec<Errand> {
    go_on(state, |account| &account.resume, Deed::Resume)
}

pub(super) fn roll_back(state: &mut State) -> Vec<Errand> {
    go_on(state, |account| &account.back, Deed::RollBack)
}

fn go_on(
    state: &mut State,
    way: fn(&Account) -> &Way,
    errand: fn(Option<crate::model::RunId>) -> Deed,
) -> Vec<Errand> {
    if start::busy(state) {
        return Vec::new();
    }
    let Some(decision) = &state.rollout.decision else { return Vec::new() };
    let account = &decision.account;
    if let Some(why) = &way(account).closed {
        let text = format!("this way is closed: {why}");
        state.say(crate::app::log::Tone::Bad, text);
        return Vec::new();
    }
    let request = Request::new(errand(Some(account.state.run.clone())), Some(&account.on));
    start::foresee(state, request)
}

pub(super) fn main(state: &State, width: usize) -> Page {
    let Some(decision) = &state.rollout.decision else { return Page::new("nothing to decide") };
    let account = &*decision.account;
    let run = &account.state;
    let mut page = Page::new(format!("{}: a run is not over", account.on));
    page.right = run.run.to_string();
    page.cursor = decision.at;
    page.tell("1 sent", Role::Title, &sent(account), width);
    let (role, text) = says(state, decision);
    page.tell("2 server", role, &text, width);
    page.push(standing(run));
    let (role, text) = working(account);
    page.tell("4 at work", role, &text, width);
    page.push(Line::new(Role::Muted, " 5 ways out"));
    for (at, choice) in CHOICES.into_iter().enumerate() {
        let (keys, word, what, closed) = describe(state, account, choice);
        let (name, says) = if closed { (Role::Muted, Role::Muted) } else { (Role::Title, Role::Text) };
        for (line, text) in crate::app::wrap::wrapped(&what, width.saturating_sub(22)).into_iter().enumerate()
        {
            let (keys, word) = if line == 0 { (keys.as_str(), word) } else { ("", "") };
            page.push(
                Line::new(Role::Key, format!("   {keys:<7}"))
                    .and(name, format!("{word:<13}"))
                    .and(says, text)
                    .of_row(at),
            );
        }
    }
    let sql = format!("{} turns to the SQL of each way", key(state, Action::FocusNext));
    page.tell("6 SQL", Role::Text, &sql, width);
    page
}

/// (1) What was sent, when, by whom, step k of n.
fn sent(account: &Account) -> String {
    let run = &account.state;
    let total = run.outcomes.len();
    let plan = named(run, ", ");
    let title = |at: usize| account.sendings.get(at).map_or("", |sending| &sending.title).to_owned();
    let last = minute(&run.last);
    match &run.open {
        Some(open) => {
            let until = open.unit.to.saturating_sub(1);
            let which = if open.unit.len() > 1 {
                format!(
                    "statements {} to {} of {total}, in one transaction",
                    open.unit.from + 1,
                    open.unit.to
                )
            } else {
                format!("statement {} of {total}, {}", open.unit.from + 1, title(open.unit.from))
            };
            let ends = if open.unit.len() > 1 { format!(" (to {})", title(until)) } else { String::new() };
            format!("{plan}: {which}{ends}, {last}, by {}, try {}", run.opened.actor, open.attempt)
        }
        None => {
            let applied = run.applied();
            let what = if applied == 0 {
                format!("nothing of {total} statements took effect")
            } else {
                format!("statement {applied} of {total}, {}", title(applied - 1))
            };
            format!("{plan}: {what}, {last}, by {}", run.opened.actor)
        }
    }
}

/// (2) What the server says now, and how old that is.
fn says(state: &State, decision: &Decision) -> (Role, String) {
    let account = &*decision.account;
    let age = super::ago(state, decision.asked);
    let asked = |text: String| format!("{text} (asked {age})");
    let sight = &account.sight;
    if !sight.drifted.is_empty() {
        let words: Vec<String> = sight.drifted.iter().map(crate::worker::Drift::words).collect();
        return (Role::StatusFailed, asked(format!("somebody changed it meanwhile: {}", words.join("; "))));
    }
    match &sight.said {
        Some((Outcome::Applied, words)) => (Role::StatusOk, asked(format!("it took effect: {words}"))),
        Some((Outcome::NotApplied, words)) => (Role::Text, asked(format!("it did not take effect: {words}"))),
        Some((Outcome::Unknown, words)) => (Role::StatusFailed, asked(words.clone())),
        None if sight.living.is_some() || sight.holder.is_some() => {
            (Role::SeverityWarn, asked("nothing yet: it is still being worked on".into()))
        }
        None if account.plan.is_none() => (Role::SeverityWarn, asked("its plan is not kept here".into())),
        None => {
            let words = if account.state.words.is_empty() {
                "all that took effect is there, as the plan wants it at this point".to_owned()
            } else {
                format!("{}; what took effect is there", account.state.words)
            };
            (Role::Text, asked(words))
        }
    }
}

/// (3) Which statements took effect, which did not, which are in question.
fn standing(run: &RunState) -> Line {
    let (applied, total) = (run.applied(), run.outcomes.len());
    let (from, to) = match &run.open {
        Some(open) => (open.unit.from, open.unit.to),
        None => {
            let unknown = run.outcomes.iter().filter(|found| **found == Some(Outcome::Unknown)).count();
            (applied, applied + unknown)
        }
    };
    let span = |from: usize, to: usize| match to.saturating_sub(from) {
        0 => "none".to_owned(),
        1 => format!("{}", from + 1),
        _ => format!("{}-{to}", from + 1),
    };
    let unknown = if from < to { Role::StatusFailed } else { Role::Text };
    Line::new(Role::Muted, format!(" {:<13}", "3 statements"))
        .and(if applied > 0 { Role::StatusOk } else { Role::Text }, format!("applied {}", span(0, applied)))
        .and(Role::Text, "   ")
        .and(unknown, format!("unknown {}", span(from, to)))
        .and(Role::Text, format!("   to come {}", span(to.max(applied), total)))
}

/// (4) Whether anything still runs, on which session, blocked by whom.
fn working(account: &Account) -> (Role, String) {
    let sight = &account.sight;
    let mut words = Vec::new();
    if let Some(holder) = &sight.holder {
        words.push(if holder.who.is_empty() {
            "somebody holds the lock of this environment".to_owned()
        } else {
            format!("{} holds the lock, since {}", holder.who, minute(&holder.since))
        });
    }
    if let Some(living) = &sight.living {
        let long = time(living.seconds.saturating_mul(1000));
        words.push(format!(
            "session {} is {}, for {long}: {}",
            living.session, living.state, living.statement
        ));
    }
    for blocker in &sight.blockers {
        let long = time(blocker.seconds.saturating_mul(1000));
        words.push(format!(
            "blocked by session {} ({} {}, {}, for {long}): {}",
            blocker.session, blocker.role, blocker.program, blocker.state, blocker.statement
        ));
    }
    if words.is_empty() {
        (Role::Text, "nothing: its session is gone, and nobody holds the lock".into())
    } else {
        (Role::SeverityWarn, words.join("\n"))
    }
}

/// (5) A way out and its consequence; whether it is closed.
fn describe(state: &State, account: &Account, choice: Choice) -> (String, &'static str, String, bool) {
    let busy = account.sight.living.is_some() || account.sight.holder.is_some();
    let way = |way: &Way, text: String| match &way.closed {
        Some(why) => (format!("closed: {why}"), true),
        None => (text, false),
    };
    match choice {
        Choice::Probe => {
            let what = if busy { "wait, then ask the server again" } else { "asks the server again" };
            (key(state, Action::Refresh), "probe again", format!("{what}; changes nothing"), false)
        }
        Choice::Resume => {
            let left = account.resume.sends.len();
            let from = account.state.outcomes.len().saturating_sub(left) + 1;
            let first = match (&account.sight.said, left) {
                (_, 0) => "sends nothing more, verifies, and closes the run".to_owned(),
                (_, left) => format!("goes on from statement {from}, sends {}", counted(left, "statement")),
            };
            let (what, closed) = way(&account.resume, first);
            (key(state, Action::RolloutApply), "resume", what, closed)
        }
        Choice::Back => {
            let sends = account.back.sends.len();
            let lost = match account.back.lost.as_slice() {
                [] => "nothing is lost".to_owned(),
                lost => format!("lost: {}", lost.join(", ")),
            };
            let back = key(state, Action::RolloutBack);
            let (what, closed) = way(&account.back, format!("sends {}; {lost}", counted(sends, "statement")));
            (back, "roll back", what, closed)
        }
        Choice::Leave => {
            let what = "parks it: nothing is sent, nothing else runs here until then";
            (key(state, Action::Back), "leave", what.to_owned(), false)
        }
    }
}

/// (6) What each choice would send, as SQL.
pub(super) fn aside(state: &State, width: usize) -> Page {
    let Some(decision) = &state.rollout.decision else { return Page::new("") };
    let account = &*decision.account;
    let mut page = Page::new("what would be sent");
    let choice = decision.at.and_then(|at| CHOICES.get(at).copied());
    if matches!(choice, None | Some(Choice::Resume)) {
        let left = account.resume.sends.len();
        way(&mut page, "resume", &account.resume, account.state.outcomes.len().saturating_sub(left), width);
    }
    if matches!(choice, None | Some(Choice::Back)) {
        way(&mut page, "roll back", &account.back, 0, width);
    }
    if matches!(choice, Some(Choice::Probe)) {
        page.say(Role::Muted, "Questions alone: to the journal, the sessions and the catalog.", width);
    }
    if matches!(choice, Some(Choice::Leave)) {
        page.say(Role::Muted, "Nothing.", width);
    }
    page
}

/// The statements of a way, numbered from the one it begins with.
fn way(page: &mut Page, word: &str, way: &Way, first: usize, width: usize) {
    page.head(format!("{word}: {}", counted(way.sends.len(), "statement")));
    if let Some(why) = &way.closed {
        page.say(Role::Muted, why, width);
        return;
    }
    for lost in &way.lost {
        page.say(Role::SeverityError, &format!("lost: {lost}"), width);
    }
    way.sends.iter().enumerate().for_each(|(at, sending)| statement(page, first + at, sending, width));
}

pub(super) fn statement(page: &mut Page, at: usize, sending: &Sending, width: usize) {
    page.push(Line::new(Role::Muted, format!("{:>3}  {}", at + 1, sending.title)));
    page.say(Role::Text, &indented(&sending.sql), width);
}
