//! C1, and N2 on a file: the process is killed at every boundary of a plan, then resumed, and again taken back. The database ends where
//! it should by the server's own words, no row is lost, and no statement outside a transaction was sent twice.

use crate::ids::{self, Trial};

use super::backfill::with_update;
use super::ground::{
    End, Ground, LITE_AFTER, LITE_BEFORE, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE, killed_at,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Resume,
    RollBack,
}

/// Every passing of every point until the run comes to its end, a few times; `step` of 2 takes one half of them for each
/// way out.
///
/// I1: killed before or after an intent, whatever was sent had one, or going on would send it twice or miss it. I3: what
/// the journal calls applied is there, or the end would not be. I6: what stood open was asked for, and never guessed.
fn every_boundary(mut trial: Trial, ground: &Ground, step: usize) {
    for point in migrator_tui::promote::POINTS {
        for (then, first) in [(Then::Resume, 1), (Then::RollBack, step)] {
            for count in (first..=400).step_by(step) {
                let mut over = false;
                for _ in 0..ids::count(1, 3, 3) {
                    match one(ground, point, count, then) {
                        Ok(false) => over = true,
                        told => trial.ran(format!("{point}:{count}, then {then:?}"), told.map(drop)),
                    }
                }
                if over || trial.failures() > 20 {
                    break;
                }
            }
        }
    }
    trial.end(11);
}

/// `false`: the run came to its end before that.
fn one(ground: &Ground, point: &str, count: usize, then: Then) -> Result<bool, String> {
    let victim = "victim";
    ground.fresh(victim);
    let mut command = ground.run(victim);
    command.env("TMPDIR", ground.desk.path("home"));
    if let End::Finished(answer) = killed_at(command, point, count, &ground.desk.path("reached")) {
        return if answer.code == 0 { Ok(false) } else { Err(format!("the run itself: {}", answer.err)) };
    }
    let answer = match then {
        Then::Resume => ground.resume(victim),
        Then::RollBack => ground.roll_back(victim),
    };
    let nothing = answer.err.contains("nothing to take back")
        || answer.err.contains("there is nothing to resume")
        || answer.err.contains("has not run here");
    let told = || format!("exit {}: {}{}", answer.code, answer.out, answer.err);
    match (then, answer.code) {
        (_, 0) => {}
        (Then::RollBack, 2) if nothing => {}
        (Then::Resume, 2) if nothing => {
            return ground.is_before(victim).map(|()| true).map_err(|why| format!("{why}\n{}", told()));
        }
        _ => return Err(told()),
    }
    let state = match then {
        Then::Resume => ground.is_after(victim),
        Then::RollBack => ground.is_before(victim),
    };
    state.map_err(|why| format!("{why}\n{}", told()))?;
    Ok(true)
}

