//! Which changes, and which renames: what a user typed, matched against what was found. A text that fits
//! nothing, or two things, is refused; nothing is guessed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff;
use crate::model::{Body, Change, Changeset, Failure, FailureKind, ObjectId, ObjectKind, Renaming, Schema};

/// `OLD=NEW` as typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenameText {
    pub old: String,
    pub new: String,
}

/// Which of the changes to plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    pub pick: Pick,
    /// Objects as `diff` prints them, with or without their kind; for `Exactly` changes as `signed` writes them.
    pub objects: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Pick {
    #[default]
    All,
    Only,
    Except,
    /// These changes and no parts of them.
    Exactly,
}

/// Which changes are wanted, one for each. A table's name stands for its parts and indexes too.
pub(super) fn selected(changeset: &Changeset, selection: &Selection) -> Result<Vec<bool>, Failure> {
    let named = |change: &Change, text: &str| match selection.pick {
        Pick::Exactly => signed(change) == text,
        Pick::All | Pick::Only | Pick::Except => {
            ids(change).into_iter().any(|id| names(text, id) || contains(text, id, change))
        }
    };
    for text in &selection.objects {
        if !changeset.changes.iter().any(|change| named(change, text)) {
            return Err(Failure::new(FailureKind::Usage, format!("no change is about {text}"))
                .hint("name objects as `diff` prints them, such as `table public.orders`"));
        }
    }
    let wanted = |change: &Change| {
        let hit = selection.objects.iter().any(|text| named(change, text));
        match selection.pick {
            Pick::All => true,
            Pick::Only | Pick::Exactly => hit,
            Pick::Except => !hit,
        }
    };
    Ok(changeset.changes.iter().map(wanted).collect())
}

/// The chosen changes alone.
pub(super) fn taken(changeset: &Changeset, chosen: &[bool]) -> Changeset {
    let taken = changeset.changes.iter().zip(chosen).filter(|(_, chosen)| **chosen);
    Changeset {
        changes: taken.map(|(change, _)| change.clone()).collect(),
        suspected: changeset.suspected.clone(),
    }
}

/// A change by its sign and its object: `+ table public.orders`.
pub(super) fn signed(change: &Change) -> String {
    format!("{} {}", change.sign(), change.id())
}

/// The renames that were typed, as identities. `changeset` is what differs without them.
pub(super) fn renamings(texts: &[RenameText], changeset: &Changeset) -> Result<Vec<Renaming>, Failure> {
    texts.iter().map(|text| renaming(text, changeset)).collect()
}

