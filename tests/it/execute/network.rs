//! N1 and N2: the wire is cut at each message, and each answer to a COMMIT is lost. What the run says of itself is
//! never wrong: resumed from there it ends where the plan leads, and nothing that took effect is sent again.

use super::ground::{Ground, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};
use super::wire::{Cut, Wire};
use crate::cli::Answer;
use crate::ids::{self, Trial};

/// The database behind the wire.
pub fn far(ground: &Ground, wire: &Wire, database: &str) -> String {
    let mut far = url::Url::parse(&ground.url(database)).unwrap();
    far.set_port(Some(wire.port)).unwrap();
    far.to_string()
}

fn through(ground: &Ground, wire: &Wire, database: &str) -> Answer {
    let mut arguments = vec!["run".to_owned(), "plan".into(), "--on".into(), far(ground, wire, database)];
    arguments.extend(ground.acknowledged());
    ground.desk.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

pub fn server(ground: &Ground) -> String {
    let url = url::Url::parse(&ground.url("before")).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

/// One run with a cut. `Ok(false)`: it came to its end before that.
fn one(ground: &Ground, victim: &str, cut: Cut) -> Result<bool, String> {
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

/// I1, I3, I6: wherever it is cut, what the journal holds is true of the server, and a unit without an outcome is asked
/// for before anything else is sent.
#[test]
fn the_wire_is_cut_at_each_message() {
    let trial = Trial::new("N1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    cut_everywhere(trial, &ground, ids::count(4, 1, 1));
}

#[test]
fn the_wire_is_cut_at_each_message_on_mariadb() {
    let trial = Trial::new("N1", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    cut_everywhere(trial, &ground, ids::count(9, 1, 1));
}

fn cut_everywhere(mut trial: Trial, ground: &Ground, step: usize) {
    for number in (1..).step_by(step) {
        match one(ground, "wire", Cut::Message(number)) {
            Ok(false) => break,
            told => trial.ran(format!("message {number}"), told.map(drop)),
        }
    }
    trial.end(21);
}

/// I3: the outcome is in the transaction whose answer was lost, so that it is there exactly if the unit is.
#[test]
fn the_answer_to_a_commit_is_lost() {
    let mut trial = Trial::new("N2", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let mut commits = 0;
    while matches!(one(&ground, "wire", Cut::AnswerToCommit(commits + 1)), Ok(true)) {
        commits += 1;
    }
    assert!(commits > 1, "{commits}");
    trial.side_by_side(100, 2, |lane, case| {
        one(&ground, &format!("wire_{lane}"), Cut::AnswerToCommit(1 + case % commits)).map(drop)
    });
    trial.end(100);
}
