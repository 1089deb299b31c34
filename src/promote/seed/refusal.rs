//! Why a server refused a row: which condition, key or reference of the table it names. It reads codes and
//! quoted names, never the words between them, so that a translated message reads the same.

use crate::connect::WireError;
use crate::model::{EngineKind, Ident};

use super::shape::Shape;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// A condition over these columns.
    Condition(Vec<Ident>),
    /// Another row has this key.
    Duplicate(Vec<Ident>),
    /// No partition takes the row.
    NoPlace,
    /// A row it refers to is not there.
    Reference,
    Other,
}

pub(super) fn read(error: &WireError, engine: EngineKind, shape: &Shape<'_>) -> Refusal {
    match engine {
        EngineKind::Sqlite => sqlite(error, shape),
        EngineKind::MySql => mysql(error, shape),
        EngineKind::Postgres | EngineKind::SqlServer | EngineKind::Snowflake => postgres(error, shape),
    }
}

fn postgres(error: &WireError, shape: &Shape<'_>) -> Refusal {
    let names = |name: &Ident| error.message.contains(&format!("\"{name}\""));
    match error.code.as_deref() {
        Some("23514") => match shape.conditions.iter().find(|condition| names(condition.name)) {
            Some(condition) => Refusal::Condition(owned(&condition.columns)),
            None => Refusal::NoPlace,
        },
        Some("23505" | "23P01") => {
            let key = shape.keys.iter().find(|key| names(&key.name));
            Refusal::Duplicate(key.map(|key| owned(&key.columns)).unwrap_or_default())
        }
        Some("23503") => Refusal::Reference,
        _ => Refusal::Other,
    }
}

/// SQLite names a unique key by its columns, and a condition by its name or its text.
fn sqlite(error: &WireError, shape: &Shape<'_>) -> Refusal {
    let message = error.message.as_ref();
    if let Some((_, rest)) = message.split_once("UNIQUE constraint failed: ") {
        let columns: Vec<Ident> = rest
            .split(", ")
            .filter_map(|part| part.split_once('.').map(|(_, column)| Ident::from(column.trim())))
            .collect();
        return Refusal::Duplicate(columns);
    }
    if let Some((_, rest)) = message.split_once("CHECK constraint failed: ") {
        let rest = rest.trim();
        let condition = shape
            .conditions
            .iter()
            .find(|condition| condition.name.as_str() == rest || condition.text.as_str().contains(rest));
        let columns = match condition {
            Some(condition) if !condition.columns.is_empty() => owned(&condition.columns),
            Some(condition) => mentioned(condition.text.as_str(), shape),
            None => mentioned(rest, shape),
        };
        return Refusal::Condition(columns);
    }
    if message.contains("FOREIGN KEY constraint failed") {
        return Refusal::Reference;
    }
    Refusal::Other
}

/// MySQL and MariaDB name a key or a condition in quotes, behind the table's name or without it.
fn mysql(error: &WireError, shape: &Shape<'_>) -> Refusal {
    match error.code.as_deref() {
        Some("1062" | "1586") => {
            let key = shape.keys.iter().find(|key| quotes(error, &key.name));
            Refusal::Duplicate(key.map(|key| owned(&key.columns)).unwrap_or_default())
        }
        Some("3819" | "4025") => {
            let condition = shape.conditions.iter().find(|condition| quotes(error, condition.name));
            match condition {
                Some(condition) if !condition.columns.is_empty() => {
                    Refusal::Condition(owned(&condition.columns))
                }
                Some(condition) => Refusal::Condition(mentioned(condition.text.as_str(), shape)),
                None => Refusal::Other,
            }
        }
        // No partition takes the row; its words are the condition that has the table's name.
        Some("1526" | "1748") => {
            let words = shape.conditions.iter().find(|condition| condition.name == &shape.id.name.name);
            Refusal::Condition(words.map(|words| mentioned(words.text.as_str(), shape)).unwrap_or_default())
        }
        Some("1452" | "1216") => Refusal::Reference,
        _ => Refusal::Other,
    }
}

/// Whether the message names it as MySQL and MariaDB do: `'t.name'`, `'name'`, `` `name` ``, `` `t`.`name` ``.
pub(super) fn quotes(error: &WireError, name: &Ident) -> bool {
    ["'", "`"].iter().any(|quote| {
        [format!("{quote}{name}{quote}"), format!(".{name}{quote}")]
            .iter()
            .any(|words| error.message.contains(words.as_str()))
    })
}

/// The columns whose names stand in the text as words.
pub(super) fn mentioned(text: &str, shape: &Shape<'_>) -> Vec<Ident> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    shape
        .columns
        .iter()
        .filter(|column| words.contains(&column.name.as_str().to_lowercase().as_str()))
        .map(|column| column.name.clone())
        .collect()
}

fn owned(columns: &[&Ident]) -> Vec<Ident> {
    columns.iter().map(|column| (*column).clone()).collect()
}
