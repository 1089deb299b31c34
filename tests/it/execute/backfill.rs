//! D3: a statement that goes in batches is killed in each of them. Whoever goes on begins behind the last row: each
//! row is changed once, none is left out. Taken back, the rows are as they were.

use migrator_tui::connect::{Connection, sqlite};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::export::{Edit, edited, read_record, write};
use migrator_tui::model::{EngineKind, Plan, Schema};

use super::ground::Ground;
#[cfg(feature = "faults")]
use super::ground::{End, killed_at};
#[cfg(feature = "faults")]
use crate::ids::Trial;

/// A plan whose forward script a person has edited: `update` stands behind the transaction that holds `marker`, and
/// `back` at the head of the rollback.
pub fn with_update(ground: &Ground, marker: &str, update: &str, back: Option<&str>) -> Plan {
    let file = |name: &str| ground.desk.path(&format!("plan/{name}"));
    let text = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    let record = read_record(&text("plan.toml")).unwrap();
    let schema = schema(ground);
    let forward = text("forward.sql");
    let forward = behind(&forward, marker, update);
    let rollback = text("rollback.sql");
    // Before the first transaction, or the first statement with what is said of it.
    let head = rollback.find("BEGIN").or_else(|| rollback.find("\n-- ").map(|at| at + 1)).unwrap();
    let back = back.map(|back| format!("{back};\n")).unwrap_or_default();
    let rollback = format!("{}{back}{}", &rollback[..head], &rollback[head..]);
    let dialect = dialect(schema.version.engine).unwrap();
    let plan = edited(&Edit {
        plan: &record.plan,
        original: &record.plan,
        forward: &forward,
        rollback: &rollback,
        dialect,
        schema: &schema,
    });
    let plan = plan.unwrap();
    let record = migrator_tui::export::Record { plan: plan.clone().into(), ..record };
    let folder = write(&record, dialect).unwrap();
    let contract = folder.contract.as_ref();
    let scripts = [Some(&folder.plan), Some(&folder.forward), Some(&folder.rollback), contract];
    for (name, text) in ["plan.toml", "forward.sql", "rollback.sql", "contract.sql"].into_iter().zip(scripts)
    {
        text.into_iter().for_each(|text| std::fs::write(file(name), text).unwrap());
    }
    plan
}

/// A script with a statement behind the transaction that holds `marker`, or behind the statement itself.
pub fn behind(script: &str, marker: &str, statement: &str) -> String {
    let at = script.find(marker).unwrap_or_else(|| panic!("no {marker} in {script}"));
    let end = if script.contains("COMMIT;\n") { "COMMIT;\n" } else { ";\n" };
    let at = at + script[at..].find(end).unwrap() + end.len();
    format!("{}{statement};\n{}", &script[..at], &script[at..])
}

fn schema(ground: &Ground) -> Schema {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match (ground.server(), ground.maria()) {
            (Some(server), _) => server.read(&ground.database("before")).await.unwrap(),
            (_, Some(server)) => server.read(&ground.database("before")).await.unwrap(),
            (None, None) => {
                let mut connection =
                    sqlite::open(Some(&ground.file("before")), sqlite::Access::ReadOnly).await.unwrap();
                introspect(dialect(EngineKind::Sqlite).unwrap(), &mut connection as &mut dyn Connection)
                    .await
                    .unwrap()
            }
        }
    })
}

