//! What a rule may ask about statements that a person wrote: the dialect has read them, and a rule goes by what they
//! do. It judges nothing.

use std::collections::BTreeMap;

use crate::engines::{self, Act, Reading};
use crate::model::{Author, QualifiedName, Schema, Step};

use super::Subject;
use super::survey::Survey;

/// Engines read what no planner wrote.
pub(super) fn readings(subject: &Subject<'_>, base: &Schema) -> BTreeMap<usize, Reading> {
    let Some(dialect) = engines::dialect(subject.plan.server.engine) else { return BTreeMap::new() };
    let steps = subject.plan.steps.iter().enumerate();
    steps
        .filter(|(_, step)| step.author == Author::Hand)
        .map(|(at, step)| (at, dialect.read_statement(step.statement.sql.as_str(), base)))
        .collect()
}

impl<'a> Survey<'a> {
    pub fn by_hand(&self) -> impl Iterator<Item = (usize, &'a Step)> + use<'a> {
        self.steps().filter(|(_, step)| step.author == Author::Hand)
    }

    /// What a step that was written by hand does; nothing for one of the planner's.
    pub fn acts_of(&self, step: usize) -> &[Act] {
        self.readings.get(&step).map(|reading| reading.acts.as_slice()).unwrap_or_default()
    }

    pub fn acts(&self) -> impl Iterator<Item = (usize, &Act)> {
        self.readings.iter().flat_map(|(at, reading)| reading.acts.iter().map(move |act| (*at, act)))
    }

    /// The plan makes this relation, by a change or by a statement of somebody's own.
    pub fn is_new(&self, relation: &QualifiedName) -> bool {
        let made = |(_, act): (usize, &Act)| matches!(act, Act::Creates(id) if &id.name == relation);
        self.is_fresh(relation) || self.acts().any(made)
    }
}
