//! D1: rows through every plan of the cases, by the real `run` and the real `rollback`. What both schemas have keeps
//! its values on the way there, and everything has them again after the way back; or the plan said before that they
//! would be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use migrator_tui::connect::{self, MySqlAddress, PostgresAddress, Purpose, SqliteTarget, Target};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{EngineKind, Plan, Reversal};
use migrator_tui::promote::seed::{self, seed};

use crate::cli::Answer;
use crate::ids::{self, Trial};
use crate::live::Server;
use crate::live_mysql;

use super::ground::Ground;

/// For each table its rows, each one the texts of its columns.
type Content = BTreeMap<String, Vec<BTreeMap<String, String>>>;

#[test]
fn d1_rows_go_through_every_plan_on_postgres() {
    let trial = Trial::new("D1", "PG");
    let Some(server) = Server::first() else { return };
    every_case(trial, "postgres", &|before, after, words| {
        Ground::planned(Some(Server::at(server.url.clone(), server.bin())), before, after, words)
    });
}

#[test]
fn d1_rows_go_through_every_plan_on_sqlite() {
    every_case(Trial::new("D1", "SL"), "sqlite", &|before, after, words| {
        Ground::planned(None, before, after, words)
    });
}

#[test]
fn d1_rows_go_through_every_plan_on_mariadb() {
    let trial = Trial::new("D1", "MA");
    if live_mysql::Server::first().is_none() {
        return;
    }
    every_case(trial, "mysql", &|before, after, words| {
        Ground::planned_on_mariadb(live_mysql::Server::first().unwrap(), before, after, words)
    });
}

type Make<'a> = &'a dyn Fn(&str, &str, &[String]) -> Result<Ground, String>;

/// A third of the cases, always the same one, or all of them; each in both directions.
fn every_case(mut trial: Trial, engine: &str, make: Make<'_>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(engine);
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut cases = within(&folder).iter().flat_map(|object| within(object)).collect::<Vec<PathBuf>>();
    cases.retain(|case| case.to_string_lossy().contains(&wanted));
    let step = if wanted.is_empty() { ids::count(3, 1, 1) } else { 1 };
    let mut rows = 0;
    for case in cases.iter().step_by(step) {
        let text = |file: &str| std::fs::read_to_string(case.join(file)).unwrap_or_default();
        let (before, after, given) = (text("before.sql"), text("after.sql"), text("seed.sql"));
        let name = case.strip_prefix(&folder).unwrap().display();
        // The command line has no words for a column whose table gets another name, too.
        let said = text("renames.txt");
        if said.contains("table ") && said.contains("column ") {
            println!("{name}: left out, its renames cannot be said");
            continue;
        }
        for (way, from, to, given) in [("->", &before, &after, given.as_str()), ("<-", &after, &before, "")] {
            let words = renames(&text("renames.txt"), way == "<-");
            let told = make(from, to, &words).and_then(|ground| there_and_back(&ground, given));
            rows += told.as_ref().copied().unwrap_or(0);
            trial.ran(format!("{name} {way}"), told.map(drop));
        }
    }
    println!("{rows} rows");
    assert!(rows > 0, "no table had a row");
    trial.end(1);
}

