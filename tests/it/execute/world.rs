//! A server in memory, people who run a plan on it, and the journal they write: one event after the other, as a number
//! says. A statement that goes in batches is there by halves: each batch is a transaction that moves the key of
//! its run, and what is filled stays when the run stops.

use std::collections::BTreeMap;

use migrator_tui::model::{
    Actor, Boundary, Closed, Course, End, Entry, Fingerprint, Intended, Opened, Outcome, Record, RunId,
    RunStanding, RunState, Settled, Took, Unit, Witness, fold,
};

/// The event that begins a run.
pub const BEGIN: u64 = 13 << 2;

/// How a unit takes effect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Transaction,
    Bare,
    Batches,
}

/// Plans: the length of each unit, and how it takes effect. Their ways back have the same units in reverse, and none of
/// them in batches.
const PLANS: [&[(usize, Sort)]; 3] = [
    &[(2, Sort::Transaction), (1, Sort::Bare), (1, Sort::Bare), (3, Sort::Transaction)],
    &[(2, Sort::Transaction), (1, Sort::Batches), (1, Sort::Bare), (3, Sort::Transaction)],
    &[(1, Sort::Batches), (1, Sort::Bare), (2, Sort::Transaction)],
];
/// So many batches fill the table.
const BATCHES: usize = 3;

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
    plan: &'static [(usize, Sort)],
    /// Which statements of the plan are in effect.
    pub(super) applied: Vec<bool>,
    /// How often the rows of each batch were changed since they were last as they had been.
    pub(super) touched: [u32; BATCHES],
    /// The key of each run's statement in batches: how many of them stand.
    keys: BTreeMap<RunId, usize>,
    pub records: Vec<Record>,
    fence: u64,
    work: Option<Work>,
    people: [Option<Person>; 2],
    runs: usize,
}

impl World {
    /// A world with one of the plans.
    pub fn new(plan: usize) -> Self {
        let plan = PLANS[plan % PLANS.len()];
        Self {
            plan,
            applied: vec![false; plan.iter().map(|(length, _)| length).sum()],
            touched: [0; BATCHES],
            keys: BTreeMap::new(),
            records: Vec::new(),
            fence: 0,
            work: None,
            people: [None, None],
            runs: 0,
        }
    }

    /// Whether some rows are changed by a statement that has not come to its end.
    pub fn is_half_filled(&self) -> bool {
        self.fill().is_some_and(|fill| !self.applied[fill]) && self.touched != [0; BATCHES]
    }

