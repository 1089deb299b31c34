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
        Section { document: self, path: String::new(), table }
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

    /// A complaint about a key: `migrator.toml:7: environments.staging.guard: …`.
    pub fn wrong(&self, key: &str, what: impl AsRef<str>, hint: impl Into<String>) -> Failure {
        let entry = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key);
        let at = entry.map_or(0, |(name, _)| name.span().start);
        let line = self.document.line(at);
        let path = self.path_of(key);
        Failure::new(FailureKind::Config, format!("{}:{line}: {path}: {}", self.document.name, what.as_ref()))
            .hint(hint)
    }

    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(Spanned::get_ref)
    }

    pub fn section(&self, key: &str) -> Result<Option<Section<'a>>, Failure> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Table(table)) => {
                Ok(Some(Section { document: self.document, path: self.path_of(key), table }))
            }
            Some(other) => Err(self.kind(key, "a table", other)),
        }
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

    fn kind(&self, key: &str, wanted: &str, found: &DeValue<'_>) -> Failure {
        self.wrong(key, format!("must be {wanted}, not {}", article(found.type_str())), "")
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
