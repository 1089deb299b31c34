//! The sheets of a rollout, from journals and runs that are made up: what they look like at every size, in every look.

use std::sync::Arc;
use std::time::Duration;

use migrator_tui::app::rollout::{Going, Half, Report, Scene, Sheet, Start};
use migrator_tui::app::work::Purpose;
use migrator_tui::app::{Desk, EnvironmentStanding, Errand, Known, Manner, Msg};
use migrator_tui::config::Guard;
use migrator_tui::engines;
use migrator_tui::export::{self, Record};
use migrator_tui::model::{
    Actor, Boundary, Closed, Course, End, EngineKind, Failure, FailureKind, Fingerprint, Intended, ObjectId,
    ObjectKind, Opened, Outcome, QualifiedName, RunId, RunState, SessionMark, Took, Unit, Verified,
};
use migrator_tui::promote::{Origin, Waiting, sendings};
use migrator_tui::worker::{
    Account, Answer, Blocker, Chronicle, ChroniclePlace, CommandId, CommandKind, Drift, Errand as Deed,
    Event, EventKind, Happening, LeaseHolder, Living, Pace, Request, Sight, Way,
};

use super::driver::Driver;
use super::pictures::pictures;
use super::prepared::outlook;

const NAMES: [(&str, Guard, EnvironmentStanding); 4] = [
    ("dev", Guard::None, EnvironmentStanding::Free),
    ("staging", Guard::None, EnvironmentStanding::Free),
    ("canary", Guard::Confirm, EnvironmentStanding::Guarded),
    ("production", Guard::Typed, EnvironmentStanding::Production),
];

/// The demo's plan, and four environments that nobody connects to.
pub fn bench(manner: Manner) -> Driver {
    let mut driver = Driver::demo(manner, (80, 24));
    driver.keys(&["<Enter>"]);
    driver.wait(Duration::from_secs(60));
    driver.state.desk.project = "migrator.toml".into();
    driver.state.desk.environments = NAMES
        .iter()
        .enumerate()
        .map(|(at, (name, guard, standing))| Known {
            name: (*name).into(),
            engine: Some(EngineKind::Sqlite),
            standing: *standing,
            problem: None,
            guard: *guard,
            stage: Some(at as u32 + 1),
        })
        .collect();
    driver
}

pub fn record(driver: &Driver) -> Record {
    let mut record = driver.state.subject.as_deref().unwrap().draft.as_ref().unwrap().record.clone();
    record.generated = "2026-11-27T09:30:00Z".into();
    record
}

/// A run of the demo's plan, of which so many statements took effect.
pub(super) fn run(record: &Record, on: &str, applied: usize, end: Option<End>) -> RunState {
    let total = record.plan.steps.len();
    let took = |at: usize| {
        Some(Took {
            millis: 7 + 311 * at as u64 % 900,
            rows: if at % 5 == 2 { 240 } else { 0 },
            waited: if at % 7 == 6 { 41 } else { 0 },
        })
    };
    RunState {
        run: RunId::new(format!("r20261127T101500-{on}")),
        opened: Opened {
            plan: export::digest(&record.plan),
            name: record.plan.name.clone(),
            environment: on.into(),
            course: Course::Forward,
            actor: Actor { name: "ana".into(), host: "dba1".into(), process: 4711 },
            before: Fingerprint::of(["before"]),
            statements: (0..total).map(|at| Fingerprint::of([at.to_string().as_str()])).collect(),
            circumstances: migrator_tui::model::Circumstances::default(),
        },
        began: "2026-11-27T10:15:00Z".into(),
        last: "2026-11-27T10:15:42Z".into(),
        fence: 3,
        outcomes: (0..total).map(|at| (at < applied).then_some(Outcome::Applied)).collect(),
        took: (0..total).map(|at| if at < applied { took(at) } else { None }).collect(),
        open: None,
        meant: None,
        attempts: 1,
        words: "".into(),
        verified: (end == Some(End::Done))
            .then(|| Verified { after: Fingerprint::of(["after"]), differences: Vec::new() }),
        closed: end.map(|end| Closed { end, reason: "".into() }),
        contracted: None,
    }
}

