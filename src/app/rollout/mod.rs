//! Running plans from the workbench: the environments as stations, what is asked before a run, the run under way,
//! what has to be decided when one stopped, its report, and all runs there were. It fills the screen in place of the
//! panes; a run goes on whatever is on the screen.

mod asked;
mod decision;
mod going;
mod hears;
mod history;
pub mod page;
mod pipeline;
mod report;
mod seek;
mod start;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::export::Record;
use crate::model::{Fingerprint, RunId, RunStanding, RunState};
use crate::worker::{Chronicle, CommandKind, Drafted, PlanFolder};

use super::layout::{Area, Pane};
use super::list::{List, Motion};
use super::log::Tone;
use super::msg::Errand;
use super::state::State;
use super::work::Purpose;
use page::Page;

pub use decision::Decision;
pub(super) use going::happened;
pub use going::{Going, Tick, TickState};
pub(super) use hears::{accounted, failed, foreseen, listed, ran, stopped, told};
pub(super) use pipeline::ask_plans;
pub(super) use pipeline::continue_with;
pub use report::Report;
pub(super) use seek::{click, place, wheel};
pub use start::{Demand, Start, Then};
pub(super) use start::{
    answer as answer_demand, apply, approve_only, approved, contract, foresee, take_back,
};

/// What fills the screen between header and status line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Scene {
    /// The panes of a comparison.
    #[default]
    Review,
    Rollout,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Sheet {
    /// The environments.
    #[default]
    Pipeline,
    /// What is asked before something runs.
    Start,
    Run,
    Decision,
    Report,
    History,
}

/// Which of the two frames of a sheet moves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Half {
    #[default]
    Main,
    Aside,
}

/// The plan that is to run: one that was chosen from its folder, or the draft at work.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub folder: Option<PathBuf>,
    pub record: Record,
    pub digest: Fingerprint,
}

/// Whether the shell is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Suspends {
    #[default]
    No,
    AfterTheRun,
}

#[derive(Debug, Default)]
pub struct Rollout {
    pub sheet: Sheet,
    /// The sheets below it.
    trail: Vec<Sheet>,
    pub half: Half,
    /// First lines in sight, of texts.
    tops: [usize; 2],
    pub told: Option<Arc<Chronicle>>,
    pub stations: List,
    /// A plan from its folder, in place of the draft.
    picked: Option<Chosen>,
    /// The draft, with its digest.
    drafted: Option<(Arc<Drafted>, Chosen)>,
    /// What was written where, last.
    saved: Option<(Arc<Drafted>, PathBuf)>,
    pub(super) saving: Option<Arc<Drafted>>,
    /// Suspends as soon as the run under way has ended.
    pub(super) suspends: Suspends,
    /// Runs there as soon as the draft is written.
    pub(super) after_save: Option<String>,
    pub(super) plans: Option<Arc<Vec<PlanFolder>>>,
    pub start: Option<Start>,
    pub going: Option<Going>,
    /// A run there has stopped: what to do about it is asked as soon as its journal is read.
    stopped: Option<(String, crate::model::Failure)>,
    pub decision: Option<Decision>,
    pub report: Option<Report>,
    pub history: List,
    /// Runs that a person was told of at the start.
    warned: bool,
}

impl Rollout {
    /// The run that is under way.
    pub fn under_way(&self) -> Option<&Going> {
        self.going.as_ref().filter(|going| going.ended.is_none())
    }

