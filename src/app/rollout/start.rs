//! Before something runs: what would be sent where, what it locks, what cannot be undone, and the words that have to
//! be typed first. Nothing is sent before the last of them and a capital letter.

use crate::app::line_input::LineInput;
use crate::app::log::Tone;
use crate::app::mode::{Button, Dialog, Mode, Press, Prompt, PromptPurpose};
use crate::app::msg::Errand;
use crate::app::state::State;
use crate::app::work::{Job, Purpose};
use crate::config::Guard;
use crate::config::keymap::Action;
use crate::export::Noted;
use crate::model::{Approval, Course, End, RunState};
use crate::safety::DataLoss;
use crate::worker::{ApproveOrder, Approved, CommandKind, Errand as Deed, Outlook, Request, Token};

use super::{Going, Sheet, pipeline, plan, show};

/// What is about to run, and what has to be said first.
#[derive(Debug)]
pub struct Start {
    pub request: Request,
    pub outlook: std::sync::Arc<Outlook>,
    pub demands: Vec<Demand>,
    /// Our own approval's, once it is given.
    pub token: Option<Token>,
    /// Those who agreed, and whose yes still counts.
    pub given: Vec<Approval>,
}

/// What follows an approval.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Then {
    /// Runs, once enough people have agreed.
    Run,
    Nothing,
}

/// A word that has to be typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demand {
    pub what: String,
    pub word: String,
    pub given: Given,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Given {
    No,
    Yes,
}

impl Start {
    pub fn new(request: Request, outlook: std::sync::Arc<Outlook>) -> Self {
        let mut demands = Vec::new();
        let runs = matches!(request.errand, Deed::Run | Deed::Promote);
        if runs {
            for found in errors(&outlook) {
                if !demands.iter().any(|demand: &Demand| demand.word == *found.rule) {
                    demands.push(Demand {
                        what: found.what.to_string(),
                        word: found.rule.to_string(),
                        given: Given::No,
                    });
                }
            }
        }
        if matches!(request.errand, Deed::RollBack(_)) && !outlook.way.lost.is_empty() {
            demands.push(Demand {
                what: "what was written since is lost".into(),
                word: "lose it".into(),
                given: Given::No,
            });
        }
        if let Deed::Contract(_) = request.errand {
            demands.push(Demand {
                what: "after this nothing of it can be brought back".into(),
                word: "no way back".into(),
                given: Given::No,
            });
        }
        if let (Deed::Resume(_), Some(why)) = (&request.errand, outlook.prepared.waits.first()) {
            demands.push(Demand { what: why.what.clone(), word: OUTSIDE.into(), given: Given::No });
        }
        if outlook.prepared.quorum.is_some() && wants_name(outlook.on().guard) {
            let word = outlook.on().name.clone();
            demands.push(Demand {
                what: "where it runs; its name is the approval".into(),
                word,
                given: Given::No,
            });
        }
        let given = outlook.prepared.given.clone();
        Self { request, outlook, demands, token: None, given }
    }

    /// Asked anew: what was typed and given for the same thing still holds.
    #[must_use]
    pub fn after(mut self, former: Self) -> Self {
        if former.outlook.prepared.matter != self.outlook.prepared.matter {
            return self;
        }
        self.token = former.token;
        for demand in &mut self.demands {
            let was = former.demands.iter().find(|old| old.word == demand.word);
            demand.given = was.map_or(Given::No, |old| old.given);
        }
        self
    }

    /// Why it cannot run, or not now. What began may be ended whatever is in the way: the run itself finds out.
    pub fn hindrance(&self) -> Option<&crate::model::Failure> {
        let prepared = &self.outlook.prepared;
        match self.request.errand {
            Deed::Run | Deed::Promote | Deed::Contract(_) => {
                prepared.blocked.first().or(prepared.waits.first())
            }
            Deed::RollBack(_) if prepared.quorum.is_some() => prepared.blocked.first(),
            Deed::Resume(_) | Deed::RollBack(_) => None,
        }
    }

