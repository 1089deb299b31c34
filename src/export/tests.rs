//! Scripts and folders, on plans made by hand.

use super::*;
use crate::connect::Rows;
use crate::engines::{
    Action, AssembleError, Cause, Dependent, Dialect, Disturbance, Draft, Facts, Folding, Reading, Transition,
};
use crate::model::{
    Author, Boundary, Effects, EngineKind, Fingerprint, Keepsake, Lock, Loss, LossTime, Object, ObjectKind,
    Phase, Probe, QualifiedName, Reversal, Runtime, Schema, Sql, Statement, Step, Unmodelled, Verb, Verdict,
    Work,
};

/// A dialect with settings and nothing else: scripts ask for no more.
struct Settings;

impl Dialect for Settings {
    fn kind(&self) -> EngineKind {
        EngineKind::Postgres
    }
    fn catalog(&self, _: &ServerVersion) -> Vec<Sql> {
        Vec::new()
    }
    fn assemble(
        &self,
        version: &ServerVersion,
        _: Vec<Rows>,
        _: Option<&Schema>,
    ) -> Result<Schema, AssembleError> {
        Ok(Schema::empty(version.clone()))
    }
    fn define(&self, _: &Arc<Object>) -> Vec<Sql> {
        Vec::new()
    }
    fn transition(&self, _: &Object, _: &Object, _: &[crate::model::Edit]) -> Transition {
        Transition::InPlace
    }
    fn disturbance(&self, _: Dependent<'_>, _: &Cause<'_>) -> Disturbance {
        Disturbance::None
    }
    fn folding(&self, _: &Object) -> Folding {
        Folding::Alone
    }
    fn falls_with(&self, _: &Object, _: &Schema) -> Vec<ObjectId> {
        Vec::new()
    }
    fn follows(&self, _: &Object, _: &Schema) -> Vec<ObjectId> {
        Vec::new()
    }
    fn read_statement(&self, sql: &str, schema: &Schema) -> Reading {
        crate::engines::postgres::Postgres.read_statement(sql, schema)
    }
    fn rank(&self, _: &Action, _: &Facts<'_>) -> u32 {
        0
    }
    fn steps(&self, _: &Action, _: &Facts<'_>) -> Vec<Draft> {
        Vec::new()
    }
    fn prologue(&self, statement: &Statement) -> Vec<Sql> {
        let scope = match statement.boundary {
            Boundary::Transactional | Boundary::OwnTransaction | Boundary::NewTransaction => "SET LOCAL",
            Boundary::NonTransactional => "SET",
        };
        let limit = match statement.runtime {
            Runtime::Brief => "'30s'",
            Runtime::Long => "0",
        };
        vec![
            Sql::assembled(format!("{scope} lock_timeout = '2s'")),
            Sql::assembled(format!("{scope} statement_timeout = {limit}")),
        ]
    }
}

fn settings(_: EngineKind) -> Option<&'static dyn Dialect> {
    Some(&Settings)
}

fn sent(sql: &str, boundary: Boundary, runtime: Runtime) -> Statement {
    Statement { sql: Sql::assembled(sql), boundary, runtime }
}

fn step(sql: &str, boundary: Boundary, runtime: Runtime, reversal: Reversal) -> Step {
    let table = ObjectId::new(ObjectKind::Table, QualifiedName::new("public", "orders"));
    Step {
        phase: Phase::Expand,
        subject: ObjectId::member(ObjectKind::Column, table.name.clone(), "status"),
        action: Verb::Alter,
        statement: sent(sql, boundary, runtime),
        effects: Effects { lock: Lock::AccessExclusive, on: vec![table], work: Work::Catalog },
        reversal,
        keeps: None,
        probe: Probe::Introspect,
        reason: "because".into(),
        author: Author::Planner,
        batches: None,
    }
}

fn record(steps: Vec<Step>) -> Record {
    Record {
        plan: Arc::new(Plan {
            name: "add status\nDROP TABLE t; --".into(),
            from: Fingerprint::of(["a"]),
            to: Fingerprint::of(["b"]),
            server: ServerVersion {
                engine: EngineKind::Postgres,
                number: (15, 4, 0),
                text: "PostgreSQL 15.4".into(),
            },
            steps,
            images: vec![crate::model::Image {
                object: ObjectId::new(ObjectKind::Table, QualifiedName::bare("t")),
                before: None,
                after: Some("CREATE TABLE t ('''\\\r\n".into()),
            }],
            unmodelled: vec![Unmodelled { what: "large objects".into(), why: "not compared yet".into() }],
        }),
        generated: "2026-01-02T03:04:05Z".into(),
        author: None,
        compatibility: Compatibility { verdict: Verdict::WithCare, reasons: vec!["a\rb".into()] },
        findings: vec![Noted {
            rule: "drop-column".into(),
            severity: Severity::Error,
            step: Some(0),
            object: Some(ObjectId::overload(ObjectKind::Function, QualifiedName::bare("f"), "integer")),
            what: "what \u{1b}[2J".into(),
            effect: "effect".into(),
            instead: "instead\r\nof '''this''' \"\"\"".into(),
            probe: Some(Sql::assembled("SELECT true")),
            standing: Standing::Acknowledged("fine".into()),
        }],
        proof: Proof::NotRehearsed { why: "--no-rehearse".into() },
        origin: Origin {
            current: "production".into(),
            desired: "./schema \\ \n".into(),
            privileges: Privileges::Compare,
            renames: vec![Renaming {
                before: ObjectId::member(ObjectKind::Column, QualifiedName::bare("t"), "a"),
                after: ObjectId::member(ObjectKind::Column, QualifiedName::bare("t"), "b"),
            }],
            only: vec!["table t".into()],
            skip: Vec::new(),
            exactly: vec!["+ table public.t".into()],
        },
    }
}

