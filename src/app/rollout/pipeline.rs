//! The environments as stations, in the order of their stages: what ran there last, whether this plan has passed,
//! what is open, and what comes next.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::ask;
use crate::app::log::Tone;
use crate::app::login;
use crate::app::mode::{Choice, Does, Waiting};
use crate::app::msg::Errand;
use crate::app::state::{EnvironmentStanding, Known, State};
use crate::app::work::Purpose;
use crate::config::Source;
use crate::config::keymap::{Action, Context};
use crate::config::theme::Role;
use crate::export::Proof;
use crate::model::{Course, End, Failure, FailureKind, RunStanding, RunState};
use crate::worker::{ChroniclePlace, CommandKind, PlanFolder};

use super::page::{Line, Page, counted, minute};
use super::{Chosen, Sheet, account, plan, show};

/// One environment.
pub struct Station<'a> {
    pub name: String,
    /// As a person knows it.
    pub label: String,
    pub known: Option<&'a Known>,
    pub place: Option<&'a ChroniclePlace>,
}

impl Station<'_> {
    pub fn runs(&self) -> &[RunState] {
        self.place.and_then(|place| place.runs.as_ref().ok()).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is wrong with it.
    fn trouble(&self) -> Option<&Failure> {
        self.place.and_then(|place| place.runs.as_ref().err())
    }

    /// Whether it is on the way to production. A database that no project names is a way of its own.
    fn is_staged(&self) -> bool {
        self.known.is_none_or(|known| known.stage.is_some())
    }

    pub(super) fn may_contract(&self) -> bool {
        self.open().is_none() && self.place.is_some_and(|place| !place.kept.is_empty())
    }

    fn open(&self) -> Option<&RunState> {
        self.runs().iter().rev().find(|state| state.standing() != RunStanding::Over)
    }
}

/// How far a plan has come at a station.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passed {
    Yes,
    /// Over, and something differs from where it should have led.
    Differs,
    TakenBack,
    No,
}

/// The current side of the comparison where it is a database that no environment names: a plan can run there, too.
pub(super) fn also(state: &State) -> Option<String> {
    let subject = state.subject.as_deref()?;
    let Source::Environment(place) = &subject.comparison.order.current else { return None };
    let named = |known: &&Known| known.name == place.name;
    if state.desk.environments.iter().any(|known| named(&known)) {
        return None;
    }
    Some(place.target.to_string())
}

/// All stations, as far as they are known.
pub fn stations(state: &State) -> Vec<Station<'_>> {
    let told = state.rollout.told.as_deref();
    let place = |name: &str| told.and_then(|told| told.places.iter().find(|place| place.name == name));
    let mut stations: Vec<Station<'_>> = state
        .desk
        .environments
        .iter()
        .map(|known| Station {
            name: known.name.clone(),
            label: known.name.clone(),
            known: Some(known),
            place: place(&known.name),
        })
        .collect();
    if let Some(name) = also(state) {
        let label = state.subject.as_deref().map(|subject| subject.comparison.current.label.to_string());
        let place = place(&name);
        stations.push(Station { label: label.unwrap_or_else(|| name.clone()), name, known: None, place });
    }
    stations
}

/// The station under the cursor.
pub(super) fn here(state: &State) -> Option<Station<'_>> {
    let mut stations = stations(state);
    let at = state.rollout.stations.cursor.min(stations.len().checked_sub(1)?);
    Some(stations.swap_remove(at))
}

/// How far the plan has come among these runs.
pub fn passed(runs: &[RunState], chosen: &Chosen) -> Passed {
    let of_plan = |run: &&RunState| run.opened.plan == chosen.digest && run.opened.course == Course::Forward;
    let Some(run) = runs.iter().rev().find(of_plan) else { return Passed::No };
    match run.closed.as_ref().map(|closed| closed.end) {
        Some(End::Done) => match run.verified.as_ref().map(|verified| verified.differences.is_empty()) {
            Some(true) => Passed::Yes,
            Some(false) | None => Passed::Differs,
        },
        Some(End::TakenBack) => Passed::TakenBack,
        Some(End::Parked | End::Failed) | None => Passed::No,
    }
}