    /// Whether enough people have agreed, with our own token in hand.
    fn is_approved(&self) -> bool {
        let enough = self.outlook.prepared.quorum.is_none_or(|quorum| quorum.met_by(&self.given));
        enough && (self.outlook.prepared.quorum.is_none() || self.token.is_some())
    }

    /// The first word that is still to be typed.
    pub fn next(&self) -> Option<usize> {
        self.demands.iter().position(|demand| demand.given == Given::No)
    }

    pub(super) fn verb(&self) -> &'static str {
        match self.request.errand {
            Deed::Run => "run",
            Deed::Promote => "promote",
            Deed::Resume(_) => "go on",
            Deed::RollBack(_) => "take back",
            Deed::Contract(_) => "contract",
        }
    }
}

/// By this name a person goes on with a run outside the hours of maintenance.
const OUTSIDE: &str = "outside-window";

fn wants_name(guard: Guard) -> bool {
    match guard {
        Guard::None | Guard::Confirm => false,
        Guard::Typed | Guard::TwoPerson => true,
    }
}

pub(super) fn errors(outlook: &Outlook) -> impl Iterator<Item = &Noted> {
    outlook.record().findings.iter().filter(|found| found.stops())
}

/// Runs the plan here, or goes on with what is halfway.
pub(in crate::app) fn apply(state: &mut State) -> Vec<Errand> {
    match (state.scene, state.rollout.sheet) {
        (super::Scene::Rollout, Sheet::Start) => go(state),
        (super::Scene::Rollout, Sheet::Decision) => super::decision::resume(state),
        (super::Scene::Review, _) => super::open(state),
        (super::Scene::Rollout, Sheet::Pipeline | Sheet::Run | Sheet::Report | Sheet::History) => {
            let Some(station) = pipeline::here(state) else {
                state.say(Tone::Info, "there is no environment to run on");
                return Vec::new();
            };
            let name = station.name.clone();
            run_on(state, &name)
        }
    }
}

/// Finds out what running the plan there would do.
pub(super) fn run_on(state: &mut State, on: &str) -> Vec<Errand> {
    if busy(state) {
        return Vec::new();
    }
    if let Some(run) = state.rollout.open(on).map(|open| open.run.clone()) {
        state.say(Tone::Info, "an earlier run is not over here: that is decided first");
        return super::account(state, on, run);
    }
    let Some(chosen) = plan(state) else {
        let keys = pipeline::key(state, Action::RolloutPlan);
        state.say(
            Tone::Info,
            format!("no plan yet: compare two sides, or {keys} chooses one that is written"),
        );
        return Vec::new();
    };
    let Some(folder) = chosen.folder.clone() else {
        let lines = vec![
            "What runs is what is written: a folder that can be read, reviewed and kept like code.".into(),
            "This plan is a draft. It is written first, then you are asked again.".into(),
        ];
        let buttons = vec![
            Button { label: "Not now", does: Press::Nothing },
            Button { label: "Write it", does: Press::WriteFirst(on.to_owned()) },
        ];
        state.mode = Mode::Dialog(Dialog::question("The plan is not written yet", lines, buttons));
        return Vec::new();
    };
    let errand = if pipeline::has_stage_before(state, on) { Deed::Promote } else { Deed::Run };
    foresee(state, Request { folder: Some(folder), ..Request::new(errand, Some(on)) })
}

