//! Schema pairs of other tools' test suites, both directions, on a live PostgreSQL: forward must give the desired
//! schema by the server's own dump and by our reading, rollback the former one. Skipped, and said so, where the
//! folder or a server is absent. `MIGRATOR_TEST_CORPUS` names another folder of `<suite>/<case>/{before,after}.sql`,
//! of which every case is run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use migrator_tui::diff::{DiffOptions, Privileges, diff};
use migrator_tui::engines::dialect;
use migrator_tui::export::{Direction, Proof, Record, script};
use migrator_tui::model::{Compatibility, EngineKind, Verdict};
use migrator_tui::planner::{PlanOptions, plan};

use crate::live::{Server, difference};

/// The share of cases that must end equal, and that must roll back, in percent.
const EQUAL: usize = 96;
const ROLLED_BACK: usize = 94;

#[test]
fn corpus_of_other_tools_on_the_first_server() {
    if let Some(server) = Server::first() {
        run(&server, Share::AsAsked);
    }
}

#[test]
fn corpus_of_other_tools_on_the_second_server() {
    if let Some(server) = Server::second() {
        run(&server, Share::AsAsked);
    }
}

mod on_other_servers {
    use super::{Server, Share, run};

    async fn quarter(server: Server) {
        tokio::task::block_in_place(|| run(&server, Share::Quarter));
    }

    crate::live::on_other_servers!(quarter);
}

/// How much of the corpus is run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    /// A quarter, or all with `--full`.
    AsAsked,
    Quarter,
}

fn run(server: &Server, share: Share) {
    let corpus = match std::env::var_os("MIGRATOR_TEST_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/postgres"),
    };
    if !corpus.is_dir() {
        eprintln!("skipped: the corpus folder is not beside the project");
        return;
    }
    let cases = cases(&corpus, share);
    let results = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = runtime.block_on(both_ways(server, case));
                    results.lock().unwrap().extend(done);
                }
            });
        }
    });
    report(server, results.into_inner().unwrap());
}

/// Case folders; a fixed quarter of them unless the full set, or some by name, is asked for.
fn cases(corpus: &Path, share: Share) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for suite in std::fs::read_dir(corpus).unwrap() {
        for case in std::fs::read_dir(suite.unwrap().path()).unwrap() {
            all.push(case.unwrap().path());
        }
    }
    all.sort();
    if let Ok(name) = std::env::var("MIGRATOR_TEST_CASE") {
        return all.into_iter().filter(|path| path.to_string_lossy().contains(&name)).collect();
    }
    let asked_for_all =
        ["MIGRATOR_TEST_FULL", "MIGRATOR_TEST_CORPUS"].iter().any(|name| std::env::var_os(name).is_some());
    if share == Share::AsAsked && asked_for_all {
        return all;
    }
    all.into_iter().step_by(4).collect()
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    Load,
    Plan,
    Forward,
    Dump,
    Converge,
    Rollback,
    Restored,
    Done,
}

struct Outcome {
    case: String,
    reached: Stage,
    why: String,
}

