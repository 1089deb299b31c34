//! Plan folders: written, run with the engine's own client, read back, rehearsed, and protected.

use super::{AFTER, BEFORE, Desk};

#[test]
fn a_plan_runs_both_ways_with_the_engine_s_own_client() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    desk.database("was.db", BEFORE);
    let plan = ["plan", "--current", &a, "--desired", &b, "--out", "migrations/next"];
    // A dropped column is an error until somebody answers for it; the files are written all the same.
    let answer = desk.expect(4, &plan);
    assert!(answer.out.contains("drop-column") && answer.out.contains("proven"), "{}", answer.out);
    let json = desk.expect(0, &[&plan[..], &["--allow-destructive", "--format", "json"]].concat()).json();
    assert_eq!(json["plan"]["name"], "next");
    assert_eq!(json["plan"]["proof"]["result"], "proven");
    assert_eq!(json["blocking_findings"], 0);
    assert_eq!(json["backwards_compatible"], "no");
    #[cfg(unix)]
    for name in ["forward.sql", "rollback.sql", "plan.toml"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(desk.path("migrations/next").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{name}");
    }
    let files: Vec<_> = std::fs::read_dir(desk.path("migrations/next")).unwrap().collect();
    assert_eq!(files.len(), 3, "nothing but the plan: {files:?}");
    if !desk.with_own_client("a.db", &desk.path("migrations/next/forward.sql")) {
        return;
    }
    desk.expect(0, &["diff", "--current", &a, "--desired", &b]);
    assert!(desk.with_own_client("a.db", &desk.path("migrations/next/rollback.sql")));
    desk.expect(0, &["diff", "--current", &a, "--desired", "sqlite:was.db"]);
}

#[test]
fn no_difference_gives_empty_scripts() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", BEFORE));
    let answer = desk.expect(0, &["plan", "--current", &a, "--desired", &b, "--out", "plan"]);
    assert!(answer.out.contains("nothing to do"), "{}", answer.out);
    for name in ["plan/forward.sql", "plan/rollback.sql"] {
        let script = desk.read(name);
        assert!(!script.is_empty() && script.lines().all(|line| line.starts_with("--")), "{script}");
    }
    desk.expect(0, &["lint", "plan"]);
    desk.expect(0, &["rehearse", "plan"]);
}

#[test]
fn lint_and_rehearse_read_the_folder_back() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    desk.expect(4, &["plan", "--current", &a, "--desired", &b, "--out", "plan", "--no-rehearse"]);
    assert!(desk.read("plan/plan.toml").contains("not-rehearsed"));
    let json = desk.expect(4, &["lint", "plan", "--format", "json"]).json();
    let rules: Vec<_> = json["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str()).collect();
    assert!(rules.contains(&Some("drop-column")), "{json}");
    let answer = desk.expect(4, &["rehearse", "plan"]);
    assert!(answer.out.contains("proven"), "{}", answer.out);
    assert!(desk.read("plan/plan.toml").contains("result = \"proven\""));
    assert!(desk.read("plan/forward.sql").contains("-- Proof: forward and rollback rehearsed on"));
    // The folder still belongs together after the proof was added.
    desk.expect(4, &["lint", "plan"]);
}

#[test]
fn a_rehearsal_needs_the_schemas_of_the_plan() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    desk.expect(4, &["plan", "--current", &a, "--desired", &b, "--out", "plan", "--no-rehearse"]);
    desk.database("a.db", "ALTER TABLE customers ADD COLUMN since TEXT");
    let answer = desk.expect(1, &["rehearse", "plan"]);
    assert!(answer.err.contains("is not what it was when the plan was made"), "{}", answer.err);
    desk.database("copy.db", BEFORE);
    desk.expect(4, &["rehearse", "plan", "--current", "sqlite:copy.db"]);
}

#[test]
fn a_script_changed_by_hand_is_named() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    desk.expect(4, &["plan", "--current", &a, "--desired", &b, "--out", "plan"]);
    let script = desk.read("plan/forward.sql");
    desk.file("plan/forward.sql", &script.replace("COMMIT;", "DELETE FROM orders;\nCOMMIT;"));
    for command in ["lint", "rehearse"] {
        let answer = desk.expect(1, &[command, "plan"]);
        assert!(answer.err.contains("forward.sql was changed by hand: line"), "{}", answer.err);
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    std::fs::create_dir(desk.path("theirs")).unwrap();
    desk.file("theirs/forward.sql", "SELECT 1;");
    desk.file("file", "");
    for out in ["theirs", "file"] {
        let answer = desk.expect(2, &["plan", "--current", &a, "--desired", &b, "--out", out]);
        assert!(answer.err.contains(out), "{}", answer.err);
    }
    assert_eq!(desk.read("theirs/forward.sql"), "SELECT 1;");
}

#[test]
fn only_and_skip_choose_changes() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    let plan = ["plan", "--current", &a, "--desired", &b, "--out", "plan"];
    desk.expect(0, &[&plan[..], &["--only", "table returns", "orders.status"]].concat());
    let script = desk.read("plan/forward.sql");
    assert!(script.contains("returns") && script.contains("status") && !script.contains("fax"), "{script}");
    desk.expect(0, &["rehearse", "plan"]);
    desk.expect(0, &[&plan[..], &["--skip", "customers.fax"]].concat());
    assert!(!desk.read("plan/forward.sql").contains("fax"));
    let answer = desk.expect(2, &[&plan[..], &["--only", "table nothing"]].concat());
    assert!(answer.err.contains("no change is about table nothing"), "{}", answer.err);
    desk.expect(2, &[&plan[..], &["--only", "returns", "--skip", "orders"]].concat());
    // A table of SQLite is one statement: half of its changes would be another one that nobody wrote.
    let c =
        desk.database("c.db", "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, fax TEXT, a TEXT)");
    let half = ["plan", "--current", &a, "--desired", &c, "--only", "customers.a"];
    let answer = desk.expect(2, &half);
    assert!(answer.err.contains("customers.name"), "{}", answer.err);
}

#[test]
fn a_plan_says_the_same_twice() {
    let desk = Desk::new();
    let (a, b) = (desk.database("a.db", BEFORE), desk.database("b.db", AFTER));
    let mut digests = Vec::new();
    for out in ["one", "two"] {
        desk.expect(4, &["plan", "--current", &a, "--desired", &b, "--out", out, "--name", "same"]);
        let script = desk.read(&format!("{out}/forward.sql"));
        digests.push(
            script.lines().filter(|line| !line.starts_with("-- Generated")).collect::<Vec<_>>().join("\n"),
        );
    }
    assert_eq!(digests[0], digests[1]);
}
