//! The shape of an UPDATE in batches, in `plan.toml`.

use serde::{Deserialize, Serialize};

use crate::model::{Ident, QualifiedName, Sql};

/// An UPDATE that goes in batches: the key that it follows, and what stands behind UPDATE, SET and WHERE.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Batches {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub table: String,
    pub key: Vec<String>,
    pub source: String,
    pub set: String,
    pub filter: String,
}

impl From<&crate::model::Batches> for Batches {
    fn from(batches: &crate::model::Batches) -> Self {
        Self {
            schema: batches.table.schema.as_ref().map(ToString::to_string),
            table: batches.table.name.to_string(),
            key: batches.key.iter().map(ToString::to_string).collect(),
            source: batches.source.as_str().to_owned(),
            set: batches.set.as_str().to_owned(),
            filter: batches.filter.as_str().to_owned(),
        }
    }
}

impl From<Batches> for crate::model::Batches {
    fn from(batches: Batches) -> Self {
        Self {
            table: QualifiedName { schema: batches.schema.map(Ident::new), name: Ident::new(batches.table) },
            key: batches.key.into_iter().map(Ident::new).collect(),
            source: Sql::assembled(batches.source),
            set: Sql::assembled(batches.set),
            filter: Sql::assembled(batches.filter),
        }
    }
}
