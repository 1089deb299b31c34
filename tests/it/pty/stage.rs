//! A small workbench that does on demand what a real one must never do. The test binary starts itself again in
//! a pseudo-terminal with `MIGRATOR_STAGE` set, and plays it.

use std::time::Duration;

use migrator_tui::model::{Failure, FailureKind};
use migrator_tui::terminal::{self, Ended, Heard, Input, Mouse, Order, Question, Setup, Workbench};
use portable_pty::CommandBuilder;
use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use tokio::sync::mpsc;

/// A message that would set the window's title.
pub const HOSTILE: &str = "boom \u{1b}]0;owned\u{7} end";
pub const HOSTILE_SHOWN: &str = "boom \\u{1b}]0;owned\\u{7} end";

/// This binary, to play that play.
pub fn command(play: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "pty::stage::stage", "--nocapture", "--test-threads=1"]);
    command.env("MIGRATOR_STAGE", play);
    command.env("RUST_BACKTRACE", "0");
    command
}

/// Started by other tests; alone it does nothing.
#[test]
fn stage() {
    let Ok(play) = std::env::var("MIGRATOR_STAGE") else { return };
    let setup = Setup {
        background: if play == "asks" { Question::Ask } else { Question::Spare },
        folder: std::env::temp_dir().join(format!("migrator-stage-{}", std::process::id())),
        secrets: vec!["STAGE_SECRET".into()],
        ..Setup::default()
    };
    let code = match terminal::run(&setup, || Stage::open(&play)) {
        Ok(Ended::Quit) => 0,
        Ok(Ended::Told(notice)) => {
            terminal::tell(&format!("told: {}\n", notice.word()));
            30
        }
        Err(failure) => {
            terminal::tell(&format!("failed: {}\n", failure.what));
            match failure.kind {
                FailureKind::Usage => 2,
                _ => 1,
            }
        }
    };
    std::process::exit(code);
}

struct Stage {
    play: String,
    events: mpsc::Receiver<String>,
    outbox: mpsc::Sender<String>,
    heard: usize,
    last: String,
    note: String,
    breaks_in_view: bool,
}

impl Stage {
    fn open(play: &str) -> Result<Self, Failure> {
        if play == "fails" {
            return Err(Failure::new(FailureKind::Config, "the stage cannot open"));
        }
        let (outbox, events) = mpsc::channel(4);
        let pause = Duration::from_millis(if play == "floods" { 0 } else { 10 });
        if play == "counts" || play == "floods" {
            let outbox = outbox.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    if outbox.send(format!("number {number}")).await.is_err() {
                        return;
                    }
                    if !pause.is_zero() {
                        tokio::time::sleep(pause).await;
                    }
                }
            });
        }
        Ok(Self {
            play: play.into(),
            events,
            outbox,
            heard: 0,
            last: String::new(),
            note: String::new(),
            breaks_in_view: false,
        })
    }

    fn key(&mut self, key: &str) -> Vec<Order> {
        self.last = key.to_owned();
        match key {
            "q" => return vec![Order::Quit],
            "u" => panic!("{HOSTILE}"),
            "v" => self.breaks_in_view = true,
            "w" => {
                let outbox = self.outbox.clone();
                tokio::spawn(async move {
                    let lost = tokio::spawn(async { panic!("{HOSTILE}") }).await;
                    let _ = outbox.send(format!("task lost: {}", lost.is_err())).await;
                });
            }
            "i" => drop(terminal::spawn_vital("vital", || panic!("{HOSTILE}"))),
            "h" => {
                let ours = std::panic::take_hook();
                std::panic::set_hook(Box::new(move |info| {
                    ours(info);
                    panic!("once more");
                }));
                panic!("{HOSTILE}");
            }
            "e" => return vec![Order::Edit("select 1;\n".into())],
            "c" => return vec![Order::Copy("select 'copied'".into())],
            "C" => return vec![Order::Copy("x".repeat(100_000))],
            "z" => return vec![Order::Suspend],
            "m" => return vec![Order::Mouse(Mouse::On)],
            "r" => return vec![Order::Redraw],
            _ => {}
        }
        vec![]
    }
}

impl Workbench for Stage {
    type Event = String;

    async fn event(&mut self) -> String {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    fn update(&mut self, _: Duration, heard: Heard<String>) -> Vec<Order> {
        self.heard += 1;
        match heard {
            Heard::Input(Input::Key(key)) => return self.key(&key.to_string()),
            Heard::Input(Input::Paste(text)) => self.note = format!("pasted {} bytes", text.len()),
            Heard::Input(Input::Overlong(bytes)) => self.note = format!("refused {bytes} bytes"),
            Heard::Input(input) => self.note = format!("{input:?}"),
            Heard::Resized(size) => self.note = format!("now {size}"),
            Heard::Event(event) => self.note = event,
            Heard::Tick => {}
            Heard::Changed(files) => self.note = format!("{files:?}"),
            Heard::Copied(told) => self.note = told.unwrap_or_else(|failure| failure.what),
            Heard::Edited(Ok(text)) => self.note = format!("edited: {text:?}"),
            Heard::Suspend => return vec![Order::Suspend],
            Heard::Edited(Err(failure)) | Heard::NotSuspended(failure) => self.note = failure.what,
        }
        vec![]
    }

    fn next_tick(&self) -> Option<Duration> {
        (self.play == "ticks").then_some(Duration::from_millis(100))
    }

    fn view(&self, frame: &mut Frame<'_>) {
        assert!(!self.breaks_in_view, "{HOSTILE}");
        let area = frame.area();
        let mut lines = vec![
            Line::raw(format!("stage {} pid={}.", self.play, std::process::id())),
            Line::raw(format!("size {}x{} last {}", area.width, area.height, self.last)),
            Line::raw(self.note.clone()),
        ];
        if self.play == "counts" {
            // Every frame is another one everywhere, so that much has to be written.
            let sign = char::from(b'a' + u8::try_from(self.heard % 26).unwrap());
            lines.extend((3..area.height).map(|_| Line::raw(sign.to_string().repeat(area.width.into()))));
        }
        frame.render_widget(Paragraph::new(lines), area);
    }

    async fn close(&mut self) {
        if self.play == "lingers" {
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
    }
}
