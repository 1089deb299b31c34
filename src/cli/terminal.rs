//! What the doctor sees of the terminal: size, colours, letters, answers, clipboard. It asks the terminal, small
//! programs and the environment, changes nothing, and gives each problem the line that mends it.

use std::io::IsTerminal;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::config::theme::Depth;
use crate::terminal::{self, Probed, Route};
use crate::worker::{Check, Health};

use super::tmux;

/// Smaller than this, panes do not fit side by side.
const ENOUGH: (u16, u16) = (80, 24);
/// From here on a person feels that the terminal is far away.
const FAR: Duration = Duration::from_millis(150);

pub(super) fn checks() -> Vec<Check> {
    with(terminal::probe().map_or_else(silence, |probed| answers(&probed)))
}

/// While the workbench has the screen: what it takes to ask the terminal would be taken for typing.
pub(super) fn checks_beside_a_screen() -> Vec<Check> {
    with(vec![Check::new("answers", Health::Good, "not asked for here; `migrator-tui doctor` does")])
}

fn with(answers: Vec<Check>) -> Vec<Check> {
    let mut checks = vec![size(), colour(), letters()];
    checks.extend(answers);
    match variable("TMUX") {
        Some(_) => checks.extend(tmux::checks()),
        None => checks.push(clipboard()),
    }
    checks
}

pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a small program prints; `None` where there is no such program or it fails.
pub(super) fn asked(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn size() -> Check {
    if !std::io::stdout().is_terminal() {
        return Check::new(
            "terminal",
            Health::Limited,
            "standard output is not a terminal: plain text, no colour",
        );
    }
    let size = terminal::size();
    let term = variable("TERM").unwrap_or_else(|| "not set".into());
    let what = format!("TERM {term}, {} columns, {} rows", size.width, size.height);
    if size.width < ENOUGH.0 || size.height < ENOUGH.1 {
        Check::new("terminal", Health::Limited, what)
            .mend(format!("make the window at least {} columns by {} rows", ENOUGH.0, ENOUGH.1))
    } else {
        Check::new("terminal", Health::Good, what)
    }
}

fn colour() -> Check {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    match Depth::of_environment(&variables) {
        Depth::None if variable("NO_COLOR").is_some() => {
            Check::new("colour", Health::Good, "off by NO_COLOR; signs and words say the same")
        }
        Depth::True => Check::new("colour", Health::Good, "24 bit"),
        Depth::Ansi256 => Check::new("colour", Health::Good, "256 colours"),
        Depth::Ansi16 => Check::new("colour", Health::Limited, "16 colours")
            .mend("export TERM=xterm-256color, if the terminal can do it"),
        Depth::None => Check::new("colour", Health::Limited, "none")
            .mend("export TERM=xterm-256color, if the terminal can do it"),
    }
}

fn letters() -> Check {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name)).unwrap_or_default();
    let utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    let said = if locale.is_empty() { "no locale is set".to_owned() } else { format!("locale {locale}") };
    if utf8 {
        Check::new("letters", Health::Good, said)
    } else {
        Check::new("letters", Health::Limited, format!("{said}: letters beyond ASCII may be garbled"))
            .mend("export LC_ALL=C.UTF-8")
    }
}

/// The terminal has been asked and says nothing; or there is none, which is told already.
fn silence() -> Vec<Check> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Vec::new();
    }
    vec![Check::new(
        "answers",
        Health::Limited,
        "none within 500 ms: width of letters and distance are unknown",
    )]
}

fn answers(probed: &Probed) -> Vec<Check> {
    let whose = if variable("TMUX").is_some() { "tmux" } else { "the terminal" };
    let what = format!("{whose} answers in {:.1} ms", probed.latency.as_secs_f64() * 1000.0);
    let mut checks = vec![if probed.latency > FAR {
        Check::new("answers", Health::Limited, format!("{what}: keys will feel slow"))
            .mend("run tmux where the databases are, and the terminal where you are")
    } else {
        Check::new("answers", Health::Good, what)
    }];
    checks.push(match (probed.wide, probed.line) {
        (Some(2), Some(1)) => Check::new("widths", Health::Good, "letters are as wide as we take them to be"),
        (Some(2), Some(_)) => {
            Check::new("widths", Health::Limited, "lines of boxes are drawn two columns wide").mend(
                "turn off \"ambiguous characters are wide\" in the terminal, or set symbols = \"ascii\"",
            )
        }
        (Some(_), _) => {
            Check::new("widths", Health::Limited, "letters beyond ASCII are not drawn as letters")
                .mend("export LC_ALL=C.UTF-8, and set the terminal to UTF-8")
        }
        (None, _) => Check::new("widths", Health::Limited, "no answer within 500 ms"),
    });
    checks
}

/// Outside tmux.
fn clipboard() -> Check {
    match terminal::route() {
        Route::Tmux | Route::Terminal => {
            Check::new("clipboard", Health::Good, "by OSC 52, where the terminal allows it; tmux is surer")
        }
        Route::File => Check::new("clipboard", Health::Limited, "none here: copies go into a file")
            .mend("use a terminal with OSC 52, or tmux"),
    }
}
