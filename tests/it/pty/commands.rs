//! Commands without a screen, on a terminal: colour where it is wanted and nowhere else, a progress line that comes
//! with patience and goes without a trace, Ctrl-C as a person types it.

use std::net::TcpListener;

use portable_pty::CommandBuilder;

use super::session::Session;

fn command(folder: &std::path::Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_migrator-tui"));
    command.args(arguments);
    command.cwd(folder);
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR"] {
        command.env(name, folder);
    }
    command
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.sql"), "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n").unwrap();
    std::fs::write(folder.path().join("b.sql"), "CREATE TABLE bills (id INTEGER PRIMARY KEY);\n").unwrap();
    let sides = ["diff", "--current", "a.sql?engine=sqlite", "--desired", "b.sql?engine=sqlite"];
    for (variable, value, coloured) in
        [("COLUMNS", "80", true), ("NO_COLOR", "1", false), ("NO_COLOR", "", true), ("TERM", "dumb", false)]
    {
        let mut command = command(folder.path(), &sides);
        command.env(variable, value);
        let mut session = Session::start(command, 80, 24);
        assert_eq!(session.end().exit_code(), 3, "{}", session.screen());
        assert!(session.screen().contains("table orders"), "{}", session.screen());
        let raw = String::from_utf8(session.raw()).unwrap();
        assert_eq!(raw.contains('\u{1b}'), coloured, "{variable}={value}: {}", raw.escape_debug());
    }
}

#[test]
fn a_long_wait_is_told_and_ctrl_c_ends_it_without_a_trace() {
    // A server that takes calls and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ada:hunter2@{}/shop?sslmode=disable", silent.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut session =
        Session::start(command(folder.path(), &["diff", "--current", &url, "--desired", &url]), 80, 24);
    session.wait_for("connecting");
    session.send("\u{3}");
    assert_eq!(session.end().exit_code(), 130, "{}", session.screen());
    let screen = session.screen();
    assert!(screen.contains("cancelled") && !screen.contains("connecting"), "{screen}");
    assert!(!String::from_utf8(session.raw()).unwrap().contains("hunter2"));
    session.assert_given_back(&[]);
}
