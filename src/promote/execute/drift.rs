//! Drift: what a plan touches, compared with what is there. Before a run it has to be as the plan found it, after it
//! as the plan leaves it, and in between each object one or the other, as far as the steps have come. What belongs to a
//! table of the plan and is not known to the plan is drift too: a rebuild would lose it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engines::Dialect;
use crate::model::{
    Body, Boundary, Course, Image, Object, ObjectId, ObjectKind, Plan, QualifiedName, Schema, Step, Verb,
};
use crate::planner;

/// An object that is not as the plan expects it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    pub object: ObjectId,
    pub expected: Option<Box<str>>,
    pub found: Option<Box<str>>,
    pub origin: Origin,
}

/// Where what drifted comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// The plan knows the object.
    Plan,
    /// Somebody else made it on a table of the plan.
    Foreign,
}

impl Drift {
    pub fn words(&self) -> String {
        match (&self.expected, &self.found) {
            (None, Some(_)) if self.origin == Origin::Foreign => {
                format!("{} is new, and the plan does not know it", self.object)
            }
            (None, Some(_)) => format!("{} is there already", self.object),
            (Some(_), None) => format!("{} is not there", self.object),
            (_, _) => format!("{} is not what it was", self.object),
        }
    }
}

/// How far a run has come: the first `applied` statements of its course took effect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progressed<'a> {
    pub(super) course: &'a Course,
    /// For each statement of the course, the step of the plan that it belongs to.
    pub(super) steps: &'a [usize],
    pub(super) applied: usize,
}

/// What of the plan's objects is not as it should be at this point.
pub(super) fn drift(
    dialect: &dyn Dialect,
    plan: &Plan,
    schema: &Schema,
    progressed: Progressed<'_>,
) -> Vec<Drift> {
    // What is put aside is part of no schema: nothing of the plan's objects is touched, and others may use them.
    if let Course::Contract { .. } = progressed.course {
        return Vec::new();
    }
    let mut found = Vec::new();
    let effect = Effect::of(plan, progressed);
    for image in &plan.images {
        let Some(expected) = expected(&effect, image, progressed.course) else { continue };
        let there = schema.objects.get(&image.object).map(|object| text(dialect, object));
        if there.as_deref() != expected {
            found.push(Drift {
                object: image.object.clone(),
                expected: expected.map(Into::into),
                found: there,
                origin: Origin::Plan,
            });
        }
    }
    found.extend(foreign(dialect, plan, schema, &effect, progressed.course));
    found
}

/// Parts and indexes of the plan's tables that the plan does not know: all of them before anything ran, and later those
/// that a step to come would lose with their table.
fn foreign(
    dialect: &dyn Dialect,
    plan: &Plan,
    schema: &Schema,
    effect: &Effect<'_>,
    course: &Course,
) -> Vec<Drift> {
    let untouched = *course == Course::Forward && effect.there.is_empty() && effect.limbo.is_empty();
    let replaces = |step: &&&Step| matches!(step.action, Verb::Create | Verb::Drop | Verb::Rebuild);
    let at_stake = if untouched {
        relations(plan.steps.iter())
    } else {
        relations(effect.left.iter().filter(replaces).copied())
    };
    // Between its units a plan has constraints and indexes of its own that neither side has.
    let counts = |kind: ObjectKind| match kind {
        ObjectKind::Constraint | ObjectKind::Index => untouched,
        _ => true,
    };
    let known: BTreeSet<&ObjectId> = plan.images.iter().map(|image| &image.object).collect();
    parts(schema, &at_stake)
        .into_iter()
        .filter(|object| !known.contains(&object.id) && counts(object.id.kind))
        .map(|object| Drift {
            object: object.id.clone(),
            expected: None,
            found: Some(text(dialect, object)),
            origin: Origin::Foreign,
        })
        .collect()
}

/// The relations and domains that these steps are about or lock, or whose parts they are about, by name.
fn relations<'p>(steps: impl Iterator<Item = &'p Step>) -> BTreeSet<&'p QualifiedName> {
    let named = steps.flat_map(|step| std::iter::once(&step.subject).chain(&step.effects.on));
    let has_parts = |id: &&ObjectId| {
        id.member.is_some()
            || matches!(
                id.kind,
                ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Domain
            )
    };
    named.filter(has_parts).map(|id| &id.name).collect()
}

/// What belongs to these relations: their parts and their indexes.
fn parts<'s>(schema: &'s Schema, relations: &BTreeSet<&QualifiedName>) -> Vec<&'s Arc<Object>> {
    let of_them = |object: &&Arc<Object>| match &object.body {
        Body::Index(index) => relations.contains(&index.table),
        _ => object.id.member.is_some() && relations.contains(&object.id.name),
    };
    schema.objects.values().filter(of_them).collect()
}

/// An object's definition as images hold it.
pub fn text(dialect: &dyn Dialect, object: &Arc<crate::model::Object>) -> Box<str> {
    planner::imprint(dialect, object).join("\n").into()
}

/// Which steps of the plan are in effect, which are not, and which are half taken back.
struct Effect<'p> {
    there: Vec<&'p Step>,
    absent: Vec<&'p Step>,
    limbo: Vec<&'p Step>,
    /// Those that are still to be sent, in this course.
    left: Vec<&'p Step>,
}