#[test]
fn killed_at_every_boundary_on_postgres() {
    let trial = Trial::new("C1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    // All three kinds of units: in a transaction, outside of any, in batches.
    let update = "UPDATE customers SET since = '2026-02-02' WHERE since IS DISTINCT FROM '2026-02-02'";
    let plan = with_update(&ground, "ADD COLUMN since", update, None);
    assert!(plan.steps.len() >= 12 && plan.steps.iter().any(|step| step.batches.is_some()));
    every_boundary(trial, &ground, 1);
}

/// No transaction holds a definition there: what a statement has left is told by the schema.
#[test]
fn killed_at_every_boundary_on_mariadb() {
    let trial = Trial::new("C1", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    let update = "UPDATE customers SET since = '2026-02-02' WHERE since <> '2026-02-02'";
    let plan = with_update(&ground, "ADD COLUMN `since`", update, None);
    assert!(plan.steps.len() >= 8 && plan.steps.iter().any(|step| step.batches.is_some()));
    // One boundary goes on, the next is taken back; with more time both do both.
    every_boundary(trial, &ground, ids::count(2, 1, 1));
}

#[test]
fn killed_at_every_boundary_on_sqlite() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    let update = "UPDATE orders SET status = 'new' WHERE status IS NULL";
    let plan = with_update(&ground, "status TEXT", update, None);
    assert!(plan.steps.iter().any(|step| step.batches.is_some()));
    every_boundary(Trial::new("C1", "SL"), &ground, 1);
}

/// Pairs whose units change more than they name: what partitions and heirs have comes with their parents.
const ENTANGLED: [(&str, &str); 6] = [
    // Marks that move to another index, go with theirs, or stay with one that is replaced.
    (
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX ua ON t (a);
         CREATE INDEX ib ON t (b); ALTER TABLE t REPLICA IDENTITY USING INDEX ua; ALTER TABLE t CLUSTER ON ib;
         CREATE TABLE u (id int PRIMARY KEY, a int NOT NULL); ALTER TABLE u CLUSTER ON u_pkey;",
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX ub ON t (b);
         CREATE INDEX ia ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX ub; ALTER TABLE t CLUSTER ON ia;
         CREATE TABLE u (id int PRIMARY KEY, a int NOT NULL); CREATE UNIQUE INDEX v ON u (a);
         ALTER TABLE u REPLICA IDENTITY USING INDEX v; ALTER TABLE u CLUSTER ON v;",
    ),
    (
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX ua ON t (a);
         CREATE INDEX ib ON t (b); ALTER TABLE t REPLICA IDENTITY USING INDEX ua; ALTER TABLE t CLUSTER ON ib;",
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL); CREATE INDEX ba ON t (b, a);",
    ),
    (
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, CONSTRAINT k UNIQUE (a));
         CREATE UNIQUE INDEX marked ON t (b); CREATE INDEX ordered ON t (a);
         ALTER TABLE t REPLICA IDENTITY USING INDEX marked; ALTER TABLE t CLUSTER ON ordered;
         CREATE TABLE u (id int, a int NOT NULL, CONSTRAINT k2 UNIQUE (a)); ALTER TABLE u CLUSTER ON k2;",
        "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, CONSTRAINT l UNIQUE (a, b));
         CREATE UNIQUE INDEX marked ON t (b, a); CREATE INDEX ordered ON t (b);
         ALTER TABLE t REPLICA IDENTITY USING INDEX marked; ALTER TABLE t CLUSTER ON ordered;
         CREATE TABLE u (id int, a int NOT NULL, CONSTRAINT l2 UNIQUE (a, id)); ALTER TABLE u CLUSTER ON l2;",
    ),
    (
        "CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p); CREATE INDEX ON p (a);",
        "CREATE TABLE p (a int NOT NULL, x int); CREATE TABLE c (b int) INHERITS (p); CREATE INDEX ON c (a);
         CREATE INDEX ON p (x);",
    ),
    (
        "CREATE TABLE t (id int, d date) PARTITION BY RANGE (d);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
         CREATE INDEX td ON t (d); INSERT INTO t VALUES (1, '2020-02-02');",
        "CREATE TABLE t (id int NOT NULL, d date) PARTITION BY RANGE (d);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
         CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
         CREATE INDEX td ON t (d); CREATE INDEX ti ON t (id); CREATE TABLE o (id int); CREATE INDEX oi ON o (id);",
    ),
    (
        "CREATE TABLE t (id int, d date, r int) PARTITION BY RANGE (d);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (r);
         CREATE TABLE t1a PARTITION OF t1 FOR VALUES IN (1); CREATE TABLE z (a int);",
        "CREATE TABLE t (id int NOT NULL, d date, r int, q text DEFAULT 'x') PARTITION BY RANGE (d);
         CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (r);
         CREATE TABLE t1a PARTITION OF t1 FOR VALUES IN (1); CREATE TABLE t1b PARTITION OF t1 FOR VALUES IN (2);
         CREATE TABLE z (a int); CREATE INDEX za ON z (a); ALTER TABLE t ADD CONSTRAINT ck CHECK (id > 0);
         CREATE INDEX tr ON t (r);",
    ),
];

