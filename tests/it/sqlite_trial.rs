//! What every SQLite case has to stand: planned, applied, read back, planned again, rolled back, with its rows still
//! there, by our own reading, by the stored statements, and by the sqlite3 program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use migrator_tui::connect::Connection;
use migrator_tui::connect::sqlite::{Access, SqliteConnection, open};
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{Dialect, Frame, introspect, sqlite::Sqlite};
use migrator_tui::model::{EngineKind, Ident, Plan, Renaming, Reversal, Schema, Sql, Verb};
use migrator_tui::planner::{PlanOptions, fingerprint, plan};
use migrator_tui::sql;
use migrator_tui::sqltext::{TokenClass, lex};

const E: EngineKind = EngineKind::Sqlite;

/// How far a case came; each `Err` is a reason.
pub struct Verdict {
    pub forward: Result<(), String>,
    pub back: Result<(), String>,
    pub plan: Option<Plan>,
}

pub struct Case<'a> {
    pub before: &'a str,
    pub after: &'a str,
    pub seed: &'a str,
    pub renames: Vec<Renaming>,
}

/// Both sides are built; `Err` where one of them does not load.
pub async fn try_case(case: &Case<'_>) -> Result<Verdict, String> {
    let mut live = database(case.before).await?;
    live.execute_script(case.seed).await.map_err(|e| format!("seed: {e}"))?;
    let mut wanted = database(case.after).await?;
    let current = read(&mut live).await?;
    let desired = read(&mut wanted).await?;
    let planned = match planned(&current, &desired, &case.renames) {
        Ok(planned) => planned,
        Err(reason) => {
            let back = Err("no plan".into());
            return Ok(Verdict { forward: Err(reason), back, plan: None });
        }
    };
    let rows = rows(&mut live, &current).await?;
    let dump = dump(&mut live).await?;
    let forward = forward(&mut live, &mut wanted, &desired, &planned, &rows).await;
    let forward = match forward {
        Ok(()) => by_program(case, &planned, &desired).await,
        failed => failed,
    };
    let back = match &forward {
        Ok(()) => back(&mut live, &current, &planned, &rows, &dump).await,
        Err(_) => Err("not applied".into()),
    };
    Ok(Verdict { forward, back, plan: Some(planned) })
}

async fn database(script: &str) -> Result<SqliteConnection, String> {
    let mut wire = open(None, Access::Create).await.map_err(|e| e.to_string())?;
    wire.execute_script(script).await.map_err(|e| format!("does not load: {e}"))?;
    Ok(wire)
}

async fn read(wire: &mut dyn Connection) -> Result<Schema, String> {
    introspect(&Sqlite, wire).await.map_err(|e| e.to_string())
}

fn planned(current: &Schema, desired: &Schema, renames: &[Renaming]) -> Result<Plan, String> {
    let options = DiffOptions { renames: renames.to_vec(), ..DiffOptions::default() };
    let changes = diff(current, desired, &options);
    plan(&Sqlite, current, desired, &changes, &PlanOptions::default()).map_err(|e| e.to_string())
}

async fn forward(
    live: &mut SqliteConnection,
    wanted: &mut SqliteConnection,
    desired: &Schema,
    plan: &Plan,
    rows: &Rows,
) -> Result<(), String> {
    run(live, &Sqlite.frame(&plan.steps), &forward_sql(plan)).await?;
    let now = read(live).await?;
    same(&now, desired).map_err(|e| format!("after forward: {e}"))?;
    same_dump(&self::dump(live).await?, &self::dump(wanted).await?)?;
    if plan.to != fingerprint(&Sqlite, &now) {
        return Err("after forward: another fingerprint".into());
    }
    if !plan.steps.iter().any(|step| step.action == Verb::Rename) {
        let now = self::rows(live, &now).await?;
        keeps(rows, &now, &lost(plan)).map_err(|e| format!("after forward: {e}"))?;
    }
    Ok(())
}