async fn both_ways(server: &Server, case: &Path) -> Vec<Outcome> {
    let parent = case.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    let name = format!("{parent}/{}", case.file_name().unwrap().to_string_lossy());
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let stem = format!("corpus_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let (before, after, work) = (format!("{stem}_b"), format!("{stem}_a"), format!("{stem}_w"));
    let mut loaded = Ok(());
    for (database, file) in [(&before, "before.sql"), (&after, "after.sql")] {
        server.recreate(database, "template0");
        let path = case.join(file);
        let load = server.psql(database, &["-f", path.to_str().unwrap()]);
        loaded = loaded.and(load.map(drop));
    }
    let mut outcomes = Vec::new();
    for (direction, from, to) in [(">", &before, &after), ("<", &after, &before)] {
        let mut outcome =
            Outcome { case: format!("{name} {direction}"), reached: Stage::Load, why: String::new() };
        if let Err(why) = &loaded {
            outcome.why = why.clone();
        } else {
            server.recreate(&work, from);
            if let Err(why) = one_way(server, (from, to), &work, &mut outcome.reached).await {
                outcome.why = why;
            }
        }
        outcomes.push(outcome);
    }
    for database in [&before, &after, &work] {
        server.drop(database);
    }
    outcomes
}

/// Plans, applies, compares, plans again, rolls back and compares again.
pub async fn one_way(
    server: &Server,
    (from, to): (&str, &str),
    work: &str,
    reached: &mut Stage,
) -> Result<(), String> {
    let dialect = dialect(EngineKind::Postgres).unwrap();
    let options = DiffOptions { privileges: Privileges::Compare, ..DiffOptions::default() };
    let plan_options =
        PlanOptions { name: "case".into(), privileges: Privileges::Compare, ..PlanOptions::default() };
    *reached = Stage::Plan;
    let (current, desired) = (server.read(work).await?, server.read(to).await?);
    let changes = diff(&current, &desired, &options);
    let made =
        plan(dialect, &current, &desired, &changes, &plan_options).map_err(|error| error.to_string())?;
    let record = Record {
        plan: made.into(),
        generated: "2026-01-01T00:00:00Z".into(),
        author: None,
        compatibility: Compatibility { verdict: Verdict::Yes, reasons: Vec::new() },
        findings: Vec::new(),
        proof: Proof::NotRehearsed { why: "not asked for".into() },
        origin: migrator_tui::export::Origin::default(),
    };
    let folder = tempfile::tempdir().unwrap();
    let run = |direction: Direction| {
        let path = folder.path().join("script.sql");
        let text = script(&record, direction, dialect).text;
        std::fs::write(&path, &text).unwrap();
        server.psql(work, &["-f", path.to_str().unwrap()]).map_err(|error| format!("{error}\n{text}"))
    };
    *reached = Stage::Forward;
    run(Direction::Forward)?;
    *reached = Stage::Dump;
    if let Some(text) = difference(&server.dump(work)?, &server.dump(to)?) {
        return Err(format!("{text}\nscript:\n{}", script(&record, Direction::Forward, dialect).text));
    }
    *reached = Stage::Converge;
    let now = server.read(work).await?;
    let rest = diff(&now, &desired, &options);
    if !rest.changes.is_empty() {
        return Err(format!(
            "left: {:#?}",
            rest.changes
                .iter()
                .map(|c| format!("{} {} {:?}", c.sign(), c.id(), edits(c)))
                .collect::<Vec<_>>()
        ));
    }
    *reached = Stage::Rollback;
    run(Direction::Rollback)?;
    *reached = Stage::Restored;
    if let Some(text) = difference(&server.dump(work)?, &server.dump(from)?) {
        return Err(format!("{text}\nscript:\n{}", script(&record, Direction::Rollback, dialect).text));
    }
    *reached = Stage::Done;
    Ok(())
}

fn edits(change: &migrator_tui::model::Change) -> String {
    match change {
        migrator_tui::model::Change::Alter { edits, .. } => format!("{edits:?}"),
        _ => String::new(),
    }
}

fn report(server: &Server, mut outcomes: Vec<Outcome>) {
    outcomes.sort_by(|a, b| a.case.cmp(&b.case));
    let version = server.psql("postgres", &["-c", "SHOW server_version"]).unwrap();
    let mut suites: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut text = String::new();
    for outcome in &outcomes {
        let suite = outcome.case.split('/').next().unwrap_or_default();
        for key in [suite, "all"] {
            let row = suites.entry(key).or_default();
            row[0] += usize::from(outcome.reached > Stage::Load);
            row[1] += usize::from(outcome.reached > Stage::Forward);
            row[2] += usize::from(outcome.reached > Stage::Converge);
            row[3] += usize::from(outcome.reached == Stage::Done);
        }
        if outcome.reached != Stage::Done {
            let first = outcome.why.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let _ = writeln!(text, "{:?} {}: {first}", outcome.reached, outcome.case);
        }
    }
    println!("{text}");
    let version = version.trim();
    let mut table =
        format!("corpus, PostgreSQL {version}\nsuite            load  forward  equal  rolled back\n");
    for (suite, [load, forward, equal, back]) in &suites {
        let _ = writeln!(table, "{suite:<15} {load:>5} {forward:>8} {equal:>6} {back:>12}");
    }
    // What loads and does not come to its end, with the first reason.
    text.lines().filter(|line| !line.starts_with("Load ")).for_each(|line| {
        let _ = writeln!(table, "{line}");
    });
    crate::ids::tell(&table);
    if let Ok(path) = std::env::var("MIGRATOR_TEST_REPORT") {
        let whole: String = outcomes
            .iter()
            .filter(|o| o.reached != Stage::Done)
            .map(|o| format!("=== {:?} {}\n{}\n", o.reached, o.case, o.why))
            .collect();
        std::fs::write(format!("{path}.{version}"), whole).unwrap();
    }
    let [load, _, equal, back] = suites.get("all").copied().unwrap_or_default();
    assert!(equal * 100 >= EQUAL * load, "{equal} of {load} end equal, {EQUAL} % must");
    assert!(back * 100 >= ROLLED_BACK * load, "{back} of {load} roll back, {ROLLED_BACK} % must");
}
