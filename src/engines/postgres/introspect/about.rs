//! What any object can carry: comments, security labels and privileges.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::answer::{Answer, Row};
use super::assembly::{Assembly, Grantee};
use super::class::{self, Address};
use super::{Family, POSTGRES};
use crate::engines::AssembleError;
use crate::model::{Body, Grant, GrantOption, Ident};
use crate::sql;

/// What the server gives where no list of privileges is kept: asked with a stand-in for the owner (10).
pub(super) const BUILT_IN: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT k.letter, x.grantee = 0, x.privilege_type
            FROM unnest('{r,s,f,n,T,F,S,l,L}'::\"char\"[]) AS k (letter),
            LATERAL aclexplode(acldefault(k.letter, 10)) AS x")
    },
    read: read_built_in,
};

pub(super) const COMMENTS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT classoid, objoid, objsubid, description,
            CASE WHEN classoid <> 1259 THEN pg_describe_object(classoid, objoid, objsubid) END FROM pg_description
            WHERE objoid >= 16384 OR classoid = 3079 OR classoid = 2615 AND objoid = 2200")
    },
    read: read_comments,
};

pub(super) const LABELS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT classoid, objoid, objsubid, provider, label,
            pg_describe_object(classoid, objoid, objsubid) FROM pg_seclabel")
    },
    read: read_labels,
};

/// Only lists that are kept; a kept list may be empty.
pub(super) const GRANTS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT o.class, o.oid, o.part, x.grantee, x.grantor, x.privilege_type, x.is_grantable
            FROM (SELECT 1259 AS class, oid, 0 AS part, relacl AS acl FROM pg_class
                WHERE relacl IS NOT NULL AND oid >= 16384
            UNION ALL SELECT 1259, attrelid, attnum, attacl FROM pg_attribute
                WHERE attacl IS NOT NULL AND attrelid >= 16384
            UNION ALL SELECT 1255, oid, 0, proacl FROM pg_proc WHERE proacl IS NOT NULL AND oid >= 16384
            UNION ALL SELECT 1247, oid, 0, typacl FROM pg_type WHERE typacl IS NOT NULL AND oid >= 16384
            UNION ALL SELECT 2615, oid, 0, nspacl FROM pg_namespace WHERE nspacl IS NOT NULL
            UNION ALL SELECT 2328, oid, 0, fdwacl FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
            UNION ALL SELECT 2612, oid, 0, lanacl FROM pg_language WHERE lanacl IS NOT NULL
            UNION ALL SELECT 1417, oid, 0, srvacl FROM pg_foreign_server WHERE srvacl IS NOT NULL) o
            LEFT JOIN LATERAL aclexplode(o.acl) x ON true")
    },
    read: read_grants,
};

fn read_built_in(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let letter = row.letter()?;
        let grantee = if row.flag()? { Grantee::Public } else { Grantee::Owner };
        assembly.built_in.entry(letter).or_default().push((grantee, row.text()?));
    }
    Ok(())
}

fn address(row: &mut Row) -> Result<Address, AssembleError> {
    Ok((row.oid()?, row.oid()?, row.number()?))
}

fn read_comments(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let at = address(&mut row)?;
        let comment = Some(row.text()?);
        if let Some(about) = assembly.place(at).and_then(|slot| assembly.about_mut(slot)) {
            about.comment = comment;
            continue;
        }
        if at.0 == class::RELATION && at.2 > 0 {
            comment_part(assembly, at, comment);
            continue;
        }
        if assembly.is_member(at.0, at.1) {
            continue;
        }
        let described = row.maybe_text()?;
        if let Some(what) = behind(assembly, at, described) {
            assembly.unmodelled(format!("comment on {what}"), "not compared");
        }
    }
    Ok(())
}

