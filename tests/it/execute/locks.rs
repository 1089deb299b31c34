//! L1 to L3 and N4: others hold what a step wants, kill our session, or somebody stops us. We give up in time, those
//! behind us wait no longer than our lock timeout, and the journal knows what became of each unit.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::ground::{Ground, MARIA_AFTER, MARIA_BEFORE, MARIA_WIDER, PG_AFTER, PG_BEFORE};
use crate::cli::Answer;
use crate::ids::{self, Trial};

/// The lock timeout of a brief step, as the dialect sets it.
fn lock_timeout(ground: &Ground) -> Duration {
    Duration::from_secs(if ground.maria().is_some() { 5 } else { 2 })
}

/// What a server says of a lock that was not to be had in time.
fn no_lock(ground: &Ground) -> &'static str {
    if ground.maria().is_some() { "1205" } else { "55P03" }
}

fn run_once(ground: &Ground, database: &str, tries: &str) -> Answer {
    let mut command = ground.run(database);
    command.args(["--tries", tries]);
    Answer::of(command.output().unwrap())
}

/// A database of this lane, as the plan expects it.
fn fresh(ground: &Ground, lane: usize) -> String {
    let name = format!("locks_{lane}");
    ground.fresh(&name);
    name
}

/// Waits until a run there waits for a lock.
fn waits(ground: &Ground, name: &str) -> bool {
    let asked = match ground.maria() {
        Some(_) => waiting("SELECT ID", &ground.database(name)),
        None => format!(
            "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND application_name LIKE 'migrator-tui run%' \
             AND wait_event_type = 'Lock'",
            ground.database(name)
        ),
    };
    let until = Instant::now() + Duration::from_secs(30);
    while ground.ask("before", &asked).is_empty() {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// Of MariaDB: whoever wants to change a table there and waits for it.
fn waiting(what: &str, database: &str) -> String {
    format!(
        "{what} FROM information_schema.PROCESSLIST WHERE DB = '{database}' AND INFO LIKE 'ALTER%' \
         AND STATE = 'Waiting for table metadata lock'"
    )
}

/// Ends a session of ours that waits for a lock, as an administrator would. `false`: there is none.
fn ended(ground: &Ground, name: &str) -> bool {
    let database = ground.database(name);
    match ground.maria() {
        Some(_) => {
            let kill = ground.ask("before", &waiting("SELECT CONCAT('KILL ', ID)", &database));
            kill.iter().for_each(|sql| ground.change("before", sql));
            !kill.is_empty()
        }
        None => {
            let kill = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' \
                 AND application_name LIKE 'migrator-tui run%' AND wait_event_type = 'Lock'"
            );
            !ground.ask("before", &kill).is_empty()
        }
    }
}

/// Somebody who reads the table, and complains where it takes longer than twice the lock timeout.
fn reader(ground: &Ground, name: &str) -> Command {
    let question = "SELECT count(*) FROM customers";
    let longest = 2 * lock_timeout(ground).as_secs();
    match (ground.server(), ground.maria()) {
        (Some(server), _) => {
            let mut reader = Command::new(server.client());
            reader.args(["-X", "-q", "-A", "-t", "-d", &server.database(&ground.database(name))]);
            reader.args(["-c", &format!("SET statement_timeout = '{longest}s'"), "-c", question]);
            reader
        }
        (None, Some(server)) => {
            let mut reader = server.asking(&ground.database(name));
            reader.args(["-e", &format!("SET lock_wait_timeout = {longest}; {question}")]);
            reader
        }
        (None, None) => panic!("a file has no readers who wait"),
    }
}

/// It is so, or else this was said.
fn so(is_so: bool, said: &str) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(said.to_owned()) }
}

