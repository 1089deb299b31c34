//! What lies over the panes: prompts, pickers, dialogs, help, the menu of keys that may follow, the welcome.

use crate::app::help::{self, Line};
use crate::app::layout::Area;
use crate::app::mode::{Dialog, DialogTone, Mode, Picker, Prompt};
use crate::app::{State, Welcome};
use crate::config::keymap::{Action, Context};
use crate::config::theme::Role;

use super::brush::{Canvas, Ink};
use super::chrome::words;
use super::empty;
use super::pane::{Focused, Title, frame, scroll_mark};

pub fn draw(canvas: &mut Canvas<'_>, state: &State) {
    match &state.mode {
        Mode::Picker(picker) => self::picker(canvas, state, picker),
        Mode::Dialog(dialog) => self::dialog(canvas, state, dialog),
        Mode::Help(_) => self::help(canvas, state),
        Mode::Normal | Mode::Insert | Mode::Prompt(_) => {}
    }
    if !state.typed.keys.is_empty() {
        menu(canvas, state);
    }
    if state.welcome == Welcome::Shown && matches!(state.mode, Mode::Normal) {
        welcome(canvas, state);
    }
}

/// A box in the middle, as large as it may be.
fn middle(state: &State, width: u16, height: u16) -> Area {
    let (columns, rows) = state.size;
    let width = width.min(columns.saturating_sub(2)).max(1);
    let height = height.min(rows.saturating_sub(2)).max(1);
    Area::new((columns - width) / 2, (rows - height) / 3, width, height)
}

/// The line that is being typed, in place of the status line.
pub fn prompt(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let Mode::Prompt(Prompt { purpose, line }) = &state.mode else { return };
    let end = area.x + area.width;
    let mut x = area.x + 1;
    x += canvas.put_as(x, area.y, end.saturating_sub(x), purpose.title().into_owned(), Role::Key);
    x += canvas.put_as(x, area.y, end.saturating_sub(x), ": ", Role::Key);
    typed(canvas, Area::new(x, area.y, end.saturating_sub(x), 1), line, purpose.is_secret());
}

/// A typed line with its cursor, the part around the cursor where it is too long.
fn typed(canvas: &mut Canvas<'_>, area: Area, line: &crate::app::line_input::LineInput, secret: bool) {
    let (before, after) = line.halves();
    let (before, after) = if secret {
        ("*".repeat(before.chars().count()), "*".repeat(after.chars().count()))
    } else {
        (before.to_owned(), after.to_owned())
    };
    let room = usize::from(area.width.saturating_sub(1));
    let skip = before.chars().count().saturating_sub(room.saturating_sub(1));
    let before: String = before.chars().skip(skip).collect();
    let mut x = area.x;
    let end = area.x + area.width;
    x += canvas.put_as(x, area.y, end.saturating_sub(x), before, Role::Text);
    let mut rest = after.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), |c| c.to_string());
    x += canvas.put_as(x, area.y, end.saturating_sub(x), under, Role::Cursor);
    canvas.put_as(x, area.y, end.saturating_sub(x), rest.collect::<String>(), Role::Text);
}

fn picker(canvas: &mut Canvas<'_>, state: &State, picker: &Picker) {
    let widest =
        picker.choices.iter().map(|choice| choice.label.chars().count() + choice.detail.chars().count() + 6);
    let width = widest.max().unwrap_or(20).clamp(40, 96) as u16;
    let height =
        (picker.choices.len() as u16).saturating_add(4).min(state.size.1.saturating_mul(2) / 3).max(6);
    let area = middle(state, width, height);
    let right = format!("{} of {}", picker.hits.len(), picker.choices.len());
    let inner = frame(canvas, area, Title::new(None, picker.title, right), Focused::Yes);
    let line = Area::new(inner.x + 2, inner.y, inner.width.saturating_sub(2), 1);
    canvas.put_as(inner.x, inner.y, 2, "> ", Role::Key);
    typed(canvas, line, &picker.query, false);
    let rows = usize::from(inner.height.saturating_sub(1));
    let mut list = picker.list;
    list.settle(picker.hits.len(), rows);
    if picker.hits.is_empty() {
        let below = Area::new(inner.x, inner.y + 1, inner.width, inner.height.saturating_sub(1));
        empty::say(canvas, below, &["nothing matches"]);
    }
    for (line, at) in (list.top..picker.hits.len()).take(rows).enumerate() {
        let Some(choice) = picker.hits.get(at).and_then(|hit| picker.choices.get(*hit)) else { continue };
        let place = Area::new(inner.x, inner.y + 1 + line as u16, inner.width, 1);
        let used = canvas.put_as(
            place.x + 1,
            place.y,
            place.width.saturating_sub(2),
            choice.label.clone(),
            Role::Text,
        );
        let rest = Area::new(place.x + 2 + used, place.y, place.width.saturating_sub(used + 3), 1);
        canvas.put_right(rest, place.y, choice.detail.clone(), Role::Muted);
        if at == list.cursor {
            canvas.tint(place, Role::Selection);
        }
    }
    scroll_mark(
        canvas,
        Area::new(area.x, area.y + 1, area.width, area.height - 1),
        list.top,
        picker.hits.len(),
    );
}

