//! The reliability tests by their ids: how often each one ran, on what, with how many failures, from which seed. Each
//! trial is one line of the file that `MIGRATOR_TEST_IDS` names; `tests/run` makes a table of them. One that never ran
//! says so, and is not a success. Tables of whole suites go to the file that `MIGRATOR_TEST_TABLES` names.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often something is tried: in every run, with `--full`, and with `--soak`.
pub fn count(quick: usize, full: usize, soak: usize) -> usize {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    match (is_set("MIGRATOR_TEST_SOAK"), is_set("MIGRATOR_TEST_FULL")) {
        (true, _) => soak,
        (false, true) => full,
        (false, false) => quick,
    }
}

/// The seed of a random trial: the one that `MIGRATOR_TEST_SEED` names, or the one of every run.
pub fn seed(usual: u64) -> u64 {
    std::env::var("MIGRATOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(usual)
}

/// A table for whoever reads the end of the run: of a suite that ended well, too.
pub fn tell(table: &str) {
    println!("{table}");
    if let Some(path) = std::env::var_os("MIGRATOR_TEST_TABLES") {
        add(path, &format!("{}\n", table.trim()));
    }
}

/// One write: what ends at the same time does not mix.
fn add(path: OsString, text: &str) {
    let kept = OpenOptions::new().create(true).append(true).open(path);
    if let Err(error) = kept.and_then(|mut file| file.write_all(text.as_bytes())) {
        eprintln!("what is told at the end of the run lacks {text}: {error}");
    }
}

/// One test of an id on an engine. Its line is written when it is dropped, however the test ends.
pub struct Trial {
    id: &'static str,
    engine: &'static str,
    seed: Option<u64>,
    pub runs: usize,
    wrong: Vec<String>,
}

impl Trial {
    pub fn new(id: &'static str, engine: &'static str) -> Self {
        Self { id, engine, seed: None, runs: 0, wrong: Vec::new() }
    }

    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// It was tried once more, and this came of it.
    pub fn ran(&mut self, what: impl Display, result: Result<(), String>) {
        self.runs += 1;
        self.wrong.extend(result.err().map(|why| format!("{what}: {why}")));
    }

    /// How often it did not go well.
    pub fn failures(&self) -> usize {
        self.wrong.len()
    }

    /// It was tried once more and went well; what does not go well breaks the test off.
    pub fn passed(&mut self) {
        self.runs += 1;
    }

    /// So many cases, some of them at a time: for what waits most of the time. Each lane has a number, for a
    /// database of its own.
    pub fn side_by_side(
        &mut self,
        cases: usize,
        lanes: usize,
        one: impl Fn(usize, usize) -> Result<(), String> + Sync,
    ) {
        let next = AtomicUsize::new(0);
        let told = Mutex::new(self);
        let (next, told, one) = (&next, &told, &one);
        std::thread::scope(|scope| {
            for lane in 0..lanes {
                scope.spawn(move || {
                    loop {
                        let case = next.fetch_add(1, Ordering::SeqCst);
                        if case >= cases {
                            return;
                        }
                        let result = one(lane, case);
                        told.lock().unwrap().ran(format!("case {case}"), result);
                    }
                });
            }
        });
    }

    /// Nothing may have failed, and it must have been tried at least so often.
    pub fn end(self, least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} of {} on {}:\n{}",
            self.wrong.len(),
            self.runs,
            self.engine,
            self.wrong.join("\n")
        );
        assert!(self.runs >= least, "{} ran {} times, {least} at least", self.id, self.runs);
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let failures = self.wrong.len().max(usize::from(std::thread::panicking()));
        let seed = self.seed.map_or_else(|| "-".to_owned(), |seed| seed.to_string());
        let runs = if failures == 0 && self.runs == 0 { "skipped".to_owned() } else { self.runs.to_string() };
        println!("{}  {}  {runs} runs, {failures} failures, seed {seed}", self.id, self.engine);
        let Some(path) = std::env::var_os("MIGRATOR_TEST_IDS") else { return };
        add(path, &format!("{}\t{}\t{runs}\t{failures}\t{seed}\n", self.id, self.engine));
    }
}
