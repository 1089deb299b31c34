//! One command from here to the worker and back: a progress line while it lasts, Ctrl-C to stop it. It waits
//! for the worker to close its sessions before it returns.

use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::model::{Failure, FailureKind};
use crate::shown::Shown;
use crate::worker::{self, Answer, Command, CommandId, CommandKind, EventKind, Progress};

use super::running;
use super::surface::{Surface, Watched};

/// Shorter commands show no progress line.
const PATIENCE: Duration = Duration::from_millis(500);
/// After Ctrl-C, how long to wait for the server's answer before leaving all the same.
const LEAVE: Duration = Duration::from_secs(30);
/// A line for any terminal.
const WIDTH: usize = 78;

/// Prepares one command and runs it to its end.
pub(super) fn perform(
    surface: &Surface,
    prepared: impl Future<Output = Result<CommandKind, Failure>>,
) -> Result<Answer, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().map_err(
            |error| Failure::new(FailureKind::Local, format!("no threads can be started: {error}")),
        )?;
    let result = runtime.block_on(attend(surface, prepared));
    runtime.shutdown_timeout(Duration::from_secs(5));
    result
}

async fn attend(
    surface: &Surface,
    prepared: impl Future<Output = Result<CommandKind, Failure>>,
) -> Result<Answer, Failure> {
    let mut interrupts = Interrupts::new()?;
    let kind = tokio::select! {
        kind = prepared => kind?,
        () = interrupts.next() => return Err(cancelled()),
    };
    let mut client = worker::start();
    let id = CommandId(1);
    client.send(Command { id, kind }).await?;
    let mut line = Line::new(surface);
    let mut ticker = running::Ticker::default();
    let mut leaving: Option<Instant> = None;
    let result = loop {
        tokio::select! {
            event = client.next() => match event.map(|event| event.kind) {
                Some(EventKind::Progress(progress)) => line.show(&progress),
                Some(EventKind::Happened(happening)) => {
                    line.clear();
                    surface.aside(&ticker.line(&happening));
                }
                Some(EventKind::Finished(answer)) => break Ok(answer),
                Some(EventKind::Failed(failure)) => break Err(failure),
                Some(EventKind::Cancelled) => break Err(cancelled()),
                None => break Err(Failure::new(FailureKind::Internal, "the background task has ended")),
            },
            () = interrupts.next() => {
                if leaving.is_some() {
                    line.clear();
                    // Twice means now; what still runs on a server is cancelled by the session's end.
                    return Err(left(&ticker));
                }
                leaving = Some(Instant::now());
                line.show(&Progress { doing: "cancelling; once more to leave at once".into(), count: None });
                client.cancel(id).await?;
            }
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                line.tick();
                if leaving.is_some_and(|since| since.elapsed() > LEAVE) {
                    line.clear();
                    return Err(left(&ticker));
                }
            }
        }
    };
    line.clear();
    client.close().await;
    result
}

/// Gone before the server had answered. Of a run nobody knows more than its journal does.
fn left(ticker: &running::Ticker) -> Failure {
    if !ticker.has_begun() {
        return cancelled();
    }
    Failure::new(
        FailureKind::Cancelled,
        "left before the server answered; what it does with the statement is not known",
    )
    .hint("`migrator-tui status` tells what the journal knows; `resume` asks the server and goes on")
}

fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "cancelled")
}

/// Ctrl-C, and the polite ways of others to end a program.
struct Interrupts {
    int: Signal,
    term: Signal,
    hup: Signal,
}

impl Interrupts {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(FailureKind::Local, format!("signals cannot be received: {error}"))
            })
        };
        Ok(Self {
            int: listen(SignalKind::interrupt())?,
            term: listen(SignalKind::terminate())?,
            hup: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
            _ = self.hup.recv() => {}
        }
    }
}

/// The progress line on standard error.
struct Line<'a> {
    surface: &'a Surface,
    since: Instant,
    latest: Option<Progress>,
    drawn: String,
}

impl<'a> Line<'a> {
    fn new(surface: &'a Surface) -> Self {
        Self { surface, since: Instant::now(), latest: None, drawn: String::new() }
    }

    fn show(&mut self, progress: &Progress) {
        self.latest = Some(progress.clone());
        self.tick();
    }

    fn tick(&mut self) {
        let Some(progress) = &self.latest else { return };
        if self.surface.watched == Watched::Nobody || self.since.elapsed() < PATIENCE {
            return;
        }
        let count = progress.count.map(|(done, total)| format!(" {done}/{total}")).unwrap_or_default();
        let text = Shown::new(format!("{}{count}", progress.doing)).clipped(WIDTH).to_string();
        if text != self.drawn {
            self.surface.aside(&format!("\r\u{1b}[K{text}"));
            self.drawn = text;
        }
    }

    fn clear(&mut self) {
        if !self.drawn.is_empty() {
            self.surface.aside("\r\u{1b}[K");
            self.drawn.clear();
        }
        self.latest = None;
    }
}
