//! Inside tmux, where most people with a server far away live: driven by its own commands, and looked at from two
//! terminals of different size at once. Skipped where there is no tmux.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use super::session::{DEADLINE, Session};
use super::workbench::{PROGRAM, surroundings};

/// A tmux server of our own, with no settings but its own.
struct Tmux {
    home: tempfile::TempDir,
}

impl Tmux {
    /// With the demo in its only window; `None` where there is no tmux.
    fn with_the_demo(columns: u16, rows: u16) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            println!("skipped: there is no tmux");
            return None;
        }
        let tmux = Self { home: tempfile::tempdir().unwrap() };
        let program = format!("'{PROGRAM}' demo");
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let made = tmux.run(&["new-session", "-d", "-s", "work", "-x", &columns, "-y", &rows, &program]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(tmux)
    }

    fn words<'a>(&self, words: &[&'a str]) -> Vec<std::borrow::Cow<'a, str>> {
        let socket = self.home.path().join("socket").display().to_string();
        let own = ["-u".into(), "-f".into(), "/dev/null".into(), "-S".into(), socket.into()];
        own.into_iter().chain(words.iter().map(|word| (*word).into())).collect()
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.args(self.words(words).iter().map(|word| word.as_ref()));
        command.envs(surroundings(self.home.path())).env_remove("TMUX").current_dir(self.home.path());
        command.output().unwrap()
    }

    fn keys(&self, keys: &[&str]) {
        let sent = self.run(&[&["send-keys", "-t", "work"], keys].concat());
        assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p", "-t", "work"]).stdout).into_owned()
    }

    fn wait_until(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        let until = Instant::now() + DEADLINE;
        let mut screen = self.screen();
        while !is_there(&screen) {
            assert!(Instant::now() < until, "no {what}; the screen is:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
            screen = self.screen();
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    /// A terminal that shows the session.
    fn attached(&self, columns: u16, rows: u16) -> Session {
        let mut command = CommandBuilder::new("tmux");
        command.args(self.words(&["attach-session", "-t", "work"]).iter().map(|word| word.as_ref()));
        surroundings(self.home.path()).into_iter().for_each(|(name, value)| command.env(name, value));
        Session::start(command, columns, rows)
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn the_demo_is_walked_through_inside_tmux() {
    let Some(tmux) = Tmux::with_the_demo(120, 40) else { return };
    tmux.wait_for("welcome");
    tmux.wait_for("not proven");
    tmux.keys(&["Enter"]);
    tmux.wait_until("the end of the welcome", |screen| !screen.contains("welcome"));
    tmux.wait_for("change 1/");
    tmux.keys(&["]", "c"]);
    tmux.wait_for("change 2/");
    tmux.keys(&["a"]);
    tmux.wait_until("a mark", |screen| !screen.contains("reviewed 0/"));
    // Escape and a key behind it stay two keys.
    tmux.keys(&["?"]);
    tmux.wait_for("list.page_down");
    tmux.keys(&["Escape"]);
    tmux.wait_until("the end of help", |screen| !screen.contains("list.page_down"));
    tmux.keys(&["F5"]);
    tmux.wait_for("✓ proven");
    tmux.keys(&["W"]);
    tmux.wait_for("write the plan to");
    tmux.keys(&["Enter"]);
    tmux.wait_for("written to");
    assert!(tmux.home.path().join("migrations").is_dir());
    tmux.keys(&["Q"]);
    let until = Instant::now() + DEADLINE;
    while tmux.run(&["has-session", "-t", "work"]).status.success() {
        assert!(Instant::now() < until, "it did not quit:\n{}", tmux.screen());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn two_terminals_of_different_size_see_one_workbench() {
    let Some(tmux) = Tmux::with_the_demo(120, 40) else { return };
    tmux.wait_for("not proven");
    tmux.run(&["set-option", "-g", "window-size", "latest"]);
    let mut large = tmux.attached(120, 41);
    large.wait_for("welcome");
    large.send("\r");
    large.wait_for("┌6 findings");
    large.wait_for("┌2 desired next");
    let mut small = tmux.attached(80, 25);
    // Whoever typed last decides about the size.
    small.send("j");
    small.wait_until("both sides in one tree", |screen| {
        let text = screen.contents();
        text.contains("1 staging ⇢ next") && !text.contains("2 desired next") && text.contains("┌4 SQL")
    });
    small.send("]c");
    small.wait_for("3 diff table customers");
    large.send("]c");
    large.wait_for("change 3/");
    large.wait_for("┌2 desired next");
    for size in [(40, 11), (200, 60), (20, 5), (81, 30), (120, 41)] {
        small.resize(size.0, size.1);
        large.resize(size.1 * 3, size.0 / 3 + 2);
        small.send("j");
        large.send("k");
    }
    large.resize(120, 41);
    large.send("]c");
    large.wait_for("┌2 desired next");
    large.wait_for("┌6 findings");
    // One goes, the other stays.
    small.hang_up();
    large.send("?");
    large.wait_for("list.page_down");
    large.send("q");
    large.send("Q");
    large.wait_for_bytes("[exited]", 1);
}