/// Tables of 12,000 rows: by a number, and by two columns of which one is a text.
const PG: (&str, &str) = (
    "CREATE TABLE t (id int PRIMARY KEY, o text, touched int NOT NULL DEFAULT 0);
     CREATE TABLE p (a text, b int, o text, touched int NOT NULL DEFAULT 0, PRIMARY KEY (a, b));
     INSERT INTO t SELECT i * 3, 'O' || i FROM generate_series(1, 12000) i;
     INSERT INTO p SELECT 'k''' || i % 7, i, 'O' || i FROM generate_series(1, 12000) i;
     ANALYZE t;",
    "CREATE TABLE t (id int PRIMARY KEY, o text, touched int NOT NULL DEFAULT 0, n text);
     CREATE TABLE p (a text, b int, o text, touched int NOT NULL DEFAULT 0, n text, PRIMARY KEY (a, b));
     CREATE INDEX tn ON t (n);",
);
const LITE: (&str, &str) = (
    "CREATE TABLE t (id INTEGER PRIMARY KEY, o TEXT, touched INTEGER NOT NULL DEFAULT 0);
     CREATE TABLE p (a TEXT, b INTEGER, o TEXT, touched INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (a, b)) WITHOUT ROWID;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO t SELECT i * 3, 'O' || i, 0 FROM n;
     INSERT INTO p SELECT 'k''' || (id / 3) % 7, id / 3, o, 0 FROM t;",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, o TEXT, touched INTEGER NOT NULL DEFAULT 0, n TEXT);
     CREATE TABLE p (a TEXT, b INTEGER, o TEXT, touched INTEGER NOT NULL DEFAULT 0, n TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
     CREATE INDEX tn ON t (n);",
);

#[cfg(feature = "faults")]
const MARIA: &str = "
    CREATE TABLE t (id int PRIMARY KEY, o text, touched int NOT NULL DEFAULT 0);
    CREATE TABLE p (a varchar(20), b int, o text, touched int NOT NULL DEFAULT 0, PRIMARY KEY (a, b));
    INSERT INTO t SELECT seq * 3, CONCAT('O', seq), 0 FROM seq_1_to_12000;
    INSERT INTO p SELECT CONCAT('k\\'', seq % 7), seq, CONCAT('O', seq), 0 FROM seq_1_to_12000;";

/// One of them with the column that is filled: where each statement stands alone, the one behind it is the last.
#[cfg(feature = "faults")]
fn maria_after(table: &str) -> String {
    let column = |own: &str| if own == table { ", n text" } else { "" };
    format!(
        "CREATE TABLE t (id int PRIMARY KEY, o text, touched int NOT NULL DEFAULT 0{});
         CREATE TABLE p (a varchar(20), b int, o text, touched int NOT NULL DEFAULT 0{}, PRIMARY KEY (a, b));
         CREATE TABLE later (id int PRIMARY KEY);",
        column("t"),
        column("p")
    )
}

/// The witness counts how often a row was changed.
fn filled(ground: &Ground, table: &str, back: Option<&str>) -> Plan {
    let update = format!("UPDATE {table} SET n = lower(o), touched = touched + 1 WHERE n IS NULL");
    let marker = if ground.maria().is_some() { format!("TABLE `{table}`") } else { "COLUMN n ".to_owned() };
    with_update(ground, &marker, &update, back)
}

#[cfg(feature = "faults")]
fn each_row_once(ground: &Ground, table: &str) -> Result<(), String> {
    let wrong = ground.ask(
        "victim",
        &format!("SELECT count(*) FROM {table} WHERE touched <> 1 OR n <> lower(o) OR n IS NULL"),
    );
    if wrong == ["0"] { Ok(()) } else { Err(format!("{wrong:?} rows were not changed once")) }
}

#[cfg(feature = "faults")]
fn killed_in_each_batch(mut trial: Trial, ground: &Ground, (table, points): (&str, &[&str]), step: usize) {
    let plan = filled(ground, table, Some(&format!("UPDATE {table} SET touched = 0, n = NULL")));
    let batched = plan.steps.iter().filter(|step| step.batches.is_some()).count();
    assert_eq!(batched, 1, "{:?}", plan.steps);
    for point in points {
        for count in (1..=60).step_by(step) {
            ground.fresh("victim");
            let reached = ground.desk.path("reached");
            if let End::Finished(answer) = killed_at(ground.run("victim"), point, count, &reached) {
                assert_eq!(answer.code, 0, "{}", answer.err);
                trial.ran(format!("{point}: not killed"), each_row_once(ground, table));
                break;
            }
            // Every other time it is taken back, and run again.
            let told = if count % 3 == 0 {
                let back = ground.roll_back("victim");
                let nothing =
                    back.err.contains("nothing to take back") || back.err.contains("has not run here");
                if back.code != 0 && !nothing {
                    Err(format!("rollback {}: {}{}", back.code, back.out, back.err))
                } else {
                    let touched =
                        ground.ask("victim", &format!("SELECT count(*) FROM {table} WHERE touched <> 0"));
                    let same = (touched == ["0"])
                        .then_some(())
                        .ok_or(format!("{touched:?} rows are not as they were"));
                    same.and_then(|()| ground.is_before("victim"))
                }
            } else {
                let again = ground.resume("victim");
                // It was killed before anything was sent.
                let again = if again.code == 2 {
                    crate::cli::Answer::of(ground.run("victim").output().unwrap())
                } else {
                    again
                };
                match again.code {
                    0 => each_row_once(ground, table).and_then(|()| ground.is_after("victim")),
                    code => Err(format!("exit {code}: {}{}", again.out, again.err)),
                }
            };
            trial.ran(format!("{point}:{count}"), told);
        }
    }
    trial.end(5 * points.len() / step);
}

/// The table with one column in its key at every point, the other one where it matters most.
#[cfg(feature = "faults")]
const PARTS: [(&str, &[&str]); 2] = [
    ("t", &["after begin", "after send", "before commit", "after answer"]),
    ("p", &["before commit", "after answer"]),
];

#[cfg(feature = "faults")]
#[test]
fn d3_killed_in_each_batch_on_postgres() {
    for part in PARTS {
        let trial = Trial::new("D3", "PG");
        let Some(ground) = Ground::postgres(PG.0, PG.1) else { return };
        killed_in_each_batch(trial, &ground, part, 1);
    }
}

#[cfg(feature = "faults")]
#[test]
fn d3_killed_in_each_batch_on_mariadb() {
    for part in PARTS {
        let trial = Trial::new("D3", "MA");
        let Some(ground) = Ground::mariadb(MARIA, &maria_after(part.0)) else { return };
        killed_in_each_batch(trial, &ground, part, crate::ids::count(2, 1, 1));
    }
}

#[cfg(feature = "faults")]
#[test]
fn d3_killed_in_each_batch_on_sqlite() {
    for part in PARTS {
        let ground = Ground::sqlite(LITE.0, LITE.1);
        killed_in_each_batch(Trial::new("D3", "SL"), &ground, part, 1);
    }
}

/// Whoever is asked for a yes to a way back sees that the half of a statement is part of it.
#[cfg(feature = "faults")]
#[test]
fn the_way_back_of_a_half_filled_run_is_told() {
    let back = "UPDATE t SET touched = 0, n = NULL";
    let mut grounds = vec![Ground::sqlite(LITE.0, LITE.1)];
    grounds.extend(Ground::postgres(PG.0, PG.1));
    for ground in grounds {
        filled(&ground, "t", Some(back));
        for (count, begun) in [(2, false), (4, true)] {
            ground.fresh("production");
            let killed =
                killed_at(ground.run("production"), "before commit", count, &ground.desk.path("reached"));
            if let End::Finished(answer) = killed {
                panic!("before commit:{count}: {}{}", answer.out, answer.err);
            }
            let rows = ground.ask("production", "SELECT count(*) FROM t WHERE touched > 0");
            assert_eq!(rows != ["0"], begun, "{rows:?}");
            super::approve::project(&ground, "", "");
            let mut person = super::approve::Person::of(&ground, "ada");
            let errand = migrator_tui::worker::Errand::RollBack(None);
            let request = person.request(errand, &ground.desk.path("plan"));
            let told = person.ask(migrator_tui::worker::CommandKind::Foresee(Box::new(request))).unwrap();
            let migrator_tui::worker::Answer::Foreseen(told) = told else { panic!("{told:?}") };
            let sent: Vec<&str> = told.way.sends.iter().map(|sending| &*sending.sql).collect();
            assert_eq!(sent.iter().any(|sql| sql.contains(back)), begun, "{sent:?}");
            // From here on the database goes by its URL again, and not by two names.
            std::fs::remove_file(ground.desk.path("migrator.toml")).unwrap();
            let taken = ground.roll_back("production");
            assert_eq!(taken.code, 0, "{}{}", taken.out, taken.err);
            ground.is_before("production").unwrap();
        }
    }
}

#[test]
fn what_the_plan_adds_goes_with_its_column() {
    let ground = Ground::sqlite(LITE.0, LITE.1);
    let plan = with_update(&ground, "COLUMN n ", "UPDATE t SET n = lower(o) WHERE n IS NULL", None);
    let step = plan.steps.iter().find(|step| step.batches.is_some()).unwrap();
    assert_eq!(step.reversal.word(), "exact");
    ground.fresh("victim");
    let ran = crate::cli::Answer::of(ground.run("victim").output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("fill table t in batches, by id"), "{}", ran.err);
    assert!(ran.err.contains("batches of"), "{}", ran.err);
    ground.is_after("victim").unwrap();
    assert_eq!(ground.ask("victim", "SELECT count(*) FROM t WHERE n = lower(o)"), ["12000"]);
    assert_eq!(ground.ask("victim", "SELECT state || rows_done FROM migrator_backfill"), ["done12000"]);
    // A second reading of the schema does not see our table.
    let status =
        ground.desk.run(&["diff", "--current", &ground.url("victim"), "--desired", &ground.url("after")]);
    assert_eq!(status.code, 0, "{}{}", status.out, status.err);
    let back = ground.roll_back("victim");
    assert_eq!(back.code, 0, "{}{}", back.out, back.err);
    ground.is_before("victim").unwrap();
}

#[test]
fn rows_that_the_statement_does_not_end_are_told() {
    let ground = Ground::sqlite(LITE.0, LITE.1);
    with_update(&ground, "COLUMN n ", "UPDATE t SET n = nullif(o, 'O7') WHERE n IS NULL", None);
    ground.fresh("victim");
    let ran = crate::cli::Answer::of(ground.run("victim").output().unwrap());
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("1 rows of t still meet the WHERE after 3 passes"), "{}", ran.err);
    ground.change("victim", "UPDATE t SET o = 'o' WHERE o = 'O7'");
    let resumed = ground.resume("victim");
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    ground.is_after("victim").unwrap();
}

#[test]
fn a_table_without_rows_is_filled_at_once() {
    let empty = |script: &str| {
        script.split("INSERT").next().unwrap().split("WITH RECURSIVE").next().unwrap().to_owned()
    };
    let mut grounds = vec![Ground::sqlite(&empty(LITE.0), LITE.1)];
    grounds.extend(Ground::postgres(&empty(PG.0), PG.1));
    for ground in grounds {
        filled(&ground, "t", Some("UPDATE t SET touched = 0, n = NULL"));
        ground.fresh("victim");
        let ran = crate::cli::Answer::of(ground.run("victim").output().unwrap());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ground.is_after("victim").unwrap();
    }
}
