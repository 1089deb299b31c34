//! All that the workbench knows. It is changed by `update` alone and drawn by `ui` as it is.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::Guard;
use crate::config::keymap::{Context, Fact, Facts, Key, Keymap};
use crate::config::theme::{Depth, Glyphs, Symbols, Theme};
use crate::model::{EngineKind, Failure};
use crate::worker::Reference;

use super::layout::{Areas, LogPlace, Pane, Proportions, Shape, Wish, Zoom};
use super::list::List;
use super::log::{Log, Tone};
use super::mode::{Help, Mode};
use super::msg::Mouse;
use super::rollout::{Rollout, Scene};
use super::sql_pane;
use super::subject::Subject;
use super::work::Work;

/// Animated or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Movement {
    #[default]
    Full,
    /// Words and numbers change, nothing turns.
    Reduced,
}

/// How it looks and what keys do.
#[derive(Clone, Debug)]
pub struct Manner {
    pub keymap: Keymap,
    pub theme: Theme,
    pub depth: Depth,
    pub symbols: Symbols,
    pub movement: Movement,
    pub mouse: Mouse,
}

impl Manner {
    pub fn glyphs(&self) -> &'static Glyphs {
        self.symbols.glyphs()
    }
}

/// An environment of the project file, as the picker shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    pub name: String,
    pub engine: Option<EngineKind>,
    pub standing: EnvironmentStanding,
    /// What is wrong with it.
    pub problem: Option<String>,
    pub guard: Guard,
    /// Lower comes first on the way to production.
    pub stage: Option<u32>,
}

/// How careful one has to be with an environment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EnvironmentStanding {
    /// A file, a URL, or an environment without a guard.
    Free,
    /// An environment with a guard.
    Guarded,
    /// The last stage, with a guard.
    Production,
}

/// Where the workbench was started.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    pub environments: Vec<Known>,
    /// The project file, in words; empty where there is none.
    pub project: String,
    /// REFs that the command line or the last session named.
    pub current: Option<Reference>,
    pub desired: Option<Reference>,
    /// Chosen as the current side while the desired one is still asked for: who turns back then keeps both sides.
    pub next_current: Option<Reference>,
    /// Who reviews.
    pub person: String,
    /// The places that a password was typed for.
    pub logged_in: BTreeSet<String>,
    /// The folder that plans are written into.
    pub plans: String,
    /// When it was started: seconds since 1970, UTC.
    pub started: u64,
    /// What is known of the terminal, for the doctor.
    pub checks: Vec<crate::worker::Check>,
    /// Opened on the demo.
    pub demo: Option<EngineKind>,
}

/// A short message in the status line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    pub text: String,
    pub tone: Tone,
    pub until: Duration,
}

/// Keys typed so far that mean nothing yet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Typed {
    pub keys: Vec<Key>,
    /// A number that was begun; 0 before its first digit.
    pub count: Option<usize>,
}

impl Typed {
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.count.is_none()
    }
}

#[derive(Debug)]
pub struct State {
    pub now: Duration,
    pub size: (u16, u16),
    pub shape: Shape,
    pub proportions: Proportions,
    pub zoom: Zoom,
    pub log_place: LogPlace,
    pub focus: Pane,
    pub scene: Scene,
    pub rollout: Box<Rollout>,
    pub mode: Mode,
    pub typed: Typed,
    pub manner: Manner,
    pub desk: Desk,
    pub subject: Option<Box<Subject>>,
    /// Why there is nothing to show.
    pub trouble: Option<Failure>,
    pub work: Work,
    pub log: Log,
    pub log_list: List,
    pub toast: Option<Toast>,
    pub welcome: Welcome,
    /// The last text that was searched for.
    pub search: Option<String>,
    /// Ctrl-C while nothing runs: once more asks to quit.
    pub(super) cancelled_at: Option<Duration>,
    pub(super) remember: super::remember::Remembering,
}

/// The four lines that greet a newcomer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Welcome {
    #[default]
    Gone,
    Shown,
}

