//! The report as JSON: raw values, times in milliseconds. Fields are added to, never renamed.

use serde_json::{Value, json};

use super::{Answered, RunReport, Source};
use crate::export::{Proof, digest};
use crate::model::{Actor, Course};

pub(super) fn document(report: &RunReport) -> Value {
    let (state, opened) = (&report.state, &report.state.opened);
    let place = &opened.circumstances;
    let (taken_back, way_back, contracted) = match &opened.course {
        Course::Forward => (None, None, None),
        Course::Back { of, steps } => (Some(of.as_str()), Some(*steps), None),
        Course::Contract { of } => (None, None, Some(of.as_str())),
    };
    json!({
        "version": 1,
        "source": match &report.source {
            Source::Database => json!({ "kind": "database" }),
            Source::Remembered { at, why } => json!({ "kind": "ledger", "as_of": at, "not_asked": why }),
        },
        "environment": report.environment,
        "database": { "address": place.address, "identity": place.database, "server": place.server },
        "plan": {
            "name": opened.name,
            "digest": opened.plan.as_str(),
            "made": report.plan.as_ref().map(|record| &record.generated),
            "matches_digest": report.plan.as_ref().map(|record| digest(&record.plan) == opened.plan),
            "proof": report.plan.as_ref().map(proof),
        },
        "run": state.run.as_str(),
        "direction": opened.course.word(),
        "takes_back": taken_back,
        "takes_back_steps": way_back,
        "contracts": contracted,
        "result": report.result(),
        "reason": state.closed.as_ref().map(|closed| &closed.reason),
        "began": state.began,
        "last": state.last,
        "run_by": person(&opened.actor),
        "resumed_by": report.story.resumed.iter().map(|(at, by)| json!({ "at": at, "by": person(by) }))
            .collect::<Vec<_>>(),
        "approved_by": report.consents.iter().map(|consent| json!({
            "at": consent.at, "by": person(&consent.by), "reason": consent.reason,
        })).collect::<Vec<_>>(),
        "acknowledged": place.acknowledged,
        "rollback": report.rollback().map(|back| json!({ "class": back.class, "limits": back.limits })),
        "verification": {
            "result": report.verification(),
            "schema_before": opened.before.as_str(),
            "schema_after": state.verified.as_ref().map(|verified| verified.after.as_str()),
            "differences": state.verified.as_ref().map(|verified| &verified.differences),
        },
        "statements": report.rows().map(|row| json!({
            "number": row.number,
            "title": row.title,
            "step": row.sent.map(|sent| sent.step + 1),
            "outcome": row.outcome,
            "millis": row.took.map(|took| took.millis),
            "waited_millis": row.took.map(|took| took.waited),
            "retries": row.retries,
            "rows": row.took.map(|took| took.rows),
            "answer": row.answer,
            "sql": row.sent.map(|sent| &sent.sql),
        })).collect::<Vec<_>>(),
        "tries": report.failures().map(|(one, words)| json!({
            "at": one.at,
            "from_statement": one.intended.unit.from + 1,
            "to_statement": one.intended.unit.to,
            "attempt": one.intended.attempt,
            "words": words,
        })).collect::<Vec<_>>(),
        "stops": report.story.stops.iter().map(|(at, closed)| json!({
            "at": at, "end": closed.end.word(), "reason": closed.reason,
        })).collect::<Vec<_>>(),
        "findings": report.findings().map(|(found, answered)| json!({
            "rule": found.rule,
            "severity": found.severity.word(),
            "object": found.object.as_ref().map(ToString::to_string),
            "what": found.what,
            "effect": found.effect,
            "answered": match answered {
                Answered::InThePlan(why) => json!({ "where": "plan", "reason": why }),
                Answered::InTheRun => json!({ "where": "run", "by": person(&opened.actor) }),
                Answered::Nowhere => json!({ "where": "nowhere" }),
                Answered::NotAsked => Value::Null,
            },
        })).collect::<Vec<_>>(),
        "tables": place.tables.iter().map(|size| json!({
            "table": size.table, "rows": size.rows, "bytes": size.bytes,
        })).collect::<Vec<_>>(),
    })
}

fn person(actor: &Actor) -> Value {
    json!({ "name": actor.name, "host": actor.host, "process": actor.process })
}

fn proof(record: &crate::export::Record) -> Value {
    match &record.proof {
        Proof::Proven { server, .. } => json!({ "result": "proven", "server": server }),
        Proof::Failed { server, .. } => json!({ "result": "failed", "server": server }),
        Proof::NotRehearsed { why } => json!({ "result": "not rehearsed", "why": why }),
    }
}
