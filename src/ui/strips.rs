//! The smaller panes: findings, agent, log.

use crate::app::State;
use crate::app::layout::{Area, Pane};
use crate::app::log::Tone;
use crate::config::theme::Role;
use crate::export::Noted;
use crate::model::{Severity, Standing};

use super::brush::{Canvas, Ink};
use super::chrome::words;
use super::empty;
use super::pane::{Focused, Title, frame, scroll_mark};

pub fn findings(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let focused = Focused::on(state.focus == Pane::Findings);
    let subject = state.subject.as_deref();
    let all = subject.map(|subject| subject.findings()).unwrap_or_default();
    let counts = subject.map(|subject| subject.severities()).unwrap_or_default();
    let right = match counts {
        [0, 0, 0] => String::new(),
        counts => {
            let words = counts.iter().zip(["error", "warning", "note"]).map(|(count, word)| match count {
                1 => format!("1 {word}"),
                count => format!("{count} {word}s"),
            });
            words.collect::<Vec<_>>().join("  ")
        }
    };
    let inner = frame(canvas, area, Title::new(Some('6'), "findings", right), focused);
    if all.is_empty() {
        let text = match subject.map(|subject| subject.draft.is_some()) {
            Some(true) => "nothing found against this plan",
            Some(false) => "the plan is being drawn",
            None => "what the rules say of the plan",
        };
        empty::say(canvas, inner, &[text]);
        return;
    }
    let list = subject.map(|subject| subject.findings).unwrap_or_default();
    // The finding under the cursor is told whole, below its row, where there is room.
    let detail = if inner.height >= 6 { (inner.height / 2).clamp(4, 8) } else { 0 };
    let rows = usize::from(inner.height - detail);
    let top = list.top.max((list.cursor + 1).saturating_sub(rows));
    for (line, (at, finding)) in all.iter().enumerate().skip(top).take(rows).enumerate() {
        let place = Area::new(inner.x, inner.y + line as u16, inner.width, 1);
        let role = severity_role(finding.severity);
        let acknowledged = finding.standing != Standing::Stands;
        let mark = if acknowledged { "(ok) " } else { "" };
        let row: Vec<(Ink<'_>, Role)> = vec![
            (canvas.sign(role), role),
            (" ".into(), Role::Text),
            (mark.into(), Role::Muted),
            (Ink::from(finding.what.to_string()), if acknowledged { Role::Muted } else { Role::Text }),
        ];
        let used = words(canvas, place, row) - place.x;
        // The rule's name stands where the sentence leaves room for it.
        let rule = Ink::from(finding.rule.to_string());
        if used + rule.width() + 2 <= place.width {
            canvas.put_right(place, place.y, rule, Role::Muted);
        }
        if at == list.cursor {
            canvas.tint(place, if focused == Focused::Yes { Role::Selection } else { Role::Title });
        }
    }
    if let (true, Some(finding)) = (detail > 0, all.get(list.cursor)) {
        let y = inner.y + inner.height - detail;
        let below = Area { y, height: detail, ..inner };
        self::detail(canvas, finding, below);
    }
    scroll_mark(canvas, area, top, all.len());
}

/// The finding under the cursor, whole: its rule, its sentence where the row had to cut it, what it does, and what to
/// do instead.
fn detail(canvas: &mut Canvas<'_>, finding: &Noted, area: Area) {
    let line = canvas.glyphs().frame.horizontal;
    for x in area.x..area.x + area.width {
        canvas.put_as(x, area.y, 1, line, Role::Border);
    }
    let rule = format!(" {} ", finding.rule);
    canvas.put_as(area.x + 1, area.y, area.width.saturating_sub(2), rule, severity_role(finding.severity));
    let is_cut = Ink::from(finding.what.to_string()).width() + 2 > area.width;
    let what = if is_cut { &*finding.what } else { "" };
    let told = [what, &*finding.effect, &*finding.instead].into_iter().filter(|text| !text.is_empty());
    let lines = told.flat_map(|text| empty::wrapped(text, usize::from(area.width))).collect();
    for (at, text) in empty::as_many(lines, usize::from(area.height - 1)).into_iter().enumerate() {
        canvas.put_as(area.x + 1, area.y + 1 + at as u16, area.width.saturating_sub(1), text, Role::Text);
    }
}

pub fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::SeverityError,
        Severity::Warn => Role::SeverityWarn,
        Severity::Info => Role::SeverityInfo,
    }
}

/// The agent has its place; this build has no client for it.
pub fn agent(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let focused = Focused::on(state.focus == Pane::Agent);
    let inner = frame(canvas, area, Title::new(Some('5'), "agent", ""), focused);
    empty::say(canvas, inner, &["No agent in this release. Everything here works without one."]);
}

pub fn log(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let focused = Focused::on(state.focus == Pane::Log);
    let inner = frame(canvas, area, Title::new(Some('@'), "log", ""), focused);
    let height = usize::from(inner.height);
    let mut list = state.log_list;
    list.settle(state.log.len(), height);
    for line in 0..height {
        let Some(entry) = state.log.get(list.top + line) else { break };
        let seconds = entry.at.as_secs();
        let clock = format!("{:02}:{:02}:{:02} ", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let role = match entry.tone {
            Tone::Info => Role::Text,
            Tone::Good => Role::StatusOk,
            Tone::Bad => Role::StatusFailed,
        };
        let place = Area::new(inner.x, inner.y + line as u16, inner.width, 1);
        words(canvas, place, vec![(Ink::from(clock), Role::Muted), (Ink::from(entry.text.clone()), role)]);
        if focused == Focused::Yes && list.top + line == list.cursor {
            canvas.tint(place, Role::Selection);
        }
    }
    scroll_mark(canvas, area, list.top, state.log.len());
}
