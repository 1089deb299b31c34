//! Inside tmux, where most people with a server far away live: driven by its own commands, and looked at from two
//! terminals of different size at once. Skipped where there is no tmux.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use super::session::DEADLINE;
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
