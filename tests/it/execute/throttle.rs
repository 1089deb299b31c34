//! Batches wait for replicas. What cannot be read counts as behind: the run says why, waits, and goes on when it can.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::time::{Duration, Instant};

use super::backfill::with_update;
use super::ground::{Ground, kill};
use super::private_mariadb::Private;
use crate::cli::Answer;

const BEFORE: &str = "CREATE TABLE t (id int PRIMARY KEY, o text); INSERT INTO t SELECT i, 'O' FROM generate_series(1, 3000) i;";
const AFTER: &str = "CREATE TABLE t (id int PRIMARY KEY, o text, n text);";

fn ground() -> Option<Ground> {
    let ground = Ground::postgres(BEFORE, AFTER)?;
    with_update(&ground, "COLUMN n ", "UPDATE t SET n = lower(o) WHERE n IS NULL", None);
    Some(ground)
}

/// The run until it says these words, and what it said.
fn until(ground: &Ground, limits: &str, url: &str, words: &str) -> Result<(Child, String), String> {
    ground.desk.file("migrator.toml", &format!("[environments.victim]\nurl = \"{url}\"\n{limits}\n"));
    let mut command = ground.desk.command(&["run", "plan", "--on", "victim"]);
    let mut child = command.spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if lines.read_line(&mut said).unwrap() == 0 {
            break;
        }
        if said.contains(words) {
            // Nobody reads the rest; it must not block.
            std::thread::spawn(move || drop(lines.read_to_string(&mut String::new())));
            return Ok((child, said));
        }
    }
    kill(&mut child);
    Err(format!("it never said `{words}`: {said}"))
}

/// Stops it as a person would, and looks at what stands.
fn stop(ground: &Ground, child: Child) -> Result<(), String> {
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap());
    let filled = ground.ask("victim", "SELECT count(*) FROM t WHERE n IS NOT NULL");
    match (answer.code, filled.as_slice()) {
        (130, [none]) if none == "0" => Ok(()),
        (code, filled) => Err(format!("exit {code}, {filled:?} rows filled")),
    }
}

#[test]
fn a_lag_that_cannot_be_read_pauses() {
    let Some(ground) = ground() else { return };
    let server = ground.server().unwrap();
    let role = format!("{}_blind", ground.database("role"));
    server.psql("postgres", &["-c", &format!("CREATE ROLE {role} LOGIN")]).unwrap();
    for (limits, blind, words) in [
        ("replica_lag = \"5 s\"", false, "paused, no replica is connected"),
        ("replica_lag = \"5 s\"\nreplicas = [\"r1\"]", false, "paused, replica r1 is not connected"),
        ("slot_lag = \"1 GB\"", false, "paused, there is no replication slot"),
        ("replica_lag = \"5 s\"", true, "paused, this role may not see how far replicas are"),
    ] {
        ground.fresh("victim");
        let mut url = ground.url("victim");
        if blind {
            let give = format!(
                "GRANT CREATE ON DATABASE {} TO {role}; ALTER SCHEMA public OWNER TO {role}; ALTER TABLE t OWNER TO {role}",
                ground.database("victim")
            );
            server.psql(&ground.database("victim"), &["-c", &give]).unwrap();
            url = url.replace("postgres@", &format!("{role}@"));
        }
        let told = until(&ground, limits, &url, words).and_then(|(child, _)| stop(&ground, child));
        let went_on = told.and_then(|()| {
            ground.desk.file("migrator.toml", &format!("[environments.victim]\nurl = \"{url}\"\n"));
            let resumed = ground.desk.run(&["resume", "--on", "victim"]);
            if resumed.code == 0 { Ok(()) } else { Err(format!("{}{}", resumed.out, resumed.err)) }
        });
        went_on.and_then(|()| filled(&ground)).unwrap_or_else(|why| panic!("{words}: {why}"));
        server.drop(&ground.database("victim"));
    }
    server.psql("postgres", &["-c", &format!("DROP ROLE {role}")]).unwrap();
}

fn filled(ground: &Ground) -> Result<(), String> {
    let left = ground.ask("victim", "SELECT count(*) FROM t WHERE n IS NULL");
    if left == ["0"] { Ok(()) } else { Err(format!("{left:?} rows are left")) }
}

#[test]
fn a_pause_ends_when_the_lag_can_be_read() {
    let Some(ground) = ground() else { return };
    ground.fresh("victim");
    let url = ground.url("victim");
    let (child, _) = until(&ground, "slot_lag = \"1 GB\"", &url, "there is no replication slot").unwrap();
    let slot = format!("{}_slot", ground.database("x"));
    let server = ground.server().unwrap();
    server
        .psql("postgres", &["-c", &format!("SELECT pg_create_physical_replication_slot('{slot}', true)")])
        .unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap());
    server.psql("postgres", &["-c", &format!("SELECT pg_drop_replication_slot('{slot}')")]).unwrap();
    assert_eq!(answer.code, 0);
    filled(&ground).unwrap();
}

/// A source does not know: each replica is asked itself.
#[test]
fn a_replica_that_does_not_follow_pauses_on_mariadb() {
    let Some(source) = Private::with(&["--log-bin=log", "--server-id=1"]) else { return };
    let Some(replica) = Private::with(&["--skip-log-bin", "--server-id=2"]) else { return };
    let before =
        "CREATE TABLE t (id int PRIMARY KEY, o text); INSERT INTO t SELECT seq, 'O' FROM seq_1_to_3000;";
    let after = "CREATE TABLE t (id int PRIMARY KEY, o text, n text);";
    let ground = Ground::on_mariadb(source.server(), before, after);
    with_update(&ground, "TABLE `t`", "UPDATE t SET n = lower(o) WHERE n IS NULL", None);
    let follow = format!(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={}, MASTER_USER='root', MASTER_LOG_FILE='log.000001', \
         MASTER_LOG_POS=4",
        source.port()
    );
    let tell = |sql: &str| drop(replica.server().client("mysql", sql).unwrap());
    let named = format!("replica_lag = \"60 s\"\nreplicas = [\"127.0.0.1:{}\"]", replica.port());
    for (limits, words) in [
        ("replica_lag = \"60 s\"", "name their addresses with `replicas`"),
        ("replica_lag = \"60 s\"\nreplicas = [\"127.0.0.1:1\"]", "replica 127.0.0.1:1 cannot be asked"),
        (named.as_str(), "is no replica"),
    ] {
        ground.fresh("victim");
        let told =
            until(&ground, limits, &ground.url("victim"), words).and_then(|(child, _)| stop(&ground, child));
        told.unwrap_or_else(|why| panic!("{words}: {why}"));
    }
    tell(&follow);
    tell("START SLAVE IO_THREAD");
    ground.fresh("victim");
    let (child, _) =
        until(&ground, &named, &ground.url("victim"), "is not in step (state reads: Yes, applies: No)")
            .unwrap();
    tell("START SLAVE");
    let answer = Answer::of(child.wait_with_output().unwrap());
    assert_eq!(answer.code, 0);
    filled(&ground).unwrap();
}
