//! What PostgreSQL can alter in place, what stands in the way of what, and what falls or comes along.

use super::units::made_of;
use crate::engines::{Cause, Disturbance, Folding, Transition};
use crate::model::{
    Aspect, Body, Buildable, Column, Composite, Constraint, Edit, EnumType, Index, Object, ObjectId,
    ObjectKind, Origin, QualifiedName, Routine, Schema, Stored, TableShape, Validity, Value, View,
};

pub(super) fn transition(before: &Object, after: &Object, edits: &[Edit]) -> Transition {
    let only_about = edits.iter().all(|edit| {
        matches!(edit.aspect, Aspect::Comment | Aspect::Owner | Aspect::SecurityLabels)
            || (edit.aspect == Aspect::Privileges && !matches!(after.body, Body::Policy(_)))
    });
    if only_about {
        return Transition::InPlace;
    }
    let replace_if = |replace: bool| if replace { Transition::Replace } else { Transition::InPlace };
    match (&before.body, &after.body) {
        // Extensions ship scripts that lead up, hardly ever down.
        (Body::Extension(a), Body::Extension(b)) => replace_if(older(&b.version, &a.version)),
        (Body::Schema, Body::Schema)
        | (Body::Sequence(_), Body::Sequence(_))
        | (Body::SequenceOwner(_), Body::SequenceOwner(_))
        | (Body::Privileges(_), Body::Privileges(_)) => Transition::InPlace,
        (Body::Table(a), Body::Table(b)) => {
            let server =
                |table: &crate::model::Table| table.foreign.as_ref().map(|foreign| foreign.server.clone());
            replace_if(a.partition_by != b.partition_by || server(a) != server(b))
        }
        // The identity's sequence may have the name of the one that the default needs.
        (Body::Column(a), Body::Column(b))
            if matches!((&a.value, &b.value), (Value::Identity(_), Value::Default(_))) =>
        {
            Transition::Through(Box::new(without_value(before, a)))
        }
        // NOT NULL takes transactions of its own; what the new type has taken down must not wait for them.
        (Body::Column(a), Body::Column(b))
            if (a.data_type != b.data_type || a.collation != b.collation)
                && !a.nullability.is_not_null()
                && b.nullability.is_not_null()
                && column(a, b) == Transition::InPlace =>
        {
            let body = Body::Column(Column { nullability: a.nullability.clone(), ..b.clone() });
            Transition::Through(Box::new(Object { body, ..after.clone() }))
        }
        (Body::Column(a), Body::Column(b)) => column(a, b),
        (Body::Constraint(a), Body::Constraint(b)) => constraint(a, b),
        (Body::Index(a), Body::Index(b)) => index(a, b),
        (Body::View(a), Body::View(b)) if before.id.kind == ObjectKind::View => {
            replace_if(a.query != b.query && !appends(a, b) || !appends(a, b))
        }
        (Body::View(a), Body::View(b)) => replace_if(a.query != b.query),
        (Body::Routine(a), Body::Routine(b)) => replace_if(!replaceable(a, b)),
        (Body::Trigger(a), Body::Trigger(b)) => replace_if(a.definition != b.definition),
        (Body::Policy(a), Body::Policy(b)) => replace_if(
            a.mode != b.mode
                || a.command != b.command
                || (a.using.is_some() && b.using.is_none())
                || (a.check.is_some() && b.check.is_none()),
        ),
        (Body::Enum(a), Body::Enum(b)) => {
            if only_adds_labels(a, b) {
                Transition::InPlace
            } else {
                Transition::Rebuild(after.id.clone())
            }
        }
        (Body::Domain(a), Body::Domain(b)) => {
            if a.base == b.base && a.collation == b.collation {
                Transition::InPlace
            } else {
                Transition::Rebuild(after.id.clone())
            }
        }
        (Body::Composite(a), Body::Composite(b)) => {
            if alters_attributes(a, b) {
                Transition::InPlace
            } else {
                Transition::Rebuild(after.id.clone())
            }
        }
        (Body::Defined(_), Body::Defined(_)) if after.id.kind == ObjectKind::Type => {
            Transition::Rebuild(after.id.clone())
        }
        (Body::Opaque(a), Body::Opaque(_)) => {
            Transition::Refused(format!("it is not understood well enough to be changed ({})", a.why).into())
        }
        _ => Transition::Replace,
    }
}