    /// The runs of an environment, as far as they were told.
    fn runs(&self, on: &str) -> &[RunState] {
        let told = self.told.as_deref();
        let place = told.and_then(|told| told.places.iter().find(|place| place.name == on));
        place.and_then(|place| place.runs.as_ref().ok()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The run of an environment that is not over.
    fn open(&self, on: &str) -> Option<&RunState> {
        self.runs(on).iter().rev().find(|state| state.standing() != RunStanding::Over)
    }
}

/// The plan that would run now.
pub fn plan(state: &State) -> Option<&Chosen> {
    let rollout = &state.rollout;
    rollout.picked.as_ref().or_else(|| rollout.drafted.as_ref().map(|(_, chosen)| chosen))
}

/// Keeps what is derived from the draft in step with it.
pub(super) fn follow_draft(state: &mut State) {
    let draft = state.subject.as_deref().and_then(|subject| subject.draft.as_ref());
    let rollout = &mut state.rollout;
    let Some(draft) = draft.filter(|draft| !draft.record.plan.steps.is_empty()) else {
        rollout.drafted = None;
        return;
    };
    let folder =
        rollout.saved.as_ref().filter(|(saved, _)| Arc::ptr_eq(saved, draft)).map(|(_, folder)| folder);
    match &mut rollout.drafted {
        Some((known, chosen)) if Arc::ptr_eq(known, draft) => chosen.folder = folder.cloned(),
        _ => {
            let record = draft.record.clone();
            let digest = crate::export::digest(&record.plan);
            rollout.drafted = Some((Arc::clone(draft), Chosen { folder: folder.cloned(), record, digest }));
        }
    }
}

/// A draft has been written.
pub(super) fn saved(state: &mut State, folder: PathBuf) -> Vec<Errand> {
    if let Some(draft) = state.rollout.saving.take() {
        state.rollout.saved = Some((draft, folder));
    }
    follow_draft(state);
    match state.rollout.after_save.take() {
        Some(on) => {
            state.scene = Scene::Rollout;
            start::run_on(state, &on)
        }
        None => Vec::new(),
    }
}

/// Asks every journal what has run.
pub(super) fn look(state: &mut State) -> Vec<Errand> {
    let mut errands = state.work.drop_all(|purpose| matches!(purpose, Purpose::Look));
    let also: Vec<String> = pipeline::also(state).into_iter().collect();
    if state.desk.environments.is_empty() && also.is_empty() {
        return errands;
    }
    errands.push(state.work.begin(state.now, Purpose::Look, CommandKind::Look(also)));
    errands
}

/// The environments, over whatever is there.
pub(super) fn open(state: &mut State) -> Vec<Errand> {
    if state.scene == Scene::Rollout && state.rollout.sheet == Sheet::Pipeline {
        return look(state);
    }
    state.scene = Scene::Rollout;
    state.rollout.trail.clear();
    show(state, Sheet::Pipeline);
    state.rollout.trail.clear();
    follow_draft(state);
    look(state)
}

/// Another sheet, over the one that is there.
fn show(state: &mut State, sheet: Sheet) {
    let rollout = &mut state.rollout;
    if rollout.sheet != sheet {
        rollout.trail.retain(|below| *below != sheet);
        // What was asked and what stopped is not gone back to.
        if !matches!(rollout.sheet, Sheet::Start | Sheet::Run) {
            rollout.trail.push(rollout.sheet);
        }
    }
    rollout.sheet = sheet;
    rollout.half = Half::Main;
    rollout.tops = [0, 0];
}

/// One level out.
pub(super) fn back(state: &mut State) -> Vec<Errand> {
    if state.rollout.sheet == Sheet::Decision {
        state.say(Tone::Info, "left as it is; it can be decided at any time");
    }
    if state.rollout.sheet == Sheet::Pipeline {
        state.scene = Scene::Review;
        return Vec::new();
    }
    let below = state.rollout.trail.pop().unwrap_or(Sheet::Pipeline);
    state.rollout.sheet = below;
    state.rollout.half = Half::Main;
    state.rollout.tops = [0, 0];
    if below == Sheet::Pipeline { look(state) } else { Vec::new() }
}

/// The run under way, or the last one.
pub(super) fn show_run(state: &mut State) -> Vec<Errand> {
    if state.rollout.going.is_none() {
        state.say(Tone::Info, "nothing has been run from here yet");
        return Vec::new();
    }
    state.scene = Scene::Rollout;
    show(state, Sheet::Run);
    Vec::new()
}

pub(super) fn show_history(state: &mut State) -> Vec<Errand> {
    state.scene = Scene::Rollout;
    show(state, Sheet::History);
    look(state)
}

/// The other of the two frames moves from now on.
pub(super) fn turn_half(state: &mut State) {
    state.rollout.half = match state.rollout.half {
        Half::Main => Half::Aside,
        Half::Aside => Half::Main,
    };
}

/// The frame that moves, as text; a report as Markdown, with all that is kept of its run.
pub(super) fn copy(state: &mut State) -> Vec<Errand> {
    let shown = state.rollout.report.as_ref().filter(|_| state.rollout.sheet == Sheet::Report);
    if let (Some(report), Half::Main) = (shown, state.rollout.half) {
        let order = crate::worker::AccountOrder { on: report.on.clone(), run: report.run.run.clone() };
        return vec![state.work.begin(state.now, Purpose::Ticket, CommandKind::Ticket(order))];
    }
    let page = match state.rollout.half {
        Half::Main => main(state),
        Half::Aside => aside(state),
    };
    vec![Errand::Copy(page.text())]
}

/// Enter.
pub(super) fn open_row(state: &mut State) -> Vec<Errand> {
    match state.rollout.sheet {
        Sheet::Pipeline => pipeline::open_station(state),
        Sheet::Start => start::ask_next(state),
        Sheet::Decision => decision::choose(state),
        Sheet::History => history::open_run(state),
        Sheet::Run | Sheet::Report => Vec::new(),
    }
}

/// Asks again.
pub(super) fn refresh(state: &mut State) -> Vec<Errand> {
    match state.rollout.sheet {
        Sheet::Decision => decision::probe_again(state),
        Sheet::Start => start::again(state),
        Sheet::Pipeline | Sheet::History | Sheet::Run | Sheet::Report => look(state),
    }
}

/// Moves whatever the sheet has.
pub(super) fn go(state: &mut State, motion: Motion) {
    let (main_area, aside_area) = areas(state);
    let half = state.rollout.half;
    if half == Half::Aside {
        let (page, area) = (aside(state), aside_area.inner());
        let top = super::moves::scrolled(page.top, motion, page.lines.len(), usize::from(area.height));
        state.rollout.tops[1] = top;
        return;
    }
    let height = usize::from(main_area.inner().height).max(1);
    // What lies beside belongs to the row.
    state.rollout.tops[1] = 0;
    match state.rollout.sheet {
        Sheet::Pipeline => {
            let len = pipeline::stations(state).len();
            state.rollout.stations.go(motion, len, height);
        }
        Sheet::History => {
            let len = history::rows(state).len();
            state.rollout.history.go(motion, len, height);
        }
        Sheet::Run => going::go(state, motion, height),
        Sheet::Decision => decision::go(state, motion),
        Sheet::Start | Sheet::Report => {
            let page = main(state);
            state.rollout.tops[0] = super::moves::scrolled(page.top, motion, page.lines.len(), height);
        }
    }
}

/// Where the two frames are: beside each other where there is room.
pub fn areas(state: &State) -> (Area, Area) {
    let whole = state.areas();
    let body = if whole.tabs.is_empty() {
        whole.body
    } else {
        Area::new(whole.body.x, whole.tabs.y, whole.body.width, whole.body.height + whole.tabs.height)
    };
    if state.rollout.sheet == Sheet::Pipeline && pipeline::stations(state).is_empty() {
        return (body, Area { y: body.y + body.height, height: 0, ..body });
    }
    if body.width >= 110 {
        let left = body.width * 11 / 20;
        return (Area { width: left, ..body }, Area { x: body.x + left, width: body.width - left, ..body });
    }
    // What is read takes the room.
    let lower = match (state.rollout.sheet, state.rollout.half) {
        (_, Half::Aside) => body.height * 3 / 5,
        (Sheet::Pipeline | Sheet::History, Half::Main) => body.height / 3,
        (Sheet::Run, Half::Main) => body.height * 2 / 5,
        (Sheet::Start | Sheet::Decision | Sheet::Report, Half::Main) => {
            (body.height / 5).max(4).min(body.height)
        }
    };
    let upper = body.height - lower;
    (Area { height: upper, ..body }, Area { y: body.y + upper, height: lower, ..body })
}

/// The sheet itself.
pub fn main(state: &State) -> Page {
    let width = usize::from(areas(state).0.inner().width);
    let mut page = match state.rollout.sheet {
        Sheet::Pipeline => pipeline::main(state, width),
        Sheet::Start => asked::main(state, width),
        Sheet::Run => going::main(state, width),
        Sheet::Decision => decision::main(state, width),
        Sheet::Report => report::main(state, width),
        Sheet::History => history::main(state),
    };
    page.top = state.rollout.tops[0];
    page
}

/// What lies beside it: more about the row, or the SQL.
pub fn aside(state: &State) -> Page {
    let width = usize::from(areas(state).1.inner().width);
    let mut page = match state.rollout.sheet {
        Sheet::Pipeline => pipeline::aside(state, width),
        Sheet::Start => asked::aside(state, width),
        Sheet::Run => going::aside(state, width),
        Sheet::Decision => decision::aside(state, width),
        Sheet::Report => report::aside(state, width),
        Sheet::History => history::aside(state, width),
    };
    page.top = state.rollout.tops[1];
    page
}

/// Whether there is nothing to run on.
pub fn has_no_station(state: &State) -> bool {
    pipeline::stations(state).is_empty()
}

/// Whether something that a plan dropped is kept at the station under the cursor, and may be removed.
pub fn keeps_something(state: &State) -> bool {
    pipeline::here(state).is_some_and(|station| station.may_contract())
}

/// Whether keys go to the rollout.
pub fn is_shown(state: &State) -> bool {
    state.scene == Scene::Rollout
}

/// Leaves for a pane.
pub(super) fn leave_for(state: &mut State, _: Pane) {
    state.scene = Scene::Review;
}

/// Asks for all about a run.
fn account(state: &mut State, on: &str, run: RunId) -> Vec<Errand> {
    let order = crate::worker::AccountOrder { on: on.to_owned(), run };
    let mut errands = state.work.drop_all(|purpose| matches!(purpose, Purpose::Account));
    errands.push(state.work.begin(state.now, Purpose::Account, CommandKind::Account(order)));
    errands
}

/// How long ago something was.
fn ago(state: &State, then: Duration) -> String {
    format!("{} ago", page::long(state.now.saturating_sub(then)))
}
