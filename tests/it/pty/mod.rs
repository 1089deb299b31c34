//! The terminal layer in real pseudo-terminals: what is taken is given back, however the end comes.

mod commands;
mod doctor;
mod ends;
mod handover;
mod promotion;
pub mod session;
mod signals;
mod stage;
mod strain;
mod tmux;
mod workbench;

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::ids::Trial;

use session::{Session, processor_time};

/// Whether the slow tests are wanted too.
fn is_full() -> bool {
    std::env::var_os("MIGRATOR_TEST_FULL").is_some()
}

fn playing(play: &str) -> Session {
    let session = Session::start(stage::command(play), 80, 24);
    session.wait_for(&format!("stage {play} pid="));
    session
}

#[test]
fn keys_go_in_and_frames_come_out() {
    let mut session = playing("plain");
    session.look(|screen| {
        assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
    });
    assert_ne!(session.modes().0, session.modes().1);
    session.send("x");
    session.wait_for("last x");
    session.send("\x1b[1;5A");
    session.wait_for("last <C-Up>");
    session.send("\x1b");
    session.wait_for("last <Esc>");
    session.send("\x1b[200~one\rtwo\x1b[201~");
    session.wait_for("pasted 7 bytes");
    session.send("\x1b[I");
    session.wait_for("FocusGained");
    session.resize(100, 30);
    session.wait_for("size 100x30");
    session.wait_for("now 100x30");
    session.send("m");
    session
        .wait_until("mouse reports", |screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None);
    session.send("\x1b[<0;3;2M");
    session.wait_for("Press, column: 2, row: 1");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

#[test]
fn an_idle_workbench_writes_nothing_and_costs_nothing() {
    let session = playing("plain");
    std::thread::sleep(Duration::from_millis(400));
    let (bytes, time) = (session.raw().len(), processor_time(session.pid()));
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(session.raw().len(), bytes, "bytes were written");
    let used = processor_time(session.pid()).unwrap() - time.unwrap();
    assert!(used <= Duration::from_millis(10), "{used:?} of processor time");
}

#[test]
fn a_flood_of_events_starves_neither_keys_nor_frames() {
    let mut session = playing("floods");
    let frames = |session: &Session| String::from_utf8_lossy(&session.raw()).matches("\x1b[?2026h").count();
    let before = frames(&session);
    std::thread::sleep(Duration::from_secs(1));
    let drawn = frames(&session) - before;
    assert!((3..=70).contains(&drawn), "{drawn} frames in a second");
    session.send("x");
    session.wait_for("last x");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
}

#[test]
fn ticks_that_change_nothing_write_nothing() {
    let session = playing("ticks");
    std::thread::sleep(Duration::from_millis(400));
    let bytes = session.raw().len();
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(session.raw().len(), bytes, "bytes were written");
}

#[test]
fn the_terminal_is_asked_for_nothing_but_its_background() {
    let mut session = playing("asks");
    let raw = String::from_utf8(session.raw()).unwrap();
    assert_eq!(raw.matches("\x1b]11;?").count(), 1);
    for question in ["\x1b[6n", "\x1b[c", "\x1b[?u", "\x1b[>"] {
        assert!(!raw.contains(question), "{}", question.escape_debug());
    }
    session.send("\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\");
    session.wait_for("Background([28, 28, 28])");
    // Nothing of the answer was taken for typing.
    assert!(
        session.screen().contains("last \n") || session.screen().contains("last\n"),
        "{}",
        session.screen()
    );
}

#[test]
fn without_a_terminal_it_is_refused_in_one_line() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "pty::stage::stage", "--nocapture", "--test-threads=1"]);
    let output = command.env("MIGRATOR_STAGE", "plain").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let refusal = "failed: the workbench needs a terminal, and standard input is none";
    assert!(said.starts_with(refusal) && said.lines().count() == 1, "{said}");
    assert!(!output.stdout.contains(&0x1b), "escape sequences without a terminal");
}

/// T1: wherever our own code breaks off, the terminal is as before and the message can be read.
#[test]
fn t1_a_break_gives_the_terminal_back() {
    let mut trial = Trial::new("T1", "-");
    for (key, code) in [("u", 1), ("v", 1), ("i", 1)] {
        let mut session = playing("plain");
        session.send("m");
        session.wait_for("last m");
        session.send(key);
        assert_eq!(session.end().exit_code(), code, "after {key}");
        session.assert_given_back(&["broke off:", stage::HOSTILE_SHOWN, "hint: this is our own mistake"]);
        assert_eq!(title_changes(&session), 0, "the message reached the terminal raw");
        trial.passed();
    }
}

#[test]
fn t1_a_break_inside_the_hook_comes_after_giving_back() {
    let mut trial = Trial::new("T1", "-");
    let mut session = playing("plain");
    session.send("h");
    // Rust aborts a process whose hook breaks off.
    assert!(!session.end().success());
    session.assert_given_back(&["broke off:", stage::HOSTILE_SHOWN]);
    trial.passed();
}

#[test]
fn t1_a_break_in_the_background_costs_only_its_task() {
    let mut trial = Trial::new("T1", "-");
    let mut session = playing("plain");
    session.send("w");
    session.wait_for("task lost: true");
    session.look(|screen| {
        assert!(screen.alternate_screen());
        assert!(!screen.contents().contains("broke off"), "printed over the screen");
    });
    session.send("x");
    session.wait_for("last x");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&["broke off:", stage::HOSTILE_SHOWN]);
    assert_eq!(title_changes(&session), 0, "the message reached the terminal raw");
    trial.passed();
}

#[test]
fn t1_an_error_after_entering_gives_the_terminal_back() {
    let mut trial = Trial::new("T1", "-");
    let mut session = Session::start(stage::command("fails"), 80, 24);
    assert_eq!(session.end().exit_code(), 1);
    session.assert_given_back(&["failed: the stage cannot open"]);
    trial.passed();
}

fn title_changes(session: &Session) -> usize {
    String::from_utf8_lossy(&session.raw()).matches("\x1b]0;").count()
}
