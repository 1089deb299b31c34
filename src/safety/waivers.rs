//! Waivers: findings that somebody has answered for. A waiver acknowledges; it never hides a finding.

use crate::model::{Finding, ObjectId, Severity, Standing};

use super::rule::Family;
use super::rules::RULES;

/// What has been acknowledged, and by which word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waivers {
    pub each: Vec<Waiver>,
    pub data_loss: DataLoss,
}

/// `-- migrator:allow drop-column orders.note reason="never read since 2.4"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The rule's name.
    pub rule: Box<str>,
    /// Only findings on this object: `public.orders.note`, with or without its kind before it. `None`: on any.
    pub object: Option<Box<str>>,
    pub reason: Box<str>,
}

/// Whether `--allow-destructive` was given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DataLoss {
    #[default]
    Refused,
    Allowed,
}

/// Marks what the waivers cover, and adds `unused-waiver` for each that covers nothing. The findings stay in
/// order; what is already acknowledged keeps its reason.
pub fn acknowledge(findings: &mut Vec<Finding>, waivers: &Waivers) {
    let mut unused = Vec::new();
    for waiver in &waivers.each {
        let mut matched = false;
        for finding in findings.iter_mut().filter(|finding| waiver.covers(finding)) {
            matched = true;
            if finding.standing == Standing::Stands {
                finding.standing = Standing::Acknowledged(waiver.reason.clone());
            }
        }
        if !matched {
            unused.push(leftover(waiver));
        }
    }
    if waivers.data_loss == DataLoss::Allowed {
        for finding in findings.iter_mut().filter(|finding| loses_data(finding.rule)) {
            if finding.standing == Standing::Stands {
                finding.standing = Standing::Acknowledged("data loss is allowed for this run".into());
            }
        }
    }
    findings.extend(unused);
}

impl Waiver {
    fn covers(&self, finding: &Finding) -> bool {
        let object = match (&self.object, &finding.object) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(id)) => names(wanted, id),
        };
        self.rule.as_ref() == finding.rule && object
    }
}

fn names(wanted: &str, id: &ObjectId) -> bool {
    let full = id.to_string();
    full == wanted || full.strip_prefix(id.kind.word()).is_some_and(|bare| bare.trim_start() == wanted)
}

fn loses_data(rule: &str) -> bool {
    RULES.iter().any(|known| known.id == rule && known.family == Family::DataLoss)
}

fn leftover(waiver: &Waiver) -> Finding {
    let known = RULES.iter().any(|rule| rule.id == waiver.rule.as_ref());
    let object = waiver.object.as_ref().map(|object| format!(" on {object}")).unwrap_or_default();
    let effect = if known {
        "No finding of this plan matches it. A waiver that is left over may one day hide a new finding."
    } else {
        "There is no rule of this name, so it waives nothing."
    };
    Finding {
        rule: "unused-waiver",
        severity: Severity::Info,
        step: None,
        object: None,
        what: format!("The waiver for {}{object} matches nothing.", waiver.rule).into(),
        effect: effect.into(),
        instead: "Remove the waiver, or correct the names in it.".into(),
        probe: None,
        standing: Standing::Stands,
    }
}
