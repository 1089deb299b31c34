//! D2: money moves between accounts while a plan expands, fills and contracts. The sum stays what it was, and nobody
//! who writes hears of more than a lock that was not to be had.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use super::backfill::with_update;
use super::ground::Ground;
use crate::cli::Answer;
use crate::ids::{self, Trial};

const BEFORE: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, old text);
    CREATE INDEX accounts_old ON accounts (old);
    INSERT INTO accounts SELECT i, 1000, 'o' || i FROM generate_series(1, 20000) i;";
const AFTER: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, old text, label text);
    CREATE INDEX accounts_label ON accounts (label);";
const WRITERS: u64 = 8;

/// Transfers between accounts all over the table, each in a transaction of its own.
fn transfers(seed: u64, count: usize) -> String {
    // Whoever fills rows gives way where both wait for each other.
    let mut text = String::from("SET lock_timeout = '5s';\nSET deadlock_timeout = '60s';\n");
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 20_000 + 1
    };
    for _ in 0..count {
        let (a, b) = (next(), next());
        let (low, high) = (a.min(b), a.max(b));
        writeln!(text, "BEGIN; UPDATE accounts SET cents = cents - 1 WHERE id = {low}; UPDATE accounts SET cents = cents + 1 WHERE id = {high}; COMMIT;").unwrap();
    }
    text
}

#[test]
fn d2_money_moves_while_a_plan_expands_fills_and_contracts() {
    let seed = ids::seed(7);
    let mut trial = Trial::new("D2", "PG").seeded(seed);
    let Some(ground) = Ground::postgres(BEFORE, AFTER) else { return };
    let update = "UPDATE accounts SET label = 'l' || id WHERE label IS NULL";
    let plan = with_update(&ground, "COLUMN label", update, None);
    assert!(plan.steps.iter().any(|step| step.batches.is_some()), "{:?}", plan.steps);
    let server = ground.server().unwrap();
    for round in 0..ids::count(1, 3, 20) as u64 {
        ground.fresh("victim");
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let script = transfers(seed + round * WRITERS + writer, ids::count(600, 2_000, 8_000));
                let file = ground.desk.file(&format!("transfers{writer}.sql"), &script);
                Command::new(server.bin().join("psql"))
                    .args(["-X", "-q", "-d", &server.database(&ground.database("victim")), "-f"])
                    .arg(file)
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let mut answer = Answer::of(ground.run("victim").output().unwrap());
        // A lock that was not to be had in time parks a run: it goes on.
        for _ in 0..5 {
            if answer.code != 0 {
                answer = ground.resume("victim");
            }
        }
        let mut wrong = Vec::new();
        for writer in writers {
            let said = String::from_utf8_lossy(&writer.wait_with_output().unwrap().stderr).into_owned();
            // What follows in a transaction that met one is refused with it.
            let beyond = |line: &&str| {
                line.contains("ERROR")
                    && !line.contains("lock timeout")
                    && !line.contains("transaction is aborted")
            };
            wrong.extend(said.lines().filter(beyond).map(str::to_owned));
        }
        let sum = ground.ask("victim", "SELECT sum(cents) FROM accounts");
        let left =
            ground.ask("victim", "SELECT count(*) FROM accounts WHERE label IS DISTINCT FROM 'l' || id");
        let told = match (answer.code, sum == ["20000000"], left == ["0"], wrong.as_slice()) {
            (0, true, true, []) => ground.is_after("victim"),
            (code, _, _, wrong) => {
                Err(format!("exit {code}, sum {sum:?}, left {left:?}, {wrong:?}: {}", answer.err))
            }
        };
        trial.ran(format!("round {round}"), told);
    }
    trial.end(1);
}
