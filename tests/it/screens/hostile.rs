//! H5: texts that somebody else wrote, through every pane and every overlay, at every size, into a terminal
//! emulator. Whatever they hold, the terminal does nothing but show cells, and distinct names stay distinct.
//!
//! Random, with the seed printed; `MIGRATOR_TEST_SEED` repeats one run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use migrator_tui::app::difference::{Difference, Layout};
use migrator_tui::app::layout::{LogPlace, Pane, Zoom};
use migrator_tui::app::line_input::LineInput;
use migrator_tui::app::list::List;
use migrator_tui::app::log::Tone;
use migrator_tui::app::mode::{
    Before, Choice, Dialog, Does, Help, LogIn, Mode, Picker, Prompt, PromptPurpose, Waiting, Which,
};
use migrator_tui::app::subject::Subject;
use migrator_tui::app::tree::{Fold, names};
use migrator_tui::app::work::Purpose;
use migrator_tui::app::{self, EnvironmentStanding, Known, Msg, State, Welcome};
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::export::{Noted, Proof};
use migrator_tui::model::{About, EngineKind, Failure, FailureKind, Severity, Standing, Unmodelled};
use migrator_tui::worker::{CommandId, CommandKind, Comparison, Drafted, Progress, Reference};

use super::dice::Dice;
use super::driver::{Driver, manner};
use super::{emulator, made};

const TEXTS: usize = 100_000;

/// One run: everything that is made, and how many texts have been on their way to the screen.
struct Run {
    dice: Dice,
    state: State,
    comparison: Arc<Comparison>,
    draft: Arc<Drafted>,
    texts: usize,
}

