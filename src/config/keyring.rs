//! Passwords that a person typed while we run: each for one place, kept in memory and nowhere else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::connect::Secret;

/// By the name of the place: an environment's, or a URL without its secrets. No `Debug`.
#[derive(Default)]
pub struct Keyring(Mutex<BTreeMap<String, Arc<Secret>>>);

impl Keyring {
    /// In place of the one that was typed before.
    pub fn keep(&self, place: &str, password: Arc<Secret>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned(), password);
    }

    pub(super) fn find(&self, place: &str) -> Option<Arc<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }
}
