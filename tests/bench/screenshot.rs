//! The picture in the README: the real program on its demo in a pseudo-terminal, played to a state worth seeing, and
//! the screen written down as SVG. `cargo test --bench screenshot` makes `assets/screenshots/workbench.svg` anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for the developer's terminal"
)]

#[path = "../it/pty/session.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod session;
#[path = "screenshot/svg.rs"]
mod svg;

use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use session::Session;

const COLUMNS: u16 = 124;
const ROWS: u16 = 38;
/// Reading, planning and proving take their time where there is little of it.
const PATIENCE: Duration = Duration::from_secs(300);
const F5: &str = "\x1b[15~";

fn main() {
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_migrator-tui"));
    command.arg("demo");
    command.cwd(home.path());
    // Nobody's settings and nobody's last session.
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(name, home.path());
    }
    for (name, value) in [("LC_ALL", "C.UTF-8"), ("COLORTERM", "truecolor"), ("MIGRATOR_PERSON", "ana")] {
        command.env(name, value);
    }
    let settings = home.path().join("migrator-tui");
    std::fs::create_dir_all(&settings).unwrap();
    std::fs::write(settings.join("config.toml"), "[ui]\ntheme = \"dark\"\nmotion = \"reduced\"\n").unwrap();

    let mut session = Session::start(command, COLUMNS, ROWS);
    wait_for(&session, "not proven");
    session.send("\r");
    // The suspected rename is one.
    session.send("M");
    wait_for(&session, "It is a rename");
    session.send("Y");
    wait_for(&session, "/27");
    wait_for(&session, "not proven");
    // The first change is fine; on to the table with the rename.
    session.send("a");
    wait_for(&session, "reviewed 1/27");
    session.send("]c");
    wait_for(&session, "diff table customers");
    session.send(F5);
    wait_for(&session, "proven forward and back");
    let picture = session.look(svg::picture);
    session.send("Q");
    session.end();

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots/workbench.svg");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, &picture).unwrap();
    println!("{} bytes in {}", picture.len(), file.display());
}

/// The session's own patience is that of a test.
fn wait_for(session: &Session, text: &str) {
    let until = Instant::now() + PATIENCE;
    while !session.screen().contains(text) {
        assert!(Instant::now() < until, "{text} did not come within {PATIENCE:?}:\n{}", session.screen());
        std::thread::sleep(Duration::from_millis(50));
    }
}
