//! The reader, roles and schemas: the names that all the rest is spelled with.

use super::answer::Answer;
use super::assembly::Assembly;
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{Body, ObjectId, ObjectKind, QualifiedName};
use crate::sql;

pub(super) const READER: Family =
    Family { query: |_| sql!(POSTGRES; "SELECT current_user"), read: read_reader };

pub(super) const ROLES: Family =
    Family { query: |_| sql!(POSTGRES; "SELECT oid, rolname FROM pg_roles"), read: read_roles };

pub(super) const SCHEMAS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT oid, nspname, nspowner FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
    },
    read: read_schemas,
};

fn read_reader(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        assembly.reader = Some(row.ident()?);
    }
    Ok(())
}

fn read_roles(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        assembly.roles.insert(oid, row.ident()?);
    }
    Ok(())
}

/// A schema that an extension made is no object of ours, but users may keep objects in it.
fn read_schemas(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let name = row.ident()?;
        let owner = row.oid()?;
        assembly.schemas.insert(oid, name.clone());
        if !assembly.is_member(class::SCHEMA, oid) {
            let id = ObjectId::new(ObjectKind::Schema, QualifiedName { schema: None, name });
            let slot = assembly.add((class::SCHEMA, oid, 0), id, Body::Schema);
            assembly.own(slot, owner, Some('n'));
        }
    }
    Ok(())
}
