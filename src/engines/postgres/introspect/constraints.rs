//! Constraints of tables. NOT NULL is part of its column, constraint triggers are triggers, and constraints
//! of domains are with the types.

use super::answer::{Answer, Oid, Row};
use super::assembly::{Assembly, member};
use super::indexes::needs_columns;
use super::{Family, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{
    Body, Buildable, Constraint, ConstraintIndex, ConstraintKind, Definition, Enforcement, Ident, ObjectKind,
    Origin, QualifiedName, ServerVersion, Sql, TableShape, Validity,
};
use crate::sql;

pub(super) const CONSTRAINTS: Family = Family { query: query_constraints, read: read_constraints };

/// A key that says no more than its columns is not printed by the server but told from its index.
///
/// A foreign key to a partitioned table has a row for each partition of that table, on the same referencing
/// table; they are how the server works, not what anyone declared.
fn query_constraints(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT k.oid, k.conrelid, k.conname, k.contype, k.conindid,
        CASE WHEN k.contype IN ('p', 'u') AND NOT k.condeferrable AND x.indnatts = x.indnkeyatts",
            since(version, 15, " AND NOT x.indnullsnotdistinct", ""),
            since(version, 18, " AND NOT k.conperiod", ""), "
            THEN NULL ELSE pg_get_constraintdef(k.oid) END,
        k.convalidated, ", since(version, 18, "k.conenforced", "true"), ",
        ", since(version, 18, "k.conperiod", "false"), ",
        k.conislocal, k.conparentid <> 0, k.condeferrable, k.condeferred,
        k.conkey, k.confrelid, k.confkey
        FROM pg_constraint k LEFT JOIN pg_constraint parent ON parent.oid = k.conparentid
        LEFT JOIN pg_index x ON x.indexrelid = k.conindid AND k.contype IN ('p', 'u')
        WHERE k.conrelid >= 16384 AND k.contype IN ('c', 'f', 'p', 'u', 'x')
        AND parent.conrelid IS DISTINCT FROM k.conrelid")
}

fn read_constraints(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut keys: Vec<(usize, Oid)> = Vec::new();
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let table = row.oid()?;
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get(&table) else { continue };
        let (on, table_slot) = (relation.name.clone(), relation.slot);
        let shape = match relation.kind {
            'p' => TableShape::Partitioned,
            'f' => TableShape::Foreign,
            _ => TableShape::Plain,
        };
        let kind = kind(&mut row)?;
        let read = read_constraint(assembly, &mut row, kind, shape, table)?;
        let id = member(ObjectKind::Constraint, &on, name);
        let slot = assembly.add((class::CONSTRAINT, oid, 0), id, Body::Constraint(read.constraint));
        assembly.edge(slot, table_slot);
        needs_columns(assembly, slot, table, &read.own);
        if kind == ConstraintKind::ForeignKey {
            needs_columns(assembly, slot, read.referenced, &read.foreign);
            if let Some(referenced) = assembly.find((class::RELATION, read.referenced, 0)) {
                assembly.edge(slot, referenced);
            }
            keys.push((slot, read.index));
        } else {
            assembly.alias((class::RELATION, read.index, 0), slot);
        }
    }
    for (slot, index) in keys {
        if let Some(key) = assembly.find((class::RELATION, index, 0)) {
            assembly.edge(slot, key);
        }
    }
    Ok(())
}

fn kind(row: &mut Row) -> Result<ConstraintKind, AssembleError> {
    match row.letter()? {
        'c' => Ok(ConstraintKind::Check),
        'f' => Ok(ConstraintKind::ForeignKey),
        'p' => Ok(ConstraintKind::PrimaryKey),
        'u' => Ok(ConstraintKind::Unique),
        'x' => Ok(ConstraintKind::Exclude),
        other => Err(row.wrong(format!("constraint of kind `{other}`"))),
    }
}

struct ReadConstraint {
    constraint: Constraint,
    own: Vec<i32>,
    referenced: Oid,
    foreign: Vec<i32>,
    index: Oid,
}

fn read_constraint(
    assembly: &Assembly,
    row: &mut Row,
    kind: ConstraintKind,
    shape: TableShape,
    table: Oid,
) -> Result<ReadConstraint, AssembleError> {
    let index = row.oid()?;
    let text = match row.maybe_text()? {
        Some(text) => text,
        None => {
            let found = assembly.indexes.get(&index).ok_or_else(|| row.wrong("a key without its index"))?;
            let word = if kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
            format!("{word} ({})", found.keys).into()
        }
    };
    let validated = row.flag()?;
    let enforcement = if row.flag()? { Enforcement::Enforced } else { Enforcement::NotEnforced };
    let (definition, validity) = match enforcement {
        Enforcement::Enforced => without_not_valid(text, validated),
        // What is never checked cannot be validated either; its own words say all.
        Enforcement::NotEnforced => (Definition::from_catalog(text), Validity::Valid),
    };
    let period = row.flag()?;
    let (local, part_of_parent) = (row.flag()?, row.flag()?);
    let deferral = match (row.flag()?, row.flag()?) {
        (false, _) => "",
        (true, false) => "DEFERRABLE",
        (true, true) => "DEFERRABLE INITIALLY DEFERRED",
    };
    let own: Vec<i32> = row.numbers()?;
    let referenced = row.oid()?;
    let foreign: Vec<i32> = row.numbers()?;
    let is_key = matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique);
    let constraint = Constraint {
        kind,
        definition,
        columns: names(assembly, table, &own),
        references: references(assembly, kind, referenced, &foreign),
        validity,
        origin: if local && !part_of_parent { Origin::Local } else { Origin::Inherited },
        enforcement,
        on: shape,
        index: match kind {
            ConstraintKind::ForeignKey | ConstraintKind::Check | ConstraintKind::NotNull => None,
            ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude => {
                assembly.indexes.get(&index).map(|found| {
                    Box::new(ConstraintIndex {
                        tail: found.tail.clone(),
                        storage: found.storage.clone(),
                        buildable: if is_key
                            && found.btree
                            && !period
                            && shape == TableShape::Plain
                            && found.validity == Validity::Valid
                        {
                            Buildable::Concurrently
                        } else {
                            Buildable::OnlyInPlace
                        },
                        deferral: Definition::from_catalog(deferral),
                    })
                })
            }
        },
    };
    Ok(ReadConstraint { constraint, own, referenced, foreign, index })
}

/// Takes the server's closing ` NOT VALID` off.
pub(super) fn without_not_valid(text: Box<str>, validated: bool) -> (Definition, Validity) {
    match text.strip_suffix(" NOT VALID") {
        Some(rest) if !validated => (Definition::from_catalog(rest), Validity::NotValid),
        _ if validated => (Definition::from_catalog(text), Validity::Valid),
        _ => (Definition::from_catalog(text), Validity::NotValid),
    }
}

fn names(assembly: &Assembly, relation: Oid, numbers: &[i32]) -> Vec<Ident> {
    numbers.iter().filter_map(|number| assembly.column(relation, *number).cloned()).collect()
}

fn references(
    assembly: &Assembly,
    kind: ConstraintKind,
    table: Oid,
    numbers: &[i32],
) -> Option<(QualifiedName, Vec<Ident>)> {
    if kind != ConstraintKind::ForeignKey {
        return None;
    }
    let relation = assembly.relations.get(&table)?;
    Some((relation.name.clone(), names(assembly, table, numbers)))
}
