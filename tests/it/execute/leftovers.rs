//! What a failed statement outside a transaction leaves behind is found, said, removed, and built again, once (C6). A
//! run that stopped refuses another plan (C8), and somebody's change between two units stops it (O2).

use crate::ids::Trial;

use super::ground::{Ground, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};

/// Two customers with one address: the unique index cannot be built, and on PostgreSQL an invalid one stays.
fn stopped(ground: &Ground, name: &str) -> String {
    let url = ground.fresh(name);
    ground.change(name, "UPDATE customers SET email = '1@example.com' WHERE id = 2");
    let answer = crate::cli::Answer::of(ground.run(name).output().unwrap());
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let code = if ground.maria().is_some() { "1062" } else { "23505" };
    assert!(answer.err.contains(code) && answer.err.contains("statements applied"), "{}", answer.err);
    if ground.server().is_some() {
        assert_eq!(invalid(ground, name), 1, "PostgreSQL leaves one");
    }
    url
}

fn invalid(ground: &Ground, name: &str) -> usize {
    ground.ask(name, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid").len()
}

fn mend(ground: &Ground, name: &str) {
    ground.change(name, "UPDATE customers SET email = '2@example.com' WHERE id = 2");
}

#[test]
fn an_invalid_index_is_removed_and_built_again_once() {
    let mut trial = Trial::new("C6", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let ground = &ground;
    trial.side_by_side(10, 2, |lane, _| {
        let name = format!("staging_{lane}");
        let url = stopped(ground, &name);
        let yes = ground.acknowledged();
        let mut words = vec!["run", "plan", "--on", &url];
        words.extend(yes.iter().map(String::as_str));
        let refused = ground.desk.expect(5, &words);
        assert!(
            refused.err.contains("an earlier run is not over") && refused.err.contains("resume"),
            "{}",
            refused.err
        );
        // Not mended: it fails in the same way, and leaves the same.
        let again = ground.resume(&name);
        assert_eq!(again.code, 1, "{}", again.err);
        assert_eq!(invalid(ground, &name), 1);
        mend(ground, &name);
        let resumed = ground.resume(&name);
        assert_eq!(resumed.code, 0, "{}", resumed.err);
        assert_eq!(invalid(ground, &name), 0);
        let twice = ground.resume(&name);
        assert!(twice.code == 2 && twice.err.contains("nothing to resume"), "{}", twice.err);
        ground.is_after(&name)
    });
    trial.end(10);
}

#[test]
fn a_run_that_stopped_is_taken_back_with_its_leftover() {
    let mut trial = Trial::new("C6", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    trial.side_by_side(10, 2, |lane, _| {
        let name = format!("staging_{lane}");
        stopped(&ground, &name);
        let back = ground.roll_back(&name);
        assert_eq!(back.code, 0, "{}", back.err);
        assert_eq!(invalid(&ground, &name), 0, "{}", back.err);
        mend(&ground, &name);
        ground.is_before(&name)
    });
    trial.end(10);
}

#[test]
fn another_plan_does_not_resume_it() {
    let trial = Trial::new("C8", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    other_plans(trial, &ground);
}

#[test]
fn another_plan_does_not_resume_it_on_mariadb() {
    let trial = Trial::new("C8", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    other_plans(trial, &ground);
}

fn other_plans(mut trial: Trial, ground: &Ground) {
    let url = stopped(ground, "staging");
    mend(ground, "staging");
    let (current, desired) = (ground.url("before"), ground.url("after"));
    let diff =
        ground.desk.run(&["diff", "--current", &current, "--desired", &desired, "--format", "json"]).json();
    let objects: Vec<&str> = diff["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["object"]["text"].as_str().unwrap())
        .collect();
    // Each change left out, and each two that follow one another.
    let left_out = (1..=2).flat_map(|many| objects.windows(many));
    for (at, skip) in left_out.enumerate() {
        let name = format!("plan_{at}");
        let mut words =
            vec!["plan", "--current", &current, "--desired", &desired, "--out", &name, "--name", "trial"];
        words.extend(["--no-rehearse", "--allow-destructive", "--skip"]);
        words.extend(skip);
        let made = ground.desk.run(&words);
        // What something else of the plan needs cannot be left out.
        if ![0, 4].contains(&made.code) {
            continue;
        }
        let refused = ground.desk.expect(5, &["resume", "--on", &url, "--plan", &name]);
        assert!(
            refused.err.contains("statement") && refused.err.contains("differs"),
            "{skip:?}: {}",
            refused.err
        );
        trial.passed();
    }
    assert!(trial.runs >= 15, "{}", trial.runs);
    ground.desk.expect(0, &["resume", "--on", &url, "--plan", "plan"]);
    ground.is_after("staging").unwrap();
    trial.passed();
}

/// What somebody might do to a half migrated database, and how they take it back.
const MEANWHILE: [(&str, &str); 5] = [
    ("ALTER TABLE orders ALTER note SET DEFAULT 'x'", "ALTER TABLE orders ALTER note DROP DEFAULT"),
    ("ALTER TABLE orders ALTER cents SET DEFAULT 7", "ALTER TABLE orders ALTER cents DROP DEFAULT"),
    ("DROP INDEX orders_note", "CREATE INDEX orders_note ON orders (note)"),
    ("ALTER TABLE orders ALTER note TYPE varchar(90)", "ALTER TABLE orders ALTER note TYPE text"),
    ("ALTER TABLE orders ALTER day SET DEFAULT '2026-01-01'", "ALTER TABLE orders ALTER day DROP DEFAULT"),
];

const MEANWHILE_ON_MARIADB: [(&str, &str); 6] = [
    ("ALTER TABLE orders ALTER note SET DEFAULT 'x'", "ALTER TABLE orders ALTER note SET DEFAULT NULL"),
    ("ALTER TABLE orders ALTER cents SET DEFAULT 7", "ALTER TABLE orders ALTER cents SET DEFAULT NULL"),
    ("ALTER TABLE customers ALTER name SET DEFAULT 'x'", "ALTER TABLE customers ALTER name DROP DEFAULT"),
    ("ALTER TABLE orders MODIFY note varchar(90)", "ALTER TABLE orders MODIFY note varchar(80)"),
    ("DROP INDEX orders_note ON orders", "CREATE INDEX orders_note ON orders (note)"),
    ("ALTER TABLE customers ADD COLUMN z int", "ALTER TABLE customers DROP COLUMN z"),
];

#[test]
fn a_change_by_somebody_else_in_between_stops_it() {
    let trial = Trial::new("O2", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    changed_meanwhile(trial, &ground, &MEANWHILE);
}

#[test]
fn a_change_by_somebody_else_in_between_stops_it_on_mariadb() {
    let trial = Trial::new("O2", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    changed_meanwhile(trial, &ground, &MEANWHILE_ON_MARIADB);
}

fn changed_meanwhile(mut trial: Trial, ground: &Ground, meanwhile: &[(&str, &str)]) {
    stopped(ground, "staging");
    mend(ground, "staging");
    for (change, undo) in meanwhile {
        ground.change("staging", change);
        let refused = ground.resume("staging");
        assert_eq!(refused.code, 5, "{change}: {}", refused.err);
        assert!(
            ["is not what it was", "is not there", "is new, and the plan does not know it"]
                .iter()
                .any(|words| refused.err.contains(words)),
            "{change}: {}",
            refused.err
        );
        ground.change("staging", undo);
        trial.passed();
    }
    let resumed = ground.resume("staging");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    ground.is_after("staging").unwrap();
    trial.end(5);
}
