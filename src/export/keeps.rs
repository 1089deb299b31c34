//! The shape of what a step puts aside, in `plan.toml`: what it is, where it is, and what removes it for good.

use serde::{Deserialize, Serialize};

use crate::model::{Ident, Keepsake, QualifiedName, Sql, Statement};

use super::wire::{Address, Back};

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Keeps {
    pub of: Vec<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub table: String,
    pub contract: Vec<Back>,
}

impl From<&Keepsake> for Keeps {
    fn from(kept: &Keepsake) -> Self {
        Self {
            of: kept.of.iter().map(Address::from).collect(),
            schema: kept.place.schema.as_ref().map(ToString::to_string),
            table: kept.place.name.to_string(),
            contract: kept.removal.iter().map(Back::from).collect(),
        }
    }
}

impl From<Keeps> for Keepsake {
    fn from(keeps: Keeps) -> Self {
        Self {
            of: keeps.of.into_iter().map(Into::into).collect(),
            place: QualifiedName { schema: keeps.schema.map(Ident::new), name: Ident::new(keeps.table) },
            removal: keeps.contract.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&Statement> for Back {
    fn from(statement: &Statement) -> Self {
        Self {
            boundary: statement.boundary,
            runtime: statement.runtime,
            sql: statement.sql.as_str().to_owned(),
        }
    }
}

impl From<Back> for Statement {
    fn from(back: Back) -> Self {
        Self { sql: Sql::assembled(back.sql), boundary: back.boundary, runtime: back.runtime }
    }
}
