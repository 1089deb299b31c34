//! The story of a run: what its standing leaves out because it is over. Each try of each unit, who went on with it, and
//! where it stopped on the way. A fold over the journal's records, like the standing itself.

use super::{Actor, Closed, Entry, Intended, Outcome, Record, RunId, Settled, Unit, Witness};

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Story {
    /// In the order in which they were meant.
    pub tries: Vec<Try>,
    /// Who went on with it, and when.
    pub resumed: Vec<(Box<str>, Actor)>,
    /// Every end it had, the last one included, and when.
    pub stops: Vec<(Box<str>, Closed)>,
}

/// One try of a unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Try {
    pub intended: Intended,
    /// When it was meant, RFC 3339 in UTC.
    pub at: Box<str>,
    /// What became of it. Asked twice, the last answer counts. `None`: nobody has written it down.
    pub end: Option<TryEnd>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TryEnd {
    pub at: Box<str>,
    pub outcome: Outcome,
    pub witness: Witness,
    pub words: Box<str>,
}

impl Story {
    pub fn of(records: &[Record], run: &RunId) -> Self {
        let mut story = Self::default();
        for record in records.iter().filter(|record| &record.run == run) {
            story.take(record);
        }
        story
    }

    /// How often the unit of a statement was tried.
    pub fn tries_of(&self, statement: usize) -> usize {
        self.tries.iter().filter(|one| one.intended.unit.holds(statement)).count()
    }

    /// What became of the last try of a statement.
    pub fn end_of(&self, statement: usize) -> Option<&TryEnd> {
        self.tries.iter().rev().find(|one| one.intended.unit.holds(statement))?.end.as_ref()
    }

    fn take(&mut self, record: &Record) {
        match &record.entry {
            Entry::Intended(intended) => {
                self.tries.push(Try { intended: intended.clone(), at: record.at.clone(), end: None });
            }
            Entry::Settled(settled) => self.settle(settled, &record.at),
            Entry::Resumed(actor) => self.resumed.push((record.at.clone(), actor.clone())),
            Entry::Closed(closed) => self.stops.push((record.at.clone(), closed.clone())),
            Entry::Opened(_)
            | Entry::Verified(_)
            | Entry::Approved(_)
            | Entry::Spent(_)
            | Entry::Copied(_)
            | Entry::Adopted(_) => {}
        }
    }

    fn settle(&mut self, settled: &Settled, at: &str) {
        let same = |unit: Unit| unit == settled.unit;
        if let Some(one) = self.tries.iter_mut().rev().find(|one| same(one.intended.unit)) {
            one.end = Some(TryEnd {
                at: at.into(),
                outcome: settled.outcome,
                witness: settled.witness,
                words: settled.words.clone(),
            });
        }
    }
}
