//! What `diff`, `lint`, `doctor`, `demo` and `completions` answer: statuses, JSON, and text that is safe.

use super::{AFTER, BEFORE, Desk};

#[test]
fn diff_tells_what_differs_and_exits_3() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    let answer = desk.expect(3, &["diff", "--current", &a, "--desired", &b]);
    for line in ["+ table returns", "    - column customers.fax", "    + column orders.status", "created"] {
        assert!(answer.out.contains(line), "{line}\n{}", answer.out);
    }
    assert!(answer.err.is_empty(), "{}", answer.err);
}

#[test]
fn diff_in_json() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    let answer = desk.expect(3, &["diff", "--current", &a, "--desired", &b, "--format", "json"]);
    let json = answer.json();
    assert_eq!(json["current"]["engine"], "sqlite");
    assert!(json["summary"]["created"].as_u64().unwrap() >= 2, "{json}");
    let status = json["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["object"]["text"] == "column orders.status")
        .unwrap();
    assert_eq!((status["sign"].as_str(), status["change"].as_str()), (Some("+"), Some("create")));
    assert_eq!(status["object"]["member"], "status");
}

#[test]
fn no_difference_exits_0() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", BEFORE));
    assert!(desk.expect(0, &["diff", "--current", &a, "--desired", &b]).out.contains("no difference"));
    let empty = desk.database("empty.db", "");
    desk.expect(0, &["diff", "--current", &empty, "--desired", &empty]);
    desk.expect(3, &["diff", "--current", &empty, "--desired", &b]);
}

#[test]
fn ddl_files_and_folders_are_sides() {
    let desk = Desk::new();
    let a = desk.database("a.db", AFTER);
    desk.file("schema.sql", AFTER);
    desk.expect(0, &["diff", "--current", &a, "--desired", "schema.sql"]);
    std::fs::create_dir(desk.path("ddl")).unwrap();
    for (at, statement) in AFTER.split_inclusive(';').enumerate() {
        desk.file(&format!("ddl/{at}.sql"), statement);
    }
    desk.expect(0, &["diff", "--current", "ddl", "--desired", &a]);
    desk.expect(0, &["diff", "--current", "ddl?engine=sqlite", "--desired", "schema.sql"]);
    let unsaid = desk.expect(2, &["diff", "--current", "ddl", "--desired", "schema.sql"]);
    assert!(unsaid.err.contains("?engine="), "{}", unsaid.err);
}

#[test]
fn environments_come_from_the_project_file() {
    let desk = Desk::new();
    desk.database("a.db", BEFORE);
    desk.database("b.db", AFTER);
    desk.file(
        "migrator.toml",
        "[environments.staging]\nurl = \"sqlite:a.db\"\n[environments.next]\nurl = \"sqlite:b.db\"\n",
    );
    let answer = desk.expect(3, &["diff", "--current", "staging", "--desired", "next"]);
    assert!(answer.out.contains("current  staging"), "{}", answer.out);
    let near = desk.expect(2, &["diff", "--current", "stagin", "--desired", "next"]);
    assert!(near.err.contains("staging"), "{}", near.err);
}

#[test]
fn a_rename_is_suspected_and_made_when_confirmed() {
    let desk = Desk::new();
    let a = desk.database("a.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT NOT NULL)");
    let b = desk.database("b.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, notes TEXT NOT NULL)");
    let sides = ["diff", "--current", &a, "--desired", &b];
    let answer = desk.expect(3, &sides);
    assert!(answer.out.contains("--rename 't.note=t.notes'"), "{}", answer.out);
    let answer = desk.expect(3, &[&sides[..], &["--rename", "t.note=t.notes"]].concat());
    assert!(answer.out.contains("-> column t.note → t.notes"), "{}", answer.out);
    desk.expect(2, &[&sides[..], &["--rename", "t.none=t.notes"]].concat());
    desk.expect(2, &[&sides[..], &["--rename", "nonsense"]].concat());
}

#[test]
fn hostile_names_are_shown_and_planned() {
    let desk = Desk::new();
    let name = "t\u{202e}x\u{1b}[2J\n\\u{41} \"\"; DROP";
    let a = desk.database("a.db", "CREATE TABLE kept (id INTEGER PRIMARY KEY)");
    let script = format!(
        "CREATE TABLE kept (id INTEGER PRIMARY KEY); CREATE TABLE \"{name}\" (id INTEGER, \"--\n\" TEXT)"
    );
    let b = desk.database("b.db", &script);
    // `run` looks for control characters in all that is printed.
    let answer = desk.expect(3, &["diff", "--current", &a, "--desired", &b]);
    assert!(answer.out.contains("+ table t\\u{202e}x\\u{1b}[2J\\n\\\\u{41} \"; DROP"), "{}", answer.out);
    let json = desk.expect(3, &["diff", "--current", &a, "--desired", &b, "--format", "json"]).json();
    assert!(json.to_string().contains('\u{202e}'), "the value itself is not changed");
    let plan = ["plan", "--current", &a, "--desired", &b, "--name", name, "--out", "plan"];
    desk.expect(0, &plan);
    let script = desk.read("plan/forward.sql");
    assert!(script.lines().next().unwrap().starts_with("-- Migration: t\\u{202e}x"), "{script}");
    if desk.with_own_client("a.db", &desk.path("plan/forward.sql")) {
        desk.expect(0, &["diff", "--current", &a, "--desired", &b]);
    }
}

#[test]
fn doctor_completions_and_demo() {
    let desk = Desk::new();
    desk.file("migrator.toml", "[environments.gone]\nurl = \"sqlite:nowhere.db\"\n");
    let answer = desk.expect(1, &["doctor", "--format", "json"]);
    let json = answer.json();
    let gone = json["checks"].as_array().unwrap().iter().find(|check| check["area"] == "environment gone");
    assert_eq!(gone.unwrap()["health"], "bad");
    assert!(desk.run(&["completions", "bash"]).out.contains("rehearse"));
    let story = desk.expect(0, &["demo", "--headless"]);
    for word in [
        "looks like a rename",
        "drop-column",
        "proven  forward and rollback",
        "PRAGMA foreign_keys",
        "next_release on staging  forward",
        "next_release on production  rollback",
        "as the plan says",
    ] {
        assert!(story.out.contains(word), "{word}\n{}", story.out);
    }
}