/// How many rows made the journey.
fn there_and_back(ground: &Ground, given: &str) -> Result<usize, String> {
    ground.fresh("victim");
    match given {
        "" => sow(ground),
        script => ground.change("victim", script),
    }
    let plan = migrator_tui::export::read_record(&ground.desk.read("plan/plan.toml"))
        .map_err(|error| error.to_string())?
        .plan;
    let (schema, before) = (ground.dump("victim"), content(ground));
    let told =
        |what: &str, answer: &Answer| format!("{what}: exit {}: {}{}", answer.code, answer.out, answer.err);
    // Somebody answers for what was found, and tries all the same.
    let is_warned = !ground.rules().is_empty();
    let ran = Answer::of(ground.run("victim").output().unwrap());
    if is_warned && ran.code == 1 && content(ground) == before {
        // It was right: these rows are in the way, and stay as they were.
        return Ok(before.values().map(Vec::len).sum());
    }
    if ran.code != 0 {
        return Err(told("run", &ran));
    }
    kept(&plan, &before, &content(ground), Way::There)?;
    if plan.steps.iter().any(|step| matches!(step.reversal, Reversal::Impossible(_))) {
        return Ok(before.values().map(Vec::len).sum());
    }
    let back = ground.roll_back("victim");
    // A plan without a step has nothing to take back.
    if back.code != 0 && !(plan.steps.is_empty() && back.code == 2) {
        return Err(told("rollback", &back));
    }
    kept(&plan, &before, &content(ground), Way::Back)?;
    let now = ground.dump("victim");
    // SQLite keeps the statement as it was written: the order of columns would count.
    if now != schema && (ground.server().is_some() || ground.maria().is_some()) {
        let only = |a: &super::ground::Dump, b: &super::ground::Dump| {
            a.keys().filter(|key| !b.contains_key(*key)).cloned().collect::<Vec<_>>().join("\n")
        };
        return Err(format!(
            "after the rollback, missing:\n{}\nextra:\n{}",
            only(&schema, &now),
            only(&now, &schema)
        ));
    }
    Ok(before.values().map(Vec::len).sum())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

/// The rows are the same in what both have, or the plan says that they are not.
fn kept(plan: &Plan, before: &Content, now: &Content, way: Way) -> Result<(), String> {
    for (table, rows) in before {
        let declared = |forward_alone: bool| {
            plan.steps.iter().any(|step| {
                let lossy = match &step.reversal {
                    Reversal::Exact(_) => false,
                    Reversal::Lossy { lost, .. } => !forward_alone || lost.forward.is_some(),
                    Reversal::Impossible(_) => true,
                };
                lossy && step.subject.name.name.as_str() == table.rsplit('.').next().unwrap_or(table)
            })
        };
        let Some(found) = now.get(table) else {
            // A table that is dropped says so; a renamed one is met under its new name by the schemas' comparison.
            let renamed = plan.steps.iter().any(|step| step.action.word() == "rename");
            if rows.is_empty() || declared(true) || renamed && way == Way::There {
                continue;
            }
            return Err(format!("table {table} is gone with {} rows, and nothing said so", rows.len()));
        };
        let columns: BTreeSet<&String> = match (rows.first(), found.first()) {
            (Some(old), Some(new)) if way == Way::There => {
                old.keys().filter(|key| new.contains_key(*key)).collect()
            }
            (Some(old), _) => old.keys().collect(),
            (None, _) => BTreeSet::new(),
        };
        let of = |rows: &[BTreeMap<String, String>]| {
            let mut lines: Vec<String> = rows
                .iter()
                .map(|row| columns.iter().map(|column| format!("{column}={:?} ", row.get(*column))).collect())
                .collect();
            lines.sort();
            lines
        };
        let (old, new) = (of(rows), of(found));
        if old != new && !declared(way == Way::There) {
            let line = old.iter().zip(&new).find(|(old, new)| old != new);
            return Err(format!(
                "table {table} has {} rows of {} and nothing said that they change: {line:?}",
                new.len(),
                old.len()
            ));
        }
    }
    Ok(())
}

/// Rows that the schema allows.
fn sow(ground: &Ground) {
    let engine = match (ground.server(), ground.maria()) {
        (Some(_), _) => EngineKind::Postgres,
        (_, Some(_)) => EngineKind::MySql,
        (None, None) => EngineKind::Sqlite,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let target = |database: &str| match engine {
        EngineKind::Postgres => {
            let address = PostgresAddress::parse(&ground.url(database)).unwrap();
            Target::Postgres(Box::new(address.resolve(&|_| None).unwrap()))
        }
        EngineKind::MySql => {
            let address = MySqlAddress::parse(&ground.url(database)).unwrap();
            Target::MySql(Box::new(address.resolve(&|_| None).unwrap()))
        }
        _ => Target::Sqlite(SqliteTarget { path: ground.file(database) }),
    };
    runtime.block_on(async {
        let mut connection = connect::open(&target("victim"), Purpose::Write).await.unwrap();
        let schema = introspect(dialect(engine).unwrap(), connection.as_mut()).await.unwrap();
        let mut other = connect::open(&target("after"), Purpose::Read).await.unwrap();
        // What the desired schema would refuse is another test's matter.
        let desired = introspect(dialect(engine).unwrap(), other.as_mut()).await.unwrap();
        let none = BTreeSet::new();
        let into = seed::Ground { schema: &schema, desired: Some(&desired), fallow: &none };
        seed(connection.as_mut(), into).await.unwrap();
    });
}

fn content(ground: &Ground) -> Content {
    let mut content = Content::new();
    let tables = match (ground.server(), ground.maria()) {
        (_, Some(_)) => {
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT LIKE 'migrator%'"
        }
        (Some(_), _) => {
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|migrator$)'"
        }
        (None, None) => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
             AND name NOT LIKE 'migrator%'"
        }
    };
    for table in ground.ask("victim", tables) {
        let rows = match (ground.server(), ground.maria()) {
            (Some(_), _) => format!("SELECT row_to_json(t)::text FROM ONLY {table} t"),
            (_, Some(_)) => {
                let text = table.replace('\'', "\\'");
                // What is computed is no row's own.
                let columns = format!(
                    "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() \
                     AND TABLE_NAME = '{text}' AND COALESCE(GENERATION_EXPRESSION, '') = ''"
                );
                let pairs: Vec<String> = (ground.ask("victim", &columns).iter())
                    .map(|column| {
                        let (text, name) = (column.replace('\'', "\\'"), column.replace('`', "``"));
                        format!("'{text}', HEX(CONVERT(CONCAT(`{name}`) USING utf8mb4))")
                    })
                    .collect();
                format!("SELECT JSON_OBJECT({}) FROM `{}`", pairs.join(", "), table.replace('`', "``"))
            }
            (None, None) => {
                let quoted = table.replace('"', "\"\"");
                let columns = ground.ask(
                    "victim",
                    &format!("SELECT name FROM pragma_table_xinfo('{}')", table.replace('\'', "''")),
                );
                let pairs: Vec<String> = columns
                    .iter()
                    .map(|column| {
                        let (text, name) = (column.replace('\'', "''"), column.replace('"', "\"\""));
                        format!("'{text}', quote(\"{name}\")")
                    })
                    .collect();
                format!("SELECT json_object({}) FROM \"{quoted}\"", pairs.join(", "))
            }
        };
        let row = |line: &String| -> BTreeMap<String, String> {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            // A number that became a text is the same value.
            let plain = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.trim_matches('\'').to_owned(),
                other => other.to_string(),
            };
            value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect()
        };
        let found: Vec<_> = ground.ask("victim", &rows).iter().map(row).collect();
        content.insert(table.replace('"', ""), found);
    }
    content
}

/// `column t.old -> t.fresh` as the words of `plan`.
fn renames(text: &str, is_back: bool) -> Vec<String> {
    text.lines()
        .flat_map(|line| {
            let (old, new) = line.split_once(' ').unwrap().1.split_once("->").unwrap();
            let (old, new) = if is_back { (new.trim(), old.trim()) } else { (old.trim(), new.trim()) };
            // Of a column the new name alone is said.
            let new = if line.starts_with("column") { new.rsplit('.').next().unwrap() } else { new };
            ["--rename".to_owned(), format!("{old}={new}")]
        })
        .collect()
}

fn within(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}
