//! Two at once, and others in the way: one run per database, and nobody waits for us longer than the lock timeout.

use std::process::Stdio;

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, PG_AFTER, PG_BEFORE};
use crate::cli::Answer;
use crate::ids::{self, Trial};

/// O1: pairs that begin together. One runs, the other sends nothing and learns why.
fn pairs(mut trial: Trial, ground: &Ground) {
    for pair in 0..ids::count(100, 500, 500) {
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
    trial.end(1);
}

#[test]
fn of_two_that_begin_together_one_runs_on_postgres() {
    let trial = Trial::new("O1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    pairs(trial, &ground);
}

#[test]
fn of_two_that_begin_together_one_runs_on_sqlite() {
    pairs(Trial::new("O1", "SL"), &Ground::sqlite(LITE_BEFORE, LITE_AFTER));
}
