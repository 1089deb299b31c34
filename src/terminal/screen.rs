//! The screen on loan: raw mode, alternate screen, paste and focus reports, all given back exactly as found.
//! Giving back works from any thread and more than once, goes on after errors, and never waits long for a
//! terminal that has stopped reading. It draws nothing and asks the terminal nothing.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

use crate::model::{Failure, FailureKind};

/// How long giving back waits for a frame under way, and again for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(120);
/// A frame is written in pieces, so that giving back has to wait for one of them only.
const PIECE: usize = 4096;
/// How long an answer of the terminal is waited for when the screen is given back; a question that is older than
/// the second is never answered.
const ANSWER: Duration = Duration::from_millis(80);
const UNANSWERED: Duration = Duration::from_secs(2);
/// For terminals that do not know their size.
const USUAL: Size = Size { width: 80, height: 24 };

/// Alternate screen, plain letters, empty, no cursor, pastes in brackets, focus told.
const HELLO: &[u8] = b"\x1b[?1049h\x1b[0m\x1b[2J\x1b[?25l\x1b[?2004h\x1b[?1004h";
/// Everything that may have been switched on, off again; the last thing switched on goes first. Switching off
/// what is off does nothing.
const FAREWELL: &[u8] =
    b"\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";
/// Ends a sequence that was cut off in the middle.
const CANCEL: &[u8] = b"\x18";
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Whether the screen is ours; a writer looks at it before each piece.
static OURS: AtomicBool = AtomicBool::new(false);
/// A frame was stopped between two pieces.
static CUT: AtomicBool = AtomicBool::new(false);
/// When the terminal was asked something that it has not answered.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);
/// Held while bytes go out.
static TURN: Mutex<()> = Mutex::new(());
/// The modes as found, while the screen is on loan.
static FOUND: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether the terminal tells of the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mouse {
    On,
    #[default]
    Off,
}

impl Mouse {
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::On => MOUSE_ON,
            Self::Off => MOUSE_OFF,
        }
    }
}

/// The loan. Dropping it gives the screen back.
pub struct Screen(());

impl Screen {
    /// Takes the screen. Fails politely where there is no terminal.
    pub fn enter(mouse: Mouse) -> Result<Self, Failure> {
        for (is_terminal, name) in
            [(io::stdin().is_terminal(), "standard input"), (io::stdout().is_terminal(), "standard output")]
        {
            if !is_terminal {
                let what = format!(
                    "the workbench needs a terminal, and {name} is none; `migrator-tui --help` lists what works \
                     without one"
                );
                return Err(Failure::new(FailureKind::Usage, what));
            }
        }
        let unprepared =
            |error| Failure::new(FailureKind::Local, format!("the terminal cannot be prepared: {error}"));
        let screen = Self(());
        let hello = screen.take_again(mouse).map_err(unprepared)?;
        write(&hello).map_err(unprepared)?;
        Ok(screen)
    }

    /// Takes the screen again after `give_back`: back from an editor, or continued after a stop. What it gives
    /// is to be sent before the next frame.
    pub(super) fn take_again(&self, mouse: Mouse) -> io::Result<Vec<u8>> {
        {
            let mut found = locked(&FOUND);
            let before = match found.take() {
                // Still ours, as far as we know; somebody else may have changed the modes meanwhile.
                Some(before) => before,
                None => tcgetattr(stdin())?,
            };
            let mut raw = before.clone();
            *found = Some(before);
            raw.make_raw();
            set(&raw)?;
        }
        CUT.store(false, Ordering::Release);
        OURS.store(true, Ordering::Release);
        Ok(match mouse {
            Mouse::On => [HELLO, MOUSE_ON].concat(),
            Mouse::Off => HELLO.to_vec(),
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the screen is on loan now.
pub(super) fn is_ours() -> bool {
    OURS.load(Ordering::Acquire)
}

/// Gives the screen back, if it is on loan.
pub fn give_back() {
    OURS.store(false, Ordering::Release);
    let turn = wait_for(&TURN);
    // Another thread may be giving it back just now: then it is done when the wait is over.
    let before = wait_for(&FOUND).and_then(|mut found| found.take());
    let Some(before) = before else { return };
    if turn.is_none() || CUT.swap(false, Ordering::AcqRel) {
        hurried(stdout(), CANCEL);
    }
    hurried(stdout(), FAREWELL);
    let asked = wait_for(&ASKED).and_then(|mut asked| asked.take());
    if asked.is_some_and(|asked| asked.elapsed() < UNANSWERED) && readable(ANSWER) {
        // An answer that came too late must not be typed into the shell.
        let _ = tcflush(stdin(), QueueSelector::IFlush);
    }
    // Not the variant that waits for the output: a terminal that has stopped reading would hold us for ever.
    let _ = set(&before);
}

/// The terminal owes an answer from now on.
pub(super) fn asked() {
    *locked(&ASKED) = Some(Instant::now());
}

/// It has come.
pub(super) fn answered() {
    *locked(&ASKED) = None;
}

/// Columns and rows now.
pub fn size() -> Size {
    match tcgetwinsize(stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size { width: size.ws_col, height: size.ws_row },
        _ => USUAL,
    }
}

/// Writes while the screen is ours; once it is given back, what is left over is dropped.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let _turn = locked(&TURN);
    for piece in bytes.chunks(PIECE) {
        if !is_ours() {
            CUT.store(true, Ordering::Release);
            return Ok(());
        }
        let mut rest = piece;
        while !rest.is_empty() {
            match rustix::io::write(stdout(), rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                // Somebody who shares the terminal has made it non-blocking.
                Err(Errno::AGAIN) => {
                    let _ = writable(stdout(), PATIENCE);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Prints a message on standard error, for as long as the other end takes it: where that is a terminal which has
/// stopped reading, an ordinary print would wait for ever. The text has to be safe for a terminal.
pub fn tell(text: &str) {
    hurried(stderr(), text.as_bytes());
}

/// Writes a short text for as long as the other end takes it.
pub(super) fn hurried(to: BorrowedFd<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() && writable(to, PATIENCE) {
        match rustix::io::write(to, rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}

fn set(modes: &Termios) -> io::Result<()> {
    loop {
        match tcsetattr(stdin(), OptionalActions::Now, modes) {
            Err(Errno::INTR) => {}
            other => return Ok(other?),
        }
    }
}

fn writable(to: BorrowedFd<'_>, patience: Duration) -> bool {
    ready(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], patience)
        .is_some_and(|flags| flags.contains(PollFlags::OUT) && !flags.contains(PollFlags::HUP))
}

fn readable(patience: Duration) -> bool {
    ready(&mut [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)], patience)
        .is_some_and(|flags| flags.contains(PollFlags::IN))
}

fn ready(one: &mut [PollFd<'_>; 1], patience: Duration) -> Option<PollFlags> {
    let until = Instant::now() + patience;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok()?;
        match poll(one, Some(&timeout)) {
            Err(Errno::INTR) => {}
            Ok(1..) => return Some(one[0].revents()),
            Ok(0) | Err(_) => return None,
        }
    }
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lock, unless its holder keeps it too long: the holder may be a thread that waits for the terminal, or
/// the very thread that broke off.
fn wait_for<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let until = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}
