//! Row security policies.

use super::answer::{Answer, Oid};
use super::assembly::{Assembly, member};
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{Body, Ident, ObjectKind, Policy, PolicyMode};
use crate::sql;

pub(super) const POLICIES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT oid, polrelid, polname, polpermissive,
            CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
            FROM pg_policy WHERE oid >= 16384")
    },
    read: read_policies,
};

fn read_policies(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (oid, table) = (row.oid()?, row.oid()?);
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get(&table) else { continue };
        let (on, on_slot) = (relation.name.clone(), relation.slot);
        let mode = if row.flag()? { PolicyMode::Permissive } else { PolicyMode::Restrictive };
        let command = row.text()?;
        let roles: Vec<Oid> = row.numbers()?;
        let mut roles: Vec<Option<Ident>> =
            roles.into_iter().map(|role| (role != 0).then(|| assembly.role(role))).collect();
        roles.sort();
        let policy =
            Policy { mode, command, roles, using: row.maybe_definition()?, check: row.maybe_definition()? };
        let id = member(ObjectKind::Policy, &on, name);
        let slot = assembly.add((class::POLICY, oid, 0), id, Body::Policy(policy));
        assembly.edge(slot, on_slot);
    }
    Ok(())
}
