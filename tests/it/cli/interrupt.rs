//! Ctrl-C: the command ends as cancelled, soon, and leaves nothing.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Answer, Desk};

#[test]
fn ctrl_c_exits_130() {
    // A server that takes calls and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ada@{}/shop?sslmode=disable", silent.local_addr().unwrap());
    let desk = Desk::new();
    for signal in ["-INT", "-TERM"] {
        let child = desk.command(&["diff", "--current", &url, "--desired", &url]).spawn().unwrap();
        // The call shows that the command is under way.
        let call = silent.accept().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let asked = Instant::now();
        assert!(Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap().success());
        let answer = Answer::of(child.wait_with_output().unwrap());
        assert_eq!(answer.code, 130, "{}", answer.err);
        assert!(answer.err.contains("cancelled"), "{}", answer.err);
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        drop(call);
    }
}
