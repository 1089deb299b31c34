//! Statements that a person wrote, each alone in a plan: the rules that it breaks.

use super::super::*;
use crate::engines;
use crate::model::{
    Author, Boundary, EngineKind, Fingerprint, ObjectId, ObjectKind, Phase, Probe, QualifiedName, Reversal,
    Runtime, ServerVersion, Sql, Statement, Step,
};

/// The rules broken by statements that share one transaction.
fn broken(engine: EngineKind, statements: &[&str]) -> Vec<&'static str> {
    let number = if engine == EngineKind::Postgres { (16, 0, 0) } else { (3, 40, 1) };
    let server = ServerVersion { engine, number, text: "".into() };
    let schema = Schema::empty(server.clone());
    let dialect = engines::dialect(engine).unwrap();
    let step = |sql: &&str| {
        let reading = dialect.read_statement(sql, &schema);
        let somewhere = ObjectId::new(ObjectKind::Schema, QualifiedName::bare("public"));
        Step {
            phase: Phase::Expand,
            subject: reading.subject.unwrap_or(somewhere),
            action: reading.verb,
            statement: Statement {
                sql: Sql::assembled(*sql),
                boundary: if statements.len() > 1 { Boundary::Transactional } else { reading.boundary },
                runtime: Runtime::Brief,
            },
            effects: reading.effects,
            reversal: Reversal::Exact(Vec::new()),
            probe: Probe::Introspect,
            keeps: None,
            reason: "by hand".into(),
            author: Author::Hand,
            batches: None,
        }
    };
    let plan = Plan {
        name: "by hand".into(),
        from: Fingerprint::of([]),
        to: Fingerprint::of(["x"]),
        server,
        steps: statements.iter().map(step).collect(),
        images: Vec::new(),
        unmodelled: Vec::new(),
    };
    let changeset = Changeset::default();
    let subject = Subject { plan: &plan, changeset: &changeset, current: &schema, desired: &schema };
    let mut rules: Vec<&str> = examine(&subject).iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn each_statement_breaks_its_rules() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["UPDATE t SET a = 1"], &["unbounded-dml"]),
        (&["UPDATE t SET a = 1 WHERE id = 2"], &[]),
        (&["DELETE FROM t"], &["unbounded-dml"]),
        (&["CREATE TABLE t (a int)", "UPDATE t SET a = 1"], &[]),
        (&["TRUNCATE t CASCADE"], &["truncate", "truncate-cascade"]),
        (&["DROP VIEW v CASCADE"], &["use-of-cascade"]),
        (&["DROP TABLE t"], &["drop-table"]),
        (&["ALTER TABLE t DROP COLUMN a"], &["drop-column"]),
        (&["DROP DATABASE d"], &["drop-database", "raw-sql-unchecked"]),
        (&["DO $$ BEGIN NULL; END $$"], &["raw-sql-unchecked"]),
        (&["CREATE INDEX i ON t (a)"], &["require-concurrent-index-creation"]),
        (&["CREATE INDEX CONCURRENTLY i ON t (a)"], &[]),
        (&["CREATE TABLE t (a int)", "CREATE INDEX i ON t (a)"], &[]),
        (&["REINDEX INDEX i"], &["require-concurrent-reindex"]),
        (&["VACUUM FULL t"], &["prefer-repack"]),
        (&["ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)"], &["constraint-missing-not-valid"]),
        (&["ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID"], &[]),
        (&["ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u"], &["add-foreign-key-blocking"]),
        (&["ALTER TABLE t ADD PRIMARY KEY (a)"], &["add-primary-key-blocking"]),
        (&["ALTER TABLE t ADD UNIQUE (a)"], &["add-unique-blocking"]),
        (&["ALTER TABLE t ALTER a SET NOT NULL"], &["set-not-null-scan"]),
        (&["ALTER TABLE t ALTER a TYPE bigint"], &["change-column-type-rewrite"]),
        (&["ALTER TABLE t RENAME TO u"], &["rename-table"]),
        (&["ALTER TABLE t RENAME a TO b"], &["rename-column"]),
    ];
    for (statements, rules) in cases {
        let broken = broken(EngineKind::Postgres, statements);
        assert!(rules.iter().all(|rule| broken.contains(rule)), "{statements:?}: {broken:?}");
        // What is safe breaks no rule at all.
        assert!(!rules.is_empty() || broken.is_empty(), "{statements:?}: {broken:?}");
    }
    let together = broken(
        EngineKind::Postgres,
        &["ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID", "ALTER TABLE t VALIDATE CONSTRAINT k"],
    );
    assert!(together.contains(&"validate-in-same-transaction"), "{together:?}");
    let rows = ["ALTER TABLE t ADD b int", "UPDATE t SET b = 1 WHERE id < 100"];
    assert!(broken(EngineKind::Postgres, &rows).contains(&"backfill-in-ddl-transaction"));
    assert_eq!(broken(EngineKind::Sqlite, &["DELETE FROM t"]), ["unbounded-dml"]);
    assert_eq!(broken(EngineKind::Sqlite, &["CREATE INDEX i ON t (a)"]), [""; 0]);
}