/// Takes the last run of the station back.
pub(in crate::app) fn take_back(state: &mut State) -> Vec<Errand> {
    if state.rollout.sheet == Sheet::Decision {
        return super::decision::roll_back(state);
    }
    if busy(state) {
        return Vec::new();
    }
    let Some(station) = pipeline::here(state) else { return Vec::new() };
    let back = |run: &&RunState| {
        run.opened.course == Course::Forward
            && run.applied() > 0
            && run.closed.as_ref().is_none_or(|closed| closed.end != End::TakenBack)
    };
    let (on, run) = (station.name.clone(), station.runs().iter().rev().find(back).map(|run| run.run.clone()));
    match run {
        Some(run) => foresee(state, Request::new(Deed::RollBack(Some(run)), Some(&on))),
        None => {
            state.say(Tone::Info, format!("nothing that ran on {on} is there to be taken back"));
            Vec::new()
        }
    }
}

/// Finds out what removing for good what the last run of the station has put aside would do.
pub(in crate::app) fn contract(state: &mut State) -> Vec<Errand> {
    if busy(state) {
        return Vec::new();
    }
    let Some(station) = pipeline::here(state) else { return Vec::new() };
    let stands = |run: &&RunState| {
        run.opened.course == Course::Forward
            && run.contracted.is_none()
            && run.closed.as_ref().is_some_and(|closed| closed.end == End::Done)
    };
    let (on, run) =
        (station.name.clone(), station.runs().iter().rev().find(stands).map(|run| run.run.clone()));
    match run {
        Some(run) => foresee(state, Request::new(Deed::Contract(Some(run)), Some(&on))),
        None => {
            state.say(Tone::Info, format!("nothing that ran on {on} keeps anything"));
            Vec::new()
        }
    }
}

/// One run at a time is begun from here.
pub(super) fn busy(state: &mut State) -> bool {
    let Some(going) = state.rollout.under_way() else { return false };
    let text = format!("a run is under way on {}: one at a time", going.on);
    state.say(Tone::Info, text);
    true
}

pub(in crate::app) fn foresee(state: &mut State, request: Request) -> Vec<Errand> {
    let mut errands = state.work.drop_all(|purpose| matches!(purpose, Purpose::Foresee(_)));
    let kind = CommandKind::Foresee(Box::new(request.clone()));
    errands.push(state.work.begin(state.now, Purpose::Foresee(Box::new(request)), kind));
    errands
}

/// Asks for the next word that has to be typed.
pub(super) fn ask_next(state: &mut State) -> Vec<Errand> {
    let Some(start) = &state.rollout.start else { return Vec::new() };
    match start.next().and_then(|at| start.demands.get(at)) {
        Some(demand) => {
            let purpose = PromptPurpose::Demand(demand.word.clone());
            state.mode = Mode::Prompt(Prompt { purpose, line: LineInput::default() });
        }
        None => {
            let keys = pipeline::key(state, Action::RolloutApply);
            state.say(Tone::Info, format!("nothing more is asked: {keys} begins"));
        }
    }
    Vec::new()
}

/// A word was typed.
pub(in crate::app) fn answer(state: &mut State, typed: &str) -> Vec<Errand> {
    let Some(start) = &mut state.rollout.start else { return Vec::new() };
    let Some(demand) = start.next().and_then(|at| start.demands.get_mut(at)) else { return Vec::new() };
    if demand.word != typed.trim() {
        let text = format!("that is not {}: nothing runs", demand.word);
        state.say(Tone::Bad, text);
        return Vec::new();
    }
    demand.given = Given::Yes;
    if start.next().is_some() { ask_next(state) } else { Vec::new() }
}

/// Begins, if all has been said.
fn go(state: &mut State) -> Vec<Errand> {
    if busy(state) {
        return Vec::new();
    }
    let Some(start) = &state.rollout.start else { return Vec::new() };
    if start.outlook.way.closed.is_some() {
        state.say(Tone::Bad, "this way is closed");
        return Vec::new();
    }
    if start.next().is_some() {
        return ask_next(state);
    }
    if let Some(why) = start.hindrance() {
        let what = why.what.lines().next().unwrap_or_default().to_owned();
        state.say(Tone::Bad, what);
        return Vec::new();
    }
    if start.is_approved() {
        return begin(state);
    }
    if start.token.is_some() {
        let keys = pipeline::key(state, Action::Refresh);
        state.say(Tone::Info, format!("somebody else has to approve, too; {keys} asks whether they have"));
        return Vec::new();
    }
    approve(state, Then::Run)
}

