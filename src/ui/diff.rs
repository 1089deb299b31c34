//! The diff pane: one object's definition on both sides, unified or side by side, with the words that differ marked.

use ratatui::style::Style;

use crate::app::State;
use crate::app::diff_view::{DiffView, TextSide, WordMarks};
use crate::app::difference::{Difference, Layout, Row, words};
use crate::app::layout::{Area, Pane};
use crate::app::outline::{NodeId, What};
use crate::app::subject::{Subject, has_definition};
use crate::config::theme::Role;
use crate::sqltext::colour::{Span, Token};

use super::brush::Canvas;
use super::code::{self, Place, within};
use super::pane::{Focused, Title, frame, scroll_mark};
use super::{editor, empty};

pub fn draw(canvas: &mut Canvas<'_>, state: &State, area: Area) {
    let focused = Focused::on(state.focus == Pane::Diff);
    let Some(subject) = state.subject.as_deref() else {
        let inner = frame(canvas, area, Title::new(Some('3'), "diff", ""), focused);
        empty::say(canvas, inner, &["the definition of what the cursor is on"]);
        return;
    };
    let head = subject.diff.head;
    let late = if subject.is_catching_up() { canvas.glyphs().ellipsis } else { "" };
    let inner = frame(canvas, area, title(subject, head, area.width, late), focused);
    let Some(head) = head else {
        empty::say(canvas, inner, &["no object is selected"]);
        return;
    };
    match subject.outline.get(head).map(|node| &node.what) {
        Some(what) if has_definition(what) => match subject.diff.difference() {
            Some(difference) => rows(canvas, &subject.diff, difference, inner, focused),
            None => empty::say(canvas, inner, &["reading the definition"]),
        },
        Some(_) => super::overview::draw(canvas, subject, head, inner),
        None => {}
    }
    scroll_mark(canvas, area, subject.diff.list.top, subject.diff.rows().len());
}

/// A pane of fewer columns names the object rather than how it is laid out.
const NARROW: u16 = 60;

/// `late` stands behind the name while the cursor is on another object already.
fn title<'a>(subject: &Subject, head: Option<NodeId>, width: u16, late: &str) -> Title<'a> {
    let node = head.and_then(|head| subject.outline.get(head));
    let left = match node.map(|node| &node.what) {
        Some(What::Object(_)) => {
            let id = node.and_then(|node| node.id());
            format!("diff {}", id.map(ToString::to_string).unwrap_or_default())
        }
        Some(What::Namespace(Some(name), _)) => format!("schema {name}"),
        Some(What::Namespace(None, _)) => "database".to_owned(),
        Some(What::NotCompared(..) | What::NotComparedHead) => "not compared".to_owned(),
        None => "diff".to_owned(),
    };
    let layout = match subject.diff.layout {
        Layout::Unified => "unified",
        Layout::SideBySide => "side by side",
    };
    let right = match subject.place() {
        (Some(at), all) if width < NARROW => format!("{at}/{all}"),
        (None, _) if width < NARROW => String::new(),
        (Some(at), all) => format!("{layout}  change {at}/{all}"),
        (None, _) => layout.to_owned(),
    };
    let left = if late.is_empty() { left } else { format!("{left} {late}") };
    Title::new(Some('3'), left, right)
}

fn rows(canvas: &mut Canvas<'_>, view: &DiffView, difference: &Difference, area: Area, focused: Focused) {
    let top = view.list.top;
    let shown = view.rows().iter().enumerate().skip(top).take(usize::from(area.height));
    for (line, (at, row)) in shown.enumerate() {
        let place = Area::new(area.x, area.y + line as u16, area.width, 1);
        match view.layout {
            Layout::Unified => unified(canvas, view, difference, *row, place),
            Layout::SideBySide => beside(canvas, view, difference, *row, place),
        }
        if at == view.list.cursor && focused == Focused::Yes {
            canvas.tint(Area::new(place.x, place.y, 2.min(place.width), 1), Role::Cursor);
        }
    }
}

/// Whether a line has the colours of SQL. Where the colour of the letters says what was added and removed, those of
/// SQL would gainsay it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coloured {
    Yes,
    No,
}

/// The looks of all tokens, by their number.
fn token_styles(canvas: &Canvas<'_>) -> [Style; 7] {
    editor::TOKENS.map(|token| canvas.style(editor::role(token)))
}

fn token_at(spans: &[Span], byte: usize) -> Option<Token> {
    let next = spans.partition_point(|(range, _)| range.end <= byte);
    spans.get(next).filter(|(range, _)| range.contains(&byte)).map(|(_, token)| *token)
}

/// How a line looks: its ground, and the words in it that differ.
struct Looks {
    coloured: Coloured,
    plain: Style,
    word: Style,
    gutter: Role,
    sign: &'static str,
}

