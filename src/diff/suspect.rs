//! Drop and create pairs that look like one rename. They are shown with the evidence and never assumed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Body, Change, Object, ObjectId, ObjectKind, QualifiedName, Schema, Suspicion};

/// Pairs of the same kind, in the same place, whose content agrees. Each object is in at most one pair.
pub(super) fn suspicions(changes: &[Change], current: &Schema, desired: &Schema) -> Vec<Suspicion> {
    let mut found: Vec<(u32, Suspicion)> = Vec::new();
    let (mut drops, mut creates): (Places<'_>, Places<'_>) = Default::default();
    for change in changes {
        let (side, object) = match change {
            Change::Drop(object) => (&mut drops, object),
            Change::Create(object) => (&mut creates, object),
            Change::Alter { .. } | Change::Rename { .. } => continue,
        };
        if let Some(place) = place(object) {
            side.entry(place).or_default().push(object);
        }
    }
    for (place, gone) in &drops {
        let Some(come) = creates.get(place) else { continue };
        let gone: Vec<Candidate<'_>> = gone.iter().map(|object| Candidate::new(object, current)).collect();
        let come: Vec<Candidate<'_>> = come.iter().map(|object| Candidate::new(object, desired)).collect();
        for before in &gone {
            for after in &come {
                if let Some((score, evidence)) = likeness(before, after, current, desired) {
                    let (before, after) = (before.object.id.clone(), after.object.id.clone());
                    found.push((score, Suspicion { before, after, evidence: evidence.into() }));
                }
            }
        }
    }
    found.extend(labels(changes).into_iter().map(|pair| (50, pair)));
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.before.cmp(&b.1.before)));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    let mut chosen: Vec<Suspicion> = Vec::new();
    for (_, pair) in found {
        if !left.contains(&pair.before) && !right.contains(&pair.after) {
            left.insert(pair.before.clone());
            right.insert(pair.after.clone());
            chosen.push(pair);
        }
    }
    chosen.sort_by(|a, b| a.before.cmp(&b.before));
    chosen
}

/// Objects by the place they share with what they may have been renamed to or from.
type Places<'a> = BTreeMap<(ObjectKind, Option<&'a QualifiedName>), Vec<&'a Object>>;

/// The kind and, for a part, the relation; `None` for kinds that are never suspected.
fn place(object: &Object) -> Option<(ObjectKind, Option<&QualifiedName>)> {
    let relation = match (&object.body, object.id.kind) {
        (Body::Index(index), ObjectKind::Index) => Some(&index.table),
        (_, ObjectKind::Column | ObjectKind::Constraint) => Some(&object.id.name),
        (_, ObjectKind::Table) => None,
        _ => return None,
    };
    Some((object.id.kind, relation))
}

/// An object that went or came. Of a table, its columns too: sorted, each with its type.
struct Candidate<'a> {
    object: &'a Object,
    columns: Vec<(&'a str, &'a str)>,
}

impl<'a> Candidate<'a> {
    fn new(object: &'a Object, schema: &'a Schema) -> Self {
        let columns = match object.id.kind {
            ObjectKind::Table => schema
                .members(&object.id)
                .filter_map(|part| match &part.body {
                    Body::Column(column) => Some((part.id.leaf().as_str(), column.data_type.as_str())),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        Self { object, columns }
    }
}

/// How alike two objects are (0–100) and why, or `None` when a rename is not plausible.
fn likeness(
    before: &Candidate<'_>,
    after: &Candidate<'_>,
    current: &Schema,
    desired: &Schema,
) -> Option<(u32, String)> {
    let columns = (&before.columns, &after.columns);
    let (before, after) = (before.object, after.object);
    match before.id.kind {
        ObjectKind::Table => table(columns.0, columns.1),
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

fn table(a: &[(&str, &str)], b: &[(&str, &str)]) -> Option<(u32, String)> {
    let total = a.len().max(b.len());
    let common = a.iter().filter(|column| b.binary_search(column).is_ok()).count();
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
            let label = |object: &Object, label: &str| object.id.part(Some(label.into()));
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