/// Writes our own yes down.
fn approve(state: &mut State, then: Then) -> Vec<Errand> {
    let Some(start) = &state.rollout.start else { return Vec::new() };
    let on = start.outlook.on();
    let typed = if wants_name(on.guard) { on.name.clone() } else { String::new() };
    let order = ApproveOrder { prepared: start.outlook.prepared.clone(), typed, reason: String::new() };
    vec![state.work.begin(state.now, Purpose::Approve(then), CommandKind::Approve(Box::new(order)))]
}

/// Approves, and leaves the running to somebody with the token.
pub(in crate::app) fn approve_only(state: &mut State) -> Vec<Errand> {
    let Some(start) = state.rollout.start.as_ref().filter(|_| state.rollout.sheet == Sheet::Start) else {
        state.say(Tone::Info, "what is approved is looked at first: begin as if to run it");
        return Vec::new();
    };
    if start.outlook.prepared.quorum.is_none() {
        state.say(Tone::Info, "nobody has to approve this");
        return Vec::new();
    }
    if start.next().is_some() {
        return ask_next(state);
    }
    if start.token.is_some() {
        state.say(Tone::Info, "you have approved: the token stands here");
        return Vec::new();
    }
    approve(state, Then::Nothing)
}

/// An approval was written.
pub(in crate::app) fn approved(state: &mut State, job: &Job, approved: &Approved) -> Vec<Errand> {
    let Some(start) = &mut state.rollout.start else { return Vec::new() };
    if start.outlook.prepared.matter != approved.approval.matter {
        return Vec::new();
    }
    start.token = Some(approved.token.clone());
    start.given.clone_from(&approved.given);
    match &job.purpose {
        Purpose::Approve(Then::Run) if approved.is_enough() => begin(state),
        _ => {
            let text = if approved.is_enough() {
                "approved; the token is shown here once"
            } else {
                "approved; somebody else has to approve, too, in a workbench of their own"
            };
            state.say(Tone::Good, text);
            Vec::new()
        }
    }
}

/// Asks the server again what stands beneath an approval.
pub(super) fn again(state: &mut State) -> Vec<Errand> {
    match &state.rollout.start {
        Some(start) => {
            let request = start.request.clone();
            foresee(state, request)
        }
        None => Vec::new(),
    }
}

/// All has been said: it runs.
fn begin(state: &mut State) -> Vec<Errand> {
    let Some(start) = &state.rollout.start else { return Vec::new() };
    let mut request = start.request.clone();
    let words = start.demands.iter().filter(|demand| demand.given == Given::Yes).map(|demand| &demand.word);
    match request.errand {
        Deed::Run | Deed::Promote => {
            let is_rule = |word: &&String| errors(&start.outlook).any(|found| *found.rule == ***word);
            request.acknowledged = words.filter(is_rule).cloned().collect();
        }
        Deed::Resume(_) => request.acknowledged = words.filter(|word| *word == OUTSIDE).cloned().collect(),
        Deed::RollBack(_) | Deed::Contract(_) => request.loss = DataLoss::Allowed,
    }
    request.approval.clone_from(&start.token);
    let outlook = std::sync::Arc::clone(&start.outlook);
    let on = request.on.clone().unwrap_or_else(|| outlook.on().name.clone());
    let purpose = Purpose::Run(on.clone());
    let errand = request.errand.clone();
    let errands = vec![state.work.begin(state.now, purpose, CommandKind::Start(Box::new(request)))];
    state.rollout.going = Some(Going::new(on, errand, &outlook, state.now));
    state.rollout.start = None;
    show(state, Sheet::Run);
    errands
}