fn renaming(text: &RenameText, changeset: &Changeset) -> Result<Renaming, Failure> {
    let mut pairs: Vec<Renaming> = Vec::new();
    let suspected = changeset.suspected.iter().map(|pair| (&pair.before, &pair.after));
    for (before, after) in suspected.chain(dropped_and_created(changeset)) {
        let pair = Renaming { before: before.clone(), after: after.clone() };
        if names(&text.old, before) && names_new(&text.new, after) && !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    // Two objects that share a name: the whole names decide where they were given.
    if pairs.len() > 1 {
        let exact =
            |pair: &Renaming| text.old == pair.before.to_string() || without_kind(&pair.before) == text.old;
        let narrowed: Vec<_> = pairs.iter().filter(|pair| exact(pair)).cloned().collect();
        if !narrowed.is_empty() {
            pairs = narrowed;
        }
    }
    match pairs.as_slice() {
        [pair] => Ok(pair.clone()),
        [] => Err(Failure::new(
            FailureKind::Usage,
            format!("--rename {}={}: no dropped and created pair has these names", text.old, text.new),
        )
        .hint("run `diff` first: the old name must be only in current, the new one only in desired")),
        several => {
            let list: Vec<_> = several.iter().map(|pair| pair.before.to_string()).collect();
            Err(Failure::new(
                FailureKind::Usage,
                format!("--rename {}={} could mean {}", text.old, text.new, list.join(" or ")),
            )
            .hint("write the kind and the whole name, such as `column public.orders.note=remark`"))
        }
    }
}

/// Pairs of one kind, the first only in current, the second only in desired; parts of one relation only.
fn dropped_and_created(changeset: &Changeset) -> Vec<(&ObjectId, &ObjectId)> {
    let mut pairs = Vec::new();
    for dropped in &changeset.changes {
        let Change::Drop(before) = dropped else { continue };
        for created in &changeset.changes {
            let Change::Create(after) = created else { continue };
            let (a, b) = (&before.id, &after.id);
            let same_home =
                a.member.is_none() == b.member.is_none() && (a.member.is_none() || a.name == b.name);
            if a.kind == b.kind && same_home {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

/// Both identities of a change.
fn ids(change: &Change) -> Vec<&ObjectId> {
    match change {
        Change::Create(object) | Change::Drop(object) => vec![&object.id],
        Change::Alter { before, after, .. } | Change::Rename { before, after } => vec![&before.id, &after.id],
    }
}

/// Whether a typed text means this object: with or without kind, schema, and arguments.
fn names(text: &str, id: &ObjectId) -> bool {
    let full = id.to_string();
    let bare = without_kind(id);
    text == full || text == bare || short(id).contains(&text.to_owned())
}

/// The new name may be the last word alone.
fn names_new(text: &str, id: &ObjectId) -> bool {
    names(text, id) || text == id.leaf().as_str()
}

fn without_kind(id: &ObjectId) -> String {
    let full = id.to_string();
    full.strip_prefix(id.kind.word()).map(|rest| rest.trim_start().to_owned()).unwrap_or(full)
}

/// The name without its schema, with and without the kind.
fn short(id: &ObjectId) -> Vec<String> {
    let mut name = id.name.name.to_string();
    if let Some(member) = &id.member {
        name = format!("{name}.{member}");
    }
    vec![format!("{} {name}", id.kind.word()), name]
}

/// Whether the text names the relation that this object is a part of.
fn contains(text: &str, id: &ObjectId, change: &Change) -> bool {
    let relation = |name: &crate::model::QualifiedName| {
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Domain]
            .into_iter()
            .any(|kind| names(text, &ObjectId::new(kind, name.clone())))
    };
    if id.member.is_some() {
        return relation(&id.name);
    }
    let object = match change {
        Change::Create(object) | Change::Drop(object) => object,
        Change::Alter { after, .. } | Change::Rename { after, .. } => after,
    };
    match &object.body {
        Body::Index(index) => relation(&index.table),
        _ => false,
    }
}

/// *current* with the chosen changes made: where a plan of only these changes leads. `all` is what they were
/// chosen from.
pub(super) fn partly(
    current: &Schema,
    desired: &Schema,
    chosen: &Changeset,
    all: &Changeset,
) -> Result<Schema, Failure> {
    let renames: Vec<Renaming> = chosen
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Rename { before, after } if before.id != after.id => {
                Some(Renaming { before: before.id.clone(), after: after.id.clone() })
            }
            Change::Rename { .. } | Change::Create(_) | Change::Drop(_) | Change::Alter { .. } => None,
        })
        .collect();
    let mut goal = diff::renamed(current, &renames);
    for change in &chosen.changes {
        match change {
            Change::Create(object) => drop(goal.objects.insert(object.id.clone(), object.clone())),
            Change::Drop(object) => drop(goal.objects.remove(&object.id)),
            Change::Alter { after, .. } | Change::Rename { after, .. } => {
                goal.objects.insert(after.id.clone(), after.clone());
            }
        }
    }
    for table in whole_tables(&goal, chosen, all)? {
        if let Some(object) = desired.objects.get(&table) {
            goal.objects.insert(table, object.clone());
        }
    }
    goal.depends.extend(desired.depends.iter().cloned());
    let present = &goal.objects;
    goal.depends.retain(|(a, b)| present.contains_key(a) && present.contains_key(b));
    goal.depends.sort();
    goal.depends.dedup();
    Ok(goal)
}

/// Tables that are one statement in their engine (SQLite) and get the desired one: their changes come together
/// or not at all.
fn whole_tables(goal: &Schema, chosen: &Changeset, all: &Changeset) -> Result<BTreeSet<ObjectId>, Failure> {
    let parts = |changeset: &Changeset| {
        let mut parts: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
        for id in changeset.changes.iter().map(Change::id) {
            if matches!(id.kind, ObjectKind::Column | ObjectKind::Constraint) {
                let table = ObjectId::new(ObjectKind::Table, id.name.clone());
                parts.entry(table).or_default().insert(id.clone());
            }
        }
        parts
    };
    let (chosen, all) = (parts(chosen), parts(all));
    let mut whole = BTreeSet::new();
    for (table, some) in chosen {
        let one_statement = goal.objects.get(&table).is_some_and(|object| match &object.body {
            Body::Table(table) => table.source.is_some(),
            _ => false,
        });
        if !one_statement {
            continue;
        }
        if let Some(left) = all.get(&table).and_then(|all| all.difference(&some).next()) {
            let what =
                format!("{table} is one statement in this engine: its changes come together or not at all");
            return Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("take {left} along, or leave {table} out as a whole")));
        }
        whole.insert(table);
    }
    Ok(whole)
}