fn constraint(a: &Constraint, b: &Constraint) -> Transition {
    let same = a.definition == b.definition
        && a.kind == b.kind
        && a.enforcement == b.enforcement
        && !(a.validity == Validity::Valid && b.validity == Validity::NotValid)
        && a.index.as_ref().map(|index| &index.tail) == b.index.as_ref().map(|index| &index.tail);
    let online = |constraint: &Constraint| {
        constraint.on == TableShape::Plain
            && constraint.origin == Origin::Local
            && matches!(&constraint.index, Some(index) if index.buildable == Buildable::Concurrently)
    };
    if same {
        Transition::InPlace
    } else if online(a) && online(b) {
        Transition::Succeed
    } else {
        Transition::Replace
    }
}

/// Only an index of a plain table can be built under another name and take the old one's: the parts of a partitioned
/// index belong to their parent by then.
fn index(a: &Index, b: &Index) -> Transition {
    let online = |index: &Index| index.shape == TableShape::Plain && index.origin == Origin::Local;
    if a.tail == b.tail && a.uniqueness == b.uniqueness && a.table == b.table && a.validity == b.validity {
        Transition::InPlace
    } else if a.table == b.table && online(a) && online(b) {
        Transition::Succeed
    } else {
        Transition::Replace
    }
}

/// Whether one version comes before another, number by number.
fn older(version: &str, than: &str) -> bool {
    let numbers =
        |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    numbers(version) < numbers(than)
}

fn column(a: &Column, b: &Column) -> Transition {
    match (&a.value, &b.value) {
        (Value::Generated { stored: Stored::Stored, .. }, Value::Plain | Value::Default(_)) => {
            Transition::InPlace
        }
        // SET EXPRESSION exists only since 17, and drops nothing that replacing a generated column would keep.
        (Value::Generated { expression: x, stored: s }, Value::Generated { expression: y, stored: t })
            if x == y && s == t =>
        {
            Transition::InPlace
        }
        (Value::Generated { .. }, _) | (_, Value::Generated { .. }) => Transition::Replace,
        (
            Value::Plain | Value::Default(_) | Value::Identity(_),
            Value::Plain | Value::Default(_) | Value::Identity(_),
        ) => Transition::InPlace,
    }
}

/// Whether CREATE OR REPLACE VIEW accepts the new columns: the old ones first, unchanged, under their names.
fn appends(before: &View, after: &View) -> bool {
    before.columns.len() <= after.columns.len()
        && before
            .columns
            .iter()
            .zip(&after.columns)
            .all(|(x, y)| x.name == y.name && x.data_type == y.data_type && x.collation == y.collation)
}

/// Whether CREATE OR REPLACE accepts the new routine (42P13 otherwise).
fn replaceable(before: &Routine, after: &Routine) -> bool {
    before.returns == after.returns
        && before.arguments.len() == after.arguments.len()
        && before.arguments.iter().zip(&after.arguments).all(|(x, y)| {
            (x.name == y.name || x.name.is_none())
                && x.mode == y.mode
                && x.data_type == y.data_type
                && (x.default.is_none() || y.default.is_some())
        })
}

/// Whether the labels stay in their order and new ones only come in between.
fn only_adds_labels(before: &EnumType, after: &EnumType) -> bool {
    let mut rest = after.labels.iter();
    before.labels.iter().all(|label| rest.any(|other| other == label))
}

/// Whether dropping and appending attributes leads from one to the other.
fn alters_attributes(before: &Composite, after: &Composite) -> bool {
    let kept: Vec<_> =
        before.attributes.iter().filter(|a| after.attributes.iter().any(|b| b.name == a.name)).collect();
    kept.len() <= after.attributes.len()
        && kept
            .iter()
            .zip(&after.attributes)
            .all(|(a, b)| a.name == b.name && a.data_type == b.data_type && a.collation == b.collation)
}

