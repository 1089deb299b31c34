//! Edit: a draft's scripts as a person has changed them become the draft's plan, judged again. It asks no server;
//! a proof of the text before says nothing about this one.

use std::sync::Arc;

use crate::export::{self, Edit, EditError, Noted, Proof, Record, digest};
use crate::model::{Failure, FailureKind};

use super::draft::{Drafted, Edited};
use super::judge;

/// Both scripts, whole.
#[derive(Clone, Debug)]
pub struct EditOrder {
    pub drafted: Arc<Drafted>,
    pub forward: String,
    pub rollback: String,
}

pub(super) fn edit(order: &EditOrder) -> Result<Drafted, Failure> {
    let drafted = &order.drafted;
    let comparison = &drafted.comparison;
    let current = &comparison.current.schema;
    let before = &drafted.record;
    let plan = export::edited(&Edit {
        plan: &before.plan,
        original: &drafted.goal.plan,
        forward: &order.forward,
        rollback: &order.rollback,
        dialect: comparison.dialect()?,
        schema: current,
    })
    .map_err(|error| refused(&error))?;
    let goal = &drafted.goal;
    let verdict = judge::judge(&plan, &goal.changeset, current, goal.schema(comparison), goal.loss);
    let same = digest(&plan) == digest(&before.plan);
    let edited = if digest(&plan) == digest(&goal.plan) { Edited::Generated } else { Edited::ByHand };
    let proof = match same {
        true => before.proof.clone(),
        false => Proof::NotRehearsed { why: "changed by hand and not rehearsed since".into() },
    };
    let record = Record {
        plan: Arc::new(plan),
        compatibility: verdict.compatibility,
        findings: verdict.findings.iter().map(Noted::from).collect(),
        proof,
        ..before.clone()
    };
    let residual = if same { drafted.residual.clone() } else { None };
    Ok(Drafted { edited, residual, ..drafted.with_record(record)? })
}

fn refused(error: &EditError) -> Failure {
    Failure::new(FailureKind::Usage, error.to_string()).hint("the plan stays as it was before this edit")
}
