//! D2: money moves between accounts while a plan expands, fills, drops what it keeps, and a contract removes that for
//! good. The sum stays what it was, and nobody who writes hears of more than a lock that was not to be had.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::backfill::with_update;
use super::ground::Ground;
use crate::cli::Answer;
use crate::ids::{self, Trial};

const BEFORE: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, old text);
    CREATE INDEX accounts_old ON accounts (old);
    INSERT INTO accounts SELECT i, 1000, 'o' || i FROM generate_series(1, 20000) i;";
const AFTER: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, label text);
    CREATE INDEX accounts_label ON accounts (label);";
/// What a plan keeps, on the server.
const KEPT: &str = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'migrator\\_archive\\_%'";
const MARIA_BEFORE: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, old varchar(20), KEY accounts_old (old));
    INSERT INTO accounts SELECT seq, 1000, CONCAT('o', seq) FROM seq_1_to_20000;";
const MARIA_AFTER: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, label varchar(20), KEY accounts_cents (cents));
    CREATE TABLE later (id int PRIMARY KEY);";
const WRITERS: u64 = 8;

/// Transfers between accounts all over the table, each in a transaction of its own.
fn transfers(ground: &Ground, seed: u64, count: usize) -> String {
    let mut text = String::from(match ground.maria() {
        Some(_) => "SET lock_wait_timeout = 20, innodb_lock_wait_timeout = 20;\n",
        // Whoever fills rows gives way where both wait for each other.
        None => "SET lock_timeout = '5s';\nSET deadlock_timeout = '60s';\n",
    });
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

/// What a writer complained of, beyond locks that were not to be had. What follows in a transaction that met one is
/// refused with it.
fn beyond(said: &str) -> Vec<String> {
    let wrong = |line: &&str| {
        line.contains("ERROR")
            && !["lock timeout", "transaction is aborted", "ERROR 1205", "ERROR 1213"]
                .iter()
                .any(|known| line.contains(known))
    };
    said.lines().filter(wrong).map(str::to_owned).collect()
}

/// Lets eight people write as long as `work` lasts. Gives what came of it, and what they complained of.
fn meanwhile<T>(ground: &Ground, seed: u64, work: impl FnOnce(&AtomicUsize) -> T) -> (T, Vec<String>) {
    let client = || match (ground.server(), ground.maria()) {
        (Some(server), _) => {
            let mut psql = Command::new(server.client());
            psql.args(["-X", "-q", "-d", &server.database(&ground.database("victim"))]);
            psql
        }
        (None, Some(server)) => server.asking(&ground.database("victim")),
        (None, None) => panic!("nobody writes to a file at the same time"),
    };
    let client = &client;
    let (over, scripts) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let script = transfers(ground, seed + writer, 60);
                let file = ground.desk.file(&format!("transfers{writer}.sql"), &script);
                let (over, scripts) = (&over, &scripts);
                scope.spawn(move || {
                    let mut wrong = Vec::new();
                    while !over.load(Ordering::SeqCst) {
                        let mut client = client();
                        client.stdin(std::fs::File::open(&file).unwrap());
                        let said = client.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
                        wrong.extend(beyond(&String::from_utf8_lossy(&said.stderr)));
                        scripts.fetch_add(1, Ordering::SeqCst);
                    }
                    wrong
                })
            })
            .collect();
        let came = work(&scripts);
        over.store(true, Ordering::SeqCst);
        (came, writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect())
    })
}

