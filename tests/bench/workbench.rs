//! The workbench's own speed: from start to the first frame, from key to frame on a large schema pair, bytes for one
//! move of the cursor, what it costs while nothing happens, and its memory.
//!
//! `cargo bench --bench workbench`, or only some of it: `-- start keys rest memory`. Prints one line a figure, with its
//! bar; judges nothing. `MIGRATOR_BENCH_TABLES` tables, 10000 if unset; `MIGRATOR_BENCH_IDLE` seconds of rest, 60 if unset.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a program for the developer's terminal, with the helps of the tests"
)]

#[path = "../it/screens/driver.rs"]
mod driver;
#[path = "../it/screens/made.rs"]
mod made;
#[path = "../it/pty/session.rs"]
mod session;

use std::path::Path;
use std::time::{Duration, Instant};

use migrator_tui::app::{self, Msg, State};
use migrator_tui::config::keymap::Key;
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::connect::Connection;
use migrator_tui::connect::sqlite::{Access, open};
use migrator_tui::ui;
use portable_pty::CommandBuilder;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use driver::{Driver, manner};
use session::{Session, peak_memory, processor_time};

const PROGRAM: &str = env!("CARGO_BIN_EXE_migrator-tui");
/// Lines of the long definition and of the long script.
const LINES: usize = 10_000;
const COLUMNS: u32 = 8;
/// What a frame ends with.
const FRAME: &[u8] = b"\x1b[?2026l";

fn main() {
    let number = |name: &str, usual: usize| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
    };
    let (tables, rest) = (number("MIGRATOR_BENCH_TABLES", 10_000), number("MIGRATOR_BENCH_IDLE", 60));
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    if asked("start") {
        first_frame();
    }
    if asked("keys") {
        keys(tables);
    }
    if asked("rest") {
        at_rest(Duration::from_secs(rest as u64));
    }
    if asked("memory") {
        memory(tables);
    }
}

fn program(home: &Path, words: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(words);
    command.cwd(home);
    for (name, folder) in [("HOME", "."), ("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config")] {
        command.env(name, home.join(folder));
    }
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// The real program in a terminal, nothing connected.
fn first_frame() {
    let mut took: Vec<Duration> = (0..20)
        .map(|_| {
            let home = tempfile::tempdir().unwrap();
            let start = Instant::now();
            let mut session = Session::start(program(home.path(), &[]), 120, 40);
            session.wait_for("nothing compared yet");
            let took = start.elapsed();
            session.send("Q");
            session.end();
            took
        })
        .collect();
    took.sort();
    println!(
        "start to first frame: {:.0?} in the middle, {:.0?} at worst of 20 (bar 100 ms)",
        took[10], took[19]
    );
}

/// Key to frame: the key is heard, everything is drawn, and the bytes for the terminal are there.
fn keys(tables: usize) {
    let look = || manner("terminal", Symbols::Unicode, Depth::True);
    let mut driver = Driver::demo(look(), (120, 40));
    driver.keys(&["<Enter>"]);
    let size = made::Size { tables, columns: COLUMNS, lines: LINES };
    let subject = made::large(driver.state.subject.as_deref().unwrap(), size);
    println!(
        "{tables} tables, {} rows in each tree, all open; {LINES} lines in the diff",
        subject.tree.rows().len()
    );
    driver.state.subject = Some(subject);
    driver.hear(Msg::Resize(200, 60));
    let walks: [(&str, &[&str], usize); 6] = [
        ("trees, line by line", &["j"], 200),
        ("trees, everything", &["<C-d>", "G", "]", "c", "g", "g", "k", "<C-u>", "[", "c", "a", "u"], 20),
        (
            "search and filter",
            &["/", "9", "9", "8", "<Enter>", "n", "f", "9", "9", "<Enter>", "<Esc>", "<Esc>"],
            3,
        ),
        ("diff", &["3", "j", "<C-d>", "G", "k", "g", "g", "]", "c", "s", "w", "3", "s"], 15),
        ("SQL", &["4", "j", "<C-d>", "G", "k", "g", "g", "l"], 20),
        ("palette and help", &["?", "j", "<Esc>", ":", "p", "r", "<Esc>"], 20),
    ];
    for (name, keys, times) in walks {
        let mut took: Vec<(Duration, &str)> = Vec::new();
        let mut screen = Screen::new(200, 60);
        screen.frame(&driver.state);
        for _ in 0..times {
            for key in keys {
                took.push((screen.key(&mut driver.state, key), key));
            }
        }
        took.sort();
        let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
        println!(
            "key to frame, {name}: p50 {:.2?}, p99 {:.2?} ({}), worst {:.2?} ({}) of {} (bar 16 ms)",
            at(50).0,
            at(99).0,
            at(99).1,
            at(100).0,
            at(100).1,
            took.len()
        );
    }
}

struct Screen {
    terminal: Terminal<CrosstermBackend<std::io::Sink>>,
    now: Duration,
}

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
        let terminal = Terminal::with_options(CrosstermBackend::new(std::io::sink()), options).unwrap();
        Self { terminal, now: Duration::from_secs(1000) }
    }

    fn frame(&mut self, state: &State) {
        self.terminal.draw(|frame| ui::view(state, frame)).unwrap();
    }

    /// The slower of the frames that a key brings. The errands are nobody's here: the worker has its own thread.
    fn key(&mut self, state: &mut State, key: &str) -> Duration {
        let key: Key = key.parse().unwrap();
        self.now += Duration::from_millis(50);
        let start = Instant::now();
        drop(app::update(state, Msg::Tick(self.now)));
        drop(app::update(state, Msg::Key(key)));
        self.frame(state);
        let moved = start.elapsed();
        // The cursor rests, and the other panes follow: a frame of its own, and no key may have to wait for it.
        self.now += Duration::from_millis(100);
        let start = Instant::now();
        drop(app::update(state, Msg::Tick(self.now)));
        self.frame(state);
        moved.max(start.elapsed())
    }
}