async fn back(
    live: &mut SqliteConnection,
    current: &Schema,
    plan: &Plan,
    rows: &Rows,
    dump: &BTreeMap<String, Vec<String>>,
) -> Result<(), String> {
    run(live, &Sqlite.frame(&plan.steps), &back_sql(plan)?).await?;
    let now = read(live).await?;
    same(&now, current).map_err(|e| format!("after rollback: {e}"))?;
    same_dump(&self::dump(live).await?, dump).map_err(|e| format!("after rollback: {e}"))?;
    keeps(rows, &self::rows(live, &now).await?, &lost(plan)).map_err(|e| format!("after rollback: {e}"))
}

fn forward_sql(plan: &Plan) -> Vec<Sql> {
    plan.steps.iter().map(|step| step.statement.sql.clone()).collect()
}

fn back_sql(plan: &Plan) -> Result<Vec<Sql>, String> {
    let mut found = Vec::new();
    for step in plan.steps.iter().rev() {
        if let Reversal::Impossible(reason) = &step.reversal {
            return Err(format!("{} is impossible to take back: {reason}", step.subject));
        }
        found.extend(step.reversal.statements().iter().map(|one| one.sql.clone()));
    }
    Ok(found)
}

async fn run(wire: &mut SqliteConnection, frame: &Frame, statements: &[Sql]) -> Result<(), String> {
    let begin = [Sqlite.begin()];
    let commit = [sql!(E; "COMMIT")];
    // As an application's session may have it: nothing may cascade all the same.
    let enforced = [sql!(E; "PRAGMA foreign_keys = ON")];
    let all = enforced
        .iter()
        .chain(&frame.before)
        .chain(&begin)
        .chain(statements)
        .chain(&frame.last_in_transaction);
    for sql in all.chain(&commit).chain(&frame.after) {
        wire.execute(sql).await.map_err(|e| format!("{e}\n      in: {sql}"))?;
    }
    Ok(())
}

/// The same plan as a script for the sqlite3 program, where there is one.
async fn by_program(case: &Case<'_>, plan: &Plan, desired: &Schema) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.db");
    let feed = |script: &str| -> Option<Result<(), String>> {
        let mut child = Command::new("sqlite3")
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Some(if output.status.success() && said.is_empty() { Ok(()) } else { Err(said) })
    };
    match feed(&format!(".bail on\n{}\n;{}", case.before, case.seed)) {
        None => return Ok(()),
        // An older program does not know all that the wire knows.
        Some(Err(_)) => return Ok(()),
        Some(Ok(())) => {}
    }
    let frame = Sqlite.frame(&plan.steps);
    let mut script = String::from(".bail on\nPRAGMA foreign_keys = ON;\n");
    let begin = [Sqlite.begin()];
    let steps = forward_sql(plan);
    let commit = [sql!(E; "COMMIT")];
    for sql in frame
        .before
        .iter()
        .chain(&begin)
        .chain(&steps)
        .chain(&frame.last_in_transaction)
        .chain(&commit)
        .chain(&frame.after)
    {
        script.push_str(sql.as_str());
        script.push_str(";\n");
    }
    feed(&script).unwrap().map_err(|said| format!("sqlite3: {said}\n{script}"))?;
    let mut wire = open(Some(&file), Access::ReadOnly).await.map_err(|e| e.to_string())?;
    same(&read(&mut wire).await?, desired).map_err(|e| format!("by sqlite3: {e}"))
}

/// No difference, and nothing to plan.
fn same(a: &Schema, b: &Schema) -> Result<(), String> {
    let changes = diff(a, b, &DiffOptions::default()).changes;
    if let Some(change) = changes.first() {
        return Err(format!("{} {} ({} in all): {change:?}", change.sign(), change.id(), changes.len()));
    }
    let again = planned(a, b, &[])?;
    if let Some(step) = again.steps.first() {
        return Err(format!("planning again gives: {}", step.statement.sql));
    }
    Ok(())
}

