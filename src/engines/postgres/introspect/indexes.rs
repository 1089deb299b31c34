//! Indexes. Those that a constraint owns are kept aside for it; all others are objects. An index of a
//! partition that hangs in an index of the parent is a fact of its own.

use super::answer::{Answer, Oid};
use super::assembly::{Assembly, KeyIndex, Relation};
use super::{Family, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{
    Body, Definition, Ident, Index, IndexClass, IndexPartition, ObjectId, ObjectKind, Origin,
    ReplicaIdentity, ServerVersion, Sql, TableShape, Uniqueness, Validity,
};
use crate::sql;

pub(super) const INDEXES: Family = Family { query: query_indexes, read: read_indexes };

/// The tail is what follows the table's name. Its start is counted from the names as the server quotes them,
/// never searched for: a name may hold anything.
///
/// `pg_get_indexdef` looks through all operator classes for each column. Most indexes are a b-tree over plain
/// columns with nothing special about it; what the server would print of these is known, and only the rest is
/// asked of it (see [`PLAIN`]).
fn query_indexes(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT x.indexrelid, x.indrelid, i.relname, i.relkind, x.indnkeyatts, x.indkey,
        CASE WHEN ", PLAIN, since(version, 15, " AND NOT x.indnullsnotdistinct", ""), " THEN NULL
        ELSE substr(pg_get_indexdef(x.indexrelid), 1 + length(concat('CREATE ',
            CASE WHEN x.indisunique THEN 'UNIQUE ' END, 'INDEX ', quote_ident(i.relname), ' ON ',
            CASE i.relkind WHEN 'I' THEN 'ONLY ' END,
            quote_ident(n.nspname), '.', quote_ident(t.relname), ' '))) END,
        array_to_json(i.reloptions), i.relam = 403, x.indisvalid, x.indisclustered, x.indisreplident,
        i.reltablespace <> 0, k.oid IS NOT NULL, x.indisunique
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid AND t.relkind IN ('r', 'p', 'm')
        JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid
            AND k.contype IN ('p', 'u', 'x')
        WHERE x.indexrelid >= 16384 AND i.relpersistence <> 't'")
}

/// Whether an index `x`, `i` prints as `USING btree (columns)`.
///
/// The server leaves an operator class out where it is the default for the column's type. For the built-in
/// default classes of these types that is so for every column that can have them, unless someone made another
/// type binary-coercible to one of them (then nothing here counts as plain). `text` is such a case by nature
/// (`varchar`, `citext`): there the table must have no collatable column but `text` and `varchar` with the
/// default collation, so that no collation is printed either.
const PLAIN: &str = "i.relam = 403 AND i.reloptions IS NULL AND x.indnatts = x.indnkeyatts
        AND x.indpred IS NULL AND x.indexprs IS NULL AND x.indoption::text !~ '[^0 ]'
        AND x.indclass::oid[] <@ ARRAY(SELECT oid FROM pg_opclass WHERE opcmethod = 403 AND opcdefault
            AND oid < 16384 AND opcintype IN (16, 20, 21, 23, 25, 700, 701, 1082, 1083, 1114, 1184, 1186, 1700, 2950)
            AND NOT EXISTS (SELECT FROM pg_cast WHERE oid >= 16384 AND castmethod = 'b' AND castcontext = 'i'
                AND casttarget IN (16, 20, 21, 23, 700, 701, 1082, 1083, 1114, 1184, 1186, 1700, 2950)))
        AND (x.indcollation::text !~ '[^0 ]' OR x.indcollation::text ~ '^(0|100)( 0| 100)*$'
            AND x.indrelid NOT IN (SELECT attrelid FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
                AND (attcollation NOT IN (0, 100) OR attcollation = 100 AND atttypid NOT IN (25, 1043))))";

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
        let (on, on_slot) = (relation.name.clone(), relation.slot);
        let shape = if row.letter()? == 'I' { TableShape::Partitioned } else { TableShape::Plain };
        let width: usize = row.number()?;
        let numbers: Vec<i32> = row.numbers()?;
        let columns: Vec<Option<Ident>> =
            numbers.iter().take(width).map(|number| relation.columns.get(number).cloned()).collect();
        let keys = listed(relation, &numbers, width);
        let index = KeyIndex {
            name: on.sibling(name.clone()),
            table,
            tail: row
                .maybe_definition()?
                .unwrap_or_else(|| Definition::from_catalog(format!("USING btree ({keys})"))),
            keys,
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
            let body = Index {
                table: on,
                class: IndexClass::Ordinary,
                uniqueness: if row.flag()? { Uniqueness::Unique } else { Uniqueness::Plain },
                tail: index.tail.clone(),
                columns,
                shape,
                validity: index.validity,
                origin: Origin::Local,
                statistics: assembly.index_statistics.remove(&oid).unwrap_or_default(),
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

/// The key columns as the server lists them.
fn listed(relation: &Relation, numbers: &[i32], width: usize) -> Box<str> {
    let quoted = |number: &i32| -> Option<&str> {
        relation.quoted.get(number).map(Box::as_ref).or(relation.columns.get(number).map(Ident::as_str))
    };
    let names: Vec<&str> = numbers.iter().take(width).filter_map(quoted).collect();
    names.join(", ").into()
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
