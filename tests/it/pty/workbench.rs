//! The real program at a real terminal: the whole way a person takes through the demo, and what is found again at
//! the next start.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use super::session::{DEADLINE, Session};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_migrator-tui");
pub const SIZE: (u16, u16) = (120, 40);
/// Columns and rows of both trees at that size.
const TREES: (u16, u16) = (48, 37);

/// The variables of a person with nothing but this folder.
pub fn surroundings(home: &Path) -> [(&'static str, String); 5] {
    let folder = |name: &str| home.join(name).display().to_string();
    [
        ("LC_ALL", "C.UTF-8".into()),
        ("HOME", folder("")),
        ("XDG_STATE_HOME", folder("state")),
        ("XDG_CONFIG_HOME", folder("config")),
        ("XDG_DATA_HOME", folder("data")),
    ]
}

fn demo(home: &Path) -> CommandBuilder {
    in_a_home(home, &[PROGRAM, "demo"])
}

pub fn in_a_home(home: &Path, words: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(words[0]);
    command.args(&words[1..]);
    command.cwd(home);
    surroundings(home).into_iter().for_each(|(name, value)| command.env(name, value));
    command
}

pub fn opened(home: &Path) -> Session {
    let session = Session::start(demo(home), SIZE.0, SIZE.1);
    session.wait_for("welcome");
    session.wait_for("not proven");
    session
}

/// The demo with its welcome closed.
pub fn at_work(home: &Path) -> Session {
    let mut session = opened(home);
    session.send("\r");
    session.wait_until("the welcome gone", |screen| !screen.contents().contains("welcome"));
    session
}

/// Both trees as a person sees them: names, signs, marks, what is left out, hazards.
fn trees(screen: &vt100::Screen) -> String {
    let rows = screen.rows(0, TREES.0).skip(1).take(TREES.1.into());
    rows.collect::<Vec<_>>().join("\n")
}

/// The row with the cursor: the reversed cells of the left tree.
fn cursor_row(screen: &vt100::Screen) -> Option<u16> {
    (1..TREES.1).find(|row| screen.cell(*row, 4).is_some_and(vt100::Cell::inverse))
}

fn after<'a>(text: &'a str, words: &str) -> &'a str {
    let (_, rest) = text.split_once(words).unwrap_or_else(|| panic!("no {words} in:\n{text}"));
    rest.split(|c: char| c.is_whitespace() || c == '┐').next().unwrap_or_default()
}

#[test]
fn a_review_is_made_proven_written_and_found_again() {
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    let all = after(&session.screen(), "change 1/").to_owned();
    session.send("]c");
    session.wait_for(&format!("change 2/{all}"));
    session.send("a");
    session.wait_until("a mark", |screen| !screen.contents().contains("reviewed 0/"));
    while after(&session.screen(), " change ") != format!("5/{all}") {
        let before = after(&session.screen(), " change ").to_owned();
        session.send("]c");
        session.wait_until("the next change", |screen| {
            after(&screen.contents(), " change ").trim() != before.as_str()
        });
    }
    session.send(" ");
    session.wait_until("a change left out", |screen| trees(screen).contains(" out"));
    session.send("\x1b[15~");
    session.wait_for("✓ proven");
    session.send("W");
    session.wait_for("write the plan to");
    session.send("\r");
    session.wait_for("written to");
    let written: Vec<_> = std::fs::read_dir(home.path().join("migrations")).unwrap().collect();
    assert_eq!(written.len(), 1, "one plan");
    let plan = written[0].as_ref().unwrap().path();
    for file in ["forward.sql", "rollback.sql", "plan.toml"] {
        assert!(plan.join(file).is_file(), "{file} in {}", plan.display());
    }
    let (left, row) = session.look(|screen| (trees(screen), cursor_row(screen)));
    let reviewed = after(&session.screen(), "reviewed ").to_owned();
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);

    let mut session = opened(home.path());
    session.wait_for("as you left it");
    session.send("\r");
    session.wait_until("the trees as they were left", |screen| {
        trees(screen) == left && cursor_row(screen) == row
    });
    assert!(row.is_some(), "a cursor in the tree");
    assert_eq!(after(&session.screen(), "reviewed "), reviewed);
    assert_eq!(after(&session.screen(), " change "), format!("5/{all}"));
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

/// An answer may never come, and a frame that waits for one is late.
#[test]
fn the_workbench_asks_its_terminal_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    session.send(":doctor\r");
    session.wait_for("not asked for here");
    session.send("\r");
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    let raw = String::from_utf8(session.raw()).unwrap();
    for question in ["\x1b[6n", "\x1b[c", "\x1b[?u", "\x1b[>", "\x1b]11;?"] {
        assert!(!raw.contains(question), "{}", question.escape_debug());
    }
}

/// The cursor's move is one small frame, also onto another table: the definition follows when the cursor rests.
#[test]
fn a_move_of_the_cursor_costs_few_bytes() {
    const END: &[u8] = b"\x1b[?2026l";
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    for key in ["j", "j", "j", "j", "j", "j", "j", "j", "k", "k", "k"] {
        let before = still(&session);
        session.send(key);
        let sent = Instant::now();
        while session.raw().len() == before {
            assert!(sent.elapsed() < DEADLINE, "{key} draws nothing");
            std::thread::sleep(Duration::from_millis(5));
        }
        still(&session);
        let raw = session.raw();
        let drawn = &raw[before..];
        let first = drawn.windows(END.len()).position(|bytes| bytes == END).unwrap() + END.len();
        assert!(first <= 600, "{first} bytes: {}", String::from_utf8_lossy(&drawn[..first]).escape_debug());
    }
    session.send("Q");
    session.end();
}

/// Waits until nothing more comes; the bytes so far.
fn still(session: &Session) -> usize {
    let mut seen = 0;
    while session.raw().len() != seen {
        seen = session.raw().len();
        std::thread::sleep(Duration::from_millis(400));
    }
    seen
}

#[test]
fn sql_that_was_not_saved_is_found_again() {
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    session.send("4");
    session.wait_for("┏4 SQL");
    session.send("Go-- by hand, not saved");
    session.wait_for("-- by hand, not saved");
    session.send("\x1b");
    session.wait_until("the end of typing", |screen| {
        screen.contents().contains("edited") && !screen.contents().contains("typing")
    });
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    let mut session = Session::start(demo(home.path()), SIZE.0, SIZE.1);
    session.wait_for("your unsaved SQL is back");
    session.send("\r");
    session.wait_for("edited");
    session.wait_for("┏4 SQL");
    session.send("G");
    session.wait_for("-- by hand, not saved");
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

#[test]
fn without_a_terminal_the_demo_is_told_and_the_workbench_refused() {
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(words).current_dir(home.path()).envs(surroundings(home.path())).stdin(Stdio::null());
        command.output().unwrap()
    };
    let told = run(&["demo"]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert!(text.contains("ALTER TABLE") || text.contains("CREATE TABLE"), "{text}");
    assert!(!text.contains('\x1b'), "escape sequences without a terminal");

    let refused = run(&[]);
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{text}");
    assert!(text.contains("terminal") && text.lines().count() <= 3, "{text}");
    assert!(refused.stdout.is_empty());
}
