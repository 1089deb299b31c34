//! The loop: signals before keys, keys before events. It draws only when something changed, at
//! most sixty times a second, and sleeps without a timer while nothing is to be told. Everything slow happens
//! elsewhere: bytes are read and written by threads of their own.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::layout::Size;
use rustix::process::{Signal, getpgid, getsid, kill_current_process_group};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::model::{Failure, FailureKind};

use super::canvas::Canvas;
use super::clipboard::{self, Copied, Route};
use super::editor::{self, Edited};
use super::input::{Reader, Told};
use super::notices::{Notice, Notices};
use super::output::Output;
use super::screen::{self, Mouse, Screen};
use super::watch::Watch;
use super::workbench::{Heard, Order, Workbench};
use super::{Ended, Question, Setup, crash};

/// Sixty frames a second.
const FRAME: Duration = Duration::from_millis(16);
/// A size is taken over when it has been the same for so long, or is overdue.
const SIZE_SETTLES: Duration = Duration::from_millis(100);
const SIZE_OVERDUE: Duration = Duration::from_millis(300);
/// A workbench that wants to be told sooner is told then.
const SOONEST: Duration = Duration::from_millis(5);
/// How long a frame on its way is waited for before the screen changes hands.
const SETTLE: Duration = Duration::from_millis(300);
/// Which colour is behind the text?
const BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";

/// One session at the screen.
pub(super) struct Session<'w, W: Workbench> {
    bench: &'w mut W,
    setup: &'w Setup,
    screen: &'w Screen,
    notices: &'w mut Notices,
    start: Instant,
    reader: Reader,
    output: Output,
    terminal: Terminal<Canvas>,
    watch: Watch,
    copies: (mpsc::Sender<Copied>, mpsc::Receiver<Copied>),
    mouse: Mouse,
    /// Bytes for the terminal that are no part of the drawing.
    aside: Vec<u8>,
    is_dirty: bool,
    next_frame: Instant,
    /// When the workbench last heard something.
    heard_at: Instant,
    /// When a changed size is taken over, and when at the latest.
    resize: Option<(Instant, Instant)>,
}

