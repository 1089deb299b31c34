//! Foreign data wrappers, servers and user mappings, written out as statements. Values of options that may be
//! secret never leave the server: their place is held by asterisks, and they are reported as not compared.

use super::defined;
use super::{Family, POSTGRES, unmodelled};
use crate::model::ObjectKind;
use crate::sql;

/// ` OPTIONS (name 'value', …)` of an array of options `o`; of wrappers and servers, where most are harmless.
const OPTIONS: &str = "(SELECT format(' OPTIONS (%s)', string_agg(format('%I %L', option_name,
        CASE WHEN option_name ~* '(pass|secret|token|credential|private|access_?key)' THEN '********'
        ELSE option_value END), ', ' ORDER BY option_name))
    FROM pg_options_to_table(o.options) HAVING count(*) > 0)";

pub(super) const WRAPPERS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2328, o.oid, 0, o.fdwname, NULL, o.fdwowner, 'F',
            json_build_array(concat(format('CREATE FOREIGN DATA WRAPPER %I', o.fdwname),
                CASE WHEN o.fdwhandler <> 0 THEN ' HANDLER ' || o.fdwhandler::regproc END,
                CASE WHEN o.fdwvalidator <> 0 THEN ' VALIDATOR ' || o.fdwvalidator::regproc END, ",
                OPTIONS, ")),
            format('DROP FOREIGN DATA WRAPPER %I', o.fdwname), format('FOREIGN DATA WRAPPER %I', o.fdwname)
            FROM (SELECT *, fdwoptions AS options FROM pg_foreign_data_wrapper) o")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::ForeignDataWrapper),
};

pub(super) const SERVERS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 1417, o.oid, 0, o.srvname, NULL, o.srvowner, 'S',
            json_build_array(concat(format('CREATE SERVER %I', o.srvname), ' TYPE ' || quote_literal(o.srvtype),
                ' VERSION ' || quote_literal(o.srvversion), format(' FOREIGN DATA WRAPPER %I', w.fdwname), ",
                OPTIONS, ")),
            format('DROP SERVER %I', o.srvname), format('SERVER %I', o.srvname)
            FROM (SELECT *, srvoptions AS options FROM pg_foreign_server) o
            JOIN pg_foreign_data_wrapper w ON w.oid = o.srvfdw")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Server),
};

/// `pg_user_mappings` shows options only to those who may see them. Here only what is known to be harmless
/// is read at all.
pub(super) const USER_MAPPINGS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 1418, u.umid, 0, u.srvname, w.role, NULL, NULL,
            json_build_array(concat('CREATE ', w.name, (SELECT format(' OPTIONS (%s)', string_agg(format('%I %L',
                option_name, CASE WHEN option_name IN ('user', 'username', 'user_name', 'remote_user')
                THEN option_value ELSE '********' END), ', ' ORDER BY option_name))
                FROM pg_options_to_table(u.umoptions) HAVING count(*) > 0))),
            'DROP ' || w.name, w.name
            FROM pg_user_mappings u
            CROSS JOIN LATERAL (SELECT CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END AS role,
                format('USER MAPPING FOR %s SERVER %I', CASE WHEN u.umuser = 0 THEN 'PUBLIC'
                    ELSE quote_ident(u.usename) END, u.srvname) AS name) w")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::UserMapping),
};

/// What of the above was kept back.
pub(super) const KEPT_BACK: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT format('option %s of user mapping %s', x.option_name, u.srvname),
                'may be secret: never read'
            FROM pg_user_mappings u, LATERAL pg_options_to_table(u.umoptions) x
            WHERE x.option_name NOT IN ('user', 'username', 'user_name', 'remote_user')
            UNION ALL SELECT format('options of user mapping %s', u.srvname), 'permission denied'
            FROM pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid
            WHERE u.umoptions IS NULL AND NOT pg_has_role(s.srvowner, 'USAGE')
            UNION ALL SELECT format('option %s of server %s', x.option_name, s.srvname), 'may be secret: never read'
            FROM pg_foreign_server s, LATERAL pg_options_to_table(s.srvoptions) x
            WHERE x.option_name ~* '(pass|secret|token|credential|private|access_?key)'
            UNION ALL SELECT format('connection of subscription %s', s.subname), 'may be secret: never read'
            FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid WHERE b.datname = current_database()")
    },
    read: unmodelled::read,
};
