//! Speed and memory on large schema pairs, against `pg_dump -s` or `mysqldump --no-data` of the same two databases in
//! the same run.
//!
//! `MIGRATOR_TEST_PG` and `MIGRATOR_TEST_MYSQL` name servers (URLs of who may do everything), `postgres` or `mysql` on
//! the command line one of both; `MIGRATOR_BENCH_TABLES` the sizes, `2000,10000` if unset.
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

use migrator_tui::connect::{self, MySqlAddress, MySqlTarget, PostgresAddress, Purpose, Target};
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{Body, Change, EngineKind, Schema};
use migrator_tui::planner::{PlanOptions, plan};

/// The one that users get.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let generator = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/gen_schema.py");
    if !generator.is_file() {
        println!("skipped: the schema generator is not beside the project");
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for engine in [Engine::Postgres, Engine::MySql] {
        let (word, variable, _) = engine.words();
        if !wanted.is_empty() && !wanted.iter().any(|one| one == word) {
            continue;
        }
        match std::env::var(variable) {
            Ok(server) => measure(&Bench { engine, server }, &generator),
            Err(_) => println!("skipped: {variable} names no server"),
        }
    }
}

fn measure(bench: &Bench, generator: &Path) {
    let sizes = std::env::var("MIGRATOR_BENCH_TABLES").unwrap_or_else(|_| "2000,10000".into());
    let figures: Vec<(f64, Figures)> = sizes
        .split(',')
        .map(|tables| {
            let figures = one(bench, generator, tables);
            println!("{}, {tables} tables\n{}", bench.engine.words().0, figures.lines());
            (tables.parse().unwrap(), figures)
        })
        .collect();
    if let ([(few, first), .., (many, last)], true) = (figures.as_slice(), figures.len() > 1) {
        println!("from {few} to {many} tables: {:.1} times\n{}", many / few, last.growth(first));
    }
}

#[derive(Clone, Copy)]
enum Engine {
    Postgres,
    MySql,
}

impl Engine {
    /// Its name to the generator, the variable that names its server, and how its own tool dumps a schema.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Postgres => ("postgres", "MIGRATOR_TEST_PG", "pg_dump -s"),
            Self::MySql => ("mysql", "MIGRATOR_TEST_MYSQL", "mysqldump --no-data"),
        }
    }

    fn kind(self) -> EngineKind {
        match self {
            Self::Postgres => EngineKind::Postgres,
            Self::MySql => EngineKind::MySql,
        }
    }
}

/// A server, and how its own programs are called.
struct Bench {
    engine: Engine,
    server: String,
}

impl Bench {
    fn url(&self, database: &str) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{database}")
    }

    /// Makes a database of this file.
    fn make(&self, database: &str, file: &Path) -> String {
        let url = self.url(database);
        match self.engine {
            Engine::Postgres => {
                psql(&self.server, &["-c", &format!("CREATE DATABASE {database} TEMPLATE template0")]);
                psql(&url, &["-f", file.to_str().unwrap()]);
                psql(&url, &["-c", "VACUUM ANALYZE"]);
            }
            Engine::MySql => {
                let mut made = self.client("mysql", ["mariadb", "mysql"]);
                made.args(["-e", &format!("CREATE DATABASE {database} CHARACTER SET utf8mb4")]);
                assert!(made.status().unwrap().success());
                let mut loaded = self.client(database, ["mariadb", "mysql"]);
                assert!(loaded.stdin(std::fs::File::open(file).unwrap()).status().unwrap().success());
            }
        }
        url
    }

    fn remove(&self, database: &str) {
        match self.engine {
            Engine::Postgres => {
                psql(&self.server, &["-c", &format!("DROP DATABASE {database} WITH (FORCE)")]);
            }
            Engine::MySql => {
                let mut gone = self.client("mysql", ["mariadb", "mysql"]);
                assert!(gone.args(["-e", &format!("DROP DATABASE {database}")]).status().unwrap().success());
            }
        }
    }

    fn dump(&self, database: &str) {
        let mut dump = match self.engine {
            Engine::Postgres => {
                let mut dump = Command::new(dumper());
                dump.args(["-s", "-d", &self.url(database)]);
                dump
            }
            Engine::MySql => {
                let mut dump = self.client(database, ["mariadb-dump", "mysqldump"]);
                dump.args(["--no-data", "--routines", "--events", "--triggers"]);
                dump
            }
        };
        assert!(dump.stdout(Stdio::null()).status().unwrap().success());
    }

    /// A program of MySQL's, with the way to a database.
    fn client(&self, database: &str, names: [&str; 2]) -> Command {
        let target = my_target(&self.server);
        let found = |name: &&str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        };
        let mut command = Command::new(names.into_iter().find(found).unwrap_or(names[0]));
        command.args([
            "--no-defaults",
            "--default-character-set=utf8mb4",
            "--protocol=tcp",
            "--host=127.0.0.1",
        ]);
        command.arg(format!("--user={}", target.user)).arg(format!("--port={}", target.port)).arg(database);
        command
    }

    fn read(&self, url: &str) -> Schema {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let target = match self.engine {
            Engine::Postgres => {
                let address = PostgresAddress::parse(url).map_err(|error| error.what).unwrap();
                Target::Postgres(Box::new(address.resolve(&|_| None).map_err(|error| error.what).unwrap()))
            }
            Engine::MySql => Target::MySql(Box::new(my_target(url))),
        };
        runtime.block_on(async {
            let mut connection = connect::open(&target, Purpose::Read).await.unwrap();
            introspect(dialect(self.engine.kind()).unwrap(), connection.as_mut()).await.unwrap()
        })
    }
}