impl State {
    pub fn new(manner: Manner, desk: Desk) -> Self {
        let welcome = if desk.demo.is_some() { Welcome::Shown } else { Welcome::Gone };
        Self {
            now: Duration::ZERO,
            size: (0, 0),
            shape: Shape::TooSmall,
            proportions: Proportions::default(),
            zoom: Zoom::Off,
            log_place: LogPlace::Hidden,
            focus: Pane::Current,
            scene: Scene::Review,
            rollout: Box::default(),
            mode: Mode::Normal,
            typed: Typed::default(),
            manner,
            desk,
            subject: None,
            trouble: None,
            work: Work::default(),
            log: Log::default(),
            log_list: List::default(),
            toast: None,
            welcome,
            search: None,
            cancelled_at: None,
            remember: super::remember::Remembering::default(),
        }
    }

    /// Where everything is.
    pub fn areas(&self) -> Areas {
        Areas::new(&Wish {
            width: self.size.0,
            height: self.size.1,
            shape: self.shape,
            focus: self.focus,
            zoom: self.zoom,
            proportions: self.proportions,
            // With nothing compared there is one thing to say, and it wants the width.
            names: self.subject.as_deref().map_or(u16::from(u8::MAX), |subject| subject.names),
            log: self.log_place,
        })
    }

    /// Rows inside a pane, without what the SQL pane tells below the script.
    pub fn height(&self, pane: Pane) -> usize {
        let height = self.areas().height(pane);
        let told = if pane == Pane::Sql { sql_pane::note_rows(height) } else { 0 };
        (height - told).max(1)
    }

    /// Rows of either tree.
    pub fn tree_height(&self) -> usize {
        let areas = self.areas();
        let pane = if areas.of(Pane::Current).is_some() { Pane::Current } else { Pane::Desired };
        areas.height(pane).max(1)
    }

    /// What keys are looked up in, the innermost first.
    pub fn contexts(&self) -> [Context; 2] {
        let inner = match &self.mode {
            Mode::Insert => Context::SqlInsert,
            Mode::Prompt(_) => Context::Prompt,
            Mode::Picker(_) => Context::Picker,
            Mode::Dialog(_) => Context::Dialog,
            Mode::Help(_) => Context::Help,
            Mode::Normal if self.scene == Scene::Rollout => Context::Rollout,
            Mode::Normal => match self.focus {
                Pane::Current | Pane::Desired => Context::Tree,
                Pane::Diff => Context::Diff,
                Pane::Sql => Context::SqlNormal,
                Pane::Findings => Context::Findings,
                Pane::Agent => Context::Agent,
                Pane::Log => Context::Log,
            },
        };
        [inner, Context::Global]
    }

    pub fn facts(&self) -> Facts {
        let subject = self.subject.as_deref();
        let holds = [
            (Fact::Filtering, subject.is_some_and(|subject| !subject.tree.filter().is_empty())),
            (Fact::Searching, self.search.is_some()),
            (Fact::Selecting, subject.is_some_and(|subject| subject.tree.anchor().is_some())),
            (Fact::Edited, subject.is_some_and(|subject| subject.sql.is_edited())),
            (Fact::Busy, self.work.shown().next().is_some()),
            (Fact::Zoomed, self.zoom == Zoom::On),
            (Fact::Pending, self.typed.count.is_some()),
        ];
        holds.into_iter().filter(|(_, holds)| *holds).fold(Facts::NONE, |facts, (fact, _)| facts.with(fact))
    }

    /// Seconds since 1970, UTC.
    pub fn clock(&self) -> u64 {
        self.desk.started + self.now.as_secs()
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.log.add(self.now, tone, text.clone());
        let last = self.log.len().saturating_sub(1);
        self.log_list.cursor = last;
        let stays = match tone {
            Tone::Bad => Duration::from_secs(8),
            Tone::Info | Tone::Good => Duration::from_secs(4),
        };
        self.toast = Some(Toast { text, tone, until: self.now + stays });
    }

    pub fn help(&self) -> Option<&Help> {
        match &self.mode {
            Mode::Help(help) => Some(help),
            Mode::Normal | Mode::Insert | Mode::Prompt(_) | Mode::Picker(_) | Mode::Dialog(_) => None,
        }
    }
}
