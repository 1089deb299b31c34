//! Speed and memory on a large schema pair, against `pg_dump -s` of the same two databases in the same run.
//!
//! `MIGRATOR_TEST_PG` names a server (a superuser's URL); `MIGRATOR_BENCH_TABLES` the sizes, `2000,10000` if unset.
//! Prints one table; the bars are in the last column. Judges nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for the developer's terminal"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrator_tui::connect::{self, PostgresAddress, Purpose, Target};
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{Body, Change, EngineKind, Schema};
use migrator_tui::planner::{PlanOptions, plan};

fn main() {
    let generator = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/gen_schema.py");
    let Ok(server) = std::env::var("MIGRATOR_TEST_PG") else {
        println!("skipped: MIGRATOR_TEST_PG names no server");
        return;
    };
    if !generator.is_file() {
        println!("skipped: the schema generator is not beside the project");
        return;
    }
    let sizes = std::env::var("MIGRATOR_BENCH_TABLES").unwrap_or_else(|_| "2000,10000".into());
    println!(
        "tables  dump both  diff both  ratio (<=0.50)  peak MB (<=300)  diff+plan ms (<=300)  edits found, others"
    );
    for tables in sizes.split(',') {
        one(&server, &generator, tables);
    }
}

fn one(server: &str, generator: &Path, tables: &str) {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(generator)
        .args(["--engine", "postgres", "--tables", tables, "--changes", "40", "--seed", "1", "--out"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success(), "the generator failed");
    let (base, _) = server.rsplit_once('/').unwrap();
    let sides: Vec<String> = ["before", "after"]
        .iter()
        .map(|side| {
            let name = format!("bench_{}_{side}", std::process::id());
            psql(server, &["-c", &format!("CREATE DATABASE {name} TEMPLATE template0")]);
            let url = format!("{base}/{name}");
            psql(&url, &["-f", folder.path().join(format!("{side}.sql")).to_str().unwrap()]);
            psql(&url, &["-c", "VACUUM ANALYZE"]);
            url
        })
        .collect();
    let dump = best(|| {
        for url in &sides {
            let dumped =
                Command::new(dumper()).args(["-s", "-d", url]).stdout(Stdio::null()).status().unwrap();
            assert!(dumped.success());
        }
    });
    let mut peak = 0;
    let diffed = best(|| peak = peak.max(run_diff(&sides)));
    let (found, in_memory) = changes(&sides);
    let expected = std::fs::read_to_string(folder.path().join("changes.txt")).unwrap();
    let expected: Vec<&str> =
        expected.lines().filter_map(|line| line.split_once(": ")).map(|(_, what)| what).collect();
    let seen =
        expected.iter().filter(|what| found.iter().any(|name| what.starts_with(name.as_str()))).count();
    let others =
        found.iter().filter(|name| !expected.iter().any(|what| what.starts_with(name.as_str()))).count();
    println!(
        "{tables:>6} {:>9.2}s {:>9.2}s {:>15.2} {:>16} {:>21.0} {seen:>7} of {}, {others} others",
        dump.as_secs_f64(),
        diffed.as_secs_f64(),
        diffed.as_secs_f64() / dump.as_secs_f64(),
        peak / 1024,
        in_memory.as_secs_f64() * 1000.0,
        expected.len(),
    );
    for url in &sides {
        let name = url.rsplit('/').next().unwrap();
        psql(server, &["-c", &format!("DROP DATABASE {name} WITH (FORCE)")]);
    }
}

/// The best of three: what the work costs, not what else the machine does.
fn best(mut work: impl FnMut()) -> Duration {
    (0..3)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn dumper() -> PathBuf {
    std::env::var("MIGRATOR_TEST_PG_BIN")
        .map_or_else(|_| "pg_dump".into(), |bin| Path::new(&bin).join("pg_dump"))
}

fn psql(url: &str, arguments: &[&str]) {
    let done =
        Command::new("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]).args(arguments).status();
    assert!(done.unwrap().success(), "psql {arguments:?}");
}

/// Runs the real command and returns its peak resident memory in KiB.
fn run_diff(sides: &[String]) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_migrator-tui"))
        .args(["diff", "--current", &sides[0], "--desired", &sides[1], "--format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        peak = peak.max(now);
        if child.try_wait().unwrap().is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The relations that differ, and how long diff and plan take once both sides are read.
fn changes(sides: &[String]) -> (BTreeSet<String>, Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dialect = dialect(EngineKind::Postgres).unwrap();
    let read = |url: &str| -> Schema {
        let address = PostgresAddress::parse(url).map_err(|error| error.what).unwrap();
        let target = address.resolve(&|_| None).map_err(|error| error.what).unwrap();
        runtime.block_on(async {
            let target = Target::Postgres(Box::new(target));
            let mut connection = connect::open(&target, Purpose::Read).await.unwrap();
            introspect(dialect, connection.as_mut()).await.unwrap()
        })
    };
    let (current, desired) = (read(&sides[0]), read(&sides[1]));
    let mut found = BTreeSet::new();
    let time = best(|| {
        let changeset = diff(&current, &desired, &DiffOptions::default());
        plan(dialect, &current, &desired, &changeset, &PlanOptions::default()).unwrap();
        found = changeset.changes.iter().map(relation).collect();
    });
    (found, time)
}

/// The table a change is about: the generator names views and functions after their table.
fn relation(change: &Change) -> String {
    let (Change::Create(object)
    | Change::Drop(object)
    | Change::Alter { after: object, .. }
    | Change::Rename { after: object, .. }) = change;
    let name = match &object.body {
        Body::Index(index) => index.table.to_string(),
        _ => object.id.name.to_string(),
    };
    name.trim_end_matches("_v").trim_end_matches("_f").to_owned()
}