fn mixed() -> Vec<Step> {
    use Boundary::{NonTransactional, OwnTransaction, Transactional};
    use Runtime::{Brief, Long};
    vec![
        step("ONE", Transactional, Brief, Reversal::Exact(vec![sent("UN-ONE", Transactional, Brief)])),
        step("TWO -- x", Transactional, Long, Reversal::Exact(vec![])),
        step("THREE", NonTransactional, Long, Reversal::Impossible("gone\n; DROP".into())),
        step(
            "FOUR",
            OwnTransaction,
            Brief,
            Reversal::Lossy {
                steps: vec![sent("UN-FOUR", Transactional, Brief), sent("UN-4B", NonTransactional, Long)],
                lost: Loss { forward: Some("rows".into()), ..Loss::new(LossTime::Since, "values") },
            },
        ),
        step("FIVE", Transactional, Brief, Reversal::Exact(vec![sent("UN-FIVE", Transactional, Brief)])),
    ]
}

/// The script without its header.
fn body(script: &str) -> &str {
    &script[script.find("\\set").unwrap()..]
}

#[test]
fn forward_brackets_what_belongs_together() {
    let script = script(&record(mixed()), Direction::Forward, &Settings).text;
    let facts = "expand | ACCESS EXCLUSIVE on table public.orders, catalog only";
    assert_eq!(
        body(&script),
        format!(
            "\\set ON_ERROR_STOP on\n\n\
             BEGIN;\n\
             -- [1] {facts} | transaction | because\n\
             SET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '30s';\nONE;\n\
             -- [2] {facts} | transaction | because\n\
             SET LOCAL statement_timeout = 0;\nTWO -- x\n;\nCOMMIT;\n\n\
             -- [3] {facts} | no transaction | because\n\
             SET lock_timeout = '2s';\nSET statement_timeout = 0;\nTHREE;\n\
             RESET lock_timeout;\nRESET statement_timeout;\n\n\
             BEGIN;\n-- [4] {facts} | own transaction | because\n\
             SET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '30s';\nFOUR;\nCOMMIT;\n\n\
             BEGIN;\n-- [5] {facts} | transaction | because\n\
             SET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '30s';\nFIVE;\nCOMMIT;\n"
        )
    );
}

#[test]
fn a_table_that_is_copied_has_a_command_that_lets_writers_go_on() {
    let dialect = crate::engines::dialect(EngineKind::MySql).unwrap();
    let mut copy = step(
        "ALTER TABLE `it's`\n  MODIFY COLUMN `a` int COMMENT 'b''c',\n  ADD CHECK (`a` > 0),\n  ALGORITHM=COPY, LOCK=SHARED",
        Boundary::NonTransactional,
        Runtime::Long,
        Reversal::Exact(Vec::new()),
    );
    copy.effects.on = vec![ObjectId::new(ObjectKind::Table, QualifiedName::bare("it's"))];
    let clauses = r"'MODIFY COLUMN `a` int COMMENT '\''b'\'''\''c'\'', ADD CHECK (`a` > 0)'";
    let expected = format!(r"pt-online-schema-change --alter {clauses} 'D=DATABASE,t=it'\''s' --dry-run");
    assert_eq!(dialect.beside(&copy), Some(expected));
    let sql = copy.statement.sql.as_str().replace("ALGORITHM=COPY, LOCK=SHARED", "ALGORITHM=INSTANT");
    copy.statement.sql = Sql::assembled(sql.as_str());
    assert_eq!(dialect.beside(&copy), None);
}

#[test]
fn rollback_goes_backwards_and_says_what_it_cannot() {
    let script = script(&record(mixed()), Direction::Rollback, &Settings).text;
    let at = |needle: &str| script.find(needle).unwrap_or_else(|| panic!("{needle} is missing:\n{script}"));
    assert!(at("\nUN-FIVE;") < at("\nUN-FOUR;") && at("\nUN-4B;") < at("\nUN-ONE;"));
    assert!(script.contains("-- lost: values (what was written since the step ran)\n"));
    assert!(script.contains("-- lost: rows (already lost when the step ran forward)\n"));
    assert!(script.contains("-- cannot be reversed: gone\\n; DROP\n"));
    assert!(
        script.contains("-- [2] takes back: alter column public.orders.status, by another step's reversal\n")
    );
    // UN-FIVE and UN-FOUR share a transaction.
    assert!(!script[at("\nUN-FIVE;")..at("\nUN-FOUR;")].contains("COMMIT"));
}

