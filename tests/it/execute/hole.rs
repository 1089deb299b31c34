//! N3: the network swallows everything while the server works on a statement: no answer, no reset. The command goes on
//! telling that it waits, it can be stopped, and once the network is back the run is settled and goes on.

use std::io::{BufRead, BufReader};
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Answer;
use crate::ids::{self, Trial};

use super::ground::{Ground, PG_AFTER, PG_BEFORE};
use super::network::{far, server};
use super::wire::{Cut, Wire};

#[test]
fn n3_a_hole_in_the_network_is_told_and_left() {
    let trial = Mutex::new(Trial::new("N3", "PG"));
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let cases = ids::count(10, 20, 20);
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
    trial.into_inner().unwrap().end(cases);
}

fn one(ground: &Ground, words: &[String], case: usize) -> Result<(), String> {
    let victim = format!("hole_{case}");
    let wire = Wire::lay(server(ground), Cut::HoleAfterDefinition(1 + case / 2 % 5));
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
    wire.end();
    let resumed = ground.desk.run(&["resume", "--on", &ground.url(&victim)]);
    let state = match resumed.code {
        0 => ground.is_after(&victim),
        // Nothing of it was ever done.
        2 => ground.is_before(&victim),
        _ => Err("it does not go on".into()),
    };
    state.map_err(|why| {
        format!("{why}\n{said}\nresume: exit {}: {}{}", resumed.code, resumed.out, resumed.err)
    })
}