/// The plan of a run, and the way it led where that was not forward.
pub(super) fn named(run: &RunState, between: &str) -> String {
    let course = &run.opened.course;
    match course {
        Course::Forward => run.opened.name.to_string(),
        Course::Back { .. } | Course::Contract { .. } => {
            format!("{}{between}{}", run.opened.name, course.word())
        }
    }
}

/// A run's standing in a word or two, with its look.
pub(super) fn word(run: &RunState) -> (Role, &'static str) {
    match (run.standing(), run.closed.as_ref().map(|closed| closed.end)) {
        (RunStanding::Undecided, _) => (Role::StatusFailed, "outcome unknown"),
        (RunStanding::Halfway, _) => (Role::SeverityWarn, "halfway"),
        (RunStanding::Over, None) => (Role::Muted, "nothing was sent"),
        (RunStanding::Over, Some(End::Done)) => match &run.verified {
            Some(verified) if !verified.differences.is_empty() => {
                (Role::SeverityWarn, "done, differences left")
            }
            Some(_) | None => (Role::StatusOk, "done"),
        },
        (RunStanding::Over, Some(End::TakenBack)) => (Role::Muted, "taken back"),
        (RunStanding::Over, Some(End::Parked)) => (Role::Muted, "stopped before anything took effect"),
        (RunStanding::Over, Some(End::Failed)) => (Role::StatusFailed, "failed, nothing took effect"),
    }
}

/// What stands at the right of a station.
fn standing(state: &State, station: &Station<'_>, before: Option<Passed>) -> (Role, String) {
    let check = state.manner.glyphs().check;
    if state.rollout.under_way().is_some_and(|going| going.on == station.name) {
        return (Role::StatusBusy, "a run is under way".into());
    }
    if station.trouble().is_some() {
        return (Role::StatusFailed, "cannot be asked".into());
    }
    if station.place.is_none() {
        return (Role::Muted, "asking".into());
    }
    if let Some(open) = station.open() {
        return (Role::StatusFailed, format!("!! {}: decide", word(open).1));
    }
    let Some(chosen) = plan(state) else { return (Role::Muted, String::new()) };
    match (passed(station.runs(), chosen), before) {
        (Passed::Yes, _) => (Role::StatusOk, format!("{check} passed")),
        (Passed::Differs, _) => (Role::SeverityWarn, "! ran, differs".into()),
        (Passed::TakenBack, _) => (Role::Muted, "taken back".into()),
        (Passed::No, _) if !station.is_staged() => (Role::Muted, "no stage".into()),
        (Passed::No, None | Some(Passed::Yes)) => (Role::Key, "next".into()),
        (Passed::No, Some(_)) => (Role::Muted, "waits".into()),
    }
}

fn guard(state: &State, station: &Station<'_>) -> Option<(Role, &'static str)> {
    let _ = state;
    match station.known?.standing {
        EnvironmentStanding::Free => None,
        EnvironmentStanding::Guarded => Some((Role::EnvStaging, "[guarded]")),
        EnvironmentStanding::Production => Some((Role::EnvProduction, "[PRODUCTION]")),
    }
}

/// What the plan is.
fn plan_lines(state: &State, page: &mut Page) {
    match plan(state) {
        None => page.push(Line::new(Role::Muted, " no plan yet")),
        Some(chosen) => {
            let steps = counted(chosen.record.plan.steps.len(), "step");
            page.push(Line::new(Role::Muted, " plan ").and(Role::Title, chosen.record.plan.name.to_string()));
            let line = Line::new(Role::Muted, format!("      {steps}, "));
            let line = match &chosen.record.proof {
                Proof::Proven { .. } => line.and(Role::StatusOk, "proven"),
                Proof::Failed { .. } => line.and(Role::StatusFailed, "did not hold"),
                Proof::NotRehearsed { .. } => line.and(Role::SeverityWarn, "not rehearsed"),
            };
            page.push(match &chosen.folder {
                Some(folder) => line.and(Role::Muted, format!(", in {}", folder.display())),
                None => line.and(Role::SeverityWarn, ", a draft that is not written yet"),
            });
        }
    }
}

