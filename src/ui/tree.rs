//! The two trees, row by row beside each other, or both in one column where the screen is narrow.

use ratatui::style::Style;

use crate::app::State;
use crate::app::layout::{Area, Pane};
use crate::app::outline::{Node, NodeId, Seen, What};
use crate::app::review::Verdict;
use crate::app::subject::Subject;
use crate::config::theme::Role;
use crate::export::server_words;
use crate::model::{Body, ConstraintKind, Object, ObjectKind, Severity};
use crate::shown::Shown;

use super::brush::{Canvas, Ink};
use super::pane::{First, Focused, Title, frame, scroll_mark};

/// A tree of fewer columns is narrow.
const NARROW: u16 = 40;

/// Which side a tree shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Side {
    Current,
    Desired,
    Both,
}

pub fn draw(canvas: &mut Canvas<'_>, state: &State, pane: Pane, area: Area) {
    let side = match (state.areas().merged(), pane) {
        (true, _) => Side::Both,
        (false, Pane::Desired) => Side::Desired,
        (false, _) => Side::Current,
    };
    let focused = Focused::on(state.focus == pane || (side == Side::Both && state.focus.is_tree()));
    let Some(subject) = state.subject.as_deref() else {
        let (number, word) = match side {
            Side::Desired => ('2', "desired"),
            Side::Current | Side::Both => ('1', "current"),
        };
        let inner = frame(canvas, area, Title::new(Some(number), word, ""), focused);
        super::empty::no_subject(canvas, state, inner, pane);
        return;
    };
    let title = title(state, subject, side);
    let inner = frame(canvas, area, title, focused);
    let rows = subject.tree.rows();
    if rows.is_empty() {
        super::empty::no_rows(canvas, state, subject, inner);
        return;
    }
    let top = subject.tree.list.top;
    let range = subject.tree.range();
    for (line, (at, id)) in rows.iter().enumerate().skip(top).take(usize::from(inner.height)).enumerate() {
        let Some(node) = subject.outline.get(*id) else { continue };
        let place = Area::new(inner.x, inner.y + line as u16, inner.width, 1);
        row(canvas, subject, (*id, node), side, place);
        if range.contains(&at) {
            let role = match focused {
                Focused::Yes => Role::Selection,
                Focused::No => Role::Title,
            };
            canvas.tint(place, role);
        }
    }
    scroll_mark(canvas, area, top, rows.len());
}

fn title<'a>(state: &State, subject: &'a Subject, side: Side) -> Title<'a> {
    let (current, desired) = (&subject.comparison.current, &subject.comparison.desired);
    let filter = subject.tree.filter();
    let counted = |words: String| {
        if filter.is_empty() {
            words
        } else {
            format!("{}  {} of {}", filter.text(), subject.tree.rows().len(), subject.outline.len())
        }
    };
    let objects = |tables: usize| {
        if tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") }
    };
    // How many tables there are is worth less than whose they are; what a filter leaves is not.
    let first = if filter.is_empty() { First::Left } else { First::Right };
    let title = match side {
        Side::Current => {
            let left = format!("current {}", current.label);
            Title::new(Some('1'), left, counted(objects(subject.tables[0])))
        }
        Side::Desired => {
            let left = format!("desired {}", desired.label);
            Title::new(Some('2'), left, counted(objects(subject.tables[1])))
        }
        Side::Both => {
            let arrow = state.manner.glyphs().arrow_right;
            let left = format!("{} {arrow} {}", current.label, desired.label);
            Title::new(Some('1'), left, counted(String::new()))
        }
    };
    Title { first, ..title }
}

/// The words on a server, for the header.
pub fn server(side: &crate::worker::Side) -> String {
    let words = server_words(&side.schema.version);
    words.split(" (").next().unwrap_or_default().to_owned()
}

