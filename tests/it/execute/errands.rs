//! The commands as a person uses them: run, refused, promoted, taken back, asked about.

use crate::ids::Trial;

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};

fn grounds() -> Vec<Ground> {
    let mut grounds = vec![Ground::sqlite(LITE_BEFORE, LITE_AFTER)];
    grounds.extend(Ground::postgres(PG_BEFORE, PG_AFTER));
    grounds.extend(Ground::mariadb(MARIA_BEFORE, MARIA_AFTER));
    grounds
}

fn project(ground: &Ground, production: &str) {
    let [staging, production_url] = ["staging", "production"].map(|name| ground.url(name));
    ground.desk.file(
        "migrator.toml",
        &format!(
            "[environments.staging]\nurl = \"{staging}\"\nstage = 1\n\
             [environments.production]\nurl = \"{production_url}\"\nstage = 2\n{production}"
        ),
    );
}

fn with<'a>(first: &[&'a str], acknowledged: &'a [String]) -> Vec<&'a str> {
    first.iter().copied().chain(acknowledged.iter().map(String::as_str)).collect()
}

#[test]
fn a_plan_goes_from_staging_to_production_and_back() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        ground.fresh("staging");
        ground.fresh("production");
        project(&ground, "");
        let promote = with(&["promote", "plan", "--to", "production"], &yes);
        let early = desk.expect(5, &promote);
        assert!(early.err.contains("staging has not run this plan"), "{}", early.err);
        let run = with(&["run", "plan", "--on", "staging"], &yes);
        let ran = desk.expect(0, &run);
        assert!(ran.out.contains("as the plan says"), "{}", ran.out);
        ground.is_after("staging").unwrap();
        let again = desk.expect(0, &run);
        assert!(again.out.contains("has all of it already"), "{}", again.out);
        desk.expect(0, &promote);
        ground.is_after("production").unwrap();
        let status = desk.expect(0, &["status"]);
        assert!(
            status.out.contains("staging") && status.out.contains("trial forward done"),
            "{}",
            status.out
        );
        // Our own tables are no difference.
        desk.expect(0, &["diff", "--current", "staging", "--desired", &ground.url("after")]);
        let asked = desk.expect(5, &["rollback", "plan", "--on", "production"]);
        assert!(
            asked.err.contains("loses what was written since") && asked.err.contains("returns"),
            "{}",
            asked.err
        );
        ground.is_after("production").unwrap();
        let back = desk.expect(0, &["rollback", "plan", "--on", "production", "--allow-destructive"]);
        assert!(back.out.contains("rollback"), "{}", back.out);
        ground.is_before("production").unwrap();
        let twice = desk.expect(2, &["rollback", "plan", "--on", "production"]);
        assert!(twice.err.contains("nothing to take back"), "{}", twice.err);
        let history = desk.expect(0, &["history", "--format", "json"]).json();
        let runs = |name: &str| {
            let found =
                history["environments"].as_array().unwrap().iter().find(|found| found["name"] == name);
            found.unwrap()["runs"].as_array().unwrap().len()
        };
        assert_eq!((runs("staging"), runs("production")), (1, 2));
    }
}

#[test]
fn a_finding_that_nobody_answered_for_stops_it() {
    // What looks like a rename and is not said to be one.
    let (before, after) = (
        "CREATE TABLE t (id integer PRIMARY KEY, name text)",
        "CREATE TABLE t (id integer PRIMARY KEY, full_name text)",
    );
    let mut grounds = vec![Ground::sqlite(before, after)];
    grounds.extend(Ground::postgres(before, after));
    for ground in grounds {
        let (current, desired) = (ground.url("before"), ground.url("after"));
        ground.desk.expect(4, &["plan", "--current", &current, "--desired", &desired, "--out", "plan"]);
        assert_eq!(ground.rules(), ["drop-column", "suspected-rename"]);
        let url = ground.fresh("staging");
        let refused = ground.desk.expect(5, &["run", "plan", "--on", &url]);
        assert!(refused.err.contains("--acknowledge drop-column"), "{}", refused.err);
        ground.is_before("staging").unwrap();
        ground.desk.expect(0, &with(&["run", "plan", "--on", &url], &ground.acknowledged()));
        ground.is_after("staging").unwrap();
    }
}

