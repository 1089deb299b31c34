//! What the catalog holds and this program has no object for: named one by one, so that nothing is passed over in
//! silence. It reads names only, never what the things hold. Other families name what they meet on their way.

use super::answer::Answer;
use super::assembly::Assembly;
use super::{Family, POSTGRES, since};
use crate::engines::AssembleError;
use crate::model::{ServerVersion, Sql};
use crate::sql;

/// Things that exist.
pub(super) const THINGS: Family = Family { query: query_things, read };

/// Facts about things that are modelled, or that came with the server.
pub(super) const FACTS: Family = Family { query: query_facts, read };

/// Privileges on what came with the server or an extension, where they are no longer what they were then.
pub(super) const FOREIGN_GRANTS: Family = Family { query: |_| query_foreign_grants(), read };

pub(super) fn read(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let what = row.text()?;
        assembly.unmodelled(what, row.text()?);
    }
    Ok(())
}

/// A member of a family that came with the server has no dependency on it, and one of a class is part of the class.
fn query_things(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT concat(count(*), ' large objects'), 'not compared' FROM pg_largeobject_metadata
            HAVING count(*) > 0
        UNION ALL
        SELECT 'operator ' || oid::regoperator, 'declared, not defined'
            FROM pg_operator WHERE oid >= 16384 AND oprcode = 0
        UNION ALL
        SELECT pg_describe_object(o.class, o.oid, 0), 'in a schema of the server: not compared'
            FROM (SELECT 1255 AS class, oid, pronamespace AS home FROM pg_proc
                UNION ALL SELECT 1259, oid, relnamespace FROM pg_class
                UNION ALL SELECT 1247, oid, typnamespace FROM pg_type WHERE typelem = 0 AND typrelid = 0
                UNION ALL SELECT 2617, oid, oprnamespace FROM pg_operator) o
            JOIN pg_namespace n ON n.oid = o.home AND n.nspname IN ('pg_catalog', 'information_schema')
            WHERE o.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
        UNION ALL
        SELECT pg_describe_object(m.class, m.oid, 0), 'added to what came with the server: not compared'
            FROM (SELECT 2602 AS class, oid, amopfamily AS family FROM pg_amop
                UNION ALL SELECT 2603, oid, amprocfamily FROM pg_amproc) m
            WHERE m.oid >= 16384 AND m.family < 16384 AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = m.class AND d.objid = m.oid AND d.refclassid = 2616)
        UNION ALL
        SELECT format('setting %s of the database', split_part(s.setting, '=', 1))
                || CASE WHEN r.setrole = 0 THEN '' ELSE format(' for role %s', r.setrole::regrole) END, 'not compared'
            FROM pg_db_role_setting r JOIN pg_database b ON b.oid = r.setdatabase, unnest(r.setconfig) s (setting)
            WHERE b.datname = current_database()",
        since(version, 15, "
        UNION ALL
        SELECT format('privileges on parameter %s', parname), 'those of the whole cluster: not compared'
            FROM pg_parameter_acl", ""))
}

/// A trigger of a partition that follows one of its parent is switched on and off with it, or by itself. The triggers
/// behind a foreign key can be switched off too, which leaves a key that is not enforced.
fn query_facts(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT format('state of trigger %s on %s', t.tgname, t.tgrelid::regclass),
            'not as on its parent: not compared'
            FROM pg_trigger t JOIN pg_trigger p ON p.oid = t.tgparentid
            WHERE t.tgenabled <> p.tgenabled AND NOT p.tgisinternal
        UNION ALL
        SELECT DISTINCT format('state of the triggers behind constraint %s on %s', k.conname, t.tgrelid::regclass),
            'not compared'
            FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f'
            WHERE t.tgisinternal AND t.tgenabled <> 'O'
        UNION ALL
        SELECT format('%s depends on %s', pg_describe_object(d.classid, d.objid, d.objsubid),
            pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)), 'not compared'
            FROM pg_depend d WHERE d.deptype = 'x'
        UNION ALL
        SELECT format('cluster mark of materialized view %s', x.indrelid::regclass), 'not compared'
            FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid AND c.relkind = 'm' WHERE x.indisclustered
        UNION ALL
        SELECT 'comment on the database', 'not compared' FROM pg_database
            WHERE datname = current_database() AND shobj_description(oid, 'pg_database') IS NOT NULL
        UNION ALL
        SELECT 'privileges on the database', 'not compared' FROM pg_database
            WHERE datname = current_database() AND datacl IS NOT NULL",
        since(version, 14, "
        UNION ALL
        SELECT format('detaching of partition %s', inhrelid::regclass), 'begun and not finished: it counts as attached'
            FROM pg_inherits WHERE inhdetachpending", ""))
}

/// Those of `information_schema` are not kept as initial ones; the schema `public` is compared like any other.
fn query_foreign_grants() -> Sql {
    sql!(POSTGRES; "SELECT CASE WHEN x.extension IS NULL THEN x.what
                ELSE format('privileges on %s members of extension %s', count(*), x.extension) END, 'not compared'
            FROM (SELECT e.extname AS extension, CASE WHEN e.extname IS NULL
                THEN 'privileges on ' || pg_describe_object(o.class, o.oid, o.part) END AS what
            FROM (SELECT 1259 AS class, oid, 0 AS part, relacl AS acl, relnamespace AS home FROM pg_class
            UNION ALL SELECT 1259, attrelid, attnum, attacl, 0 FROM pg_attribute WHERE attacl IS NOT NULL
            UNION ALL SELECT 1255, oid, 0, proacl, 0 FROM pg_proc
            UNION ALL SELECT 1247, oid, 0, typacl, 0 FROM pg_type
            UNION ALL SELECT 2615, oid, 0, nspacl, oid FROM pg_namespace WHERE nspname <> 'public'
            UNION ALL SELECT 2328, oid, 0, fdwacl, 0 FROM pg_foreign_data_wrapper
            UNION ALL SELECT 2612, oid, 0, lanacl, 0 FROM pg_language
            UNION ALL SELECT 1417, oid, 0, srvacl, 0 FROM pg_foreign_server) o
            LEFT JOIN pg_init_privs i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = o.part
            LEFT JOIN pg_depend d ON d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype = 'e'
            LEFT JOIN pg_extension e ON d.refclassid = 3079 AND e.oid = d.refobjid
            WHERE o.acl IS DISTINCT FROM i.initprivs AND (o.oid < 16384 OR e.extname IS NOT NULL)
            AND o.home NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema')) x
            GROUP BY x.extension, x.what")
}