#[test]
fn l1_a_reader_that_stays_makes_us_give_up_and_lets_others_pass() {
    let trial = Trial::new("L1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    gives_up(trial, &ground, (20, 4));
}

#[test]
fn l1_a_reader_that_stays_makes_us_give_up_and_lets_others_pass_on_mariadb() {
    let trial = Trial::new("L1", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_WIDER) else { return };
    gives_up(trial, &ground, (ids::count(10, 20, 20), 5));
}

fn gives_up(mut trial: Trial, ground: &Ground, (cases, lanes): (usize, usize)) {
    trial.side_by_side(cases, lanes, |lane, _| {
        let name = fresh(ground, lane);
        let holder = ground.holder(&name, "SELECT count(*) FROM customers");
        let mut victim = ground.run(&name);
        victim.args(["--tries", "2"]);
        let victim = victim.spawn().unwrap();
        assert!(waits(ground, &name), "it never waited");
        // Readers that queue behind us: the server itself measures how long they waited.
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let mut reader = reader(ground, &name);
                reader.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for reader in readers {
            let answer = Answer::of(reader.wait_with_output().unwrap());
            assert!(answer.code == 0, "a reader waited longer than twice the lock timeout: {}", answer.err);
        }
        let answer = Answer::of(victim.wait_with_output().unwrap());
        drop(holder);
        so(answer.code == 1, &answer.err)?;
        so(answer.err.contains(no_lock(ground)) && answer.err.contains("again in"), &answer.err)?;
        so(answer.err.contains("waits for session"), &answer.err)?;
        ground.is_before(&name)
    });
    trial.end(cases);
}

#[test]
fn l1_a_lock_that_is_given_back_is_had_by_a_later_try() {
    let trial = Trial::new("L1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    given_back(trial, &ground);
}

#[test]
fn l1_a_lock_that_is_given_back_is_had_by_a_later_try_on_mariadb() {
    let trial = Trial::new("L1", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_WIDER) else { return };
    given_back(trial, &ground);
}

fn given_back(mut trial: Trial, ground: &Ground) {
    ground.fresh("locks");
    let holder = ground.holder("locks", "SELECT count(*) FROM customers");
    let victim = ground.run("locks").spawn().unwrap();
    assert!(waits(ground, "locks"), "it never waited");
    std::thread::sleep(lock_timeout(ground) + Duration::from_millis(500));
    drop(holder);
    let answer = Answer::of(victim.wait_with_output().unwrap());
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("try 2"), "{}", answer.err);
    trial.ran("a lock given back", ground.is_after("locks"));
    trial.end(1);
}

#[test]
fn l2_a_session_that_an_admin_kills_is_told_and_resumed() {
    let trial = Trial::new("L2", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    killed_by_an_admin(trial, &ground);
}

#[test]
fn l2_a_session_that_an_admin_kills_is_told_and_resumed_on_mariadb() {
    let trial = Trial::new("L2", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_WIDER) else { return };
    killed_by_an_admin(trial, &ground);
}

fn killed_by_an_admin(mut trial: Trial, ground: &Ground) {
    trial.side_by_side(20, 4, |lane, _| {
        let name = fresh(ground, lane);
        let holder = ground.holder(&name, "SELECT count(*) FROM customers");
        let victim = ground.run(&name).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while !ended(ground, &name) {
            assert!(Instant::now() < until, "it never waited");
            std::thread::sleep(Duration::from_millis(50));
        }
        let answer = Answer::of(victim.wait_with_output().unwrap());
        drop(holder);
        so(answer.code == 1, &answer.err)?;
        so(answer.err.contains("the session broke, and nothing is left of this unit"), &answer.err)?;
        let again = ground.resume(&name);
        // Nothing had been applied: then a new run is what goes on.
        if again.code == 2 {
            so(run_once(ground, &name, "1").code == 0, &again.err)?;
        }
        ground.is_after(&name)
    });
    trial.end(20);
}

#[test]
fn l3_the_lock_is_free_when_a_step_has_failed() {
    let mut trial = Trial::new("L3", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    trial.side_by_side(20, 2, |lane, _| {
        let name = fresh(&ground, lane);
        ground.change(&name, "UPDATE orders SET cents = -1 WHERE id = 1");
        let answer = run_once(&ground, &name, "1");
        so(answer.code == 1 && answer.err.contains("23514"), &answer.err)?;
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                    (SELECT oid FROM pg_database WHERE datname = current_database())";
        let held = ground.ask(&name, held);
        so(held == ["0"], &format!("{held:?} locks held"))
    });
    trial.end(20);
}

#[test]
fn n4_stopped_at_random_moments_it_says_where_it_stands() {
    let trial = Trial::new("N4", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    stopped_at_random(trial, &ground, ids::count(100, 100, 1000), 600);
}

#[test]
fn n4_stopped_at_random_moments_it_says_where_it_stands_on_mariadb() {
    let trial = Trial::new("N4", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    stopped_at_random(trial, &ground, ids::count(20, 100, 1000), 1200);
}

fn stopped_at_random(mut trial: Trial, ground: &Ground, cases: usize, longest: u64) {
    trial.side_by_side(cases, 2, |lane, case| {
        let name = fresh(ground, lane);
        let victim = ground.run(&name).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + case as u64 * 397 % longest));
        let pid = rustix::process::Pid::from_child(&victim);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        let answer = Answer::of(victim.wait_with_output().unwrap());
        let state = match answer.code {
            0 => ground.is_after(&name),
            // Below zero: the signal came before anybody listened to it.
            -1 | 1 | 130 => {
                let resumed = ground.resume(&name);
                match resumed.code {
                    0 => ground.is_after(&name),
                    2 => ground.is_before(&name),
                    _ => Err(format!("{}{}", resumed.out, resumed.err)),
                }
            }
            code => Err(format!("exit {code}")),
        };
        state.map_err(|why| format!("{why}\n{}{}", answer.out, answer.err))
    });
    trial.end(cases);
}
