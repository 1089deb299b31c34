//! Drafts are written as a sentence: the statement and its reason first, then only what differs from the usual.

use crate::model::{
    Boundary, Effects, Keepsake, Lock, Loss, LossTime, ObjectId, Phase, Probe, Runtime, Sql, Statement, Verb,
    Work,
};

use super::{Draft, Timing, Undo};

impl Draft {
    /// In a transaction with its neighbours, brief, lock-free, taken back by an earlier step's reversal.
    pub fn new(verb: Verb, phase: Phase, sql: Sql, reason: impl Into<Box<str>>) -> Self {
        Self {
            verb,
            phase,
            sql,
            boundary: Boundary::Transactional,
            runtime: Runtime::Brief,
            effects: Effects::none(),
            probe: Probe::Introspect,
            reason: reason.into(),
            undo: Undo::Covered,
            loss: None,
            keeps: None,
            timing: Timing::Now,
            subject: None,
        }
    }

    /// Work that grows with the table also lifts the statement timeout.
    #[must_use]
    pub fn locks(mut self, lock: Lock, on: impl IntoIterator<Item = ObjectId>, work: Work) -> Self {
        self.effects = Effects { lock, on: on.into_iter().collect(), work };
        self.runtime = if work == Work::Catalog { Runtime::Brief } else { Runtime::Long };
        self
    }

    /// Taken back by the inverse of the whole action.
    #[must_use]
    pub fn undone_by_action(mut self) -> Self {
        self.undo = Undo::Action;
        self
    }

    /// Taken back by an earlier step's reversal.
    #[must_use]
    pub fn covered(mut self) -> Self {
        self.undo = Undo::Covered;
        self
    }

    #[must_use]
    pub fn undone_by(mut self, statements: Vec<Statement>) -> Self {
        self.undo = Undo::With(statements);
        self
    }

    #[must_use]
    pub fn loses(mut self, when: LossTime, what: impl Into<Box<str>>) -> Self {
        self.loss = Some(Loss::new(when, what));
        self
    }

    /// What would be lost is put aside.
    #[must_use]
    pub fn keeps(mut self, keepsake: Keepsake) -> Self {
        (self.loss, self.keeps) = (None, Some(keepsake));
        self
    }

    /// What would be lost is lost, though the plan keeps what it drops.
    #[must_use]
    pub fn unkept(mut self, why: impl Into<Box<str>>) -> Self {
        if let Some(loss) = &mut self.loss {
            loss.unkept = Some(why.into());
        }
        self
    }

    #[must_use]
    pub fn bounded(mut self, boundary: Boundary) -> Self {
        self.boundary = boundary;
        self
    }

    #[must_use]
    pub fn long(mut self) -> Self {
        self.runtime = Runtime::Long;
        self
    }

    #[must_use]
    pub fn later(mut self) -> Self {
        self.timing = Timing::Later;
        self
    }

    #[must_use]
    pub fn probed_by(mut self, probe: Sql) -> Self {
        self.probe = Probe::Query(probe);
        self
    }

    #[must_use]
    pub fn about(mut self, subject: &ObjectId) -> Self {
        self.subject = Some(subject.clone());
        self
    }
}