/// Bytes for a move, and bytes and processor time while nothing happens.
fn at_rest(rest: Duration) {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(program(home.path(), &["demo"]), 120, 40);
    session.wait_for("not proven");
    session.send("\r");
    quiet(&session);
    // The first frame is the move; when the cursor rests, the other panes follow in another one.
    let (mut moves, mut rests): (Vec<usize>, Vec<usize>) = (0..24)
        .map(|at| {
            let before = session.raw().len();
            session.send(if at < 12 { "j" } else { "k" });
            quiet(&session);
            let raw = session.raw();
            let own = &raw[before..];
            let first =
                own.windows(FRAME.len()).position(|bytes| bytes == FRAME).map_or(0, |at| at + FRAME.len());
            (first, own.len() - first)
        })
        .unzip();
    moves.sort_unstable();
    rests.sort_unstable();
    println!(
        "bytes for one move at 120x40: {} in the middle, {} at worst of 24 (bar 600); once the cursor rests, for the \
         other panes: {} in the middle, {} at worst",
        moves[12], moves[23], rests[12], rests[23]
    );
    // The last message is gone, and the session is written.
    std::thread::sleep(Duration::from_secs(10));
    let (written, time) = (session.raw().len(), processor_time(session.pid()).unwrap());
    std::thread::sleep(rest);
    println!(
        "at rest for {rest:?}: {} bytes written (bar 0), {:?} of processor time (bar ~0)",
        session.raw().len() - written,
        processor_time(session.pid()).unwrap() - time
    );
    println!(
        "memory with the demo: {} MB, {} MB at most",
        resident(session.pid()),
        peak_memory(session.pid()) >> 20
    );
    session.send("Q");
    session.end();
}

/// Until nothing more comes.
fn quiet(session: &Session) {
    let mut seen = session.raw().len();
    loop {
        std::thread::sleep(Duration::from_millis(700));
        let now = session.raw().len();
        if now == seen {
            return;
        }
        seen = now;
    }
}

/// The real program on two SQLite files with so many tables.
fn memory(tables: usize) {
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (name, newer) in [("a", false), ("b", true)] {
        let mut sql = String::new();
        for at in 0..tables {
            let columns: String = (0..COLUMNS + u32::from(newer && at.is_multiple_of(100)))
                .map(|column| format!(", column_{column} TEXT NOT NULL DEFAULT ''"))
                .collect();
            sql.push_str(&format!("CREATE TABLE table_{at:05} (id INTEGER PRIMARY KEY{columns});\n"));
        }
        let path = home.path().join(format!("{name}.db"));
        runtime.block_on(filled(&path, &format!("BEGIN;\n{sql}COMMIT;")));
    }
    let project = "[environments.a]\nurl = \"sqlite:a.db\"\n[environments.b]\nurl = \"sqlite:b.db\"\n";
    std::fs::write(home.path().join("migrator.toml"), project).unwrap();
    let mut session = Session::start(program(home.path(), &[]), 120, 40);
    session.wait_for("nothing compared yet");
    session.send("\r");
    session.wait_for("current: what is there");
    session.send("\r");
    session.wait_for("desired: what should be there");
    let start = Instant::now();
    session.send("\x1b[B\r");
    session.wait_for("not proven");
    let took = start.elapsed();
    quiet(&session);
    println!(
        "{tables} tables in two SQLite files: read and planned in {took:.1?}; memory {} MB, {} MB at most (bar 150)",
        resident(session.pid()),
        peak_memory(session.pid()) >> 20
    );
    session.send("Q");
    session.end();
}

async fn filled(path: &Path, sql: &str) {
    let mut connection = open(Some(path), Access::Create).await.unwrap();
    connection.execute_script(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// Memory held now, in megabytes.
fn resident(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
