//! Statements and what they take, as the server's documentation and our own measurements have them (spec safety 1.1).

use super::read;
use crate::model::{Boundary, EngineKind, Lock, Schema, ServerVersion, Work};

fn schema() -> Schema {
    Schema::empty(ServerVersion { engine: EngineKind::Postgres, number: (16, 0, 0), text: "".into() })
}

#[test]
fn locks_and_work() {
    use Lock::*;
    use Work::*;
    let cases = [
        ("CREATE INDEX i ON t (a)", "index public.i", Share, IndexBuild),
        ("create unique index concurrently \"I\" on s.t (a)", "index s.I", ShareUpdateExclusive, IndexBuild),
        ("DROP INDEX i", "index public.i", AccessExclusive, Catalog),
        ("ALTER TABLE t ADD COLUMN c int", "column public.t.c", AccessExclusive, Catalog),
        ("ALTER TABLE t ADD c timestamptz DEFAULT now()", "column public.t.c", AccessExclusive, Catalog),
        ("ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()", "column public.t.c", AccessExclusive, Rewrite),
        ("ALTER TABLE t ADD c bigserial", "column public.t.c", AccessExclusive, Rewrite),
        ("ALTER TABLE t ADD c int CHECK (c > 0)", "column public.t.c", AccessExclusive, Scan),
        ("ALTER TABLE t ALTER c TYPE bigint", "column public.t.c", AccessExclusive, Rewrite),
        ("ALTER TABLE t ALTER COLUMN c SET NOT NULL", "column public.t.c", AccessExclusive, Scan),
        ("ALTER TABLE t ALTER c SET DEFAULT 0", "column public.t.c", AccessExclusive, Catalog),
        ("ALTER TABLE t ALTER c SET STATISTICS 500", "column public.t.c", ShareUpdateExclusive, Catalog),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)", "constraint public.t.k", AccessExclusive, Scan),
        (
            "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID",
            "constraint public.t.k",
            AccessExclusive,
            Catalog,
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (id)",
            "constraint public.t.k",
            ShareRowExclusive,
            Scan,
        ),
        ("ALTER TABLE t VALIDATE CONSTRAINT k", "constraint public.t.k", ShareUpdateExclusive, Scan),
        (
            "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i",
            "constraint public.t.k",
            AccessExclusive,
            Catalog,
        ),
        ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", "constraint public.t.k", AccessExclusive, IndexBuild),
        ("ALTER TABLE t SET (fillfactor = 70)", "table public.t", ShareUpdateExclusive, Catalog),
        ("ALTER TABLE t SET UNLOGGED", "table public.t", AccessExclusive, Rewrite),
        (
            "ALTER TABLE t DROP COLUMN a, ADD COLUMN b int CHECK (b > 0)",
            "table public.t",
            AccessExclusive,
            Scan,
        ),
        ("ALTER TABLE t FROBNICATE", "table public.t", AccessExclusive, Rewrite),
        ("TRUNCATE t, u CASCADE", "table public.t", AccessExclusive, Catalog),
        ("UPDATE t SET a = 1 WHERE b = 2", "table public.t", RowExclusive, Scan),
        ("WITH x AS (SELECT 1) DELETE FROM t USING x", "table public.t", RowExclusive, Scan),
        ("COMMENT ON COLUMN s.t.a IS 'x'", "column s.t.a", ShareUpdateExclusive, Catalog),
        (
            "CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()",
            "trigger public.t.g",
            ShareRowExclusive,
            Catalog,
        ),
        ("DROP POLICY p ON t", "policy public.t.p", AccessExclusive, Catalog),
        ("VACUUM FULL t", "table public.t", AccessExclusive, Rewrite),
        ("VACUUM (ANALYZE) t", "table public.t", ShareUpdateExclusive, Scan),
        ("REINDEX INDEX i", "index public.i", AccessExclusive, IndexBuild),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", "table public.m", Exclusive, Rewrite),
        ("CREATE TABLE n (id int)", "table public.n", None, Catalog),
        ("CREATE TABLE n PARTITION OF t FOR VALUES IN (1)", "table public.n", AccessExclusive, Scan),
    ];
    for (sql, subject, lock, work) in cases {
        let reading = read(sql, &schema());
        let found = reading.subject.map(|id| id.to_string()).unwrap_or_default();
        assert_eq!(
            (found.as_str(), reading.effects.lock, reading.effects.work),
            (subject, lock, work),
            "{sql}"
        );
    }
}

#[test]
fn what_is_not_understood_is_the_worst() {
    for sql in ["DO $$ BEGIN END $$", "CALL p()", "FROBNICATE t", "", "ALTER TABLE", "CREATE INDEX"] {
        let reading = read(sql, &schema());
        assert_eq!(
            (reading.effects.lock, reading.effects.work),
            (Lock::AccessExclusive, Work::Rewrite),
            "{sql}"
        );
    }
}

#[test]
fn some_run_alone() {
    for sql in [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (CONCURRENTLY) INDEX i",
        "VACUUM",
        "CREATE DATABASE d",
        "ALTER SYSTEM SET x = 1",
        "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
    ] {
        assert_eq!(read(sql, &schema()).boundary, Boundary::NonTransactional, "{sql}");
    }
    assert_eq!(read("ALTER TYPE e ADD VALUE 'x'", &schema()).boundary, Boundary::OwnTransaction);
    assert_eq!(read("REINDEX TABLE t", &schema()).boundary, Boundary::Transactional);
}

#[test]
fn losses_are_told() {
    for (sql, lost) in [
        ("DROP TABLE t", "the rows of public.t"),
        ("ALTER TABLE t DROP COLUMN c", "the values of public.t.c"),
        ("DELETE FROM t", "the rows of public.t that it deletes"),
        ("TRUNCATE t", "the rows of public.t"),
    ] {
        assert_eq!(read(sql, &schema()).loss.and_then(|loss| loss.forward).as_deref(), Some(lost), "{sql}");
    }
    for sql in ["INSERT INTO t VALUES (1)", "UPDATE t SET added = 1", "SELECT 1", "ANALYZE t"] {
        assert_eq!(read(sql, &schema()).loss, None, "{sql}");
    }
}