#[test]
fn stopped_before_each_unit_and_taken_back() {
    for (before, after) in ENTANGLED {
        let Some(ground) = Ground::postgres(before, after) else { return };
        let mut wrong = Vec::new();
        for then in [Then::Resume, Then::RollBack] {
            for count in 1..=400 {
                match one(&ground, "before intent", count, then) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(why) => {
                        wrong.push(format!("before unit {count}, then {then:?}: {why}"));
                        if count > 40 {
                            break;
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{before}\n{}", wrong.join("\n"));
    }
}

#[test]
fn a_rollback_that_is_killed_and_resumed_ends_both_runs() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    for stopped_at in [None, Some(5)] {
        ground.fresh("victim");
        let reached = ground.desk.path("reached");
        match stopped_at {
            None => assert!(ground.run("victim").status().unwrap().success()),
            Some(count) => drop(killed_at(ground.run("victim"), "before intent", count, &reached)),
        }
        let url = ground.url("victim");
        let back = ground.desk.command(&["rollback", "plan", "--on", &url, "--allow-destructive"]);
        assert!(matches!(killed_at(back, "before intent", 2, &reached), End::Killed));
        let resumed = ground.resume("victim");
        assert_eq!(resumed.code, 0, "{}", resumed.err);
        ground.is_before("victim").unwrap();
        let again = ground.roll_back("victim");
        assert!(again.code == 2 && again.err.contains("nothing to take back"), "{}", again.err);
        assert!(ground.run("victim").status().unwrap().success(), "the way is free again");
        ground.is_after("victim").unwrap();
    }
}

#[test]
fn a_run_that_sent_nothing_is_in_nobody_s_way() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    ground.fresh("victim");
    let reached = ground.desk.path("reached");
    assert!(matches!(killed_at(ground.run("victim"), "before intent", 1, &reached), End::Killed));
    assert!(ground.run("victim").status().unwrap().success());
    ground.is_after("victim").unwrap();
}

#[test]
fn an_index_of_somebody_else_is_not_taken_for_ours() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    ground.fresh("victim");
    let reached = ground.desk.path("reached");
    assert!(matches!(killed_at(ground.run("victim"), "after intent", 3, &reached), End::Killed));
    let server = ground.server().unwrap();
    server.psql(&ground.database("victim"), &["-c", "CREATE INDEX orders_day ON orders (note)"]).unwrap();
    for answer in [ground.resume("victim"), ground.roll_back("victim")] {
        assert_eq!(answer.code, 6, "{}{}", answer.out, answer.err);
        assert!(answer.err.contains("it is not the one of the plan"), "{}", answer.err);
    }
    assert_eq!(ground.ask("victim", "SELECT count(*) FROM pg_class WHERE relname = 'orders_day'"), ["1"]);
    server.psql(&ground.database("victim"), &["-c", "DROP INDEX orders_day"]).unwrap();
    let resumed = ground.resume("victim");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    ground.is_after("victim").unwrap();
}

/// What was sent and never answered is compared with what it might have changed, as that was before: it counts as
/// applied where it is as the plan wants it, whoever did it, and as nothing that is known where it is neither.
#[test]
fn a_table_that_somebody_else_changed_meanwhile_is_not_taken_for_ours_on_mariadb() {
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    let reached = ground.desk.path("reached");
    let killed = |ground: &Ground| {
        ground.fresh("victim");
        assert!(matches!(killed_at(ground.run("victim"), "after intent", 2, &reached), End::Killed));
    };
    killed(&ground);
    ground.change("victim", "ALTER TABLE customers ADD COLUMN z int");
    for answer in [ground.resume("victim"), ground.roll_back("victim")] {
        assert_eq!(answer.code, 6, "{}{}", answer.out, answer.err);
        assert!(answer.err.contains("neither what it was before the plan"), "{}", answer.err);
    }
    ground.change("victim", "ALTER TABLE customers DROP COLUMN z");
    let resumed = ground.resume("victim");
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    ground.is_after("victim").unwrap();
    // Somebody sends the very statement by hand.
    killed(&ground);
    ground.change(
        "victim",
        "ALTER TABLE customers MODIFY email varchar(80) NOT NULL, ADD COLUMN since date DEFAULT '2026-01-01', \
         ADD UNIQUE KEY customers_email (email)",
    );
    let resumed = ground.resume("victim");
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    ground.is_after("victim").unwrap();
    // And one in the way of nothing, on a table that the statement does not touch.
    killed(&ground);
    ground.change("victim", "CREATE TABLE elsewhere (id int PRIMARY KEY)");
    assert_eq!(ground.roll_back("victim").code, 0);
    ground.change("victim", "DROP TABLE elsewhere");
    ground.is_before("victim").unwrap();
}

/// N2: the process dies once its COMMIT is through and before it hears of it. The journal settles it, every time.
#[test]
fn n2_a_commit_that_nobody_heard_of_is_settled_by_the_journal_on_sqlite() {
    let mut trial = Trial::new("N2", "SL");
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    while trial.runs < 100 {
        let so_far = trial.runs;
        for count in 1.. {
            match one(&ground, "after answer", count, Then::Resume) {
                Ok(false) => break,
                told => trial.ran(format!("commit {count}"), told.map(drop)),
            }
        }
        assert!(trial.runs > so_far, "it was never killed");
    }
    trial.end(100);
}
