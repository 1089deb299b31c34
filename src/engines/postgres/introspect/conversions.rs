//! Collations, casts, encoding conversions and transforms, written out as statements.

use super::defined;
use super::{Family, POSTGRES, since};
use crate::model::{ObjectKind, ServerVersion, Sql};
use crate::sql;

pub(super) const COLLATIONS: Family = Family {
    query: query_collations,
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Collation),
};

/// The version of the operating system's collation is no part of the definition.
fn query_collations(version: &ServerVersion) -> Sql {
    let locale = since(version, 17, "c.colllocale", since(version, 15, "c.colliculocale", "c.collcollate"));
    sql!(POSTGRES; "SELECT 3456, c.oid, c.collnamespace, c.collname, NULL, c.collowner, NULL,
        json_build_array(format('CREATE COLLATION %I.%I (', n.nspname, c.collname) || concat_ws(', ',
            'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
            CASE WHEN c.collprovider IN ('i', 'b') THEN 'locale = ' || quote_literal(", locale, ")
                WHEN c.collcollate = c.collctype THEN 'locale = ' || quote_literal(c.collcollate)
                ELSE format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype) END,
            CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
            ", since(version, 16, "'rules = ' || quote_literal(c.collicurules)", "NULL"), ") || ')'),
        format('DROP COLLATION %I.%I', n.nspname, c.collname), format('COLLATION %I.%I', n.nspname, c.collname)
        FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid >= 16384")
}

/// Casts that a range brings along depend internally on it.
pub(super) const CASTS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2605, c.oid, 0, 'cast', w.pair, NULL, NULL,
            json_build_array(concat('CREATE CAST (', w.pair, ') ',
                CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
                    WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
                CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END)),
            format('DROP CAST (%s)', w.pair), format('CAST (%s)', w.pair)
            FROM pg_cast c
            CROSS JOIN LATERAL (SELECT format('%s AS %s', format_type(c.castsource, NULL),
                format_type(c.casttarget, NULL)) AS pair) w
            WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 2605 AND d.objid = c.oid AND d.deptype = 'i')")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Cast),
};

pub(super) const CONVERSIONS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2607, c.oid, c.connamespace, c.conname, NULL, c.conowner, NULL,
            json_build_array(concat('CREATE ', CASE WHEN c.condefault THEN 'DEFAULT ' END,
                format('CONVERSION %I.%I FOR %L TO %L FROM %s', n.nspname, c.conname,
                    pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc))),
            format('DROP CONVERSION %I.%I', n.nspname, c.conname), format('CONVERSION %I.%I', n.nspname, c.conname)
            FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Conversion),
};

pub(super) const TRANSFORMS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 3576, t.oid, 0, 'transform', w.pair, NULL, NULL,
            json_build_array(format('CREATE TRANSFORM %s (', w.pair) || concat_ws(', ',
                CASE WHEN t.trffromsql <> 0 THEN 'FROM SQL WITH FUNCTION ' || t.trffromsql::regprocedure END,
                CASE WHEN t.trftosql <> 0 THEN 'TO SQL WITH FUNCTION ' || t.trftosql::regprocedure END) || ')'),
            'DROP TRANSFORM ' || w.pair, 'TRANSFORM ' || w.pair
            FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
            CROSS JOIN LATERAL (SELECT format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname)
                AS pair) w
            WHERE t.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Transform),
};
