//! The script editor in cells: line numbers, marks of findings, colours, matches, selection, cursor. It reads the
//! lines that are in sight and of each no more than what leads up to them.

#[cfg(test)]
mod tests;

use ratatui::style::Style;

use crate::app::editor::SqlEditor;
use crate::app::editor::cells::{self, GroupKind};
use crate::app::layout::Area;
use crate::config::theme::Role;
use crate::model::Severity;
use crate::shown::Shown;
use crate::sqltext::colour::{Span, Token};

use super::brush::Canvas;

/// Whether the cursor is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Caret {
    Shown,
    Hidden,
}

/// An editor, and what is to be seen beside its text.
pub struct Sheet<'a> {
    pub editor: &'a SqlEditor,
    /// Lines that findings are about, in order.
    pub marks: &'a [(usize, Severity)],
    pub caret: Caret,
}

/// What of the text is in sight.
#[derive(Clone, Copy, Debug)]
struct Sight {
    top: usize,
    left: usize,
}

/// Draws it. Where the terminal's own cursor belongs comes back, if it is in sight.
pub fn draw(canvas: &mut Canvas<'_>, area: Area, sheet: &Sheet<'_>) -> Option<(u16, u16)> {
    let gutter = u16::try_from(sheet.editor.gutter()).unwrap_or(u16::MAX);
    if area.is_empty() || area.width <= gutter {
        return None;
    }
    let text = Area::new(area.x + gutter, area.y, area.width - gutter, area.height);
    let sight = sight(sheet.editor, text);
    let lines = sheet.editor.lines().iter().enumerate().skip(sight.top);
    let mut caret = None;
    for ((number, line), y) in lines.zip(area.y..area.y + area.height) {
        number_and_mark(canvas, Area::new(area.x, y, gutter, 1), sheet, number);
        let row = Row { sheet, number, line, area: Area::new(text.x, y, text.width, 1), left: sight.left };
        caret = caret.or(row.draw(canvas));
    }
    caret
}

/// The editor says what is in sight; should the area be another than it was told, the cursor stays in it.
fn sight(editor: &SqlEditor, text: Area) -> Sight {
    let (line, column) = (editor.cursor().0, editor.column());
    let around = |first: usize, at: usize, extent: u16| {
        let lowest = (at + 1).saturating_sub(usize::from(extent));
        first.clamp(lowest, at.max(lowest))
    };
    Sight { top: around(editor.top(), line, text.height), left: around(editor.left(), column, text.width) }
}

fn number_and_mark(canvas: &mut Canvas<'_>, area: Area, sheet: &Sheet<'_>, number: usize) {
    let digits = area.width.saturating_sub(2);
    let role = if sheet.editor.cursor().0 == number { Role::Text } else { Role::DiffGutter };
    canvas.put_as(area.x, area.y, digits, format!("{:>w$}", number + 1, w = usize::from(digits)), role);
    let from = sheet.marks.partition_point(|(line, _)| *line < number);
    let here = sheet.marks.iter().skip(from).take_while(|(line, _)| *line == number);
    if let Some(severity) = here.map(|(_, severity)| *severity).max() {
        let (sign, role) = match severity {
            Severity::Error => ("!", Role::SeverityError),
            Severity::Warn => ("*", Role::SeverityWarn),
            Severity::Info => ("i", Role::SeverityInfo),
        };
        canvas.put_as(area.x + digits, area.y, 1, sign, role);
    }
}

struct Row<'a> {
    sheet: &'a Sheet<'a>,
    number: usize,
    line: &'a str,
    area: Area,
    left: usize,
}

