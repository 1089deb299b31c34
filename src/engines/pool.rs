//! Names and definitions that were read before. A catalog repeats them (columns, types, defaults, keys), and a schema
//! keeps each only once. It reads nothing itself.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::model::{Definition, Ident};

/// What one reading of a catalog has met so far.
#[derive(Default)]
pub(super) struct Pool {
    idents: RefCell<HashSet<Ident>>,
    definitions: RefCell<HashSet<Definition>>,
    /// By the text as it was typed: two spellings of the same stay two.
    typed: RefCell<HashMap<Box<str>, Definition>>,
}

impl Pool {
    /// Longer texts are seldom repeated.
    const LONGEST: usize = 64;

    pub(super) fn ident(&self, text: &str) -> Ident {
        let mut known = self.idents.borrow_mut();
        if let Some(ident) = known.get(text) {
            return ident.clone();
        }
        let ident = Ident::from(text);
        known.insert(ident.clone());
        ident
    }

    /// A definition in the server's own words.
    pub(super) fn definition(&self, text: &str) -> Definition {
        if text.len() > Self::LONGEST {
            return Definition::from_catalog(text);
        }
        let mut known = self.definitions.borrow_mut();
        if let Some(definition) = known.get(text) {
            return definition.clone();
        }
        let definition = Definition::from_catalog(text);
        known.insert(definition.clone());
        definition
    }

    /// A definition as a user typed it: the same one, or the one that is spelled like it and was met before.
    pub(super) fn typed(&self, new: Definition) -> Definition {
        if new.as_str().len() > Self::LONGEST {
            return new;
        }
        let mut known = self.typed.borrow_mut();
        match known.get(new.as_str()) {
            Some(old) if old.is_spelled_like(&new) => old.clone(),
            // The same text may be a name in one place and a string in another.
            Some(_) => new,
            None => {
                known.insert(new.as_str().into(), new.clone());
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_otherwise_stays_itself() {
        let pool = Pool::default();
        for (text, form) in [("TEXT", "text"), ("Text", "text"), ("TEXT", "'TEXT'"), ("TEXT", "text")] {
            let kept = pool.typed(Definition::as_typed(text, form));
            assert_eq!((kept.as_str(), kept.compared()), (text, form));
        }
        assert_eq!(pool.typed.borrow().len(), 2);
    }
}