/// Something that is no object: named by the object that it is a part of, else as the server calls it.
fn behind(assembly: &Assembly, at: Address, described: Option<Box<str>>) -> Option<Box<str>> {
    let of = assembly.find(at).and_then(|slot| assembly.object(slot)).map(|object| &object.id);
    of.map(|id| format!("what is behind {id}").into()).or(described)
}

/// A comment on an output column or an attribute, which are no objects.
fn comment_part(assembly: &mut Assembly, at: Address, comment: Option<Box<str>>) {
    let Some(relation) = assembly.relations.get(&at.1) else { return };
    let Some(name) = relation.columns.get(&at.2).cloned() else { return };
    match assembly.body_mut(relation.slot) {
        Some(Body::View(view)) => {
            if let Some(column) = view.columns.iter_mut().find(|column| column.name == name) {
                column.comment = comment;
            }
        }
        Some(Body::Composite(composite)) => {
            if let Some(attribute) = composite.attributes.iter_mut().find(|found| found.name == name) {
                attribute.comment = comment;
            }
        }
        _ => {}
    }
}

fn read_labels(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let at = address(&mut row)?;
        if let Some(about) = assembly.place(at).and_then(|slot| assembly.about_mut(slot)) {
            about.labels.insert(row.text()?, row.text()?);
            continue;
        }
        let (provider, _label) = (row.text()?, row.text()?);
        let described = row.maybe_text()?;
        if let Some(what) = behind(assembly, at, described) {
            assembly.unmodelled(format!("security label of {provider} on {what}"), "not compared");
        }
    }
    Ok(())
}

fn read_grants(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut kept: BTreeMap<Address, BTreeSet<Grant>> = BTreeMap::new();
    for mut row in answer.rows() {
        let at = address(&mut row)?;
        let grants = kept.entry(at).or_default();
        grants.extend(grant(assembly, &mut row)?);
    }
    let mut usual: HashMap<(char, Ident), Arc<BTreeSet<Grant>>> = HashMap::new();
    for (slot, letter) in assembly.privileged().to_vec() {
        let owner = assembly.object(slot).and_then(|object| object.about.owner.clone());
        let Some(owner) = owner else { continue };
        let grants = usual
            .entry((letter, owner.clone()))
            .or_insert_with(|| Arc::new(assembly.built_in_grants(letter, &owner)));
        let grants = Some(Arc::clone(grants));
        if let Some(about) = assembly.about_mut(slot) {
            about.grants = grants;
        }
    }
    let mut known: HashSet<Arc<BTreeSet<Grant>>> = HashSet::new();
    for (at, grants) in kept {
        if let Some(about) = assembly.place(at).and_then(|slot| assembly.about_mut(slot)) {
            let shared = known.get(&grants).cloned().unwrap_or_else(|| Arc::new(grants));
            known.insert(Arc::clone(&shared));
            about.grants = Some(shared);
        } else if at.0 == class::RELATION && at.2 > 0 {
            let name = assembly.column(at.1, at.2).cloned();
            let column = assembly
                .view_mut(at.1)
                .and_then(|view| view.columns.iter_mut().find(|column| Some(&column.name) == name.as_ref()));
            if let Some(column) = column {
                column.grants = grants;
            }
        } else if !assembly.is_member(at.0, at.1)
            && let Some(what) = behind(assembly, at, None)
        {
            assembly.unmodelled(format!("privileges on {what}"), "not compared");
        }
    }
    Ok(())
}

/// Grantee, grantor, privilege, option; `None` for the row that an empty list leaves.
pub(super) fn grant(assembly: &Assembly, row: &mut Row) -> Result<Option<Grant>, AssembleError> {
    let Some(grantee) = row.maybe_number()? else { return Ok(None) };
    let grantee: Option<Ident> = (grantee != 0).then(|| assembly.role(grantee));
    Ok(Some(Grant {
        grantee,
        grantor: assembly.role(row.oid()?),
        privilege: row.text()?,
        option: if row.flag()? { GrantOption::WithGrantOption } else { GrantOption::Plain },
    }))
}
