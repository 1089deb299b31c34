//! What the doctor sees of tmux: its version, and the options that change what keys, copies and sizes do, each
//! with the line for its configuration.

use crate::worker::{Check, Health};

use super::terminal::asked;

/// Longer, and every Escape key visibly waits.
const PATIENT: u32 = 50;

pub(super) fn checks() -> Vec<Check> {
    let option = |name: &str| asked("tmux", &["show-options", "-gv", name]);
    let clients =
        asked("tmux", &["list-clients", "-F", "#{client_name}"]).map_or(0, |text| text.lines().count());
    let version = asked("tmux", &["-V"]);
    let mut checks = vec![match &version {
        Some(version) => Check::new("tmux", Health::Good, format!("{version}, {clients} attached")),
        None => Check::new("tmux", Health::Limited, "TMUX is set, and there is no tmux to ask")
            .mend("unset TMUX, or install tmux"),
    }];
    if version.is_none() {
        return checks;
    }
    checks.extend(verdicts(&option, clients));
    checks
}

/// Judges the options. One that this tmux does not know is not spoken of.
fn verdicts(option: &dyn Fn(&str) -> Option<String>, clients: usize) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut judge = |name: &str, is_good: bool, good: String, limited: String, line: &str| {
        checks.push(if is_good {
            Check::new(name, Health::Good, good)
        } else {
            Check::new(name, Health::Limited, limited).mend(format!("{line}   # in ~/.tmux.conf"))
        });
    };
    if let Some(time) = option("escape-time").and_then(|text| text.parse::<u32>().ok()) {
        judge(
            "tmux escape-time",
            time <= PATIENT,
            format!("{time} ms"),
            format!("{time} ms: the Escape key waits that long"),
            "set -s escape-time 10",
        );
    }
    if let Some(value) = option("focus-events") {
        judge(
            "tmux focus-events",
            value == "on",
            value.clone(),
            format!("{value}: the workbench is not told when you look away"),
            "set -g focus-events on",
        );
    }
    if let Some(value) = option("window-size") {
        judge(
            "tmux window-size",
            clients < 2 || matches!(value.as_str(), "smallest" | "manual"),
            value.clone(),
            format!("{value}: with {clients} clients of different sizes the screen jumps"),
            "set -g window-size smallest",
        );
    }
    if let Some(value) = option("default-terminal") {
        judge(
            "tmux default-terminal",
            value.contains("256color") || value.ends_with("-direct"),
            value.clone(),
            format!("{value}: few colours"),
            "set -g default-terminal tmux-256color",
        );
    }
    if let Some(value) = option("allow-passthrough") {
        // Nothing of ours goes around tmux.
        checks.push(Check::new("tmux allow-passthrough", Health::Good, format!("{value}; not needed")));
    }
    // `load-buffer -w` reaches the outer clipboard unless set-clipboard is off.
    checks.push(match option("set-clipboard").as_deref() {
        Some("off") => Check::new("clipboard", Health::Limited, "tmux keeps copies to itself")
            .mend("set -s set-clipboard external   # in ~/.tmux.conf"),
        _ => Check::new("clipboard", Health::Good, "by tmux (load-buffer -w)"),
    });
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_tmux_get_their_lines() {
        let defaults = |name: &str| {
            Some(match name {
                "escape-time" => "500".to_owned(),
                "focus-events" => "off".to_owned(),
                "window-size" => "latest".to_owned(),
                "default-terminal" => "screen".to_owned(),
                "set-clipboard" => "external".to_owned(),
                _ => return None,
            })
        };
        let lines: Vec<String> = verdicts(&defaults, 2)
            .into_iter()
            .map(|check| check.mend)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(
            lines,
            [
                "set -s escape-time 10   # in ~/.tmux.conf",
                "set -g focus-events on   # in ~/.tmux.conf",
                "set -g window-size smallest   # in ~/.tmux.conf",
                "set -g default-terminal tmux-256color   # in ~/.tmux.conf",
            ]
        );
        assert_eq!(verdicts(&defaults, 1).iter().filter(|check| !check.mend.is_empty()).count(), 3);
    }
}