/// Waits until everybody has written some more.
fn written(scripts: &AtomicUsize) {
    let before = scripts.load(Ordering::SeqCst);
    while scripts.load(Ordering::SeqCst) < before + WRITERS as usize {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A lock that was not to be had in time parks a run: it goes on.
fn to_its_end(ground: &Ground, mut answer: Answer) -> Answer {
    for _ in 0..5 {
        if answer.code != 0 {
            answer = ground.resume("victim");
        }
    }
    answer
}

fn one(ground: &Ground, seed: u64) -> Result<(), String> {
    ground.fresh("victim");
    let url = ground.url("victim");
    let ((ran, kept, contracted), wrong) = meanwhile(ground, seed, |scripts| {
        written(scripts);
        let ran = to_its_end(ground, Answer::of(ground.run("victim").output().unwrap()));
        let kept = ground.ask("victim", KEPT);
        written(scripts);
        let words = ["contract", "plan", "--on", &url, "--allow-destructive"];
        let contracted = to_its_end(ground, ground.desk.run(&words));
        written(scripts);
        (ran, kept, contracted)
    });
    for (what, answer) in [("run", &ran), ("contract", &contracted)] {
        if answer.code != 0 {
            return Err(format!("{what}: exit {}: {}{}", answer.code, answer.out, answer.err));
        }
    }
    let sum = ground.ask("victim", "SELECT sum(cents) FROM accounts");
    let left = ground.ask("victim", "SELECT count(*) FROM accounts WHERE label IS DISTINCT FROM 'l' || id");
    let places = ground.ask("victim", KEPT);
    let seen = [&kept, &places, &sum, &left].map(|cells| cells.concat());
    if seen != ["1", "0", "20000000", "0"] || !wrong.is_empty() {
        return Err(format!("kept, kept after the contract, sum, rows left: {seen:?}; {wrong:?}"));
    }
    ground.is_after("victim")
}

#[test]
fn d2_money_moves_while_a_plan_expands_fills_and_contracts() {
    let seed = ids::seed(7);
    let mut trial = Trial::new("D2", "PG").seeded(seed);
    let Some(server) = crate::live::Server::first() else { return };
    let ground = Ground::keeping(Some(server), BEFORE, AFTER);
    let update = "UPDATE accounts SET label = 'l' || id WHERE label IS NULL";
    let plan = with_update(&ground, "COLUMN label", update, None);
    assert!(plan.steps.iter().any(|step| step.batches.is_some()), "{:?}", plan.steps);
    assert!(plan.steps.iter().any(|step| step.keeps.is_some()), "{:?}", plan.steps);
    for round in 0..ids::count(1, 3, 20) as u64 {
        trial.ran(format!("round {round}"), one(&ground, seed + round * WRITERS));
    }
    trial.end(1);
}

/// The same where nothing is kept: the plan fills and drops.
#[test]
fn d2_money_moves_while_a_plan_expands_fills_and_drops_on_mariadb() {
    let seed = ids::seed(7);
    let mut trial = Trial::new("D2", "MA").seeded(seed);
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    let update = "UPDATE accounts SET label = CONCAT('l', id) WHERE label IS NULL";
    let plan = with_update(&ground, "ADD COLUMN `label`", update, None);
    assert!(plan.steps.iter().any(|step| step.batches.is_some()), "{:?}", plan.steps);
    for round in 0..ids::count(1, 3, 20) as u64 {
        ground.fresh("victim");
        let (ran, wrong) = meanwhile(&ground, seed + round * WRITERS, |scripts| {
            written(scripts);
            let ran = to_its_end(&ground, Answer::of(ground.run("victim").output().unwrap()));
            written(scripts);
            ran
        });
        if ran.code != 0 {
            trial.ran(format!("round {round}"), Err(format!("exit {}: {}{}", ran.code, ran.out, ran.err)));
            continue;
        }
        let sum = ground.ask("victim", "SELECT sum(cents) FROM accounts").concat();
        let left = "SELECT count(*) FROM accounts WHERE NOT (label <=> CONCAT('l', id))";
        let left = ground.ask("victim", left).concat();
        let told = if (sum.as_str(), left.as_str()) != ("20000000", "0") || !wrong.is_empty() {
            Err(format!("sum {sum}, {left} rows left; {wrong:?}"))
        } else {
            ground.is_after("victim")
        };
        trial.ran(format!("round {round}"), told);
    }
    trial.end(1);
}
