//! Running plans on PostgreSQL: advisory lock, our tables in a schema of their own, who blocks whom, and the
//! leftovers of `CONCURRENTLY`.

use std::collections::BTreeSet;

use crate::connect::{WireError, WireErrorKind};
use crate::engines::batches;
use crate::engines::execute::{Execution, Left, Mishap, Own, Replicas};
use crate::engines::{Act, Dialect};
use crate::model::{
    Batches, Body, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, ServerVersion,
    SessionMark, Sql, Statement, Validity,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::batches::SPELLING;
use super::{Postgres, render};

const PG: EngineKind = EngineKind::Postgres;

/// The comment that tells our schema from one of the user's with the same name.
pub(super) const MARK: &str = "migrator-tui: journal of schema migrations";

/// Whether a schema of this comment is ours: the journal, or what a plan keeps.
fn is_ours(comment: &str) -> bool {
    comment == MARK || comment.starts_with(render::KEPT)
}

fn text(value: &str) -> Literal<'_> {
    Literal(value)
}

/// The session's number, as a number: whatever else is in there is not sent.
fn pid(session: &SessionMark) -> u32 {
    session.id.parse().unwrap_or_default()
}

impl Execution for Postgres {
    fn own(&self, home: &Ident, table: Own) -> QualifiedName {
        QualifiedName { schema: Some(home.clone()), name: table.word().into() }
    }

    fn make_own(&self, home: &Ident) -> Vec<Sql> {
        let [journal, plan, lease] = Own::FIRST.map(|table| self.own(home, table));
        vec![
            sql!(PG; "CREATE SCHEMA IF NOT EXISTS ", home),
            sql!(PG; "COMMENT ON SCHEMA ", home, " IS ", Literal(MARK)),
            sql!(PG; "CREATE TABLE IF NOT EXISTS ", &journal, " (seq bigint PRIMARY KEY, run text NOT NULL, \
                fence bigint NOT NULL, kind text NOT NULL, body text NOT NULL, prev text NOT NULL, \
                hash text NOT NULL UNIQUE, server_time timestamptz NOT NULL DEFAULT clock_timestamp())"),
            sql!(PG; "CREATE TABLE IF NOT EXISTS ", &plan, " (digest text PRIMARY KEY, name text NOT NULL, \
                body text NOT NULL)"),
            sql!(PG; "CREATE TABLE IF NOT EXISTS ", &lease, " (id integer PRIMARY KEY CHECK (id = 1), \
                fence bigint NOT NULL, holder text NOT NULL, run text NOT NULL, plan text NOT NULL, \
                since text NOT NULL)"),
            sql!(PG; "INSERT INTO ", &lease, " VALUES (1, 0, '', '', '', '') ON CONFLICT DO NOTHING"),
        ]
    }

    fn make_jobs(&self, home: &Ident) -> Sql {
        sql!(PG; "CREATE TABLE IF NOT EXISTS ", &self.own(home, Own::Backfill), " (job_id text PRIMARY KEY, run text NOT NULL, \
            plan text NOT NULL, target text NOT NULL, last_key text, rows_done bigint NOT NULL, \
            rows_seen bigint NOT NULL, batch_size bigint NOT NULL, state text NOT NULL, fence bigint NOT NULL, \
            updated_at text NOT NULL)")
    }

    fn has_jobs(&self, home: &Ident) -> Sql {
        let jobs = sql!(PG; &self.own(home, Own::Backfill));
        sql!(PG; "SELECT pg_catalog.to_regclass(", Literal(jobs.as_str()), ") IS NOT NULL")
    }

    fn slice(&self, batches: &Batches, after: Option<&[Box<str>]>, size: u32) -> Sql {
        batches::slice(&SPELLING, batches, after, size)
    }

    fn batch(&self, batches: &Batches, after: Option<&[Box<str>]>, upto: &[Box<str>]) -> Sql {
        batches::batch(&SPELLING, batches, after, upto)
    }

    fn left_over(&self, batches: &Batches) -> Sql {
        batches::left(PG, batches)
    }

    fn estimate(&self, batches: &Batches) -> Sql {
        sql!(PG; "SELECT nullif(greatest(reltuples, 0), 0)::bigint FROM pg_catalog.pg_class WHERE oid = \
            pg_catalog.to_regclass(", Literal(sql!(PG; &batches.table).as_str()), ")")
    }

