//! What belongs to the database as a whole, and extended statistics: event triggers, access
//! methods and languages, written out as statements.

use super::defined;
use super::{Family, POSTGRES};
use crate::model::ObjectKind;
use crate::sql;

pub(super) const EVENT_TRIGGERS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 3466, e.oid, 0, e.evtname, NULL, e.evtowner, NULL,
            json_build_array(concat(format('CREATE EVENT TRIGGER %I ON %I', e.evtname, e.evtevent),
                (SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(tag), ', ' ORDER BY tag))
                    FROM unnest(e.evttags) tag HAVING count(*) > 0),
                format(' EXECUTE FUNCTION %s()', e.evtfoid::regproc)),
                format('ALTER EVENT TRIGGER %I ', e.evtname) || CASE e.evtenabled WHEN 'D' THEN 'DISABLE'
                    WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END),
            format('DROP EVENT TRIGGER %I', e.evtname), format('EVENT TRIGGER %I', e.evtname)
            FROM pg_event_trigger e")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::EventTrigger),
};

pub(super) const ACCESS_METHODS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2601, a.oid, 0, a.amname, NULL, NULL, NULL,
            json_build_array(format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', a.amname,
                CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, a.amhandler)),
            format('DROP ACCESS METHOD %I', a.amname), format('ACCESS METHOD %I', a.amname)
            FROM pg_am a WHERE a.oid >= 16384")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::AccessMethod),
};

pub(super) const LANGUAGES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 2612, l.oid, 0, l.lanname, NULL, l.lanowner,
            CASE WHEN l.lanpltrusted THEN 'l' END,
            json_build_array(concat('CREATE ', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' END,
                format('LANGUAGE %I HANDLER %s', l.lanname, l.lanplcallfoid::regproc),
                CASE WHEN l.laninline <> 0 THEN ' INLINE ' || l.laninline::regproc END,
                CASE WHEN l.lanvalidator <> 0 THEN ' VALIDATOR ' || l.lanvalidator::regproc END)),
            format('DROP LANGUAGE %I', l.lanname), format('LANGUAGE %I', l.lanname)
            FROM pg_language l WHERE l.oid >= 16384 AND l.lanispl")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Language),
};

pub(super) const STATISTICS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT 3381, s.oid, s.stxnamespace, s.stxname, NULL, s.stxowner, NULL,
            json_build_array(pg_get_statisticsobjdef(s.oid), CASE WHEN s.stxstattarget >= 0 THEN
                format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget) END),
            format('DROP STATISTICS %I.%I', n.nspname, s.stxname), format('STATISTICS %I.%I', n.nspname, s.stxname)
            FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace")
    },
    read: |assembly, answer| defined::read(assembly, answer, ObjectKind::Statistics),
};