/// The stored statements as sorted words: the order of columns and constraints is no difference to us.
async fn dump(wire: &mut SqliteConnection) -> Result<BTreeMap<String, Vec<String>>, String> {
    const NOISE: [&str; 9] = ["virtual", "generated", "always", "asc", "collate", "binary", "(", ")", ","];
    let sql = sql!(E; "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'");
    let found = wire.query(&sql).await.map_err(|e| e.to_string())?;
    let mut dump = BTreeMap::new();
    for row in found.iter() {
        let text = row.get(2).unwrap();
        let mut words: Vec<String> = lex(text, E)
            .filter(|token| !matches!(token.class, TokenClass::Whitespace | TokenClass::Comment))
            .map(|token| text[token.start..token.end].trim_matches(['"', '`', '[', ']', '\'']).to_lowercase())
            .filter(|word| !NOISE.contains(&word.as_str()))
            .collect();
        words.sort();
        dump.insert(format!("{} {}", row.get(0).unwrap(), row.get(1).unwrap()), words);
    }
    Ok(dump)
}

fn same_dump(a: &BTreeMap<String, Vec<String>>, b: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    for name in a.keys().chain(b.keys()) {
        if a.get(name) != b.get(name) {
            return Err(format!("stored statement of {name}: {:?} and {:?}", a.get(name), b.get(name)));
        }
    }
    Ok(())
}

/// Table → column → its values, sorted.
type Rows = BTreeMap<String, BTreeMap<String, Vec<Option<Box<str>>>>>;

async fn rows(wire: &mut SqliteConnection, schema: &Schema) -> Result<Rows, String> {
    use migrator_tui::model::{Body, ObjectKind, Value};
    let mut found = Rows::new();
    for (id, object) in &schema.objects {
        if id.kind != ObjectKind::Column
            || matches!(&object.body, Body::Column(c) if matches!(c.value, Value::Generated { .. }))
        {
            continue;
        }
        let column = id.leaf();
        let sql = sql!(E; "SELECT ", column, " FROM ", &id.name, " ORDER BY 1");
        let values = wire.query(&sql).await.map_err(|e| e.to_string())?;
        let values = values.iter().map(|row| row.get(0).map(Box::from)).collect();
        let table = found.entry(id.name.to_string().to_lowercase()).or_default();
        table.insert(column.to_string().to_lowercase(), values);
    }
    let sequences = sql!(E; "SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'");
    if !wire.query(&sequences).await.map_err(|e| e.to_string())?.is_empty() {
        let sql = sql!(E; "SELECT name, seq FROM ", &Ident::from("sqlite_sequence"));
        for row in wire.query(&sql).await.map_err(|e| e.to_string())?.iter() {
            let name = row.get(0).unwrap().to_lowercase();
            if let Some(table) = found.get_mut(&name) {
                table.insert("(sequence)".into(), vec![row.get(1).map(Box::from)]);
            }
        }
    }
    Ok(found)
}

/// What the plan says will be lost, both ways.
fn lost(plan: &Plan) -> BTreeSet<String> {
    plan.steps
        .iter()
        .filter_map(|step| match &step.reversal {
            Reversal::Lossy { lost, .. } => lost.forward.as_deref().map(str::to_owned),
            _ => None,
        })
        .collect()
}

/// Every value that was there is there, unless its loss was declared.
fn keeps(before: &Rows, now: &Rows, lost: &BTreeSet<String>) -> Result<(), String> {
    let said =
        |what: &str| lost.iter().any(|one| one.split(", ").any(|part| part.to_lowercase().contains(what)));
    for (table, columns) in before {
        for (column, values) in columns {
            if said(&format!("values of {table}.{column}")) || said(&format!("rows of {table}")) {
                continue;
            }
            let kept = now.get(table).and_then(|columns| columns.get(column));
            let is_sequence = column == "(sequence)";
            if kept != Some(values) && !(is_sequence && kept.is_none()) {
                return Err(format!("{table}.{column} held {values:?} and holds {kept:?}"));
            }
        }
    }
    Ok(())
}