    fn has_own(&self, home: &Ident) -> Sql {
        let [journal, plan, lease] = Own::FIRST.map(|table| sql!(PG; &self.own(home, table)));
        sql!(PG; "SELECT count(pg_catalog.to_regclass(name)) FROM (VALUES (", Literal(journal.as_str()), "), (",
            Literal(plan.as_str()), "), (", Literal(lease.as_str()), ")) AS own (name)")
    }

    fn others_home(&self, home: &Ident) -> Option<Sql> {
        Some(sql!(PG; "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ", Literal(home.as_str()),
            " AND pg_catalog.obj_description(oid, 'pg_namespace') IS DISTINCT FROM ", Literal(MARK)))
    }

    fn own_objects(&self, schema: &Schema) -> BTreeSet<ObjectId> {
        let homes: BTreeSet<&Ident> = schema
            .of_kind(ObjectKind::Schema)
            .filter(|found| found.about.comment.as_deref().is_some_and(is_ours))
            .map(|found| &found.id.name.name)
            .collect();
        if homes.is_empty() {
            return BTreeSet::new();
        }
        let ours = |id: &&ObjectId| match &id.name.schema {
            Some(schema) => homes.contains(schema),
            None => id.kind == ObjectKind::Schema && homes.contains(&id.name.name),
        };
        schema.objects.keys().filter(ours).cloned().collect()
    }

    fn is_there(&self, place: &QualifiedName) -> Sql {
        let place = sql!(PG; place);
        sql!(PG; "SELECT CASE WHEN pg_catalog.to_regclass(", Literal(place.as_str()), ") IS NULL THEN 'f' ELSE 't' END")
    }

    fn kept(&self) -> Sql {
        sql!(PG; "SELECT n.nspname, c.relname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c \
            ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND NOT c.relispartition WHERE \
            pg_catalog.starts_with(pg_catalog.obj_description(n.oid, 'pg_namespace'), ", Literal(render::KEPT),
            ") ORDER BY 1, 2")
    }

    fn settings(&self, version: &ServerVersion, name: &str) -> Vec<Sql> {
        let mut settings = vec![
            sql!(PG; "SET application_name = ", Literal(name)),
            // Nothing is meant to wait here between two statements of a transaction.
            sql!(PG; "SET idle_in_transaction_session_timeout = '5min'"),
            // A wire that went dead silently is noticed within a minute or so, and the lock is free again.
            sql!(PG; "SET tcp_keepalives_idle = '20s'"),
            sql!(PG; "SET tcp_keepalives_interval = '10s'"),
            sql!(PG; "SET tcp_keepalives_count = 3"),
            // Reading a schema waits for locks too; statements of a plan set their own.
            sql!(PG; "SET lock_timeout = '5s'"),
        ];
        if version.at_least(14, 0) {
            // A client that is gone does not leave its statement running (spec reliability 2.1, measured there).
            settings.push(sql!(PG; "SET client_connection_check_interval = '500ms'"));
        }
        settings
    }

    fn unfit(&self) -> Option<Sql> {
        None
    }

    fn mark(&self, _: &ServerVersion) -> Option<Sql> {
        Some(
            sql!(PG; "SELECT pid::text, extract(epoch FROM backend_start)::text FROM pg_catalog.pg_stat_activity \
            WHERE pid = pg_catalog.pg_backend_pid()"),
        )
    }

    fn alive(&self, session: &SessionMark) -> Option<Sql> {
        // A role that may not see others' sessions gets NULL for their beginning: then it counts as ours.
        Some(sql!(PG; "SELECT coalesce(state, 'state unknown'), \
            floor(extract(epoch FROM clock_timestamp() - coalesce(query_start, backend_start)))::bigint, \
            coalesce(wait_event_type, ''), left(coalesce(query, ''), 200) FROM pg_catalog.pg_stat_activity \
            WHERE pid = ", pid(session), " AND (backend_start IS NULL OR \
            extract(epoch FROM backend_start)::text = ", text(&session.began), ")"))
    }

    fn try_lock(&self) -> Option<Sql> {
        // Two numbers that nobody else is likely to use; an advisory lock belongs to one database.
        Some(sql!(PG; "SELECT pg_catalog.pg_try_advisory_lock(1835624306, 1)"))
    }

    fn lock_seen(&self) -> Option<Sql> {
        // A lock of two numbers has `objsubid` 2 (PostgreSQL documentation, pg_locks).
        Some(
            sql!(PG; "SELECT CASE WHEN count(*) > 0 THEN 't' ELSE 'f' END FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted \
            AND classid = 1835624306 AND objid = 1 AND objsubid = 2 AND database = \
            (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"),
        )
    }

