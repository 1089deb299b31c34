//! An UPDATE that goes in batches: its parts, and the key that it follows. The statement itself stays whole in the
//! scripts; whoever runs a plan cuts it along the key.

use super::{Ident, QualifiedName, Sql};

/// One UPDATE of one table, in the parts that a batch is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batches {
    pub table: QualifiedName,
    /// Columns that tell every row from any other, never NULL. Not empty.
    pub key: Vec<Ident>,
    /// What follows UPDATE: the table, and its other name where it has one.
    pub source: Sql,
    /// What follows SET.
    pub set: Sql,
    /// What follows WHERE. A row that was changed no longer meets it.
    pub filter: Sql,
}

/// How many rows a batch takes (spec safety 4.1).
pub mod batch_size {
    /// The first one.
    pub const START: u32 = 1_000;
    pub const LEAST: u32 = 100;
    pub const MOST: u32 = 50_000;
}

impl Batches {
    /// The key for a reader: `id`, `(a, b)`.
    pub fn key_words(&self) -> String {
        let names: Vec<&str> = self.key.iter().map(Ident::as_str).collect();
        match names.as_slice() {
            [one] => (*one).to_owned(),
            more => format!("({})", more.join(", ")),
        }
    }
}
