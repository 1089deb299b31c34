//! A schema's fingerprint: SHA-256 over the sorted definitions of its objects.

use std::fmt;

use sha2::{Digest, Sha256};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint(Box<str>);

impl Fingerprint {
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut stamp = Stamp::default();
        parts.into_iter().for_each(|part| stamp.part(part));
        stamp.done()
    }
    /// As read from a plan file.
    pub fn parsed(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A fingerprint in the making: parts come one by one, and none is kept.
#[derive(Clone, Default)]
pub struct Stamp(Sha256);

impl Stamp {
    /// Each part counts with its length, so that no two lists of parts read the same.
    pub fn part(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part.as_bytes());
    }
    pub fn done(self) -> Fingerprint {
        let hex: String = self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Fingerprint(format!("sha256:{hex}").into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
