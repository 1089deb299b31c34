//! An UPDATE that a person wrote, looked at for batches: one table, a key, and a WHERE that a changed row no longer
//! meets. What does not fit stays one statement, and the answer says why and what would make it fit. It also writes the
//! statements of a batch, which the engines share.

use crate::model::{Batches, EngineKind, Ident, ObjectId, QualifiedName, Sql};
use crate::sql;
use crate::sqltext::{SqlBuilder, TokenClass, lex};

use super::reading::Words;

/// An UPDATE that can go in batches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batching {
    pub batches: Batches,
    pub before: Before,
}

/// What stood in the columns that it writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Before {
    /// NULL, in all of them.
    Null,
    Anything,
}

/// An UPDATE that stays one statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    pub why: Box<str>,
    pub instead: Box<str>,
    pub lacks: Lack,
}

/// What keeps it whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lack {
    Key,
    Shape,
}

/// Why nothing tells the rows of a table apart for sure.
pub(super) const KEYLESS: &str = "has no primary key and no unique key whose columns are NOT NULL";

/// What an engine knows of the table that an UPDATE names.
pub(super) struct Ground {
    pub(super) table: ObjectId,
    /// What the rows are walked along, or why nothing does: words behind the table's name.
    pub(super) key: Result<Vec<Ident>, &'static str>,
}

fn whole(why: impl Into<Box<str>>, instead: impl Into<Box<str>>) -> Whole {
    Whole { why: why.into(), instead: instead.into(), lacks: Lack::Shape }
}

/// What becomes of a statement. `None`: it is no UPDATE of many rows of a table that is there already. `ground` looks
/// the table up.
pub(super) fn read(
    sql: &str,
    engine: EngineKind,
    ground: impl Fn(&QualifiedName) -> Option<Ground>,
) -> Option<Result<Batching, Whole>> {
    let text = Text::of(sql, engine);
    let update = text.word("update", 0)?;
    let set = text.word("set", update + 1)?;
    let source = text.between(update, set);
    let (name, other) = named(source, engine);
    let Ground { table, key } = ground(&name?)?;
    let ends = ["where", "from", "returning", "order", "limit"];
    let end = |from: usize| ends.iter().filter_map(|word| text.word(word, from)).min();
    let behind = end(set + 1);
    let filter = behind.filter(|at| text.is(*at, "where"));
    let set_text = text.to(set, behind);
    let written = assignments(set_text, engine);
    let conditions = match filter {
        None => Vec::new(),
        Some(at) => conditions(text.to(at, end(at + 1)), engine),
    };
    // One row, told by its key, is no backfill.
    let is_pinned = |key: &Vec<Ident>| {
        key.iter().all(|column| conditions.iter().any(|found| found.pins(column, other.as_ref(), engine)))
    };
    if key.as_ref().is_ok_and(is_pinned) {
        return None;
    }
    let key = match key {
        Ok(key) => key,
        Err(why) => {
            return Some(Err(Whole {
                why: format!("{} {why}", table.name).into(),
                instead: "Give the table a primary key first.".into(),
                lacks: Lack::Key,
            }));
        }
    };
    let clause = |word: &str| {
        let what = format!("it has {}", word.to_uppercase());
        Some(Err(whole(
            what,
            "Write it as UPDATE … SET … WHERE of the one table, with a subquery where it needs another.",
        )))
    };
    if update > 0 {
        return clause("with");
    }
    let Some(other) = plain(source, engine).then_some(other) else {
        return Some(Err(whole(
            format!("`{}` is more than the name of one table", source.trim()),
            "Name the table alone.",
        )));
    };
    let late = filter.map_or(set, |at| at) + 1;
    if let Some(word) =
        ends.iter().find(|word| **word != "where" && text.word(word, late).is_some()).or_else(|| {
            behind.filter(|at| filter != Some(*at)).and_then(|at| ends.iter().find(|word| text.is(at, word)))
        })
    {
        return clause(word);
    }
    let Some(filter) = filter else {
        return Some(Err(whole(
            "it has no WHERE that tells the rows that are done from the others",
            told_apart(&written, engine),
        )));
    };
    if let Some(column) =
        key.iter().find(|column| written.iter().any(|one| same(&one.column, column, engine)))
    {
        return Some(Err(whole(
            format!("it writes {column}, which is part of the key that batches follow"),
            "Leave the key as it is.",
        )));
    }
    let meets = |one: &Written| conditions.iter().any(|found| found.ends_with(one, other.as_ref(), engine));
    if !written.iter().any(meets) {
        return Some(Err(whole(
            "a row that it has changed still meets its WHERE, as far as its words tell",
            told_apart(&written, engine),
        )));
    }
    let was_null =
        |one: &Written| conditions.iter().any(|found| found.is_null(&one.column, other.as_ref(), engine));
    let before = if written.iter().all(was_null) { Before::Null } else { Before::Anything };
    let batches = Batches {
        table: table.name.clone(),
        key,
        source: Sql::assembled(source.trim()),
        set: Sql::assembled(set_text.trim()),
        filter: Sql::assembled(text.to(filter, None).trim()),
    };
    Some(Ok(Batching { batches, before }))
}

