//! A run's end in words that a tired person can act on: what was sent, what stands, what the choices are.

use std::sync::Arc;

use crate::model::{Failure, FailureKind, Outcome, Plan, RunState};
use crate::promote::{Drift, LeaseHolder, Refusal, Report, Stopped};

use super::Ran;

pub(super) fn ran(
    label: &str,
    plan: Arc<Plan>,
    result: Result<Report, Stopped>,
    notes: Vec<String>,
) -> Result<Ran, Failure> {
    let ran =
        |state, differences| Ran { label: label.into(), plan: Arc::clone(&plan), state, differences, notes };
    match result {
        Ok(report) => Ok(ran(Some(report.state), report.differences)),
        Err(Stopped::Refused(Refusal::AlreadyThere)) => Ok(ran(None, Vec::new())),
        Err(Stopped::Refused(refusal)) => Err(refused(label, refusal)),
        Err(Stopped::Halfway { failure, state }) => Err(with_state(failure, &state)),
        Err(Stopped::Unknown { failure, state }) => {
            Err(Failure { kind: FailureKind::Unknown, ..with_state(failure, &state) })
        }
    }
}

fn refused(label: &str, refusal: Refusal) -> Failure {
    let no = |what: String| Failure::new(FailureKind::Refused, what);
    match refusal {
        Refusal::Failure(failure) => failure,
        Refusal::Held(holder) => held(label, &holder),
        Refusal::Unfinished(state) => no(format!("{label}: an earlier run is not over. {}", standing(&state)))
            .hint(format!("`migrator-tui resume {0}` goes on with it, `migrator-tui rollback {0} --on {label}` takes it back", state.run)),
        Refusal::Drifted(drifted) => no(format!(
            "{label} is not what it was when the plan was made:\n{}",
            drifted.iter().map(differs).collect::<Vec<_>>().join("\n")
        ))
        .hint("make the plan again from what is there, or put it back as it was"),
        Refusal::AlreadyThere => no(format!("{label}: all of it is there already")),
    }
}

fn held(label: &str, holder: &LeaseHolder) -> Failure {
    let whose = if holder.who.is_empty() {
        "somebody else is about to run a plan here".to_owned()
    } else {
        format!(
            "run {} of plan {} is under way, since {}, by {}",
            holder.run, holder.plan, holder.since, holder.who
        )
    };
    Failure::new(FailureKind::Refused, format!("{label}: {whose}"))
        .hint("one run per environment: wait for its end")
}

/// What an object should be, and what it is.
fn differs(drift: &Drift) -> String {
    let side = |sign: char, text: &Option<Box<str>>| {
        text.iter()
            .flat_map(|text| text.lines().skip(1))
            .map(|line| format!("\n    {sign} {line}"))
            .collect::<String>()
    };
    format!("  {}{}{}", drift.words(), side('-', &drift.expected), side('+', &drift.found))
}

fn with_state(failure: Failure, state: &RunState) -> Failure {
    Failure { what: format!("{}\n{}", failure.what, standing(state)), ..failure }
}

/// Where a run stands, in one line.
pub fn standing(state: &RunState) -> String {
    let total = state.outcomes.len();
    let unknown =
        match (&state.open, state.outcomes.iter().position(|found| *found == Some(Outcome::Unknown))) {
            (Some(open), _) => {
                format!(", statement {} was sent and its outcome is not known", open.unit.from + 1)
            }
            (None, Some(at)) => format!(", statement {} is unknown", at + 1),
            (None, None) => String::new(),
        };
    format!(
        "Run {} ({}, {}): {} of {total} statements applied{unknown}.",
        state.run,
        state.opened.name,
        state.opened.course.word(),
        state.applied()
    )
}
