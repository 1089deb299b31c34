//! C2: the process is killed at a random moment while its statement works on the server, and somebody goes on at once.
//! The statement that outlived its owner is found and waited for, and it is never sent a second time.

use std::time::Duration;

use super::ground::{Ground, kill};
use super::private_mariadb::Private;
use crate::ids::{self, Trial};

/// Copied as a whole by what the plan does to it, which takes a second or two.
const BEFORE: &str = "
    CREATE TABLE readings (id int PRIMARY KEY, label varchar(200) NOT NULL, level int);
    INSERT INTO readings SELECT seq, REPEAT('x', 150), seq % 7 FROM seq_1_to_150000;";
const AFTER: &str = "
    CREATE TABLE readings (id int PRIMARY KEY, label varchar(200) NOT NULL, level int,
        KEY readings_label (label), CONSTRAINT low CHECK (level < 9));
    CREATE TABLE later (id int PRIMARY KEY);";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Resume,
    RollBack,
}

/// How often the table was changed since the server began. The plan itself, kept beside the journal, does not count.
fn changes(server: &Private) -> u64 {
    let log = std::fs::read_to_string(server.log()).unwrap_or_default();
    log.lines().filter(|line| line.contains("Query\tALTER TABLE `readings`")).count() as u64
}

#[test]
fn c2_a_statement_that_outlives_its_owner_is_waited_for() {
    let seed = ids::seed(11);
    let mut trial = Trial::new("C2", "MA").seeded(seed);
    let Some(server) = Private::start() else { return };
    let ground = Ground::on_mariadb(server.server(), BEFORE, AFTER);
    let (mut state, mut found) = (seed, 0);
    let cases = ids::count(20, 20, 200);
    for case in 0..cases {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let then = if case % 4 == 3 { Then::RollBack } else { Then::Resume };
        let told = one(&ground, &server, Duration::from_millis((state >> 33) % 900), then);
        found += usize::from(told.as_ref().is_ok_and(|orphan| *orphan));
        trial.ran(format!("case {case}, then {then:?}"), told.map(drop));
    }
    assert!(found * 2 > cases, "{found} of {cases} statements outlived their owners");
    trial.end(20);
}

/// Whether the statement was found at work.
fn one(ground: &Ground, server: &Private, after: Duration, then: Then) -> Result<bool, String> {
    ground.fresh("victim");
    let sent = changes(server);
    let mut victim = ground.run("victim").spawn().unwrap();
    while changes(server) == sent {
        if victim.try_wait().unwrap().is_some() {
            return Err("it was never sent".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(after);
    kill(&mut victim);
    let answer = match then {
        Then::Resume => ground.resume("victim"),
        Then::RollBack => ground.roll_back("victim"),
    };
    let told = || format!("exit {}: {}{}", answer.code, answer.out, answer.err);
    if answer.code != 0 {
        return Err(told());
    }
    let state = match then {
        Then::Resume => ground.is_after("victim"),
        Then::RollBack => ground.is_before("victim"),
    };
    state.map_err(|why| format!("{why}\n{}", told()))?;
    // Forward once, and back once where it was taken back.
    let wanted = sent + if then == Then::RollBack { 2 } else { 1 };
    let now = changes(server);
    if now != wanted {
        return Err(format!("the table was changed {} times, not {}\n{}", now - sent, wanted - sent, told()));
    }
    Ok(answer.err.contains("still works"))
}
