//! Colour for what is printed: always beside a sign or a word, and only where it is wanted.

use std::fmt::Display;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    Plain,
    Coloured,
}

impl Paint {
    pub(super) fn added(self, text: impl Display) -> String {
        self.with("32", text)
    }
    pub(super) fn removed(self, text: impl Display) -> String {
        self.with("31", text)
    }
    pub(super) fn changed(self, text: impl Display) -> String {
        self.with("33", text)
    }
    pub(super) fn renamed(self, text: impl Display) -> String {
        self.with("36", text)
    }
    pub(super) fn hazard(self, text: impl Display) -> String {
        self.with("1;31", text)
    }
    pub(super) fn strong(self, text: impl Display) -> String {
        self.with("1", text)
    }
    pub(super) fn muted(self, text: impl Display) -> String {
        self.with("2", text)
    }

    /// `text` must be safe already; colour is put around it.
    fn with(self, code: &str, text: impl Display) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
