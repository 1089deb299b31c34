//! The circumstances of a run as text. What is not known is left out, so that a record of an older release and one
//! that knows nothing are the same.

use serde::{Deserialize, Serialize};

use super::{Person, owned};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(super) struct Circumstances {
    #[serde(default)]
    database: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    server: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    approvals: Vec<Consent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    acknowledged: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableSize>,
}

#[derive(Serialize, Deserialize)]
struct Consent {
    by: Person,
    given: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct TableSize {
    table: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl Circumstances {
    /// `None`: nothing of it is known.
    pub(super) fn of(known: &model::Circumstances) -> Option<Self> {
        if *known == model::Circumstances::default() {
            return None;
        }
        let consent = |consent: &model::Consent| Consent {
            by: Person::from(&consent.by),
            given: consent.at.to_string(),
            reason: consent.reason.to_string(),
        };
        let size = |size: &model::TableSize| TableSize {
            table: size.table.to_string(),
            rows: size.rows,
            bytes: size.bytes,
        };
        Some(Self {
            database: known.database.to_string(),
            address: known.address.to_string(),
            server: known.server.to_string(),
            approvals: known.consents.iter().map(consent).collect(),
            acknowledged: owned(&known.acknowledged),
            tables: known.tables.iter().map(size).collect(),
        })
    }
}

impl From<Circumstances> for model::Circumstances {
    fn from(text: Circumstances) -> Self {
        let consent = |consent: Consent| model::Consent {
            by: consent.by.into(),
            at: consent.given.into(),
            reason: consent.reason.into(),
        };
        let size = |size: TableSize| model::TableSize {
            table: size.table.into(),
            rows: size.rows,
            bytes: size.bytes,
        };
        Self {
            database: text.database.into(),
            address: text.address.into(),
            server: text.server.into(),
            consents: text.approvals.into_iter().map(consent).collect(),
            acknowledged: text.acknowledged.into_iter().map(Into::into).collect(),
            tables: text.tables.into_iter().map(size).collect(),
        }
    }
}
