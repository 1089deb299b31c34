//! Extensions, and what belongs to them. Members are never objects of their own; whoever depends on a member
//! depends on its extension.

use super::answer::Answer;
use super::assembly::Assembly;
use super::{Family, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{Body, Extension, ObjectId, ObjectKind, QualifiedName, ServerVersion, Sql};
use crate::sql;

pub(super) const EXTENSIONS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT e.oid, e.extname, e.extversion, n.nspname
            FROM pg_extension e LEFT JOIN pg_namespace n ON n.oid = e.extnamespace")
    },
    read: read_extensions,
};

pub(super) const MEMBERS: Family = Family { query: query_members, read: read_members };

fn read_extensions(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let id = ObjectId::new(ObjectKind::Extension, QualifiedName { schema: None, name: row.ident()? });
        let version = row.text()?;
        let body = Body::Extension(Extension { schema: row.maybe_ident()?, version });
        assembly.add((class::EXTENSION, oid, 0), id, body);
    }
    Ok(())
}

/// The types that come with a member type (its array, the multirange of a range) and the row types of member
/// relations are no members by the catalog; they are here.
fn query_members(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT d.classid, d.objid, d.refobjid, t.typarray, ",
        since(version, 14, "r.rngmultitypid", "0"), ", c.reltype
        FROM pg_depend d
        LEFT JOIN pg_type t ON d.classid = 1247 AND t.oid = d.objid
        LEFT JOIN pg_range r ON d.classid = 1247 AND r.rngtypid = d.objid
        LEFT JOIN pg_class c ON d.classid = 1259 AND c.oid = d.objid
        WHERE d.refclassid = 3079 AND d.deptype = 'e'")
}

fn read_members(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (class, oid, extension) = (row.oid()?, row.oid()?, row.oid()?);
        assembly.members.insert((class, oid));
        if let Some(slot) = assembly.place((class::EXTENSION, extension, 0)) {
            assembly.alias((class, oid, 0), slot);
            for _ in 0..3 {
                if let Some(with) = row.maybe_number()? {
                    assembly.alias((class::TYPE, with, 0), slot);
                }
            }
        }
    }
    Ok(())
}
