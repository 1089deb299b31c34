//! T4: sizes that change all the time, huge pastes, a terminal that stops reading.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::session::{Session, peak_memory};
use super::{is_full, playing, stage};

#[test]
fn t4_a_storm_of_sizes() {
    let mut session = playing("counts");
    let seed = std::process::id();
    println!("seed {seed}");
    let mut state = u64::from(seed);
    let mut next = |most: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        u16::try_from((state >> 33) % most + 1).unwrap()
    };
    for round in 0..1000 {
        match round % 50 {
            0 => session.resize(1, 1),
            1 => session.resize(500, 200),
            _ => session.resize(next(500), next(200)),
        }
        // Now and then long enough for a size to be taken over and drawn.
        std::thread::sleep(Duration::from_millis(if round % 25 == 0 { 120 } else { 1 }));
    }
    session.resize(90, 25);
    session.wait_for("size 90x25");
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

#[test]
fn t4_huge_pastes() {
    let mut session = playing("plain");
    let line = "insert into t values (1, 'some text that is pasted');\n";
    let text = line.repeat((10 << 20) / line.len());
    let pasted = format!("\x1b[200~{text}\x1b[201~");
    for round in 0..5 {
        session.send(&pasted);
        session.wait_for(&format!("refused {} bytes", text.len()));
        session.send("\x1b[200~small\x1b[201~");
        session.wait_for("pasted 5 bytes");
        session.send("x");
        session.wait_for("last x");
        let peak = peak_memory(session.pid());
        assert!(peak < 200 << 20, "round {round}: {peak} bytes of memory");
    }
}

#[test]
fn t4_a_terminal_that_stops_reading() {
    let mut session = Session::start(stage::command("counts"), 200, 60);
    let (rounds, pause) = if is_full() { (5, 10) } else { (1, 2) };
    let pause = Duration::from_secs(pause);
    for _ in 0..rounds {
        session.wait_for("number ");
        let before = number_on(&session);
        let start = Instant::now();
        session.stop_reading();
        std::thread::sleep(pause);
        let peak = peak_memory(session.pid());
        assert!(peak < 200 << 20, "{peak} bytes of memory");
        session.read_again();
        // What went on meanwhile is there at once: the worker never waited.
        let expected = before + (start.elapsed().as_millis() / 40) as u64;
        session.wait_until("the numbers of the meantime", |screen| {
            number_in(&screen.contents()).is_some_and(|number| number >= expected)
        });
        assert!(start.elapsed() < pause + Duration::from_secs(20));
    }
    session.send("q");
    assert_eq!(session.end().exit_code(), 0);
    session.assert_given_back(&[]);
}

#[test]
fn t4_a_terminal_that_stops_reading_holds_nobody_up() {
    let mut session = Session::start(stage::command("counts"), 200, 60);
    session.wait_for("number ");
    session.stop_reading();
    // Until the terminal's buffer is full.
    std::thread::sleep(Duration::from_millis(1000));
    let start = Instant::now();
    session.signal(Signal::TERM);
    assert_eq!(session.end().exit_code(), 30);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let (now, before) = session.modes();
    assert_eq!(now, before, "the modes differ");
}

fn number_on(session: &Session) -> u64 {
    number_in(&session.screen()).unwrap()
}

fn number_in(screen: &str) -> Option<u64> {
    let (_, rest) = screen.split_once("number ")?;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}
