//! Functions and procedures. Aggregates have a file of their own.

use super::answer::{Answer, Row};
use super::assembly::Assembly;
use super::{Family, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{
    Argument, Body, Definition, Ident, ObjectId, ObjectKind, Routine, ServerVersion, Settings, Sql,
};
use crate::sql;

pub(super) const ROUTINES: Family = Family { query: query_routines, read: read_routines };

/// Functions that a range type brings along depend internally on it and are no objects.
fn query_routines(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT p.oid, p.pronamespace, p.proname, p.prokind, oidvectortypes(p.proargtypes), p.proowner,
        pg_get_functiondef(p.oid), pg_get_function_result(p.oid), l.lanname,
        ", since(version, 14,
            "CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_get_function_sqlbody(p.oid) END",
            "p.prosrc"), ",
        a.types, a.defaults, array_to_json(p.proargnames), array_to_json(p.proargmodes)
        FROM pg_proc p
        JOIN pg_language l ON l.oid = p.prolang
        LEFT JOIN LATERAL (SELECT json_agg(format_type(t.oid, NULL) ORDER BY t.place) AS types,
            CASE WHEN p.pronargdefaults > 0
                THEN json_agg(pg_get_function_arg_default(p.oid, t.place::int) ORDER BY t.place) END AS defaults
            FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY t (oid, place)) a ON true
        WHERE p.oid >= 16384 AND p.prokind <> 'a'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid
            AND d.deptype IN ('e', 'i'))")
}

fn read_routines(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let oid = row.oid()?;
        let schema = row.oid()?;
        let name = row.ident()?;
        let Some(name) = assembly.name(schema, name) else { continue };
        let kind = if row.letter()? == 'p' { ObjectKind::Procedure } else { ObjectKind::Function };
        let signature = row.text()?;
        let owner = row.oid()?;
        let body = Routine {
            settings: Settings::new(),
            definition: row.statement()?,
            returns: row.maybe_definition()?.unwrap_or_else(|| Definition::from_catalog("")),
            language: row.ident()?,
            body: row.text()?,
            arguments: arguments(&mut row)?,
        };
        let id = ObjectId::overload(kind, name, signature);
        let slot = assembly.add((class::ROUTINE, oid, 0), id, Body::Routine(body));
        assembly.own(slot, owner, Some('f'));
        assembly.in_schema(slot, schema);
    }
    Ok(())
}

fn arguments(row: &mut Row) -> Result<Vec<Argument>, AssembleError> {
    let types = row.texts()?;
    let mut defaults = row.list()?.into_iter();
    let mut names = row.list()?.into_iter();
    let mut modes = row.list()?.into_iter();
    Ok(types
        .into_iter()
        .map(|data_type| Argument {
            name: names.next().flatten().filter(|name| !name.is_empty()).map(Ident::new),
            mode: match modes.next().flatten().as_deref() {
                Some("o") => "OUT",
                Some("b") => "INOUT",
                Some("v") => "VARIADIC",
                Some("t") => "TABLE",
                _ => "IN",
            }
            .into(),
            data_type: Definition::from_catalog(data_type),
            default: defaults.next().flatten().map(Definition::from_catalog),
        })
        .collect())
}
