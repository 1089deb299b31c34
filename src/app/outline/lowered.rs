//! The names of all rows in lower case, in one run of text. A filter looks at every row for every key that is typed:
//! there it meets one row after the other, where the objects themselves are scattered over the memory.

use std::sync::Arc;

use crate::model::Object;

use super::{NodeId, What};

#[derive(Clone, Debug, Default)]
pub(super) struct Lowered {
    text: String,
    /// Where the names of each node end. They begin where those of the one before end.
    ends: Vec<usize>,
}

impl Lowered {
    /// Adds the names of the next node. A filter's words hold no line break, so none is found across two names.
    pub fn push(&mut self, names: [&str; 2]) {
        let [first, second] = names;
        self.add(first);
        if second != first {
            self.text.push('\n');
            self.add(second);
        }
        self.ends.push(self.text.len());
    }

    fn add(&mut self, name: &str) {
        if name.is_ascii() {
            self.text.extend(name.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            // Of the whole name: the small form of a letter may depend on its neighbours.
            self.text.push_str(&name.to_lowercase());
        }
    }

    pub fn of(&self, id: NodeId) -> &str {
        let start = id.index().checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(id.index()).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The names that a row is found by: the one on either side.
pub(super) fn names(what: &What) -> [&str; 2] {
    match what {
        What::Object(pair) | What::Namespace(_, pair) => [name(&pair.current), name(&pair.desired)],
        What::NotCompared(what, _) => [&what.what, ""],
        What::NotComparedHead => ["", ""],
    }
}

fn name(object: &Option<Arc<Object>>) -> &str {
    object.as_ref().map_or("", |object| object.id.leaf().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_has_its_own_names() {
        let mut lowered = Lowered::default();
        for names in [["Users", "People"], ["", ""], ["Größe", "Größe"], ["", "NEW"]] {
            lowered.push(names);
        }
        let all: Vec<&str> = (0..5).map(|at| lowered.of(NodeId(at))).collect();
        assert_eq!(all, ["users\npeople", "", "größe", "\nnew", ""]);
    }
}
