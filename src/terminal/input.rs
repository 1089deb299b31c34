//! The way in: one thread that waits for bytes of the terminal and for nothing else, so that it costs nothing
//! while nobody types. It sees the terminal go away even where no signal tells of it, and lets go of the
//! terminal while somebody else uses it.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use tokio::sync::{mpsc, watch};

use super::decode::{Decoder, Input};
use super::{crash, screen};

/// Inputs that may wait; then the terminal's own buffer fills.
const DEPTH: usize = 256;
const PIECE: usize = 64 * 1024;
/// How long the thread may take to let go.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the thread has to tell.
pub(super) enum Told {
    Input(Input),
    /// The terminal is no more; nothing follows.
    Gone,
}

pub(super) struct Reader {
    told: mpsc::Receiver<Told>,
    wish: Arc<AtomicU8>,
    bell: PipeWriter,
    resting: watch::Receiver<bool>,
    /// What came in while the thread was asked to rest.
    early: std::collections::VecDeque<Told>,
}

/// What the thread is to do; a byte to fit into an atomic.
const READ: u8 = 0;
const REST: u8 = 1;
const END: u8 = 2;

impl Reader {
    pub(super) fn start() -> io::Result<Self> {
        let (outbox, told) = mpsc::channel(DEPTH);
        let (bell_end, bell) = io::pipe()?;
        let (rests, resting) = watch::channel(false);
        let wish = Arc::new(AtomicU8::new(READ));
        let theirs = Thread { outbox, wish: Arc::clone(&wish), bell: bell_end, rests };
        crash::spawn_vital("input", move || theirs.run())?;
        Ok(Self { told, wish, bell, resting, early: std::collections::VecDeque::new() })
    }

    /// The next thing told. A thread that has ended counts as a terminal that is gone. May be dropped and asked
    /// again without loss.
    pub(super) async fn next(&mut self) -> Told {
        if let Some(told) = self.early.pop_front() {
            return told;
        }
        self.told.recv().await.unwrap_or(Told::Gone)
    }

    /// Leaves the terminal to somebody else: after this, no byte of it is taken.
    pub(super) async fn rest(&mut self) {
        self.ask(REST);
        let mut resting = self.resting.clone();
        let rested = async {
            loop {
                tokio::select! {
                    // An error: the thread has ended, and takes nothing either.
                    _ = resting.wait_for(|rests| *rests) => return,
                    told = self.told.recv() => match told {
                        Some(told) => self.early.push_back(told),
                        None => return,
                    },
                }
            }
        };
        // Waiting longer would not help: the thread is stuck, and the terminal with it.
        let _ = tokio::time::timeout(PATIENCE, rested).await;
    }

    /// Takes the terminal back.
    pub(super) fn resume(&mut self) {
        self.ask(READ);
    }

    fn ask(&mut self, wish: u8) {
        self.wish.store(wish, Ordering::Release);
        // A full pipe rings as well.
        let _ = self.bell.write(&[0]);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.ask(END);
    }
}

struct Thread {
    outbox: mpsc::Sender<Told>,
    wish: Arc<AtomicU8>,
    bell: PipeReader,
    rests: watch::Sender<bool>,
}

impl Thread {
    fn run(mut self) {
        let mut decoder = Decoder::default();
        let mut bytes = vec![0; PIECE];
        loop {
            let wish = self.wish.load(Ordering::Acquire);
            self.rests.send_replace(wish == REST);
            match wish {
                END => return,
                REST => {
                    self.hear_bell();
                    continue;
                }
                _ => {}
            }
            let (terminal, bell) = match self.wait(decoder.patience()) {
                Ok(flags) => flags,
                Err(_) => break,
            };
            if !bell.is_empty() {
                self.hear_bell();
                continue;
            }
            let mut found = Vec::new();
            if terminal.contains(PollFlags::IN) {
                match rustix::io::read(stdin(), &mut bytes) {
                    // Readable, and yet nothing: the other end is closed.
                    Ok(0) => break,
                    Ok(count) => {
                        decoder.feed(bytes.get(..count).unwrap_or_default(), &mut |input| found.push(input));
                    }
                    Err(Errno::INTR | Errno::AGAIN) => {}
                    Err(_) => break,
                }
            } else if terminal.is_empty() {
                decoder.give_up(&mut |input| found.push(input));
            } else {
                break;
            }
            for input in found {
                if matches!(input, Input::Background(_)) {
                    screen::answered();
                }
                if self.outbox.blocking_send(Told::Input(input)).is_err() {
                    return;
                }
            }
        }
        // Nobody listens any more: the loop is over anyway.
        let _ = self.outbox.blocking_send(Told::Gone);
    }

    /// Waits for the terminal or the bell.
    fn wait(&self, patience: Option<Duration>) -> io::Result<(PollFlags, PollFlags)> {
        let timeout = patience.and_then(|patience| Timespec::try_from(patience).ok());
        loop {
            let mut both =
                [PollFd::from_borrowed_fd(stdin(), PollFlags::IN), PollFd::new(&self.bell, PollFlags::IN)];
            match poll(&mut both, timeout.as_ref()) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok((both[0].revents(), both[1].revents())),
            }
        }
    }

    /// Waits for the bell, if it has not rung yet. A bell without a hand on it means the end, too.
    fn hear_bell(&mut self) {
        if !matches!(self.bell.read(&mut [0; 16]), Ok(1..)) {
            self.wish.store(END, Ordering::Release);
        }
    }
}
