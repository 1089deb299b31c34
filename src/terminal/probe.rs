//! Questions to the terminal, for the doctor alone: how long an answer takes, and how wide letters are drawn.
//! Each waits half a second at most, and the terminal is left as it was. The workbench itself never asks.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::screen;

/// For all questions together.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where is the cursor?
const WHERE: &str = "\x1b[6n";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Probed {
    /// From question to answer.
    pub latency: Duration,
    /// Columns of a Chinese letter, which should be 2; `None`: no answer in time.
    pub wide: Option<u16>,
    /// Columns of a line of a box, which should be 1.
    pub line: Option<u16>,
}

/// Asks the terminal of this process; `None` where there is none, or it does not answer.
pub fn probe() -> Option<Probed> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return None;
    }
    let _restored = Raw::begin()?;
    let until = Instant::now() + PATIENCE;
    let start = Instant::now();
    let answer = column_after("", until);
    let latency = start.elapsed();
    let width = |text| column_after(text, until).map(|column| column.saturating_sub(1));
    let probed = answer.map(|_| Probed { latency, wide: width("表"), line: width("─") });
    screen::hurried(stdout(), b"\r\x1b[K");
    probed
}

/// The modes as found, to be set again.
struct Raw(Termios);

impl Raw {
    fn begin() -> Option<Self> {
        let found = tcgetattr(stdin()).ok()?;
        let mut raw = found.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw).ok()?;
        Some(Self(found))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}

/// The cursor's column, counted from 1, after that text at the start of the line.
fn column_after(text: &str, until: Instant) -> Option<u16> {
    screen::hurried(stdout(), format!("\r{text}{WHERE}").as_bytes());
    let mut heard = Vec::new();
    loop {
        let left = Timespec::try_from(until.saturating_duration_since(Instant::now())).ok()?;
        let mut one = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
        match poll(&mut one, Some(&left)) {
            Err(rustix::io::Errno::INTR) => continue,
            Ok(1..) => {}
            Ok(0) | Err(_) => return None,
        }
        let mut bytes = [0; 256];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(0) | Err(_) => return None,
            Ok(count) => heard.extend_from_slice(bytes.get(..count).unwrap_or_default()),
        }
        if let Some(column) = reported(&heard) {
            return Some(column);
        }
    }
}

/// The column in `ESC [ row ; column R`, wherever it stands among what was typed.
fn reported(heard: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(heard);
    text.split("\x1b[").skip(1).find_map(|part| {
        let (row, column) = part.split_once('R')?.0.split_once(';')?;
        row.parse::<u16>().ok()?;
        column.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_found_among_keys() {
        assert_eq!(reported(b"\x1b[12;3R"), Some(3));
        assert_eq!(reported(b"jj\x1b[A\x1b[1;1Rk"), Some(1));
        assert_eq!(reported(b"\x1b[12;"), None);
        assert_eq!(reported(b"\x1b[?1;2c"), None);
    }
}