pub(super) fn main(state: &State, width: usize) -> Page {
    let mut page = Page::new("environments");
    page.right = state.desk.project.clone();
    plan_lines(state, &mut page);
    page.blank();
    let stations = stations(state);
    if stations.is_empty() {
        teach(state, &mut page, width);
        return page;
    }
    page.cursor = Some(state.rollout.stations.cursor.min(stations.len() - 1));
    let mut before = None;
    let last = stations.len() - 1;
    for (at, station) in stations.iter().enumerate() {
        let (role, text) = standing(state, station, before.filter(|_| station.is_staged()));
        let number = if station.is_staged() { (at + 1).to_string() } else { "-".to_owned() };
        let mut line = Line::new(Role::Muted, format!(" {number} ")).and(Role::Title, station.label.clone());
        if let Some((role, word)) = guard(state, station) {
            line = line.and(Role::Text, " ").and(role, word);
        }
        if let Some(engine) = station.known.and_then(|known| known.engine) {
            line = line.and(Role::Muted, format!("  {}", engine.title()));
        }
        page.push(line.right(role, text).of_row(at));
        page.push(last_run(state, station).of_row(at));
        if stations.get(at + 1).is_some_and(|next| !next.is_staged()) {
            page.blank();
        } else if at < last {
            page.push(Line::new(Role::Border, format!("   {}", state.manner.glyphs().frame.vertical)));
        }
        if let Some(chosen) = plan(state) {
            before = Some(passed(station.runs(), chosen));
        }
    }
    if stations.len() == 1 && state.desk.environments.len() < 2 {
        page.blank();
        let text = "One database is a stage of its own. Environments in migrator.toml, each with a `stage`, make a \
                    way: a plan runs on the first one and is promoted to the next.";
        page.say(Role::Muted, text, width);
    }
    page
}

/// The last thing that happened there.
fn last_run(state: &State, station: &Station<'_>) -> Line {
    let margin = "   ";
    if let Some(failure) = station.trouble() {
        let what = failure.what.lines().next().unwrap_or_default();
        return Line::new(Role::StatusFailed, format!("{margin}{what}"));
    }
    let Some(last) = station.runs().last() else {
        let text = if station.place.is_some() { "nothing has run here" } else { "reading its journal" };
        let _ = state;
        return Line::new(Role::Muted, format!("{margin}{text}"));
    };
    let (role, standing) = word(last);
    let what = named(last, ", ");
    Line::new(Role::Text, margin)
        .and(role, standing)
        .and(Role::Muted, format!(", {} by {}  ", minute(&last.last), last.opened.actor.name))
        .and(Role::Text, what)
}

/// Nothing is there: what would be, and what brings it.
fn teach(state: &State, page: &mut Page, width: usize) {
    let pick = key(state, Action::SidesPick);
    let lines = [
        "No environments yet.".to_owned(),
        String::new(),
        "A migrator.toml here or above names them, each with a stage:".to_owned(),
        String::new(),
        "    [environments.staging]".to_owned(),
        "    url = \"postgres://deploy@staging.example/shop\"".to_owned(),
        "    stage = 1".to_owned(),
        String::new(),
        "    [environments.production]".to_owned(),
        "    url = \"postgres://deploy@db.example/shop\"".to_owned(),
        "    stage = 2".to_owned(),
        "    guard = \"typed\"".to_owned(),
        String::new(),
        format!("Or compare two databases ({pick}): a plan can run on the current one."),
    ];
    for line in lines {
        page.say(Role::Muted, &line, width);
        if line.is_empty() {
            page.blank();
        }
    }
}

