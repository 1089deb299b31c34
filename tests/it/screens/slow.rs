//! Servers that are slow, silent or gone: the workbench goes on hearing keys and drawing, says what it waits for, and
//! stops waiting when it is told to.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use migrator_tui::app::Desk;
use migrator_tui::app::mode::Mode;
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::connect::PostgresAddress;
use migrator_tui::worker::Reference;
use tokio::runtime::Runtime;

use crate::round_trips::{Fate, Line};

use super::driver::{Driver, manner};

/// Longer than anything here may take, on a busy machine.
const AT_MOST: Duration = Duration::from_secs(60);

/// The workbench on its way to two sides.
fn opening(current: &str, desired: &str) -> Driver {
    let desk = Desk {
        current: Some(Reference::new(current)),
        desired: Some(Reference::new(desired)),
        ..Desk::default()
    };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize((120, 40));
    driver.set_off();
    driver
}

/// Keys are heard and frames are drawn, with no answer from anywhere.
fn answers_keys(driver: &mut Driver) {
    let before = driver.state.work.is_idle();
    let without = driver.screen();
    driver.keys(&["?"]);
    assert!(matches!(driver.state.mode, Mode::Help(_)) && driver.screen() != without, "{}", driver.screen());
    driver.keys(&["<Esc>"]);
    assert_eq!(driver.screen(), without);
    assert_eq!(driver.state.work.is_idle(), before);
}

/// Ctrl-C ends the wait, in words.
fn stops(driver: &mut Driver) {
    driver.keys(&["<C-c>"]);
    assert!(driver.screen().contains("stopping"), "{}", driver.screen());
    driver.live(AT_MOST);
    assert!(driver.state.work.is_idle(), "still waiting: {}", driver.screen());
    assert!(driver.screen().contains("stopped"), "{}", driver.screen());
}

/// A server that listens, and what it does with whoever comes; it ends with the test binary.
fn server(serve: impl Fn(std::net::TcpStream) + Send + Copy + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Takes everything in and never says a word.
fn silent(mut stream: std::net::TcpStream) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

#[test]
fn a_silent_server_is_waited_for_until_ctrl_c() {
    let url = format!("postgres://ana@127.0.0.1:{}/shop", server(silent));
    let mut driver = opening(&url, &url);
    driver.live(Duration::from_millis(500));
    assert!(!driver.state.work.is_idle(), "{}", driver.screen());
    let screen = driver.screen();
    assert!(screen.contains("<C-c> stops it") && screen.contains("connecting to"), "{screen}");
    answers_keys(&mut driver);
    stops(&mut driver);
    // It can be tried again.
    driver.keys(&["R"]);
    driver.live(Duration::from_millis(300));
    assert!(!driver.state.work.is_idle(), "{}", driver.screen());
    stops(&mut driver);
}

#[test]
fn a_silent_server_is_given_up_after_its_time() {
    let url = format!("postgres://ana@127.0.0.1:{}/shop?connect_timeout=2", server(silent));
    let mut driver = opening(&url, &url);
    driver.live(AT_MOST);
    assert!(driver.state.work.is_idle(), "{}", driver.screen());
    assert!(driver.screen().contains("did not answer within 2 s"), "{}", driver.screen());
    let trouble = driver.state.trouble.clone().unwrap();
    assert!(trouble.hint.contains("check host, port and network"), "{trouble:?}");
    answers_keys(&mut driver);
}

#[test]
fn a_server_that_hangs_up_is_told() {
    let hangs_up = |mut stream: std::net::TcpStream| {
        let _ = stream.read(&mut [0; 64]);
    };
    let url = format!("postgres://ana@127.0.0.1:{}/shop", server(hangs_up));
    let mut driver = opening(&url, &url);
    driver.live(AT_MOST);
    assert!(driver.state.work.is_idle(), "{}", driver.screen());
    let trouble = driver.state.trouble.clone().unwrap();
    assert!(trouble.what.contains("127.0.0.1") && !trouble.hint.is_empty(), "{trouble:?}");
    assert!(driver.screen().contains("127.0.0.1"), "{}", driver.screen());
}

/// The live server behind a long line; its URL, and what keeps the line up.
fn far(latency: Duration, fate: Fate) -> Option<(String, Runtime)> {
    let Ok(url) = std::env::var("MIGRATOR_TEST_PG") else {
        println!("skipped: MIGRATOR_TEST_PG is not set; tests/run starts a server and sets it");
        return None;
    };
    let there = PostgresAddress::parse(&url).map_err(|error| error.what).unwrap();
    let there = there.resolve(&|_| None).map_err(|error| error.what).unwrap();
    let runtime = Runtime::new().unwrap();
    let line = Line { latency, fate, turns: Arc::new(AtomicUsize::new(0)) };
    let port = runtime.block_on(line.lay(format!("127.0.0.1:{}", there.port)));
    Some((url.replacen(&format!(":{}", there.port), &format!(":{port}"), 1), runtime))
}

#[test]
fn a_far_server_is_read_while_keys_are_heard() {
    let Some((url, _line)) = far(Duration::from_millis(300), Fate::Stands) else { return };
    let mut driver = opening(&url, &url);
    driver.live(Duration::from_millis(700));
    let screen = driver.screen();
    assert!(screen.contains("<C-c> stops it"), "{screen}");
    answers_keys(&mut driver);
    stops(&mut driver);
    driver.keys(&["R"]);
    driver.settle();
    assert!(driver.state.subject.is_some(), "{}", driver.screen());
    // Read again, and stopped in the middle: what was there stays.
    driver.keys(&["R"]);
    driver.live(Duration::from_millis(700));
    stops(&mut driver);
    assert!(driver.state.subject.is_some(), "{}", driver.screen());
}

#[test]
fn a_server_that_dies_while_it_is_read_is_told() {
    for answers in [1, 2, 3] {
        let Some((url, _line)) = far(Duration::from_millis(20), Fate::Cut(answers)) else { return };
        let mut driver = opening(&url, &url);
        driver.live(AT_MOST);
        assert!(driver.state.work.is_idle(), "cut after {answers}: {}", driver.screen());
        let trouble = driver.state.trouble.clone();
        let trouble = trouble.unwrap_or_else(|| panic!("cut after {answers}: {}", driver.screen()));
        assert!(!trouble.what.is_empty() && !trouble.hint.is_empty(), "cut after {answers}: {trouble:?}");
        answers_keys(&mut driver);
    }
}

#[test]
fn a_server_that_falls_silent_while_it_is_read_is_left() {
    for answers in [1, 2, 3] {
        let Some((url, _line)) = far(Duration::from_millis(20), Fate::Stalls(answers)) else { return };
        let mut driver = opening(&url, &url);
        driver.live(Duration::from_secs(1));
        assert!(!driver.state.work.is_idle(), "silent after {answers}: {}", driver.screen());
        answers_keys(&mut driver);
        stops(&mut driver);
    }
}
