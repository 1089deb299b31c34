//! N1 and N2: the wire is cut at each message, and each answer to a COMMIT is lost. What the run says of itself is
//! never wrong: resumed from there it ends where the plan leads, and nothing that took effect is sent again.

use super::ground::{Ground, PG_AFTER, PG_BEFORE};
use super::wire::{Cut, Wire};
use crate::cli::Answer;

fn through(ground: &Ground, wire: &Wire, database: &str) -> Answer {
    let url = url::Url::parse(&ground.url(database)).unwrap();
    let far = {
        let mut far = url.clone();
        far.set_port(Some(wire.port)).unwrap();
        far.to_string()
    };
    let mut arguments = vec!["run".to_owned(), "plan".into(), "--on".into(), far];
    arguments.extend(ground.acknowledged());
    ground.desk.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn server(ground: &Ground) -> String {
    let url = url::Url::parse(&ground.url("before")).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

/// One run with a cut. `Ok(false)`: it came to its end before that.
fn one(ground: &Ground, cut: Cut) -> Result<bool, String> {
    let victim = "wire";
    ground.fresh(victim);
    let wire = Wire::lay(server(ground), cut);
    let answer = through(ground, &wire, victim);
    let told = |answer: &Answer| format!("exit {}: {}{}", answer.code, answer.out, answer.err);
    if !wire.was_cut() {
        return if answer.code == 0 { Ok(false) } else { Err(format!("not cut, and yet {}", told(&answer))) };
    }
    // Where it got through again it may have settled all by itself.
    if answer.code != 0 {
        let resumed = ground.resume(victim);
        let nothing = resumed.code == 2;
        if nothing {
            // Nothing was applied, or everything.
            let (before, after) = (ground.is_before(victim), ground.is_after(victim));
            return match (before, after) {
                (Ok(()), _) | (_, Ok(())) => Ok(true),
                (Err(why), _) => Err(format!("{why}\n{}\n{}", told(&answer), told(&resumed))),
            };
        }
        if resumed.code != 0 {
            return Err(format!("{}\n{}", told(&answer), told(&resumed)));
        }
    }
    ground.is_after(victim).map_err(|why| format!("{why}\n{}", told(&answer)))?;
    Ok(true)
}

fn report(id: &str, runs: usize, wrong: &[String]) {
    println!("{id}  PG  {runs} runs, {} failures", wrong.len());
    assert!(wrong.is_empty(), "{} of {runs}:\n{}", wrong.len(), wrong.join("\n"));
}

fn is_full() -> bool {
    std::env::var_os("MIGRATOR_TEST_FULL").is_some()
}

#[test]
fn the_wire_is_cut_at_each_message() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let step = if is_full() { 1 } else { 4 };
    let (mut runs, mut wrong) = (0, Vec::new());
    for number in (1..).step_by(step) {
        match one(&ground, Cut::Message(number)) {
            Ok(false) => break,
            Ok(true) => runs += 1,
            Err(why) => wrong.push(format!("message {number}: {why}")),
        }
    }
    assert!(runs > 20, "{runs} runs: the wire was never cut");
    report("N1", runs, &wrong);
}

#[test]
fn the_answer_to_a_commit_is_lost() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let rounds = if is_full() { 15 } else { 3 };
    let (mut runs, mut wrong) = (0, Vec::new());
    for _ in 0..rounds {
        for number in 1.. {
            match one(&ground, Cut::AnswerToCommit(number)) {
                Ok(false) => break,
                Ok(true) => runs += 1,
                Err(why) => wrong.push(format!("commit {number}: {why}")),
            }
        }
    }
    assert!(runs > 5, "{runs} runs: no answer was ever lost");
    report("N2", runs, &wrong);
}
