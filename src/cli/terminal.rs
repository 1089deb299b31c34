//! What the doctor sees of the terminal: size, colours, letters, tmux, clipboard. It asks small programs and the
//! environment, changes nothing, and gives each problem the line that mends it.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use crate::worker::{Check, Health};

/// Smaller than this, panes do not fit side by side.
const ENOUGH: (u32, u32) = (80, 24);

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![size(), colour(), letters()];
    match variable("TMUX") {
        Some(_) => checks.extend(tmux()),
        None => checks.push(clipboard()),
    }
    checks
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a small program prints; `None` where there is no such program or it fails.
fn asked(program: &str, arguments: &[&str], input: Stdio) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(input).stderr(Stdio::null()).output().ok()?;
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
    let size = asked("stty", &["size"], Stdio::inherit()).and_then(|text| {
        let (rows, columns) = text.split_once(' ')?;
        Some((columns.parse::<u32>().ok()?, rows.parse::<u32>().ok()?))
    });
    let term = variable("TERM").unwrap_or_else(|| "not set".into());
    match size {
        None => Check::new("terminal", Health::Limited, format!("TERM {term}, size unknown")),
        Some((columns, rows)) => {
            let what = format!("TERM {term}, {columns} columns, {rows} rows");
            if columns < ENOUGH.0 || rows < ENOUGH.1 {
                Check::new("terminal", Health::Limited, what)
                    .mend(format!("make the window at least {} columns by {} rows", ENOUGH.0, ENOUGH.1))
            } else {
                Check::new("terminal", Health::Good, what)
            }
        }
    }
}

fn colour() -> Check {
    let term = variable("TERM").unwrap_or_default();
    if variable("NO_COLOR").is_some() {
        return Check::new("colour", Health::Good, "off by NO_COLOR; signs and words say the same");
    }
    match variable("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Check::new("colour", Health::Good, "24 bit"),
        _ if term.contains("256color") => Check::new("colour", Health::Good, "256 colours"),
        _ if term == "dumb" || term.is_empty() => Check::new("colour", Health::Limited, "none")
            .mend("export TERM=xterm-256color, if the terminal can do it"),
        _ => Check::new("colour", Health::Limited, "16 colours")
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

fn tmux() -> Vec<Check> {
    let option = |arguments: &[&str]| asked("tmux", arguments, Stdio::null());
    let version = option(&["-V"]).unwrap_or_else(|| "tmux, version unknown".into());
    let mut checks = vec![Check::new("tmux", Health::Good, version)];
    // A long escape time makes every Escape key wait.
    if let Some(time) = option(&["show", "-sv", "escape-time"]).and_then(|text| text.parse::<u32>().ok())
        && time > 50
    {
        checks.push(
            Check::new("tmux", Health::Limited, format!("Escape waits {time} ms"))
                .mend("set -s escape-time 10   # in ~/.tmux.conf"),
        );
    }
    if let Some(name) = option(&["show", "-gv", "default-terminal"])
        && !name.contains("256color")
    {
        checks.push(
            Check::new("tmux", Health::Limited, format!("default-terminal is {name}"))
                .mend("set -g default-terminal tmux-256color   # in ~/.tmux.conf"),
        );
    }
    // `tmux load-buffer -w` reaches the outer clipboard unless set-clipboard is off.
    match option(&["show", "-sv", "set-clipboard"]).as_deref() {
        Some("off") => checks.push(
            Check::new("clipboard", Health::Limited, "tmux keeps copies to itself")
                .mend("set -s set-clipboard external   # in ~/.tmux.conf"),
        ),
        _ => checks.push(Check::new("clipboard", Health::Good, "through tmux load-buffer -w")),
    }
    checks
}

fn clipboard() -> Check {
    if ["SSH_TTY", "SSH_CONNECTION"].iter().any(|name| variable(name).is_some()) {
        return Check::new("clipboard", Health::Limited, "over SSH: by OSC 52, if the terminal allows it");
    }
    let programs = ["wl-copy", "xclip", "xsel", "pbcopy"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let found = programs.iter().find(|program| folders.iter().any(|folder| folder.join(program).is_file()));
    match found {
        Some(program) => Check::new("clipboard", Health::Good, format!("{program}, or OSC 52")),
        None => Check::new("clipboard", Health::Limited, "by OSC 52, if the terminal allows it"),
    }
}
