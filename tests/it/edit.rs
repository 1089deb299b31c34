//! Scripts edited by hand: an untouched text is the same plan, a touched one is the plan that it says, and what no
//! plan can hold is refused on its line.

use std::collections::BTreeMap;
use std::path::Path;

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::export::{Direction, Edit, EditError, Origin, Proof, Record, digest, edited, script};
use migrator_tui::model::{
    Author, Boundary, Compatibility, EngineKind, Lock, ObjectKind, Phase, Plan, Reversal, Schema, Verb,
    Verdict, Work,
};
use migrator_tui::planner::{PlanOptions, plan};

use crate::scratch;

/// A plan, its scripts, and what they were made from.
struct Desk {
    engine: EngineKind,
    current: Schema,
    plan: Plan,
    forward: String,
    rollback: String,
}

impl Desk {
    async fn new(workshop: &mut Workshop, engine: EngineKind, before: &str, after: &str) -> Self {
        let mut sides = Vec::new();
        for script in [before, after] {
            let mut database = workshop.database().await.unwrap();
            database.connection.execute_script(script).await.unwrap();
            sides.push(introspect(dialect(engine).unwrap(), database.connection.as_mut()).await.unwrap());
            workshop.discard(database).await.unwrap();
        }
        let [current, desired] = <[Schema; 2]>::try_from(sides).unwrap();
        let changes = diff(&current, &desired, &DiffOptions::default());
        let plan =
            plan(dialect(engine).unwrap(), &current, &desired, &changes, &PlanOptions::default()).unwrap();
        let text = |direction| script(&record(plan.clone()), direction, dialect(engine).unwrap()).text;
        let (forward, rollback) = (text(Direction::Forward), text(Direction::Rollback));
        Self { engine, current, plan, forward, rollback }
    }

    fn edit(&self, forward: &str, rollback: &str) -> Result<Plan, EditError> {
        edited(&Edit {
            plan: &self.plan,
            original: &self.plan,
            forward,
            rollback,
            dialect: dialect(self.engine).unwrap(),
            schema: &self.current,
        })
    }

    fn line_of(&self, text: &str, part: &str) -> usize {
        text.lines().position(|line| line.contains(part)).unwrap() + 1
    }
}

fn record(plan: Plan) -> Record {
    Record {
        plan: plan.into(),
        generated: "2026-01-02T03:04:05Z".into(),
        author: None,
        compatibility: Compatibility { verdict: Verdict::Yes, reasons: Vec::new() },
        findings: Vec::new(),
        proof: Proof::NotRehearsed { why: "test".into() },
        origin: Origin::default(),
    }
}

const BEFORE: &str = "CREATE TABLE t (id integer PRIMARY KEY, a text, old text);
    CREATE VIEW v AS SELECT id FROM t;";
const AFTER: &str = "CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);
    CREATE TABLE u (id integer PRIMARY KEY);
    CREATE INDEX t_a ON t (a);
    CREATE VIEW v AS SELECT id, a FROM t;";

/// Every pair of the case folders, as far as its scripts can be run by us.
fn cases(engine: &str) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(engine);
    for object in std::fs::read_dir(root).unwrap() {
        for case in std::fs::read_dir(object.unwrap().path()).unwrap() {
            let folder = case.unwrap().path();
            let read = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            found.insert(folder.display().to_string(), (read("before.sql"), read("after.sql")));
        }
    }
    found
}