pub(super) fn disturbance(dependent: &Object, cause: &Cause<'_>) -> Disturbance {
    match cause {
        Cause::Gone(needed) => gone(dependent, needed),
        Cause::Altered { before, edits, .. } => {
            let retyped = before.id.kind == ObjectKind::Column
                && edits.iter().any(|edit| matches!(edit.aspect, Aspect::DataType | Aspect::Collation));
            if retyped { retyping(dependent) } else { Disturbance::None }
        }
        Cause::Rebuilt { before, .. } if before.id.kind == ObjectKind::Column => converted(dependent),
        Cause::Rebuilt { before, .. } => rebuilt(dependent, before),
    }
}

fn gone(dependent: &Object, needed: &Object) -> Disturbance {
    if needed.id.kind == ObjectKind::Schema || needed.id.kind == ObjectKind::Extension {
        return Disturbance::None;
    }
    match &dependent.body {
        Body::Column(column) if needed.id.kind == ObjectKind::Collation && column.collation.is_some() => {
            let body = Body::Column(Column { collation: None, ..column.clone() });
            Disturbance::Weaken(Box::new(Object { body, ..dependent.clone() }))
        }
        Body::Column(column) => match (needed.id.kind, &column.value) {
            (ObjectKind::Table | ObjectKind::Column, _) => Disturbance::Replace,
            (_, Value::Generated { .. }) => Disturbance::Replace,
            (_, Value::Default(_)) => Disturbance::Weaken(Box::new(without_value(dependent, column))),
            (_, Value::Plain | Value::Identity(_)) => Disturbance::None,
        },
        Body::Table(table)
            if needed.id.kind == ObjectKind::Server
                && table.foreign.as_ref().is_some_and(|of| of.server == needed.id.name.name) =>
        {
            Disturbance::Replace
        }
        Body::Table(table) => {
            let weak = Object {
                body: Body::Table(Box::new(crate::model::Table {
                    inherits: table
                        .inherits
                        .iter()
                        .filter(|name| **name != needed.id.name)
                        .cloned()
                        .collect(),
                    of_type: table.of_type.clone().filter(|_| needed.id.kind == ObjectKind::Table),
                    ..crate::model::Table::clone(table)
                })),
                ..dependent.clone()
            };
            if weak.body == dependent.body { Disturbance::None } else { Disturbance::Weaken(Box::new(weak)) }
        }
        Body::Domain(domain)
            if domain.default.is_some()
                && !matches!(needed.id.kind, ObjectKind::Domain | ObjectKind::Collation) =>
        {
            let body = Body::Domain(crate::model::Domain { default: None, ..domain.clone() });
            Disturbance::Weaken(Box::new(Object { body, ..dependent.clone() }))
        }
        Body::Schema
        | Body::Extension(_)
        | Body::Sequence(_)
        | Body::Enum(_)
        | Body::Domain(_)
        | Body::Composite(_)
        | Body::Privileges(_) => Disturbance::None,
        Body::Constraint(_)
        | Body::Index(_)
        | Body::View(_)
        | Body::Routine(_)
        | Body::Trigger(_)
        | Body::Policy(_)
        | Body::SequenceOwner(_)
        | Body::Partition(_)
        | Body::IndexPartition(_)
        | Body::Defined(_)
        | Body::Opaque(_) => Disturbance::Replace,
    }
}

fn without_value(object: &Object, column: &Column) -> Object {
    Object { body: Body::Column(Column { value: Value::Plain, ..column.clone() }), ..object.clone() }
}

