//! N3: the network swallows everything while the server works on a statement: no answer, no reset. The command goes on
//! telling that it waits, it can be stopped, and where nobody stops it it gives the session up after a time that it said
//! before. Once the network is back the run is settled and goes on. A server that answers is never given up.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr};
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Answer;
use crate::ids::Trial;

use super::ground::{Ground, PG_AFTER, PG_BEFORE};
use super::network::{far, server};
use super::wire::{Cut, DEFINITIONS, Wire};

#[test]
fn n3_a_hole_in_the_network_is_told_and_left() {
    let trial = Mutex::new(Trial::new("N3", "PG"));
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let cases = 20;
    let words = ground.acknowledged();
    for case in 0..cases {
        ground.fresh(&format!("hole_{case}"));
    }
    // They wait most of the time, and may do so together.
    std::thread::scope(|scope| {
        for case in 0..cases {
            let (ground, words, trial) = (&ground, &words, &trial);
            scope.spawn(move || {
                let told = one(ground, words, case);
                trial.lock().unwrap().ran(format!("case {case}"), told);
            });
        }
    });
    trial.into_inner().unwrap().end(20);
}

fn one(ground: &Ground, words: &[String], case: usize) -> Result<(), String> {
    let victim = format!("hole_{case}");
    let wire = Wire::lay(server(ground), Cut::HoleAfter(DEFINITIONS, 1 + case / 2 % 5));
    let url = format!("{}?connect_timeout=2", far(ground, &wire, &victim));
    let mut all = vec!["run", "plan", "--on", &url];
    all.extend(words.iter().map(String::as_str));
    let mut child = ground.desk.command(&all).spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    // It tells that it works on the statement, though nothing comes any more.
    let mut told = 0;
    while told < 2 {
        let start = said.len();
        if lines.read_line(&mut said).unwrap() == 0 {
            let answer = Answer::of(child.wait_with_output().unwrap());
            return Err(format!("exit {} before anybody stopped it: {}{said}", answer.code, answer.out));
        }
        told += usize::from(wire.was_cut() && said[start..].contains("works for"));
    }
    if case.is_multiple_of(4) {
        return left_alone(ground, &victim, (child, lines, said), &wire);
    }
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).unwrap();
    // Half of the people have no patience.
    if case.is_multiple_of(2) {
        std::thread::sleep(std::time::Duration::from_millis(300));
        // It may have left already.
        let _ = kill_process(pid, Signal::INT);
    }
    let answer = Answer::of(child.wait_with_output().unwrap());
    std::io::Read::read_to_string(&mut lines, &mut said).unwrap();
    if ![130, 6].contains(&answer.code) {
        return Err(format!("exit {}: {}{said}", answer.code, answer.out));
    }
    settled(ground, &victim, &said, &wire)
}

/// Nobody stops it: it says when it gives the session up, and then that it does not know.
fn left_alone(
    ground: &Ground,
    victim: &str,
    (child, mut lines, mut said): (Child, BufReader<ChildStderr>, String),
    wire: &Wire,
) -> Result<(), String> {
    std::io::Read::read_to_string(&mut lines, &mut said).unwrap();
    let answer = Answer::of(child.wait_with_output().unwrap());
    let words =
        ["nothing is heard of the server for", "given up in", "nothing was heard of the server", "resume"];
    match words.into_iter().find(|words| !said.contains(words)) {
        _ if answer.code != 6 => Err(format!("exit {}: {}{said}", answer.code, answer.out)),
        Some(missing) => Err(format!("`{missing}` is not said: {said}")),
        None => settled(ground, victim, &said, wire),
    }
}

/// The network is back: the run is settled by asking, and goes on.
fn settled(ground: &Ground, victim: &str, said: &str, wire: &Wire) -> Result<(), String> {
    wire.end();
    let resumed = ground.desk.run(&["resume", "--on", &ground.url(victim)]);
    let state = match resumed.code {
        0 => ground.is_after(victim),
        // Nothing of it was ever done.
        2 => ground.is_before(victim),
        _ => Err("it does not go on".into()),
    };
    state.map_err(|why| {
        format!("{why}\n{said}\nresume: exit {}: {}{}", resumed.code, resumed.out, resumed.err)
    })
}

#[test]
fn n3_a_statement_that_works_long_is_not_given_up_while_its_server_answers() {
    let trial = Trial::new("N3", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    ground.fresh("long");
    // A check of every row that takes its time: longer in all than the silence that is borne.
    ground.change("long", "CREATE FUNCTION slowly() RETURNS event_trigger LANGUAGE plpgsql AS \
        'BEGIN IF (SELECT count(*) FROM pg_event_trigger_ddl_commands() WHERE object_identity = ''public.orders_day'') > 0 \
         THEN PERFORM pg_sleep(36); END IF; END'");
    ground.change("long", "CREATE EVENT TRIGGER slow ON ddl_command_end EXECUTE FUNCTION slowly()");
    let answer = Answer::of(ground.run("long").output().unwrap());
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("works for 3") && !answer.err.contains("nothing is heard"), "{}", answer.err);
    let mut trial = trial;
    trial.passed();
}

/// What is sent beside the statements of a plan, and which of it: settings of both sessions and of a statement,
/// beginnings of transactions, the questions for the lease, records of the journal.
const BESIDE: [(&[&str], usize); 12] = [
    (&["SET "], 2),
    (&["SET "], 14),
    (&["SET "], 20),
    (&["BEGIN"], 1),
    (&["BEGIN"], 2),
    (&["BEGIN"], 4),
    (&["SELECT fence"], 2),
    (&["INSERT INTO migrator."], 2),
    (&["INSERT INTO migrator."], 3),
    (&["INSERT INTO migrator."], 4),
    (&["INSERT INTO migrator."], 7),
    (&["COMMIT"], 2),
];

#[test]
fn n3_a_hole_beside_the_statements_is_told_and_left() {
    let trial = Mutex::new(Trial::new("N3", "PG"));
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let words = ground.acknowledged();
    std::thread::scope(|scope| {
        for (case, (begins, number)) in BESIDE.into_iter().enumerate() {
            let victim = format!("beside_{case}");
            ground.fresh(&victim);
            let (ground, words, trial) = (&ground, &words, &trial);
            scope.spawn(move || {
                let told = beside(ground, words, &victim, Cut::HoleAfter(begins, number));
                trial.lock().unwrap().ran(format!("{begins:?} {number}"), told);
            });
        }
    });
    trial.into_inner().unwrap().end(BESIDE.len());
}

fn beside(ground: &Ground, words: &[String], victim: &str, cut: Cut) -> Result<(), String> {
    let wire = Wire::lay(server(ground), cut);
    let url = format!("{}?connect_timeout=2", far(ground, &wire, victim));
    let mut all = vec!["run", "plan", "--on", &url];
    all.extend(words.iter().map(String::as_str));
    let answer = ground.desk.run(&all);
    let said = format!("exit {}: {}{}", answer.code, answer.out, answer.err);
    if !wire.was_cut() {
        return Err(format!("it never came so far: {said}"));
    }
    let told = ["nothing is heard of the server for", "given up in", "nothing was heard of the server"];
    match told.into_iter().find(|words| !answer.err.contains(words)) {
        _ if answer.code == 0 => Err(said),
        Some(missing) => Err(format!("`{missing}` is not said: {said}")),
        None => settled(ground, victim, &said, &wire),
    }
}
