//! A server in memory, people who run a plan on it, and the journal they write: one event after the other, as a number
//! says. After each event the journal's conclusions are held against what the server has (rollout invariants I1, I2,
//! I3, I6, I9).

use migrator_tui::model::{
    Actor, Boundary, Closed, Course, End, Entry, Fingerprint, Intended, Opened, Outcome, Record, RunId,
    RunStanding, RunState, Settled, Unit, Witness, fold,
};

/// The event that begins a run.
pub const BEGIN: u64 = 13 << 2;

/// A plan: the length of each unit, and whether it is a transaction. Its way back has the same units in reverse.
const PLAN: [(usize, bool); 4] = [(2, true), (1, false), (1, false), (3, true)];
const STATEMENTS: usize = 7;

/// Somebody who runs the plan, in one process.
struct Person {
    run: RunId,
    fence: u64,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Between two units.
    Between,
    Meant(Unit),
    Waiting(Unit),
}

/// A unit that the server works on. It may outlive who sent it.
struct Work {
    run: RunId,
    fence: u64,
    unit: Unit,
    /// `None` while it lasts.
    ended: Option<Ending>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Answered,
    Refused,
    /// The server ended it one way or the other, and nobody heard of it.
    Silent,
}

pub struct World {
    /// Which statements of the plan are in effect.
    applied: [bool; STATEMENTS],
    pub records: Vec<Record>,
    fence: u64,
    work: Option<Work>,
    people: [Option<Person>; 2],
    runs: usize,
}

impl World {
    pub fn new() -> Self {
        let applied = [false; STATEMENTS];
        Self { applied, records: Vec::new(), fence: 0, work: None, people: [None, None], runs: 0 }
    }

    pub fn states(&self) -> Result<Vec<RunState>, String> {
        fold(&self.records).map_err(|error| format!("the journal contradicts itself: {error}"))
    }

    fn state(&self, run: &RunId) -> Result<RunState, String> {
        self.states()?.into_iter().find(|state| &state.run == run).ok_or_else(|| format!("no run {run}"))
    }

    /// The server takes a record from whoever holds the lease, and from nobody else.
    fn add(&mut self, run: &RunId, fence: u64, entry: Entry) -> bool {
        if fence == self.fence {
            let seq = self.records.len() as u64 + 1;
            self.records.push(Record { seq, run: run.clone(), fence, at: "".into(), entry });
        }
        fence == self.fence
    }

    fn settle(&mut self, run: &RunId, fence: u64, unit: Unit, outcome: Outcome, witness: Witness) -> bool {
        let settled = Settled { unit, outcome, witness, words: "".into(), took: Vec::new() };
        self.add(run, fence, Entry::Settled(settled))
    }

    /// One event. The number says which one, and how it goes.
    pub fn happen(&mut self, event: u64) -> Result<(), String> {
        let who = usize::from(event & 1 == 1);
        let lucky = event & 2 == 2;
        let detail = event >> 8;
        match (event >> 2) % 16 {
            0..=6 => self.step(who, detail)?,
            7 | 8 => self.end_work(lucky, detail),
            9 => self.people[who] = None,
            10 | 11 => self.resume(who, detail)?,
            12 => self.roll_back(who, detail)?,
            13 => self.begin(who)?,
            14 => self.decide()?,
            // Both processes and the session on the server die.
            _ => {
                self.people = [None, None];
                self.end_work(lucky, detail);
            }
        }
        self.check()
    }

    fn begin(&mut self, who: usize) -> Result<(), String> {
        let all_over = self.states()?.iter().all(|state| state.standing() == RunStanding::Over);
        // Whoever lives holds the lock, and what is there already is not run again.
        if !all_over || self.people.iter().any(Option::is_some) || self.work.is_some() || self.applied[0] {
            return Ok(());
        }
        self.open(who, Course::Forward, STATEMENTS);
        Ok(())
    }

