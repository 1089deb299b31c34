//! Indexes. Those that a constraint owns are kept aside for it; all others are objects. An index of a
//! partition that hangs in an index of the parent is a fact of its own.

use std::collections::BTreeMap;

use super::answer::{Answer, Oid};
use super::assembly::{Assembly, KeyIndex};
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{
    Body, Ident, Index, IndexPartition, ObjectId, ObjectKind, Origin, ReplicaIdentity, TableShape,
    Uniqueness, Validity,
};
use crate::sql;

/// The tail is what follows the table's name. Its start is counted from the names as the server quotes them,
/// never searched for: a name may hold anything.
pub(super) const INDEXES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT x.indexrelid, x.indrelid, i.relname, i.relkind,
            substr(pg_get_indexdef(x.indexrelid), 1 + length(concat('CREATE ',
                CASE WHEN x.indisunique THEN 'UNIQUE ' END, 'INDEX ', quote_ident(i.relname), ' ON ',
                CASE i.relkind WHEN 'I' THEN 'ONLY ' END,
                quote_ident(n.nspname), '.', quote_ident(t.relname), ' '))),
            array_to_json(i.reloptions), i.relam = 403, x.indisvalid, x.indisclustered, x.indisreplident,
            i.reltablespace <> 0, k.oid IS NOT NULL, x.indisunique, x.indnkeyatts, x.indkey
            FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_class t ON t.oid = x.indrelid AND t.relkind IN ('r', 'p', 'm')
            JOIN pg_namespace n ON n.oid = t.relnamespace
            LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
                AND k.contype IN ('p', 'u', 'x')
            WHERE x.indexrelid >= 16384 AND i.relpersistence <> 't'")
    },
    read: read_indexes,
};

pub(super) const INDEX_STATISTICS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT a.attrelid, a.attnum, a.attstattarget
            FROM pg_attribute a JOIN pg_class i ON i.oid = a.attrelid AND i.relkind IN ('i', 'I')
            WHERE a.attstattarget >= 0 AND a.attrelid >= 16384 ORDER BY 1, 2")
    },
    read: read_statistics,
};

/// After the constraints, which own some of the indexes.
pub(super) const INDEX_PARTITIONS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT h.inhrelid, h.inhparent
            FROM pg_inherits h JOIN pg_class i ON i.oid = h.inhrelid AND i.relkind IN ('i', 'I')")
    },
    read: read_partitions,
};

fn read_indexes(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let table = row.oid()?;
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get(&table) else { continue };
        let (on, on_slot, columns) = (relation.name.clone(), relation.slot, relation.columns.clone());
        let shape = if row.letter()? == 'I' { TableShape::Partitioned } else { TableShape::Plain };
        let index = KeyIndex {
            name: on.sibling(name.clone()),
            table,
            tail: row.definition()?,
            storage: row.settings("")?,
            btree: row.flag()?,
            validity: if row.flag()? { Validity::Valid } else { Validity::NotValid },
        };
        note_use(assembly, table, &name, row.flag()?, row.flag()?);
        if row.flag()? {
            assembly.unmodelled(format!("tablespace of index {}", index.name), "not compared");
        }
        let of_constraint = row.flag()?;
        if !of_constraint {
            let uniqueness = if row.flag()? { Uniqueness::Unique } else { Uniqueness::Plain };
            let keys: usize = row.number()?;
            let numbers: Vec<i32> = row.numbers()?;
            let body = Index {
                table: on,
                uniqueness,
                tail: index.tail.clone(),
                columns: numbers.iter().take(keys).map(|number| columns.get(number).cloned()).collect(),
                shape,
                validity: index.validity,
                origin: Origin::Local,
                statistics: Vec::new(),
            };
            let id = ObjectId::new(ObjectKind::Index, index.name.clone());
            let slot = assembly.add((class::RELATION, oid, 0), id, Body::Index(body));
            assembly.edge(slot, on_slot);
            needs_columns(assembly, slot, table, &numbers);
        }
        assembly.indexes.insert(oid, index);
    }
    Ok(())
}

/// Records on the table that CLUSTER or logical replication uses the index.
fn note_use(assembly: &mut Assembly, table: Oid, name: &Ident, clustered: bool, identifies: bool) {
    if let Some(table) = assembly.table_mut(table) {
        if clustered {
            table.clustered_on = Some(name.clone());
        }
        if identifies {
            table.replica_identity = ReplicaIdentity::Index(name.clone());
        }
    }
}

/// Edges to the columns of a relation; 0 stands for an expression, negative numbers for system columns.
pub(super) fn needs_columns(assembly: &mut Assembly, slot: usize, relation: Oid, numbers: &[i32]) {
    for number in numbers.iter().filter(|number| **number > 0) {
        if let Some(column) = assembly.find((class::RELATION, relation, *number)) {
            assembly.edge(slot, column);
        }
    }
}

fn read_statistics(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut targets: BTreeMap<Oid, Vec<(u32, i32)>> = BTreeMap::new();
    for mut row in answer.rows() {
        targets.entry(row.oid()?).or_default().push((row.number()?, row.number()?));
    }
    for (oid, statistics) in targets {
        let slot = assembly.place((class::RELATION, oid, 0));
        if let Some(Body::Index(index)) = slot.and_then(|slot| assembly.body_mut(slot)) {
            index.statistics = statistics;
        }
    }
    Ok(())
}

fn read_partitions(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (child, parent) = (row.oid()?, row.oid()?);
        let (Some(of), Some(under)) = (assembly.indexes.get(&child), assembly.indexes.get(&parent)) else {
            continue;
        };
        let named = |oid: &Oid| assembly.relations.get(oid).map(|relation| relation.name.clone());
        let (Some(table), Some(parent_table)) = (named(&of.table), named(&under.table)) else { continue };
        let body = Body::IndexPartition(IndexPartition { table, parent: under.name.clone(), parent_table });
        let id = ObjectId::new(ObjectKind::IndexPartition, of.name.clone());
        let fact = assembly.add_fact(id, body);
        for end in [child, parent] {
            if let Some(slot) = assembly.find((class::RELATION, end, 0)) {
                assembly.edge(fact, slot);
            }
        }
        let slot = assembly.place((class::RELATION, child, 0));
        if let Some(Body::Index(index)) = slot.and_then(|slot| assembly.body_mut(slot)) {
            index.origin = Origin::Inherited;
        }
    }
    Ok(())
}
