//! Drives the real workbench without a terminal: the real worker, keys in, frames out. What is slow is awaited
//! without a clock: a step ends when nothing is under way any more.

use std::time::{Duration, Instant};

use migrator_tui::app::{self, Desk, Errand, Manner, Mouse, Movement, Msg, Reloaded, State};
use migrator_tui::config::keymap::{Key, Keymap};
use migrator_tui::config::theme::{Depth, Symbols, Theme};
use migrator_tui::config::{Keyring, Project, Surroundings};
use migrator_tui::model::EngineKind;
use migrator_tui::ui;
use migrator_tui::worker::{self, Client, Command};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::runtime::Runtime;

/// Longer than anything here takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Driver {
    pub state: State,
    client: Client,
    runtime: Runtime,
    now: Duration,
    /// What was asked of the terminal and the like, in order.
    pub errands: Vec<Errand>,
    folder: tempfile::TempDir,
}

/// A look by names.
pub fn manner(theme: &str, symbols: Symbols, depth: Depth) -> Manner {
    Manner {
        keymap: Keymap::builtin("default").unwrap(),
        theme: Theme::builtin(theme).unwrap(),
        depth,
        symbols,
        movement: Movement::Reduced,
        mouse: Mouse::Off,
    }
}

/// The usual look.
pub fn plain() -> Manner {
    manner("terminal", Symbols::Unicode, Depth::Ansi16)
}