    fn open(&mut self, who: usize, course: Course, statements: usize) {
        self.fence += 1;
        self.runs += 1;
        let (run, fence) = (RunId::new(format!("r{}", self.runs)), self.fence);
        let opened = Opened {
            plan: Fingerprint::of(["plan"]),
            name: "".into(),
            environment: "".into(),
            course,
            actor: actor(who),
            before: Fingerprint::of([""]),
            statements: vec![Fingerprint::of([""]); statements],
            circumstances: migrator_tui::model::Circumstances::default(),
        };
        self.add(&run, fence, Entry::Opened(opened));
        self.people[who] = Some(Person { run, fence, at: At::Between });
    }

    /// Takes the lease from whoever has it. What is under way is waited for; the other one's session is dead then.
    fn take_over(&mut self, who: usize, run: &RunId, detail: u64) -> u64 {
        self.end_work(detail & 1 == 1, detail >> 1);
        self.work = None;
        self.fence += 1;
        let fence = self.fence;
        self.add(run, fence, Entry::Resumed(actor(who)));
        fence
    }

    /// Asks what became of the unit in question. `false`: no answer that settles it.
    fn settle_open(&mut self, run: &RunId, fence: u64, detail: u64) -> Result<bool, String> {
        let state = self.state(run)?;
        let at = state.applied();
        let unknown = state.outcomes.get(at) == Some(&Some(Outcome::Unknown));
        let unit = match (&state.open, unknown) {
            (Some(open), _) => open.unit,
            (None, true) => unit_from(&state, at).0,
            (None, false) => return Ok(true),
        };
        let (_, transaction) = unit_from(&state, unit.from);
        let outcome = match (transaction, detail % 4) {
            // Its record would be there.
            (true, _) => Outcome::NotApplied,
            (false, 0) => Outcome::Unknown,
            (false, _) if self.has(&state, unit.from) => Outcome::Applied,
            (false, _) => Outcome::NotApplied,
        };
        self.settle(run, fence, unit, outcome, Witness::Probe);
        if outcome == Outcome::Unknown {
            self.close(run, fence, End::Failed);
        }
        Ok(outcome != Outcome::Unknown)
    }

    fn close(&mut self, run: &RunId, fence: u64, end: End) {
        self.add(run, fence, Entry::Closed(Closed { end, reason: "".into() }));
    }

    fn resume(&mut self, who: usize, detail: u64) -> Result<(), String> {
        let open = self.states()?.into_iter().rfind(|state| state.standing() != RunStanding::Over);
        let Some(state) = open else { return Ok(()) };
        self.people[who] = None;
        let fence = self.take_over(who, &state.run, detail);
        if self.settle_open(&state.run, fence, detail >> 2)? {
            self.people[who] = Some(Person { run: state.run, fence, at: At::Between });
        }
        Ok(())
    }

    fn roll_back(&mut self, who: usize, detail: u64) -> Result<(), String> {
        let states = self.states()?;
        let Some(last) = states.iter().rfind(|state| state.opened.course == Course::Forward) else {
            return Ok(());
        };
        let others =
            states.iter().any(|other| other.run != last.run && other.standing() != RunStanding::Over);
        let is_taken = last.closed.as_ref().is_some_and(|closed| closed.end == End::TakenBack);
        if others || is_taken {
            return Ok(());
        }
        let run = last.run.clone();
        self.people[who] = None;
        let fence = self.take_over(who, &run, detail);
        if !self.settle_open(&run, fence, detail >> 2)? {
            return Ok(());
        }
        self.close(&run, fence, End::Parked);
        let steps = self.state(&run)?.applied();
        // I9: what is taken back is what is there, and all of it.
        let is_prefix = self.applied.iter().enumerate().all(|(at, applied)| *applied == (at < steps));
        if !is_prefix {
            return Err(format!("{steps} steps are to be taken back of {:?}", self.applied));
        }
        if steps > 0 {
            self.open(who, Course::Back { of: run, steps }, steps);
        }
        Ok(())
    }