fn my_target(url: &str) -> MySqlTarget {
    let address = MySqlAddress::parse(url).map_err(|error| error.what).unwrap();
    address.resolve(&|_| None).map_err(|error| error.what).unwrap()
}

/// How long something took, on the clock and on the processor.
#[derive(Clone, Copy)]
struct Time {
    wall: Duration,
    user: Duration,
}

struct Figures {
    engine: Engine,
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
        let most = match self.engine {
            Engine::Postgres => 0.5,
            Engine::MySql => 1.0,
        };
        let ratio = self.diff.wall.as_secs_f64() / self.dump.wall.as_secs_f64();
        format!(
            "  {:<22}{}\n  diff of both          {}, ratio {ratio:.2} (at most {most:.2})\n  \
             peak memory           {} MB (at most 300)\n  \
             diff + plan           {:.0} ms ({:.0} ms) (at most 300)\n  \
             held in memory        {} MB one schema, {} MB two\n  \
             edits                 {}",
            self.engine.words().2,
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
            time(self.engine.words().2, self.dump, from.dump),
            time("diff of both", self.diff, from.diff),
            time("diff + plan", self.in_memory, from.in_memory),
            memory("peak memory", self.peak, from.peak),
            memory("held, two schemas", self.held.1, from.held.1),
        ]
        .concat()
    }
}

fn one(bench: &Bench, generator: &Path, tables: &str) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python3")
        .arg(generator)
        .args(["--engine", bench.engine.words().0])
        .args(["--tables", tables, "--changes", "40", "--seed", "1", "--out"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success(), "the generator failed");
    let names = ["before", "after"].map(|side| format!("bench_{}_{side}", std::process::id()));
    let sides: Vec<String> = names
        .iter()
        .zip(["before.sql", "after.sql"])
        .map(|(name, file)| bench.make(name, &folder.path().join(file)))
        .collect();
    let dump = best(children, || names.iter().for_each(|name| bench.dump(name)));
    let mut peak = 0;
    let diff = best(children, || peak = peak.max(run_diff(&sides)));
    let before = resident();
    let current = bench.read(&sides[0]);
    let one = resident() - before;
    let mut desired = bench.read(&sides[1]);
    let (start, used) = (Instant::now(), own());
    desired.share(&current);
    let sharing = Time { wall: start.elapsed(), user: own() - used };
    let two = resident() - before;
    let (found, planning) = changes(bench.engine.kind(), &current, &desired);
    let in_memory = Time { wall: sharing.wall + planning.wall, user: sharing.user + planning.user };
    names.iter().for_each(|name| bench.remove(name));
    let expected = std::fs::read_to_string(folder.path().join("changes.txt")).unwrap();
    let found = compared(&found, &expected);
    Figures { engine: bench.engine, dump, diff, peak, in_memory, held: (one, two), found }
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

/// The relations that differ, and how long diff and plan take once both sides are read and share what is equal.
fn changes(engine: EngineKind, current: &Schema, desired: &Schema) -> (BTreeSet<String>, Time) {
    let dialect = dialect(engine).unwrap();
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