async fn untouched(mut workshop: Workshop, engine: EngineKind, cases: BTreeMap<String, (String, String)>) {
    let mut tried = 0;
    for (name, (before, after)) in cases {
        if [&before, &after].iter().any(|text| text.contains('\\') || text.is_empty()) {
            continue;
        }
        for (from, to) in [(&before, &after), (&after, &before)] {
            let desk = Desk::new(&mut workshop, engine, from, to).await;
            let again =
                desk.edit(&desk.forward, &desk.rollback).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(again.steps, desk.plan.steps, "{name}");
            assert_eq!(digest(&again), digest(&desk.plan), "{name}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
    workshop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_text_is_the_same_plan_on_sqlite() {
    untouched(Workshop::sqlite(), EngineKind::Sqlite, cases("sqlite")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_text_is_the_same_plan_on_postgres() {
    let Some(workshop) = scratch::postgres().await else { return };
    // One of each object is enough here: the statements are the same in kind.
    let mut objects = BTreeMap::new();
    for (name, case) in cases("postgres") {
        let object = Path::new(&name).parent().unwrap().display().to_string();
        let kept: &mut Vec<_> = objects.entry(object).or_default();
        if kept.len() < 3 {
            kept.push((name, case));
        }
    }
    let some =
        objects.into_values().flatten().filter(|(_, (a, b))| !format!("{a}{b}").contains("ROLE")).collect();
    untouched(workshop, EngineKind::Postgres, some).await;
}

async fn postgres() -> Option<Desk> {
    let mut workshop = scratch::postgres().await?;
    let desk = Desk::new(&mut workshop, EngineKind::Postgres, BEFORE, AFTER).await;
    workshop.close().await;
    Some(desk)
}

async fn sqlite() -> Desk {
    Desk::new(&mut Workshop::sqlite(), EngineKind::Sqlite, BEFORE, AFTER).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_statement_is_the_persons_own() {
    let desk = sqlite().await;
    let forward =
        desk.forward.replace("COMMIT;", "-- the new column starts\n-- at one\nUPDATE t SET b = 1;\nCOMMIT;");
    let plan = desk.edit(&forward, &desk.rollback).unwrap();
    assert_eq!(plan.steps.len(), desk.plan.steps.len() + 1);
    let step = plan.steps.last().unwrap();
    assert_eq!((step.author, step.phase, step.action), (Author::Hand, Phase::Backfill, Verb::Assist));
    assert_eq!(step.reason.as_ref(), "the new column starts at one");
    assert_eq!(step.subject.to_string(), "table t");
    assert_eq!(step.reversal, Reversal::Impossible("no way back was written".into()));
    assert_eq!(plan.steps[..desk.plan.steps.len()], desk.plan.steps[..]);
    // Written down and read again it is the same.
    let text =
        |direction| script(&record(plan.clone()), direction, dialect(EngineKind::Sqlite).unwrap()).text;
    let (forward, rollback) = (text(Direction::Forward), text(Direction::Rollback));
    let desk = Desk { plan: plan.clone(), forward: forward.clone(), rollback: rollback.clone(), ..desk };
    assert_eq!(desk.edit(&forward, &rollback).unwrap().steps, plan.steps);
    // With a way back beside it.
    let rollback = rollback.replacen("BEGIN IMMEDIATE;\n", "BEGIN IMMEDIATE;\nUPDATE t SET b = NULL;\n", 1);
    let back = desk.edit(&forward, &rollback).unwrap();
    let last = back.steps.last().unwrap();
    let sent: Vec<&str> = last.reversal.statements().iter().map(|one| one.sql.as_str()).collect();
    assert_eq!(sent, ["UPDATE t SET b = NULL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_is_gone_and_can_be_put_back() {
    let desk = sqlite().await;
    let at = desk.plan.steps.iter().position(|step| step.subject.kind == ObjectKind::Index).unwrap();
    let statement = format!("{};\n", desk.plan.steps[at].statement.sql);
    assert!(desk.forward.contains(&statement));
    let forward = desk.forward.replace(&statement, "");
    let rollback = desk.rollback.replace("DROP INDEX t_a;\n", "");
    let plan = desk.edit(&forward, &rollback).unwrap();
    assert_eq!(plan.steps.len(), desk.plan.steps.len() - 1);
    assert!(plan.steps.iter().all(|step| step.author == Author::Planner));
    let shorter = Edit {
        plan: &plan,
        original: &desk.plan,
        forward: &desk.forward,
        rollback: &desk.rollback,
        dialect: dialect(EngineKind::Sqlite).unwrap(),
        schema: &desk.current,
    };
    assert_eq!(digest(&edited(&shorter).unwrap()), digest(&desk.plan));
    // A way back that is taken out is missed.
    let plan = desk.edit(&desk.forward, &rollback).unwrap();
    assert!(matches!(plan.steps[at].reversal, Reversal::Impossible(_)), "{:?}", plan.steps[at].reversal);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_statement_keeps_its_place_and_its_way_back() {
    let Some(desk) = postgres().await else { return };
    let forward = desk
        .forward
        .replace("CREATE INDEX CONCURRENTLY t_a ON public.t", "CREATE INDEX CONCURRENTLY t_a2 ON public.t");
    assert_ne!(forward, desk.forward, "{}", desk.forward);
    let rollback = desk.rollback.replace(
        "DROP INDEX CONCURRENTLY IF EXISTS public.t_a;",
        "DROP INDEX CONCURRENTLY IF EXISTS public.t_a2;",
    );
    assert_ne!(rollback, desk.rollback, "{}", desk.rollback);
    let plan = desk.edit(&forward, &rollback).unwrap();
    assert_eq!(plan.steps.len(), desk.plan.steps.len());
    let own: Vec<_> = plan.steps.iter().filter(|step| step.author == Author::Hand).collect();
    let [step] = own.as_slice() else { panic!("{own:#?}") };
    assert_eq!(step.subject.to_string(), "index public.t_a2");
    assert_eq!(step.statement.boundary, Boundary::NonTransactional);
    assert_eq!((step.effects.lock, step.effects.work), (Lock::ShareUpdateExclusive, Work::IndexBuild));
    let sent: Vec<&str> = step.reversal.statements().iter().map(|one| one.sql.as_str()).collect();
    assert!(sent.iter().any(|sql| sql.contains("t_a2")), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_drawn_by_hand() {
    let Some(desk) = postgres().await else { return };
    let hand = "BEGIN;\nUPDATE public.t SET a = 'x' WHERE id = 1;\nUPDATE public.t SET a = 'y' WHERE id = 2;\nCOMMIT;\n\
        BEGIN;\nUPDATE public.t SET a = 'z' WHERE id = 3;\nUPDATE public.t SET a = 'z' WHERE id = 4;\nCOMMIT;\n\
        VACUUM public.t;\nUPDATE public.t SET a = 'z' WHERE id = 5;\n";
    let plan = desk.edit(&format!("{}{hand}", desk.forward), &desk.rollback).unwrap();
    let drawn: Vec<Boundary> =
        plan.steps[desk.plan.steps.len()..].iter().map(|step| step.statement.boundary).collect();
    use Boundary::*;
    let first = if desk.plan.steps.last().unwrap().statement.boundary == Transactional {
        NewTransaction
    } else {
        Transactional
    };
    assert_eq!(
        drawn,
        [first, Transactional, NewTransaction, Transactional, NonTransactional, OwnTransaction]
    );
    let text = script(&record(plan.clone()), Direction::Forward, dialect(EngineKind::Postgres).unwrap()).text;
    let again = Desk { plan: plan.clone(), ..desk }.edit(&text, "").unwrap();
    let boundaries = |plan: &Plan| plan.steps.iter().map(|step| step.statement.boundary).collect::<Vec<_>>();
    assert_eq!(boundaries(&again), boundaries(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_plan_can_hold_is_refused_on_its_line() {
    let desk = sqlite().await;
    let lines = desk.forward.lines().count();
    for (text, line, what) in [
        ("SELECT 'open;\n", lines + 1, "quotation"),
        ("\n/* open\n", lines + 2, "comment"),
        ("COMMIT;\n", lines + 1, "without a transaction"),
        ("BEGIN;\nSELECT 1;\n", lines + 1, "not ended"),
        ("BEGIN;\nBEGIN;\nCOMMIT;", lines + 2, "inside a transaction"),
        ("SAVEPOINT a;\n", lines + 1, "BEGIN and COMMIT alone"),
        ("ROLLBACK;\n", lines + 1, "BEGIN and COMMIT alone"),
        ("BEGIN;\nVACUUM;\nCOMMIT;\n", lines + 2, "cannot run inside"),
        (".read other.sql\n", lines + 1, "command of the client"),
        ("SELECT (1;\n", lines + 1, "parenthesis"),
    ] {
        let error = desk.edit(&format!("{}{text}", desk.forward), &desk.rollback).unwrap_err();
        assert!(error.what.contains(what), "{text:?}: {error}");
        assert_eq!((error.line, error.direction), (line, Direction::Forward), "{text:?}: {error}");
    }
    let error = desk.edit("", &desk.rollback).unwrap_err();
    assert_eq!(error.direction, Direction::Rollback);
    assert!(error.line <= desk.line_of(&desk.rollback, "DROP"), "{error}");
}

#[test]
fn any_text_is_taken_or_refused() {
    let plan = Plan {
        name: "x".into(),
        from: migrator_tui::model::Fingerprint::of(["a"]),
        to: migrator_tui::model::Fingerprint::of(["b"]),
        server: migrator_tui::model::ServerVersion {
            engine: EngineKind::Postgres,
            number: (15, 0, 0),
            text: "".into(),
        },
        steps: Vec::new(),
        images: Vec::new(),
        unmodelled: Vec::new(),
    };
    let schema = Schema::empty(plan.server.clone());
    let parts = [
        "'",
        "\"",
        "$a$",
        "(",
        ")",
        ";",
        "\n",
        "--x\n",
        "-- [3] x\n",
        "-- [99999999999999999999] x\n",
        "/*",
        "*/",
        "BEGIN;",
        "COMMIT;",
        "ALTER TABLE t ",
        "ADD COLUMN c int",
        ", ",
        "DROP TABLE ",
        "t",
        ".",
        "CREATE INDEX ",
        "ON ",
        "UPDATE t SET a=1",
        "é",
        "\\x\n",
        "WITH ",
        "TYPE ",
    ];
    let mut seed = 11_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for engine in [EngineKind::Postgres, EngineKind::Sqlite] {
        for _ in 0..4000 {
            let text = |next: &mut dyn FnMut() -> usize| -> String {
                (0..next() % 14).map(|_| parts[next() % parts.len()]).collect()
            };
            let (forward, rollback) = (text(&mut next), text(&mut next));
            let edit = Edit {
                plan: &plan,
                original: &plan,
                forward: &forward,
                rollback: &rollback,
                dialect: dialect(engine).unwrap(),
                schema: &schema,
            };
            if let Ok(plan) = edited(&edit) {
                let again = Edit { plan: &plan, ..edit };
                assert_eq!(
                    edited(&again).map(|plan| plan.steps.len()),
                    Ok(plan.steps.len()),
                    "{forward:?} {rollback:?}"
                );
            }
        }
    }
}