    /// A person looks at the server and says what became of it.
    fn decide(&mut self) -> Result<(), String> {
        if self.work.is_some() || self.people.iter().any(Option::is_some) {
            return Ok(());
        }
        let Some(state) =
            self.states()?.into_iter().rfind(|state| state.outcomes.contains(&Some(Outcome::Unknown)))
        else {
            return Ok(());
        };
        let unit = unit_from(&state, state.applied()).0;
        let outcome = if self.has(&state, unit.from) { Outcome::Applied } else { Outcome::NotApplied };
        let fence = self.fence;
        self.settle(&state.run, fence, unit, outcome, Witness::Person);
        Ok(())
    }

    /// A person's process goes on by one move.
    fn step(&mut self, who: usize, detail: u64) -> Result<(), String> {
        let Some(person) = &self.people[who] else { return Ok(()) };
        let (run, fence, at) = (person.run.clone(), person.fence, person.at);
        // A session whose lock has passed to somebody else is dead: it sends nothing and writes nothing.
        if fence != self.fence {
            let refused = !self.add(&run, fence, Entry::Resumed(actor(who)));
            self.people[who] = None;
            return if refused { Ok(()) } else { Err("a former owner wrote a record".into()) };
        }
        let next = match at {
            At::Between => {
                let state = self.state(&run)?;
                let from = state.applied();
                if from == state.outcomes.len() {
                    self.close(&run, fence, End::Done);
                    None
                } else if detail.is_multiple_of(16) {
                    self.close(&run, fence, End::Parked);
                    None
                } else {
                    let (unit, transaction) = unit_from(&state, from);
                    let boundary =
                        if transaction { Boundary::Transactional } else { Boundary::NonTransactional };
                    let intended = Intended { unit, boundary, session: None, attempt: 1 };
                    self.add(&run, fence, Entry::Intended(intended));
                    Some(At::Meant(unit))
                }
            }
            At::Meant(unit) => {
                self.work = Some(Work { run: run.clone(), fence, unit, ended: None });
                Some(At::Waiting(unit))
            }
            At::Waiting(unit) => match self.work.as_ref().and_then(|work| work.ended) {
                None => Some(At::Waiting(unit)),
                Some(ending) => {
                    self.work = None;
                    self.hear(&run, fence, unit, ending, detail)?
                }
            },
        };
        self.people[who] = next.map(|at| Person { run, fence, at });
        Ok(())
    }

    /// The answer has come, or will never come.
    fn hear(
        &mut self,
        run: &RunId,
        fence: u64,
        unit: Unit,
        ending: Ending,
        detail: u64,
    ) -> Result<Option<At>, String> {
        let state = self.state(run)?;
        let (_, transaction) = unit_from(&state, unit.from);
        match (ending, transaction) {
            // The record came with it.
            (Ending::Answered, true) => {}
            (Ending::Answered, false) => {
                self.settle(run, fence, unit, Outcome::Applied, Witness::Answer);
            }
            (Ending::Refused, true) => {
                self.settle(run, fence, unit, Outcome::NotApplied, Witness::Answer);
            }
            (Ending::Refused, false) | (Ending::Silent, _) => {
                if !self.settle_open(run, fence, detail)? {
                    return Ok(None);
                }
            }
        }
        if ending == Ending::Refused && detail.is_multiple_of(3) {
            self.close(run, fence, End::Failed);
            return Ok(None);
        }
        Ok(Some(At::Between))
    }

    /// The server comes to the end of what it works on.
    fn end_work(&mut self, lucky: bool, detail: u64) {
        let Some(work) = &self.work else { return };
        if work.ended.is_some() {
            return;
        }
        let (run, fence, unit) = (work.run.clone(), work.fence, work.unit);
        let Ok(state) = self.state(&run) else { return };
        let (_, transaction) = unit_from(&state, unit.from);
        if lucky {
            for at in unit.from..unit.to {
                let (statement, there) = effect(&state, at);
                self.applied[statement] = there;
            }
            if transaction {
                self.settle(&run, fence, unit, Outcome::Applied, Witness::Answer);
            }
        }
        let ending = match (lucky, detail % 4) {
            (_, 0) => Ending::Silent,
            (true, _) => Ending::Answered,
            (false, _) => Ending::Refused,
        };
        self.work = Some(Work { run, fence, unit, ended: Some(ending) });
        // Nobody waits for it any more.
        if !self.people.iter().flatten().any(|person| person.fence == fence) {
            self.work = None;
        }
    }

