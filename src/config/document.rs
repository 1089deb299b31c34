//! A TOML file with its lines: every complaint names file, line and key. It knows no key of its own.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::suggest;
use crate::model::{Failure, FailureKind};

/// A file as it is named in messages, and its text.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub name: &'a str,
    pub folder: &'a Path,
    pub text: &'a str,
}

/// A table of the file, with the keys that lead to it.
#[derive(Clone)]
pub(super) struct Section<'a> {
    pub document: Document<'a>,
    path: String,
    table: &'a DeTable<'a>,
    /// Where it begins, in bytes.
    start: usize,
}

impl<'a> Document<'a> {
    pub fn parse(self) -> Result<Spanned<DeTable<'a>>, Failure> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("{}:{}: {}", self.name, self.line(at), error.message().trim_end());
            Failure::new(FailureKind::Config, what)
        })
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    pub fn root(self, table: &'a DeTable<'a>) -> Section<'a> {
        Section { document: self, path: String::new(), table, start: 0 }
    }
}

impl<'a> Section<'a> {
    /// The keys in the order of the file, each with its place.
    pub fn keys(&self) -> Vec<(&'a str, usize)> {
        let mut keys: Vec<_> =
            self.table.keys().map(|key| (key.get_ref().as_ref(), key.span().start)).collect();
        keys.sort_by_key(|(_, at)| *at);
        keys
    }

    /// Complains about the first key that is not known.
    pub fn only(&self, known: &[&str]) -> Result<(), Failure> {
        match self.keys().into_iter().find(|(key, _)| !known.contains(key)) {
            Some((key, _)) => Err(self.wrong(key, "unknown key", suggest(key, known))),
            None => Ok(()),
        }
    }

    /// A complaint about a key: `migrator.toml:7: environments.staging.guard: …`. A key that is missing is
    /// missed where its table begins.
    pub fn wrong(&self, key: &str, what: impl AsRef<str>, hint: impl Into<String>) -> Failure {
        let what = format!("{}: {}: {}", self.place(key), self.path_of(key), what.as_ref());
        Failure::new(FailureKind::Config, what).hint(hint)
    }

    /// Where a key stands: `migrator.toml:7`.
    pub fn place(&self, key: &str) -> String {
        let entry = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key);
        let at = entry.map_or(self.start, |(name, _)| name.span().start);
        format!("{}:{}", self.document.name, self.document.line(at))
    }

    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(Spanned::get_ref)
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub fn section(&self, key: &str) -> Result<Option<Section<'a>>, Failure> {
        match (self.table(key), self.value(key)) {
            (Some(section), _) => Ok(Some(section)),
            (None, None) => Ok(None),
            (None, Some(other)) => Err(self.kind(key, "a table", other)),
        }
    }

    /// The table of that key; `None` if there is none, or something else.
    pub fn table(&self, key: &str) -> Option<Section<'a>> {
        let (name, value) = self.table.get_key_value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(self.inner(key, table, name.span().start)),
            _ => None,
        }
    }

    /// The tables of `[[key]]`, or of a list of inline tables.
    pub fn sections(&self, key: &str) -> Result<Vec<Section<'a>>, Failure> {
        match self.value(key) {
            None => Ok(Vec::new()),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::Table(table) => Ok(self.inner(key, table, value.span().start)),
                    other => Err(self.kind(key, "a list of tables", other)),
                })
                .collect(),
            Some(other) => Err(self.kind(key, "a list of tables", other)),
        }
    }

    fn inner(&self, key: &str, table: &'a DeTable<'a>, start: usize) -> Section<'a> {
        Section { document: self.document, path: self.path_of(key), table, start }
    }

    pub fn string(&self, key: &str) -> Result<Option<&'a str>, Failure> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text.as_ref())),
            Some(other) => Err(self.kind(key, "a string", other)),
        }
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>, Failure> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(self.kind(key, "true or false", other)),
        }
    }

    pub fn number(&self, key: &str) -> Result<Option<u32>, Failure> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Integer(number)) => match u32::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.wrong(key, "must be a whole number from 0", "")),
            },
            Some(other) => Err(self.kind(key, "a whole number", other)),
        }
    }

    pub fn strings(&self, key: &str) -> Result<Vec<String>, Failure> {
        match self.value(key) {
            None => Ok(Vec::new()),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::String(text) => Ok(text.to_string()),
                    other => Err(self.kind(key, "a list of strings", other)),
                })
                .collect(),
            Some(other) => Err(self.kind(key, "a list of strings", other)),
        }
    }

    /// A string, or a list of them.
    pub fn one_or_more(&self, key: &str) -> Result<Vec<String>, Failure> {
        match self.value(key) {
            Some(DeValue::String(text)) => Ok(vec![text.to_string()]),
            Some(DeValue::Array(_)) | None => self.strings(key),
            Some(other) => Err(self.kind(key, "a string, or a list of strings", other)),
        }
    }

    fn kind(&self, key: &str, wanted: &str, found: &DeValue<'_>) -> Failure {
        self.wrong(key, format!("must be {wanted}, not {}", article(found.type_str())), "")
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
