//! How a statement of a script ends, so that the engine's own client cuts it there and nowhere else.

use crate::model::{EngineKind, Sql};
use crate::sqltext::{TokenClass, lex};

/// What MySQL's client has to be told ends this statement, where a semicolon inside would cut it. Nothing else needs it:
/// DELIMITER is a word of that client, and no server knows it.
pub(super) fn delimiter(sql: &Sql, engine: EngineKind) -> Option<&'static str> {
    let text = sql.as_str();
    let cuts = engine == EngineKind::MySql
        && lex(text, engine).any(|token| {
            token.class == TokenClass::Punctuation && text.get(token.start..token.end) == Some(";")
        });
    ["//", "$$", ";;", "~~~"].into_iter().find(|sign| cuts && !text.contains(sign))
}

/// With its semicolon; on a line of its own where a comment could swallow it.
pub(super) fn ended(sql: &Sql) -> String {
    let sql = sql.as_str().trim_end();
    let last = sql.rsplit('\n').next().unwrap_or(sql);
    let gap = if last.contains("--") { "\n" } else { "" };
    format!("{sql}{gap};\n")
}
