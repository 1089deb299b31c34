//! What a rule is, and how it reports. A rule holds its name, its weight and its text as data beside one function.

use crate::model::{Finding, ObjectId, Severity, Standing};

use super::survey::Survey;

/// One rule of the catalogue.
pub struct Rule {
    /// `drop-column`.
    pub id: &'static str,
    /// The severity of its findings, where nothing eases it.
    pub severity: Severity,
    pub family: Family,
    /// What goes wrong, and for whom.
    pub problem: &'static str,
    /// The safe way.
    pub solution: &'static str,
    pub(super) judge: fn(&Survey<'_>, &mut Report<'_>),
}

impl Rule {
    pub(super) fn check(&'static self, survey: &Survey<'_>, found: &mut Vec<Finding>) {
        (self.judge)(survey, &mut Report { rule: self, survey, found });
    }
}

/// What a rule guards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Family {
    /// Sessions that wait. One level milder on a table known to be small.
    Lock,
    /// Data that cannot be brought back. Never eased; acknowledged by `--allow-destructive`.
    DataLoss,
    /// Data that may refuse the change.
    Data,
    /// The application that runs already.
    Compatibility,
    /// The shape of what is made, and of the plan itself.
    Shape,
}

impl Family {
    pub fn word(self) -> &'static str {
        match self {
            Self::Lock => "locks",
            Self::DataLoss => "data loss",
            Self::Data => "data-dependent",
            Self::Compatibility => "compatibility",
            Self::Shape => "shape",
        }
    }
}

/// Takes the findings of one rule.
pub(super) struct Report<'a> {
    rule: &'static Rule,
    survey: &'a Survey<'a>,
    found: &'a mut Vec<Finding>,
}

impl Report<'_> {
    /// A finding on an object. The step is the first one about it; the caller may sharpen what is returned.
    pub fn on(&mut self, id: &ObjectId, words: Words) -> &mut Finding {
        self.add(id, self.survey.step_of(id), words)
    }

    /// A finding on one step.
    pub fn at(&mut self, step: usize, id: &ObjectId, words: Words) -> &mut Finding {
        self.add(id, Some(step), words)
    }

    /// What the rules before this one have found, and this one so far.
    pub fn found(&self) -> &[Finding] {
        self.found
    }

    /// A finding on a step that was written by hand, unless the rule has found the same object or step already.
    pub fn by_hand(&mut self, step: usize, id: &ObjectId, words: Words) {
        let known = self.found.iter().any(|finding| {
            finding.rule == self.rule.id
                && finding.object.as_ref().is_some_and(|other| other == id)
                && finding.step.is_none_or(|other| other == step)
        });
        if !known {
            self.add(id, Some(step), words);
        }
    }

    fn add(&mut self, id: &ObjectId, step: Option<usize>, words: Words) -> &mut Finding {
        let small = self.survey.size(&self.survey.relation_of(id)).is_small();
        let severity = match (self.rule.family, small) {
            (Family::Lock, true) => milder(self.rule.severity),
            (Family::Lock | Family::DataLoss | Family::Data | Family::Compatibility | Family::Shape, _) => {
                self.rule.severity
            }
        };
        self.found.push(Finding {
            rule: self.rule.id,
            severity,
            step,
            object: Some(id.clone()),
            what: words.what.into(),
            effect: words.effect.into(),
            instead: words.instead.into(),
            probe: None,
            standing: Standing::Stands,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

/// One level milder.
pub(super) fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Error => Severity::Warn,
        Severity::Warn | Severity::Info => Severity::Info,
    }
}

/// The three sentences of a finding.
pub(super) struct Words {
    /// What is there.
    pub what: String,
    /// What it does to whom.
    pub effect: String,
    /// What to do instead.
    pub instead: String,
}

impl Words {
    pub fn new(what: impl Into<String>, effect: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { what: what.into(), effect: effect.into(), instead: instead.into() }
    }
}
