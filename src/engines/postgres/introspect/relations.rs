//! Tables, partitions, inheritance, foreign tables, and the shells of views and composite types, which other
//! families fill. Sequences are in `sequences`.

use super::answer::{Answer, Oid, Row};
use super::assembly::{Assembly, Partition, Relation};
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{
    Body, Composite, Definition, Estimate, Foreign, Ident, ObjectId, ObjectKind, Persistence, Populated,
    QualifiedName, ReplicaIdentity, RowSecurity, Settings, Table, View,
};
use crate::sql;

pub(super) const RELATIONS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relowner, c.relispartition,
            c.reltype, rt.typarray, c.reltablespace <> 0,
            array_to_json(c.reloptions), array_to_json(tc.reloptions), am.amname,
            c.relispopulated, c.relpersistence,
            CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END,
            c.relreplident, c.relrowsecurity, c.relforcerowsecurity,
            CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
            CASE WHEN c.reltuples > 0 OR c.reltuples = 0 AND c.relpages > 0 THEN c.reltuples::bigint END,
            CASE WHEN c.relpages > 0 THEN c.relpages * current_setting('block_size')::bigint END
            FROM pg_class c
            LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid AND tc.reloptions IS NOT NULL
            LEFT JOIN pg_type rt ON rt.oid = c.reltype
            LEFT JOIN pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND c.relpersistence <> 't'")
    },
    read: read_relations,
};

pub(super) const FOREIGN_TABLES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT f.ftrelid, s.srvname, array_to_json(f.ftoptions)
            FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver")
    },
    read: read_foreign_tables,
};

/// Parents of tables in their order, with the bounds of partitions.
pub(super) const INHERITANCE: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT i.inhrelid, i.inhparent, pg_get_expr(c.relpartbound, 0)
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE c.relkind IN ('r', 'p', 'f') ORDER BY i.inhrelid, i.inhseqno")
    },
    read: read_inheritance,
};

fn read_relations(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let schema = row.oid()?;
        let name = row.ident()?;
        let Some(name) = assembly.name(schema, name) else { continue };
        if assembly.is_member(class::RELATION, oid) {
            continue;
        }
        read_relation(assembly, &mut row, oid, schema, name)?;
    }
    Ok(())
}

fn read_relation(
    assembly: &mut Assembly,
    row: &mut Row,
    oid: Oid,
    schema: Oid,
    name: QualifiedName,
) -> Result<(), AssembleError> {
    let kind = row.letter()?;
    let owner = row.oid()?;
    let partition = if row.flag()? { Partition::Attached } else { Partition::Standalone };
    let row_type = row.oid()?;
    let array_type = row.maybe_number()?.unwrap_or(0);
    let elsewhere = row.flag()?;
    let (object_kind, body) = match kind {
        'v' => (ObjectKind::View, Body::View(view(row)?)),
        'm' => (ObjectKind::MaterializedView, Body::View(view(row)?)),
        'c' => (ObjectKind::Composite, Body::Composite(Composite { attributes: Vec::new() })),
        _ => (ObjectKind::Table, Body::Table(Box::new(table(row, kind)?))),
    };
    let id = ObjectId::new(object_kind, name.clone());
    let slot = if kind == 'c' {
        let slot = assembly.add((class::TYPE, row_type, 0), id, body);
        assembly.alias((class::RELATION, oid, 0), slot);
        assembly.own(slot, owner, Some('T'));
        slot
    } else {
        let slot = assembly.add((class::RELATION, oid, 0), id, body);
        assembly.alias((class::TYPE, row_type, 0), slot);
        assembly.own(slot, owner, Some('r'));
        slot
    };
    assembly.alias((class::TYPE, array_type, 0), slot);
    assembly.in_schema(slot, schema);
    if elsewhere {
        assembly.unmodelled(format!("tablespace of {} {name}", object_kind.word()), "not compared");
    }
    let relation = Relation {
        slot,
        name,
        kind,
        partition,
        parents: Vec::new(),
        columns: Default::default(),
        quoted: Default::default(),
    };
    assembly.relations.insert(oid, relation);
    Ok(())
}

fn storage(row: &mut Row) -> Result<Settings, AssembleError> {
    let mut storage = row.settings("")?;
    storage.extend(&row.settings("toast.")?);
    Ok(storage)
}

fn view(row: &mut Row) -> Result<View, AssembleError> {
    Ok(View {
        // Until the views' own query is read.
        query: Definition::from_catalog(""),
        options: storage(row)?,
        columns: Vec::new(),
        access_method: row.maybe_ident()?,
        populated: if row.flag()? { Populated::WithData } else { Populated::NoData },
    })
}

fn table(row: &mut Row, kind: char) -> Result<Table, AssembleError> {
    let storage = storage(row)?;
    let access_method = row.maybe_ident()?;
    let _populated = row.flag()?;
    Ok(Table {
        persistence: persistence(row.letter()?),
        partition_by: row.maybe_definition()?,
        inherits: Vec::new(),
        access_method,
        storage,
        replica_identity: match row.letter()? {
            'f' => ReplicaIdentity::Full,
            // An index is filled in when it is met; a lost one counts as nothing for the server too.
            // Foreign tables always have `n` and cannot have anything else.
            'n' | 'i' if kind != 'f' => ReplicaIdentity::Nothing,
            _ => ReplicaIdentity::Default,
        },
        row_security: match (row.flag()?, row.flag()?) {
            (false, false) => RowSecurity::Off,
            (true, false) => RowSecurity::Enabled,
            (true, true) => RowSecurity::Forced,
            (false, true) => RowSecurity::ForcedButOff,
        },
        of_type: row.maybe_definition()?,
        foreign: None,
        source: None,
        clustered_on: None,
        rows: Estimate { rows: row.maybe_number()?, bytes: row.maybe_number()? },
    })
}

pub(super) fn persistence(letter: char) -> Persistence {
    if letter == 'u' { Persistence::Unlogged } else { Persistence::Permanent }
}

fn read_foreign_tables(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let foreign = Foreign { server: row.ident()?, options: row.settings("")? };
        if let Some(table) = assembly.table_mut(oid) {
            table.foreign = Some(foreign);
        }
    }
    Ok(())
}

fn read_inheritance(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (child, parent) = (row.oid()?, row.oid()?);
        let bound = row.maybe_definition()?;
        if let Some(relation) = assembly.relations.get_mut(&child) {
            relation.parents.push(parent);
        }
        let Some(parent) = assembly.relations.get(&parent).map(|found| (found.slot, found.name.clone()))
        else {
            continue;
        };
        let Some((slot, name)) = assembly.relations.get(&child).map(|found| (found.slot, found.name.clone()))
        else {
            continue;
        };
        match bound {
            Some(bound) => {
                let id = ObjectId::new(ObjectKind::Partition, name);
                let body = Body::Partition(crate::model::Partition { parent: parent.1, bound });
                let fact = assembly.add_fact(id, body);
                assembly.edge(fact, slot);
                assembly.edge(fact, parent.0);
            }
            None => {
                if let Some(table) = assembly.table_mut(child) {
                    table.inherits.push(parent.1);
                }
                assembly.edge(slot, parent.0);
            }
        }
    }
    Ok(())
}

/// A name from two columns that an outer join may leave empty.
pub(super) fn qualified(schema: Option<Ident>, name: Option<Ident>) -> Option<QualifiedName> {
    name.map(|name| QualifiedName { schema, name })
}