impl Driver {
    /// A workbench with a project of its own in an empty folder.
    pub fn start(manner: Manner, desk: Desk, project: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), manner, desk, project)
    }

    /// The next start after this one, with what it remembers. Nothing is read yet.
    pub fn again(mut self, manner: Manner, desk: Desk) -> Self {
        let errands = app::farewell(&mut self.state);
        self.run(errands);
        self.settle();
        let size = self.state.size;
        let mut next = Self::start_in(self.folder, manner, desk, "");
        next.resize(size);
        next
    }

    fn start_in(folder: tempfile::TempDir, manner: Manner, desk: Desk, project: &str) -> Self {
        if !project.is_empty() {
            std::fs::write(folder.path().join("migrator.toml"), project).unwrap();
        }
        let surroundings = Surroundings {
            typed: Keyring::default(),
            folder: folder.path().to_path_buf(),
            variables: std::env::vars().collect(),
            defaults: None,
            state: Some(folder.path().join("memory")),
            data: Some(folder.path().join("data")),
        };
        let project = Project::load(None, &surroundings).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let at = worker::Desk { project, surroundings };
        let client = {
            let _inside = runtime.enter();
            worker::start_at(at)
        };
        let state = State::new(manner, Desk { person: "ana".into(), plans: "migrations".into(), ..desk });
        let now = Duration::ZERO;
        Self { state, client, runtime, now, errands: Vec::new(), folder }
    }

    /// The demo, compared and planned, without its welcome.
    pub fn demo(manner: Manner, size: (u16, u16)) -> Self {
        let mut driver = Self::start(manner, Desk { demo: Some(EngineKind::Sqlite), ..Desk::default() }, "");
        driver.resize(size);
        driver.begin();
        driver
    }

    /// What the start of the program does.
    pub fn begin(&mut self) {
        self.begin_alone();
        self.settle();
    }

    /// The same without waiting for any answer.
    pub fn begin_alone(&mut self) {
        let errands = app::start(&mut self.state);
        self.run(errands);
    }

    /// The start of the program, without waiting for anything.
    pub fn set_off(&mut self) {
        let errands = app::start(&mut self.state);
        self.run(errands);
    }

    /// Lives for a while of real time, as the loop of the program would: answers are heard as they come. Ends
    /// early when nothing is under way any more.
    pub fn live(&mut self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time && !self.state.work.is_idle() {
            let (before, short) = (Instant::now(), Duration::from_millis(10));
            let event =
                self.runtime.block_on(async { tokio::time::timeout(short, self.client.next()).await });
            self.wait(before.elapsed());
            if let Ok(event) = event {
                self.hear(Msg::Worker(event.expect("the worker has ended")));
            }
        }
    }

    pub fn resize(&mut self, (width, height): (u16, u16)) {
        self.hear(Msg::Resize(width, height));
    }

    pub fn hear(&mut self, msg: Msg) {
        let errands = app::update(&mut self.state, msg);
        self.run(errands);
    }

    fn run(&mut self, errands: Vec<Errand>) {
        for errand in errands {
            match errand {
                Errand::Command(id, kind) => self.client.post(Command { id, kind: *kind }).unwrap(),
                Errand::Cancel(id) => self.client.post_cancel(id).unwrap(),
                Errand::Theme(name) => {
                    let theme = Theme::builtin(&name);
                    self.hear(Msg::Reloaded(Box::new(Reloaded { theme, ..Reloaded::default() })));
                }
                Errand::Keymap(name) => {
                    let keymap = Keymap::builtin(&name);
                    self.hear(Msg::Reloaded(Box::new(Reloaded { keymap, ..Reloaded::default() })));
                }
                other => self.errands.push(other),
            }
        }
    }

    /// Time passes.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
        let errands = app::update(&mut self.state, Msg::Tick(self.now));
        self.run(errands);
    }

    /// Keys as in a keymap file, one after the other: `j`, `<F5>`, `<Space>`.
    pub fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            self.press(key.parse().unwrap_or_else(|_| panic!("{key} is no key")));
        }
    }

    /// Keys, and then until all that they began is done.
    pub fn play(&mut self, keys: &[&str]) {
        self.keys(keys);
        self.settle();
    }

    /// Plain letters.
    pub fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.press(Key::plain(c)));
    }

    pub fn press(&mut self, key: Key) {
        self.hear(Msg::Key(key));
    }

    /// Until nothing is under way: answers have come, and pauses are over. Time passes only while nothing else
    /// happens, so that it is the same in every run.
    pub fn settle(&mut self) {
        loop {
            self.answers();
            self.wait(Duration::from_millis(400));
            if self.state.work.is_idle() {
                break;
            }
        }
    }

    fn answers(&mut self) {
        while !self.state.work.is_idle() {
            let event = self.runtime.block_on(async {
                tokio::time::timeout(PATIENCE, self.client.next()).await.expect("the worker never answered")
            });
            self.hear(Msg::Worker(event.expect("the worker has ended")));
        }
    }

    pub fn buffer(&self) -> Buffer {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| ui::view(&self.state, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The rows of the screen, without what differs from run to run.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let rows = (0..buffer.area.height).map(|y| {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            row.trim_end().to_owned()
        });
        steady(&rows.collect::<Vec<_>>().join("\n"))
    }

    /// The looks of the screen: for each row the runs of cells that are not plain.
    pub fn looks(&self) -> String {
        let buffer = self.buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut runs: Vec<(u16, u16, String)> = Vec::new();
            for x in 0..buffer.area.width {
                let style = buffer[(x, y)].style();
                let mut look = Vec::new();
                if let Some(fg) = style.fg.filter(|colour| *colour != ratatui::style::Color::Reset) {
                    look.push(format!("{fg}"));
                }
                if let Some(bg) = style.bg.filter(|colour| *colour != ratatui::style::Color::Reset) {
                    look.push(format!("on {bg}"));
                }
                if !style.add_modifier.is_empty() {
                    look.push(format!("{:?}", style.add_modifier).to_lowercase());
                }
                let look = look.join(" ");
                match runs.last_mut() {
                    Some((_, to, same)) if *same == look => *to = x,
                    Some(_) | None => runs.push((x, x, look)),
                }
            }
            let runs: Vec<String> = runs
                .into_iter()
                .filter(|(_, _, look)| !look.is_empty())
                .map(|(from, to, look)| format!("{from}-{to} {look}"))
                .collect();
            if !runs.is_empty() {
                text.push_str(&format!("{y}: {}\n", runs.join(", ")));
            }
        }
        text
    }
}

/// Times are another thing in each run.
fn steady(screen: &str) -> String {
    let mut text = String::new();
    for line in screen.split_inclusive('\n') {
        match line.find("Generated: 2") {
            Some(at) => {
                let digits = at + "Generated: ".len();
                let fixed: String = line[digits..]
                    .chars()
                    .scan(true, |on, c| {
                        *on = *on && (c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 'Z'));
                        Some(if *on && c.is_ascii_digit() { '0' } else { c })
                    })
                    .collect();
                text.push_str(&line[..digits]);
                text.push_str(&fixed);
            }
            None => text.push_str(line),
        }
    }
    text
}
