//! Aggregates, written out as CREATE AGGREGATE: the server has no function that prints them.

use super::defined;
use super::{Family, POSTGRES};
use crate::model::ObjectKind;
use crate::sql;

/// `FINALFUNC_MODIFY` is written where it is not what the kind of aggregate has by default.
pub(super) const AGGREGATES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 1255, p.oid, p.pronamespace, p.proname, oidvectortypes(p.proargtypes), p.proowner,
            'f', json_build_array(concat('CREATE AGGREGATE ', w.called, ' (', concat_ws(', ',
                'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL),
                CASE WHEN a.aggtransspace <> 0 THEN 'SSPACE = ' || a.aggtransspace END,
                CASE WHEN a.aggfinalfn <> 0 THEN 'FINALFUNC = ' || a.aggfinalfn END,
                CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> w.modify THEN 'FINALFUNC_MODIFY = '
                    || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END
                END,
                CASE WHEN a.aggcombinefn <> 0 THEN 'COMBINEFUNC = ' || a.aggcombinefn END,
                CASE WHEN a.aggserialfn <> 0 THEN 'SERIALFUNC = ' || a.aggserialfn END,
                CASE WHEN a.aggdeserialfn <> 0 THEN 'DESERIALFUNC = ' || a.aggdeserialfn END,
                'INITCOND = ' || quote_literal(a.agginitval),
                CASE WHEN a.aggmtransfn <> 0 THEN 'MSFUNC = ' || a.aggmtransfn END,
                CASE WHEN a.aggminvtransfn <> 0 THEN 'MINVFUNC = ' || a.aggminvtransfn END,
                CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,
                CASE WHEN a.aggmtransspace <> 0 THEN 'MSSPACE = ' || a.aggmtransspace END,
                CASE WHEN a.aggmfinalfn <> 0 THEN 'MFINALFUNC = ' || a.aggmfinalfn END,
                CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                CASE WHEN a.aggmfinalfn <> 0 AND a.aggmfinalmodify <> w.modify THEN 'MFINALFUNC_MODIFY = '
                    || CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END
                END,
                'MINITCOND = ' || quote_literal(a.aggminitval),
                CASE WHEN a.aggsortop <> 0 THEN format('SORTOP = OPERATOR(%I.%s)', so.nspname, s.oprname) END,
                CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
                CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END), ')')),
            'DROP AGGREGATE ' || w.called, 'AGGREGATE ' || w.called
            FROM pg_aggregate a
            JOIN pg_proc p ON p.oid = a.aggfnoid
            JOIN pg_namespace n ON n.oid = p.pronamespace
            LEFT JOIN pg_operator s ON s.oid = a.aggsortop
            LEFT JOIN pg_namespace so ON so.oid = s.oprnamespace
            CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname,
                CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END) AS called,
                CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END AS modify) w
            WHERE p.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Aggregate),
};
