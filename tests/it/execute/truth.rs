//! The journal's conclusions, held against what the server in memory has: rollout invariants I1, I2, I3 and I6, and that
//! no row is changed twice.

use migrator_tui::model::{Entry, Outcome, Record, RunStanding, RunState, Witness, fold};

use super::world::{World, effect};

impl World {
    pub(super) fn check(&self) -> Result<(), String> {
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
        let mut sure = vec![false; self.applied.len()];
        let mut open = sure.clone();
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
        for at in 0..self.applied.len() {
            if sure[at] != self.applied[at] && !open[at] {
                return Err(format!(
                    "statement {at}: the journal says {}, the server {}",
                    sure[at], self.applied[at]
                ));
            }
        }
        self.rows()?;
        // I6: what is unknown is not settled by an answer.
        self.unknown_stays()
    }

    /// No row is changed twice; what is applied has all of them; what is changed was meant by a run that still stands.
    fn rows(&self) -> Result<(), String> {
        let Some(fill) = self.fill() else { return Ok(()) };
        let touched = &self.touched;
        if touched.iter().any(|times| *times > 1) || self.applied[fill] && touched.contains(&0) {
            return Err(format!("the rows were changed {touched:?} times, applied: {}", self.applied[fill]));
        }
        let over = |state: &RunState| state.standing() == RunStanding::Over;
        if self.is_half_filled() && self.states()?.iter().all(over) {
            return Err("half filled, and every run is over".into());
        }
        Ok(())
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
