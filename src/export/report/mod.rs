//! The report of a run for a change ticket: all that was written down of it, as Markdown for people and as JSON with
//! the same and nothing less. It is made from what journals keep, so that it can be made again at any time; it asks
//! nobody, and rounds nothing that the JSON does not give in full.

mod json;
mod markdown;

use crate::model::{
    Consent, Course, Outcome, Plan, Reversal, RunStanding, RunState, Severity, Standing, Story, Took, Try,
    TryEnd, Witness,
};

use super::{Noted, Record};

/// One run, by what is kept of it.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// As the project calls it.
    pub environment: Box<str>,
    pub state: RunState,
    pub story: Story,
    /// `None`: what was asked does not keep it.
    pub plan: Option<Record>,
    /// What the run sends, in order; empty without its plan.
    pub sent: Vec<Sent>,
    pub consents: Vec<Consent>,
    pub source: Source,
}

/// One statement of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    pub title: Box<str>,
    pub sql: Box<str>,
    /// 0-based step of the plan.
    pub step: usize,
}

/// Whose word it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// The database's own journal.
    Database,
    /// What was seen of it before, and why it could not be asked.
    Remembered { at: Box<str>, why: Box<str> },
}

/// A statement and what became of it, as both forms tell it.
struct Row<'r> {
    number: usize,
    title: String,
    sent: Option<&'r Sent>,
    outcome: &'static str,
    took: Option<Took>,
    /// Tries beyond the first.
    retries: usize,
    answer: String,
}

impl RunReport {
    /// A document of its own, safe for a terminal, with a final line break.
    pub fn markdown(&self) -> String {
        markdown::markdown(self)
    }

    /// When it was seen, and why the database could not be asked. `None`: it was.
    pub fn remembered(&self) -> Option<(&str, &str)> {
        match &self.source {
            Source::Database => None,
            Source::Remembered { at, why } => Some((at, why)),
        }
    }

    /// All that the Markdown tells, raw, and what it rounds.
    pub fn json(&self) -> serde_json::Value {
        json::document(self)
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.state.outcomes.iter().zip(&self.state.took).enumerate().map(|(at, (outcome, took))| {
            let sent = self.sent.get(at);
            Row {
                number: at + 1,
                title: sent.map_or_else(|| format!("statement {}", at + 1), |sent| sent.title.to_string()),
                sent,
                outcome: outcome.map_or("not sent, or not in effect", Outcome::word),
                took: *took,
                retries: self.story.tries_of(at).saturating_sub(1),
                answer: self.story.end_of(at).map(answered).unwrap_or_default(),
            }
        })
    }

    /// The tries that did not take effect, and those of which nothing is known.
    fn failures(&self) -> impl Iterator<Item = (&Try, String)> {
        self.story.tries.iter().filter_map(|one| match &one.end {
            None => Some((one, "no answer was written down".to_owned())),
            Some(end) if end.outcome == Outcome::Applied => None,
            Some(end) => Some((one, answered(end))),
        })
    }

    /// Where the run stands, in a word or two.
    fn result(&self) -> &'static str {
        match (self.state.standing(), self.state.closed.as_ref().map(|closed| closed.end)) {
            (RunStanding::Undecided, _) => "outcome unknown",
            (RunStanding::Halfway, _) => "halfway",
            (RunStanding::Over, Some(end)) => end.word(),
            (RunStanding::Over, None) => "opened, and nothing was sent",
        }
    }

    /// What the schema was when it was read again.
    fn verification(&self) -> &'static str {
        match &self.state.verified {
            None => "not read again",
            Some(verified) if verified.differences.is_empty() => {
                "all that the plan touches is as the plan says"
            }
            Some(_) => "differences are left",
        }
    }

    /// What the run can be undone with.
    fn rollback(&self) -> Option<Rollback<'_>> {
        match self.state.opened.course {
            Course::Forward => self.plan.as_ref().map(|record| Rollback::of(&record.plan)),
            Course::Back { .. } | Course::Contract { .. } => None,
        }
    }

    fn findings(&self) -> impl Iterator<Item = (&Noted, Answered<'_>)> {
        self.plan.iter().flat_map(|record| &record.findings).map(|found| (found, self.answered(found)))
    }

    fn answered<'r>(&'r self, found: &'r Noted) -> Answered<'r> {
        let by_name = &self.state.opened.circumstances.acknowledged;
        match &found.standing {
            Standing::Acknowledged(why) => Answered::InThePlan(why),
            Standing::Stands if by_name.contains(&found.rule) => Answered::InTheRun,
            Standing::Stands if found.severity == Severity::Error => Answered::Nowhere,
            Standing::Stands => Answered::NotAsked,
        }
    }
}

/// Who answered for a finding, and where.
enum Answered<'r> {
    /// When the plan was made, with the reason.
    InThePlan(&'r str),
    /// By whoever began the run, by name.
    InTheRun,
    Nowhere,
    /// It stops nothing.
    NotAsked,
}

/// The worst of a plan's ways back, and what they cannot bring back.
struct Rollback<'r> {
    class: &'static str,
    limits: Vec<&'r str>,
}

impl<'r> Rollback<'r> {
    fn of(plan: &'r Plan) -> Self {
        let mut worst = 0;
        let mut limits = Vec::new();
        for step in &plan.steps {
            match &step.reversal {
                Reversal::Exact(_) => {}
                Reversal::Lossy { lost, .. } => {
                    worst = worst.max(1);
                    limits.extend(lost.forward.as_deref());
                    limits.extend(lost.since.as_deref());
                }
                Reversal::Impossible(why) => {
                    worst = 2;
                    limits.push(why);
                }
            }
        }
        Self { class: ["exact", "lossy", "impossible"][worst], limits }
    }
}

/// What the server said, and whose word it is.
fn answered(end: &TryEnd) -> String {
    let says = match end.witness {
        Witness::Answer => "",
        Witness::Probe => " (asked afterwards)",
        Witness::Person => " (by a person's word)",
    };
    let words = if end.words.is_empty() { end.outcome.word() } else { &end.words };
    format!("{words}{says}")
}
