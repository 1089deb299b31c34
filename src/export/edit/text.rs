//! A script that a person has edited, read back as statements: without what `script` writes around them, with the
//! transaction and the comments that each stands in. It refuses what a plan cannot hold, and says on which line.

use std::collections::BTreeSet;

use crate::engines::Dialect;
use crate::export::raw::{Direction, OWN, script_name};
use crate::model::EngineKind;
use crate::sqltext::{PieceKind, TokenClass, lex, split};

/// Why a text is no script of a plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}, line {line}: {what}", script_name(*.direction))]
pub struct EditError {
    pub direction: Direction,
    /// 1-based.
    pub line: usize,
    pub what: String,
}

/// One statement as it stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Written<'t> {
    pub sql: &'t str,
    /// 1-based.
    pub line: usize,
    pub group: Group,
    /// The 0-based step that the comment above it names.
    pub marker: Option<usize>,
    /// What a person says of it, above it or behind it, a line each.
    pub notes: Vec<String>,
}

impl Written<'_> {
    /// The statement under what a person says of it: as a script keeps it.
    pub(super) fn with_notes(&self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("-- {note}\n")).collect();
        notes + self.sql
    }
}

/// The transaction that a statement stands in; numbers tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Group {
    Bare,
    Transaction(usize),
}

/// A statement as it is compared: blanks and comments do not count.
pub(super) fn normal(sql: &str, engine: EngineKind) -> String {
    let mut text = String::with_capacity(sql.len());
    for token in lex(sql, engine) {
        if !matches!(token.class, TokenClass::Whitespace | TokenClass::Comment) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(sql.get(token.start..token.end).unwrap_or(""));
        }
    }
    text
}

/// Reads a script. `own` are the statements that `script` writes by itself, as [`normal`] has them.
pub(super) fn read<'t>(
    text: &'t str,
    direction: Direction,
    dialect: &dyn Dialect,
    own: &BTreeSet<String>,
) -> Result<Vec<Written<'t>>, EditError> {
    let engine = dialect.kind();
    let wrong = |line: usize, what: String| Err(EditError { direction, line, what });
    if let Some((line, what)) = unclosed(text, engine) {
        return wrong(line, format!("{what} is opened here and not closed"));
    }
    let mut found: Vec<Written<'_>> = Vec::new();
    let mut comments = Comments::default();
    let mut open: Option<usize> = None;
    let mut groups = 0;
    for piece in split(text, engine) {
        let lead = piece.text.get(..piece.statement_offset().saturating_sub(piece.offset)).unwrap_or("");
        let behind = match piece.kind {
            PieceKind::Blank => comments.take(piece.text, piece.offset, engine),
            PieceKind::Client | PieceKind::Data | PieceKind::Statement => {
                comments.take(lead, piece.offset, engine)
            }
        };
        if let (Some(behind), Some(last)) = (behind, found.last_mut()) {
            last.notes.push(behind);
        }
        match piece.kind {
            PieceKind::Blank => continue,
            PieceKind::Client if is_own_command(piece.statement(), engine) => {
                comments.end_header();
                continue;
            }
            PieceKind::Client => {
                let what = format!(
                    "{} is a command of the client and no part of a plan",
                    first_line(piece.statement())
                );
                return wrong(piece.line, what);
            }
            PieceKind::Data => return wrong(piece.line, "rows in the script are no part of a plan".into()),
            PieceKind::Statement => {}
        }
        let sql = piece.statement();
        let plain = normal(sql, engine);
        match control(&plain) {
            Some(Control::Begin) if open.is_some() => {
                return wrong(piece.line, format!("{sql} inside a transaction"));
            }
            Some(Control::Begin) => {
                groups += 1;
                open = Some(piece.line);
                comments.end_header();
                continue;
            }
            Some(Control::Commit) if open.is_none() => {
                return wrong(piece.line, format!("{sql} without a transaction that it ends"));
            }
            Some(Control::Commit) => {
                open = None;
                continue;
            }
            Some(Control::Other) => {
                let what = format!("{}: a plan's transactions are BEGIN and COMMIT alone", first_line(sql));
                return wrong(piece.line, what);
            }
            None => {}
        }
        if own.contains(&plain) {
            continue;
        }
        if let Some(what) = unbalanced(sql, engine) {
            return wrong(piece.line, what.into());
        }
        let group = open.map_or(Group::Bare, |_| Group::Transaction(groups));
        comments.is_past_header = true;
        let (marker, notes) = comments.done();
        found.push(Written { sql, line: piece.line, group, marker, notes });
    }
    // Below the last statement there is no other that they could be about.
    if let Some(last) = found.last_mut() {
        last.notes.extend(comments.done().1);
    }
    match open {
        Some(line) => wrong(line, "the transaction that begins here is not ended by a COMMIT".into()),
        None => Ok(found),
    }
}

fn first_line(sql: &str) -> &str {
    sql.lines().next().unwrap_or(sql).trim_end()
}

