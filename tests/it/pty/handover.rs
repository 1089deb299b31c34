//! Handing things over: the editor gets the terminal, tmux and the terminal get copies.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::session::Session;
use super::stage;

/// A program for `$EDITOR`: the script gets the file as `$1`.
fn editor(folder: &Path, script: &str) -> String {
    let path = folder.join("editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{} --wait", path.display())
}

#[test]
fn the_editor_gets_text_and_terminal_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    // Its second argument is the file; `--wait` is the first.
    let script = format!(
        "env >{at}/env; stat -c %a \"$2\" >{at}/mode; echo \"$2\" >{at}/name; echo at the editor; read line; \
         echo \"-- $line\" >>\"$2\""
    );
    let mut command = stage::command("plain");
    command.env("EDITOR", editor(folder.path(), &script));
    command.env("PGPASSWORD", "canary-one");
    command.env("STAGE_SECRET", "canary-two");
    command.env("DATABASE_URL", "postgres://ana:canary-three@db/shop");
    let mut session = Session::start(command, 80, 24);
    session.wait_for("stage plain");
    session.send("e");
    session.wait_for("at the editor");
    session.assert_given_back(&[]);
    session.send("typed there\n");
    session.wait_for(r#"edited: "select 1;\n-- typed there\n""#);
    session.look(|screen| assert!(screen.alternate_screen() && screen.bracketed_paste()));
    session.send("x");
    session.wait_for("last x");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(!read("env").contains("canary") && read("env").contains("PATH="), "{}", read("env"));
    assert_eq!(read("mode").trim(), "600");
    assert!(read("name").trim().ends_with(".sql"));
    assert!(!Path::new(read("name").trim()).exists(), "the file is left behind");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

#[test]
fn an_editor_that_fails_is_a_message() {
    for (name, message) in [
        ("false", "ended with exit status: 1; nothing was taken over"),
        ("/no/such/editor", "ended with exit status: 127; nothing was taken over"),
    ] {
        let mut command = stage::command("plain");
        command.env("EDITOR", name);
        let mut session = Session::start(command, 120, 24);
        session.wait_for("stage plain");
        session.send("e");
        session.wait_for(message);
        session.send("x");
        session.wait_for("last x");
    }
}

#[test]
fn a_copy_goes_to_the_terminal_or_into_a_file() {
    let mut session = Session::start(stage::command("plain"), 120, 24);
    session.wait_for("stage plain");
    session.send("c");
    session.wait_for("copied, by the terminal if it allows it (OSC 52)");
    let raw = String::from_utf8(session.raw()).unwrap();
    assert!(raw.contains("\x1b]52;c;c2VsZWN0ICdjb3BpZWQn\x1b\\"));
    // Too long for a terminal.
    session.send("C");
    session.wait_for("written to ");
    let screen = session.screen();
    let (_, rest) = screen.split_once("written to ").unwrap();
    let path = rest.split_once(": this terminal").unwrap().0;
    assert_eq!(std::fs::metadata(path).unwrap().len(), 100_000);
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_dir_all(Path::new(path).parent().unwrap()).unwrap();
}

#[test]
fn a_copy_goes_by_tmux_where_there_is_one() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("skipped: there is no tmux");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let tmux = |arguments: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(arguments).env_remove("TMUX");
        command.stderr(Stdio::null()).output().unwrap()
    };
    assert!(tmux(&["new-session", "-d", "-x", "80", "-y", "24", "cat"]).status.success());
    let mut command = stage::command("plain");
    command.env("TMUX", format!("{},1,0", socket.display()));
    let mut session = Session::start(command, 80, 24);
    session.wait_for("stage plain");
    session.send("c");
    session.wait_for("copied, by tmux");
    let held = tmux(&["show-buffer"]);
    tmux(&["kill-server"]);
    assert_eq!(String::from_utf8(held.stdout).unwrap(), "select 'copied'");
    assert!(!String::from_utf8(session.raw()).unwrap().contains("\x1b]52;"));
}
