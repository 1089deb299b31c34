//! The server's own dependencies (`pg_depend`), led back to objects. Edges that follow from the shape of
//! things (a column needs its table) are made where those things are read.

use super::answer::Answer;
use super::assembly::{Assembly, Partition, Slot};
use super::class::{self, Address};
use super::{Family, POSTGRES};
use crate::engines::AssembleError;
use crate::model::{Body, ConstraintKind, ObjectKind};
use crate::sql;

/// Left out on the server because they would only be thrown away here: edges to schemas, which every
/// object has by its name (but for extensions and publications), types that come with a type or a relation, and the triggers behind foreign keys.
pub(super) const DEPENDS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT deptype, classid, objid, objsubid, refclassid, refobjid, refobjsubid
            FROM pg_depend
            WHERE objid >= 16384 AND deptype IN ('n', 'a', 'i', 'P', 'S')
            AND (refclassid <> 2615 OR classid IN (3079, 6237))
            AND NOT (deptype = 'i' AND classid IN (1247, 2620))
            AND NOT (classid = 1259 AND objsubid = 0 AND refclassid = 1259 AND deptype = 'i')")
    },
    read: read_depends,
};

struct Edge {
    letter: char,
    from: Address,
    to: Address,
}

fn read_depends(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut edges = Vec::new();
    for mut row in answer.rows() {
        let edge = Edge {
            letter: row.letter()?,
            from: (row.oid()?, row.oid()?, row.number()?),
            to: (row.oid()?, row.oid()?, row.number()?),
        };
        edges.push(edge);
    }
    adopt(assembly, &edges);
    for edge in &edges {
        let (Some(dependent), Some(needed)) = (assembly.find(edge.from), assembly.find(edge.to)) else {
            continue;
        };
        if dependent != needed && tells(assembly, edge, dependent, needed) {
            assembly.edge(dependent, needed);
        }
    }
    Ok(())
}

/// Catalog rows that are a part of another object and have no reader of their own: members of operator
/// families and publications, functions of range types.
fn adopt(assembly: &mut Assembly, edges: &[Edge]) {
    let whole = |edge: &&Edge| match (edge.from.0, edge.to.0) {
        (class::FAMILY_OPERATOR | class::FAMILY_FUNCTION, class::OPERATOR_CLASS) => edge.letter == 'i',
        (class::FAMILY_OPERATOR | class::FAMILY_FUNCTION, class::OPERATOR_FAMILY) => edge.letter != 'n',
        (class::PUBLISHED_RELATION | class::PUBLISHED_SCHEMA, class::PUBLICATION) => true,
        (class::ROUTINE | class::CAST, class::TYPE) => edge.letter == 'i',
        _ => false,
    };
    for edge in edges.iter().filter(whole) {
        if assembly.find(edge.from).is_none()
            && let Some(slot) = assembly.find(edge.to)
        {
            assembly.alias(edge.from, slot);
        }
    }
}

/// Whether an edge says more than other facts do, or the opposite of what they say.
fn tells(assembly: &Assembly, edge: &Edge, dependent: Slot, needed: Slot) -> bool {
    let (Some(from), Some(to)) = (assembly.object(dependent), assembly.object(needed)) else { return false };
    match (from.id.kind, to.id.kind) {
        // A sequence that a column owns: the ownership is a fact of its own.
        (ObjectKind::Sequence, ObjectKind::Column) => edge.letter != 'a',
        // A partition's place is a fact of its own too.
        (ObjectKind::Table, ObjectKind::Table) => assembly
            .relations
            .get(&edge.from.1)
            .is_none_or(|relation| relation.partition == Partition::Standalone),
        // A base type and its functions need each other; the type is what cannot be made from here.
        (ObjectKind::Type, ObjectKind::Function) => !matches!(from.body, Body::Opaque(_)),
        _ => match edge.letter {
            // Parts of partitions hang on those of the parent: for indexes and keys that is a fact of its own.
            'P' | 'S' => matches!(&from.body, Body::Constraint(constraint)
                if constraint.kind == ConstraintKind::ForeignKey),
            _ => true,
        },
    }
}