fn is_own_command(command: &str, engine: EngineKind) -> bool {
    match engine {
        EngineKind::Postgres => command.trim() == "\\set ON_ERROR_STOP on",
        EngineKind::Sqlite => command.trim() == ".bail on",
        EngineKind::SqlServer => command.trim() == ":on error exit",
        EngineKind::MySql => {
            command.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("delimiter"))
        }
        EngineKind::Snowflake => false,
    }
}

enum Control {
    Begin,
    Commit,
    /// What a plan has no place for.
    Other,
}

fn control(plain: &str) -> Option<Control> {
    let upper = plain.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    Some(match words.as_slice() {
        ["BEGIN"]
        | ["BEGIN", "WORK" | "TRANSACTION" | "TRAN" | "IMMEDIATE" | "EXCLUSIVE" | "DEFERRED"]
        | ["BEGIN", "IMMEDIATE" | "EXCLUSIVE" | "DEFERRED", "TRANSACTION"]
        | ["START", "TRANSACTION"] => Control::Begin,
        ["COMMIT" | "END"] | ["COMMIT" | "END", "WORK" | "TRANSACTION" | "TRAN"] => Control::Commit,
        ["BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE", ..]
        | ["PREPARE", "TRANSACTION", ..]
        | ["SET", "TRANSACTION", ..] => Control::Other,
        _ => return None,
    })
}

/// The line on which something is opened that the end of the text leaves open, and what it is.
pub(super) fn unclosed(text: &str, engine: EngineKind) -> Option<(usize, &'static str)> {
    // What swallows a semicolon on a line of its own is still open.
    let longer = format!("{text}\n;");
    let token = lex(&longer, engine).last()?;
    if token.start > text.len() {
        return None;
    }
    let what = match token.class {
        TokenClass::Comment => "a comment",
        TokenClass::QuotedIdentifier => "a quoted name",
        _ => "a quotation",
    };
    let line = text.get(..token.start).unwrap_or("").matches('\n').count() + 1;
    Some((line, what))
}

fn unbalanced(sql: &str, engine: EngineKind) -> Option<&'static str> {
    let mut depth = 0_i64;
    for token in lex(sql, engine).filter(|token| token.class == TokenClass::Punctuation) {
        match sql.get(token.start..token.end) {
            Some("(") => depth += 1,
            Some(")") => depth -= 1,
            Some(_) | None => {}
        }
        if depth < 0 {
            return Some("a parenthesis is closed that was not opened");
        }
    }
    (depth > 0).then_some("a parenthesis is opened and not closed")
}

/// The comments since the last statement.
#[derive(Default)]
struct Comments {
    marker: Option<usize>,
    notes: Vec<String>,
    /// The script's own header is over.
    is_past_header: bool,
}

impl Comments {
    /// Takes the comments of a stretch without statements. What stands behind a statement on its line is about that
    /// statement and comes back.
    fn take(&mut self, lead: &str, offset: usize, engine: EngineKind) -> Option<String> {
        let mut behind: Option<String> = None;
        for token in lex(lead, engine).filter(|token| token.class == TokenClass::Comment) {
            let is_behind = offset > 0 && !lead.get(..token.start).unwrap_or("").contains('\n');
            for comment in lines_of(lead.get(token.start..token.end).unwrap_or("")) {
                if is_behind {
                    behind = Some(
                        behind.map_or_else(|| comment.to_owned(), |before| format!("{before} {comment}")),
                    );
                } else if let Some(step) = marked(comment) {
                    self.end_header();
                    self.marker = Some(step);
                } else if !OWN.iter().any(|own| comment.starts_with(own)) {
                    self.notes.push(comment.to_owned());
                }
            }
        }
        behind
    }

    /// What stands above the first step, its transaction or the client's own commands is the script's header.
    fn end_header(&mut self) {
        if !self.is_past_header {
            self.notes.clear();
            self.marker = None;
            self.is_past_header = true;
        }
    }

    fn done(&mut self) -> (Option<usize>, Vec<String>) {
        (self.marker.take(), std::mem::take(&mut self.notes))
    }
}

/// What a comment says, without its signs: of one in `/* */` each line that says something.
fn lines_of(comment: &str) -> impl Iterator<Item = &str> {
    let (text, star) = match comment.strip_prefix("/*") {
        Some(block) => (block.strip_suffix("*/").unwrap_or(block), "*"),
        None => (comment.strip_prefix("--").or_else(|| comment.strip_prefix('#')).unwrap_or(comment), ""),
    };
    text.lines()
        .map(move |line| {
            let line = line.trim();
            line.strip_prefix(star).unwrap_or(line).trim()
        })
        .filter(|line| !line.is_empty())
}

/// `[3] …` names the third step.
fn marked(comment: &str) -> Option<usize> {
    let (number, _) = comment.strip_prefix('[')?.split_once(']')?;
    number.parse::<usize>().ok()?.checked_sub(1)
}
