//! Names and texts that were read before. A schema repeats them (columns, types, defaults, keys), and keeps each only
//! once. It reads nothing itself.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::model::{Definition, Ident};

#[derive(Default)]
pub(super) struct Words {
    idents: RefCell<HashSet<Ident>>,
    /// By the text as it was typed: two spellings of the same stay two.
    definitions: RefCell<HashMap<Box<str>, Definition>>,
}

impl Words {
    /// Longer texts are seldom repeated.
    const LONGEST: usize = 64;

    pub fn ident(&self, text: &str) -> Ident {
        let mut known = self.idents.borrow_mut();
        if let Some(ident) = known.get(text) {
            return ident.clone();
        }
        let ident = Ident::from(text);
        known.insert(ident.clone());
        ident
    }

    /// The same definition, or the one that is spelled like it and was met before.
    pub fn definition(&self, new: Definition) -> Definition {
        if new.as_str().len() > Self::LONGEST {
            return new;
        }
        let mut known = self.definitions.borrow_mut();
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
        let words = Words::default();
        for (text, form) in [("TEXT", "text"), ("Text", "text"), ("TEXT", "'TEXT'"), ("TEXT", "text")] {
            let kept = words.definition(Definition::as_typed(text, form));
            assert_eq!((kept.as_str(), kept.compared()), (text, form));
        }
        assert_eq!(words.definitions.borrow().len(), 2);
    }
}