/// How the WHERE could tell which rows are done.
fn told_apart(written: &[Written<'_>], engine: EngineKind) -> String {
    // MySQL has no words for it: a value that is set is compared with a sign.
    let differs = if engine == EngineKind::MySql { "<>" } else { "IS DISTINCT FROM" };
    match written.first() {
        Some(one) => format!(
            "Add `{0} IS NULL`, or `{0} {differs}` the very value that is set, to its WHERE with AND.",
            one.column
        ),
        None => "Set columns one by one, and ask in the WHERE for those that are not set yet.".into(),
    }
}

fn same(a: &Ident, b: &Ident, engine: EngineKind) -> bool {
    match engine {
        EngineKind::Sqlite => a.as_str().eq_ignore_ascii_case(b.as_str()),
        EngineKind::Postgres | EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => a == b,
    }
}

/// The table's name, and the other one that it has in this statement.
fn named(source: &str, engine: EngineKind) -> (Option<QualifiedName>, Option<Ident>) {
    let mut words = Words::of(source, engine);
    words.take_any(&["or replace", "or ignore", "or abort", "or fail", "or rollback", "only"]);
    let name = words.name();
    words.take_sign("*");
    words.take("as");
    (name, words.ident())
}

/// Whether nothing but a name, and another name for it, stands there.
fn plain(source: &str, engine: EngineKind) -> bool {
    let mut words = Words::of(source, engine);
    if engine == EngineKind::Postgres {
        words.take("only");
    }
    let named = words.name().is_some();
    let alias = words.take("as");
    let has_alias = !words.is_done() && words.ident().is_some();
    named && words.is_done() && (!alias || has_alias)
}

/// A column and the value that it gets.
struct Written<'t> {
    column: Ident,
    /// The words of the value; none where several columns are set at once.
    value: Vec<&'t str>,
}

fn assignments(set: &str, engine: EngineKind) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    for mut part in Words::of(set, engine).parts() {
        if part.take_sign("(") {
            while !part.is_done() && !part.take_sign(")") {
                found.extend(part.ident().map(|column| Written { column, value: Vec::new() }));
                part.take_sign(",");
            }
        } else if let Some(column) = part.ident()
            && part.take_sign("=")
        {
            found.push(Written { column, value: part.rest() });
        }
    }
    found
}

/// One of the conditions that hold together.
struct Condition<'t> {
    words: Words<'t>,
}

impl Condition<'_> {
    /// The words behind the column, where the condition begins with it.
    fn behind(&self, column: &Ident, other: Option<&Ident>, engine: EngineKind) -> Option<Words<'_>> {
        let mut words = self.words.clone();
        let mut path = words.path();
        let name = path.pop()?;
        // `x.a` is the column where x is the table's other name, or one of its own.
        let is_ours =
            path.is_empty() || other.is_none() || path.last().is_some_and(|last| Some(last) == other);
        (is_ours && same(&name, column, engine)).then_some(words)
    }

    fn is_null(&self, column: &Ident, other: Option<&Ident>, engine: EngineKind) -> bool {
        self.behind(column, other, engine).is_some_and(|mut words| words.take("is null") && words.is_done())
    }

    /// Whether no row meets it once it was changed so.
    fn ends_with(&self, one: &Written<'_>, other: Option<&Ident>, engine: EngineKind) -> bool {
        let Some(words) = self.behind(&one.column, other, engine) else { return false };
        let becomes_null = matches!(one.value.as_slice(), [word] if word.eq_ignore_ascii_case("null"));
        if self.is_null(&one.column, other, engine) {
            return !becomes_null;
        }
        let differs = |mut words: Words<'_>, sign: &str| {
            let taken = match sign {
                "is distinct from" => words.take(sign),
                "is not" => engine == EngineKind::Sqlite && !words.comes("is not null") && words.take(sign),
                // A value alone: NULL on either side would meet neither.
                _ => one.value.len() == 1 && !becomes_null && words.take_sign(sign),
            };
            taken && !one.value.is_empty() && words.rest() == one.value
        };
        ["is distinct from", "is not", "<>", "!="].into_iter().any(|sign| differs(words.clone(), sign))
    }

    fn pins(&self, column: &Ident, other: Option<&Ident>, engine: EngineKind) -> bool {
        self.behind(column, other, engine).is_some_and(|words| words.sign("="))
    }
}