/// The keys of an action on this screen.
pub(super) fn key(state: &State, action: Action) -> String {
    let keys = crate::app::leading_to(&state.manner.keymap, &[Context::Rollout, Context::Global], action);
    keys.unwrap_or_else(|| format!(":{}", action.id()))
}

pub(super) fn aside(state: &State, width: usize) -> Page {
    let Some(station) = here(state) else { return Page::new("") };
    let mut page = Page::new(station.label.clone());
    if let Some(failure) = station.trouble() {
        page.head("It cannot be asked");
        page.say(Role::StatusFailed, &failure.what, width);
        page.say(Role::Muted, &failure.hint, width);
        if failure.kind == FailureKind::Password {
            let text = format!("{} takes it now and keeps it until you quit.", key(state, Action::ListOpen));
            page.say(Role::Text, &text, width);
        }
        page.blank();
        facts(&station, &mut page, width);
        return page;
    }
    if let Some(open) = station.open() {
        page.head("A run is not over");
        page.say(Role::StatusFailed, &crate::worker::standing(open), width);
        let text = format!(
            "{} shows what happened and what can be done. Nothing else runs here before that is decided.",
            key(state, Action::ListOpen)
        );
        page.say(Role::Text, &text, width);
    } else {
        page.head("This plan");
        page.say(Role::Text, &advice(state, &station), width);
    }
    kept(state, &station, &mut page, width);
    for difference in
        station.runs().last().and_then(|run| run.verified.as_ref()).into_iter().flat_map(|v| &v.differences)
    {
        page.say(Role::SeverityWarn, difference, width);
    }
    page.blank();
    facts(&station, &mut page, width);
    if !station.runs().is_empty() {
        page.head("Runs, the latest first");
        for run in station.runs().iter().rev().take(12) {
            let (role, standing) = word(run);
            let line = Line::new(Role::Muted, format!(" {}  ", minute(&run.began)))
                .and(role, standing)
                .and(Role::Text, format!("  {}", named(run, " ")));
            page.push(line);
        }
    }
    page
}

/// What runs have put aside there, and how it goes.
fn kept(state: &State, station: &Station<'_>, page: &mut Page, width: usize) {
    let kept = station.place.map(|place| place.kept.as_slice()).unwrap_or_default();
    if kept.is_empty() {
        return;
    }
    page.head("Dropped, and kept until a contract removes it");
    for waiting in kept {
        let rows = waiting.rows.map_or_else(
            || "rows not counted".to_owned(),
            |rows| counted(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
        );
        page.say(Role::Text, &format!("{}: {rows}", waiting.place), width);
    }
    if station.may_contract() {
        let keys = key(state, Action::RolloutContract);
        page.say(Role::Muted, &format!("{keys} removes for good what the last run keeps."), width);
    }
}

/// Where it is, and what it asks for.
fn facts(station: &Station<'_>, page: &mut Page, width: usize) {
    if let Some(address) = station.place.and_then(|place| place.address.as_deref()) {
        page.tell("where", Role::Text, address, width);
    }
    if let Some(known) = station.known {
        page.tell("guard", Role::Text, known.guard.meaning(), width);
        if let Some(stage) = known.stage {
            page.tell("stage", Role::Text, &stage.to_string(), width);
        }
    }
}

/// What can be done here with this plan.
fn advice(state: &State, station: &Station<'_>) -> String {
    let (apply, plans, back) =
        (key(state, Action::RolloutApply), key(state, Action::RolloutPlan), key(state, Action::RolloutBack));
    let Some(chosen) = plan(state) else {
        return format!(
            "There is none. Compare two sides to have one drawn, or choose one that is written: {plans}."
        );
    };
    if station.place.is_none() {
        return "Its journal is being read.".into();
    }
    let before = before(state, &station.name);
    match passed(station.runs(), chosen) {
        Passed::Yes => format!("It has run here and was verified. {back} takes it back."),
        Passed::Differs => "It has run here, and what is there is not what the plan leads to.".into(),
        Passed::TakenBack => format!("It ran here and was taken back. {apply} runs it again."),
        Passed::No => match before {
            None => format!("It has not run here. {apply} runs it."),
            Some((_, Passed::Yes, name)) => format!("It has passed {name}. {apply} promotes it to here."),
            Some((_, _, name)) => format!("It has to pass {name} first."),
        },
    }
}

/// The station that a plan has to pass first: its place, how far the plan has come there, its name.
fn before<'a>(state: &'a State, name: &str) -> Option<(usize, Passed, &'a str)> {
    let chosen = plan(state)?;
    let own = state.desk.environments.iter().position(|known| known.name == name)?;
    let stage = state.desk.environments.get(own)?.stage?;
    let mut earlier = state.desk.environments.iter().enumerate().take(own).rev();
    let (at, known) = earlier.find(|(_, known)| known.stage.is_some_and(|found| found < stage))?;
    Some((at, passed(state.rollout.runs(&known.name), chosen), &known.name))
}