/// Columns: mark, sign, fold, indented name, and at the right what is to be known about it.
fn row(canvas: &mut Canvas<'_>, subject: &Subject, (id, node): (NodeId, &Node), side: Side, area: Area) {
    let own = subject.outline.own_changes(id);
    let sign = own.first().and_then(|change| subject.signs.get(*change as usize)).copied().unwrap_or("");
    let left_out = own.iter().any(|change| !subject.review.is_chosen(*change as usize));
    let here = is_here(node, side);
    let base = if !here || left_out { Role::Muted } else { Role::Text };
    let mut x = area.x;
    let end = area.x + area.width;

    let mark = own.first().and_then(|change| subject.review.mark(*change as usize));
    match mark.and_then(|mark| mark.verdict) {
        Some(Verdict::Ok) => canvas.put_as(x, area.y, 1, canvas.glyphs().check, Role::MarkOk),
        Some(Verdict::Wanted) => canvas.put_as(x, area.y, 1, canvas.sign(Role::MarkWanted), Role::MarkWanted),
        None if mark.is_some() => canvas.put_as(x, area.y, 1, "c", Role::MarkWanted),
        None => 0,
    };
    x += 1;
    let role = sign_role(sign);
    let ink = if sign.is_empty() && node.changes > 0 { Ink::from("*") } else { Ink::from(Shown::new(sign)) };
    let role = if left_out { Role::Muted } else { role };
    canvas.put_as(x, area.y, 2, ink, role);
    x += 2;
    // In a narrow tree a step inwards is one column, and the kind gives way to the name.
    let narrow = area.width < NARROW;
    x += u16::from(node.depth) * if narrow { 1 } else { 2 };
    let glyphs = canvas.glyphs();
    let fold = match (node.span > 1, subject.tree.is_open(id)) {
        (false, _) => " ",
        (true, true) => glyphs.fold_open,
        (true, false) => glyphs.fold_closed,
    };
    canvas.put_as(x, area.y, end.saturating_sub(x), fold, Role::Muted);
    x += 2;
    let name_style = name_style(canvas, sign, base, here);
    let name = name(node, side, glyphs.missing, glyphs.arrow_right);
    let tag = tag(canvas, subject, (id, node), side, left_out);
    let width_of = |tag: &[(Ink<'_>, Role)]| tag.iter().map(|(ink, _)| ink.width() + 1).sum::<u16>();
    let room = |tag: &[(Ink<'_>, Role)]| end.saturating_sub(x).saturating_sub(width_of(tag));
    let kind = kind_word(node).map(|word| (Ink::from(word), Role::Muted));
    let with_kind: Vec<_> = kind.into_iter().chain(tag.iter().cloned()).collect();
    let tag = if narrow && name.width() > room(&with_kind) { tag } else { with_kind };
    let (room, tag_width) = (room(&tag), width_of(&tag));
    canvas.put(x, area.y, room, name.squeezed(room, glyphs.ellipsis), name_style);
    let mut at = end.saturating_sub(tag_width) + 1;
    for (ink, role) in tag {
        let width = ink.width();
        canvas.put_as(at, area.y, end.saturating_sub(at), ink, role);
        at += width + 1;
    }
}

fn name_style(canvas: &Canvas<'_>, sign: &str, base: Role, here: bool) -> Style {
    let style = canvas.style(base);
    if sign.is_empty() || !here || base == Role::Muted {
        style
    } else {
        style.patch(canvas.style(sign_role(sign)))
    }
}

/// The role of a change's sign.
pub fn sign_role(sign: &str) -> Role {
    match sign {
        "+" => Role::SignAdd,
        "-" => Role::SignRemove,
        "~" => Role::SignChange,
        "->" => Role::SignRename,
        _ => Role::Muted,
    }
}

/// Whether the side has something in this row.
fn is_here(node: &Node, side: Side) -> bool {
    match (&node.what, side) {
        (What::Object(pair), Side::Current) => pair.current.is_some(),
        (What::Object(pair), Side::Desired) => pair.desired.is_some(),
        (What::NotCompared(_, seen), Side::Current) => *seen != Seen::Desired,
        (What::NotCompared(_, seen), Side::Desired) => *seen != Seen::Current,
        (What::Object(_) | What::NotCompared(..), Side::Both) => true,
        (What::Namespace(..) | What::NotComparedHead, _) => true,
    }
}

fn name(node: &Node, side: Side, missing: &'static str, arrow: &'static str) -> Ink<'static> {
    let of = |object: &Object| {
        let leaf = object.id.leaf();
        match &object.id.signature {
            Some(signature) => format!("{leaf}({signature})"),
            None => leaf.to_string(),
        }
    };
    match &node.what {
        What::Namespace(Some(name), _) => Shown::name(name).into(),
        What::Namespace(None, _) => "database".into(),
        What::NotComparedHead => "not compared".into(),
        What::NotCompared(what, _) if is_here(node, side) => {
            Shown::new(format!("{} ({})", what.what, what.why)).into()
        }
        What::NotCompared(..) => missing.into(),
        What::Object(pair) => match (side, pair.current.as_deref(), pair.desired.as_deref()) {
            (Side::Current, Some(object), _) | (Side::Desired, _, Some(object)) => {
                Shown::name(of(object)).into()
            }
            (Side::Current, None, _) | (Side::Desired, _, None) => missing.into(),
            (Side::Both, Some(before), Some(after)) if before.id.leaf() != after.id.leaf() => {
                Ink::from(format!("{} {arrow} {}", of(before), of(after)))
            }
            (Side::Both, Some(object), None) | (Side::Both, _, Some(object)) => {
                Shown::name(of(object)).into()
            }
            (Side::Both, None, None) => missing.into(),
        },
    }
}

/// What stands at the right beside the kind: counts, hazards, and whether it is left out.
fn tag(
    canvas: &Canvas<'_>,
    subject: &Subject,
    (id, node): (NodeId, &Node),
    side: Side,
    left_out: bool,
) -> Vec<(Ink<'static>, Role)> {
    let mut tag: Vec<(Ink<'static>, Role)> = Vec::new();
    let own = subject.outline.own_changes(id).len() as u32;
    let below = node.changes - own;
    if below > 0 && !subject.tree.is_open(id) {
        tag.push((Ink::from(format!("{below}")), Role::SignChange));
    }
    if node.depth == 0 && matches!(node.what, What::Namespace(..)) {
        tag.push((Ink::from(format!("{}", node.changes)), Role::Muted));
    }
    if left_out {
        tag.push(("out".into(), Role::Muted));
    }
    // Hazards stand once, where both sides are shown.
    if side != Side::Current {
        match subject.tree.hazard(id) {
            Some(Severity::Error) => tag.push((canvas.sign(Role::SignHazard), Role::SignHazard)),
            Some(Severity::Warn) => tag.push((canvas.sign(Role::SeverityWarn), Role::SeverityWarn)),
            Some(Severity::Info) | None => {}
        }
    }
    tag
}

/// Tables and columns are known by where they stand; everything else says what it is.
fn kind_word(node: &Node) -> Option<&'static str> {
    let object = node.pair().and_then(|pair| pair.desired.as_deref().or(pair.current.as_deref()))?;
    if let Body::Constraint(constraint) = &object.body {
        return Some(match constraint.kind {
            ConstraintKind::PrimaryKey => "PK",
            ConstraintKind::Unique => "UNIQUE",
            ConstraintKind::ForeignKey => "FK",
            ConstraintKind::Check => "CHECK",
            ConstraintKind::Exclude => "EXCLUDE",
            ConstraintKind::NotNull => "NOT NULL",
        });
    }
    match object.id.kind {
        ObjectKind::Table | ObjectKind::Column | ObjectKind::Schema => None,
        ObjectKind::MaterializedView => Some("mat. view"),
        kind => Some(kind.word()),
    }
}