/// What a command would have been answered.
pub(super) fn answered(driver: &mut Driver, purpose: Purpose, kind: EventKind) {
    let id = begun(driver, purpose);
    driver.hear(Msg::Worker(Event { id, kind }));
}

pub(super) fn begun(driver: &mut Driver, purpose: Purpose) -> CommandId {
    let now = driver.state.now;
    match driver.state.work.begin(now, purpose, CommandKind::Look(Vec::new())) {
        Errand::Command(id, _) => id,
        other => panic!("{other:?}"),
    }
}

pub(super) fn told(driver: &mut Driver) {
    let record = record(driver);
    let total = record.plan.steps.len();
    let archive = QualifiedName { schema: Some("migrator_archive_671cd6596f_1".into()), name: "fax".into() };
    let kept = Waiting { place: archive, rows: Some(2_300) };
    let place = |name: &str, runs| ChroniclePlace {
        name: name.into(),
        address: Some(format!("postgres://deploy@{name}.example/shop")),
        runs,
        remembered: None,
        kept: if ["dev", "staging"].contains(&name) { vec![kept.clone()] } else { Vec::new() },
    };
    let gone = Failure::new(FailureKind::Connection, "production: no answer from db.example:5432")
        .hint("check host, port and network; `migrator-tui doctor` tries every environment");
    let mut taken = run(&record, "staging", total, Some(End::TakenBack));
    taken.began = "2026-11-26T17:02:00Z".into();
    taken.last = taken.began.clone();
    let chronicle = Chronicle {
        places: vec![
            place("dev", Ok(vec![run(&record, "dev", total, Some(End::Done))])),
            place("staging", Ok(vec![taken, run(&record, "staging", 3, Some(End::Failed))])),
            place("canary", Ok(Vec::new())),
            place("production", Err(gone)),
        ],
    };
    answered(driver, Purpose::Look, EventKind::Finished(Answer::Told(chronicle.into())));
    if !matches!(driver.state.mode, migrator_tui::app::mode::Mode::Normal) {
        driver.keys(&["n"]);
    }
    driver.wait(Duration::from_secs(60));
}

pub(super) fn shown(driver: &mut Driver, sheet: Sheet) {
    driver.state.scene = Scene::Rollout;
    driver.state.rollout.sheet = sheet;
}

#[test]
fn environments_as_stations() {
    pictures("pipeline", bench, |driver| {
        told(driver);
        shown(driver, Sheet::Pipeline);
        driver.keys(&["j"]);
    });
}

#[test]
fn no_environments_are_taught() {
    let made = |manner| Driver::start(manner, Desk::default(), "");
    pictures("pipeline-empty", made, |driver| {
        driver.begin();
        driver.keys(&["P"]);
        assert!(driver.screen().contains("[environments.staging]"), "{}", driver.screen());
    });
}

#[test]
fn what_is_asked_before_a_run() {
    pictures("start", bench, |driver| {
        let request = Request::new(Deed::Promote, Some("production"));
        driver.state.rollout.start = Some(Start::new(request, outlook(driver).into()));
        shown(driver, Sheet::Start);
        driver.keys(&["<Enter>"]);
        driver.text("drop-table");
        driver.keys(&["<Enter>", "<Esc>"]);
        driver.wait(Duration::from_secs(60));
    });
}

#[test]
fn what_stands_in_the_way_of_a_run() {
    pictures("start-blocked", bench, |driver| {
        let mut outlook = outlook(driver);
        let mut prepared = (*outlook.prepared).clone();
        let object = ObjectId::new(ObjectKind::Table, QualifiedName::new("public", "orders"));
        let text =
            |note: &str| Some(format!("table\nCREATE TABLE orders (\n  id integer,\n  {note}\n)").into());
        prepared.drift = vec![Drift {
            object,
            expected: text("note text NOT NULL"),
            found: text("note text"),
            origin: Origin::Plan,
        }];
        prepared.blocked = vec![
            Failure::new(FailureKind::Refused, "production is not as the plan expects it")
                .hint("make the plan again from what is there"),
        ];
        prepared.waits = vec![
            Failure::new(FailureKind::Refused, "production is frozen: end of the quarter")
                .hint("nothing begins there until `freeze` is taken out of the project file"),
        ];
        outlook.prepared = prepared.into();
        driver.state.rollout.start =
            Some(Start::new(Request::new(Deed::Promote, Some("production")), outlook.into()));
        shown(driver, Sheet::Start);
    });
}

