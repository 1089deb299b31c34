//! Speed and memory on large schema pairs, against `pg_dump -s` of the same two databases in the same run.
//!
//! `MIGRATOR_TEST_PG` names a server (a superuser's URL); `MIGRATOR_BENCH_TABLES` the sizes, `2000,10000` if unset.
//! Prints one block a size, with the bars, and how each figure grew from the first size to the last. Times are the
//! best of three runs; beside each stands the processor time of our own process, which tells a slow program from a busy
//! machine. Judges nothing.

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

/// The one that users get.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let figures: Vec<(f64, Figures)> = sizes
        .split(',')
        .map(|tables| {
            let figures = one(&server, &generator, tables);
            println!("{tables} tables\n{}", figures.lines());
            (tables.parse().unwrap(), figures)
        })
        .collect();
    if let ([(few, first), .., (many, last)], true) = (figures.as_slice(), figures.len() > 1) {
        println!("from {few} to {many} tables: {:.1} times\n{}", many / few, last.growth(first));
    }
}

/// How long something took, on the clock and on the processor.
#[derive(Clone, Copy)]
struct Time {
    wall: Duration,
    user: Duration,
}

struct Figures {
    dump: Time,
    diff: Time,
    peak: u64,
    /// All that is done once both sides are read: share what is equal, compare, plan.
    in_memory: Time,
    /// Resident KiB after one schema was read, and after both: above what the process had before.
    held: (u64, u64),
    found: String,
}

impl Figures {
    fn lines(&self) -> String {
        let seconds =
            |time: Time| format!("{:.2} s ({:.2} s)", time.wall.as_secs_f64(), time.user.as_secs_f64());
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let ratio = self.diff.wall.as_secs_f64() / self.dump.wall.as_secs_f64();
        format!(
            "  pg_dump -s of both    {}\n  diff of both          {}, ratio {ratio:.2} (at most 0.50)\n  \
             peak memory           {} MB (at most 300)\n  \
             diff + plan           {:.0} ms ({:.0} ms) (at most 300)\n  \
             held in memory        {} MB one schema, {} MB two\n  \
             edits                 {}",
            seconds(self.dump),
            seconds(self.diff),
            self.peak / 1024,
            millis(self.in_memory.wall),
            millis(self.in_memory.user),
            self.held.0 / 1024,
            self.held.1 / 1024,
            self.found,
        )
    }

    fn growth(&self, from: &Self) -> String {
        let time = |name: &str, now: Time, then: Time| {
            let wall = now.wall.as_secs_f64() / then.wall.as_secs_f64();
            let user = now.user.as_secs_f64() / then.user.as_secs_f64();
            format!("  {name:<22}{wall:.1} times ({user:.1} times)\n")
        };
        let memory =
            |name: &str, now: u64, then: u64| format!("  {name:<22}{:.1} times\n", now as f64 / then as f64);
        [
            time("pg_dump -s of both", self.dump, from.dump),
            time("diff of both", self.diff, from.diff),
            time("diff + plan", self.in_memory, from.in_memory),
            memory("peak memory", self.peak, from.peak),
            memory("held, two schemas", self.held.1, from.held.1),
        ]
        .concat()
    }
}

fn one(server: &str, generator: &Path, tables: &str) -> Figures {
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
    let dump = best(children, || {
        for url in &sides {
            let dumped =
                Command::new(dumper()).args(["-s", "-d", url]).stdout(Stdio::null()).status().unwrap();
            assert!(dumped.success());
        }
    });
    let mut peak = 0;
    let diff = best(children, || peak = peak.max(run_diff(&sides)));
    let before = resident();
    let current = read(&sides[0]);
    let one = resident() - before;
    let mut desired = read(&sides[1]);
    let (start, used) = (Instant::now(), own());
    desired.share(&current);
    let sharing = Time { wall: start.elapsed(), user: own() - used };
    let two = resident() - before;
    let (names, planning) = changes(&current, &desired);
    let in_memory = Time { wall: sharing.wall + planning.wall, user: sharing.user + planning.user };
    for url in &sides {
        let name = url.rsplit('/').next().unwrap();
        psql(server, &["-c", &format!("DROP DATABASE {name} WITH (FORCE)")]);
    }
    let expected = std::fs::read_to_string(folder.path().join("changes.txt")).unwrap();
    Figures { dump, diff, peak, in_memory, held: (one, two), found: compared(&names, &expected) }
}

/// How many of the edits were found, and how much else.
fn compared(found: &BTreeSet<String>, expected: &str) -> String {
    let expected: Vec<&str> =
        expected.lines().filter_map(|line| line.split_once(": ")).map(|(_, what)| what).collect();
    let seen =
        expected.iter().filter(|what| found.iter().any(|name| what.starts_with(name.as_str()))).count();
    let others =
        found.iter().filter(|name| !expected.iter().any(|what| what.starts_with(name.as_str()))).count();
    format!("{seen} of {} found, {others} others", expected.len())
}

/// The best of three: what the work costs, not what else the machine does.
fn best(clock: fn() -> Duration, mut work: impl FnMut()) -> Time {
    let runs: Vec<Time> = (0..3)
        .map(|_| {
            let (start, used) = (Instant::now(), clock());
            work();
            Time { wall: start.elapsed(), user: clock() - used }
        })
        .collect();
    let least = |of: fn(&Time) -> Duration| runs.iter().map(of).min().unwrap();
    Time { wall: least(|time| time.wall), user: least(|time| time.user) }
}

/// Processor time of the children that ended: fields 16 and 17 of `stat`, in ticks of 10 ms.
fn children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields.split(' ').skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// Processor time of this thread.
fn own() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    status(std::process::id(), "VmRSS:")
}

fn status(process: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let value = status.lines().find_map(|found| found.strip_prefix(line));
    value.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
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
        peak = peak.max(status(child.id(), "VmHWM:"));
        if child.try_wait().unwrap().is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read(url: &str) -> Schema {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let address = PostgresAddress::parse(url).map_err(|error| error.what).unwrap();
    let target = address.resolve(&|_| None).map_err(|error| error.what).unwrap();
    runtime.block_on(async {
        let target = Target::Postgres(Box::new(target));
        let mut connection = connect::open(&target, Purpose::Read).await.unwrap();
        introspect(dialect(EngineKind::Postgres).unwrap(), connection.as_mut()).await.unwrap()
    })
}

/// The relations that differ, and how long diff and plan take once both sides are read and share what is equal.
fn changes(current: &Schema, desired: &Schema) -> (BTreeSet<String>, Time) {
    let dialect = dialect(EngineKind::Postgres).unwrap();
    let mut found = BTreeSet::new();
    let time = best(own, || {
        let changeset = diff(current, desired, &DiffOptions::default());
        plan(dialect, current, desired, &changeset, &PlanOptions::default()).unwrap();
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
