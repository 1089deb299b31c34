//! Signals and lost terminals: T2 and T3 of the reliability tests.

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use crate::ids::Trial;

use super::session::{DEADLINE, Session, processor_time, signal_to};
use super::{playing, stage};

/// T2: told to end, an idle workbench is gone at once and leaves the terminal as it was.
#[test]
fn t2_each_signal_ends_it_in_order() {
    let mut trial = Trial::new("T2", "-");
    for (signal, word) in [
        (Signal::HUP, "SIGHUP"),
        (Signal::TERM, "SIGTERM"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
    ] {
        let mut fastest = DEADLINE;
        for _ in 0..20 {
            let mut session = playing("plain");
            let start = Instant::now();
            session.signal(signal);
            assert_eq!(session.end().exit_code(), 30, "{word}");
            fastest = fastest.min(start.elapsed());
            session.assert_given_back(&[&format!("told: {word}")]);
            trial.passed();
        }
        assert!(fastest < Duration::from_millis(500), "{word}: {fastest:?} at best");
    }
}

/// T2: stopped by its key and by a signal, continued by the shell, again and again.
#[test]
fn t2_stopped_and_continued_by_a_shell() {
    let mut trial = Trial::new("T2", "-");
    let Some(mut session) = in_a_shell() else { return };
    // Twenty times by the key, and twenty times by the signal.
    for round in 0..40 {
        session.wait_for("stage plain pid=");
        session.wait_until("the alternate screen", vt100::Screen::alternate_screen);
        match round % 2 {
            0 => session.send("z"),
            _ => signal_to(pid_on(&session), Signal::TSTP),
        }
        session.wait_for(&format!("stopped {round}"));
        session.assert_given_back(&[]);
        session.send("\n");
        trial.passed();
    }
    session.wait_for("stage plain pid=");
    session.send("x");
    session.wait_for("last x");
    session.send("q");
    session.wait_for("over 0");
    session.end();
    session.assert_given_back(&[]);
}

/// A shell with job control that runs the stage, waits for a line whenever it is stopped, and continues it.
fn in_a_shell() -> Option<Session> {
    let mut command = CommandBuilder::new("bash");
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        println!("skipped: there is no bash");
        return None;
    }
    let program = stage::command("plain").as_unix_command_line().unwrap();
    let script = format!(
        "set -m; {program}; code=$?; round=0; while [ $code -gt 128 ]; do echo stopped $round; read line; \
         round=$((round+1)); fg >/dev/null; code=$?; done; echo over $code"
    );
    command.args(["--norc", "-c", &script]);
    command.env("MIGRATOR_STAGE", "plain");
    Some(Session::start(command, 80, 24))
}

#[test]
fn t2_without_a_shell_it_does_not_stop() {
    let mut trial = Trial::new("T2", "-");
    let mut session = playing("plain");
    session.send("z");
    session.wait_for("there is no shell to go back to");
    session.signal(Signal::TSTP);
    session.send("x");
    session.wait_for("last x");
    // Stopped by force, and continued after somebody has used the terminal.
    session.signal(Signal::STOP);
    session.signal(Signal::CONT);
    session.send("y");
    session.wait_for("last y");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
    trial.passed();
}

/// T3: the terminal goes away and no signal tells of it.
#[test]
fn t3_without_its_terminal_it_ends() {
    let mut trial = Trial::new("T3", "-");
    let mut fastest = DEADLINE;
    for _ in 0..20 {
        let mut session = behind_a_deaf_shell("plain");
        let pid = pid_on(&session);
        session.hang_up();
        fastest = fastest.min(gone_after(pid).0);
        trial.passed();
    }
    assert!(fastest < Duration::from_secs(2), "{fastest:?} at best");
}

/// T3: while something in the background still has to be settled, nothing spins.
#[test]
fn t3_without_its_terminal_it_does_not_burn() {
    let mut trial = Trial::new("T3", "-");
    let mut session = behind_a_deaf_shell("lingers");
    let pid = pid_on(&session);
    session.hang_up();
    let (after, used) = gone_after(pid);
    assert!(after > Duration::from_secs(1), "it did not linger: {after:?}");
    assert!(used <= Duration::from_millis(75), "{used:?} of processor time in {after:?}");
    trial.passed();
}

/// The stage behind a shell that ignores SIGHUP, as after `nohup`: the kernel tells the shell alone.
fn behind_a_deaf_shell(play: &str) -> Session {
    let program = stage::command(play).as_unix_command_line().unwrap();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &format!("trap '' HUP; {program}; exit 0")]);
    command.env("MIGRATOR_STAGE", play);
    let session = Session::start(command, 80, 24);
    session.wait_for(&format!("stage {play} pid="));
    session
}

fn pid_on(session: &Session) -> i32 {
    let screen = session.screen();
    let (_, rest) = screen.split_once("pid=").unwrap();
    rest.split_once('.').unwrap().0.parse().unwrap()
}

/// How long the process still lived, and the processor time it used meanwhile.
pub fn gone_after(pid: i32) -> (Duration, Duration) {
    let start = Instant::now();
    let (before, mut latest) = (processor_time(pid), processor_time(pid));
    while let Some(time) = processor_time(pid) {
        latest = Some(time);
        assert!(start.elapsed() < DEADLINE, "process {pid} outlives its terminal, {time:?} used");
        std::thread::sleep(Duration::from_millis(2));
    }
    let used = latest.zip(before).map_or(Duration::ZERO, |(latest, before)| latest - before);
    (start.elapsed(), used)
}
