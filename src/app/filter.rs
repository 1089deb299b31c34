//! The filter of the trees: words that a row must meet. Plain words look for a name; `kind:`, `sign:`, `is:` and
//! `mark:` ask for what a row is.

use crate::model::{ObjectKind, Severity};

use super::review::Verdict;

/// Parsed once when it is typed, asked for each row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    text: String,
    words: Vec<Word>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Word {
    /// Lower case; found anywhere in the name.
    Name(String),
    Kind(String),
    Sign(String),
    Changed,
    LeftOut,
    Hazard,
    NotCompared,
    Mark(Option<Verdict>),
    Comment,
    /// A word that asks for nothing we know. It matches nothing, and the prompt says so.
    Unknown,
}

/// What a filter asks a row.
pub struct Traits<'a> {
    /// In lower case, one a line; both where they differ.
    pub names: &'a str,
    pub kind: Option<ObjectKind>,
    /// `+`, `-`, `~`, `->`, or nothing.
    pub sign: &'a str,
    pub left_out: bool,
    pub hazard: Option<Severity>,
    pub not_compared: bool,
    pub mark: Option<Verdict>,
    pub commented: bool,
}

/// Words with a meaning, for help.
pub const WORDS: &[(&str, &str)] = &[
    ("is:changed", "rows that differ"),
    ("is:hazard", "rows with a finding"),
    ("is:out", "changes left out of the plan"),
    ("is:uncompared", "seen and not compared"),
    ("kind:table", "tables; any kind, or its beginning"),
    ("sign:+", "created; also - ~ ->"),
    ("mark:ok", "marked ok; also wanted, none, comment"),
];

impl Filter {
    pub fn parse(text: &str) -> Self {
        let words = text.split_whitespace().map(word).collect();
        Self { text: text.to_owned(), words }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a word means nothing.
    pub fn is_odd(&self) -> bool {
        self.words.contains(&Word::Unknown)
    }

    /// Every word has to be met.
    pub fn meets(&self, row: &Traits<'_>) -> bool {
        self.words.iter().all(|word| match word {
            Word::Name(name) => row.names.contains(name.as_str()),
            Word::Kind(kind) => row.kind.is_some_and(|own| own.word().replace(' ', "-").starts_with(kind)),
            Word::Sign(sign) => row.sign == sign,
            Word::Changed => !row.sign.is_empty(),
            Word::LeftOut => row.left_out,
            Word::Hazard => row.hazard.is_some(),
            Word::NotCompared => row.not_compared,
            Word::Mark(mark) => !row.sign.is_empty() && row.mark == *mark,
            Word::Comment => row.commented,
            Word::Unknown => false,
        })
    }
}

fn word(text: &str) -> Word {
    match text.split_once(':') {
        None => Word::Name(text.to_lowercase()),
        Some(("kind", kind)) => Word::Kind(kind.to_lowercase()),
        Some(("sign", sign)) => Word::Sign(sign.to_owned()),
        Some(("is", "changed")) => Word::Changed,
        Some(("is", "hazard")) => Word::Hazard,
        Some(("is", "out")) => Word::LeftOut,
        Some(("is", "uncompared")) => Word::NotCompared,
        Some(("mark", "ok")) => Word::Mark(Some(Verdict::Ok)),
        Some(("mark", "wanted")) => Word::Mark(Some(Verdict::Wanted)),
        Some(("mark", "none")) => Word::Mark(None),
        Some(("mark", "comment")) => Word::Comment,
        Some(_) => Word::Unknown,
    }
}

/// Whether `name` holds `word` (lower case), whatever its letter case. Allocates nothing for ASCII names.
pub(super) fn holds(name: &str, word: &str) -> bool {
    if word.is_empty() {
        return true;
    }
    if name.is_ascii() {
        return name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    }
    name.to_lowercase().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Traits<'static> {
        Traits {
            names: "users\npeople",
            kind: Some(ObjectKind::Table),
            sign: "~",
            left_out: false,
            hazard: None,
            not_compared: false,
            mark: None,
            commented: false,
        }
    }

    #[test]
    fn words_are_met_together() {
        for (text, meets) in [
            ("", true),
            ("user", true),
            ("PEOP", true),
            ("user kind:table", true),
            ("user kind:tab sign:~", true),
            ("kind:view", false),
            ("is:changed mark:none", true),
            ("mark:ok", false),
            ("is:hazard", false),
            ("what:ever", false),
            ("größe", false),
        ] {
            assert_eq!(Filter::parse(text).meets(&row()), meets, "{text}");
        }
        assert!(Filter::parse("what:ever").is_odd());
        for (text, _) in WORDS {
            assert!(!Filter::parse(text).is_odd(), "{text} is in the help and means nothing");
        }
        assert!(holds("GRÖSSE", "größe".replace('ß', "ss").as_str()));
    }
}
