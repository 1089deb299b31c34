//! H5 over the sheets of a rollout: names of places and people, answers of servers, journals that somebody else wrote,
//! through every sheet at every size into a terminal emulator.
//!
//! Random, with the seed printed; `MIGRATOR_TEST_SEED` repeats one run.

use std::time::Duration;

use migrator_tui::app::rollout::{Going, Half, Scene, Sheet, Start};
use migrator_tui::app::work::Purpose;
use migrator_tui::app::{self, Msg};
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::model::{
    Actor, Approval, ApprovalId, Closed, End, Failure, FailureKind, ObjectId, ObjectKind, Outcome,
    QualifiedName, RunId, RunState, Verified,
};
use migrator_tui::promote::Sending;
use migrator_tui::worker::{
    Answer, Blocker, Chronicle, ChroniclePlace, Drift, Errand as Deed, Event, EventKind, Happening,
    LeaseHolder, Living, Outlook, Pace, Request, Way,
};

use super::dice::Dice;
use super::driver::{Driver, manner};
use super::emulator;
use super::prepared::outlook;
use super::rollout::{account, answered, begun, bench, record, report, run};

const TEXTS: usize = 20_000;
const PLACES: usize = 4;

/// What comes from elsewhere, and how much of it has been on its way to the screen.
struct Ill {
    dice: Dice,
    texts: usize,
}

