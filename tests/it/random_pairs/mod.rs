//! Random schemas, random changes: pairs that nobody thought of, both directions, on a live PostgreSQL. A pair follows
//! from its seed alone. `MIGRATOR_TEST_SEED=N` runs that one pair and prints its scripts; `tests/run --full` runs many.

mod grow;
mod model;
mod write;

use crate::corpus_postgres::{Stage, one_way};
use crate::live::Server;

/// xorshift64*: the same numbers everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n as u64).unwrap()
    }
    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())].clone()) }
    }
}

#[tokio::test]
async fn random_pairs_on_the_first_server() {
    if let Some(server) = Server::first() {
        run(&server, "first").await;
    }
}

#[tokio::test]
async fn random_pairs_on_the_second_server() {
    if let Some(server) = Server::second() {
        run(&server, "second").await;
    }
}

/// The two scripts of a seed.
fn pair(seed: u64) -> (String, String) {
    let mut dice = Dice::new(seed);
    let before = grow::schema(&mut dice);
    let mut after = before.clone();
    for _ in 0..=dice.below(12) {
        grow::change(&mut after, &mut dice);
    }
    after.settle();
    (write::script(&before), write::script(&after))
}

async fn run(server: &Server, which: &str) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let one = number("MIGRATOR_TEST_SEED");
    let seeds = match (one, std::env::var_os("MIGRATOR_TEST_FULL")) {
        (Some(seed), _) => seed..seed + number("MIGRATOR_TEST_SEEDS").unwrap_or(1),
        (None, Some(_)) => 0..60,
        (None, None) => 0..4,
    };
    let single = seeds.end - seeds.start == 1;
    let stem = format!("random_{}_{which}", std::process::id());
    let (before, after, work) = (format!("{stem}_b"), format!("{stem}_a"), format!("{stem}_w"));
    let mut failed = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    for seed in seeds {
        let scripts = pair(seed);
        if single {
            println!("-- before\n{}\n-- after\n{}", scripts.0, scripts.1);
        }
        for (database, text) in [(&before, &scripts.0), (&after, &scripts.1)] {
            server.recreate(database, "template0");
            let path = folder.path().join("schema.sql");
            std::fs::write(&path, text).unwrap();
            server
                .psql(database, &["-f", path.to_str().unwrap()])
                .unwrap_or_else(|error| panic!("seed {seed} makes no schema: {error}\n{text}"));
        }
        for (from, to, sign) in [(&before, &after, '>'), (&after, &before, '<')] {
            server.recreate(&work, from);
            let mut reached = Stage::Load;
            if let Err(why) = one_way(server, (from, to), &work, &mut reached).await {
                failed.push(format!("=== {reached:?} seed {seed} {sign}: {why}"));
            }
        }
    }
    for database in [&before, &after, &work] {
        server.drop(database);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
