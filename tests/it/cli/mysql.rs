//! The command line on a live MySQL or MariaDB: plans from files and dumps, proven where there is a place for it.

use super::{Answer, Desk};
use crate::live_mysql::Server;

const BEFORE: &str = include_str!("../../../assets/demo/mysql/current.sql");
const ROWS: &str = include_str!("../../../assets/demo/mysql/rows.sql");
const AFTER: &str = include_str!("../../../assets/demo/mysql/desired.sql");

/// A database that goes with the value.
struct Database {
    server: Server,
    name: String,
    url: String,
}

impl Database {
    /// `None`, and a word about it, where there is no server.
    fn new(name: &str, script: &str) -> Option<Self> {
        let server = Server::first()?;
        let name = format!("cli_{name}_{}", std::process::id());
        server.recreate(&name);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(server.load(&name, script)).unwrap();
        let url = std::env::var("MIGRATOR_TEST_MYSQL").unwrap();
        let (before, _) = url.rsplit_once('/').unwrap();
        let url = format!("{before}/{name}");
        Some(Self { server, name, url })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server.drop(&self.name);
    }
}

/// Runs with no server programs to be found.
fn without_programs(desk: &Desk, arguments: &[&str]) -> Answer {
    Answer::of(desk.command(arguments).env("MIGRATOR_MYSQL_BIN", desk.path("tmp")).output().unwrap())
}

#[test]
fn a_plan_from_files_is_proven_and_runs_with_the_client() {
    let Some(shop) = Database::new("shop", &format!("{BEFORE}\n{ROWS}")) else { return };
    let desk = Desk::new();
    desk.file("desired.sql", AFTER);
    desk.file("current.sql", BEFORE);
    let plan = ["plan", "--current", &shop.url, "--desired", "desired.sql", "--out", "plan"];
    let answer = desk.expect(4, &[&plan[..], &["--rename", "customers.name=full_name"]].concat());
    assert!(answer.out.contains("proven  forward and rollback"), "{}", answer.out);
    for (script, then) in [("forward.sql", "desired.sql"), ("rollback.sql", "current.sql")] {
        shop.server.client(&shop.name, &desk.read(&format!("plan/{script}"))).unwrap();
        let answer = desk.expect(0, &["diff", "--current", &shop.url, "--desired", then]);
        assert!(answer.err.is_empty() || !answer.err.contains("differ"), "{}", answer.err);
    }
    desk.expect(4, &["rehearse", "plan", "--current", &shop.url, "--desired", "desired.sql"]);
    assert!(desk.read("plan/plan.toml").contains("private M"), "{}", desk.read("plan/plan.toml"));
}

#[test]
fn two_files_of_mysql_are_compared() {
    if Server::first().is_none() {
        return;
    }
    let desk = Desk::new();
    desk.file("a.sql", "CREATE TABLE t (a int);");
    desk.file("b.sql", "USE shop;\nCREATE TABLE t (a int, b enum('x;','y'));\n");
    let answer =
        desk.expect(3, &["diff", "--current", "a.sql?engine=mysql", "--desired", "b.sql?engine=mysql"]);
    assert!(answer.out.contains("t.b"), "{}", answer.out);
    desk.file("b.sql", "CREATE TABLE t (\n  a int,\n  b int int\n);\n");
    let answer =
        desk.expect(1, &["diff", "--current", "a.sql?engine=mysql", "--desired", "b.sql?engine=mysql"]);
    assert!(answer.err.contains("b.sql:3: ") && answer.err.contains("syntax"), "{}", answer.err);
}

#[test]
fn beside_the_current_database_a_plan_is_proven_if_nothing_forbids_it() {
    let view = "CREATE VIEW v AS SELECT a FROM t;";
    let Some(now) = Database::new("now", &format!("CREATE TABLE t (a int); {view}")) else { return };
    let then = Database::new("then", &format!("CREATE TABLE t (a int, b int, KEY (a)); {view}")).unwrap();
    let desk = Desk::new();
    let plan = ["plan", "--current", &now.url, "--desired", &then.url, "--allow-destructive"];
    let answer = without_programs(&desk, &plan);
    assert!(answer.out.contains("temporary database on"), "{}\n{}", answer.out, answer.err);
    assert!(answer.out.contains("proven  forward and rollback"), "{}", answer.out);

    // What is made in the name of somebody else cannot be tried there, and that is no fault of the plan.
    let other =
        Database::new("other", "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a, 1 FROM t;").unwrap();
    let plan = ["plan", "--current", &now.url, "--desired", &other.url, "--allow-destructive"];
    let answer = without_programs(&desk, &plan);
    assert!(answer.out.contains("which says nothing of the plan"), "{}\n{}", answer.out, answer.err);
    assert!(!answer.out.contains("FAILED"), "{}", answer.out);

    let guarded = format!("[environments.now]\nurl = \"{}\"\nguard = \"typed\"\n", now.url);
    desk.file("migrator.toml", &guarded);
    let plan = ["plan", "--current", "now", "--desired", &then.url, "--allow-destructive"];
    let answer = without_programs(&desk, &plan);
    assert!(answer.out.contains("the current server is guarded"), "{}\n{}", answer.out, answer.err);
    assert!(!answer.out.contains("proven  forward and rollback"), "{}", answer.out);
}

/// A reader who may see less than the other side has not lost what he cannot see.
#[test]
fn what_may_not_be_seen_is_not_dropped() {
    let Some(shop) = Database::new("seen", "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;")
    else {
        return;
    };
    let reader = format!("reader_{}", std::process::id());
    let grants = format!("CREATE USER {reader}; GRANT SELECT ON {}.* TO {reader}", shop.name);
    shop.server.client("mysql", &grants).unwrap();
    let (_, place) = shop.url.rsplit_once('@').unwrap();
    let (theirs, desk) = (format!("mysql://{reader}@{place}"), Desk::new());
    for (current, desired) in [(&theirs, &shop.url), (&shop.url, &theirs)] {
        let answer = desk.expect(1, &["plan", "--current", current, "--desired", desired, "--no-rehearse"]);
        assert!(answer.err.contains("view v") && answer.err.contains("may not be seen"), "{}", answer.err);
    }
    shop.server.client("mysql", &format!("DROP USER {reader}")).unwrap();
}

#[test]
fn the_demo_of_mysql_is_told() {
    let desk = Desk::new();
    let story = desk.run(&["demo", "--headless", "--engine", "mysql"]);
    if story.err.contains("no server programs") {
        eprintln!("skipped: {}", story.err);
        return;
    }
    assert_eq!(story.code, 0, "{}\n{}", story.out, story.err);
    for word in [
        "private M",
        "looks like a rename",
        "drop-column",
        "proven  forward and rollback",
        "next_release on staging  forward",
        "next_release on production  rollback",
        "as the plan says",
    ] {
        assert!(story.out.contains(word), "{word}\n{}", story.out);
    }
}
