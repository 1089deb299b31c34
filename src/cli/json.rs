//! The JSON that scripts read. Every document has a `version`; fields are added to, never renamed. Values are
//! raw, with characters that could deceive a terminal written as `\u` escapes.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::export::{address_document, digest, document, noted_document, server_words};
use crate::model::{Change, Changeset, Failure, Object, ObjectId, Unmodelled, Verdict};
use crate::shown;
use crate::worker::{Check, Comparison, Health, Planned, Side};

const VERSION: u32 = 1;

pub(super) fn failure(failure: &Failure) -> Value {
    json!({
        "version": VERSION,
        "error": { "kind": failure.kind.word(), "what": failure.what, "hint": failure.hint },
    })
}

pub(super) fn comparison(found: &Comparison) -> Value {
    json!({
        "version": VERSION,
        "current": side(&found.current),
        "desired": side(&found.desired),
        "changes": found.changeset.changes.iter().map(change).collect::<Vec<_>>(),
        "suspected_renames": found.changeset.suspected.iter().map(|pair| json!({
            "before": object(&pair.before),
            "after": object(&pair.after),
            "evidence": pair.evidence,
        })).collect::<Vec<_>>(),
        "not_compared": missed(found),
        "summary": summary(&found.changeset),
    })
}

pub(super) fn planned(made: &Planned) -> Value {
    let drafted = &made.drafted;
    let (record, changeset) = (&drafted.record, &drafted.comparison.changeset);
    json!({
        "version": VERSION,
        "plan": document(record),
        "changes": changeset.changes.iter().map(change).collect::<Vec<_>>(),
        "summary": summary(changeset),
        "backwards_compatible": verdict(record.compatibility.verdict),
        "blocking_findings": record.findings.iter().filter(|noted| noted.stops()).count(),
        "folder": made.folder.as_ref().map(|folder| folder.to_string_lossy()),
        "forward_sql": drafted.forward.text,
        "rollback_sql": drafted.rollback.text,
    })
}

pub(super) fn findings(record: &crate::export::Record) -> Value {
    json!({
        "version": VERSION,
        "name": record.plan.name,
        "digest": digest(&record.plan).as_str(),
        "proof": document(record)["proof"],
        "backwards_compatible": verdict(record.compatibility.verdict),
        "findings": record.findings.iter().map(noted_document).collect::<Vec<_>>(),
        "blocking_findings": record.findings.iter().filter(|noted| noted.stops()).count(),
    })
}

pub(super) fn checks(checks: &[Check]) -> Value {
    let health = |health| match health {
        Health::Good => "good",
        Health::Limited => "limited",
        Health::Bad => "bad",
    };
    let one = |check: &Check| json!({ "area": check.area, "health": health(check.health), "what": check.what, "mend": check.mend });
    json!({ "version": VERSION, "checks": checks.iter().map(one).collect::<Vec<_>>() })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "yes",
        Verdict::WithCare => "with-care",
        Verdict::No => "no",
    }
}

fn side(side: &Side) -> Value {
    let version = &side.schema.version;
    json!({
        "ref": side.label,
        "engine": version.engine.name(),
        "server": server_words(version),
        "objects": side.schema.objects.len(),
        "notes": side.notes,
    })
}

fn change(change: &Change) -> Value {
    let mut value = json!({ "sign": change.sign(), "object": object(change.id()) });
    let (word, more) = match change {
        Change::Create(_) => ("create", None),
        Change::Drop(_) => ("drop", None),
        Change::Alter { edits, .. } => {
            let edits: Vec<_> = edits
                .iter()
                .map(|edit| json!({ "aspect": edit.aspect.word(), "before": edit.before, "after": edit.after }))
                .collect();
            ("alter", Some(("edits", Value::from(edits))))
        }
        Change::Rename { before, .. } => ("rename", Some(("before", named(before)))),
    };
    if let Some(fields) = value.as_object_mut() {
        fields.insert("change".into(), word.into());
        if let Some((name, value)) = more {
            fields.insert(name.into(), value);
        }
    }
    value
}

fn named(of: &Arc<Object>) -> Value {
    object(&of.id)
}

/// The identity in parts, and as the text that `--only`, `--skip` and `--rename` take.
fn object(id: &ObjectId) -> Value {
    let mut value = address_document(id);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("text".into(), id.to_string().into());
    }
    value
}

fn missed(found: &Comparison) -> Vec<Value> {
    let sides = [("current", &found.current), ("desired", &found.desired)];
    let one =
        |side: &str, missed: &Unmodelled| json!({ "side": side, "what": missed.what, "why": missed.why });
    sides
        .into_iter()
        .flat_map(|(name, side)| side.schema.unmodelled.iter().map(move |missed| one(name, missed)))
        .collect()
}

fn summary(changeset: &Changeset) -> Value {
    let counts = super::compared::Counts::of(changeset);
    json!({
        "created": counts.created,
        "dropped": counts.dropped,
        "altered": counts.altered,
        "renamed": counts.renamed,
    })
}

/// Pretty JSON with a final line break. Outside of strings JSON is ASCII, so escaping is safe everywhere.
pub(super) fn text(value: &Value) -> String {
    let plain = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = String::with_capacity(plain.len() + 1);
    for c in plain.chars() {
        if !c.is_ascii() && shown::is_hidden(c) || c == '\u{7f}' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_text_deceives_no_terminal_and_loses_nothing() {
        let value = json!({ "name": "a\u{202e}b\u{1b}[2J\u{e0001}\u{7f} Größe" });
        let text = text(&value);
        assert!(text.chars().all(|c| c == '\n' || !shown::is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
