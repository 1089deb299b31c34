//! The statements of a run in their order, each with the step it belongs to, and the transactions they share.

use crate::engines::{Dialect, Frame};
use crate::model::{Batches, Course, Fingerprint, Plan, Reversal, Statement, Step, Unit};

use super::super::run::{Segment, Transaction, reversed, segments};

/// What one run sends.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) statements: Vec<Statement>,
    /// For each statement, its step in the plan.
    pub(super) steps: Vec<usize>,
    pub(super) frame: Frame,
    /// For each statement, how it is cut.
    batches: Vec<Option<Batches>>,
    course: Course,
    segments: Vec<Segment>,
}

impl Route {
    pub(super) fn of(dialect: &dyn Dialect, plan: &Plan, course: &Course) -> Self {
        let (statements, steps, frame, batches) = match course {
            Course::Forward => (
                plan.steps.iter().map(|step| step.statement.clone()).collect::<Vec<_>>(),
                (0..plan.steps.len()).collect::<Vec<_>>(),
                dialect.frame(&plan.steps),
                plan.steps.iter().map(|step| step.batches.clone()).collect(),
            ),
            Course::Back { steps, .. } => {
                let taken = plan.steps.get(..*steps).unwrap_or(&plan.steps);
                let back = reversed(taken);
                let whose = taken
                    .iter()
                    .enumerate()
                    .rev()
                    .flat_map(|(at, step)| std::iter::repeat_n(at, step.reversal.statements().len()));
                (
                    back.iter().map(|step| step.statement.clone()).collect(),
                    whose.collect(),
                    dialect.frame(&back),
                    vec![None; back.len()],
                )
            }
            Course::Contract { .. } => {
                let removing = removals(&plan.steps);
                (
                    removing.iter().map(|(_, step)| step.statement.clone()).collect(),
                    removing.iter().map(|(at, _)| *at).collect(),
                    dialect.frame(&removing.iter().map(|(_, step)| step.clone()).collect::<Vec<_>>()),
                    vec![None; removing.len()],
                )
            }
        };
        let segments = segments(&statements);
        Self { statements, steps, frame, batches, course: course.clone(), segments }
    }

    /// What each statement will be, for the journal.
    pub(super) fn sums(&self) -> Vec<Fingerprint> {
        self.statements
            .iter()
            .map(|statement| Fingerprint::of([statement.boundary.word(), statement.sql.as_str()]))
            .collect()
    }

    /// A few words on each statement.
    pub(super) fn titles(&self, plan: &Plan) -> Vec<Box<str>> {
        let words = |step: &Step| match &step.batches {
            Some(batches) => format!("fill {} in batches, by {}", step.subject, batches.key_words()),
            None => format!("{} {}", step.action.word(), step.subject),
        };
        let title = |at: &usize| match plan.steps.get(*at) {
            Some(step) => match (&self.course, &step.keeps) {
                (Course::Contract { .. }, Some(kept)) => format!("remove for good: {}", kept.what()).into(),
                (Course::Back { .. }, _) => format!("take back: {}", words(step)).into(),
                (Course::Forward | Course::Contract { .. }, _) => words(step).into(),
            },
            None => Box::from(""),
        };
        self.steps.iter().map(title).collect()
    }

    /// The unit that begins with this statement, and whether it is a transaction; `None` at the end.
    pub(super) fn unit(&self, from: usize) -> Option<(Unit, Kind)> {
        let segment = self.segments.iter().find(|segment| segment.statements.start == from)?;
        let unit = Unit { from, to: segment.statements.end };
        Some(match segment.transaction {
            Transaction::Around if unit.len() == 1 && self.batches(from).is_some() => (unit, Kind::Batches),
            Transaction::Around => (unit, Kind::Transaction),
            Transaction::None => (unit, Kind::Bare),
        })
    }

    /// How a statement is cut; `None`: it is sent whole.
    pub(super) fn batches(&self, statement: usize) -> Option<&Batches> {
        self.batches.get(statement)?.as_ref()
    }

    /// Where the transaction of a statement ends: the first statement that is not in it.
    pub(super) fn end_of(&self, at: usize) -> usize {
        let segment = self.segments.iter().find(|segment| segment.statements.contains(&at));
        segment.map_or(at + 1, |segment| segment.statements.end)
    }

    /// Whether the closing checks of the frame belong to this unit.
    pub(super) fn closes(&self, unit: Unit) -> bool {
        self.segments
            .iter()
            .rfind(|segment| segment.transaction == Transaction::Around)
            .is_some_and(|last| last.statements.start == unit.from)
    }
}

/// What removes for good what these steps keep, as steps of their own, with the places of those in the plan.
fn removals(steps: &[Step]) -> Vec<(usize, Step)> {
    let kept =
        steps.iter().enumerate().filter_map(|(at, step)| step.keeps.as_ref().map(|kept| (at, step, kept)));
    kept.flat_map(|(at, step, kept)| {
        kept.removal.iter().map(move |statement| {
            let reversal = Reversal::Impossible("it is removed for good".into());
            (at, Step { statement: statement.clone(), reversal, batches: None, ..step.clone() })
        })
    })
    .collect()
}

/// How a unit takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// All of it or nothing.
    Transaction,
    /// One statement outside any transaction.
    Bare,
    /// One statement, a few rows at a time, each time in a transaction.
    Batches,
}