fn going(driver: &mut Driver) -> CommandId {
    let id = begun(driver, Purpose::Run("staging".into()));
    let outlook = outlook(driver);
    driver.state.rollout.going = Some(Going::new("staging".into(), Deed::Run, &outlook, driver.state.now));
    shown(driver, Sheet::Run);
    let statements: Vec<Box<str>> =
        outlook.way.sends.iter().take(14).map(|sending| sending.title.clone()).collect();
    let began = Happening::Began { run: RunId::new("r20261127T101500-staging"), statements };
    driver.hear(Msg::Worker(Event { id, kind: EventKind::Happened(began) }));
    id
}

fn happens(driver: &mut Driver, id: CommandId, happening: Happening) {
    driver.hear(Msg::Worker(Event { id, kind: EventKind::Happened(happening) }));
}

#[test]
fn a_run_that_waits_for_somebody() {
    pictures("run", bench, |driver| {
        let id = going(driver);
        for statement in 0..4 {
            happens(driver, id, Happening::Sent { statement, attempt: 1 });
            happens(driver, id, Happening::Answered { statement, millis: 12 + 800 * statement as u64 });
            if statement == 2 {
                happens(driver, id, Happening::Settled { from: 0, to: 3, outcome: Outcome::Applied });
            }
        }
        happens(driver, id, Happening::Sent { statement: 4, attempt: 1 });
        let words = "canceling statement due to lock timeout".into();
        happens(driver, id, Happening::Settled { from: 3, to: 5, outcome: Outcome::NotApplied });
        happens(driver, id, Happening::Again { statement: 4, words, pause: Duration::from_secs(2) });
        driver.wait(Duration::from_secs(2));
        happens(driver, id, Happening::Sent { statement: 3, attempt: 2 });
        happens(driver, id, Happening::Answered { statement: 3, millis: 9 });
        happens(driver, id, Happening::Sent { statement: 4, attempt: 2 });
        driver.wait(Duration::from_secs(14));
        let blocker = Blocker {
            session: "31337".into(),
            role: "report".into(),
            program: "nightly export".into(),
            state: "idle in transaction".into(),
            seconds: 4242,
            statement: "SELECT * FROM orders WHERE day > $1 FOR UPDATE".into(),
        };
        let pace = Pace { phase: "building index: scanning table".into(), done: 5120, total: 20_480 };
        let working = Happening::Working {
            statement: 4,
            millis: 14_000,
            blockers: vec![blocker],
            pace: Some(pace),
            silence: None,
        };
        happens(driver, id, working);
    });
}

pub(super) fn account(driver: &Driver) -> Account {
    let record = record(driver);
    let mut state = run(&record, "staging", 5, None);
    state.open = Some(Intended {
        unit: Unit { from: 5, to: 6 },
        boundary: Boundary::NonTransactional,
        session: Some(SessionMark { id: "27106".into(), began: "1.5".into() }),
        attempt: 1,
        footprint: None,
    });
    let dialect = engines::dialect(EngineKind::Sqlite).unwrap();
    let all = sendings(dialect, &record.plan, &Course::Forward);
    let back = Course::Back { of: state.run.clone(), steps: 5 };
    Account {
        on: "staging".into(),
        address: "postgres://deploy@staging.example/shop".into(),
        server: "PostgreSQL 16.4".into(),
        sight: Sight {
            said: Some((
                Outcome::NotApplied,
                "index public.orders_day is half made; it is removed before the next try".into(),
            )),
            ..Sight::default()
        },
        asked: "2026-11-27T10:20:00Z".into(),
        resume: Way { sends: all.iter().skip(5).cloned().collect(), ..Way::default() },
        back: Way {
            sends: sendings(dialect, &record.plan, &back),
            lost: vec!["the rows of public.returns".into()],
            closed: None,
        },
        sendings: all,
        plan: Some(record),
        state,
    }
}

