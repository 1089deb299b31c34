//! M1: what the journal concludes, against a server in memory that can be killed at any moment. Random events drive
//! people through runs, crashes, resumptions and rollbacks. A failure is replayed with ever fewer events, and told with
//! its seed.

use migrator_tui::model::{
    Boundary, Course, End, Entry, Intended, Outcome, Record, RunState, Settled, Unit, Witness, fold,
};

use crate::ids::{self, Trial};

use super::world::{BEGIN, World, actor};

/// Random numbers that a seed determines (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }
}

/// Lets these events happen. The error tells which one was the last.
fn play(events: &[u64]) -> Result<World, String> {
    let mut world = world(events);
    for (at, event) in events.iter().enumerate() {
        world.happen(*event).map_err(|why| format!("event {at}: {why}"))?;
    }
    Ok(world)
}

/// The first event says which plan there is.
fn world(events: &[u64]) -> World {
    World::new(events.first().map_or(0, |first| (first >> 8) as usize))
}

/// The shortest series of these events that still fails.
fn shrunk(events: &[u64]) -> Vec<u64> {
    let mut events = events.to_vec();
    while let Some(shorter) = (1..events.len()).find_map(|at| {
        let mut shorter = events.clone();
        shorter.remove(at);
        play(&shorter).is_err().then_some(shorter)
    }) {
        events = shorter;
    }
    events
}

fn events(chance: &mut Chance) -> Vec<u64> {
    // Most failures need few events; some need a long life.
    let most = if chance.below(20) == 0 { 120 } else { 24 };
    let length = 4 + chance.below(most);
    // Without a run nothing can happen.
    std::iter::once(BEGIN | chance.next() << 8).chain((0..length).map(|_| chance.next())).collect()
}

#[test]
fn m1_the_journal_and_the_server_agree() {
    let seed = ids::seed(1);
    let mut trial = Trial::new("M1", "-").seeded(seed);
    let mut chance = Chance(seed);
    let mut seen = [0_usize; 5];
    for run in 0..ids::count(100_000, 100_000, 1_000_000) {
        let events = events(&mut chance);
        let result = play(&events);
        if let Ok(world) = &result {
            let states = world.states().unwrap();
            let has = |wanted: fn(&RunState) -> bool| usize::from(states.iter().any(wanted));
            seen[0] += has(|state| state.opened.course != Course::Forward);
            seen[1] += has(|state| state.outcomes.contains(&Some(Outcome::Unknown)));
            seen[2] += has(|state| state.open.is_some());
            seen[3] += has(|state| state.closed.as_ref().is_some_and(|closed| closed.end == End::TakenBack));
            seen[4] += usize::from(world.is_half_filled());
        }
        let failed = result.is_err();
        trial.ran(format!("seed {seed}, run {run}"), result.map(drop).map_err(|why| told(&events, &why)));
        if failed {
            break;
        }
    }
    // A model in which nothing goes wrong proves nothing.
    assert!(
        seen.iter().all(|count| *count > 100),
        "rollbacks, unknowns, open units, taken back, half filled: {seen:?}"
    );
    trial.end(1);
}

fn told(events: &[u64], why: &str) -> String {
    let short = shrunk(events);
    let Err(last) = play(&short) else { return why.to_owned() };
    let mut world = world(&short);
    for event in &short {
        let _ = world.happen(*event);
    }
    let records: Vec<String> =
        world.records.iter().map(|record| format!("{} {:?}", record.run, record.entry)).collect();
    format!(
        "{why}\nwith {} of {} events: {last}\n{short:?}\n{}",
        short.len(),
        events.len(),
        records.join("\n")
    )
}

/// Records that nobody could have written in order are refused, wherever they stand.
#[test]
fn m1_a_forged_record_is_refused() {
    let seed = ids::seed(2);
    let mut trial = Trial::new("M1", "-").seeded(seed);
    let mut chance = Chance(seed);
    let mut forged = 0;
    while forged < ids::count(5_000, 20_000, 100_000) {
        let Ok(world) = play(&events(&mut chance)) else { continue };
        let kept = 1 + chance.below(world.records.len());
        let records = &world.records[..kept];
        let states = fold(records).unwrap();
        let state = &states[chance.below(states.len())];
        let Some((what, fence)) = forgery(state, chance.below(7)) else { continue };
        forged += 1;
        let record = Record {
            seq: kept as u64 + 1,
            run: state.run.clone(),
            fence,
            at: "".into(),
            entry: what.clone(),
        };
        let mut all = records.to_vec();
        all.push(record);
        trial.ran(
            format!("seed {seed}, {what:?} after {state:?}"),
            fold(&all).is_err().then_some(()).ok_or("it was believed".to_owned()),
        );
    }
    trial.end(1);
}

/// An entry that has no place after this state, and the lease it is written under.
fn forgery(state: &RunState, kind: usize) -> Option<(Entry, u64)> {
    let at = state.applied();
    let unknown = state.outcomes.get(at) == Some(&Some(Outcome::Unknown));
    let settled = |unit, witness| {
        Entry::Settled(Settled {
            unit,
            outcome: Outcome::Applied,
            witness,
            words: "".into(),
            took: Vec::new(),
        })
    };
    let intended = |unit| {
        Entry::Intended(Intended {
            unit,
            boundary: Boundary::NonTransactional,
            session: None,
            attempt: 1,
            footprint: None,
        })
    };
    let here = Unit { from: at, to: at + 1 };
    let entry = match kind {
        // Under a lease that has passed to somebody else.
        0 => return Some((Entry::Resumed(actor(0)), state.fence.checked_sub(1)?)),
        1 => Entry::Opened(state.opened.clone()),
        // Another one is open, or it is not its turn, or there is no such statement.
        2 => intended(if state.open.is_some() { here } else { Unit { from: at + 1, to: at + 2 } }),
        3 => intended(Unit { from: at, to: state.outcomes.len() + 1 }),
        4 if state.open.is_none() && !unknown => settled(here, Witness::Answer),
        5 => {
            let open = state.open.as_ref()?.unit;
            settled(Unit { from: open.from, to: open.to + 1 }, Witness::Probe)
        }
        // What is unknown is neither sent again nor settled by an answer.
        6 if unknown && state.open.is_none() => {
            if state.attempts.is_multiple_of(2) {
                intended(here)
            } else {
                settled(here, Witness::Answer)
            }
        }
        _ => return None,
    };
    Some((entry, u64::MAX))
}
