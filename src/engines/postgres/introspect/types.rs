//! Enums, domains with their constraints, ranges and base types. Composite types are read with the relations.

use super::answer::{Answer, Oid, Row};
use super::assembly::{Assembly, member};
use super::columns::default_name;
use super::constraints::without_not_valid;
use super::relations::qualified;
use super::{Family, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{
    Body, Constraint, ConstraintKind, Defined, Domain, DomainNotNull, Enforcement, EnumType, Ident, ObjectId,
    ObjectKind, Opaque, Origin, ServerVersion, Sql, TableShape, Validity,
};
use crate::sql;

pub(super) const TYPES: Family = Family { query: query_types, read: read_types };

/// Array types, row types and multiranges come with the type they belong to.
fn query_types(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT t.oid, t.typnamespace, t.typname, t.typtype, t.typowner, t.typarray,
        ", since(version, 14, "r.rngmultitypid, m.typarray", "0, 0"), ",
        e.labels,
        CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END, cn.nspname, co.collname,
        CASE t.typtype WHEN 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) END,
        t.typnotnull,
        CASE t.typtype
        WHEN 'r' THEN format('CREATE TYPE %I.%I AS RANGE (subtype = %s', n.nspname, t.typname,
                format_type(r.rngsubtype, NULL))
            || format(', subtype_opclass = %I.%I', ocn.nspname, oc.opcname)
            || CASE WHEN r.rngcollation <> st.typcollation
                THEN format(', collation = %I.%I', rcn.nspname, rco.collname) ELSE '' END
            || CASE WHEN r.rngcanonical <> 0 THEN ', canonical = ' || r.rngcanonical ELSE '' END
            || CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff ELSE '' END
            ", since(version, 14, "|| format(', multirange_type_name = %I.%I', n.nspname, m.typname)", ""), "
            || ')'
        WHEN 'b' THEN format('CREATE TYPE %I.%I (INPUT = %s, OUTPUT = %s, RECEIVE = %s, SEND = %s,'
            ' TYPMOD_IN = %s, TYPMOD_OUT = %s, ANALYZE = %s, INTERNALLENGTH = %s, PASSEDBYVALUE = %s,'
            ' ALIGNMENT = %s, STORAGE = %s, CATEGORY = %L, PREFERRED = %s, DEFAULT = %L, ELEMENT = %s,'
            ' DELIMITER = %L, COLLATABLE = %s)',
            n.nspname, t.typname, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout,
            t.typanalyze, t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred,
            t.typdefault, CASE WHEN t.typelem = 0 THEN '-' ELSE format_type(t.typelem, NULL) END, t.typdelim,
            t.typcollation <> 0)
        END,
        format('DROP TYPE %I.%I', n.nspname, t.typname), format('TYPE %I.%I', n.nspname, t.typname)
        FROM pg_type t
        JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels
            FROM pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid
        LEFT JOIN pg_type b ON b.oid = t.typbasetype
        LEFT JOIN pg_collation co ON co.oid = t.typcollation AND t.typtype = 'd'
            AND t.typcollation <> b.typcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        LEFT JOIN pg_range r ON r.rngtypid = t.oid
        LEFT JOIN pg_type st ON st.oid = r.rngsubtype
        LEFT JOIN pg_opclass oc ON oc.oid = r.rngsubopc
        LEFT JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
        LEFT JOIN pg_collation rco ON rco.oid = r.rngcollation
        LEFT JOIN pg_namespace rcn ON rcn.oid = rco.collnamespace
        ", since(version, 14, "LEFT JOIN pg_type m ON m.oid = r.rngmultitypid", ""), "
        WHERE t.oid >= 16384
        AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'b' AND t.typcategory <> 'A'
            OR t.typtype = 'p' AND NOT t.typisdefined)")
}

pub(super) const DOMAIN_CONSTRAINTS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT oid, contypid, conname, contype, pg_get_constraintdef(oid), convalidated
            FROM pg_constraint WHERE contypid >= 16384 AND contype IN ('c', 'n')")
    },
    read: read_domain_constraints,
};

fn read_types(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let schema = row.oid()?;
        let name = row.ident()?;
        let Some(name) = assembly.name(schema, name) else { continue };
        if assembly.is_member(class::TYPE, oid) {
            continue;
        }
        let letter = row.letter()?;
        let owner = row.oid()?;
        let with: [Oid; 3] = [
            row.maybe_number()?.unwrap_or(0),
            row.maybe_number()?.unwrap_or(0),
            row.maybe_number()?.unwrap_or(0),
        ];
        if letter == 'p' {
            assembly.unmodelled(format!("type {name}"), "declared, not defined");
            continue;
        }
        let (kind, body) = body(&mut row, letter)?;
        let slot = assembly.add((class::TYPE, oid, 0), ObjectId::new(kind, name), body);
        assembly.own(slot, owner, Some('T'));
        assembly.in_schema(slot, schema);
        for part in with {
            assembly.alias((class::TYPE, part, 0), slot);
        }
    }
    Ok(())
}

fn body(row: &mut Row, letter: char) -> Result<(ObjectKind, Body), AssembleError> {
    let labels = row.texts()?;
    if letter == 'e' {
        return Ok((ObjectKind::Enum, Body::Enum(EnumType { labels })));
    }
    let base = row.maybe_definition()?;
    let collation = qualified(row.maybe_ident()?, row.maybe_ident()?);
    let default = row.maybe_definition()?;
    let not_null = row.flag()?.then_some(DomainNotNull { name: None, validity: Validity::Valid });
    if let Some(base) = base {
        return Ok((ObjectKind::Domain, Body::Domain(Domain { base, collation, default, not_null })));
    }
    let text = row.definition()?;
    Ok((
        ObjectKind::Type,
        if letter == 'r' {
            Body::Defined(Defined { create: vec![text], drop: row.definition()?, address: row.definition()? })
        } else {
            Body::Opaque(Opaque { text, why: "a base type is made by compiled code".into() })
        },
    ))
}

fn read_domain_constraints(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let domain = row.oid()?;
        let name = row.ident()?;
        let Some(slot) = assembly.place((class::TYPE, domain, 0)) else { continue };
        let Some(on) = assembly.object(slot).map(|object| object.id.name.clone()) else { continue };
        let letter = row.letter()?;
        let text = row.text()?;
        let (definition, validity) = without_not_valid(text, row.flag()?);
        if letter == 'n' {
            let plain = default_name(on.name.as_str(), None, "not_null");
            let name: Option<Ident> = (name.as_str() != plain).then_some(name);
            if let Some(Body::Domain(domain)) = assembly.body_mut(slot) {
                domain.not_null = Some(DomainNotNull { name, validity });
            }
            continue;
        }
        let body = Constraint {
            kind: ConstraintKind::Check,
            definition,
            columns: Vec::new(),
            references: None,
            validity,
            origin: Origin::Local,
            enforcement: Enforcement::Enforced,
            on: TableShape::Plain,
            index: None,
        };
        let id = member(ObjectKind::DomainConstraint, &on, name);
        let constraint = assembly.add((class::CONSTRAINT, oid, 0), id, Body::Constraint(body));
        assembly.edge(constraint, slot);
    }
    Ok(())
}
