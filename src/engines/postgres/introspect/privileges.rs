//! Privileges that future objects get (`ALTER DEFAULT PRIVILEGES`).

use std::collections::BTreeMap;

use super::about::grant;
use super::answer::{Answer, Oid};
use super::assembly::Assembly;
use super::{Family, POSTGRES};
use crate::engines::AssembleError;
use crate::model::{Body, DefaultPrivileges, ObjectId, ObjectKind, QualifiedName};
use crate::sql;

pub(super) const DEFAULT_PRIVILEGES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype,
            x.grantee, x.grantor, x.privilege_type, x.is_grantable
            FROM pg_default_acl d LEFT JOIN LATERAL aclexplode(d.defaclacl) x ON true")
    },
    read: read_default_privileges,
};

const DEFAULT_ACL: Oid = 826;

fn read_default_privileges(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut entries: BTreeMap<Oid, (DefaultPrivileges, Oid)> = BTreeMap::new();
    for mut row in answer.rows() {
        let (oid, role, schema) = (row.oid()?, row.oid()?, row.oid()?);
        // `acldefault` has a letter of its own for sequences; there `S` stands for foreign servers.
        let (letter, objects) = match row.letter()? {
            'r' => ('r', "TABLES"),
            'S' => ('s', "SEQUENCES"),
            'f' => ('f', "FUNCTIONS"),
            'T' => ('T', "TYPES"),
            'n' => ('n', "SCHEMAS"),
            'L' => ('L', "LARGE OBJECTS"),
            other => return Err(row.wrong(format!("default privileges on `{other}`"))),
        };
        let role = assembly.role(role);
        let built_in = match schema {
            0 => assembly.built_in_grants(letter, &role),
            _ => Default::default(),
        };
        let named = assembly.schemas.get(&schema).cloned();
        if schema != 0 && named.is_none() {
            continue;
        }
        let granted = grant(assembly, &mut row)?;
        let entry = entries.entry(oid).or_insert_with(|| {
            let grants = Default::default();
            (DefaultPrivileges { role, schema: named, objects: objects.into(), grants, built_in }, schema)
        });
        entry.0.grants.extend(granted);
    }
    for (oid, (privileges, schema)) in entries {
        let signature = match &privileges.schema {
            Some(schema) => format!("{} IN SCHEMA {schema}", privileges.objects),
            None => privileges.objects.to_string(),
        };
        let name = QualifiedName { schema: None, name: privileges.role.clone() };
        let id = ObjectId::overload(ObjectKind::DefaultPrivilege, name, signature);
        let slot = assembly.add((DEFAULT_ACL, oid, 0), id, Body::Privileges(privileges));
        assembly.in_schema(slot, schema);
    }
    Ok(())
}
