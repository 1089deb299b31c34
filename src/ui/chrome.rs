//! What stands around the panes: the header with both sides, the tabs of a narrow screen, the status line, the
//! keys that matter here.

use crate::app::layout::{Area, Areas, Pane, Zoom};
use crate::app::log::Tone;
use crate::app::mode::{Dialog, Mode};
use crate::app::rollout::Scene;
use crate::app::subject::Subject;
use crate::app::{EnvironmentStanding, State, here, leading_to, phase};
use crate::config::keymap::{Action, Context};
use crate::config::theme::Role;
use crate::export::Proof;
use crate::model::Verdict;

use super::brush::{Canvas, Ink};
use super::{empty, tree};

/// Words next to each other, each with its look, as far as they fit.
pub fn words(canvas: &mut Canvas<'_>, area: Area, words: Vec<(Ink<'_>, Role)>) -> u16 {
    let mut x = area.x;
    for (ink, role) in words {
        x += canvas.put_as(x, area.y, (area.x + area.width).saturating_sub(x), ink, role);
    }
    x
}

/// How much of the header's words there is room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// Server versions, and whole words for how the review stands.
    All,
    /// Without the server versions.
    NoServers,
    /// The review in short.
    Short,
}

/// What is compared, and how the review stands. What decides is never left out: server versions go first, then
/// words are shortened, and at last the names of the sides.
pub fn header(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    canvas.clear(area);
    let program: Vec<(Ink<'_>, Role)> = vec![(" migrator ".into(), Role::Title)];
    let Some(subject) = state.subject.as_deref() else {
        let nothing = ("nothing compared yet".into(), Role::Muted);
        let used = words(canvas, area, program.into_iter().chain([nothing]).collect());
        let right = under_way(state, Words::NoServers);
        let width: u16 = right.iter().map(|(ink, _)| ink.width()).sum();
        let at = (area.x + area.width).saturating_sub(width).max(used + 1);
        words(canvas, Area::new(at, area.y, (area.x + area.width).saturating_sub(at), 1), right);
        return;
    };
    let width_of = |line: &[(Ink<'_>, Role)]| line.iter().map(|(ink, _)| ink.width()).sum::<u16>();
    let whole = |how| {
        let left: Vec<_> =
            program.iter().cloned().chain(sides(canvas, state, subject, how, u16::MAX)).collect();
        let mut right = under_way(state, how);
        right.extend(summary(canvas, subject, how));
        (width_of(&left) + width_of(&right) < area.width).then_some((left, right))
    };
    let (left, right) =
        [Words::All, Words::NoServers, Words::Short].into_iter().find_map(whole).unwrap_or_else(|| {
            let mut right = under_way(state, Words::Short);
            right.extend(summary(canvas, subject, Words::Short));
            let room = area.width.saturating_sub(width_of(&right) + 1);
            (sides(canvas, state, subject, Words::Short, room), right)
        });
    let at = area.x + area.width.saturating_sub(width_of(&right));
    words(canvas, Area { width: at.saturating_sub(area.x), ..area }, left);
    words(canvas, Area::new(at, area.y, area.x + area.width - at, 1), right);
}

/// Current and desired, in at most so many columns.
fn sides(
    canvas: &Canvas<'_>,
    state: &State,
    subject: &Subject,
    how: Words,
    room: u16,
) -> Vec<(Ink<'static>, Role)> {
    let both = [&subject.comparison.current, &subject.comparison.desired];
    let names = both.map(|side| Ink::from(side.label.to_string()).width());
    let guards = both.map(|side| guard(state, &side.label).map_or(0, |(word, _)| word.width()));
    let fixed = guards.iter().sum::<u16>() + 4;
    // What one name spares is the other's.
    let room = room.saturating_sub(fixed);
    let half = room / 2;
    let most = [room.saturating_sub(names[1].min(room - half)), room.saturating_sub(names[0].min(half))];
    let mut line: Vec<(Ink<'static>, Role)> = Vec::new();
    for ((side, most), before) in both.into_iter().zip(most).zip(["", canvas.glyphs().arrow_right]) {
        if !before.is_empty() {
            line.extend([(" ".into(), Role::Text), (before.into(), Role::Muted)]);
            line.push((" ".into(), Role::Text));
        }
        let guard = guard(state, &side.label);
        let role = guard.as_ref().map_or(Role::EnvOther, |(_, role)| *role);
        line.push((Ink::from(side.label.to_string()).squeezed(most, canvas.glyphs().ellipsis), role));
        line.extend(guard);
        if how == Words::All {
            line.push((Ink::from(format!(" {}", tree::server(side))), Role::Muted));
        }
    }
    line
}

/// A run that is under way is told whatever is on the screen.
fn under_way(state: &State, how: Words) -> Vec<(Ink<'static>, Role)> {
    let Some(going) = state.rollout.under_way() else { return Vec::new() };
    let (done, all) = going.progress();
    let text = match how {
        Words::All | Words::NoServers => format!(" {} on {} {done}/{all} ", going.verb(), going.on),
        Words::Short => format!(" run {done}/{all} "),
    };
    vec![(Ink::from(text), Role::RunBusy), (" ".into(), Role::Text)]
}

/// A guarded environment says so in words.
fn guard(state: &State, label: &str) -> Option<(Ink<'static>, Role)> {
    let known = state.desk.environments.iter().find(|known| known.name == label)?;
    match known.standing {
        EnvironmentStanding::Free => None,
        EnvironmentStanding::Guarded => Some((" [guarded]".into(), Role::EnvStaging)),
        EnvironmentStanding::Production => Some((" [PRODUCTION] ".into(), Role::EnvProduction)),
    }
}

/// How far the review is, what was found, and what is proven.
fn summary(canvas: &Canvas<'_>, subject: &Subject, how: Words) -> Vec<(Ink<'static>, Role)> {
    let long = how != Words::Short;
    let mut words: Vec<(Ink<'static>, Role)> = Vec::new();
    let (done, all) = subject.review.progress();
    let role = if all > 0 && done == all { Role::StatusOk } else { Role::Text };
    let reviewed = if long { "reviewed " } else { "" };
    words.push((Ink::from(format!("{reviewed}{done}/{all}")), role));
    let [errors, warnings, _] = subject.severities();
    for (count, word, role) in
        [(errors, "error", Role::SeverityError), (warnings, "warning", Role::SeverityWarn)]
    {
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            let word = if long {
                format!("  {count} {word}{plural}")
            } else {
                format!(" {count}{}", word[..1].to_uppercase())
            };
            words.push((Ink::from(word), role));
        }
    }
    if let Some(draft) = &subject.draft {
        let (verdict, role) = match draft.record.compatibility.verdict {
            Verdict::Yes => ("compatible", Role::StatusOk),
            Verdict::WithCare => ("with care", Role::SeverityWarn),
            Verdict::No => ("breaks apps", Role::SeverityError),
        };
        if long {
            words.push(("  ".into(), Role::Text));
            words.push((verdict.into(), role));
        }
        let (word, role) = match &draft.record.proof {
            _ if !subject.sql.is_judged(draft) => ("edited", Role::SeverityWarn),
            Proof::Proven { .. } => ("proven", Role::StatusOk),
            Proof::Failed { .. } => ("FAILED", Role::StatusFailed),
            Proof::NotRehearsed { .. } => ("not proven", Role::Muted),
        };
        words.push(("  ".into(), Role::Text));
        if role == Role::StatusOk {
            words.push((canvas.glyphs().check.into(), role));
            words.push((" ".into(), Role::Text));
        }
        words.push((word.into(), role));
    }
    words.push((" ".into(), Role::Text));
    words
}

/// The panes that are not in sight, by their keys.
pub fn tabs(canvas: &mut Canvas<'_>, state: &State, areas: &Areas) {
    let area = areas.tabs;
    canvas.clear(area);
    let panes = [
        (Pane::Current, "1 schemas"),
        (Pane::Diff, "3 diff"),
        (Pane::Sql, "4 SQL"),
        (Pane::Findings, "6 findings"),
        (Pane::Agent, "5 agent"),
    ];
    let mut line: Vec<(Ink<'_>, Role)> = Vec::new();
    for (pane, word) in panes {
        let here = pane == state.focus || (pane == Pane::Current && state.focus.is_tree());
        line.push((" ".into(), Role::Text));
        if here {
            line.push(("[".into(), Role::BorderFocus));
            line.push((word.into(), Role::Title));
            line.push(("]".into(), Role::BorderFocus));
        } else {
            line.push((word.into(), Role::Muted));
        }
    }
    if state.zoom == Zoom::On {
        let back = empty::keys(&state.manner, Context::Global, Action::Zoom);
        line.push((Ink::from(format!("  zoomed, {back} goes back")), Role::Hint));
    }
    words(canvas, area, line);
}

/// What is under way, the latest message, or how things stand.
pub fn status(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    canvas.clear(area);
    let line = Area::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    if let Mode::Prompt(_) = state.mode {
        super::overlay::prompt(canvas, state, area);
        return;
    }
    let mut at = line.x;
    let end = line.x + line.width;
    if let Some(job) = state.work.visible(state.now) {
        let frames = canvas.glyphs().spinner;
        let frame = frames.get(phase(state, state.now) % frames.len().max(1)).copied().unwrap_or(".");
        at += canvas.put_as(at, line.y, end - at, frame, Role::StatusBusy);
        let doing = job.progress.as_ref().map_or(job.purpose.word(), |progress| &progress.doing);
        let (text, time) = empty::work_words(state, job, doing);
        let cancel = empty::keys(&state.manner, Context::Global, Action::Cancel);
        // However long the names are: since when, and how to end it, stay in sight.
        let (time, cancel, stops) = (Ink::from(time + "  "), Ink::from(cancel), Ink::from(" stops it"));
        let room = (end - at).saturating_sub(time.width() + cancel.width() + stops.width());
        at += canvas.put_as(at, line.y, room, format!(" {text}"), Role::StatusBusy);
        at += canvas.put_as(at, line.y, end - at, time, Role::StatusBusy);
        at += canvas.put_as(at, line.y, end - at, cancel, Role::Key);
        canvas.put_as(at, line.y, end - at, stops, Role::Hint);
        return;
    }
    if let Some(count) = state.typed.count {
        let digits = if count == 0 { String::new() } else { count.to_string() };
        canvas.put_right(line, line.y, format!("#{digits}  then a motion"), Role::Key);
    }
    let edited = state.subject.as_deref().filter(|_| state.scene == Scene::Review);
    let trouble = edited.and_then(|subject| subject.sql.trouble.as_ref());
    match (&state.toast, trouble) {
        (Some(toast), _) => {
            let role = match toast.tone {
                Tone::Info => Role::Text,
                Tone::Good => Role::StatusOk,
                Tone::Bad => Role::StatusFailed,
            };
            canvas.put_as(at, line.y, end - at, toast.text.clone(), role);
        }
        (None, Some(failure)) => {
            let text = format!("edited SQL: {}", failure.what.lines().next().unwrap_or_default());
            canvas.put_as(at, line.y, end - at, text, Role::StatusFailed);
        }
        (None, None) => {
            // A message has its time; after it the line belongs to what the cursor is on.
            let here_is_a_pane = state.scene == Scene::Review;
            let failed = state.trouble.as_ref().filter(|_| state.subject.is_none() && here_is_a_pane);
            if let Some(failure) = failed {
                let text = failure.what.lines().next().unwrap_or_default().to_owned();
                canvas.put_as(at, line.y, end - at, text, Role::StatusFailed);
            } else if let Some(text) = here(state) {
                let ink = Ink::from(text).squeezed(end - at, canvas.glyphs().ellipsis);
                canvas.put_as(at, line.y, end - at, ink, Role::Muted);
            }
        }
    }
}

/// The keys that matter where the focus is, and how to see all of them.
pub fn hints(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    canvas.clear(area);
    let contexts = state.contexts();
    let keyed = |wanted: &[(Action, &'static str)]| -> Vec<(String, &'static str)> {
        let keys = |action| leading_to(&state.manner.keymap, &contexts, action);
        wanted.iter().filter_map(|(action, word)| Some((keys(*action)?, *word))).collect()
    };
    let width = |(keys, word): &(String, &str)| keys.chars().count() + word.len() + 3;
    // A prompt takes every key but these two, and they are in no keymap.
    let always = match &state.mode {
        Mode::Prompt(prompt) => {
            let [enter, esc] = prompt.purpose.ways_out();
            vec![("<Enter>".to_owned(), enter), ("<Esc>".to_owned(), esc)]
        }
        Mode::Normal | Mode::Insert | Mode::Picker(_) | Mode::Dialog(_) | Mode::Help(_) => keyed(ALWAYS),
    };
    let mut room = usize::from(area.width).saturating_sub(always.iter().map(width).sum());
    let mut shown = Vec::new();
    let wanted = match &state.mode {
        Mode::Dialog(dialog) => keyed(&in_dialog(dialog)),
        Mode::Normal | Mode::Insert | Mode::Prompt(_) | Mode::Picker(_) | Mode::Help(_) => {
            keyed(undecided(state)).into_iter().chain(keyed(wanted(state))).collect()
        }
    };
    for hint in wanted {
        if width(&hint) > room {
            break;
        }
        room -= width(&hint);
        shown.push(hint);
    }
    let mut line: Vec<(Ink<'_>, Role)> = Vec::new();
    for (keys, word) in shown.into_iter().chain(always) {
        line.push((" ".into(), Role::Text));
        line.push((Ink::from(keys), Role::Key));
        line.push((" ".into(), Role::Text));
        line.push((word.into(), Role::Hint));
        line.push((" ".into(), Role::Text));
    }
    words(canvas, area, line);
}

/// A dialog's keys, with the words of its own buttons.
fn in_dialog(dialog: &Dialog) -> Vec<(Action, &'static str)> {
    let label =
        |at: Option<usize>| at.and_then(|at| dialog.buttons.get(at)).map_or("", |button| button.label);
    match dialog.buttons.as_slice() {
        [] => Vec::new(),
        [only] => vec![(Action::ListOpen, only.label)],
        [..] => vec![
            (Action::DialogYes, label(dialog.yes())),
            (Action::DialogNo, label(dialog.no())),
            (Action::DialogNext, "next button"),
            (Action::ListOpen, "press"),
        ],
    }
}

/// A question that waits for an answer goes before everything.
fn undecided(state: &State) -> &'static [(Action, &'static str)] {
    let waits = state
        .subject
        .as_deref()
        .is_some_and(|subject| subject.comparison.changeset.suspected.len() > subject.settled.len());
    let in_panes = matches!(state.mode, Mode::Normal) && state.scene == Scene::Review;
    let asked = in_panes && state.focus.is_tree() && waits;
    if asked { &[(Action::Renames, "rename?")] } else { &[] }
}

const ALWAYS: &[(Action, &str)] = &[(Action::Help, "help"), (Action::Quit, "quit")];

fn wanted(state: &State) -> &'static [(Action, &'static str)] {
    match &state.mode {
        Mode::Insert => &[(Action::Back, "stop typing"), (Action::SqlRehearse, "rehearse")],
        Mode::Picker(_) => &[(Action::ListOpen, "choose"), (Action::Back, "leave")],
        Mode::Prompt(_) => &[],
        Mode::Dialog(_) => &[],
        Mode::Help(_) => {
            &[(Action::ListSearch, "search"), (Action::ListFilter, "filter"), (Action::Close, "close")]
        }
        Mode::Normal if state.scene == Scene::Rollout => super::rollout::wanted(state),
        Mode::Normal if state.subject.is_none() => &[
            (Action::SidesPick, "choose sides"),
            (Action::Refresh, "try again"),
            (Action::Palette, "actions"),
        ],
        Mode::Normal => match state.focus {
            Pane::Current | Pane::Desired => &[
                (Action::ListSelect, "take/leave"),
                (Action::MarkOk, "ok"),
                (Action::MarkWanted, "not ok"),
                (Action::MarkComment, "comment"),
                (Action::ChangeNext, "next"),
                (Action::ListFilter, "filter"),
                (Action::SqlRehearse, "rehearse"),
                (Action::SqlSave, "write"),
                (Action::RolloutOpen, "run"),
                (Action::SidesPick, "sides"),
                (Action::Palette, "actions"),
            ],
            Pane::Diff => &[
                (Action::DiffLayout, "split"),
                (Action::DiffWords, "words"),
                (Action::ChangeNext, "next"),
                (Action::DiffMoreContext, "more"),
                (Action::DiffLessContext, "less"),
                (Action::MarkOk, "ok"),
                (Action::Zoom, "zoom"),
                (Action::Palette, "actions"),
            ],
            Pane::Sql => &[
                (Action::SqlInsert, "edit"),
                (Action::SqlTabNext, "rollback"),
                (Action::SqlRehearse, "rehearse"),
                (Action::SqlEditor, "editor"),
                (Action::SqlUndo, "undo"),
                (Action::SqlCopyAll, "copy"),
                (Action::SqlSave, "write"),
                (Action::Zoom, "zoom"),
                (Action::Palette, "actions"),
            ],
            Pane::Findings => &[
                (Action::FindingOpen, "go there"),
                (Action::Copy, "copy"),
                (Action::Zoom, "zoom"),
                (Action::Palette, "actions"),
            ],
            Pane::Agent | Pane::Log => &[(Action::Close, "close"), (Action::Palette, "actions")],
        },
    }
}
