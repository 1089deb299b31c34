//! Text that is SQL or part of it: a server's own definition, and a finished statement.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// A piece of SQL in the server's own words (`pg_get_viewdef`, `SHOW CREATE`, …). It may be spliced into a
/// statement as it is, and it may come from nowhere but a catalog.
///
/// Two definitions are equal when their texts are. A server that keeps what a user typed, as SQLite does, gives a
/// second form beside the text, from which spacing, comments and letter case are gone; then the forms are compared.
///
/// A handle: copies share the text.
#[derive(Clone)]
pub struct Definition(Arc<Wording>);

struct Wording {
    text: Box<str>,
    form: Option<Box<str>>,
}

impl Definition {
    /// Only catalog text belongs here.
    pub fn from_catalog(text: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Wording { text: text.into(), form: None }))
    }
    /// Catalog text as a user typed it, and the form that is compared.
    pub fn as_typed(text: impl Into<Box<str>>, form: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Wording { text: text.into(), form: Some(form.into()) }))
    }
    pub fn as_str(&self) -> &str {
        &self.0.text
    }
    /// What is compared: the form where there is one, else the text.
    pub fn compared(&self) -> &str {
        self.0.form.as_deref().unwrap_or(&self.0.text)
    }
    /// Whether both are spelled alike too, to the last letter.
    pub fn is_spelled_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.text == other.0.text && self.0.form == other.0.form)
    }
    /// The same piece with its text, and its form where it has one, written anew.
    #[must_use]
    pub fn rewritten(&self, text: impl Fn(&str) -> String, form: impl Fn(&str) -> String) -> Self {
        Self(Arc::new(Wording {
            text: text(&self.0.text).into(),
            form: self.0.form.as_deref().map(|compared| form(compared).into()),
        }))
    }
}

/// Definitions are looked up by what is compared.
impl Borrow<str> for Definition {
    fn borrow(&self) -> &str {
        self.compared()
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("text", &self.0.text).field("form", &self.0.form).finish()
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.compared() == other.compared()
    }
}
impl Eq for Definition {}
impl PartialOrd for Definition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Definition {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.compared().cmp(other.compared())
    }
}
impl std::hash::Hash for Definition {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.compared().hash(state);
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finished statement, without its closing semicolon. Made by the SQL builder alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sql(Box<str>);

impl Sql {
    pub(crate) fn assembled(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
