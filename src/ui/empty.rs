//! What a pane says when there is nothing in it: what would be there, and the keys that bring it.

pub use crate::app::wrap::wrapped;

use crate::app::layout::{Area, Pane};
use crate::app::subject::Subject;
use crate::app::{Manner, State, leading_to, work};
use crate::config::keymap::{Action, Context};
use crate::config::theme::Role;

use super::brush::Canvas;

/// Lines in the middle of an area; too long ones are wrapped.
pub fn say(canvas: &mut Canvas<'_>, area: Area, lines: &[&str]) {
    let lines: Vec<String> = lines.iter().flat_map(|line| wrapped(line, usize::from(area.width))).collect();
    let top = area.height.saturating_sub(lines.len() as u16) / 3;
    for (at, line) in lines.iter().take(usize::from(area.height)).enumerate() {
        let y = area.y + top + at as u16;
        if y < area.y + area.height {
            canvas.put_as(area.x + 1, y, area.width.saturating_sub(1), line.clone(), Role::Muted);
        }
    }
}

/// The first so many lines; where there are more, the last of them is seen to go on.
pub fn as_many(lines: Vec<String>, rows: usize) -> Vec<String> {
    let Some(last) = rows.checked_sub(1).filter(|_| lines.len() > rows) else { return lines };
    let rest = lines[last..].join(" ");
    lines.into_iter().take(last).chain([rest]).collect()
}

/// The keys of an action in a context, or how to find it in the palette.
pub fn keys(manner: &Manner, context: Context, action: Action) -> String {
    let keys = leading_to(&manner.keymap, &[context, Context::Global], action);
    keys.unwrap_or_else(|| format!(":{}", action.id()))
}

/// Nothing has been compared yet, or it failed.
pub fn no_subject(canvas: &mut Canvas<'_>, state: &State, area: Area, pane: Pane) {
    let key = |action| keys(&state.manner, Context::Tree, action);
    if let Some(job) = state.work.shown().next() {
        let doing = job.progress.as_ref().map_or(job.purpose.word(), |progress| &progress.doing);
        let (what, time) = work_words(state, job, doing);
        let waiting = what + &time;
        say(canvas, area, &[&waiting, "", &format!("{} stops it", key(Action::Cancel))]);
        return;
    }
    if pane == Pane::Desired {
        say(canvas, area, &["what should be there"]);
        return;
    }
    match &state.trouble {
        Some(failure) => {
            let what: Vec<String> = failure.what.lines().map(str::to_owned).collect();
            let mut lines: Vec<&str> = what.iter().map(String::as_str).collect();
            let hint = format!("What to do: {}", failure.hint);
            if !failure.hint.is_empty() {
                lines.extend(["", &hint]);
            }
            let again = format!("{} tries again", key(Action::Refresh));
            let pick = format!("{} chooses other sides", key(Action::SidesPick));
            lines.extend(["", &again, &pick]);
            say(canvas, area, &lines);
        }
        None => {
            let pick = format!("{} chooses what is compared", key(Action::SidesPick));
            let open = format!("{} does, too", key(Action::ListOpen));
            let help = format!("{} shows every key", key(Action::Help));
            let project = if state.desk.project.is_empty() {
                "no migrator.toml here or above: a URL or a file will do".to_owned()
            } else {
                format!("project: {}", state.desk.project)
            };
            say(canvas, area, &["nothing is compared yet", "", &pick, &open, &help, "", &project]);
        }
    }
}

/// What a running job says of itself, and for how long it has been at it.
pub fn work_words(state: &State, job: &work::Job, doing: &str) -> (String, String) {
    let seconds = state.now.saturating_sub(job.since).as_secs();
    let count = job.progress.as_ref().and_then(|progress| progress.count);
    let count = count.map(|(done, all)| format!(" {done}/{all}")).unwrap_or_default();
    let stopping = match job.stopping {
        work::Stopping::No => "",
        work::Stopping::Asked => "stopping: ",
    };
    (format!("{stopping}{doing}{count}"), format!("  {seconds} s"))
}

/// The filter leaves nothing, or there is nothing at all.
pub fn no_rows(canvas: &mut Canvas<'_>, state: &State, subject: &Subject, area: Area) {
    if subject.tree.filter().is_empty() {
        say(canvas, area, &["both sides are empty"]);
        return;
    }
    let back = format!("{} shows all again", keys(&state.manner, Context::Tree, Action::Back));
    let odd = "a word of the filter means nothing; see help";
    let why = if subject.tree.filter().is_odd() { odd } else { "nothing meets the filter" };
    say(canvas, area, &[why, "", &back]);
}
