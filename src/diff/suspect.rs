//! Drop and create pairs that look like one rename. They are shown with the evidence and never assumed.

use crate::model::{Body, Change, Object, ObjectId, ObjectKind, Schema, Suspicion};

/// Pairs of the same kind, in the same place, whose content agrees. Each object is in at most one pair.
pub(super) fn suspicions(changes: &[Change], current: &Schema, desired: &Schema) -> Vec<Suspicion> {
    let mut found: Vec<(u32, Suspicion)> = Vec::new();
    let drops = changes.iter().filter_map(|change| match change {
        Change::Drop(object) => Some(object.as_ref()),
        Change::Create(_) | Change::Alter { .. } | Change::Rename { .. } => None,
    });
    let creates: Vec<&Object> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Create(object) => Some(object.as_ref()),
            Change::Drop(_) | Change::Alter { .. } | Change::Rename { .. } => None,
        })
        .collect();
    for before in drops {
        for after in creates.iter().filter(|after| after.id.kind == before.id.kind) {
            if let Some((score, evidence)) = likeness(before, after, current, desired) {
                let pair = Suspicion {
                    before: before.id.clone(),
                    after: after.id.clone(),
                    evidence: evidence.into(),
                };
                found.push((score, pair));
            }
        }
    }
    found.extend(labels(changes).into_iter().map(|pair| (50, pair)));
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.before.cmp(&b.1.before)));
    let mut chosen: Vec<Suspicion> = Vec::new();
    for (_, pair) in found {
        if !chosen.iter().any(|other| other.before == pair.before || other.after == pair.after) {
            chosen.push(pair);
        }
    }
    chosen.sort_by(|a, b| a.before.cmp(&b.before));
    chosen
}

/// How alike two objects are (0–100) and why, or `None` when a rename is not plausible.
fn likeness(before: &Object, after: &Object, current: &Schema, desired: &Schema) -> Option<(u32, String)> {
    match before.id.kind {
        ObjectKind::Table => table(&before.id, &after.id, current, desired),
        ObjectKind::Column => {
            let (Body::Column(a), Body::Column(b)) = (&before.body, &after.body) else { return None };
            // A column of a table that goes away or comes with it is no rename of its own.
            let stays = before.id.name == after.id.name
                && current.objects.contains_key(&ObjectId::new(ObjectKind::Table, before.id.name.clone()))
                && desired.objects.contains_key(&ObjectId::new(ObjectKind::Table, after.id.name.clone()));
            if !stays || a.data_type != b.data_type {
                return None;
            }
            let mut score = 40;
            let mut why = vec![format!("same type {}", a.data_type)];
            if a.position.0 == b.position.0 {
                score += 30;
                why.push("same place in the table".into());
            }
            if a.nullability == b.nullability && a.value == b.value {
                score += 15;
                why.push("same default and nullability".into());
            }
            let spelling = spelling(before.id.leaf().as_str(), after.id.leaf().as_str());
            if spelling >= 50 {
                score += 20;
                why.push("similar name".into());
            }
            (score >= 60).then(|| (score, why.join(", ")))
        }
        ObjectKind::Index => {
            let (Body::Index(a), Body::Index(b)) = (&before.body, &after.body) else { return None };
            (a.table == b.table && a.tail == b.tail && a.uniqueness == b.uniqueness)
                .then(|| (90, "same table, same definition".into()))
        }
        ObjectKind::Constraint => {
            let (Body::Constraint(a), Body::Constraint(b)) = (&before.body, &after.body) else { return None };
            (before.id.name == after.id.name && a.definition == b.definition)
                .then(|| (90, "same table, same definition".into()))
        }
        _ => None,
    }
}

fn table(before: &ObjectId, after: &ObjectId, current: &Schema, desired: &Schema) -> Option<(u32, String)> {
    let columns = |schema: &Schema, id: &ObjectId| -> Vec<(String, String)> {
        let first = ObjectId::member(ObjectKind::Column, id.name.clone(), "");
        schema
            .objects
            .range(first..)
            .take_while(|(other, _)| other.kind == ObjectKind::Column && other.name == id.name)
            .filter_map(|(other, object)| match &object.body {
                Body::Column(column) => Some((other.leaf().to_string(), column.data_type.to_string())),
                _ => None,
            })
            .collect()
    };
    let (a, b) = (columns(current, before), columns(desired, after));
    let common = a.iter().filter(|column| b.contains(column)).count();
    let total = a.len().max(b.len());
    if total == 0 || common < 2 || common * 10 < total * 7 {
        return None;
    }
    let score = u32::try_from(common * 90 / total).unwrap_or(0);
    Some((score, format!("{common} of {total} columns have the same name and type")))
}

/// An enum that loses one label and gains one at the same place.
fn labels(changes: &[Change]) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for change in changes {
        let Change::Alter { before, after, .. } = change else { continue };
        let (Body::Enum(a), Body::Enum(b)) = (&before.body, &after.body) else { continue };
        if a.labels.len() != b.labels.len() {
            continue;
        }
        let differing: Vec<_> = a.labels.iter().zip(&b.labels).filter(|(x, y)| x != y).collect();
        if let [(x, y)] = differing.as_slice() {
            if b.labels.contains(x) || a.labels.contains(y) {
                continue;
            }
            let label =
                |object: &Object, label: &str| ObjectId { member: Some(label.into()), ..object.id.clone() };
            found.push(Suspicion {
                before: label(before, x),
                after: label(after, y),
                evidence: "one label differs, at the same place in the enum".into(),
            });
        }
    }
    found
}

/// How alike two names are, 0–100.
fn spelling(a: &str, b: &str) -> u32 {
    (similar::TextDiff::from_chars(a, b).ratio() * 100.0) as u32
}