fn decision(driver: &mut Driver, account: Account) {
    shown(driver, Sheet::Pipeline);
    answered(driver, Purpose::Account, EventKind::Finished(Answer::Accounted(account.into())));
    driver.wait(Duration::from_secs(3));
}

#[test]
fn the_six_lines() {
    pictures("decision", bench, |driver| {
        let account = account(driver);
        decision(driver, account);
    });
}

#[test]
fn the_six_lines_while_somebody_works() {
    pictures("decision-at-work", bench, |driver| {
        let mut account = account(driver);
        account.sight = Sight {
            holder: Some(LeaseHolder {
                who: "bo@dba2 (process 99)".into(),
                run: account.state.run.as_str().into(),
                plan: "".into(),
                since: "2026-11-27T10:15:00Z".into(),
            }),
            living: Some(Living {
                session: "27106".into(),
                state: "active".into(),
                seconds: 340,
                statement: "CREATE INDEX CONCURRENTLY orders_day ON public.orders (day)".into(),
            }),
            ..Sight::default()
        };
        account.back.closed = Some("drop table legacy cannot be taken back: its rows are gone".into());
        decision(driver, account);
        driver.keys(&["j", "j"]);
    });
}

pub(super) fn report(driver: &Driver) -> Report {
    let record = record(driver);
    let total = record.plan.steps.len();
    let mut state = run(&record, "staging", total, Some(End::Done));
    state.verified = Some(Verified {
        after: Fingerprint::of(["after"]),
        differences: vec!["table public.orders is not what it was".into()],
    });
    let dialect = engines::dialect(EngineKind::Sqlite).unwrap();
    let object = ObjectId::new(ObjectKind::Table, QualifiedName::new("public", "orders"));
    let text = |note: &str| Some(format!("table\nCREATE TABLE orders (\n  id integer,\n  {note}\n)").into());
    Report {
        on: "staging".into(),
        run: state,
        sendings: sendings(dialect, &record.plan, &Course::Forward),
        differences: vec![Drift {
            object,
            expected: text("note text NOT NULL"),
            found: text("note text"),
            origin: Origin::Plan,
        }],
        notes: vec!["canary could not be asked whether it is the same database".into()],
        tries: vec!["statement 5: canceling statement due to lock timeout".into()],
    }
}

#[test]
fn the_report_of_a_run() {
    pictures("report", bench, |driver| {
        driver.state.rollout.report = Some(report(driver));
        shown(driver, Sheet::Report);
    });
}

#[test]
fn all_runs() {
    pictures("history", bench, |driver| {
        told(driver);
        shown(driver, Sheet::History);
        driver.keys(&["j"]);
    });
}

/// A search goes from row to row, and the mouse moves cursors and nothing else.
#[test]
fn a_sheet_is_searched_and_clicked() {
    let mut driver = bench(super::driver::plain());
    driver.resize((120, 40));
    told(&mut driver);
    shown(&mut driver, Sheet::Pipeline);
    let at = |driver: &Driver| driver.state.rollout.stations.cursor;
    for (text, row) in [("production", 3), ("canary", 2)] {
        driver.keys(&["g", "g", "/"]);
        driver.text(text);
        driver.keys(&["<Enter>"]);
        assert_eq!(at(&driver), row, "{}", driver.screen());
    }
    driver.keys(&["n"]);
    assert_eq!(at(&driver), 2, "the only one");
    let (main, aside) = migrator_tui::app::rollout::areas(&driver.state);
    let inner = main.inner();
    let screen = driver.screen();
    let is_row = |line: &&str| line.chars().take(main.width.into()).collect::<String>().contains("2 staging");
    let y = screen.lines().position(|line| is_row(&line)).unwrap() as u16;
    driver.hear(Msg::Click(inner.x + 2, y));
    assert_eq!(at(&driver), 1, "{screen}");
    driver.hear(Msg::Wheel(inner.x + 2, y, 1));
    assert_eq!(at(&driver), 2);
    driver.hear(Msg::Click(aside.x + 2, aside.y + 2));
    assert_eq!((at(&driver), driver.state.rollout.half), (2, Half::Aside));
    driver.keys(&["?"]);
    let help = driver.screen();
    let (own, _) = help.split_once("Everywhere").unwrap_or((&help, ""));
    assert!(own.contains("Run the plan here"), "{help}");
}