fn looks(canvas: &Canvas<'_>, line: Role, word: Role, sign: &'static str) -> Looks {
    let plain = canvas.style(line);
    let grounded = line == Role::DiffContext || plain.bg.is_some();
    let coloured = if grounded { Coloured::Yes } else { Coloured::No };
    Looks { coloured, plain, word: plain.patch(canvas.style(word)), gutter: line, sign }
}

fn unified(canvas: &mut Canvas<'_>, view: &DiffView, difference: &Difference, row: Row, area: Area) {
    match row {
        Row::Folded { lines } => folded(canvas, lines, area),
        Row::Same { after, .. } => {
            let looks = looks(canvas, Role::DiffContext, Role::DiffContext, " ");
            one_side(canvas, (view, difference, TextSide::After, after), None, &looks, area);
        }
        Row::Removed { before, by } => {
            let looks = looks(canvas, Role::DiffRemove, Role::DiffRemoveWord, "-");
            let other = by.and_then(|line| difference.after().line(line as usize));
            one_side(canvas, (view, difference, TextSide::Before, before), other, &looks, area);
        }
        Row::Added { after, of } => {
            let looks = looks(canvas, Role::DiffAdd, Role::DiffAddWord, "+");
            let other = of.and_then(|line| difference.before().line(line as usize));
            one_side(canvas, (view, difference, TextSide::After, after), other, &looks, area);
        }
        // Only side by side has these.
        Row::Changed { .. } => {}
    }
}

fn beside(canvas: &mut Canvas<'_>, view: &DiffView, difference: &Difference, row: Row, area: Area) {
    let half = area.width.saturating_sub(1) / 2;
    let left = Area::new(area.x, area.y, half, 1);
    let right = Area::new(area.x + half + 1, area.y, area.width.saturating_sub(half + 1), 1);
    if let Row::Folded { lines } = row {
        folded(canvas, lines, area);
        return;
    }
    canvas.put_as(area.x + half, area.y, 1, canvas.glyphs().separator, Role::Border);
    let context = looks(canvas, Role::DiffContext, Role::DiffContext, " ");
    let removed = looks(canvas, Role::DiffRemove, Role::DiffRemoveWord, "-");
    let added = looks(canvas, Role::DiffAdd, Role::DiffAddWord, "+");
    let (before, after) = (difference.before(), difference.after());
    match row {
        Row::Same { before: a, after: b } => {
            one_side(canvas, (view, difference, TextSide::Before, a), None, &context, left);
            one_side(canvas, (view, difference, TextSide::After, b), None, &context, right);
        }
        Row::Removed { before: a, .. } => {
            one_side(canvas, (view, difference, TextSide::Before, a), None, &removed, left)
        }
        Row::Added { after: b, .. } => {
            one_side(canvas, (view, difference, TextSide::After, b), None, &added, right)
        }
        Row::Changed { before: a, after: b } => {
            one_side(canvas, (view, difference, TextSide::Before, a), after.line(b as usize), &removed, left);
            one_side(canvas, (view, difference, TextSide::After, b), before.line(a as usize), &added, right);
        }
        Row::Folded { .. } => {}
    }
}

/// A line of one text. `other` is the line it replaces or is replaced by.
fn one_side(
    canvas: &mut Canvas<'_>,
    (view, difference, side, at): (&DiffView, &Difference, TextSide, u32),
    other: Option<&str>,
    looks: &Looks,
    area: Area,
) {
    let text = match side {
        TextSide::Before => difference.before(),
        TextSide::After => difference.after(),
    };
    let Some(raw) = text.line(at as usize) else { return };
    let differing = match (view.words, other) {
        (WordMarks::On, Some(other)) => words(raw, other).before,
        (WordMarks::On | WordMarks::Off, _) => Vec::new(),
    };
    canvas.tint(area, looks.gutter);
    canvas.put_as(area.x, area.y, 1, looks.sign, looks.gutter);
    let place = Place { x: area.x + 2, y: area.y, width: area.width.saturating_sub(2), left: view.left };
    let spans = if looks.coloured == Coloured::Yes { view.spans(side, at as usize) } else { &[] };
    let tokens = token_styles(canvas);
    code::line(canvas, place, raw, |byte| {
        if within(&differing, byte) {
            return looks.word;
        }
        token_at(spans, byte).map_or(looks.plain, |token| looks.plain.patch(tokens[token as usize]))
    });
}

fn folded(canvas: &mut Canvas<'_>, lines: u32, area: Area) {
    let text = if lines == 1 { "1 equal line".to_owned() } else { format!("{lines} equal lines") };
    let ellipsis = canvas.glyphs().ellipsis;
    canvas.put_as(
        area.x + 2,
        area.y,
        area.width.saturating_sub(2),
        format!("{ellipsis} {text}"),
        Role::DiffGutter,
    );
}
