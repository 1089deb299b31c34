//! T2 during a run: told to end, the workbench cancels the statement under way, writes its outcome down, sends nothing
//! more, and gives its lock back. Told to suspend, it does the same first.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::session::{Session, signal_to};
use super::workbench::{PROGRAM, in_a_home};
use crate::execute::ground::{Ground, PG_AFTER, PG_BEFORE};
use crate::ids::{self, Trial};

const STAGING: &str = "staging";

/// A run of the plan that waits for somebody's lock, at a real terminal.
fn blocked(ground: &Ground) -> Session {
    let project = format!("[environments.staging]\nurl = \"{}\"\nstage = 1\n", ground.url(STAGING));
    let home = ground.desk.path("");
    std::fs::write(home.join("migrator.toml"), project).unwrap();
    copied(&ground.desk.path("plan"), &home.join("migrations/trial"));
    let mut session = Session::start(in_a_home(&home, &[PROGRAM]), 120, 40);
    session.wait_for("nothing is compared yet");
    session.send("P");
    session.wait_for("nothing has run here");
    session.send("p");
    session.wait_for("the plan to run");
    session.send("\r");
    session.wait_for("plan trial");
    session.send("A");
    session.wait_for("nothing is sent yet");
    for rule in ground.rules() {
        session.send("\r");
        session.wait_for("type ");
        session.send(format!("{rule}\r"));
        session.wait_until("the next word, or none", |screen| {
            !screen.contents().contains("<Enter> answer for it")
        });
    }
    session.send("A");
    session.wait_for("session ");
    session.wait_for("idle in transaction");
    session
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// What ran stands and is written down, nothing is open, nobody holds the lock.
fn settled(ground: &Ground) {
    let told = ground.desk.run(&["status", "--format", "json"]);
    let status = told.json();
    let last = &status["environments"][0]["last"];
    assert_eq!(last["open_statement"], serde_json::Value::Null, "{}", told.out);
    assert!(["parked", "halfway"].contains(&last["standing"].as_str().unwrap()), "{}", told.out);
    let locks = ground.ask(
        STAGING,
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    assert_eq!(locks, ["0"], "a lock is left");
    let ours = ground.ask(
        STAGING,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name LIKE 'migrator%'",
    );
    assert_eq!(ours, ["0"], "a session is left");
}

fn ground() -> Option<Ground> {
    let ground = Ground::postgres(PG_BEFORE, PG_AFTER);
    if ground.is_none() {
        println!("skipped: no PostgreSQL");
    }
    ground
}

#[test]
fn t2_told_to_end_a_run_is_settled_first() {
    let mut trial = Trial::new("T2", "PG");
    let Some(ground) = ground() else { return };
    let rounds = ids::count(1, 5, 20);
    let signals = [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT];
    for signal in signals.into_iter().cycle().take(signals.len() * rounds) {
        ground.fresh(STAGING);
        let holder = ground.holder(STAGING, "LOCK TABLE orders");
        let mut session = blocked(&ground);
        signal_to(session.pid(), signal);
        session.end();
        session.assert_given_back(&[]);
        settled(&ground);
        drop(holder);
        trial.passed();
    }
}

#[test]
fn t2_a_lost_terminal_settles_a_run_first() {
    let Some(ground) = ground() else { return };
    ground.fresh(STAGING);
    let holder = ground.holder(STAGING, "LOCK TABLE orders");
    let mut session = blocked(&ground);
    session.hang_up();
    session.end();
    settled(&ground);
    drop(holder);
}

#[test]
fn t2_quitting_asks_and_settles_a_run_first() {
    let Some(ground) = ground() else { return };
    ground.fresh(STAGING);
    let holder = ground.holder(STAGING, "LOCK TABLE orders");
    let mut session = blocked(&ground);
    session.send("Q");
    session.wait_for("Quit while a run is under way?");
    session.send("Y");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
    settled(&ground);
    drop(holder);
}

#[test]
fn t2_told_to_suspend_a_run_is_settled_first() {
    let Some(ground) = ground() else { return };
    ground.fresh(STAGING);
    let holder = ground.holder(STAGING, "LOCK TABLE orders");
    let mut session = blocked(&ground);
    signal_to(session.pid(), Signal::TSTP);
    // Nothing could continue it here, so it says so once the run is settled.
    session.wait_for("there is no shell to go back to");
    settled(&ground);
    drop(holder);
    session.send("\x1b");
    std::thread::sleep(Duration::from_millis(50));
    session.send("Q");
    session.end();
}
