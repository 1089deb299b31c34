//! What `safety` says of a plan, as the worker asks for it.

use crate::model::{Changeset, Compatibility, Finding, Plan, Schema};
use crate::safety::{self, DataLoss, Subject, Waivers};

pub(super) struct Judgment {
    pub(super) findings: Vec<Finding>,
    pub(super) compatibility: Compatibility,
}

pub(super) fn judge(
    plan: &Plan,
    changeset: &Changeset,
    current: &Schema,
    desired: &Schema,
    loss: DataLoss,
) -> Judgment {
    let subject = Subject { plan, changeset, current, desired };
    let mut findings = safety::examine(&subject);
    safety::acknowledge(&mut findings, &Waivers { each: Vec::new(), data_loss: loss });
    Judgment { findings, compatibility: safety::compatibility(&subject) }
}
