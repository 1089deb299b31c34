//! Sequences: those that stand alone, those that a column owns, and those behind identity columns, which are
//! part of their column.

use super::answer::{Answer, Row};
use super::assembly::Assembly;
use super::relations::persistence;
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{
    Body, Cycle, Identity, IdentityMode, ObjectId, ObjectKind, Sequence, SequenceOptions, SequenceOwner,
};
use crate::sql;

pub(super) const SEQUENCES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT c.oid, c.relnamespace, c.relname, c.relowner, c.relpersistence,
            format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
            d.deptype, d.refobjid, d.refobjsubid, a.attname, a.attidentity
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
            LEFT JOIN pg_depend d ON d.classid = 1259 AND d.objid = c.oid AND d.objsubid = 0
                AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.oid >= 16384 AND c.relpersistence <> 't'")
    },
    read: read_sequences,
};

fn read_sequences(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let schema = row.oid()?;
        let name = row.ident()?;
        let Some(name) = assembly.name(schema, name) else { continue };
        if assembly.is_member(class::RELATION, oid) {
            continue;
        }
        let owner = row.oid()?;
        let persistence = persistence(row.letter()?);
        let data_type = row.definition()?;
        let options = options(&mut row)?;
        let dependency = row.letter()?;
        let (table, number): (u32, i32) =
            (row.maybe_number()?.unwrap_or(0), row.maybe_number()?.unwrap_or(0));
        let column = row.maybe_ident()?;
        if dependency == 'i' {
            let mode = if row.letter()? == 'a' { IdentityMode::Always } else { IdentityMode::ByDefault };
            let identity = Identity { mode, sequence: name, options, persistence };
            assembly.identities.insert((table, number), (oid, identity));
            continue;
        }
        let id = ObjectId::new(ObjectKind::Sequence, name.clone());
        let slot = assembly.add(
            (class::RELATION, oid, 0),
            id,
            Body::Sequence(Sequence { data_type, options, persistence }),
        );
        assembly.own(slot, owner, Some('s'));
        assembly.in_schema(slot, schema);
        let owning = assembly.relations.get(&table).map(|relation| relation.name.clone());
        if let (Some(table_name), Some(column)) = (owning, column) {
            let id = ObjectId::new(ObjectKind::SequenceOwner, name);
            let body = Body::SequenceOwner(SequenceOwner { table: table_name, column });
            let fact = assembly.add_fact(id, body);
            assembly.edge(fact, slot);
            assembly.sequence_owners.push((fact, (class::RELATION, table, number)));
        }
    }
    Ok(())
}

fn options(row: &mut Row) -> Result<SequenceOptions, AssembleError> {
    Ok(SequenceOptions {
        start: row.number()?,
        increment: row.number()?,
        minimum: row.number()?,
        maximum: row.number()?,
        cache: row.number()?,
        cycle: if row.flag()? { Cycle::Cycle } else { Cycle::NoCycle },
    })
}