impl Row<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<(u16, u16)> {
        let editor = self.sheet.editor;
        let (cursor_line, cursor_byte) = editor.cursor();
        let caret_byte = (cursor_line == self.number).then_some(cursor_byte);
        let end = self.area.x + self.area.width;
        let (mut at, column) = cells::byte_at(self.line, self.left);
        let mut x = self.area.x;
        if column < self.left
            && let Some(group) = cells::group(self.line, at)
        {
            // Half of it is out of sight: its place stays empty.
            at = group.bytes.end;
            x = x
                .saturating_add(u16::try_from(column + group.width - self.left).unwrap_or(u16::MAX))
                .min(end);
        }
        let mut looks = Looks::new(canvas, self, at);
        let mut run = Run { text: String::new(), x, style: looks.ground };
        let mut caret = None;
        while let Some(group) = cells::group(self.line, at) {
            let width = u16::try_from(group.width).unwrap_or(u16::MAX);
            // The cursor may stand before a mark that belongs to the character before.
            let is_caret = caret_byte.is_some_and(|byte| group.bytes.contains(&byte));
            if is_caret && x < end {
                caret = Some((x, self.area.y));
            }
            let room = end.saturating_sub(x);
            if room == 0 || (width > room && group.kind == GroupKind::Plain) {
                break;
            }
            let mut style = looks.at(at);
            if is_caret && self.sheet.caret == Caret::Shown {
                style = style.patch(looks.caret);
            }
            match group.kind {
                GroupKind::Plain => {
                    if style != run.style {
                        run.flush(canvas, self.area.y);
                        run = Run { text: String::new(), x, style };
                    }
                    run.text.push_str(self.line.get(group.bytes.clone()).unwrap_or_default());
                }
                GroupKind::Tab | GroupKind::Hidden => {
                    run.flush(canvas, self.area.y);
                    self.special(canvas, x, room.min(width), &group, style);
                    run = Run { text: String::new(), x: x.saturating_add(width).min(end), style };
                }
            }
            x = x.saturating_add(width).min(end);
            at = group.bytes.end;
        }
        run.flush(canvas, self.area.y);
        if caret_byte == Some(self.line.len()) && at == self.line.len() && x < end {
            caret = Some((x, self.area.y));
            let look = if self.sheet.caret == Caret::Shown { looks.caret } else { looks.at(at) };
            canvas.put(x, self.area.y, 1, " ", looks.ground.patch(look));
        } else if self.line.is_empty() && looks.selected {
            canvas.put(x, self.area.y, 1, " ", looks.at(0));
        }
        caret
    }

    /// A tab, or an escape; only as much of it as there is room for.
    fn special(&self, canvas: &mut Canvas<'_>, x: u16, room: u16, group: &cells::Group, style: Style) {
        let (text, role) = match group.kind {
            GroupKind::Tab => {
                let mark = if canvas.glyphs().ellipsis.is_ascii() { ">" } else { "\u{203a}" };
                (format!("{mark:<w$}", w = cells::TAB), Role::Muted)
            }
            GroupKind::Plain | GroupKind::Hidden => {
                let c =
                    self.line.get(group.bytes.clone()).and_then(|text| text.chars().next()).unwrap_or(' ');
                (cells::escape(c).to_string(), Role::SignHazard)
            }
        };
        // All of one column each.
        let cut: String = text.chars().take(usize::from(room)).collect();
        let style = canvas.style(role).patch(Style { fg: None, ..style });
        canvas.put(x, self.area.y, room, Shown::plain(&cut), style);
    }
}

/// Neighbours of one look.
struct Run {
    text: String,
    x: u16,
    style: Style,
}

impl Run {
    fn flush(&self, canvas: &mut Canvas<'_>, y: u16) {
        if !self.text.is_empty() {
            canvas.put(self.x, y, u16::MAX - self.x, Shown::plain(&self.text), self.style);
        }
    }
}

/// The looks of a line's bytes, asked for in order.
struct Looks<'a> {
    ground: Style,
    caret: Style,
    selection: Style,
    found: Style,
    selected: bool,
    tokens: Vec<(Token, Style)>,
    spans: &'a [Span],
    matches: Vec<std::ops::Range<usize>>,
    next_span: usize,
    next_match: usize,
}

impl<'a> Looks<'a> {
    fn new(canvas: &Canvas<'_>, row: &Row<'a>, from: usize) -> Self {
        let editor = row.sheet.editor;
        let spans = editor.spans(row.number);
        let matches = editor.matches(row.number);
        Self {
            ground: canvas.style(Role::Text),
            caret: canvas.style(Role::Cursor),
            selection: canvas.style(Role::Selection),
            found: canvas.style(Role::SearchMatch),
            selected: editor.selected().is_some_and(|lines| lines.contains(&row.number)),
            tokens: TOKENS.map(|token| (token, canvas.style(role(token)))).into(),
            next_span: spans.partition_point(|(range, _)| range.end <= from),
            next_match: matches.partition_point(|range| range.end <= from),
            spans,
            matches,
        }
    }

    fn at(&mut self, byte: usize) -> Style {
        let mut style = self.ground;
        while self.spans.get(self.next_span).is_some_and(|(range, _)| range.end <= byte) {
            self.next_span += 1;
        }
        if let Some((_, token)) = self.spans.get(self.next_span).filter(|(range, _)| range.contains(&byte)) {
            let own = self.tokens.iter().find(|(known, _)| known == token);
            style = style.patch(own.map_or(self.ground, |(_, style)| *style));
        }
        while self.matches.get(self.next_match).is_some_and(|range| range.end <= byte) {
            self.next_match += 1;
        }
        if self.matches.get(self.next_match).is_some_and(|range| range.contains(&byte)) {
            style = style.patch(self.found);
        }
        if self.selected { style.patch(self.selection) } else { style }
    }
}

/// All tokens, each at the place of its number.
pub const TOKENS: [Token; 7] =
    [Token::Keyword, Token::Type, Token::Name, Token::Text, Token::Number, Token::Comment, Token::Operator];

/// The role of a token, in the editor and wherever else SQL is shown.
pub fn role(token: Token) -> Role {
    match token {
        Token::Keyword => Role::SqlKeyword,
        Token::Type => Role::SqlType,
        Token::Name => Role::SqlName,
        Token::Text => Role::SqlString,
        Token::Number => Role::SqlNumber,
        Token::Comment => Role::SqlComment,
        Token::Operator => Role::SqlOperator,
    }
}