/// A column gets another type: what PostgreSQL refuses to carry along (0A000), and foreign keys, whose other side
/// may have to change too.
fn retyping(dependent: &Object) -> Disturbance {
    match &dependent.body {
        Body::View(_) | Body::Routine(_) | Body::Trigger(_) | Body::Policy(_) => Disturbance::Replace,
        Body::Column(column) => match column.value {
            Value::Generated { .. } => Disturbance::Replace,
            Value::Plain | Value::Default(_) | Value::Identity(_) => Disturbance::None,
        },
        Body::Constraint(constraint) => {
            if constraint.references.is_some() {
                Disturbance::Replace
            } else {
                Disturbance::None
            }
        }
        Body::Defined(_) => match dependent.id.kind {
            ObjectKind::Rule | ObjectKind::Publication => Disturbance::Replace,
            _ => Disturbance::None,
        },
        Body::Schema
        | Body::Extension(_)
        | Body::Table(_)
        | Body::Index(_)
        | Body::Sequence(_)
        | Body::SequenceOwner(_)
        | Body::Partition(_)
        | Body::IndexPartition(_)
        | Body::Enum(_)
        | Body::Domain(_)
        | Body::Composite(_)
        | Body::Privileges(_)
        | Body::Opaque(_) => Disturbance::None,
    }
}

/// A type is rebuilt under its name: columns, domains and composites of it are converted with it, and a domain's
/// constraints are made with it.
fn rebuilt(dependent: &Object, needed: &Object) -> Disturbance {
    match &dependent.body {
        Body::Column(column) => match &column.value {
            Value::Generated { .. } => Disturbance::Replace,
            Value::Plain | Value::Default(_) | Value::Identity(_) if made_of(column, &needed.id) => {
                Disturbance::Join
            }
            Value::Plain | Value::Default(_) | Value::Identity(_) => gone(dependent, needed),
        },
        Body::Domain(_) | Body::Composite(_) => Disturbance::Join,
        Body::Constraint(_) if dependent.id.kind == ObjectKind::DomainConstraint => Disturbance::Join,
        _ => gone(dependent, needed),
    }
}

/// A column is converted as part of a rebuild. Only b-tree indexes stand for whatever it passes through.
fn converted(dependent: &Object) -> Disturbance {
    match &dependent.body {
        Body::Index(index) if !index.tail.as_str().starts_with("USING btree") => Disturbance::Replace,
        _ => retyping(dependent),
    }
}

pub(super) fn folding(object: &Object) -> Folding {
    match &object.body {
        Body::Column(_) => Folding::Always,
        Body::Constraint(constraint)
            if object.id.kind == ObjectKind::Constraint && constraint.validity == Validity::Valid =>
        {
            Folding::WhenReady
        }
        _ => Folding::Alone,
    }
}

/// The relation under any of the kinds it may have.
fn relation(name: &QualifiedName) -> Vec<ObjectId> {
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .map(|kind| ObjectId::new(kind, name.clone()))
        .collect()
}

pub(super) fn falls_with(object: &Object, schema: &Schema) -> Vec<ObjectId> {
    match (&object.body, object.id.kind) {
        // Made again, it must come after the partitions, which would get indexes of their own otherwise.
        (Body::Index(index), _)
            if index.shape == TableShape::Partitioned && index.validity == Validity::NotValid =>
        {
            Vec::new()
        }
        (Body::Index(index), _) => {
            let mut with = relation(&index.table);
            with.extend(parent_index(&object.id.name, schema));
            with
        }
        // Foreign keys between tables go first, each by itself: tables may refer to each other.
        (Body::Constraint(constraint), ObjectKind::Constraint)
            if constraint.origin == Origin::Local
                && constraint.references.as_ref().is_some_and(|(table, _)| *table != object.id.name) =>
        {
            Vec::new()
        }
        (Body::Constraint(_), ObjectKind::Constraint) => {
            let name =
                QualifiedName { schema: object.id.name.schema.clone(), name: object.id.leaf().clone() };
            let mut with = relation(&object.id.name);
            with.extend(parent_index(&name, schema));
            with
        }
        (Body::Constraint(_), _) => vec![ObjectId::new(ObjectKind::Domain, object.id.name.clone())],
        (Body::Column(_) | Body::Trigger(_) | Body::Policy(_), _) | (Body::Defined(_), ObjectKind::Rule) => {
            relation(&object.id.name)
        }
        (Body::Partition(_), _) => vec![ObjectId::new(ObjectKind::Table, object.id.name.clone())],
        (Body::IndexPartition(_), _) => index_or_key(&object.id.name, schema).into_iter().collect(),
        (Body::SequenceOwner(_), _) => vec![ObjectId::new(ObjectKind::Sequence, object.id.name.clone())],
        (Body::Sequence(_), _) => {
            let owner = ObjectId::new(ObjectKind::SequenceOwner, object.id.name.clone());
            match schema.objects.get(&owner).map(|owner| &owner.body) {
                Some(Body::SequenceOwner(owner)) => vec![
                    ObjectId::member(ObjectKind::Column, owner.table.clone(), owner.column.clone()),
                    ObjectId::new(ObjectKind::Table, owner.table.clone()),
                ],
                _ => Vec::new(),
            }
        }
        (Body::Defined(_), ObjectKind::Statistics) => schema
            .depends
            .iter()
            .filter(|(dependent, needed)| dependent == &object.id && needed.kind == ObjectKind::Table)
            .map(|(_, needed)| needed.clone())
            .collect(),
        _ => Vec::new(),
    }
}

