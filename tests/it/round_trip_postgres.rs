//! The zoo, with every kind of PostgreSQL object: read, written into an empty database, read again. Both databases
//! must be equal by our reading and by the server's own dump.

use std::collections::BTreeMap;

use migrator_tui::diff::{DiffOptions, Privileges, diff};
use migrator_tui::engines::dialect;
use migrator_tui::export::{Direction, Origin, Proof, Record, script};
use migrator_tui::model::{Compatibility, EngineKind, Schema, Verdict};
use migrator_tui::planner::{PlanOptions, plan};

use crate::live::{Server, difference};

#[tokio::test]
async fn the_zoo_survives_a_round_trip_on_the_first_server() {
    if let Some(server) = Server::first() {
        round_trip(server).await;
    }
}

#[tokio::test]
async fn the_zoo_survives_a_round_trip_on_the_second_server() {
    if let Some(server) = Server::second() {
        round_trip(server).await;
    }
}

mod on_other_servers {
    crate::live::on_other_servers!(super::round_trip);
}

async fn round_trip(server: Server) {
    let (zoo, copy) =
        (format!("round_zoo_{}", std::process::id()), format!("round_copy_{}", std::process::id()));
    server.recreate(&zoo, "template0");
    server.recreate(&copy, "template0");
    let empty = server.read(&copy).await.unwrap();
    server.open_zoo(&zoo);
    let full = server.read(&zoo).await.unwrap();
    let whole = public(server.dump(&zoo).unwrap());
    for (current, desired) in [(&empty, &full), (&full, &empty)] {
        let there = record(current, desired);
        for (direction, wanted) in [(Direction::Forward, desired), (Direction::Rollback, current)] {
            apply(&server, &copy, &there, direction);
            let now = server.read(&copy).await.unwrap();
            let left = diff(&now, wanted, &options()).changes;
            assert!(left.is_empty(), "{direction:?} leaves {left:#?}");
            if std::ptr::eq(wanted, &full) {
                let different = difference(&public(server.dump(&copy).unwrap()), &whole);
                assert!(different.is_none(), "{direction:?}: {}", different.unwrap());
            }
        }
        // The next direction starts where this one leads.
        apply(&server, &copy, &there, Direction::Forward);
    }
    // A database with a subscription cannot be dropped.
    server.psql(&zoo, &["-c", "DROP SUBSCRIPTION zoo_sub"]).unwrap();
    server.drop(&zoo);
    server.drop(&copy);
}

fn options() -> DiffOptions {
    DiffOptions { privileges: Privileges::Compare, ..DiffOptions::default() }
}

fn record(current: &Schema, desired: &Schema) -> Record {
    let changes = diff(current, desired, &options());
    let plan_options =
        PlanOptions { name: "zoo".into(), privileges: Privileges::Compare, ..PlanOptions::default() };
    let made =
        plan(dialect(EngineKind::Postgres).unwrap(), current, desired, &changes, &plan_options).unwrap();
    Record {
        plan: made.into(),
        generated: "2026-01-01T00:00:00Z".into(),
        author: None,
        compatibility: Compatibility { verdict: Verdict::Yes, reasons: Vec::new() },
        findings: Vec::new(),
        proof: Proof::NotRehearsed { why: "not asked for".into() },
        origin: Origin::default(),
    }
}

fn apply(server: &Server, database: &str, record: &Record, direction: Direction) {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("script.sql");
    let text = script(record, direction, dialect(EngineKind::Postgres).unwrap()).text;
    std::fs::write(&path, &text).unwrap();
    server
        .psql(database, &["-f", path.to_str().unwrap()])
        .unwrap_or_else(|error| panic!("{direction:?}: {error}\n{text}"));
}

/// The dump without what holds secrets, which never leave their server, and without the order of grants.
fn public(dump: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for (statement, count) in dump {
        if statement.starts_with("CREATE SUBSCRIPTION") || statement.starts_with("CREATE USER MAPPING") {
            continue;
        }
        let parts: Vec<String> = match statement.starts_with("GRANT") || statement.starts_with("REVOKE") {
            true => statement.lines().map(str::to_owned).collect(),
            false => vec![statement],
        };
        for part in parts {
            *lines.entry(part).or_insert(0) += count;
        }
    }
    lines
}
