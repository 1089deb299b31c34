//! Wrong input: the exit status, a message that names the thing, and a hint that mends it.

use super::{BEFORE, Desk};

#[test]
fn usage_mistakes_exit_2() {
    let desk = Desk::new();
    let none = desk.expect(2, &[]);
    assert!(none.out.is_empty() && none.err.contains("the workbench needs a terminal"), "{}", none.err);
    let help = desk.expect(0, &["--help"]);
    for arguments in
        [&["nonsense"][..], &["diff"], &["diff", "--current"], &["plan", "--nonsense"], &["lint"]]
    {
        let answer = desk.expect(2, arguments);
        assert!(answer.out.is_empty() && !answer.err.is_empty(), "{arguments:?}");
    }
    for command in ["agent", "compat", "export"] {
        assert!(!help.out.contains(&format!("\n  {command} ")), "{command} does not exist yet");
    }
    assert!(help.out.contains("rehearse") && help.out.contains("the workbench"));
    desk.expect(0, &["--version"]);
    // An argument is text of others too: `run` looks for control characters.
    desk.expect(2, &["diff", "--\u{1b}[2J\u{202e}"]);
}

#[test]
fn a_wrong_ref_is_named() {
    let desk = Desk::new();
    let a = desk.database("a.db", BEFORE);
    for (wrong, code, words) in [
        ("nowhere", 2, "`nowhere` is no environment, no URL and no file"),
        ("nowhere.sql", 2, "nowhere.sql"),
        ("mysql://host", 2, "the URL names no database"),
        ("sqlserver://host/db", 2, "SQL Server"),
        ("oracle://host/db", 2, "oracle"),
        ("sqlite:missing.db", 1, "missing.db"),
        ("a.db", 2, "write sqlite:a.db"),
    ] {
        let answer = desk.expect(code, &["diff", "--current", wrong, "--desired", &a]);
        assert!(answer.err.contains(words), "{wrong}: {}", answer.err);
        assert!(answer.out.is_empty(), "{}", answer.out);
    }
    assert!(!desk.path("missing.db").exists(), "reading makes no file");
}

#[test]
fn an_unreachable_server_is_named_without_its_password() {
    let desk = Desk::new();
    let url = "postgres://ada:hunter2@127.0.0.1:1/shop?sslmode=disable";
    for format in ["text", "json"] {
        let answer = desk.expect(1, &["diff", "--current", url, "--desired", url, "--format", format]);
        assert!(answer.err.contains("127.0.0.1:1"), "{}", answer.err);
        assert!(!answer.err.contains("hunter2") && !answer.out.contains("hunter2"), "{}", answer.err);
        if format == "json" {
            assert_eq!(answer.json()["error"]["kind"], "connection");
        }
    }
}

#[test]
fn two_engines_are_not_compared() {
    let desk = Desk::new();
    let a = desk.database("a.db", BEFORE);
    let answer = desk.expect(2, &["diff", "--current", &a, "--desired", "postgres://localhost/x"]);
    assert!(answer.err.contains("two engines"), "{}", answer.err);
}

#[test]
fn broken_ddl_is_named_by_file_and_line() {
    let desk = Desk::new();
    let a = desk.database("a.db", BEFORE);
    desk.file("broken.sql", "CREATE TABLE fine (id INTEGER);\n\nCREATE TABEL broken (id INTEGER);\n");
    let answer = desk.expect(1, &["plan", "--current", &a, "--desired", "broken.sql", "--out", "plan"]);
    assert!(answer.err.contains("broken.sql:3"), "{}", answer.err);
    assert!(!desk.path("plan").exists());
    desk.file("empty.sql", "-- nothing\n");
    desk.expect(3, &["diff", "--current", &a, "--desired", "empty.sql"]);
}

#[test]
fn a_file_that_is_no_database() {
    let desk = Desk::new();
    desk.file(
        "text.db",
        "this is no database, and long enough to be looked at as one by anybody who tries to",
    );
    let answer = desk.expect(1, &["diff", "--current", "sqlite:text.db", "--desired", "sqlite:text.db"]);
    assert!(answer.err.contains("text.db"), "{}", answer.err);
}

#[test]
fn a_broken_project_file_is_named_by_line() {
    let desk = Desk::new();
    let a = desk.database("a.db", BEFORE);
    desk.file("migrator.toml", "[environments.x]\nurl = \n");
    let answer = desk.expect(1, &["diff", "--current", &a, "--desired", &a]);
    assert!(answer.err.contains("migrator.toml:2"), "{}", answer.err);
    let missing = desk.expect(1, &["diff", "--project", "other.toml", "--current", &a, "--desired", &a]);
    assert!(missing.err.contains("other.toml"), "{}", missing.err);
}

#[test]
fn lint_and_rehearse_want_a_plan_s_folder() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    for command in ["lint", "rehearse"] {
        desk.expect(2, &[command, "nowhere"]);
        let answer = desk.expect(1, &[command, "empty"]);
        assert!(answer.err.contains("plan.toml"), "{}", answer.err);
    }
}