    fn unlock(&self) -> Option<Sql> {
        Some(sql!(PG; "SELECT pg_catalog.pg_advisory_unlock(1835624306, 1)"))
    }

    fn hold_lease(&self, home: &Ident, fence: u64) -> Sql {
        let lease = self.own(home, Own::Lease);
        sql!(PG; "SELECT fence FROM ", &lease, " WHERE id = 1 AND fence = ", fence, " FOR SHARE")
    }

    fn blockers(&self, _: &ServerVersion, session: &SessionMark) -> Vec<Sql> {
        vec![sql!(PG; "SELECT a.pid::text, coalesce(a.usename::text, ''), coalesce(a.application_name, ''), \
            coalesce(a.state, ''), \
            floor(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.backend_start)))::bigint, \
            left(coalesce(a.query, ''), 200) FROM unnest(pg_catalog.pg_blocking_pids(", pid(session),
            ")) AS b (pid) JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY 5 DESC, 1")]
    }

    fn replicas(&self) -> Replicas {
        // Without the right, a row of another role's session is there with NULL in all of it. Copies for a backup are
        // no replicas.
        Replicas::Source(
            sql!(PG; "SELECT own.may, r.application_name, r.state, extract(epoch FROM r.replay_lag)::text, \
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), r.replay_lsn)::text \
            FROM (SELECT pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')) AS own (may) \
            LEFT JOIN pg_catalog.pg_stat_replication r ON r.state IS DISTINCT FROM 'backup'"),
        )
    }

    fn slots(&self) -> Option<Sql> {
        Some(sql!(PG; "SELECT slot_name, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), \
            restart_lsn)::bigint::text FROM pg_catalog.pg_replication_slots"))
    }

    fn progress(&self, _: &ServerVersion, session: &SessionMark) -> Option<Sql> {
        Some(sql!(PG; "SELECT phase, CASE WHEN blocks_total > 0 THEN blocks_done WHEN tuples_total > 0 \
            THEN tuples_done ELSE lockers_done END, CASE WHEN blocks_total > 0 THEN blocks_total \
            WHEN tuples_total > 0 THEN tuples_total ELSE lockers_total END \
            FROM pg_catalog.pg_stat_progress_create_index WHERE pid = ", pid(session)))
    }

    fn identity(&self) -> Vec<Sql> {
        let own = "(SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database())";
        vec![
            sql!(PG; "SELECT system_identifier::text || '/' || ", own, " FROM pg_catalog.pg_control_system()"),
            // The function may be closed to our role; then the server's own address and start stand in.
            sql!(PG; "SELECT coalesce(inet_server_addr()::text, 'local') || ':' || current_setting('port') || '/' \
                || extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text || '/' || ", own),
        ]
    }

    fn mishap(&self, error: &WireError) -> Mishap {
        match (error.kind, error.code.as_deref()) {
            (WireErrorKind::Statement, Some("55P03")) => Mishap::Busy,
            (WireErrorKind::Statement, Some("40P01" | "40001")) => Mishap::Beaten,
            _ => Mishap::Refused,
        }
    }

    fn left(&self, statement: &Statement, schema: &Schema) -> Left {
        let reading = self.read_statement(statement.sql.as_str(), schema);
        match reading.acts.as_slice() {
            [Act::CreatesIndex { index, .. }] => match schema.objects.get(index).map(|found| &found.body) {
                None => Left::NotApplied,
                Some(Body::Index(found)) if found.validity == Validity::Valid => Left::Applied(index.clone()),
                Some(Body::Index(_)) => Left::Half {
                    object: index.clone(),
                    cleanup: Some(
                        SqlBuilder::new(PG).piece("DROP INDEX CONCURRENTLY ").piece(&index.name).done(),
                    ),
                },
                Some(_) => Left::Unclear,
            },
            [Act::DropsIndex { index, .. }] => match schema.objects.get(index).map(|found| &found.body) {
                None => Left::Applied(index.clone()),
                Some(Body::Index(found)) if found.validity == Validity::Valid => Left::NotApplied,
                // Dropping it had begun; the same statement ends it.
                Some(_) => Left::Half { object: index.clone(), cleanup: None },
            },
            _ => Left::Unclear,
        }
    }
}
