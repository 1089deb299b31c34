//! A plan → findings: what it does to whom, and what to do instead. One rule a file; a verdict on the running
//! application; the questions to ask the data. It judges facts that engines state; it never changes a plan,
//! never reads a server, and never executes what it proposes.

mod by_hand;
mod columns;
mod compat;
mod copies;
mod losses;
mod probes;
mod rule;
mod rules;
mod size;
mod steps;
mod survey;
mod types;
mod waivers;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::{Changeset, Finding, Plan, Schema};

pub use compat::compatibility;
pub use losses::untold;
pub use rule::{Family, Rule};
pub use rules::RULES;
pub use waivers::{DataLoss, Waiver, Waivers, acknowledge};

/// What is examined: a plan, what it is for, and both sides of it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub plan: &'a Plan,
    pub changeset: &'a Changeset,
    pub current: &'a Schema,
    pub desired: &'a Schema,
}

/// Every finding on a plan: the gravest first, then in the order of steps, then by rule and object.
pub fn examine(subject: &Subject<'_>) -> Vec<Finding> {
    let base = survey::base(subject);
    let survey = survey::Survey::new(subject, &base);
    let mut found = Vec::new();
    let (rest, own): (Vec<&'static Rule>, Vec<_>) =
        RULES.iter().copied().partition(|rule| rules::tells_the_rest(rule));
    for rule in own.into_iter().chain(rest) {
        rule.check(&survey, &mut found);
    }
    sort(&mut found);
    found.dedup();
    found
}

/// What a rule is about, and the way out, for a reader.
pub fn explain(rule: &str) -> Option<&'static str> {
    static TEXTS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
        let text = |rule: &Rule| {
            format!(
                "{} ({}, {})\n\nProblem: {}\n\nInstead: {}\n",
                rule.id,
                rule.severity.word(),
                rule.family.word(),
                rule.problem,
                rule.solution
            )
        };
        RULES.iter().map(|rule| (rule.id, text(rule))).collect()
    });
    TEXTS.get(rule).map(String::as_str)
}

fn sort(found: &mut [Finding]) {
    let step = |finding: &Finding| finding.step.unwrap_or(usize::MAX);
    found.sort_by(|a, b| {
        (b.severity.cmp(&a.severity))
            .then_with(|| step(a).cmp(&step(b)))
            .then_with(|| a.rule.cmp(b.rule))
            .then_with(|| a.object.cmp(&b.object))
            .then_with(|| a.what.cmp(&b.what))
    });
}

#[cfg(test)]
mod tests;