    /// Whether a statement of that run is in effect.
    fn has(&self, state: &RunState, at: usize) -> bool {
        let (statement, there) = effect(state, at);
        self.applied[statement] == there
    }

    fn check(&self) -> Result<(), String> {
        let states = self.states()?;
        // I2: one unit of one run is under way.
        let open = states.iter().filter(|state| state.open.is_some()).count();
        if open > 1 {
            return Err(format!("{open} units are open"));
        }
        let unfinished = states.iter().filter(|state| state.standing() != RunStanding::Over).count();
        if unfinished > 2 {
            return Err(format!("{unfinished} runs are not over"));
        }
        // Which statements are in effect if every word of the journal is true, and which ones may be.
        let mut sure = [false; STATEMENTS];
        let mut open = [false; STATEMENTS];
        for state in &states {
            for (at, outcome) in state.outcomes.iter().enumerate() {
                let (statement, there) = effect(state, at);
                let is_open = state.open.as_ref().is_some_and(|open| open.unit.holds(at));
                match outcome {
                    Some(Outcome::Applied) => sure[statement] = there,
                    Some(Outcome::Unknown) => open[statement] = true,
                    Some(Outcome::NotApplied) => return Err("what was not applied may be tried again".into()),
                    None => open[statement] |= is_open,
                }
                if at >= state.applied() && *outcome == Some(Outcome::Applied) {
                    return Err(format!("run {} has a hole at {at}", state.run));
                }
            }
        }
        // I1: nothing took effect that was not meant. I3: what is called applied is.
        for at in 0..STATEMENTS {
            if sure[at] != self.applied[at] && !open[at] {
                return Err(format!(
                    "statement {at}: the journal says {}, the server {}",
                    sure[at], self.applied[at]
                ));
            }
        }
        // I6: what is unknown is not settled by an answer.
        self.unknown_stays()
    }

    fn unknown_stays(&self) -> Result<(), String> {
        let Some(Record { run, entry: Entry::Settled(settled), .. }) = self.records.last() else {
            return Ok(());
        };
        let before = fold(&self.records[..self.records.len() - 1]).map_err(|error| error.to_string())?;
        let was =
            before.iter().find(|state| &state.run == run).and_then(|state| state.outcomes[settled.unit.from]);
        match (was, settled.witness) {
            (Some(Outcome::Unknown), Witness::Answer) => Err("an answer settled what was unknown".into()),
            _ => Ok(()),
        }
    }
}

/// The statement of the plan that a run's statement is about, and whether it is there afterwards.
fn effect(state: &RunState, at: usize) -> (usize, bool) {
    match &state.opened.course {
        Course::Forward => (at, true),
        Course::Back { steps, .. } => (steps - 1 - at, false),
        Course::Contract { .. } => unreachable!("nothing is kept in this world"),
    }
}

/// The unit that begins with this statement, and whether it is a transaction.
fn unit_from(state: &RunState, from: usize) -> (Unit, bool) {
    let mut at = 0;
    let forward = PLAN.map(|(length, transaction)| {
        at += length;
        (Unit { from: at - length, to: at }, transaction)
    });
    match &state.opened.course {
        Course::Forward => forward.into_iter().find(|(unit, _)| unit.from == from).unwrap(),
        Course::Back { steps, .. } => {
            let (unit, transaction) = forward.into_iter().find(|(unit, _)| unit.to == steps - from).unwrap();
            (Unit { from, to: from + unit.len() }, transaction)
        }
        Course::Contract { .. } => unreachable!("nothing is kept in this world"),
    }
}

pub fn actor(who: usize) -> Actor {
    Actor { name: ["ada", "ben"][who].into(), host: "h".into(), process: who as u32 }
}
