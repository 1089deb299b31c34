//! One server's print for both sides: servers of different versions, and text that was read once more, print the
//! same definition differently. Passed through one scratch server, a difference of print disappears; what the
//! scratch server cannot reproduce stays as it was.

use std::sync::Arc;

use crate::connect::scratch::Workshop;
use crate::diff::{Privileges, edits};
use crate::engines::Dialect;
use crate::model::{Body, Change, Failure, Grant, Inherit, Nullability, Object, Schema, Validity};

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

/// Leaves out what the older of two versions does not have: the MAINTAIN privilege (17), names of NOT NULL (18).
pub fn keep_common(schema: &mut Schema, oldest: u32) {
    for object in schema.objects.values_mut() {
        let newer = |grant: &Grant| oldest < 17 && grant.privilege.as_ref() == "MAINTAIN";
        if object.about.grants.as_ref().is_some_and(|grants| grants.iter().any(newer))
            && let Some(grants) = &mut Arc::make_mut(object).about.grants
        {
            Arc::make_mut(grants).retain(|grant| !newer(grant));
        }
        let named = |body: &Body| {
            matches!(body, Body::Column(column) if matches!(column.nullability,
                Nullability::Named { inherit: Inherit::Inherited, validity: Validity::Valid, .. }))
        };
        if oldest < 18
            && named(&object.body)
            && let Body::Column(column) = &mut Arc::make_mut(object).body
        {
            column.nullability = Nullability::NotNull;
        }
    }
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
