//! The workbench at this process's terminal: settings and project are read, the worker is started, and what the
//! screen hears and orders is carried between them. It decides nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ratatui::Frame;

use crate::app::{self, Desk, EnvironmentStanding, Errand, Known, Manner, Movement, Msg, Reloaded, State};
use crate::config::theme::{Depth, Symbols, Variant};
use crate::config::{Guard, Motion, Mouse, Project, Settings, Surroundings, ThemeChoice};
use crate::model::{EngineKind, Failure, FailureKind};
use crate::terminal::{self, Did, Ended, Heard, Input, Order, Setup, Workbench};
use crate::ui;
use crate::worker::{self, Client, Command, CommandKind, Event};

use super::exit::Status;
use super::terminal as examined;

/// A turn of the wheel, in rows.
const WHEEL: i16 = 3;

/// Opens the workbench; on a demo, or on what the project and the last session say.
pub(super) fn open(named: Option<&Path>, demo: Option<EngineKind>) -> Result<Status, Failure> {
    let surroundings = Surroundings::of_process();
    let project = Project::load(named, &surroundings)?;
    let (settings, problems) = Settings::load(&surroundings);
    let mut desk = desk(&project, demo);
    let memory = surroundings.state.clone();
    let at = worker::Desk { project, surroundings };
    let mut told: Vec<Failure> = at.project.problems.iter().cloned().chain(problems).collect();
    if demo.is_none() {
        match worker::latest_sides(&at) {
            Ok(Some(sides)) if sides.current != "demo" => {
                desk.current = Some(worker::Reference::new(sides.current));
                desk.desired = Some(worker::Reference::new(sides.desired));
            }
            Ok(_) => {}
            Err(failure) => told.push(failure),
        }
    }
    let manner = manner(&settings, &at.surroundings);
    let setup = Setup {
        mouse: match settings.mouse {
            Mouse::Off => terminal::Mouse::Off,
            Mouse::On => terminal::Mouse::On,
        },
        background: match settings.theme {
            ThemeChoice::ByBackground { .. } => terminal::Question::Ask,
            ThemeChoice::Unset | ThemeChoice::One(_) => terminal::Question::Spare,
        },
        secrets: Vec::new(),
        files: settings.files(),
        folder: memory.unwrap_or_else(std::env::temp_dir),
    };
    let ended = terminal::run(&setup, move || {
        let surroundings = Surroundings::of_process();
        let mut bench = Bench {
            state: State::new(manner, desk),
            client: Some(worker::start_at(at)),
            surroundings,
            background: None,
        };
        let size = terminal::size();
        bench.hear(Msg::Resize(size.width, size.height));
        for failure in told {
            bench.hear(Msg::Reloaded(Box::new(Reloaded { problems: vec![failure], ..Reloaded::default() })));
        }
        let errands = app::start(&mut bench.state);
        bench.run(errands);
        Ok(bench)
    })?;
    Ok(match ended {
        Ended::Quit => Status::Done,
        Ended::Told(_) => Status::Cancelled,
    })
}

fn desk(project: &Project, demo: Option<EngineKind>) -> Desk {
    let last = project.entries.iter().filter_map(|entry| entry.environment.as_ref().ok()?.stage).max();
    let environments = project
        .entries
        .iter()
        .map(|entry| match &entry.environment {
            Ok(environment) => Known {
                name: entry.name.clone(),
                engine: Some(environment.engine),
                standing: match environment.guard {
                    Guard::None => EnvironmentStanding::Free,
                    Guard::Confirm | Guard::Typed | Guard::TwoPerson
                        if environment.stage.is_some() && environment.stage == last =>
                    {
                        EnvironmentStanding::Production
                    }
                    Guard::Confirm | Guard::Typed | Guard::TwoPerson => EnvironmentStanding::Guarded,
                },
                problem: None,
                guard: environment.guard,
                stage: environment.stage,
            },
            Err(failure) => Known {
                name: entry.name.clone(),
                engine: None,
                standing: EnvironmentStanding::Free,
                problem: Some(failure.what.clone()),
                guard: Guard::None,
                stage: None,
            },
        })
        .collect();
    Desk {
        environments,
        project: project.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        current: None,
        next_current: None,
        desired: None,
        person: person(),
        started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        plans: "migrations".into(),
        // Looked at when somebody asks: the first frame waits for nobody.
        checks: Vec::new(),
        demo,
        logged_in: BTreeSet::new(),
    }
}

fn person() -> String {
    let names = ["MIGRATOR_PERSON", "USER", "LOGNAME"];
    names
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
}

fn manner(settings: &Settings, surroundings: &Surroundings) -> Manner {
    let theme = settings.theme(None);
    let symbols = settings
        .symbols
        .or_else(|| theme.symbols())
        .unwrap_or_else(|| Symbols::of_environment(&surroundings.variables));
    Manner {
        keymap: settings.keymap(),
        depth: Depth::of_environment(&surroundings.variables),
        symbols,
        theme,
        movement: match settings.motion {
            Motion::Full => Movement::Full,
            Motion::Reduced => Movement::Reduced,
        },
        mouse: match settings.mouse {
            Mouse::Off => app::Mouse::Off,
            Mouse::On => app::Mouse::On,
        },
    }
}

struct Bench {
    state: State,
    /// Taken at the end.
    client: Option<Client>,
    surroundings: Surroundings,
    /// What the terminal said of its background.
    background: Option<Variant>,
}

/// Dark or light, by how bright the colour is to the eye.
fn variant([red, green, blue]: [u8; 3]) -> Variant {
    let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if brightness > 127_500 { Variant::Light } else { Variant::Dark }
}

