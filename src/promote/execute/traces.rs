//! What a statement outside a transaction has left, told by the schema: what it may change is written down just before
//! it is sent, and looked at afterwards. As it was: it did not take effect. Otherwise, and as the plan wants it: it did.
//! Anything else was somebody else, and nothing is concluded. It holds for servers that do a statement whole or not at
//! all.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engines::{Act, Dialect, Undoing};
use crate::model::{
    Author, Body, Course, Estimate, Fingerprint, Object, ObjectId, ObjectKind, Outcome, Plan, QualifiedName,
    Schema, Statement, Step, Unit, Verb,
};

use super::drift::text;
use super::route::Route;

/// Footprints of another version of this program look at other things.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ":");

/// What a unit's first statement may change, as it is now.
pub(super) fn footprint(plan: &Plan, route: &Route, unit: Unit, schema: &Schema) -> Option<Fingerprint> {
    let names = names(step(plan, route, unit)?);
    let parts: Vec<String> = near(schema, &names).map(|object| seen(object)).collect();
    let stamp = Fingerprint::of(parts.iter().map(String::as_str));
    Some(Fingerprint::parsed(format!("{VERSION}{stamp}")))
}

/// What became of a unit's statement, and why. `None`: its footprint does not tell.
pub(super) fn told(
    dialect: &dyn Dialect,
    (plan, course, route): (&Plan, &Course, &Route),
    unit: Unit,
    schema: &Schema,
    before: Option<&Fingerprint>,
) -> Option<(Outcome, String)> {
    let before = before.filter(|before| before.as_str().starts_with(VERSION))?;
    let (step, statement) = (step(plan, route, unit)?, route.statements.get(unit.from)?);
    if footprint(plan, route, unit, schema).as_ref() == Some(before) {
        let words = "what it changes is as it was before it".to_owned();
        return shows(dialect, step, statement, schema).then_some((Outcome::NotApplied, words));
    }
    let strange = match course {
        Course::Forward if !fits(plan, step, schema) => Some(step.subject.clone()),
        Course::Forward | Course::Back { .. } | Course::Contract { .. } => {
            strange(dialect, (plan, route), step, schema)
        }
    };
    Some(match strange {
        Some(object) => {
            let words = format!(
                "{object} has changed since, and is neither what it was before the plan nor what the plan makes of it"
            );
            (Outcome::Unknown, words)
        }
        None => {
            (Outcome::Applied, "what it changes is no longer as it was, and is as the plan wants it".into())
        }
    })
}

/// Whether what a step is about is there, or gone, as it would be after it.
fn fits(plan: &Plan, step: &Step, schema: &Schema) -> bool {
    let there = schema.objects.contains_key(&step.subject);
    let after =
        plan.images.iter().find(|image| image.object == step.subject).map(|image| image.after.is_some());
    match (step.action, after) {
        // Of a table that stays, some parts are dropped.
        (Verb::Drop, Some(true)) => there == (step.subject.kind == ObjectKind::Table),
        (Verb::Drop, Some(false)) => !there,
        (Verb::Create | Verb::Alter | Verb::Rename | Verb::Rebuild, Some(true)) => there,
        // A helper of the plan's own, or nothing that the schema would tell.
        (Verb::Create | Verb::Alter | Verb::Rename | Verb::Rebuild, Some(false))
        | (Verb::Validate | Verb::Assist, _)
        | (_, None) => true,
    }
}

fn step<'p>(plan: &'p Plan, route: &Route, unit: Unit) -> Option<&'p Step> {
    plan.steps.get(*route.steps.get(unit.from)?)
}

fn names(step: &Step) -> BTreeSet<&QualifiedName> {
    std::iter::once(&step.subject).chain(&step.effects.on).map(|id| &id.name).collect()
}

fn near<'s>(schema: &'s Schema, names: &BTreeSet<&QualifiedName>) -> impl Iterator<Item = &'s Arc<Object>> {
    schema.objects.values().filter(|object| names.contains(&object.id.name))
}

