//! Two at once: one run per database, and of two who want different things of one run one is first.

use std::process::Stdio;

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};
use crate::cli::Answer;
use crate::ids::{self, Trial};

/// O1: pairs that begin together. One runs, the other sends nothing and learns why. I2: so no two units are under way in
/// one database.
fn pairs(mut trial: Trial, ground: &Ground, count: usize) {
    for pair in 0..count {
        ground.fresh("race");
        let children: Vec<_> = (0..2)
            .map(|_| ground.run("race").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        let answers: Vec<Answer> =
            children.into_iter().map(|child| Answer::of(child.wait_with_output().unwrap())).collect();
        let ran =
            answers.iter().filter(|answer| answer.code == 0 && answer.out.contains("statements in")).count();
        let turned_away = answers.iter().filter(|answer| {
            answer.code == 5 && (answer.err.contains("under way") || answer.err.contains("about to run"))
                // Too late for a race: the other one was done already.
                || answer.code == 0 && answer.out.contains("has all of it already")
        });
        let result = if (ran, turned_away.count()) == (1, 1) {
            ground.is_after("race")
        } else {
            let told = |answer: &Answer| format!("{} {}{}", answer.code, answer.out, answer.err);
            Err(answers.iter().map(told).collect::<Vec<_>>().join("\n"))
        };
        trial.ran(format!("pair {pair}"), result);
    }
    trial.end(count);
}

#[test]
fn of_two_that_begin_together_one_runs_on_postgres() {
    let trial = Trial::new("O1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    pairs(trial, &ground, ids::count(100, 500, 500));
}

#[test]
fn of_two_that_begin_together_one_runs_on_mariadb() {
    let trial = Trial::new("O1", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    pairs(trial, &ground, ids::count(20, 100, 500));
}

/// O3: one takes back what another one goes on with, at the same moment. One of them is first; the other one is turned
/// away, or finds the run as the first has left it. I9: whoever takes back takes back what the journal calls applied and
/// nothing else, or the database would stand somewhere in between.
#[cfg(feature = "faults")]
fn back_and_on(mut trial: Trial, ground: &Ground, units: usize) {
    use super::ground::{End, killed_at};
    for case in 0..ids::count(12, 40, 100) {
        ground.fresh("race");
        let killed =
            killed_at(ground.run("race"), "after intent", 2 + case % units, &ground.desk.path("reached"));
        if let End::Finished(answer) = killed {
            trial
                .ran(format!("case {case}"), Err(format!("it was not killed: {}{}", answer.out, answer.err)));
            continue;
        }
        let url = ground.url("race");
        let words =
            [&["resume", "--on", &url][..], &["rollback", "plan", "--on", &url, "--allow-destructive"][..]];
        let children = words.map(|words| {
            ground.desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        let [on, back] = children.map(|child| Answer::of(child.wait_with_output().unwrap()));
        let told = format!("{} {}{}\n{} {}{}", on.code, on.out, on.err, back.code, back.out, back.err);
        let state = match (on.code, back.code) {
            (0 | 2 | 5, 0) => ground.is_before("race"),
            (0, 2 | 5) => ground.is_after("race"),
            _ => Err("neither came through".into()),
        };
        // The journal can be read, and nothing in it is left open.
        let left = ground.resume("race");
        let linear = match left.code {
            2 if left.err.contains("there is nothing to resume") => Ok(()),
            code => Err(format!("what is left: {code} {}", left.err)),
        };
        trial.ran(format!("case {case}"), state.and(linear).map_err(|why| format!("{why}\n{told}")));
    }
    trial.end(12);
}

#[cfg(feature = "faults")]
#[test]
fn o3_of_one_who_goes_on_and_one_who_takes_back_one_is_first_on_postgres() {
    let trial = Trial::new("O3", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    back_and_on(trial, &ground, 4);
}

#[cfg(feature = "faults")]
#[test]
fn o3_of_one_who_goes_on_and_one_who_takes_back_one_is_first_on_mariadb() {
    let trial = Trial::new("O3", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    back_and_on(trial, &ground, 5);
}

#[cfg(feature = "faults")]
#[test]
fn o3_of_one_who_goes_on_and_one_who_takes_back_one_is_first_on_sqlite() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    // Without it everything is one transaction.
    let update = "UPDATE orders SET status = 'new' WHERE status IS NULL";
    super::backfill::with_update(&ground, "status TEXT", update, None);
    back_and_on(Trial::new("O3", "SL"), &ground, 1);
}

#[test]
fn of_two_that_begin_together_one_runs_on_sqlite() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    pairs(Trial::new("O1", "SL"), &ground, ids::count(100, 500, 500));
}