impl Bench {
    fn hear(&mut self, msg: Msg) -> Vec<Order> {
        let errands = app::update(&mut self.state, msg);
        self.run(errands)
    }

    /// Does what can be done here, and orders the rest from the terminal.
    fn run(&mut self, errands: Vec<Errand>) -> Vec<Order> {
        let mut orders = Vec::new();
        for errand in errands {
            match errand {
                Errand::Command(id, kind) => {
                    if let CommandKind::Examine = *kind {
                        self.state.desk.checks = examined::checks_beside_a_screen();
                    }
                    self.post(|client| client.post(Command { id, kind: *kind }));
                }
                Errand::Cancel(id) => self.post(|client| client.post_cancel(id)),
                Errand::Copy(text) => orders.push(Order::Copy(text)),
                Errand::Edit(text) => orders.push(Order::Edit(text)),
                Errand::Suspend => orders.push(Order::Suspend),
                Errand::Redraw => orders.push(Order::Redraw),
                Errand::Mouse(app::Mouse::Off) => orders.push(Order::Mouse(terminal::Mouse::Off)),
                Errand::Mouse(app::Mouse::On) => orders.push(Order::Mouse(terminal::Mouse::On)),
                Errand::Theme(name) => orders.extend(self.reload(&Wanted::Theme(name))),
                Errand::Keymap(name) => orders.extend(self.reload(&Wanted::Keymap(name))),
                Errand::Reload => orders.extend(self.reload(&Wanted::All)),
                Errand::Quit => orders.push(Order::Quit),
            }
        }
        orders
    }

    fn post(&mut self, send: impl FnOnce(&Client) -> Result<(), Failure>) {
        let sent = self.client.as_ref().map(send);
        if let Some(Err(failure)) = sent {
            self.state.say(app::log::Tone::Bad, failure.what);
        }
    }

    /// Reads the settings again, as far as they are wanted.
    fn reload(&mut self, wanted: &Wanted) -> Vec<Order> {
        let (settings, problems) = Settings::load(&self.surroundings);
        let reloaded = match wanted {
            Wanted::All => Reloaded {
                keymap: Some(settings.keymap()),
                theme: Some(settings.theme(self.background)),
                symbols: settings.symbols,
                problems,
            },
            Wanted::Theme(name) => Reloaded {
                theme: settings.themes.iter().find(|theme| theme.name() == name).cloned(),
                ..Reloaded::default()
            },
            Wanted::Keymap(name) => Reloaded {
                keymap: settings.keymaps.iter().find(|map| map.name() == name).cloned(),
                ..Reloaded::default()
            },
        };
        // A mistake leaves the old settings in place.
        let reloaded = if reloaded.problems.is_empty() {
            reloaded
        } else {
            Reloaded { problems: reloaded.problems, ..Reloaded::default() }
        };
        let errands = app::update(&mut self.state, Msg::Reloaded(Box::new(reloaded)));
        self.run(errands)
    }
}

enum Wanted {
    All,
    Theme(String),
    Keymap(String),
}

impl Workbench for Bench {
    /// `None`: the background task has ended.
    type Event = Option<Event>;

    async fn event(&mut self) -> Option<Event> {
        match &mut self.client {
            Some(client) => match client.next().await {
                Some(event) => Some(event),
                None => {
                    self.client = None;
                    None
                }
            },
            None => std::future::pending().await,
        }
    }

    fn update(&mut self, now: Duration, heard: Heard<Option<Event>>) -> Vec<Order> {
        let mut orders = self.hear(Msg::Tick(now));
        let msg = match heard {
            Heard::Tick => return orders,
            Heard::Input(input) => match input {
                Input::Key(key) => Msg::Key(key),
                Input::Paste(text) => Msg::Paste(text),
                Input::Overlong(bytes) => Msg::Overlong(bytes),
                Input::Pointer(pointer) => match pointer.did {
                    Did::Press => Msg::Click(pointer.column, pointer.row),
                    Did::WheelUp => Msg::Wheel(pointer.column, pointer.row, -WHEEL),
                    Did::WheelDown => Msg::Wheel(pointer.column, pointer.row, WHEEL),
                    Did::Drag | Did::Release => return orders,
                },
                Input::Background(colour) => {
                    self.background = Some(variant(colour));
                    orders.extend(self.reload(&Wanted::All));
                    return orders;
                }
                Input::FocusGained | Input::FocusLost => return orders,
            },
            Heard::Resized(size) => Msg::Resize(size.width, size.height),
            Heard::Event(Some(event)) => Msg::Worker(event),
            Heard::Event(None) => {
                let failure = Failure::new(FailureKind::Internal, "the background task has ended")
                    .hint("what you edited is kept; quit and start again");
                Msg::NotSuspended(failure)
            }
            Heard::Changed(_) => {
                orders.extend(self.reload(&Wanted::All));
                return orders;
            }
            Heard::Copied(told) => Msg::Copied(told),
            Heard::Edited(text) => Msg::Edited(text),
            Heard::Suspend => Msg::Suspend,
            Heard::NotSuspended(failure) => Msg::NotSuspended(failure),
        };
        orders.extend(self.hear(msg));
        orders
    }

    fn next_tick(&self) -> Option<Duration> {
        self.state.next_tick()
    }

    fn view(&self, frame: &mut Frame<'_>) {
        ui::view(&self.state, frame);
    }

    async fn close(&mut self) {
        let errands = app::farewell(&mut self.state);
        self.run(errands);
        if let Some(client) = self.client.take() {
            client.close().await;
        }
    }
}