#[test]
fn h5_no_text_acts_on_the_terminal() {
    let seed = std::env::var("MIGRATOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    println!("MIGRATOR_TEST_SEED={seed}");
    let mut driver = Driver::demo(manner("terminal", Symbols::Unicode, Depth::True), (120, 40));
    driver.keys(&["<Enter>"]);
    let subject = driver.state.subject.take().unwrap();
    let (comparison, draft) = (subject.comparison.clone(), subject.draft.clone().unwrap());
    let mut state = State::new(manner("terminal", Symbols::Unicode, Depth::True), driver.state.desk.clone());
    // Work that is under way for long enough to be shown.
    let _ = state.work.begin(Duration::ZERO, Purpose::Compare, CommandKind::Examine);
    state.now = Duration::from_secs(10);
    let mut run = Run { dice: Dice(seed), state, comparison, draft, texts: 0 };
    while run.texts < TEXTS {
        run.scene();
        for _ in 0..6 {
            run.turn();
            emulator::show(&run.state);
        }
        run.names_stay_distinct();
    }
    println!("{} texts", run.texts);
}

impl Run {
    fn text(&mut self) -> String {
        self.texts += 1;
        self.dice.text(12)
    }

    fn name(&mut self) -> String {
        self.texts += 1;
        self.dice.text(3)
    }

    fn failure(&mut self) -> Failure {
        Failure::new(FailureKind::Server, self.text()).hint(self.text())
    }

    /// Other sides, another plan, other surroundings.
    fn scene(&mut self) {
        let subject = self.subject();
        let state = &mut self.state;
        state.subject = Some(subject);
        state.desk.environments = Vec::new();
        for _ in 0..3 {
            let (name, problem) = (self.name(), self.text());
            let known = Known {
                name,
                engine: None,
                standing: self.dice.of(&[EnvironmentStanding::Guarded, EnvironmentStanding::Production]),
                problem: Some(problem),
                guard: migrator_tui::config::Guard::None,
                stage: None,
            };
            self.state.desk.environments.push(known);
        }
        let (current, desired) = (Reference::new(self.name()), Reference::new(self.name()));
        (self.state.desk.current, self.state.desk.desired) = (Some(current), Some(desired));
        (self.state.desk.person, self.state.desk.project) = (self.name(), self.text());
    }

    fn subject(&mut self) -> Box<Subject> {
        let (mut current, mut desired) = (Vec::new(), Vec::new());
        let namespace = self.name();
        for _ in 0..3 {
            let name = self.name();
            let about = About { comment: Some(self.text().into()), ..About::default() };
            let whole = made::table(&namespace, &name, about);
            current.push(whole.clone());
            desired.push(whole);
            for position in 0..4 {
                let (own, data_type) = (self.name(), self.text());
                let column = made::column(&namespace, &name, &own, position, &data_type);
                match self.dice.below(4) {
                    0 => current.push(column),
                    1 => desired.push(column),
                    2 => {
                        current.push(column);
                        desired.push(made::column(&namespace, &name, &own, position, &self.text()));
                    }
                    _ => {
                        current.push(column.clone());
                        desired.push(column);
                    }
                }
            }
            let (own, tail) = (self.name(), self.text());
            desired.push(made::index(&namespace, &name, &own, &tail));
        }
        let missed = Unmodelled { what: self.text().into(), why: self.text().into() };
        let version = self.text();
        let current = made::schema(current, vec![missed], &version);
        let desired = made::schema(desired, Vec::new(), &version);
        let (from, to) = (self.name(), self.name());
        let mut subject = made::subject(made::compared(&self.comparison, (&from, current), (&to, desired)));
        let mut draft = Drafted::clone(&self.draft);
        for script in [&mut draft.forward, &mut draft.rollback] {
            script.text = (0..20).map(|_| self.text() + "\n").collect();
        }
        draft.record.findings = (0..8).map(|_| self.finding()).collect();
        draft.record.proof = match self.dice.below(3) {
            0 => Proof::Proven { server: self.text().into(), notes: vec![self.text().into()] },
            1 => Proof::Failed { server: self.text().into(), notes: vec![self.text().into()] },
            _ => Proof::NotRehearsed { why: self.text().into() },
        };
        subject.sql.set(&draft);
        subject.draft = Some(Arc::new(draft));
        subject.with_tree(|tree, ground| tree.fold_all(Fold::Open, ground, 40));
        for row in subject.tree.rows().to_vec() {
            let head = subject.outline.head(row);
            if !subject.diff.knows(head) {
                let text = |run: &mut Self| (0..6).map(|_| run.text() + "\n").collect::<String>();
                let difference = Difference::new(Some(text(self)), Some(text(self)));
                subject.diff.keep(head, difference, EngineKind::Postgres);
            }
        }
        subject
    }

    fn finding(&mut self) -> Noted {
        Noted {
            rule: self.name().into(),
            severity: self.dice.of(&[Severity::Error, Severity::Warn, Severity::Info]),
            step: None,
            object: None,
            what: self.text().into(),
            effect: self.text().into(),
            instead: self.text().into(),
            probe: None,
            standing: Standing::Stands,
        }
    }

    /// Another size, another place of everything, another overlay.
    fn turn(&mut self) {
        let (width, height) = self.dice.size();
        self.state.focus = self.dice.of(&[
            Pane::Current,
            Pane::Desired,
            Pane::Diff,
            Pane::Sql,
            Pane::Findings,
            Pane::Agent,
            Pane::Log,
        ]);
        self.state.zoom = self.dice.of(&[Zoom::Off, Zoom::Off, Zoom::On]);
        self.state.log_place = self.dice.of(&[LogPlace::Hidden, LogPlace::Shown]);
        self.state.welcome = self.dice.of(&[Welcome::Gone, Welcome::Gone, Welcome::Shown]);
        self.state.search = Some(self.text());
        self.state.trouble = Some(self.failure());
        let tone = self.dice.of(&[Tone::Info, Tone::Good, Tone::Bad]);
        let said = self.text();
        self.state.say(tone, said);
        let progress = Progress { doing: self.text().into(), count: None };
        self.state.work.report(CommandId(1), progress);
        self.state.mode = self.mode();
        let at = self.dice.below(20);
        if let Some(subject) = self.state.subject.as_deref_mut() {
            subject.tree.list.cursor = at.min(subject.tree.rows().len() - 1);
            subject.findings = List { cursor: at % 8, top: 0 };
            let head = subject.tree.selected().map(|id| subject.outline.head(id));
            if let Some(head) = head {
                subject.diff.show(head, None, 10);
            }
            subject.diff.layout = self.dice.of(&[Layout::Unified, Layout::SideBySide]);
            subject.diff.left = self.dice.of(&[0, 0, 0, 1, 3, 9]);
        }
        app::update(&mut self.state, Msg::Resize(width, height));
    }

    fn mode(&mut self) -> Mode {
        match self.dice.below(7) {
            0 => {
                let purpose = match self.dice.below(3) {
                    0 => PromptPurpose::Filter,
                    1 => PromptPurpose::Folder,
                    _ => PromptPurpose::Password(LogIn {
                        place: self.text(),
                        before: Before::Refused,
                        waits: Waiting::Sides,
                    }),
                };
                Mode::Prompt(Prompt { purpose, line: LineInput::new(self.text()) })
            }
            1 => Mode::Dialog(Dialog::failure(self.text(), &self.failure())),
            2 => Mode::Dialog(Dialog::question(self.text(), vec![self.text(), self.text()], Vec::new())),
            3 => {
                let choices: Vec<Choice> = (0..6)
                    .map(|_| {
                        let (label, detail) = (self.text(), self.text());
                        Choice { label, detail, does: Does::Type(Which::Current) }
                    })
                    .collect();
                let hits = (0..choices.len()).collect();
                let query = LineInput::new(self.text());
                Mode::Picker(Picker { title: "sides", query, choices, hits, list: List::default() })
            }
            4 => Mode::Help(Help { filter: self.text(), list: List::default() }),
            5 => Mode::Insert,
            _ => Mode::Normal,
        }
    }

    /// Rows of one tree that stand for different names look different, unless they are cut.
    fn names_stay_distinct(&mut self) {
        (self.state.mode, self.state.zoom, self.state.focus) = (Mode::Normal, Zoom::Off, Pane::Current);
        (self.state.welcome, self.state.log_place) = (Welcome::Gone, LogPlace::Hidden);
        app::update(&mut self.state, Msg::Resize(200, 60));
        let area = self.state.areas().of(Pane::Current).unwrap().inner();
        let buffer = emulator::show(&self.state);
        let subject = self.state.subject.as_deref().unwrap();
        let mut seen: BTreeMap<(Option<u32>, String), String> = BTreeMap::new();
        let rows = subject.tree.rows().iter().skip(subject.tree.list.top).take(area.height.into());
        for (line, id) in rows.enumerate() {
            let node = subject.outline.get(*id).unwrap();
            let y = area.y + line as u16;
            let row: String = (area.x..area.x + area.width).map(|x| buffer[(x, y)].symbol()).collect();
            let is_here = node.pair().is_some_and(|pair| pair.current.is_some());
            let Some(name) = names(node).next().filter(|_| is_here && !row.contains('⋯')) else { continue };
            let parent = node.parent.map(|parent| parent.0);
            if let Some(other) = seen.insert((parent, row.clone()), name.to_owned()) {
                assert_eq!(other, name, "two names look like {row:?}");
            }
        }
    }
}
