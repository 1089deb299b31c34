//! Changeset → plan: which objects have to be touched, in which order, with which way back. It asks the dialect
//! what can be done in place and what stands in the way; it writes no SQL and reads no server.

mod closure;
mod demands;
mod graph;
mod needs;
mod nodes;
mod reverse;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diff::{Privileges, renamed};
use crate::engines::{Action, Dialect, Draft, Facts, Restore, Shelf, Timing, Undo};
use crate::model::{
    Author, Change, Changeset, Dropped, Fingerprint, Object, ObjectId, ObjectKind, Plan, Renaming, Reversal,
    Schema, Stamp, Statement, Step,
};

pub use needs::{Followed, Needs, needs};

#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    pub name: Box<str>,
    pub privileges: Privileges,
    pub dropped: Dropped,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    #[error("{object} cannot be changed: {reason}")]
    Refused { object: ObjectId, reason: Box<str> },
}

/// Plans the changes. `changeset` comes from [`crate::diff::diff`] over the same two schemas, or is a subset of it.
pub fn plan(
    dialect: &dyn Dialect,
    current: &Schema,
    desired: &Schema,
    changeset: &Changeset,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    let renames: Vec<Renaming> = changeset
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Rename { before, after } => Some(renaming(before, after)),
            Change::Create(_) | Change::Drop(_) | Change::Alter { .. } => None,
        })
        .collect();
    let moved = (!renames.is_empty()).then(|| renamed(current, &renames));
    let base = moved.as_ref().unwrap_or(current);
    let ordered = arranged(dialect, base, desired, &changeset.changes)?;
    let (from, to) = fingerprints(dialect, current, desired);
    let steps = Writer {
        dialect,
        base,
        desired,
        created: relations(&ordered, Side::Created),
        dropped: relations(&ordered, Side::Dropped),
        privileges: options.privileges,
        shelf: match options.dropped {
            Dropped::Lost => None,
            Dropped::Kept => Some(mark(&options.name, &from, &to)),
        },
    }
    .write(&ordered)?;
    Ok(Plan {
        name: options.name.clone(),
        from,
        to,
        server: current.version.clone(),
        steps,
        images: Vec::new(),
        unmodelled: current
            .unmodelled
            .iter()
            .chain(&desired.unmodelled)
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    })
}

/// What the names of all that a plan puts aside have in common, and those of no other plan.
fn mark(name: &str, from: &Fingerprint, to: &Fingerprint) -> Box<str> {
    let whole = Fingerprint::of([name, from.as_str(), to.as_str()]);
    whole.as_str().rsplit(':').next().unwrap_or_default().chars().take(10).collect()
}

/// The fingerprint of a schema: over every object's identity and definition.
pub fn fingerprint(dialect: &dyn Dialect, schema: &Schema) -> Fingerprint {
    let (mut stamp, mut imprinter) = (Stamp::default(), Imprinter::of(dialect));
    for object in schema.objects.values() {
        imprinter.add(object, [&mut stamp]);
    }
    stamp.done()
}

/// The fingerprints of two schemas. Most of two schemas is the same, and equal objects leave equal imprints, so the
/// two are walked side by side.
fn fingerprints(dialect: &dyn Dialect, current: &Schema, desired: &Schema) -> (Fingerprint, Fingerprint) {
    let (mut from, mut to) = (Stamp::default(), Stamp::default());
    let mut imprinter = Imprinter::of(dialect);
    let mut later = desired.objects.values().peekable();
    for before in current.objects.values() {
        while let Some(after) = later.next_if(|after| after.id < before.id) {
            imprinter.add(after, [&mut to]);
        }
        match later.next_if(|after| after.id == before.id) {
            Some(after) if Arc::ptr_eq(after, before) || after == before => {
                imprinter.add(before, [&mut from, &mut to]);
            }
            Some(after) => {
                imprinter.add(before, [&mut from]);
                imprinter.add(after, [&mut to]);
            }
            None => imprinter.add(before, [&mut from]),
        }
    }
    later.for_each(|after| imprinter.add(after, [&mut to]));
    (from.done(), to.done())
}

/// Adds objects to fingerprints; what it writes them in serves for all of them.
struct Imprinter<'a> {
    dialect: &'a dyn Dialect,
    identity: String,
}

impl<'a> Imprinter<'a> {
    fn of(dialect: &'a dyn Dialect) -> Self {
        Self { dialect, identity: String::new() }
    }

    fn add<const N: usize>(&mut self, object: &Arc<Object>, mut stamps: [&mut Stamp; N]) {
        let mut part = |text: &str| stamps.iter_mut().for_each(|stamp| stamp.part(text));
        object.id.spell(&mut self.identity);
        part(&self.identity);
        self.dialect.imprint(object, &mut part);
    }
}

/// What of an object counts towards a fingerprint, its identity included.
pub fn imprint(dialect: &dyn Dialect, object: &Arc<Object>) -> Vec<Box<str>> {
    let mut parts = vec![Box::from(object.id.to_string())];
    dialect.imprint(object, &mut |part| parts.push(part.into()));
    parts
}

/// The actions in their order.
fn arranged(
    dialect: &dyn Dialect,
    base: &Schema,
    desired: &Schema,
    changes: &[Change],
) -> Result<Vec<Action>, PlanError> {
    let work = closure::close(dialect, base, desired, changes)?;
    let nodes = nodes::build(dialect, base, desired, work);
    Ok(graph::order(dialect, base, desired, nodes))
}

