//! What a rule may ask about the steps of a plan: those about an object, those that share a transaction, those that make
//! others wait. Facts only.

use std::collections::BTreeMap;

use crate::model::{Blocks, Boundary, Lock, ObjectId, ObjectKind, Step, Verb, Work};

use super::survey::Survey;

impl<'a> Survey<'a> {
    pub fn steps(&self) -> impl Iterator<Item = (usize, &'a Step)> + use<'a> {
        self.subject.plan.steps.iter().enumerate()
    }

    /// The steps about an object. MySQL changes several parts of a table in one statement, which is about the table:
    /// then those.
    pub fn steps_about(&self, id: &ObjectId) -> impl Iterator<Item = (usize, &'a Step)> {
        let of_table = || {
            let is_part = self.is_mysql() && id.member.is_some();
            is_part.then(|| self.steps.get(&ObjectId::new(ObjectKind::Table, id.name.clone())))?
        };
        let places = self.steps.get(id).or_else(of_table).map(Vec::as_slice).unwrap_or_default();
        let steps = &self.subject.plan.steps;
        places.iter().filter_map(move |&at| steps.get(at).map(|step| (at, step)))
    }

    /// The first step about an object, else about what holds it.
    pub fn step_of(&self, id: &ObjectId) -> Option<usize> {
        let first = |id: &ObjectId| self.steps_about(id).next().map(|(at, _)| at);
        first(id).or_else(|| {
            let relation = self.relation_of(id);
            [ObjectKind::Table, ObjectKind::MaterializedView, ObjectKind::View, ObjectKind::Domain]
                .into_iter()
                .find_map(|kind| first(&ObjectId::new(kind, relation.clone())))
        })
    }

    pub fn step_that(&self, id: &ObjectId, verb: Verb) -> Option<(usize, &'a Step)> {
        self.steps_about(id).find(|(_, step)| step.action == verb || step.subject != *id)
    }

    /// The first step about an object that makes other sessions wait for as long as work on the table takes.
    pub fn long_block(&self, id: &ObjectId) -> Option<(usize, &'a Step)> {
        self.steps_about(id).find(|(_, step)| blocks_long(step))
    }

    pub fn segment(&self, step: usize) -> usize {
        self.segments.get(step).copied().unwrap_or(step)
    }

    /// Steps by the transaction they share, in order.
    pub fn transactions(&self) -> Vec<Vec<(usize, &'a Step)>> {
        let mut groups: BTreeMap<usize, Vec<(usize, &'a Step)>> = BTreeMap::new();
        for (at, step) in self.steps() {
            groups.entry(self.segment(at)).or_default().push((at, step));
        }
        groups.into_values().collect()
    }
}

/// It keeps others out, and not just for a moment. SQLite's lock is its rules' own matter.
pub(super) fn blocks_long(step: &Step) -> bool {
    step.effects.work > Work::Catalog
        && step.effects.lock.blocks() != Blocks::Nothing
        && step.effects.lock != Lock::Database
}

pub(super) fn segments(steps: &[Step]) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(steps.len());
    let mut number = 0;
    let mut open = false;
    for step in steps {
        let (joins, stays_open) = match step.statement.boundary {
            Boundary::Transactional => (open, true),
            Boundary::NewTransaction => (false, true),
            Boundary::OwnTransaction | Boundary::NonTransactional => (false, false),
        };
        number += usize::from(!joins);
        open = stays_open;
        numbers.push(number);
    }
    numbers
}
