//! Text search parsers, templates, dictionaries and configurations, written out as statements.

use super::defined;
use super::{Family, POSTGRES};
use crate::model::ObjectKind;
use crate::sql;

/// The mappings of a configuration are part of it: one statement for each kind of token, its dictionaries in
/// their order.
pub(super) const TEXT_SEARCH: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT o.class, o.oid, o.namespace, o.name, o.what, o.owner, NULL,
            array_to_json(format('CREATE %s (%s)', w.name, o.body) || coalesce(o.more, '{}')),
            'DROP ' || w.name, w.name
            FROM (
            SELECT 3601 AS class, p.oid, p.prsnamespace AS namespace, p.prsname AS name, 'parser' AS what,
                NULL::oid AS owner, concat_ws(', ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken,
                    'END = ' || p.prsend, 'LEXTYPES = ' || p.prslextype,
                    CASE WHEN p.prsheadline <> 0 THEN 'HEADLINE = ' || p.prsheadline END) AS body,
                NULL::text[] AS more
            FROM pg_ts_parser p
            UNION ALL
            SELECT 3764, t.oid, t.tmplnamespace, t.tmplname, 'template', NULL, concat_ws(', ',
                CASE WHEN t.tmplinit <> 0 THEN 'INIT = ' || t.tmplinit END, 'LEXIZE = ' || t.tmpllexize), NULL
            FROM pg_ts_template t
            UNION ALL
            SELECT 3600, d.oid, d.dictnamespace, d.dictname, 'dictionary', d.dictowner,
                concat_ws(', ', format('TEMPLATE = %I.%I', n.nspname, t.tmplname), d.dictinitoption), NULL
            FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate
            JOIN pg_namespace n ON n.oid = t.tmplnamespace
            UNION ALL
            SELECT 3602, c.oid, c.cfgnamespace, c.cfgname, 'configuration', c.cfgowner,
                format('PARSER = %I.%I', n.nspname, p.prsname),
                (SELECT array_agg(format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s',
                    cn.nspname, c.cfgname, token.alias, m.dictionaries) ORDER BY token.tokid)
                FROM (SELECT maptokentype, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno)
                    AS dictionaries FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) m
                JOIN ts_token_type(c.cfgparser) token ON token.tokid = m.maptokentype)
            FROM pg_ts_config c JOIN pg_namespace cn ON cn.oid = c.cfgnamespace
            JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
            WHERE c.oid >= 16384) o
            JOIN pg_namespace n ON n.oid = o.namespace
            CROSS JOIN LATERAL (SELECT format('TEXT SEARCH %s %I.%I', upper(o.what), n.nspname, o.name) AS name) w
            WHERE o.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::TextSearch),
};
