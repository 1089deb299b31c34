//! Two at once, and others in the way: one run per database, and nobody waits for us longer than the lock timeout.

use std::process::Stdio;

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, PG_AFTER, PG_BEFORE};
use crate::cli::Answer;

/// O1: pairs that begin together. One runs, the other sends nothing and learns why.
fn pairs(ground: &Ground, count: usize) {
    let mut wrong = Vec::new();
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
        if (ran, turned_away.count()) != (1, 1) {
            let told = |answer: &Answer| format!("{} {}{}", answer.code, answer.out, answer.err);
            wrong.push(format!("pair {pair}: {}", answers.iter().map(told).collect::<Vec<_>>().join("\n")));
        }
        if let Err(why) = ground.is_after("race") {
            wrong.push(format!("pair {pair}: {why}"));
        }
    }
    println!(
        "O1  {}  {count} pairs, {} failures",
        if ground.server().is_some() { "PG" } else { "SL" },
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn count() -> usize {
    if std::env::var_os("MIGRATOR_TEST_FULL").is_some() { 500 } else { 100 }
}

#[test]
fn of_two_that_begin_together_one_runs_on_postgres() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    pairs(&ground, count());
}

#[test]
fn of_two_that_begin_together_one_runs_on_sqlite() {
    pairs(&Ground::sqlite(LITE_BEFORE, LITE_AFTER), count());
}
