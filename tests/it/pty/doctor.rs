//! `doctor` at a terminal: one that answers, one that is silent, and tmux.

use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;

use super::session::{DEADLINE, Session};

fn doctor(columns: u16) -> (Session, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_migrator-tui"));
    command.arg("doctor");
    command.cwd(folder.path());
    (Session::start(command, columns, 40), folder)
}

#[test]
fn a_terminal_that_answers_is_measured() {
    let (mut session, _folder) = doctor(150);
    for (at, answer) in ["\x1b[1;1R", "\x1b[1;3R", "\x1b[1;2R"].into_iter().enumerate() {
        session.wait_for_bytes("\x1b[6n", at + 1);
        session.send(answer);
    }
    session.wait_for("the terminal answers in ");
    session.wait_for("letters are as wide as we take them to be");
    session.wait_for("TERM xterm-256color, 150 columns, 40 rows");
    session.end();
    session.assert_given_back(&["by OSC 52"]);
}

#[test]
fn a_silent_terminal_holds_nobody_up() {
    let (mut session, _folder) = doctor(60);
    session.wait_for("none within 500 ms");
    session.wait_for("make the window at least 80 columns by 24 rows");
    session.end();
    session.assert_given_back(&[]);
}

#[test]
fn inside_tmux_its_options_are_judged() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("skipped: there is no tmux");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let tmux = |arguments: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(arguments).env_remove("TMUX");
        let output = command.current_dir(folder.path()).stderr(Stdio::null()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let run = format!("{} doctor; echo status $?; cat", env!("CARGO_BIN_EXE_migrator-tui"));
    tmux(&["new-session", "-d", "-x", "150", "-y", "60", &run]);
    let start = std::time::Instant::now();
    let screen = loop {
        let screen = tmux(&["capture-pane", "-p"]);
        if screen.contains("status ") {
            break screen;
        }
        assert!(start.elapsed() < DEADLINE, "{screen}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    tmux(&["kill-server"]);
    for words in ["tmux answers in ", "set -s escape-time 10", "by tmux (load-buffer -w)"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
}
