//! What a failed statement outside a transaction leaves behind is found, said, removed, and built again, once (C6). A
//! run that stopped refuses another plan (C8), and somebody's change between two units stops it (O2).

use crate::ids::Trial;

use super::ground::{Ground, PG_AFTER, PG_BEFORE};

/// Two customers with one address: the unique index cannot be built, and an invalid one stays.
fn stopped(ground: &Ground) -> String {
    let url = ground.fresh("staging");
    sql(ground, "UPDATE customers SET email = '1@example.com' WHERE id = 2");
    let answer = crate::cli::Answer::of(ground.run("staging").output().unwrap());
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("23505") && answer.err.contains("statements applied"), "{}", answer.err);
    assert_eq!(invalid(ground), 1, "PostgreSQL leaves one");
    url
}

fn sql(ground: &Ground, text: &str) {
    ground.server().unwrap().psql(&ground.database("staging"), &["-c", text]).unwrap();
}

fn invalid(ground: &Ground) -> usize {
    ground.ask("staging", "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid").len()
}

fn mend(ground: &Ground) {
    sql(ground, "UPDATE customers SET email = '2@example.com' WHERE id = 2");
}

#[test]
fn an_invalid_index_is_removed_and_built_again_once() {
    let mut trial = Trial::new("C6", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let url = stopped(&ground);
    let refused = ground.desk.expect(5, &{
        let mut words = vec!["run", "plan", "--on", &url];
        let yes: Vec<String> = ground.acknowledged();
        let yes: Vec<&str> = yes.iter().map(|word| -> &str { word.clone().leak() }).collect();
        words.extend(yes);
        words
    });
    assert!(
        refused.err.contains("an earlier run is not over") && refused.err.contains("resume"),
        "{}",
        refused.err
    );
    // Not mended: it fails in the same way, and leaves the same.
    let again = ground.resume("staging");
    assert_eq!(again.code, 1, "{}", again.err);
    assert_eq!(invalid(&ground), 1);
    mend(&ground);
    let resumed = ground.resume("staging");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    ground.is_after("staging").unwrap();
    assert_eq!(invalid(&ground), 0);
    let twice = ground.resume("staging");
    assert!(twice.code == 2 && twice.err.contains("nothing to resume"), "{}", twice.err);
    trial.passed();
}

#[test]
fn a_run_that_stopped_is_taken_back_with_its_leftover() {
    let mut trial = Trial::new("C6", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    stopped(&ground);
    let back = ground.roll_back("staging");
    assert_eq!(back.code, 0, "{}", back.err);
    assert_eq!(invalid(&ground), 0, "{}", back.err);
    mend(&ground);
    ground.is_before("staging").unwrap();
    trial.passed();
}

#[test]
fn another_plan_does_not_resume_it() {
    let mut trial = Trial::new("C8", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let url = stopped(&ground);
    mend(&ground);
    let (current, desired) = (ground.url("before"), ground.url("after"));
    for (name, skip) in [("shorter", "table public.returns"), ("other", "index public.orders_day")] {
        let made = ground.desk.run(&[
            "plan",
            "--current",
            &current,
            "--desired",
            &desired,
            "--out",
            name,
            "--name",
            "trial",
            "--no-rehearse",
            "--allow-destructive",
            "--skip",
            skip,
        ]);
        assert!([0, 4].contains(&made.code), "{}", made.err);
        let refused = ground.desk.expect(5, &["resume", "--on", &url, "--plan", name]);
        assert!(refused.err.contains("statement") && refused.err.contains("differs"), "{}", refused.err);
        trial.passed();
    }
    ground.desk.expect(0, &["resume", "--on", &url, "--plan", "plan"]);
    ground.is_after("staging").unwrap();
    trial.passed();
}

#[test]
fn a_change_by_somebody_else_in_between_stops_it() {
    let mut trial = Trial::new("O2", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    stopped(&ground);
    mend(&ground);
    sql(&ground, "ALTER TABLE orders ALTER note SET DEFAULT 'x', ALTER cents SET DEFAULT 7");
    sql(&ground, "DROP INDEX orders_note");
    let refused = ground.resume("staging");
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(
        refused.err.contains("is not what it was") || refused.err.contains("is not there"),
        "{}",
        refused.err
    );
    sql(&ground, "ALTER TABLE orders ALTER note DROP DEFAULT, ALTER cents DROP DEFAULT");
    sql(&ground, "CREATE INDEX orders_note ON orders (note)");
    let resumed = ground.resume("staging");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    ground.is_after("staging").unwrap();
    trial.passed();
}