#[test]
fn two_environments_that_are_one_database_are_caught() {
    for ground in grounds() {
        let yes = ground.acknowledged();
        let url = ground.fresh("staging");
        ground.desk.file(
            "migrator.toml",
            &format!(
                "[environments.a]\nurl = \"{url}\"\nstage = 1\n[environments.b]\nurl = \"{url}\"\nstage = 2\n"
            ),
        );
        let refused = ground.desk.expect(5, &with(&["run", "plan", "--on", "a"], &yes));
        assert!(refused.err.contains("the same database"), "{}", refused.err);
        ground.is_before("staging").unwrap();
    }
}

/// What somebody might do between plan and run, and how they take it back.
const PG_DRIFT: [(&str, &str); 10] = [
    ("ALTER TABLE customers ALTER email SET DEFAULT 'x'", "ALTER TABLE customers ALTER email DROP DEFAULT"),
    ("ALTER TABLE customers ALTER name DROP NOT NULL", "ALTER TABLE customers ALTER name SET NOT NULL"),
    ("ALTER TABLE orders ALTER note TYPE varchar(90)", "ALTER TABLE orders ALTER note TYPE text"),
    (
        "ALTER TABLE customers ADD CONSTRAINT positive CHECK (id > 0)",
        "ALTER TABLE customers DROP CONSTRAINT positive",
    ),
    ("ALTER TABLE customers ADD extra int", "ALTER TABLE customers DROP extra"),
    ("ALTER TABLE orders ALTER cents SET NOT NULL", "ALTER TABLE orders ALTER cents DROP NOT NULL"),
    ("ALTER TABLE orders ALTER day SET DEFAULT now()", "ALTER TABLE orders ALTER day DROP DEFAULT"),
    ("CREATE INDEX orders_cents ON orders (cents)", "DROP INDEX orders_cents"),
    ("DROP INDEX orders_note", "CREATE INDEX orders_note ON orders (note)"),
    (
        "ALTER TABLE orders ALTER customer_id DROP NOT NULL",
        "ALTER TABLE orders ALTER customer_id SET NOT NULL",
    ),
];
const MARIA_DRIFT: [(&str, &str); 10] = [
    (
        "ALTER TABLE customers ALTER email SET DEFAULT 'x'",
        "ALTER TABLE customers ALTER email SET DEFAULT NULL",
    ),
    (
        "ALTER TABLE customers MODIFY name varchar(80)",
        "ALTER TABLE customers MODIFY name varchar(80) NOT NULL",
    ),
    ("ALTER TABLE orders MODIFY note varchar(90)", "ALTER TABLE orders MODIFY note varchar(80)"),
    (
        "ALTER TABLE customers ADD CONSTRAINT positive CHECK (id > 0)",
        "ALTER TABLE customers DROP CONSTRAINT positive",
    ),
    ("ALTER TABLE customers ADD extra int", "ALTER TABLE customers DROP extra"),
    ("ALTER TABLE orders MODIFY day datetime", "ALTER TABLE orders MODIFY day date"),
    ("CREATE INDEX orders_cents ON orders (cents)", "DROP INDEX orders_cents ON orders"),
    ("DROP INDEX orders_note ON orders", "CREATE INDEX orders_note ON orders (note)"),
    (
        "CREATE OR REPLACE VIEW names AS SELECT 1 AS name",
        "CREATE OR REPLACE VIEW names AS SELECT name FROM customers",
    ),
    ("CREATE TRIGGER watch BEFORE DELETE ON orders FOR EACH ROW SET @a = 1", "DROP TRIGGER watch"),
];
const LITE_DRIFT: [(&str, &str); 6] = [
    (
        "DROP VIEW names; CREATE VIEW names AS SELECT 1 AS name",
        "DROP VIEW names; CREATE VIEW names AS SELECT name FROM customers",
    ),
    ("DROP INDEX orders_note", "CREATE INDEX orders_note ON orders (note)"),
    ("CREATE INDEX orders_extra ON orders (id)", "DROP INDEX orders_extra"),
    ("ALTER TABLE orders ADD COLUMN extra TEXT", "ALTER TABLE orders DROP COLUMN extra"),
    ("ALTER TABLE customers ADD COLUMN extra TEXT", "ALTER TABLE customers DROP COLUMN extra"),
    ("CREATE TRIGGER watch AFTER INSERT ON orders BEGIN SELECT 1; END", "DROP TRIGGER watch"),
];

