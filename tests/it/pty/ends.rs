//! T2, T3 and T4 of the reliability tests on the real program: told to end at rest and at work, left without its
//! terminal, in a storm of sizes, and pasted more than anybody could mean.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ids::Trial;

use super::is_full;
use super::session::{DEADLINE, Session, peak_memory};
use super::signals::gone_after;
use super::workbench::{PROGRAM, SIZE, at_work, in_a_home};

/// How often each: the stage has had the full count in every run.
fn rounds() -> usize {
    if is_full() { 20 } else { 4 }
}

const SIGNALS: [(Signal, &str); 4] =
    [(Signal::HUP, "SIGHUP"), (Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT"), (Signal::QUIT, "SIGQUIT")];

/// T2: told to end, the terminal is given back at once and what was decided is kept.
#[test]
fn t2_the_workbench_ends_in_order_when_told() {
    let mut trial = Trial::new("T2", "-");
    for (signal, word) in SIGNALS {
        let home = tempfile::tempdir().unwrap();
        let mut fastest = DEADLINE;
        for round in 0..rounds() {
            let mut session = at_work(home.path());
            session.send("]c");
            if round == 0 {
                session.send("a");
            }
            session.wait_until("a mark", |screen| !screen.contents().contains("reviewed 0/"));
            let start = Instant::now();
            session.signal(signal);
            assert!(!session.end().success(), "{word} counts as success");
            fastest = fastest.min(start.elapsed());
            session.assert_given_back(&[]);
            trial.passed();
        }
        assert!(fastest < Duration::from_millis(500), "{word}: {fastest:?} at best");
    }
}

/// T2: the same at some moment of a rehearsal, which is the work under way; the scratch databases go with it.
#[test]
fn t2_the_workbench_ends_in_order_in_the_middle_of_work() {
    let mut trial = Trial::new("T2", "-");
    for (signal, word) in SIGNALS {
        let home = tempfile::tempdir().unwrap();
        let scratch = home.path().join("scratch");
        std::fs::create_dir(&scratch).unwrap();
        for round in 0..rounds() {
            let mut command = in_a_home(home.path(), &[PROGRAM, "demo"]);
            command.env("TMPDIR", &scratch);
            let mut session = Session::start(command, SIZE.0, SIZE.1);
            session.wait_for("not proven");
            session.send("\r\x1b[15~");
            std::thread::sleep(Duration::from_millis(round as u64 * 7));
            session.signal(signal);
            assert!(!session.end().success(), "{word} counts as success");
            session.assert_given_back(&[]);
            trial.passed();
            let left: Vec<_> =
                std::fs::read_dir(&scratch).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert!(left.is_empty(), "{word} in round {round} leaves {left:?}");
        }
    }
}

/// T3: the terminal is gone, and no signal has told of it.
#[test]
fn t3_the_workbench_ends_without_its_terminal() {
    let mut trial = Trial::new("T3", "-");
    let mut fastest = DEADLINE;
    for _ in 0..rounds() {
        let home = tempfile::tempdir().unwrap();
        // The number of the process is written down, because the screen belongs to the workbench.
        let script = format!("trap '' HUP; sh -c 'echo $$ >number; exec \"{PROGRAM}\" demo'; exit 0");
        let mut session = Session::start(in_a_home(home.path(), &["sh", "-c", &script]), SIZE.0, SIZE.1);
        session.wait_for("6 errors");
        let number = std::fs::read_to_string(home.path().join("number")).unwrap();
        session.hang_up();
        fastest = fastest.min(gone_after(number.trim().parse().unwrap()).0);
        trial.passed();
    }
    assert!(fastest < Duration::from_secs(2), "{fastest:?} at best");
}

/// T4: every pane at every size, while it is walked through.
#[test]
fn t4_the_workbench_in_a_storm_of_sizes() {
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    let seed = std::process::id();
    println!("seed {seed}");
    let mut state = u64::from(seed);
    let mut next = |most: u16| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 33) % u64::from(most)) as u16
    };
    // No key that writes, quits, or waits for a text.
    let keys = [
        "j", "k", "]c", "[c", "1", "2", "3", "4", "5", "6", "z", "s", "x", "?", "q", "G", "gg", "\t", "\x04",
    ];
    for round in 0..1000 {
        match round % 50 {
            0 => session.resize(1, 1),
            1 => session.resize(500, 200),
            _ => session.resize(next(500) + 1, next(200) + 1),
        }
        session.send(keys[usize::from(next(keys.len() as u16))]);
        // Now and then long enough for a size to be taken over and drawn.
        std::thread::sleep(Duration::from_millis(if round % 10 == 0 { 120 } else { 1 }));
    }
    session.resize(SIZE.0, SIZE.1);
    // One level out of whatever is open, if anything is.
    session.send("\x03?");
    session.wait_for("┏ keys ━");
    session.send("q");
    let peak = peak_memory(session.pid());
    assert!(peak < 200 << 20, "{peak} bytes of memory");
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

/// T4: ten megabytes where text is typed, and where it is not.
#[test]
fn t4_huge_pastes_into_the_workbench() {
    let home = tempfile::tempdir().unwrap();
    let mut session = at_work(home.path());
    let line = "insert into t values (1, 'some text that is pasted');\n";
    let text = line.repeat((10 << 20) / line.len());
    for round in 0..5 {
        // Into the trees, then into the script, in both its modes.
        session.send(["", "4", "i", "", ""][round]);
        let part = &text[round..];
        session.send(format!("\x1b[200~{part}\x1b[201~"));
        session.wait_for(&format!("a paste of {} bytes is too long", part.len()));
        let peak = peak_memory(session.pid());
        assert!(peak < 200 << 20, "round {round}: {peak} bytes of memory");
    }
    session.send("\x1b");
    session.wait_until("the end of typing", |screen| !screen.contents().contains("typing"));
    session.send("Q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}
