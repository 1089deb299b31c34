//! One server's print for both sides: servers of different versions, and text that was read once more, print the
//! same definition differently. Passed through one scratch server, a difference of print disappears; what the
//! scratch server cannot reproduce stays as it was.

use std::sync::Arc;

use crate::connect::scratch::Workshop;
use crate::diff::{Privileges, edits};
use crate::engines::Dialect;
use crate::model::{Body, Change, Failure, Object, Schema};

use super::build::{Built, build};
use super::load::scratch_failure;
use super::proof::only_print;

/// The schema in the scratch server's words. Owners, grants and estimates are those of the original, and so is
/// whatever came out as more than another print.
pub async fn through_one_server(
    dialect: &dyn Dialect,
    workshop: &mut Workshop,
    schema: &Schema,
) -> Result<Schema, Failure> {
    let Built { database, schema: printed, .. } =
        build(dialect, workshop, schema, Privileges::Ignore).await?;
    workshop.discard(database).await.map_err(|error| scratch_failure(&error))?;
    Ok(reprinted(schema, &printed))
}

/// `original` with the texts of `printed`.
pub(super) fn reprinted(original: &Schema, printed: &Schema) -> Schema {
    let mut schema = original.clone();
    for (id, object) in &mut schema.objects {
        let Some(other) = printed.objects.get(id) else { continue };
        let change = Change::Alter {
            before: Arc::clone(object),
            after: Arc::clone(other),
            edits: edits(object, other, Privileges::Ignore),
        };
        if only_print(&change) {
            let body = with_estimates(&object.body, &other.body);
            *object = Arc::new(Object { id: id.clone(), body, about: object.about.clone() });
        }
    }
    schema
}

fn with_estimates(original: &Body, printed: &Body) -> Body {
    match (original, printed) {
        (Body::Table(original), Body::Table(printed)) => {
            let mut table = printed.clone();
            table.rows = original.rows;
            Body::Table(table)
        }
        (_, printed) => printed.clone(),
    }
}