fn dialog(canvas: &mut Canvas<'_>, state: &State, dialog: &Dialog) {
    let most = state.size.0.saturating_sub(6).min(90);
    let lines: Vec<String> =
        dialog.lines.iter().flat_map(|line| empty::wrapped(line, usize::from(most))).collect();
    let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as u16 + 4;
    let buttons: u16 = dialog.buttons.iter().map(|button| button.label.len() as u16 + 5).sum();
    let width = widest.max(buttons + 3).max(dialog.title.chars().count() as u16 + 6).max(36);
    let area = middle(state, width, lines.len() as u16 + 4);
    let role = match dialog.tone {
        DialogTone::Plain | DialogTone::Question => Role::Title,
        DialogTone::Failure => Role::StatusFailed,
    };
    let title = Title { left_role: role, ..Title::new(None, dialog.title.clone(), "") };
    let inner = frame(canvas, area, title, Focused::Yes);
    let rows = inner.height.saturating_sub(2);
    let top = dialog.top.min(lines.len().saturating_sub(usize::from(rows)));
    for (at, line) in lines.iter().skip(top).take(usize::from(rows)).enumerate() {
        canvas.put_as(
            inner.x + 1,
            inner.y + at as u16,
            inner.width.saturating_sub(1),
            line.clone(),
            Role::Text,
        );
    }
    scroll_mark(
        canvas,
        Area::new(area.x, area.y, area.width, area.height.saturating_sub(2)),
        top,
        lines.len(),
    );
    let y = inner.y + inner.height.saturating_sub(1);
    let mut x = inner.x + 1;
    for (at, button) in dialog.buttons.iter().enumerate() {
        let focused = at == dialog.focused;
        let role = if focused { Role::Cursor } else { Role::Text };
        let room = (inner.x + inner.width).saturating_sub(x);
        let label = if focused { format!("[ {} ]", button.label) } else { format!("  {}  ", button.label) };
        x += canvas.put_as(x, y, room, label, role) + 1;
    }
}

fn help(canvas: &mut Canvas<'_>, state: &State) {
    let Some(view) = state.help() else { return };
    let lines = help::lines(state);
    let area = middle(state, 92, state.size.1.saturating_sub(2));
    let filter = if view.filter.is_empty() { String::new() } else { format!("filter: {}", view.filter) };
    let inner = frame(canvas, area, Title::new(None, "keys", filter), Focused::Yes);
    let rows = usize::from(inner.height);
    let top = view.list.top.min(lines.len().saturating_sub(rows));
    let column = lines.iter().map(|line| match line {
        Line::Keys { keys, .. } => keys.chars().count(),
        Line::Word { word, .. } => word.len(),
        Line::Heading(_) | Line::Empty => 0,
    });
    let column = column.max().unwrap_or(0).min(26) as u16;
    for (at, line) in lines.iter().skip(top).take(rows).enumerate() {
        let y = inner.y + at as u16;
        let end = inner.x + inner.width;
        let x = inner.x + 1;
        match line {
            Line::Heading(text) => {
                canvas.put_as(x, y, end - x, *text, Role::Title);
            }
            Line::Keys { keys, desc, id } => {
                canvas.put_as(x, y, column, keys.clone(), Role::Key);
                let x = x + column + 2;
                let room = end.saturating_sub(x);
                let used = canvas.put_as(x, y, room, desc.clone(), Role::Text);
                let rest = Area::new(x + used + 1, y, room.saturating_sub(used + 2), 1);
                if rest.width as usize >= id.len() {
                    canvas.put_right(rest, y, *id, Role::Muted);
                }
            }
            Line::Word { word, desc } => {
                canvas.put_as(x, y, column, *word, Role::Key);
                let x = x + column + 2;
                canvas.put_as(x, y, end.saturating_sub(x), *desc, Role::Text);
            }
            Line::Empty => {}
        }
    }
    scroll_mark(canvas, area, top, lines.len());
}

