//! The command line on a live PostgreSQL: scripts run with `psql`, and Ctrl-C reaches the server.

use std::process::Command;
use std::time::Duration;

use migrator_tui::connect::{PostgresAddress, PostgresTarget, Purpose, Target, open};
use migrator_tui::model::EngineKind;
use migrator_tui::sql;

use super::{Answer, Desk};

const BEFORE: &str = include_str!("../../../assets/demo/postgres/current.sql");
const ROWS: &str = include_str!("../../../assets/demo/postgres/rows.sql");
const AFTER: &str = include_str!("../../../assets/demo/postgres/desired.sql");

/// A database that goes with the value.
struct Database {
    url: String,
    name: String,
}

/// The server of the tests; `None`, and a word about it, where there is none.
fn server() -> Option<String> {
    let url = std::env::var("MIGRATOR_TEST_PG").ok();
    if url.is_none() {
        eprintln!("skipped: MIGRATOR_TEST_PG names no server");
    }
    url
}

fn target(url: &str) -> PostgresTarget {
    PostgresAddress::parse(url).unwrap().resolve(&|name| std::env::var(name).ok()).unwrap()
}

fn send(url: &str, script: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let target = Target::Postgres(Box::new(target(url)));
        open(&target, Purpose::Write).await.unwrap().execute_script(script).await.unwrap();
    });
}

impl Database {
    fn new(server: &str, name: &str, script: &str) -> Self {
        let name = format!("cli_{name}_{}", std::process::id());
        send(server, &format!("CREATE DATABASE {name}"));
        let (before, after) = server.rsplit_once('/').unwrap();
        let query = after.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let url = format!("{before}/{name}{query}");
        send(&url, script);
        Self { url, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(server) = std::env::var("MIGRATOR_TEST_PG") {
            send(&server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

#[test]
fn scripts_run_with_psql() {
    let Some(server) = server() else { return };
    let desk = Desk::new();
    desk.file("desired.sql", AFTER);
    desk.file("current.sql", BEFORE);
    let shop = Database::new(&server, "shop", &format!("{BEFORE}\n{ROWS}"));
    let rename = ["--rename", "customers.name=full_name"];
    let plan = ["plan", "--current", &shop.url, "--desired", "desired.sql", "--out", "plan", "--no-rehearse"];
    desk.expect(4, &[&plan[..], &rename[..]].concat());
    let program = crate::live::Server::first().unwrap().client();
    for (script, then) in [("forward.sql", "desired.sql"), ("rollback.sql", "current.sql")] {
        let output = Command::new(&program)
            .args(["-X", "-q", "-f"])
            .arg(desk.path("plan").join(script))
            .arg(&shop.url)
            .output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no psql");
            return;
        };
        let answer = Answer::of(output);
        assert_eq!(answer.code, 0, "{script}: {}", answer.err);
        desk.expect(0, &["diff", "--current", &shop.url, "--desired", then]);
    }
}

#[test]
fn ctrl_c_cancels_on_the_server() {
    let Some(server) = server() else { return };
    let desk = Desk::new();
    let locked = Database::new(&server, "locked", "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = || {
        let target = Target::Postgres(Box::new(target(&locked.url)));
        runtime.block_on(async { open(&target, Purpose::Write).await.unwrap() })
    };
    // Two sessions: inside its transaction the holder would always see the same activity.
    let (mut holder, mut watcher) = (session(), session());
    let lock = "BEGIN; LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE";
    runtime.block_on(holder.execute_script(lock)).unwrap();
    let child = desk.command(&["diff", "--current", &locked.url, "--desired", &locked.url]).spawn().unwrap();
    // Beside the holder, both sessions of the command wait for the lock.
    let mut waiting = |wanted: &str| {
        let count = sql!(EngineKind::Postgres;
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        for _ in 0..200 {
            let rows = runtime.block_on(watcher.query(&count)).unwrap();
            if rows.cell(0, 0) == Some(wanted) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    };
    assert!(waiting("3"), "the command does not reach the server");
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap().success());
    let answer = Answer::of(child.wait_with_output().unwrap());
    assert_eq!(answer.code, 130, "{}", answer.err);
    assert!(waiting("1"), "a session is left on the server");
}