#[test]
fn h5_no_text_of_a_rollout_acts_on_the_terminal() {
    let seed = std::env::var("MIGRATOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761 + 1);
    println!("MIGRATOR_TEST_SEED={seed}");
    let mut driver = bench(manner("terminal", Symbols::Unicode, Depth::True));
    let mut ill = Ill { dice: Dice(seed), texts: 0 };
    while ill.texts < TEXTS {
        ill.places(&mut driver);
        ill.asked(&mut driver);
        ill.goes(&mut driver);
        ill.decided(&mut driver);
        ill.reported(&mut driver);
    }
    println!("{} texts", ill.texts);
}

impl Ill {
    fn text(&mut self) -> String {
        self.texts += 1;
        self.dice.text(12)
    }

    fn boxed(&mut self) -> Box<str> {
        self.text().into()
    }

    fn failure(&mut self) -> Failure {
        Failure::new(FailureKind::Server, self.text()).hint(self.text())
    }

    fn actor(&mut self) -> Actor {
        Actor { name: self.boxed(), host: self.boxed(), process: 99 }
    }

    fn object(&mut self) -> ObjectId {
        ObjectId::new(ObjectKind::Table, QualifiedName::new(&*self.text(), &*self.text()))
    }

    fn drift(&mut self, drift: Drift) -> Drift {
        let lines = |ill: &mut Self| Some((0..4).map(|_| ill.text() + "\n").collect::<String>().into());
        Drift { object: self.object(), expected: lines(self), found: lines(self), ..drift }
    }

    fn ran(&mut self, mut state: RunState) -> RunState {
        state.run = RunId::new(self.boxed());
        (state.opened.name, state.opened.environment) = (self.boxed(), self.boxed());
        state.opened.actor = self.actor();
        (state.began, state.last, state.words) = (self.boxed(), self.boxed(), self.boxed());
        if let Some(Verified { differences, .. }) = &mut state.verified {
            *differences = vec![self.boxed(), self.boxed()];
        }
        if let Some(Closed { reason, .. }) = &mut state.closed {
            *reason = self.boxed();
        }
        state
    }

    fn sent(&mut self, sendings: &mut [Sending]) {
        for sending in sendings {
            (sending.title, sending.sql) = (self.boxed(), self.boxed());
        }
    }

    fn way(&mut self, way: &mut Way) {
        self.sent(&mut way.sends);
        way.lost = vec![self.boxed(), self.boxed()];
        if self.dice.below(2) == 0 {
            way.closed = Some(self.text());
        }
    }

    /// A sheet at several sizes, with the cursor in several places.
    fn sheet(&mut self, driver: &mut Driver, sheet: Sheet) {
        driver.state.scene = Scene::Rollout;
        driver.state.rollout.sheet = sheet;
        for _ in 0..4 {
            let (width, height) = self.dice.size();
            app::update(&mut driver.state, Msg::Resize(width, height));
            driver.state.rollout.half = self.dice.of(&[Half::Main, Half::Aside]);
            driver.keys(self.dice.of(&[&["j"] as &[&str], &["G"], &["g", "g"], &["<C-d>"]]));
            emulator::show(&driver.state);
        }
    }

    /// The environments as stations, and all runs there were.
    fn places(&mut self, driver: &mut Driver) {
        let record = record(driver);
        let total = record.plan.steps.len();
        let mut places = Vec::new();
        for at in 0..PLACES {
            let name = self.text();
            driver.state.desk.environments[at].name.clone_from(&name);
            driver.state.desk.environments[at].problem = (at == 2).then(|| self.text());
            let runs = match at {
                0 => Ok(vec![self.ran(run(&record, &name, total, Some(End::Done)))]),
                1 => {
                    let ends = [(total, Some(End::TakenBack)), (3, Some(End::Failed)), (2, None)];
                    Ok(ends.map(|(applied, end)| self.ran(run(&record, &name, applied, end))).into())
                }
                2 => Ok(Vec::new()),
                _ => Err(self.failure()),
            };
            places.push(ChroniclePlace {
                name,
                address: Some(self.text()),
                runs,
                remembered: None,
                kept: Vec::new(),
            });
        }
        answered(driver, Purpose::Look, EventKind::Finished(Answer::Told(Chronicle { places }.into())));
        // What a person is told at the start.
        emulator::show(&driver.state);
        driver.state.mode = app::mode::Mode::Normal;
        self.sheet(driver, Sheet::Pipeline);
        self.sheet(driver, Sheet::History);
    }

    fn outlook(&mut self, driver: &Driver) -> Outlook {
        let mut outlook = outlook(driver);
        let mut prepared = (*outlook.prepared).clone();
        prepared.order.on.name = self.text();
        (prepared.address, prepared.server) = (self.text(), self.text());
        prepared.notes = vec![self.text(), self.text()];
        prepared.tables = prepared.tables.into_iter().map(|(_, size)| (self.object(), size)).collect();
        let given = prepared.given.into_iter().map(|given| Approval {
            id: ApprovalId::new(self.boxed()),
            by: self.actor(),
            at: self.boxed(),
            expires: self.boxed(),
            reason: self.boxed(),
            ..given
        });
        prepared.given = given.collect();
        if self.dice.below(2) == 0 {
            prepared.blocked = vec![self.failure()];
            prepared.waits = vec![self.failure()];
            let known = report(driver).differences;
            prepared.drift = known.into_iter().map(|drift| self.drift(drift)).collect();
        }
        std::sync::Arc::make_mut(&mut prepared.record.plan).name = self.boxed();
        for finding in &mut prepared.record.findings {
            (finding.what, finding.effect, finding.instead) = (self.boxed(), self.boxed(), self.boxed());
        }
        self.way(&mut outlook.way);
        outlook.prepared = prepared.into();
        outlook
    }

    /// What is asked before a run.
    fn asked(&mut self, driver: &mut Driver) {
        let outlook = self.outlook(driver);
        let on = self.text();
        driver.state.rollout.start = Some(Start::new(Request::new(Deed::Promote, Some(&on)), outlook.into()));
        self.sheet(driver, Sheet::Start);
    }

    /// A run under way, and what is in its way.
    fn goes(&mut self, driver: &mut Driver) {
        let outlook = self.outlook(driver);
        let on = self.text();
        let id = begun(driver, Purpose::Run(on.clone()));
        driver.state.rollout.going = Some(Going::new(on, Deed::Run, &outlook, driver.state.now));
        let statements = (0..6).map(|_| self.boxed()).collect();
        let blockers = (0..2)
            .map(|_| Blocker {
                session: self.boxed(),
                role: self.boxed(),
                program: self.boxed(),
                state: self.boxed(),
                seconds: 4242,
                statement: self.boxed(),
            })
            .collect();
        let pace = Some(Pace { phase: self.boxed(), done: 5, total: 20 });
        let happenings = [
            Happening::Began { run: RunId::new(self.boxed()), statements },
            Happening::Sent { statement: 0, attempt: 1 },
            Happening::Settled { from: 0, to: 1, outcome: Outcome::NotApplied },
            Happening::Again { statement: 0, words: self.boxed(), pause: Duration::from_secs(2) },
            Happening::Sent { statement: 0, attempt: 2 },
            Happening::Working { statement: 0, millis: 14_000, blockers, pace, silence: None },
        ];
        for happening in happenings {
            driver.hear(Msg::Worker(Event { id, kind: EventKind::Happened(happening) }));
        }
        self.sheet(driver, Sheet::Run);
        driver.state.work.end(id);
        driver.state.rollout.going = None;
    }

    /// The six lines.
    fn decided(&mut self, driver: &mut Driver) {
        let mut account = account(driver);
        account.state = self.ran(account.state);
        (account.on, account.address, account.server) = (self.text(), self.text(), self.text());
        account.asked = self.boxed();
        if let Some((_, words)) = &mut account.sight.said {
            *words = self.text();
        }
        if self.dice.below(2) == 0 {
            let (who, run, plan, since) = (self.boxed(), self.boxed(), self.boxed(), self.boxed());
            account.sight.holder = Some(LeaseHolder { who, run, plan, since });
            let (session, state, statement) = (self.boxed(), self.boxed(), self.boxed());
            account.sight.living = Some(Living { session, state, seconds: 9, statement });
        }
        self.sent(&mut account.sendings);
        self.way(&mut account.resume);
        self.way(&mut account.back);
        answered(driver, Purpose::Account, EventKind::Finished(Answer::Accounted(account.into())));
        self.sheet(driver, Sheet::Decision);
    }

    fn reported(&mut self, driver: &mut Driver) {
        let mut report = report(driver);
        report.on = self.text();
        report.run = self.ran(report.run);
        self.sent(&mut report.sendings);
        report.differences = report.differences.into_iter().map(|drift| self.drift(drift)).collect();
        (report.notes, report.tries) = (vec![self.text()], vec![self.text()]);
        driver.state.rollout.report = Some(report);
        self.sheet(driver, Sheet::Report);
    }
}