/// The index of the partitioned parent that an index or key of a partition is attached to.
fn parent_index(index: &QualifiedName, schema: &Schema) -> Vec<ObjectId> {
    let fact = ObjectId::new(ObjectKind::IndexPartition, index.clone());
    match schema.objects.get(&fact).map(|fact| &fact.body) {
        Some(Body::IndexPartition(attached)) => {
            index_or_key_on(&attached.parent, &attached.parent_table, schema)
        }
        _ => Vec::new(),
    }
}

fn index_or_key_on(index: &QualifiedName, table: &QualifiedName, schema: &Schema) -> Vec<ObjectId> {
    let key = ObjectId::member(ObjectKind::Constraint, table.clone(), index.name.clone());
    if schema.objects.contains_key(&key) {
        vec![key]
    } else {
        vec![ObjectId::new(ObjectKind::Index, index.clone())]
    }
}

fn index_or_key(index: &QualifiedName, schema: &Schema) -> Vec<ObjectId> {
    let fact = ObjectId::new(ObjectKind::IndexPartition, index.clone());
    match schema.objects.get(&fact).map(|fact| &fact.body) {
        Some(Body::IndexPartition(attached)) => index_or_key_on(index, &attached.table, schema),
        _ => vec![ObjectId::new(ObjectKind::Index, index.clone())],
    }
}

pub(super) fn follows(object: &Object, schema: &Schema) -> Vec<ObjectId> {
    let origin = match &object.body {
        Body::Column(column) => column.origin,
        // A key of a partition is made under its own name and attached.
        Body::Constraint(constraint) if constraint.index.is_none() => constraint.origin,
        _ => return Vec::new(),
    };
    let (Origin::Inherited, Some(member)) = (origin, &object.id.member) else { return Vec::new() };
    parents(&object.id.name, schema)
        .into_iter()
        .map(|parent| ObjectId::member(object.id.kind, parent, member.clone()))
        .collect()
}

/// The tables that inherit from a table or are its partitions.
pub(super) fn children<'a>(
    table: &'a QualifiedName,
    schema: &'a Schema,
) -> impl Iterator<Item = &'a QualifiedName> {
    let partitions = schema.of_kind(ObjectKind::Partition).filter(
        move |object| matches!(&object.body, Body::Partition(partition) if partition.parent == *table),
    );
    let heirs = schema
        .of_kind(ObjectKind::Table)
        .filter(move |object| matches!(&object.body, Body::Table(heir) if heir.inherits.contains(table)));
    partitions.chain(heirs).map(|object| &object.id.name)
}

/// The tables that a table inherits from or is a partition of.
pub(super) fn parents(table: &QualifiedName, schema: &Schema) -> Vec<QualifiedName> {
    let mut parents = Vec::new();
    let partition = ObjectId::new(ObjectKind::Partition, table.clone());
    if let Some(Body::Partition(partition)) = schema.objects.get(&partition).map(|object| &object.body) {
        parents.push(partition.parent.clone());
    }
    let id = ObjectId::new(ObjectKind::Table, table.clone());
    if let Some(Body::Table(table)) = schema.objects.get(&id).map(|object| &object.body) {
        parents.extend(table.inherits.iter().cloned());
    }
    parents
}
