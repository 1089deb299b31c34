//! What a plan takes away: dropped by a change, or dropped and made again because it cannot be altered in place.

use crate::model::{EngineKind, Finding, ObjectId, ObjectKind, Plan, Reversal, Severity, Step, Verb};

use super::rule::Family;
use super::rules::RULES;
use super::survey::Survey;

/// The steps that take away what is there, keep nothing of it, and have no finding that asks somebody to answer for
/// it (rollout invariant I10: there are none). 0-based.
pub fn untold<'p>(plan: &'p Plan, findings: &[Finding]) -> Vec<(usize, &'p Step, &'p str)> {
    let asks = |at: usize, step: &Step| {
        findings.iter().any(|finding| {
            let is_loss = RULES.iter().any(|rule| rule.id == finding.rule && rule.family == Family::DataLoss);
            let is_here = finding.step == Some(at)
                || finding.object.as_ref().is_some_and(|object| object.name == step.subject.name);
            is_loss && is_here && finding.severity == Severity::Error
        })
    };
    let losing = |(at, step): (usize, &'p Step)| match &step.reversal {
        Reversal::Lossy { lost, .. } if step.keeps.is_none() => Some((at, step, lost.forward.as_deref()?)),
        Reversal::Lossy { .. } | Reversal::Exact(_) | Reversal::Impossible(_) => None,
    };
    let lossy = plan.steps.iter().enumerate().filter_map(losing);
    lossy.filter(|(at, step, _)| !asks(*at, step)).collect()
}

/// An object that goes away with what is in it.
#[derive(Clone, Copy)]
pub(super) struct Gone<'a> {
    pub id: &'a ObjectId,
    pub step: Option<usize>,
    pub then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    Nothing,
    /// It comes back, empty.
    MadeAgain,
}

impl Then {
    /// `is dropped`, `is dropped and created again, empty`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "is dropped",
            Self::MadeAgain => "is dropped and created again, empty",
        }
    }

    /// Where what comes back is not empty.
    pub fn briefly(self) -> &'static str {
        match self {
            Self::Nothing => "is dropped",
            Self::MadeAgain => "is dropped and created again",
        }
    }
}

/// Objects of a kind that go away while what holds them stays.
pub(super) fn gone<'a>(survey: &Survey<'a>, kind: ObjectKind) -> Vec<Gone<'a>> {
    let mut found: Vec<Gone<'a>> = survey
        .dropped(kind)
        .filter(|object| object.id.member.is_none() || !survey.leaves(&object.id.name))
        .map(|object| Gone { id: &object.id, step: survey.step_of(&object.id), then: Then::Nothing })
        .collect();
    let replaced = survey.steps().filter(|(_, step)| {
        step.subject.kind == kind
            && step.action == Verb::Drop
            && !survey.is_dropped(&step.subject)
            && survey.step_that(&step.subject, Verb::Create).is_some()
    });
    found.extend(replaced.map(|(at, step)| Gone {
        id: &step.subject,
        step: Some(at),
        then: Then::MadeAgain,
    }));
    found
}

impl Survey<'_> {
    /// Whether what goes away is put aside.
    pub fn keeps(&self, id: &ObjectId) -> bool {
        self.steps().any(|(_, step)| step.keeps.as_ref().is_some_and(|kept| kept.of.contains(id)))
    }

    /// Whether a plan that is told to keep what it drops may keep this: nothing is known that speaks against it.
    pub fn could_keep(&self, id: &ObjectId) -> bool {
        match self.engine() {
            EngineKind::Postgres | EngineKind::Sqlite => self.unkept(id).is_empty(),
            EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => false,
        }
    }

    /// Why what goes away is lost, though the plan keeps what it drops: ` It cannot be kept: …`.
    pub fn unkept(&self, id: &ObjectId) -> String {
        let about = |step: &Step| {
            &step.subject == id || step.subject.member.is_none() && step.subject.name == id.name
        };
        let why = self.steps().filter(|(_, step)| about(step)).find_map(|(_, step)| match &step.reversal {
            Reversal::Lossy { lost, .. } => lost.unkept.as_ref(),
            Reversal::Exact(_) | Reversal::Impossible(_) => None,
        });
        why.map(|why| format!(" It cannot be kept: {why}.")).unwrap_or_default()
    }
}