/// What may be typed next, while a sequence is begun.
fn menu(canvas: &mut Canvas<'_>, state: &State) {
    let next = state.manner.keymap.following(&state.contexts(), state.facts(), &state.typed.keys);
    if next.is_empty() {
        return;
    }
    let widest = next.iter().map(|next| next.desc.chars().count()).max().unwrap_or(0) as u16;
    let most = state.size.1.saturating_sub(5).max(1);
    // One column, or as many as it takes to show them all.
    let columns = (next.len() as u16).div_ceil(most);
    let rows = (next.len() as u16).div_ceil(columns);
    let cell = (widest + 12).min(state.size.0.saturating_sub(4) / columns);
    let (width, height) = (cell * columns + 2, rows + 2);
    let area = Area::new(state.size.0 - width, state.size.1.saturating_sub(height + 2), width, height);
    let typed: String = state.typed.keys.iter().map(ToString::to_string).collect();
    let inner = frame(canvas, area, Title::new(None, typed, ""), Focused::Yes);
    for (at, next) in next.iter().enumerate() {
        let (column, row) = (at as u16 / rows, at as u16 % rows);
        let (x, y) = (inner.x + column * cell, inner.y + row);
        if y >= inner.y + inner.height {
            continue;
        }
        canvas.put_as(x + 1, y, 9, next.keys.clone(), Role::Key);
        let role = if next.action.is_some() { Role::Text } else { Role::Muted };
        canvas.put_as(x + 10, y, cell.saturating_sub(11), next.desc.to_owned(), role);
    }
}

/// Four lines for whoever is here for the first time.
fn welcome(canvas: &mut Canvas<'_>, state: &State) {
    let key = |context, action| empty::keys(&state.manner, context, action);
    let tree = |action| key(Context::Tree, action);
    let lines = [
        format!(
            "Two shops are compared. {} {} walk the changes, {} takes one or leaves it out.",
            tree(Action::ListDown),
            tree(Action::ChangeNext),
            tree(Action::ListSelect)
        ),
        format!(
            "{} marks a change ok. {} goes to the SQL, {} edits it there.",
            tree(Action::MarkOk),
            tree(Action::FocusSql),
            key(Context::SqlNormal, Action::SqlInsert)
        ),
        format!(
            "{} proves both scripts on a scratch database, {} writes the plan, {} runs it.",
            tree(Action::SqlRehearse),
            tree(Action::SqlSave),
            tree(Action::RolloutOpen)
        ),
        format!(
            "{} shows every key, {} finds an action by name, {} quits. Any key closes this.",
            tree(Action::Help),
            tree(Action::Palette),
            tree(Action::Quit)
        ),
    ];
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as u16;
    let width = (longest + 4).min(state.size.0.saturating_sub(4));
    let wraps: Vec<String> =
        lines.iter().flat_map(|line| empty::wrapped(line, usize::from(width.saturating_sub(4)))).collect();
    let height = (wraps.len() as u16 + 2).min(state.size.1);
    // Above the lowest frame, which would run into this one's.
    let y = state.size.1.saturating_sub(height + 3);
    let area = Area::new((state.size.0 - width) / 2, y, width, height);
    let inner = frame(canvas, area, Title::new(None, "welcome", ""), Focused::Yes);
    for (at, line) in wraps.into_iter().enumerate() {
        let place = Area::new(inner.x + 1, inner.y + at as u16, inner.width.saturating_sub(1), 1);
        words(canvas, place, vec![(Ink::from(line), Role::Text)]);
    }
}