/// The conditions that a WHERE joins with AND; one with OR outside parentheses is a single one.
fn conditions(filter: &str, engine: EngineKind) -> Vec<Condition<'_>> {
    let text = Text::of(filter, engine);
    let mut ends = Vec::new();
    let mut from = 0;
    let mut between = false;
    for (at, token) in text.tokens.iter().enumerate().filter(|(_, token)| token.depth == 0) {
        if text.is(at, "or") {
            return vec![Condition { words: Words::of("", engine) }];
        }
        if text.is(at, "between") {
            between = true;
        } else if text.is(at, "and") {
            if !between {
                ends.push(from..token.start);
                from = token.end;
            }
            between = false;
        }
    }
    ends.push(from..filter.len());
    let condition = |range: std::ops::Range<usize>| filter.get(range).unwrap_or("").trim();
    ends.into_iter()
        .map(condition)
        .map(|text| Condition { words: Words::of(bared(text, engine), engine) })
        .collect()
}

/// Without the parentheses around all of it.
fn bared(mut condition: &str, engine: EngineKind) -> &str {
    loop {
        let text = Text::of(condition, engine);
        let (Some(first), Some(last)) = (text.tokens.first(), text.tokens.last()) else { return condition };
        let opens = condition.get(first.start..first.end) == Some("(") && first.depth == 0;
        let closes = condition.get(last.start..last.end) == Some(")");
        let outside = text.tokens.iter().filter(|token| token.depth == 0).count();
        if !(opens && closes && outside == 2) {
            return condition;
        }
        condition = condition.get(first.end..last.start).unwrap_or("").trim();
    }
}

struct Token {
    class: TokenClass,
    start: usize,
    end: usize,
    /// Of parentheses and CASE; the signs that open and close count as outside.
    depth: usize,
}

/// A text with its tokens, blanks and comments left out.
struct Text<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

impl<'t> Text<'t> {
    fn of(text: &'t str, engine: EngineKind) -> Self {
        let mut depth = 0_usize;
        let mut tokens = Vec::new();
        for token in lex(text, engine) {
            if matches!(token.class, TokenClass::Whitespace | TokenClass::Comment) {
                continue;
            }
            let word = text.get(token.start..token.end).unwrap_or("");
            let bare = matches!(token.class, TokenClass::Keyword | TokenClass::Identifier);
            if word == ")" || word == "]" || (bare && word.eq_ignore_ascii_case("end")) {
                depth = depth.saturating_sub(1);
            }
            tokens.push(Token { class: token.class, start: token.start, end: token.end, depth });
            if word == "(" || word == "[" || (bare && word.eq_ignore_ascii_case("case")) {
                depth += 1;
            }
        }
        Self { text, tokens }
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            matches!(token.class, TokenClass::Keyword | TokenClass::Identifier)
                && self.text.get(token.start..token.end).is_some_and(|text| text.eq_ignore_ascii_case(word))
        })
    }

    /// The next place of a word outside parentheses. The FROM of IS DISTINCT FROM is part of an operator.
    fn word(&self, word: &str, from: usize) -> Option<usize> {
        (from..self.tokens.len()).find(|at| {
            self.is(*at, word)
                && self.tokens.get(*at).is_some_and(|token| token.depth == 0)
                && !(word == "from" && at.checked_sub(1).is_some_and(|before| self.is(before, "distinct")))
        })
    }

    /// What stands between two tokens.
    fn between(&self, after: usize, before: usize) -> &'t str {
        self.to(after, Some(before))
    }

    fn to(&self, after: usize, before: Option<usize>) -> &'t str {
        let start = self.tokens.get(after).map_or(0, |token| token.end);
        let end = before.and_then(|at| self.tokens.get(at)).map_or(self.text.len(), |token| token.start);
        self.text.get(start..end).unwrap_or("")
    }
}

