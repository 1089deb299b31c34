//! Objects that are kept as whole statements. Their queries write the statements on the server, with the
//! server's own quoting, and all answer in one shape, which is read here:
//!
//! catalog, oid, schema's oid (0: in no schema), name, signature, owner, `acldefault` letter,
//! JSON array of creating statements, dropping statement, address.

use super::answer::{Answer, Oid};
use super::assembly::Assembly;
use crate::engines::AssembleError;
use crate::model::{Body, Defined, Definition, IdParts, ObjectKind, QualifiedName};

pub(super) fn read(assembly: &mut Assembly, answer: Answer, kind: ObjectKind) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (class, oid) = (row.oid()?, row.oid()?);
        let schema = row.oid()?;
        let name = row.ident()?;
        let name = match schema {
            0 => QualifiedName { schema: None, name },
            _ => match assembly.name(schema, name) {
                Some(name) => name,
                None => continue,
            },
        };
        if assembly.is_member(class, oid) {
            continue;
        }
        let id = IdParts { kind, name, member: None, signature: row.maybe_text()? }.into();
        let owner: Option<Oid> = row.maybe_number()?;
        let privileges = Some(row.letter()?).filter(|letter| *letter != ' ');
        let body = Defined {
            create: row.texts()?.into_iter().map(Definition::from_catalog).collect(),
            drop: row.definition()?,
            address: row.definition()?,
        };
        let slot = assembly.add((class, oid, 0), id, Body::Defined(body));
        if let Some(owner) = owner {
            assembly.own(slot, owner, privileges);
        }
        assembly.in_schema(slot, schema);
    }
    Ok(())
}