    /// The statement that goes in batches.
    pub(super) fn fill(&self) -> Option<usize> {
        let mut at = 0;
        self.plan.iter().find_map(|(length, sort)| {
            at += length;
            (*sort == Sort::Batches).then_some(at - length)
        })
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
        // What stands of a unit in batches is told with it.
        let is_fill = self.state(run).is_ok_and(|state| self.unit_from(&state, unit.from).1 == Sort::Batches);
        let rows = self.keys.get(run).copied().filter(|_| is_fill).unwrap_or(0) as u64;
        let took = if rows > 0 { vec![Took { rows, ..Took::default() }] } else { Vec::new() };
        let settled = Settled { unit, outcome, witness, words: "".into(), took };
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
        if !all_over
            || self.people.iter().any(Option::is_some)
            || self.work.is_some()
            || self.applied.contains(&true)
        {
            return Ok(());
        }
        self.open(who, Course::Forward, self.applied.len());
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
            (None, true) => self.unit_from(&state, at).0,
            (None, false) => return Ok(true),
        };
        let (_, sort) = self.unit_from(&state, unit.from);
        let outcome = match (sort, detail % 4) {
            // Its record would be there.
            (Sort::Transaction | Sort::Batches, _) => Outcome::NotApplied,
            (Sort::Bare, 0) => Outcome::Unknown,
            (Sort::Bare, _) if self.has(&state, unit.from) => Outcome::Applied,
            (Sort::Bare, _) => Outcome::NotApplied,
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
        let applied = self.state(&run)?.applied();
        // Where some batches of the next one stand, its own way back comes first.
        let begun = self.fill() == Some(applied) && self.keys.get(&run).is_some_and(|key| *key > 0);
        let steps = applied + usize::from(begun);
        // I9: what is taken back is what is there, and all of it.
        let is_prefix = self.applied.iter().enumerate().all(|(at, there)| *there == (at < applied));
        if !is_prefix {
            return Err(format!("{applied} steps are to be taken back of {:?}", self.applied));
        }
        if self.touched != [0; BATCHES] && self.fill().is_some_and(|fill| fill >= steps) {
            return Err(format!("{:?} rows are changed, and are not taken back", self.touched));
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
        let unit = self.unit_from(&state, state.applied()).0;
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
                    let (unit, sort) = self.unit_from(&state, from);
                    let boundary = match sort {
                        Sort::Transaction => Boundary::Transactional,
                        Sort::Batches => Boundary::OwnTransaction,
                        Sort::Bare => Boundary::NonTransactional,
                    };
                    let intended = Intended { unit, boundary, session: None, attempt: 1, footprint: None };
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
        let (_, sort) = self.unit_from(&state, unit.from);
        match (ending, sort) {
            // One batch, and the next one is sent under the same intent; or somebody stops it between the two.
            (Ending::Answered, Sort::Batches) if state.open.is_some() => {
                if !detail.is_multiple_of(5) {
                    return Ok(Some(At::Meant(unit)));
                }
                self.settle(run, fence, unit, Outcome::NotApplied, Witness::Answer);
                self.close(run, fence, End::Parked);
                return Ok(None);
            }
            // The record came with it.
            (Ending::Answered, Sort::Transaction | Sort::Batches) => {}
            (Ending::Answered, Sort::Bare) => {
                self.settle(run, fence, unit, Outcome::Applied, Witness::Answer);
            }
            (Ending::Refused, Sort::Transaction | Sort::Batches) => {
                self.settle(run, fence, unit, Outcome::NotApplied, Witness::Answer);
            }
            (Ending::Refused, Sort::Bare) | (Ending::Silent, _) => {
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
        let (_, sort) = self.unit_from(&state, unit.from);
        let key = self.keys.get(&run).copied().unwrap_or(0);
        if lucky && sort == Sort::Batches && key < BATCHES {
            // The rows and the key in one transaction.
            self.touched[key] += 1;
            self.keys.insert(run.clone(), key + 1);
        } else if lucky {
            for at in unit.from..unit.to {
                let (statement, there) = effect(&state, at);
                self.applied[statement] = there;
                if self.fill() == Some(statement) && !there {
                    self.touched = [0; BATCHES];
                }
            }
            if sort != Sort::Bare {
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

    /// The unit of a run that begins with this statement, and how it takes effect.
    fn unit_from(&self, state: &RunState, from: usize) -> (Unit, Sort) {
        let mut at = 0;
        let mut forward = self.plan.iter().map(|(length, sort)| {
            at += length;
            (Unit { from: at - length, to: at }, *sort)
        });
        match &state.opened.course {
            Course::Forward => forward.find(|(unit, _)| unit.from == from).unwrap(),
            Course::Back { steps, .. } => {
                let (unit, sort) = forward.find(|(unit, _)| unit.to == steps - from).unwrap();
                let sort = if sort == Sort::Bare { Sort::Bare } else { Sort::Transaction };
                (Unit { from, to: from + unit.len() }, sort)
            }
            Course::Contract { .. } => unreachable!("nothing is kept in this world"),
        }
    }

    /// Whether a statement of that run is in effect.
    fn has(&self, state: &RunState, at: usize) -> bool {
        let (statement, there) = effect(state, at);
        self.applied[statement] == there
    }
}

/// The statement of the plan that a run's statement is about, and whether it is there afterwards.
pub(super) fn effect(state: &RunState, at: usize) -> (usize, bool) {
    match &state.opened.course {
        Course::Forward => (at, true),
        Course::Back { steps, .. } => (steps - 1 - at, false),
        Course::Contract { .. } => unreachable!("nothing is kept in this world"),
    }
}

pub fn actor(who: usize) -> Actor {
    Actor { name: ["ada", "ben"][who].into(), host: "h".into(), process: who as u32 }
}
