//! What the diff pane shows for a row without a definition of its own: a schema's changes, or why something is
//! not compared.

use crate::app::layout::Area;
use crate::app::outline::{NodeId, Seen, What};
use crate::app::subject::{SIGNS, Subject};
use crate::config::theme::Role;
use crate::shown::Shown;

use super::brush::Canvas;
use super::empty;
use super::tree::sign_role;

pub fn draw(canvas: &mut Canvas<'_>, subject: &Subject, head: NodeId, area: Area) {
    match subject.outline.get(head).map(|node| &node.what) {
        Some(What::Namespace(..)) => changes(canvas, subject, head, area),
        Some(What::NotCompared(what, seen)) => {
            let seen = match seen {
                Seen::Current => "seen in current",
                Seen::Desired => "seen in desired",
                Seen::Both => "seen on both sides",
            };
            say_all(canvas, area, &[&what.what, "", &what.why, seen, "", "It is never changed by a plan."]);
        }
        Some(What::NotComparedHead) => {
            let lines = ["What is seen and not compared.", "", "No plan changes it. Look at it yourself."];
            say_all(canvas, area, &lines);
        }
        Some(What::Object(_)) | None => {}
    }
}

fn say_all(canvas: &mut Canvas<'_>, area: Area, lines: &[&str]) {
    empty::say(canvas, area, lines);
}

/// Counts, and the first changes by name.
fn changes(canvas: &mut Canvas<'_>, subject: &Subject, head: NodeId, area: Area) {
    let changes = subject.outline.changes_below(head);
    if changes.is_empty() {
        empty::say(canvas, area, &["no difference here"]);
        return;
    }
    let words = ["created", "dropped", "altered", "renamed"];
    let mut x = area.x + 1;
    for ((sign, word), count) in SIGNS.into_iter().zip(words).zip(subject.counts_below(head)) {
        if count > 0 && x < area.x + area.width {
            let room = area.x + area.width - x;
            x += canvas.put_as(x, area.y, room, sign, sign_role(sign));
            let room = (area.x + area.width).saturating_sub(x);
            x += canvas.put_as(x, area.y, room, format!(" {count} {word}   "), Role::Text);
        }
    }
    let rows = usize::from(area.height.saturating_sub(2));
    for (line, change) in changes.iter().take(rows).enumerate() {
        let y = area.y + 2 + line as u16;
        let change = *change as usize;
        let sign = subject.signs.get(change).copied().unwrap_or("");
        let id = subject.comparison.changeset.changes.get(change).map(|change| Shown::new(change.id()));
        canvas.put_as(area.x + 1, y, 2, sign, sign_role(sign));
        let room = area.width.saturating_sub(4);
        canvas.put_as(area.x + 4, y, room, id.unwrap_or_else(|| Shown::new("")), Role::Text);
    }
}
