//! A terminal for tests: a program runs in a pseudo-terminal, keys go in, and what a person would see comes out.
//! The terminal can change its size, stop reading, and go away. Waits have deadlines and show the screen when
//! they are missed.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

/// Long enough for a loaded machine; nothing waits that long when all is well.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// Not to become the controlling terminal of whoever opens it.
#[cfg(target_os = "linux")]
const O_NOCTTY: i32 = 0o400;
#[cfg(not(target_os = "linux"))]
const O_NOCTTY: i32 = 0x2_0000;

pub struct Session {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    /// Kept, so that the terminal's modes outlive the program.
    slave: Option<Box<dyn SlavePty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Seen>,
    before: String,
}

struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    raw: Vec<u8>,
    reading: Reading,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reading {
    On,
    Stopped,
    Closing,
}

impl Session {
    /// Starts the program in a terminal of that many columns and rows. Variables of the test's own surroundings
    /// that change what programs do are taken away.
    pub fn start(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        for name in ["TMUX", "NO_COLOR", "COLORTERM", "VISUAL", "EDITOR"] {
            if !command.iter_extra_env_as_str().any(|(set, _)| set == name) {
                command.env_remove(name);
            }
        }
        if !command.iter_extra_env_as_str().any(|(set, _)| set == "TERM") {
            command.env("TERM", "xterm-256color");
        }
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        let state = State { parser, raw: Vec::new(), reading: Reading::On, ended: false };
        let seen = Arc::new(Seen { state: Mutex::new(state), changed: Condvar::new() });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let theirs = Arc::clone(&seen);
        std::thread::spawn(move || {
            theirs.read(&mut reader);
            // The terminal goes away only when nobody holds it.
            drop(reader);
            theirs.locked().ended = true;
            theirs.changed.notify_all();
        });
        let writer = pair.master.take_writer().unwrap();
        Self { master: Some(pair.master), writer: Some(writer), slave: Some(pair.slave), child, seen, before }
    }

    /// Types, or sends whatever bytes a terminal would.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes.as_ref()).unwrap();
        writer.flush().unwrap();
    }

    /// The lines as a person sees them.
    pub fn screen(&self) -> String {
        self.seen.locked().parser.screen().contents()
    }

    /// Looks at the emulated screen: cells, colours, cursor, modes.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.locked().parser.screen())
    }

    /// All bytes the program has sent so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.locked().raw.clone()
    }

    pub fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}` on the screen"), |screen| screen.contents().contains(text));
    }

    pub fn wait_until(&self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + DEADLINE;
        let mut state = self.seen.locked();
        while !is_there(state.parser.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !state.ended,
                "no {what}{}; the screen is:\n{}",
                if state.ended { " before the program ended" } else { "" },
                state.parser.screen().contents()
            );
            state = self.seen.changed.wait_timeout(state, left.min(Duration::from_millis(200))).unwrap().0;
        }
    }

    /// Waits until the program has sent these bytes so many times, since its start.
    pub fn wait_for_bytes(&self, bytes: &str, times: usize) {
        let count = |state: &State| String::from_utf8_lossy(&state.raw).matches(bytes).count();
        let until = Instant::now() + DEADLINE;
        let mut state = self.seen.locked();
        while count(&state) < times {
            assert!(
                Instant::now() < until && !state.ended,
                "not {times} times {}; the screen is:\n{}",
                bytes.escape_debug(),
                state.parser.screen().contents()
            );
            state = self.seen.changed.wait_timeout(state, Duration::from_millis(200)).unwrap().0;
        }
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().unwrap().resize(size).unwrap();
        self.seen
            .locked()
            .parser
            .screen_mut()
            .set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
    }

    /// Like a terminal whose connection hangs.
    pub fn stop_reading(&self) {
        self.seen.locked().reading = Reading::Stopped;
    }

    pub fn read_again(&self) {
        self.seen.locked().reading = Reading::On;
        self.seen.changed.notify_all();
    }

    pub fn pid(&self) -> i32 {
        self.child.process_id().unwrap().try_into().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        signal_to(self.pid(), signal);
    }

    /// The terminal goes away, as when a connection breaks.
    pub fn hang_up(&mut self) {
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        self.seen.locked().reading = Reading::Closing;
        self.seen.changed.notify_all();
        // The reader waits for bytes; these wake it up to see that it is over.
        let mut other_end = OpenOptions::new().write(true).custom_flags(O_NOCTTY).open(name).unwrap();
        other_end.write_all(b" ").unwrap();
        // The library types an end of file when its writer goes, where the terminal has a key for that; a broken
        // connection types nothing.
        let mut modes = tcgetattr(&other_end).unwrap();
        modes.special_codes[SpecialCodeIndex::VEOF] = 0;
        tcsetattr(&other_end, OptionalActions::Now, &modes).unwrap();
        drop(other_end);
        let mut state = self.seen.locked();
        while !state.ended {
            state = self.seen.changed.wait(state).unwrap();
        }
        drop(state);
        self.slave = None;
        self.writer = None;
        self.master = None;
    }

    /// Waits for the program's end.
    pub fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the program goes on; the screen is:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Fails unless the terminal is as it was before the program started, with `words` left to be read on it.
    pub fn assert_given_back(&self, words: &[&str]) {
        let settled = |screen: &vt100::Screen| {
            !screen.alternate_screen() && words.iter().all(|words| screen.contents().contains(words))
        };
        self.wait_until(&format!("normal screen with {words:?}"), settled);
        self.look(|screen| {
            assert!(!screen.hide_cursor(), "the cursor is hidden");
            assert!(!screen.bracketed_paste(), "pastes are still in brackets");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        });
        let raw = self.raw();
        for mode in ["1004", "2026"] {
            let last = |switch: char| last_of(&raw, format!("\x1b[?{mode}{switch}").as_bytes());
            assert!(last('h') <= last('l'), "mode {mode} is still on");
        }
        assert_eq!(modes(self.master.as_ref().unwrap().as_ref()), self.before, "the modes differ");
    }

    /// The modes of the terminal now, and as they were before the program started.
    pub fn modes(&self) -> (String, &str) {
        (modes(self.master.as_ref().unwrap().as_ref()), &self.before)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Already ended, in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut state = self.seen.locked();
        state.reading = Reading::Closing;
        self.seen.changed.notify_all();
    }
}

impl Seen {
    fn locked(&self) -> MutexGuard<'_, State> {
        // A wait that failed held it; what is seen is still good, and the end must be in order.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, reader: &mut dyn Read) {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            {
                let mut state = self.locked();
                while state.reading == Reading::Stopped {
                    state = self.changed.wait(state).unwrap();
                }
                if state.reading == Reading::Closing {
                    return;
                }
            }
            match reader.read(&mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(count) => {
                    let mut state = self.locked();
                    state.raw.extend_from_slice(&bytes[..count]);
                    state.parser.process(&bytes[..count]);
                    self.changed.notify_all();
                }
            }
        }
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn last_of(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

pub fn signal_to(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Processor time that a process has used, its own and the system's for it; `None` when it is no more.
pub fn processor_time(pid: i32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything; the fields behind it are counted from the state, which is third.
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    if fields.next()? == "Z" {
        return None;
    }
    let ticks: u64 = fields.nth(10)?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// The most memory a process has held so far, in bytes.
pub fn peak_memory(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