impl<'p> Effect<'p> {
    fn of(plan: &'p Plan, progressed: Progressed<'_>) -> Self {
        let (done, left) = progressed.steps.split_at(progressed.applied.min(progressed.steps.len()));
        let mut effect = Self { there: Vec::new(), absent: Vec::new(), limbo: Vec::new(), left: Vec::new() };
        for (at, step) in plan.steps.iter().enumerate() {
            let (is_done, is_left) = (done.contains(&at), left.contains(&at));
            if is_left {
                effect.left.push(step);
            }
            let there = match progressed.course {
                Course::Forward => is_done,
                // A step without a reversal of its own goes with the one whose reversal covers it.
                Course::Back { steps, .. } => at < *steps && !is_done && !left.is_empty(),
                Course::Contract { .. } => true,
            };
            match (there, is_done && is_left) {
                (_, true) => effect.limbo.push(step),
                (true, false) => effect.there.push(step),
                (false, false) => effect.absent.push(step),
            }
        }
        effect
    }
}

/// What the object should be like; `None`: it is on its way.
fn expected<'i>(effect: &Effect<'_>, image: &'i Image, course: &Course) -> Option<Option<&'i str>> {
    let (before, after) = (image.before.as_deref(), image.after.as_deref());
    if effect.limbo.is_empty() && effect.there.is_empty() {
        return Some(before);
    }
    if effect.limbo.is_empty() && effect.absent.is_empty() {
        return Some(after);
    }
    let any = |steps: &[&Step], touches: fn(&Step, &ObjectId) -> bool| {
        steps.iter().any(|step| touches(step, &image.object))
    };
    if any(&effect.limbo, near) {
        return None;
    }
    let alone = stands_alone(image.object.kind);
    let back = match course {
        Course::Forward | Course::Contract { .. } => false,
        Course::Back { .. } => true,
    };
    match (any(&effect.there, makes), any(&effect.absent, makes)) {
        (false, true) if any(&effect.there, takes_marks) => None,
        (false, true) => Some(before),
        (true, false) if !any(&effect.absent, near) && (alone || !back) => Some(after),
        (false, false) if before == after && alone => Some(before),
        _ => None,
    }
}

/// Whether the step is the one that changes the object: its own, or the one that makes, drops or rebuilds its table.
fn makes(step: &Step, object: &ObjectId) -> bool {
    let with_its_table = match step.action {
        Verb::Create | Verb::Drop | Verb::Rebuild => {
            step.subject.kind == ObjectKind::Table && step.subject.name == object.name
        }
        // Where nothing holds statements together, one of them changes all parts of its table at once.
        Verb::Alter => {
            step.statement.boundary == Boundary::NonTransactional
                && step.subject.kind == ObjectKind::Table
                && step.subject.name == object.name
        }
        Verb::Rename | Verb::Validate | Verb::Assist => false,
    };
    step.subject == *object || with_its_table
}

/// Whether the step takes an index from the table: what the table says of it, that CLUSTER or replication follow it,
/// goes with it.
fn takes_marks(step: &Step, object: &ObjectId) -> bool {
    object.kind == ObjectKind::Table
        && step.action == Verb::Drop
        && matches!(step.subject.kind, ObjectKind::Index | ObjectKind::Constraint)
        && near(step, object)
}

/// Whether the step may change the object: it is about it, a part of it, what it is a part of, or locks one of these.
fn near(step: &Step, object: &ObjectId) -> bool {
    let near = |other: &ObjectId| other == object || other.name == object.name;
    near(&step.subject) || step.effects.on.iter().any(near)
}

/// Whether nothing but a step of its own changes the object. What partitions and heirs have comes and goes with what
/// their parents have.
fn stands_alone(kind: ObjectKind) -> bool {
    !matches!(
        kind,
        ObjectKind::Index
            | ObjectKind::IndexPartition
            | ObjectKind::Partition
            | ObjectKind::Constraint
            | ObjectKind::Trigger
    )
}

/// The objects of a plan whose images it keeps: what differs, what its steps are about or lock, and all parts of
/// those, because a table is rebuilt as a whole.
pub fn images(dialect: &dyn Dialect, current: &Schema, desired: &Schema, plan: &Plan) -> Vec<Image> {
    let mut wanted: BTreeSet<&ObjectId> = BTreeSet::new();
    wanted.extend(plan.steps.iter().flat_map(|step| std::iter::once(&step.subject).chain(&step.effects.on)));
    for (object, twin) in current.beside(desired) {
        if twin.is_none_or(|twin| twin != object) {
            wanted.insert(&object.id);
        }
    }
    wanted.extend(desired.objects.keys().filter(|id| !current.objects.contains_key(id)));
    let relations = relations(plan.steps.iter());
    for schema in [current, desired] {
        wanted.extend(parts(schema, &relations).into_iter().map(|object| &object.id));
    }
    let image = |schema: &Schema, id: &ObjectId| schema.objects.get(id).map(|object| text(dialect, object));
    wanted
        .into_iter()
        .map(|id| Image { object: id.clone(), before: image(current, id), after: image(desired, id) })
        .filter(|image| image.before.is_some() || image.after.is_some())
        .collect()
}