impl<'w, W: Workbench> Session<'w, W> {
    pub(super) fn new(
        bench: &'w mut W,
        setup: &'w Setup,
        screen: &'w Screen,
        notices: &'w mut Notices,
    ) -> std::io::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            bench,
            setup,
            screen,
            notices,
            start: now,
            reader: Reader::start()?,
            output: Output::start()?,
            terminal: Terminal::new(Canvas::new(screen::size()))?,
            watch: Watch::new(setup.files.clone()),
            copies: mpsc::channel(4),
            mouse: setup.mouse,
            aside: Vec::new(),
            is_dirty: true,
            next_frame: now,
            heard_at: now,
            resize: None,
        })
    }

    pub(super) async fn run(mut self) -> Result<Ended, Failure> {
        // tmux and consoles have no colour of their own to tell.
        if self.setup.background == Question::Ask && clipboard::route() == Route::Terminal {
            screen::asked();
            self.aside.extend_from_slice(BACKGROUND);
        }
        loop {
            self.draw()?;
            let frame_at =
                (self.is_dirty && !self.output.is_busy() && self.resize.is_none()).then_some(self.next_frame);
            let tick_at = self.bench.next_tick().map(|after| self.heard_at + after.max(SOONEST));
            let resize_at = self.resize.map(|(settled, overdue)| settled.min(overdue));
            let heard = tokio::select! {
                biased;
                notice = self.notices.next() => match notice {
                    Notice::Resized => { self.size_changes(); continue }
                    Notice::Continued => { self.take_screen().await?; continue }
                    Notice::Suspend => Heard::Suspend,
                    Notice::Hangup | Notice::Terminate | Notice::Interrupt | Notice::Quit
                    | Notice::Gone => return Ok(Ended::Told(notice)),
                },
                () = crash::broken() => return Err(broken()),
                // Before what may come in floods: nothing is drawn until these have been heard.
                written = self.output.written() => match written {
                    Ok(()) => continue,
                    Err(_) => return Ok(Ended::Told(Notice::Gone)),
                },
                () = reached(resize_at) => match self.resized() {
                    Some(size) => Heard::Resized(size),
                    None => continue,
                },
                told = self.reader.next() => match told {
                    Told::Input(input) => Heard::Input(input),
                    Told::Gone => return Ok(Ended::Told(Notice::Gone)),
                },
                event = self.bench.event() => Heard::Event(event),
                Some(copied) = self.copies.1.recv() => {
                    self.aside.extend_from_slice(&copied.bytes);
                    Heard::Copied(copied.told)
                }
                () = reached(frame_at) => continue,
                () = reached(tick_at) => Heard::Tick,
                changed = self.watch.changed() => Heard::Changed(changed),
            };
            if let Some(ended) = self.tell(heard).await? {
                self.output.settle(SETTLE).await;
                return Ok(ended);
            }
        }
    }

    /// Tells the workbench, and does what it orders.
    async fn tell(&mut self, heard: Heard<W::Event>) -> Result<Option<Ended>, Failure> {
        let mut waiting = std::collections::VecDeque::from([heard]);
        while let Some(heard) = waiting.pop_front() {
            self.heard_at = Instant::now();
            self.is_dirty = true;
            for order in self.bench.update(self.heard_at - self.start, heard) {
                match order {
                    Order::Copy(text) => self.copy(text),
                    Order::Edit(text) => match self.edit(&text).await? {
                        Edited::Text(text) => waiting.push_back(Heard::Edited(Ok(text))),
                        Edited::Failed(failure) => waiting.push_back(Heard::Edited(Err(failure))),
                        Edited::Told(notice) => return Ok(Some(Ended::Told(notice))),
                    },
                    Order::Suspend => {
                        if let Some(failure) = self.suspend().await? {
                            waiting.push_back(Heard::NotSuspended(failure));
                        }
                    }
                    Order::Redraw => self.redraw()?,
                    Order::Mouse(mouse) => {
                        self.mouse = mouse;
                        self.aside.extend_from_slice(mouse.bytes());
                    }
                    Order::Quit => return Ok(Some(Ended::Quit)),
                }
            }
        }
        Ok(None)
    }

    /// Draws, if there is something new and the last frame is out.
    fn draw(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        if !self.is_dirty || self.output.is_busy() || self.resize.is_some() || now < self.next_frame {
            return Ok(());
        }
        self.is_dirty = false;
        self.next_frame = now + FRAME;
        let bench = &*self.bench;
        self.terminal.draw(|frame| bench.view(frame)).map_err(local)?;
        let mut bytes = std::mem::take(&mut self.aside);
        bytes.extend(self.terminal.backend_mut().take());
        self.output.send(bytes);
        Ok(())
    }

    fn size_changes(&mut self) {
        let now = Instant::now();
        let overdue = self.resize.map_or(now + SIZE_OVERDUE, |(_, overdue)| overdue);
        self.resize = Some((now + SIZE_SETTLES, overdue));
    }

    /// Takes the terminal's size over; says so if it is another one.
    fn resized(&mut self) -> Option<Size> {
        self.resize = None;
        let size = screen::size();
        // What the terminal shows after a change of size is its own affair: everything is drawn anew even when
        // the size came back to what it was.
        let before = self.terminal.size().ok();
        self.terminal.backend_mut().set_size(size);
        self.redraw().ok()?;
        (before != Some(size)).then_some(size)
    }

    /// The next frame draws everything. The canvas answers for the terminal, so nothing is asked here.
    fn redraw(&mut self) -> Result<(), Failure> {
        self.is_dirty = true;
        self.terminal.backend_mut().forget();
        self.terminal.clear().map_err(local)
    }

    /// The screen is ours again.
    async fn take_screen(&mut self) -> Result<(), Failure> {
        self.output.settle(SETTLE).await;
        let hello = self.screen.take_again(self.mouse).map_err(local)?;
        self.aside.extend_from_slice(&hello);
        self.size_changes();
        self.redraw()
    }

    async fn edit(&mut self, text: &str) -> Result<Edited, Failure> {
        self.reader.rest().await;
        self.output.settle(SETTLE).await;
        screen::give_back();
        let edited = editor::edit(text, self.notices, &self.setup.secrets).await;
        if !matches!(edited, Edited::Told(_)) {
            self.take_screen().await?;
            self.reader.resume();
        }
        Ok(edited)
    }

    /// Back to the shell, until it continues us; or why not.
    async fn suspend(&mut self) -> Result<Option<Failure>, Failure> {
        // Our group leads the session: there is no shell that could continue us.
        if getpgid(None).ok() == getsid(None).ok() {
            let what = "there is no shell to go back to: this terminal runs nothing but the workbench";
            return Ok(Some(Failure::new(FailureKind::Refused, what)));
        }
        self.output.settle(SETTLE).await;
        screen::give_back();
        kill_current_process_group(Signal::STOP).map_err(|error| local(error.into()))?;
        // Stopped. The loop may run on for a moment before the stop reaches every thread.
        self.notices.continued().await;
        self.take_screen().await?;
        Ok(None)
    }

    fn copy(&self, text: String) {
        let (outbox, folder) = (self.copies.0.clone(), self.setup.folder.clone());
        let secrets = self.setup.secrets.clone();
        tokio::spawn(async move {
            let copied = clipboard::copy(&text, &folder, &secrets).await;
            // The session may be over.
            let _ = outbox.send(copied).await;
        });
    }
}

/// Comes back at that time; never without one.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

fn local(error: std::io::Error) -> Failure {
    Failure::new(FailureKind::Local, format!("the terminal cannot be used: {error}"))
}

/// What is left to say when the hook has told the rest.
pub(super) fn broken() -> Failure {
    Failure::new(FailureKind::Internal, "the workbench has broken off; the terminal is as it was")
}