#[test]
fn the_header_stays_a_comment() {
    let script = script(&record(Vec::new()), Direction::Forward, &Settings).text;
    assert!(script.lines().all(|line| line.starts_with("-- ")), "{script}");
    assert!(script.starts_with(
        "-- Migration: add status\\nDROP TABLE t; --\n-- Generated: 2026-01-02T03:04:05Z\n\
         -- Backwards compatible: WITH CARE\n--   a\\rb\n"
    ));
    assert!(script.contains("-- Not compared: large objects (not compared yet)\n"));
}

#[test]
fn a_folder_reads_back_as_it_was_written() {
    let mut steps = mixed();
    steps.push(step(
        "CREATE FUNCTION x AS '\r\n ''' \"\"\" \t \u{7f} \\ \u{202e}\n\n'",
        Boundary::Transactional,
        Runtime::Brief,
        Reversal::Exact(Vec::new()),
    ));
    let record = record(steps);
    let text = write(&record, &Settings).unwrap();
    let back = read(&text, settings).unwrap();
    assert_eq!(back.plan.steps, record.plan.steps);
    assert_eq!(back.findings, record.findings);
    assert_eq!(back.proof, record.proof);
    assert_eq!(back.origin, record.origin);
    assert_eq!(back.compatibility, record.compatibility);
    assert_eq!(write(&back, &Settings).unwrap(), text);
}

/// A plan that puts something aside has a third script, and its record says what and where.
#[test]
fn what_is_kept_is_written_down_and_has_a_script_of_its_own() {
    let place = QualifiedName::new("migrator_archive_0123456789_1", "orders");
    let kept = Keepsake {
        of: vec![ObjectId::new(ObjectKind::Table, QualifiedName::new("public", "orders"))],
        place,
        removal: vec![sent("END IT", Boundary::Transactional, Runtime::Brief)],
    };
    let mut steps = mixed();
    assert!(write(&record(steps.clone()), &Settings).unwrap().contract.is_none());
    steps[4].keeps = Some(kept.clone());
    let record = record(steps);
    let text = write(&record, &Settings).unwrap();
    assert_eq!(read(&text, settings).unwrap().plan.steps, record.plan.steps);
    assert!(
        text.forward
            .contains("-- kept: the rows of public.orders, in migrator_archive_0123456789_1.orders\n")
    );
    let contract = text.contract.clone().unwrap();
    assert!(contract.contains("BEGIN;\n-- [5] removes for good: the rows of public.orders\n"), "{contract}");
    assert!(contract.contains("\nEND IT;\nCOMMIT;\n") && !contract.contains("FIVE"), "{contract}");
    let touched = FolderText { contract: Some(contract.replace("END IT", "END ALL")), ..text.clone() };
    let refused = read(&touched, settings).unwrap_err();
    assert!(matches!(refused, FolderError::Script { file: "contract.sql", .. }), "{refused}");
    let plan = FolderText { plan: text.plan.replace("END IT", "END ALL"), ..text };
    assert_eq!(read(&plan, settings).unwrap_err(), FolderError::Digest);
}

#[test]
fn a_change_by_hand_is_named() {
    let text = write(&record(mixed()), &Settings).unwrap();
    let forward = FolderText { forward: text.forward.replace("ONE;", "ELEVEN;"), ..text.clone() };
    let refused = read(&forward, settings).unwrap_err();
    assert!(matches!(refused, FolderError::Script { file: "forward.sql", .. }), "{refused}");
    let plan = FolderText { plan: text.plan.replace("\"ONE\"", "\"ELEVEN\""), ..text.clone() };
    assert_eq!(read(&plan, settings).unwrap_err(), FolderError::Digest);
    let milder = text.plan.replace("severity = \"error\"", "severity = \"warn\"");
    assert_ne!(milder, text.plan);
    let milder = FolderText { plan: milder, ..text.clone() };
    assert_eq!(read(&milder, settings).unwrap_err(), FolderError::Judgment);
    let newer = FolderText { plan: text.plan.replace("version = 7\n", "version = 8\n"), ..text.clone() };
    assert_eq!(read(&newer, settings).unwrap_err(), FolderError::Version(8));
    let older = FolderText { plan: text.plan.replace("version = 7\n", "version = 6\n"), ..text.clone() };
    assert_eq!(read(&older, settings).unwrap_err(), FolderError::Version(6));
    let elsewhere = FolderText { plan: text.plan.replacen("lock = \"", "lock = \"row-", 1), ..text.clone() };
    assert!(read(&elsewhere, settings).is_err());
    let broken = FolderText { plan: "name = ".into(), ..text };
    assert!(matches!(read(&broken, settings).unwrap_err(), FolderError::Unreadable(_)));
}
