//! Signals, as the loop hears them. With them heard here, none ends the process behind our back: the screen is
//! always given back first.

use std::io;

use rustix::process::Signal as Raw;
use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Notice {
    /// The session is over: SIGHUP.
    Hangup,
    /// SIGTERM
    Terminate,
    /// SIGINT from outside; Ctrl-C is a key.
    Interrupt,
    /// SIGQUIT
    Quit,
    /// SIGTSTP from outside; Ctrl-Z is a key.
    Suspend,
    /// SIGCONT: somebody else may have used the terminal meanwhile.
    Continued,
    /// SIGWINCH
    Resized,
    /// The terminal is no more, though no signal told of it.
    Gone,
}

impl Notice {
    /// What to call it, for a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hangup => "SIGHUP",
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::Quit => "SIGQUIT",
            Self::Suspend => "SIGTSTP",
            Self::Continued => "SIGCONT",
            Self::Resized => "SIGWINCH",
            Self::Gone => "the terminal has gone",
        }
    }
}

pub(super) struct Notices {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    suspend: Signal,
    continued: Signal,
    resized: Signal,
}

impl Notices {
    /// To be made on a runtime.
    pub(super) fn listen() -> io::Result<Self> {
        let raw = |raw: Raw| signal(SignalKind::from_raw(raw.as_raw()));
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            suspend: raw(Raw::TSTP)?,
            continued: raw(Raw::CONT)?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// The next one. May be dropped and asked again without loss.
    pub(super) async fn next(&mut self) -> Notice {
        tokio::select! {
            biased;
            Some(()) = self.hangup.recv() => Notice::Hangup,
            Some(()) = self.terminate.recv() => Notice::Terminate,
            Some(()) = self.interrupt.recv() => Notice::Interrupt,
            Some(()) = self.quit.recv() => Notice::Quit,
            Some(()) = self.suspend.recv() => Notice::Suspend,
            Some(()) = self.continued.recv() => Notice::Continued,
            Some(()) = self.resized.recv() => Notice::Resized,
            // Streams of signals have no end.
            else => std::future::pending().await,
        }
    }

    /// Waits until the process is continued.
    pub(super) async fn continued(&mut self) {
        self.continued.recv().await;
    }
}