/// Statement by statement, whatever is left out and tried again.
#[test]
fn a_run_ticks() {
    let mut driver = bench(super::driver::plain());
    driver.resize((120, 40));
    let id = going(&mut driver);
    let header = |driver: &Driver| driver.screen().lines().next().unwrap().to_owned();
    assert!(header(&driver).contains("running on staging 0/14"), "{}", header(&driver));
    happens(&mut driver, id, Happening::Sent { statement: 3, attempt: 1 });
    assert!(header(&driver).contains("3/14"), "what was in effect before counts: {}", header(&driver));
    happens(&mut driver, id, Happening::Answered { statement: 3, millis: 4 });
    happens(&mut driver, id, Happening::Settled { from: 3, to: 4, outcome: Outcome::Unknown });
    assert!(driver.screen().contains("unknown"), "{}", driver.screen());
    driver.keys(&["<Esc>", "<Esc>", "4"]);
    assert!(header(&driver).contains("running on staging"), "{}", header(&driver));
    driver.keys(&["<C-c>"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Run, "a run is never stopped by the way");
    assert!(driver.screen().contains("this is what runs"), "{}", driver.screen());
    driver.keys(&["Q"]);
    assert!(driver.screen().contains("Quit while a run is under way?"), "{}", driver.screen());
    driver.keys(&["n"]);
    let stale = Event {
        id: CommandId(9999),
        kind: EventKind::Happened(Happening::Sent { statement: 9, attempt: 1 }),
    };
    driver.hear(Msg::Worker(stale));
    assert!(header(&driver).contains("3/14"), "another command's event changes nothing: {}", header(&driver));
}

/// A word that is not the one that was asked for runs nothing.
#[test]
fn words_are_typed_exactly() {
    let mut driver = bench(super::driver::plain());
    let request = Request::new(Deed::Run, Some("staging"));
    driver.state.rollout.start = Some(Start::new(request, Arc::new(outlook(&driver))));
    shown(&mut driver, Sheet::Start);
    let start = driver.state.rollout.start.as_ref().unwrap();
    let words: Vec<String> = start.demands.iter().map(|demand| demand.word.clone()).collect();
    assert!(!words.is_empty(), "the demo has findings of severity error");
    driver.keys(&["A"]);
    driver.text("no");
    driver.keys(&["<Enter>"]);
    assert!(driver.screen().contains("nothing runs"), "{}", driver.screen());
    assert!(driver.state.rollout.going.is_none());
    driver.keys(&["<Enter>"]);
    for word in &words {
        driver.text(word);
        driver.keys(&["<Enter>"]);
    }
    assert_eq!(driver.state.rollout.start.as_ref().unwrap().next(), None);
    assert!(driver.state.rollout.going.is_none(), "typing alone begins nothing");
}

/// What a person has to know about a choice is in sight, and none is made beforehand.
#[test]
fn no_way_out_is_chosen_beforehand() {
    let mut driver = bench(super::driver::plain());
    let account = account(&driver);
    decision(&mut driver, account);
    driver.keys(&["<Enter>"]);
    assert!(driver.screen().contains("nothing is chosen yet"), "{}", driver.screen());
    for words in [
        "1 sent",
        "2 server",
        "3 statements",
        "4 at work",
        "5 ways out",
        "6 SQL",
        "probe again",
        "resume",
        "roll back",
        "leave",
        "lost: the rows",
    ] {
        assert!(driver.screen().contains(words), "{words}:\n{}", driver.screen());
    }
    driver.keys(&["<Esc>"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Pipeline);
    assert!(driver.state.rollout.going.is_none());
}
