//! The way out: one thread that writes frames, so that a terminal which has stopped reading never stops the
//! workbench. One frame at a time is on its way; nothing is queued behind it.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{crash, screen};

pub(super) struct Output {
    frames: SyncSender<Vec<u8>>,
    written: mpsc::Receiver<io::Result<()>>,
    is_busy: bool,
}

impl Output {
    pub(super) fn start() -> io::Result<Self> {
        let (frames, inbox) = sync_channel::<Vec<u8>>(1);
        let (outbox, written) = mpsc::channel(1);
        crash::spawn_vital("output", move || {
            while let Ok(frame) = inbox.recv() {
                if outbox.blocking_send(screen::write(&frame)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { frames, written, is_busy: false })
    }

    /// Whether a frame is on its way: another one has to wait.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Sends a frame. Only when not busy.
    pub(super) fn send(&mut self, frame: Vec<u8>) {
        if !frame.is_empty() {
            // A thread that has gone is told by `written`.
            self.is_busy = self.frames.send(frame).is_ok();
        }
    }

    /// Comes back when the frame on its way is written, or has failed; never while there is none.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        if !self.is_busy {
            return std::future::pending().await;
        }
        let result = self.written.recv().await;
        self.is_busy = false;
        result.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))
    }

    /// Waits for the frame on its way, but not for long.
    pub(super) async fn settle(&mut self, patience: Duration) {
        if self.is_busy {
            // Whether it failed shows at the next frame.
            let _ = tokio::time::timeout(patience, self.written()).await;
        }
    }
}
