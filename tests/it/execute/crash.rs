//! C1: the process is killed at every boundary of a plan, then resumed, and again taken back. The database ends where
//! it should by the server's own words, no row is lost, and no statement outside a transaction was sent twice.

use super::ground::{End, Ground, LITE_AFTER, LITE_BEFORE, PG_AFTER, PG_BEFORE, killed_at};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Resume,
    RollBack,
}

/// Every passing of every point until the run comes to its end; `rounds` times.
fn every_boundary(ground: &Ground, rounds: usize) {
    let (mut kills, mut wrong) = (0, Vec::new());
    for point in migrator_tui::promote::POINTS {
        for then in [Then::Resume, Then::RollBack] {
            for count in 1.. {
                let mut over = false;
                for _ in 0..rounds {
                    match one(ground, point, count, then) {
                        Ok(true) => kills += 1,
                        Ok(false) => over = true,
                        Err(why) => wrong.push(format!("{point}:{count}, then {then:?}: {why}")),
                    }
                }
                if over {
                    break;
                }
            }
        }
    }
    println!(
        "C1  {}  {kills} kills, {} failures",
        if ground.server().is_some() { "PG" } else { "SL" },
        wrong.len()
    );
    assert!(wrong.is_empty(), "{} of {kills}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(kills > 10, "{kills} kills: the points are not there");
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

fn rounds() -> usize {
    if std::env::var_os("MIGRATOR_TEST_FULL").is_some() { 3 } else { 1 }
}

#[test]
fn killed_at_every_boundary_on_postgres() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    every_boundary(&ground, rounds());
}

#[test]
fn killed_at_every_boundary_on_sqlite() {
    every_boundary(&Ground::sqlite(LITE_BEFORE, LITE_AFTER), rounds());
}