fn renaming(before: &Arc<Object>, after: &Arc<Object>) -> Renaming {
    use crate::model::Body;
    // The two images of an enum differ by one label, which is what was renamed.
    if let (Body::Enum(a), Body::Enum(b), true) = (&before.body, &after.body, before.id == after.id)
        && let Some((x, y)) = a.labels.iter().zip(&b.labels).find(|(x, y)| x != y)
    {
        let label = |object: &Object, label: &str| object.id.part(Some(label.into()));
        return Renaming { before: label(before, x), after: label(after, y) };
    }
    Renaming { before: before.id.clone(), after: after.id.clone() }
}

enum Side {
    Created,
    Dropped,
}

fn relations(actions: &[Action], side: Side) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    for action in actions {
        let objects = match (action, &side) {
            (Action::Create(objects), Side::Created) | (Action::Drop(objects), Side::Dropped) => objects,
            _ => continue,
        };
        found.extend(objects.iter().map(|object| object.id.clone()).filter(|id| {
            matches!(
                id.kind,
                ObjectKind::Table | ObjectKind::MaterializedView | ObjectKind::View | ObjectKind::Partition
            )
        }));
    }
    found
}

/// Turns ordered actions into steps.
struct Writer<'a> {
    dialect: &'a dyn Dialect,
    base: &'a Schema,
    desired: &'a Schema,
    created: BTreeSet<ObjectId>,
    dropped: BTreeSet<ObjectId>,
    privileges: Privileges,
    /// What names begin with under which dropped things are kept.
    shelf: Option<Box<str>>,
}

impl Writer<'_> {
    fn write(&self, actions: &[Action]) -> Result<Vec<Step>, PlanError> {
        let mut steps = Vec::new();
        let mut later = Vec::new();
        let mut number = 1;
        for (at, action) in actions.iter().enumerate() {
            let shelf = self.shelf.clone().map(|plan| Shelf { plan, number });
            let drafts = self.dialect.steps(action, &self.facts(action, shelf.as_ref()));
            if drafts.iter().any(|draft| draft.keeps.is_some()) {
                number += 1;
            }
            for draft in drafts {
                let reversal = self.reversal(&draft, actions, at)?;
                let timing = draft.timing;
                let step = step(action, draft, reversal);
                match timing {
                    Timing::Now => steps.push(step),
                    Timing::Later => later.push(step),
                }
            }
        }
        // Validations come when everything else is in place, but before anything is taken away.
        let contract = steps
            .iter()
            .rposition(|step| step.phase != crate::model::Phase::Contract)
            .map_or(0, |last| last + 1);
        steps.splice(contract..contract, later);
        Ok(steps)
    }

    fn facts<'f>(&'f self, action: &Action, shelf: Option<&'f Shelf>) -> Facts<'f> {
        let was_there = match action {
            Action::Create(objects) => {
                objects.first().is_some_and(|head| self.base.objects.contains_key(&head.id))
            }
            Action::Drop(_) | Action::Alter { .. } | Action::Rebuild { .. } | Action::Rename { .. } => true,
        };
        let restore = if was_there || self.privileges == Privileges::Compare {
            Restore::OwnerAndGrants
        } else {
            Restore::DefinitionOnly
        };
        Facts {
            version: &self.base.version,
            from: self.base,
            to: self.desired,
            fresh: &self.created,
            ground: self.base,
            restore,
            shelf,
        }
    }

    fn reversal(&self, draft: &Draft, actions: &[Action], at: usize) -> Result<Reversal, PlanError> {
        let statements = match &draft.undo {
            Undo::Covered => Vec::new(),
            Undo::With(statements) => statements.clone(),
            Undo::Impossible(reason) => return Ok(Reversal::Impossible(reason.clone())),
            Undo::Action => self.undone(actions, at, &[])?,
            Undo::ActionThen(more) => self.undone(actions, at, more)?,
        };
        Ok(match &draft.loss {
            None => Reversal::Exact(statements),
            Some(loss) => Reversal::Lossy { steps: statements, lost: loss.clone() },
        })
    }

    /// The statements that take one action back, once everything after it has been taken back, and `more` that belongs to
    /// it. Validations come last.
    fn undone(&self, actions: &[Action], at: usize, more: &[Statement]) -> Result<Vec<Statement>, PlanError> {
        let facts = Facts {
            version: &self.base.version,
            from: self.desired,
            to: self.base,
            fresh: &self.dropped,
            ground: self.base,
            restore: Restore::OwnerAndGrants,
            shelf: None,
        };
        let inverses = reverse::inverses(self.dialect, self.base, self.desired, actions, at)?;
        let mut now = Vec::new();
        let mut later = Vec::new();
        for action in &inverses {
            for draft in self.dialect.steps(action, &facts) {
                let statement =
                    Statement { sql: draft.sql, boundary: draft.boundary, runtime: draft.runtime };
                match draft.timing {
                    Timing::Now => now.push(statement),
                    Timing::Later => later.push(statement),
                }
            }
        }
        now.extend(more.iter().cloned());
        now.extend(later);
        Ok(now)
    }
}

fn step(action: &Action, draft: Draft, reversal: Reversal) -> Step {
    let subject = draft.subject.unwrap_or_else(|| subject(action).clone());
    Step {
        phase: draft.phase,
        subject,
        action: draft.verb,
        statement: Statement { sql: draft.sql, boundary: draft.boundary, runtime: draft.runtime },
        effects: draft.effects,
        reversal,
        keeps: draft.keeps,
        probe: draft.probe,
        reason: draft.reason,
        author: Author::Planner,
        batches: None,
    }
}

/// What an action is about.
fn subject(action: &Action) -> &ObjectId {
    match action {
        Action::Create(objects) | Action::Drop(objects) => &objects[0].id,
        Action::Alter { after, .. } | Action::Rename { after, .. } => &after.id,
        Action::Rebuild { subject, .. } => subject,
    }
}