/// How an engine writes the key of a row down, and reads it again.
pub(super) struct Spelling {
    pub(super) engine: EngineKind,
    /// Around a key column: what the answer holds.
    pub(super) shown: (&'static str, &'static str),
    /// A value of the key, as a statement has it.
    pub(super) value: fn(&str) -> Sql,
}

fn columns(batches: &Batches, builder: &mut SqlBuilder) {
    builder.push_joined(&batches.key, ", ");
}

/// `(a, b) > (…)`; without parentheses where there is one column.
fn bound(spelling: &Spelling, batches: &Batches, sign: &'static str, key: &[Box<str>]) -> Sql {
    if spelling.engine == EngineKind::MySql && batches.key.len() > 1 {
        return stepwise(spelling, batches, sign, key);
    }
    let mut builder = SqlBuilder::new(spelling.engine);
    let (open, close) = if batches.key.len() == 1 { ("", "") } else { ("(", ")") };
    builder.push(open);
    columns(batches, &mut builder);
    builder.push(close);
    builder.push(sign);
    builder.push(open);
    builder.push_joined(key.iter().map(|value| (spelling.value)(value)), ", ");
    builder.push(close);
    builder.done()
}

/// `(a > … OR (a = … AND b > …))`: MySQL follows no index along a comparison of rows.
fn stepwise(spelling: &Spelling, batches: &Batches, sign: &'static str, key: &[Box<str>]) -> Sql {
    let engine = spelling.engine;
    let last = batches.key.len().saturating_sub(1);
    let strict = if sign.contains('<') { " < " } else { " > " };
    let mut builder = SqlBuilder::new(engine).piece("(");
    for at in 0..=last {
        builder.push(if at == 0 { "(" } else { " OR (" });
        for (number, (column, value)) in batches.key.iter().zip(key).enumerate().take(at + 1) {
            builder.push(if number == 0 { "" } else { " AND " });
            builder.push(column);
            builder.push(match (number == at, number == last) {
                (true, true) => sign,
                (true, false) => strict,
                (false, _) => " = ",
            });
            builder.push((spelling.value)(value));
        }
        builder.push(")");
    }
    builder.piece(")").done()
}

/// One row: how many rows the next slice has, and the key of its last one. None where nothing is left.
pub(super) fn slice(spelling: &Spelling, batches: &Batches, after: Option<&[Box<str>]>, size: u32) -> Sql {
    let engine = spelling.engine;
    let beyond = after.map(|key| sql!(engine; " WHERE ", bound(spelling, batches, " > ", key)));
    let mut builder = SqlBuilder::new(engine).piece("WITH slice AS (SELECT ");
    for (at, column) in (1_u32..).zip(&batches.key) {
        builder.push(if at == 1 { "" } else { ", " });
        builder.push(column);
        builder.push(" AS k");
        builder.push(at);
    }
    let mut builder = builder.piece(" FROM ").piece(&batches.source).piece(beyond).piece(" ORDER BY ");
    columns(batches, &mut builder);
    let mut builder = builder.piece(" LIMIT ").piece(size).piece(") SELECT (SELECT count(*) FROM slice)");
    let (open, close) = spelling.shown;
    let numbers = || (1_u32..).take(batches.key.len());
    for at in numbers() {
        builder = builder.piece(", ").piece(open).piece("k").piece(at).piece(close);
    }
    builder.push(" FROM slice ORDER BY ");
    builder.push_joined(numbers().map(|at| sql!(engine; "k", at, " DESC")), ", ");
    builder.piece(" LIMIT 1").done()
}

/// The UPDATE of the rows beyond `after`, up to and with `upto`.
pub(super) fn batch(
    spelling: &Spelling,
    batches: &Batches,
    after: Option<&[Box<str>]>,
    upto: &[Box<str>],
) -> Sql {
    let engine = spelling.engine;
    let beyond = after.map(|key| sql!(engine; " AND ", bound(spelling, batches, " > ", key)));
    // What a comment could swallow stands on a line of its own.
    sql!(engine; "UPDATE ", &batches.source, " SET ", &batches.set, "\n WHERE (", &batches.filter, "\n)", beyond,
        " AND ", bound(spelling, batches, " <= ", upto))
}

/// One row, one column: how many rows are left, counted no further than a thousand.
pub(super) fn left(engine: EngineKind, batches: &Batches) -> Sql {
    sql!(engine; "SELECT count(*) FROM (SELECT 1 FROM ", &batches.source, " WHERE (", &batches.filter,
        "\n) LIMIT 1000) AS left_over")
}

#[cfg(test)]
#[path = "batches_tests.rs"]
mod tests;
