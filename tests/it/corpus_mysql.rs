//! The schema pairs of another tool's test suite, both directions, on a live MariaDB or MySQL: forward must give the
//! desired schema by the server's own dump and by our reading, rollback the former one. Skipped, and said so, where the
//! folder or a server is absent.

use std::fmt::Write as _;
use std::path::Path;

use migrator_tui::diff::{DiffOptions, Privileges, diff};
use migrator_tui::engines::dialect;
use migrator_tui::export::{Direction, Origin, Proof, Record, script};
use migrator_tui::model::{Change, Compatibility, EngineKind, Renaming, Verdict};
use migrator_tui::planner::{PlanOptions, plan};

use crate::corpus_postgres::Stage;
use crate::live::difference;
use crate::live_mysql::Server;

/// The share of cases that must end equal, and that must roll back, in percent.
const EQUAL: usize = 90;
const ROLLED_BACK: usize = 85;

#[tokio::test(flavor = "multi_thread")]
async fn pairs_of_mysqldef() {
    let Some(server) = Server::first() else { return };
    let folder = match std::env::var_os("MIGRATOR_TEST_CORPUS_MYSQL") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mysql/mysqldef"),
    };
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no corpus in {}", folder.display());
        return;
    };
    let wanted = std::env::var("MIGRATOR_TEST_CASE").unwrap_or_default();
    let mut cases: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    cases.retain(|path| path.to_string_lossy().contains(&wanted));
    cases.sort();
    // A quarter, or all with `--full`.
    let all = std::env::var_os("MIGRATOR_TEST_FULL").is_some() || !wanted.is_empty();
    let cases: Vec<_> = cases.into_iter().step_by(if all { 1 } else { 4 }).collect();
    let mut rows = [0; 5];
    let mut failed = String::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let about = std::fs::read_to_string(case.join("case.toml")).unwrap_or_default();
        if let Some(why) = excluded(&about) {
            println!("skipped {name}: {why}");
            continue;
        }
        let text = |file: &str| std::fs::read_to_string(case.join(file)).unwrap();
        let (before, after) = (text("before.sql"), text("after.sql"));
        for (direction, from, to) in [(">", &before, &after), ("<", &after, &before)] {
            rows[0] += 1;
            let mut reached = Stage::Load;
            let names = Names::of("corpus");
            let why = both_ways(&server, &names, (from, to), &[], &mut reached).await.err();
            names.drop(&server);
            for (row, stage) in [(1, Stage::Load), (2, Stage::Forward), (3, Stage::Converge)] {
                rows[row] += usize::from(reached > stage);
            }
            rows[4] += usize::from(reached == Stage::Done);
            if let Some(why) = why {
                let _ = writeln!(failed, "{reached:?} {name} {direction}: {}", why.trim());
            }
        }
    }
    println!("{failed}");
    let [all, load, forward, equal, back] = rows;
    let beyond = failed.lines().filter(|line| !line.starts_with("Load ")).collect::<Vec<_>>().join("\n");
    crate::ids::tell(&format!(
        "corpus, MariaDB or MySQL\nsuite            cases  load  forward  equal  rolled back\n{:<15} {all:>6} {load:>5} {forward:>8} {equal:>6} {back:>12}\n{beyond}",
        "mysqldef"
    ));
    assert!(equal * 100 >= EQUAL * load, "{equal} of {load} end equal, {EQUAL} % must");
    assert!(back * 100 >= ROLLED_BACK * load, "{back} of {load} roll back, {ROLLED_BACK} % must");
}

/// Cases that say themselves that they are for other servers.
fn excluded(about: &str) -> Option<&'static str> {
    let says = |line: &str| about.lines().any(|own| own.trim() == line);
    match () {
        () if says("flavor = \"mysql\"") || says("flavor = \"!mariadb\"") => Some("it is for MySQL alone"),
        () if says("flavor = \"tidb\"") => Some("it is for TiDB"),
        () if about.contains("max_version = \"5.7\"") => Some("it is for MySQL 5.7 and older"),
        () => None,
    }
}

/// Three databases of one trial.
pub struct Names {
    work: String,
    from: String,
    to: String,
}

impl Names {
    pub fn of(stem: &str) -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let stem = format!("{stem}_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self { work: format!("{stem}_w"), from: format!("{stem}_f"), to: format!("{stem}_t") }
    }

    pub fn drop(&self, server: &Server) {
        [&self.work, &self.from, &self.to].into_iter().for_each(|name| server.drop(name));
    }
}

/// Plans, applies, compares, plans again, rolls back and compares again.
pub async fn both_ways(
    server: &Server,
    names: &Names,
    (from, to): (&str, &str),
    renames: &[Renaming],
    reached: &mut Stage,
) -> Result<(), String> {
    for (database, text) in [(&names.work, from), (&names.from, from), (&names.to, to)] {
        server.recreate(database);
        server.load(database, text).await?;
    }
    *reached = Stage::Plan;
    let work = names.work.as_str();
    let dialect = dialect(EngineKind::MySql).unwrap();
    let options = DiffOptions { privileges: Privileges::Compare, renames: renames.to_vec() };
    let plan_options =
        PlanOptions { name: "case".into(), privileges: Privileges::Compare, ..PlanOptions::default() };
    let (current, desired) = (server.read(work).await?, server.read(&names.to).await?);
    let changes = diff(&current, &desired, &options);
    let made =
        plan(dialect, &current, &desired, &changes, &plan_options).map_err(|error| error.to_string())?;
    let record = Record {
        plan: made.into(),
        generated: "2026-01-01T00:00:00Z".into(),
        compatibility: Compatibility { verdict: Verdict::Yes, reasons: Vec::new() },
        findings: Vec::new(),
        proof: Proof::NotRehearsed { why: "not asked for".into() },
        origin: Origin::default(),
        author: None,
    };
    let run = |direction: Direction| {
        let text = script(&record, direction, dialect).text;
        server.client(work, &text).map_err(|error| format!("{error}\n{text}"))
    };
    *reached = Stage::Forward;
    run(Direction::Forward)?;
    *reached = Stage::Dump;
    if let Some(text) = difference(&server.dump(work)?, &server.dump(&names.to)?) {
        return Err(format!("{text}\nscript:\n{}", script(&record, Direction::Forward, dialect).text));
    }
    *reached = Stage::Converge;
    let rest = diff(&server.read(work).await?, &desired, &DiffOptions { renames: Vec::new(), ..options });
    if !rest.changes.is_empty() {
        let list: Vec<String> = rest.changes.iter().map(told).collect();
        return Err(format!("left: {}", list.join(", ")));
    }
    *reached = Stage::Rollback;
    run(Direction::Rollback)?;
    *reached = Stage::Restored;
    if let Some(text) = difference(&server.dump(work)?, &server.dump(&names.from)?) {
        return Err(format!("{text}\nscript:\n{}", script(&record, Direction::Rollback, dialect).text));
    }
    *reached = Stage::Done;
    Ok(())
}

fn told(change: &Change) -> String {
    match change {
        Change::Alter { edits, .. } => format!("{} {} {edits:?}", change.sign(), change.id()),
        Change::Create(_) | Change::Drop(_) | Change::Rename { .. } => {
            format!("{} {}", change.sign(), change.id())
        }
    }
}