/// All that is seen of an object, but for what its server only estimates.
fn seen(object: &Object) -> String {
    match &object.body {
        Body::Table(table) => {
            let mut table = table.clone();
            table.rows = Estimate::default();
            format!("{:?} {:?} {table:?}", object.id, object.about)
        }
        _ => format!("{object:?}"),
    }
}

/// Whether a statement that took effect is seen in the schema.
fn shows(dialect: &dyn Dialect, step: &Step, statement: &Statement, schema: &Schema) -> bool {
    match step.author {
        Author::Planner => true,
        Author::Hand => {
            let reading = dialect.read_statement(statement.sql.as_str(), schema);
            // A question or a setting may be sent again.
            reading.undoing == Undoing::Nothing
                || (!reading.acts.is_empty() && reading.acts.iter().all(is_definition))
        }
    }
}

fn is_definition(act: &Act) -> bool {
    match act {
        Act::Creates(_)
        | Act::Drops(_)
        | Act::CreatesIndex { .. }
        | Act::DropsIndex { .. }
        | Act::AddsColumn(_)
        | Act::DropsColumn(_)
        | Act::AddsConstraint { .. }
        | Act::Renames(_) => true,
        // The type may be the same under another name, and rows, privileges and files are no part of the schema.
        Act::ChangesType(_)
        | Act::RequiresValue(_)
        | Act::Reindexes { .. }
        | Act::Detaches { .. }
        | Act::Validates(_)
        | Act::Compacts(_)
        | Act::Writes { .. }
        | Act::Truncates { .. }
        | Act::Cascades(_)
        | Act::DropsDatabase
        | Act::Authorizes(_)
        | Act::Unknown => false,
    }
}

/// The first object that is as nothing of the plan would have it.
fn strange(
    dialect: &dyn Dialect,
    (plan, route): (&Plan, &Route),
    step: &Step,
    schema: &Schema,
) -> Option<ObjectId> {
    let names = names(step);
    let image = |id: &ObjectId| plan.images.iter().find(|image| image.object == *id);
    let there = near(schema, &names).find(|object| {
        let found = text(dialect, object);
        let known = image(&object.id);
        let is_one = known.is_some_and(|image| {
            [&image.before, &image.after].into_iter().flatten().any(|text| **text == *found)
        });
        // It stands between two statements of its own, or under a name that it gets first.
        let moves = known.is_some_and(|image| image.before != image.after);
        let is_between = moves && object.id.kind == ObjectKind::Table && several(plan, route, &object.id);
        let is_renamed = known.is_some_and(|image| image.before.is_none() || image.after.is_none())
            && plan.images.iter().filter(|other| other.object.kind == object.id.kind).any(|other| {
                [&other.before, &other.after].into_iter().flatten().any(|text| tail(text) == tail(&found))
            });
        !(is_one || is_between || is_renamed)
    });
    there.map(|object| object.id.clone()).or_else(|| {
        let gone = plan.images.iter().find(|image| {
            names.contains(&image.object.name)
                && !schema.objects.contains_key(&image.object)
                && image.before.is_some()
                && image.before == image.after
                && !comes_back(image.object.kind)
        });
        gone.map(|image| image.object.clone())
    })
}

/// The text of an image without the name of its object.
fn tail(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, tail)| tail)
}

/// Whether more than one statement of the run is about the object.
fn several(plan: &Plan, route: &Route, object: &ObjectId) -> bool {
    let about = |at: &&usize| plan.steps.get(**at).is_some_and(|step| step.subject.name == object.name);
    route.steps.iter().filter(about).count() > 1
}

/// Whether a plan may take an object away for a while, and make it again as it was.
fn comes_back(kind: ObjectKind) -> bool {
    !matches!(kind, ObjectKind::Table | ObjectKind::Column)
}
