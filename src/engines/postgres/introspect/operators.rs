//! Operators, operator families and operator classes, written out as statements.
//!
//! A member of a family that came with a class is written with the class; the server knows which by an
//! internal dependency. All others are added to their family.

use super::defined;
use super::{Family, POSTGRES};
use crate::model::ObjectKind;
use crate::sql;

/// An operator without a function was only named by another one (as its commutator): not an object yet.
pub(super) const OPERATORS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2617, o.oid, o.oprnamespace, o.oprname, w.arguments, o.oprowner, NULL,
            json_build_array(format('CREATE OPERATOR %s (', w.name) || concat_ws(', ',
                'FUNCTION = ' || o.oprcode,
                CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
                CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
                CASE WHEN c.oid IS NOT NULL THEN format('COMMUTATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname) END,
                CASE WHEN g.oid IS NOT NULL THEN format('NEGATOR = OPERATOR(%I.%s)', gn.nspname, g.oprname) END,
                CASE WHEN o.oprrest <> 0 THEN 'RESTRICT = ' || o.oprrest END,
                CASE WHEN o.oprjoin <> 0 THEN 'JOIN = ' || o.oprjoin END,
                CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END) || ')'),
            format('DROP OPERATOR %s (%s)', w.name, w.arguments), format('OPERATOR %s (%s)', w.name, w.arguments)
            FROM pg_operator o
            JOIN pg_namespace n ON n.oid = o.oprnamespace
            LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
            LEFT JOIN pg_operator g ON g.oid = o.oprnegate LEFT JOIN pg_namespace gn ON gn.oid = g.oprnamespace
            CROSS JOIN LATERAL (SELECT format('%I.%s', n.nspname, o.oprname) AS name, concat(
                CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END, ', ',
                CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END) AS arguments) w
            WHERE o.oid >= 16384 AND o.oprcode <> 0")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Operator),
};

/// Members of families and classes as they follow ADD or AS, with what each depends on: its class or family.
const MEMBERS: &str = "(SELECT d.refclassid, d.refobjid, string_agg(m.item, ', ' ORDER BY m.item) AS items FROM (
        SELECT 2602 AS class, p.oid, format('OPERATOR %s %s', p.amopstrategy, p.amopopr::regoperator)
            || CASE WHEN p.amopsortfamily <> 0
                THEN format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) ELSE '' END AS item
        FROM pg_amop p LEFT JOIN pg_opfamily s ON s.oid = p.amopsortfamily
        LEFT JOIN pg_namespace sn ON sn.oid = s.opfnamespace
        WHERE p.oid >= 16384
        UNION ALL
        SELECT 2603, p.oid, format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
            format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
        FROM pg_amproc p WHERE p.oid >= 16384) m
    JOIN pg_depend d ON d.classid = m.class AND d.objid = m.oid AND d.deptype IN ('a', 'i')
        AND d.refclassid IN (2616, 2753)
    GROUP BY d.refclassid, d.refobjid)";

pub(super) const OPERATOR_FAMILIES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2753, f.oid, f.opfnamespace, f.opfname, 'USING ' || quote_ident(a.amname),
            f.opfowner, NULL,
            json_build_array('CREATE ' || w.name, 'ALTER ' || w.name || ' ADD ' || m.items),
            'DROP ' || w.name, w.name
            FROM pg_opfamily f
            JOIN pg_namespace n ON n.oid = f.opfnamespace
            JOIN pg_am a ON a.oid = f.opfmethod
            LEFT JOIN ", MEMBERS, " m ON m.refclassid = 2753 AND m.refobjid = f.oid
            CROSS JOIN LATERAL (SELECT format('OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, a.amname)
                AS name) w
            WHERE f.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::OperatorFamily),
};

/// STORAGE stands in where a class has no members, because one item there must be.
pub(super) const OPERATOR_CLASSES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2616, c.oid, c.opcnamespace, c.opcname, 'USING ' || quote_ident(a.amname),
            c.opcowner, NULL,
            json_build_array(concat(format('CREATE OPERATOR CLASS %I.%I ', n.nspname, c.opcname),
                CASE WHEN c.opcdefault THEN 'DEFAULT ' END,
                format('FOR TYPE %s USING %I FAMILY %I.%I AS ', format_type(c.opcintype, NULL), a.amname,
                    fn.nspname, f.opfname),
                concat_ws(', ', m.items, CASE WHEN c.opckeytype <> 0 OR m.items IS NULL THEN 'STORAGE '
                    || format_type(CASE c.opckeytype WHEN 0 THEN c.opcintype ELSE c.opckeytype END, NULL) END))),
            format('DROP OPERATOR CLASS %I.%I USING %I', n.nspname, c.opcname, a.amname),
            format('OPERATOR CLASS %I.%I USING %I', n.nspname, c.opcname, a.amname)
            FROM pg_opclass c
            JOIN pg_namespace n ON n.oid = c.opcnamespace
            JOIN pg_am a ON a.oid = c.opcmethod
            JOIN pg_opfamily f ON f.oid = c.opcfamily
            JOIN pg_namespace fn ON fn.oid = f.opfnamespace
            LEFT JOIN ", MEMBERS, " m ON m.refclassid = 2616 AND m.refobjid = c.oid
            WHERE c.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::OperatorClass),
};
