//! Publications and subscriptions, written out as statements. The connection string of a subscription is
//! never read: it holds a password, and only superusers could.

use super::defined;
use super::{Family, POSTGRES, since};
use crate::model::{ObjectKind, ServerVersion, Sql};
use crate::sql;

pub(super) const PUBLICATIONS: Family = Family {
    query: query_publications,
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Publication),
};

/// ONLY, because the catalog lists each table by itself: descendants that are published are listed too. The word
/// TABLE stands once, before the first: servers before 15 take no other.
fn query_publications(version: &ServerVersion) -> Sql {
    let columns = since(
        version,
        15,
        "(SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY k.place))
            FROM unnest(r.prattrs::int2[]) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.number HAVING count(*) > 0),
        format(' WHERE (%s)', pg_get_expr(r.prqual, r.prrelid)) || CASE WHEN r.prqual IS NULL THEN NULL ELSE '' END",
        "''",
    );
    let schemas = since(
        version,
        15,
        "UNION ALL SELECT s.pnpubid, 'TABLES IN SCHEMA ' || quote_ident(n.nspname), 2
            FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid",
        "",
    );
    sql!(POSTGRES; "SELECT 6104, p.oid, 0, p.pubname, NULL, p.pubowner, NULL,
        json_build_array(concat(format('CREATE PUBLICATION %I', p.pubname),
            CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE ' FOR ' || m.items END,
            format(' WITH (publish = %L', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,
                CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
                CASE WHEN p.pubtruncate THEN 'truncate' END)),
            CASE WHEN p.pubviaroot THEN ', publish_via_partition_root = true' END,
            ", since(version, 18, "CASE p.pubgencols WHEN 's' THEN ', publish_generated_columns = stored' END,", ""),
            " ')')),
        format('DROP PUBLICATION %I', p.pubname), format('PUBLICATION %I', p.pubname)
        FROM pg_publication p
        LEFT JOIN (SELECT i.publication, concat_ws(', ',
                'TABLE ' || string_agg(i.item, ', ' ORDER BY i.item) FILTER (WHERE i.place = 1),
                string_agg(i.item, ', ' ORDER BY i.item) FILTER (WHERE i.place = 2)) AS items FROM (
            SELECT r.prpubid AS publication, concat(format('ONLY %I.%I', n.nspname, c.relname), ", columns, ")
                AS item, 1 AS place
            FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            ", schemas, ") i GROUP BY i.publication) m ON m.publication = p.oid")
}

pub(super) const SUBSCRIPTIONS: Family = Family {
    query: query_subscriptions,
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Subscription),
};

/// Made without connecting, without a connection string and disabled: whoever creates it has to fill that in.
/// Server 13 shows other roles than superusers few columns, not even the row's own number.
fn query_subscriptions(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT 6100, ", since(version, 14, "s.oid", "0"), ", 0, s.subname, NULL, s.subowner, NULL,
        json_build_array(concat(format('CREATE SUBSCRIPTION %I CONNECTION '''' PUBLICATION %s WITH (connect = false',
                s.subname, (SELECT string_agg(quote_ident(x), ', ' ORDER BY x) FROM unnest(s.subpublications) x)),
            ', slot_name = ', coalesce(quote_literal(s.subslotname), 'NONE')",
            since(version, 14, ", CASE WHEN s.subbinary THEN ', binary = true' END,
            ', synchronous_commit = ' || quote_literal(s.subsynccommit)", ""),
            since(version, 16, ", CASE s.substream WHEN 't' THEN ', streaming = on' WHEN 'p' THEN ', streaming = parallel'
                ELSE ', streaming = off' END",
            since(version, 14, ", CASE WHEN s.substream THEN ', streaming = on' END", "")),
            since(version, 15, ", CASE WHEN s.subtwophasestate <> 'd' THEN ', two_phase = true' END,
            CASE WHEN s.subdisableonerr THEN ', disable_on_error = true' END", ""),
            since(version, 16, ", CASE WHEN NOT s.subpasswordrequired THEN ', password_required = false' END,
            CASE WHEN s.subrunasowner THEN ', run_as_owner = true' END, ', origin = ' || quote_literal(s.suborigin)", ""),
            since(version, 17, ", CASE WHEN s.subfailover THEN ', failover = true' END", ""), ", ')')),
        format('DROP SUBSCRIPTION %I', s.subname), format('SUBSCRIPTION %I', s.subname)
        FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid WHERE b.datname = current_database()")
}