#[test]
fn drift_is_shown_and_nothing_runs() {
    for ground in grounds() {
        let (engine, changes, times) = match (ground.server(), ground.maria()) {
            (Some(_), _) => ("PG", &PG_DRIFT[..], 13),
            (_, Some(_)) => ("MA", &MARIA_DRIFT[..], 12),
            (None, None) => ("SL", &LITE_DRIFT[..], 12),
        };
        let mut trial = Trial::new("O2", engine);
        let yes = ground.acknowledged();
        let url = ground.fresh("staging");
        // Together with those between two steps, thirty.
        for (change, undo) in changes.iter().copied().cycle().take(times) {
            ground.change("staging", change);
            let refused = ground.desk.expect(5, &with(&["run", "plan", "--on", &url], &yes));
            let words = ["is not what it was", "is not there", "the plan does not know it"];
            assert!(words.iter().any(|words| refused.err.contains(words)), "{change}: {}", refused.err);
            let history = ground.desk.run(&["rollback", "plan", "--on", &url]);
            assert_eq!(history.code, 2, "nothing was written: {}", history.err);
            ground.change("staging", undo);
            trial.passed();
        }
        ground.desk.expect(0, &with(&["run", "plan", "--on", &url], &yes));
        ground.is_after("staging").unwrap();
    }
}

/// A rebuild would lose it, and nobody would know.
#[test]
fn what_has_come_to_a_table_since_the_plan_was_made_is_drift() {
    for ground in grounds() {
        let yes = ground.acknowledged();
        let url = ground.fresh("staging");
        for (change, name, undo) in [
            (
                "ALTER TABLE orders ADD COLUMN extra text",
                "column orders.extra",
                "ALTER TABLE orders DROP COLUMN extra",
            ),
            match ground.maria() {
                Some(_) => (
                    "CREATE INDEX orders_extra ON orders (id)",
                    "index orders.orders_extra",
                    "DROP INDEX orders_extra ON orders",
                ),
                None => (
                    "CREATE INDEX orders_extra ON orders (id)",
                    "index orders_extra",
                    "DROP INDEX orders_extra",
                ),
            },
        ] {
            ground.change("staging", change);
            let refused = ground.desk.expect(5, &with(&["run", "plan", "--on", &url], &yes));
            let said = refused.err.replace("public.", "");
            assert!(
                said.contains(&format!("{name} is new, and the plan does not know it")),
                "{}",
                refused.err
            );
            ground.change("staging", undo);
        }
        ground.desk.expect(0, &with(&["run", "plan", "--on", &url], &yes));
        ground.is_after("staging").unwrap();
        // The way back drops a table that the plan made, and with it a column that somebody added since.
        ground.change("staging", "ALTER TABLE returns ADD COLUMN extra text");
        let back = ["rollback", "plan", "--on", &url, "--allow-destructive"];
        let refused = ground.desk.expect(5, &back);
        assert!(
            refused.err.replace("public.", "").contains("column returns.extra is new"),
            "{}",
            refused.err
        );
        ground.change("staging", "ALTER TABLE returns DROP COLUMN extra");
        ground.desk.expect(0, &back);
        ground.is_before("staging").unwrap();
    }
}

/// A step that lost something when it ran, and whose way back loses something else: somebody is asked for that, too.
#[test]
fn what_was_written_since_is_asked_about_beside_what_was_lost_at_once() {
    let ground = Ground::sqlite(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, fax TEXT NOT NULL CHECK (length(fax) < 9), a TEXT);
         INSERT INTO t VALUES (1, '1', 'x');",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, note TEXT CHECK (note <> ''));",
    );
    let url = ground.fresh("staging");
    let ran = crate::cli::Answer::of(ground.run("staging").output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ground.change("staging", "UPDATE t SET note = 'new'");
    let refused = ground.desk.expect(5, &["rollback", "plan", "--on", &url]);
    assert!(refused.err.contains("the values of t.note"), "{}", refused.err);
    assert!(!refused.err.contains("fax"), "that is gone already: {}", refused.err);
    ground.is_after("staging").unwrap();
    let back = ground.roll_back("staging");
    assert_eq!(back.code, 0, "{}", back.err);
}