/// Whether the plan is promoted there from a stage before.
pub(super) fn has_stage_before(state: &State, name: &str) -> bool {
    before(state, name).is_some()
}

pub(super) fn open_station(state: &mut State) -> Vec<Errand> {
    let Some(station) = here(state) else { return Vec::new() };
    let (name, last) =
        (station.name.clone(), station.open().or(station.runs().last()).map(|run| run.run.clone()));
    if state.rollout.under_way().is_some_and(|going| going.on == name) {
        show(state, Sheet::Run);
        return Vec::new();
    }
    let trouble = station.trouble().cloned();
    if trouble.is_some_and(|failure| login::asks(state, &failure, Waiting::Journals)) {
        return Vec::new();
    }
    match last {
        Some(run) => account(state, &name, run),
        None => {
            state.say(Tone::Info, "nothing has run here yet");
            Vec::new()
        }
    }
}

/// Reads what plans there are, to choose one.
pub(in crate::app) fn ask_plans(state: &mut State) -> Vec<Errand> {
    let folder = PathBuf::from(&state.desk.plans);
    vec![state.work.begin(state.now, Purpose::Plans, CommandKind::Plans(folder))]
}

/// A list of plans to choose from.
pub(super) fn offer(state: &mut State, plans: Arc<Vec<PlanFolder>>) {
    let mut choices = Vec::new();
    if let Some((_, chosen)) = &state.rollout.drafted {
        choices.push(Choice {
            label: chosen.record.plan.name.to_string(),
            detail: "the plan of this comparison".into(),
            does: Does::Plan(None),
        });
    }
    for (at, plan) in plans.iter().enumerate() {
        let name =
            plan.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let detail = match &plan.record {
            Ok(record) => {
                format!("{}  {}", counted(record.plan.steps.len(), "step"), minute(&record.generated))
            }
            Err(failure) => failure.what.lines().next().unwrap_or_default().to_owned(),
        };
        choices.push(Choice { label: name, detail, does: Does::Plan(Some(at)) });
    }
    if choices.is_empty() {
        let text = format!("no plan in {}: compare two sides, then write the plan", state.desk.plans);
        state.say(Tone::Info, text);
        return;
    }
    state.rollout.plans = Some(plans);
    ask::pick(state, "the plan to run", choices);
}

/// A plan was chosen.
pub(in crate::app) fn continue_with(state: &mut State, at: Option<usize>) {
    let found = at.and_then(|at| state.rollout.plans.as_ref()?.get(at).cloned());
    match (at, found) {
        (Some(_), Some(PlanFolder { folder, record: Ok(record) })) => {
            let digest = crate::export::digest(&record.plan);
            state.rollout.picked = Some(Chosen { folder: Some(folder), record, digest });
        }
        (Some(_), Some(PlanFolder { record: Err(failure), .. })) => {
            ask::show_failure(state, "The plan cannot be read", &failure);
        }
        (None, _) => state.rollout.picked = None,
        (Some(_), None) => {}
    }
}
