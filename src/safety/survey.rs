//! What a rule may ask about a plan: the changes by kind, the steps by object, what is new, what goes away, how
//! large a table is. It reads the subject and never judges.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::renamed;
use crate::engines::Reading;
use crate::model::{
    Body, Change, Column, Constraint, Edit, EngineKind, Ident, Index, Object, ObjectId, ObjectKind, Origin,
    Partition, QualifiedName, Renaming, Schema, ServerVersion, Table,
};

use super::Subject;
use super::by_hand;
use super::size::Size;
use super::steps::segments;

/// The subject, made ready for questions. `base` is *current* under the names it has after confirmed renames.
pub(super) struct Survey<'a> {
    pub subject: &'a Subject<'a>,
    pub base: &'a Schema,
    pub desired: &'a Schema,
    indexes: BTreeMap<&'a QualifiedName, Vec<Seen<'a, Index>>>,
    partitions: BTreeMap<&'a QualifiedName, Vec<Seen<'a, Partition>>>,
    /// The transaction each step runs in; steps of one number share one.
    pub(super) segments: Vec<usize>,
    pub(super) steps: BTreeMap<&'a ObjectId, Vec<usize>>,
    dropped: BTreeSet<&'a ObjectId>,
    created: BTreeSet<&'a ObjectId>,
    /// What statements written by hand do, by step.
    pub(super) readings: BTreeMap<usize, Reading>,
}

/// An object before and after.
#[derive(Clone, Copy)]
pub(super) struct Altered<'a, T: ?Sized = Object> {
    pub id: &'a ObjectId,
    pub before: &'a T,
    pub after: &'a T,
    pub edits: &'a [Edit],
}

/// An object of a known body.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a, T> {
    pub id: &'a ObjectId,
    pub body: &'a T,
}

impl<'a> Survey<'a> {
    /// `base` comes from [`base`].
    pub fn new(subject: &'a Subject<'a>, base: &'a Schema) -> Self {
        let mut survey = Self {
            subject,
            base,
            desired: subject.desired,
            indexes: BTreeMap::new(),
            partitions: BTreeMap::new(),
            segments: segments(&subject.plan.steps),
            steps: BTreeMap::new(),
            dropped: BTreeSet::new(),
            created: BTreeSet::new(),
            readings: by_hand::readings(subject, base),
        };
        for (at, step) in subject.plan.steps.iter().enumerate() {
            survey.steps.entry(&step.subject).or_default().push(at);
        }
        for seen in subject.desired.objects.values().filter_map(|object| index(object)) {
            survey.indexes.entry(&seen.body.table).or_default().push(seen);
        }
        for object in base.objects.values() {
            if let Body::Partition(body) = &object.body {
                survey.partitions.entry(&body.parent).or_default().push(Seen { id: &object.id, body });
            }
        }
        for change in &subject.changeset.changes {
            match change {
                Change::Create(object) => survey.created.insert(&object.id),
                Change::Drop(object) => survey.dropped.insert(&object.id),
                Change::Alter { .. } | Change::Rename { .. } => continue,
            };
        }
        survey
    }

    pub fn engine(&self) -> EngineKind {
        self.version().engine
    }

    pub fn is_postgres(&self) -> bool {
        self.engine() == EngineKind::Postgres
    }

    pub fn is_mysql(&self) -> bool {
        self.engine() == EngineKind::MySql
    }

    pub fn is_sqlite(&self) -> bool {
        self.engine() == EngineKind::Sqlite
    }

    pub fn version(&self) -> &'a ServerVersion {
        &self.subject.plan.server
    }

    // Changes.

    pub fn changes(&self) -> &'a [Change] {
        &self.subject.changeset.changes
    }

    pub fn created(&self, kind: ObjectKind) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.changes().iter().filter_map(move |change| match change {
            Change::Create(object) if object.id.kind == kind => Some(object.as_ref()),
            Change::Create(_) | Change::Drop(_) | Change::Alter { .. } | Change::Rename { .. } => None,
        })
    }

    pub fn dropped(&self, kind: ObjectKind) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.changes().iter().filter_map(move |change| match change {
            Change::Drop(object) if object.id.kind == kind => Some(object.as_ref()),
            Change::Create(_) | Change::Drop(_) | Change::Alter { .. } | Change::Rename { .. } => None,
        })
    }

    pub fn altered(&self, kind: ObjectKind) -> impl Iterator<Item = Altered<'a>> + use<'a> {
        self.all_altered().filter(move |altered| altered.id.kind == kind)
    }

    pub fn all_altered(&self) -> impl Iterator<Item = Altered<'a>> + use<'a> {
        self.changes().iter().filter_map(|change| match change {
            Change::Alter { before, after, edits } => {
                Some(Altered { id: &after.id, before: before.as_ref(), after: after.as_ref(), edits })
            }
            Change::Create(_) | Change::Drop(_) | Change::Rename { .. } => None,
        })
    }

    pub fn renamed(&self) -> impl Iterator<Item = (&'a Object, &'a Object)> + use<'a> {
        self.changes().iter().filter_map(|change| match change {
            Change::Rename { before, after } => Some((before.as_ref(), after.as_ref())),
            Change::Create(_) | Change::Drop(_) | Change::Alter { .. } => None,
        })
    }

    /// Columns that are added to tables which stay, each where it is declared.
    pub fn added_columns(&self) -> impl Iterator<Item = Seen<'a, Column>> {
        self.created_columns().filter(|column| !self.is_fresh(&column.id.name))
    }

    /// Columns that come, those of new tables too.
    pub fn created_columns(&self) -> impl Iterator<Item = Seen<'a, Column>> + use<'a> {
        self.created(ObjectKind::Column).filter_map(|object| match &object.body {
            Body::Column(body) if body.origin == Origin::Local => Some(Seen { id: &object.id, body }),
            _ => None,
        })
    }

    pub fn altered_columns(&self) -> impl Iterator<Item = Altered<'a, Column>> + use<'a> {
        self.altered(ObjectKind::Column).filter_map(|altered| {
            match (&altered.before.body, &altered.after.body) {
                (Body::Column(before), Body::Column(after)) => {
                    Some(Altered { id: altered.id, before, after, edits: altered.edits })
                }
                _ => None,
            }
        })
    }

    /// Columns of tables that stay and get another type.
    pub fn retyped_columns(&self) -> impl Iterator<Item = Altered<'a, Column>> + use<'a> {
        self.altered_columns().filter(|altered| {
            altered.before.data_type != altered.after.data_type && altered.after.origin == Origin::Local
        })
    }

    /// Columns that may hold NULL now and may not any more.
    pub fn tightened_columns(&self) -> impl Iterator<Item = Altered<'a, Column>> + use<'a> {
        self.altered_columns().filter(|altered| {
            !altered.before.nullability.is_not_null()
                && altered.after.nullability.is_not_null()
                && altered.after.origin == Origin::Local
        })
    }

    /// Columns of tables that change or come, as they will be.
    pub fn written_columns(&self) -> impl Iterator<Item = Seen<'a, Column>> {
        self.created_columns()
            .chain(self.retyped_columns().map(|altered| Seen { id: altered.id, body: altered.after }))
    }

    pub fn created_constraints(&self) -> impl Iterator<Item = Seen<'a, Constraint>> + use<'a> {
        self.created(ObjectKind::Constraint).filter_map(constraint)
    }

    /// Constraints that come to tables which stay, each where it is declared. One that changes its definition
    /// counts too: it is dropped and made anew.
    pub fn added_constraints(&self) -> Vec<Seen<'a, Constraint>> {
        let replaced = self.altered(ObjectKind::Constraint).filter_map(|altered| {
            match (&altered.before.body, &altered.after.body) {
                (Body::Constraint(before), Body::Constraint(after))
                    if before.definition != after.definition =>
                {
                    Some(Seen { id: altered.id, body: after })
                }
                _ => None,
            }
        });
        self.created_constraints()
            .chain(replaced)
            .filter(|seen| seen.body.origin == Origin::Local && !self.is_fresh(&seen.id.name))
            .collect()
    }

    pub fn dropped_constraints(&self) -> impl Iterator<Item = Seen<'a, Constraint>> {
        self.dropped(ObjectKind::Constraint).filter_map(constraint).filter(|seen| !self.leaves(&seen.id.name))
    }

    /// Indexes that come; one that changes counts too.
    pub fn created_indexes(&self) -> Vec<Seen<'a, Index>> {
        let replaced = self.altered(ObjectKind::Index).filter_map(|altered| {
            match (index(altered.before), index(altered.after)) {
                (Some(before), Some(after))
                    if before.body.tail != after.body.tail
                        || before.body.uniqueness != after.body.uniqueness
                        || before.body.validity != after.body.validity =>
                {
                    Some(after)
                }
                _ => None,
            }
        });
        self.created(ObjectKind::Index)
            .filter_map(index)
            .chain(replaced)
            .filter(|seen| seen.body.origin == Origin::Local)
            .collect()
    }

    /// Indexes that come to tables which stay.
    pub fn added_indexes(&self) -> Vec<Seen<'a, Index>> {
        let mut indexes = self.created_indexes();
        indexes.retain(|seen| !self.is_fresh(&seen.body.table));
        indexes
    }

    // Objects.

    /// The plan makes this relation: nobody uses it yet.
    pub fn is_fresh(&self, relation: &QualifiedName) -> bool {
        self.has(&self.created, relation)
    }

    /// The plan takes this relation away.
    pub fn leaves(&self, relation: &QualifiedName) -> bool {
        self.has(&self.dropped, relation)
    }

    fn has(&self, ids: &BTreeSet<&'a ObjectId>, relation: &QualifiedName) -> bool {
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Domain]
            .into_iter()
            .any(|kind| ids.contains(&ObjectId::new(kind, relation.clone())))
    }

    pub fn is_dropped(&self, id: &ObjectId) -> bool {
        self.dropped.contains(id)
    }

    pub fn is_created(&self, id: &ObjectId) -> bool {
        self.created.contains(id)
    }

    /// The table as it is now.
    pub fn table(&self, name: &QualifiedName) -> Option<&'a Table> {
        table(self.base, name)
    }

    /// The column as it is now.
    pub fn column(&self, table: &QualifiedName, column: &Ident) -> Option<&'a Column> {
        column_of(self.base, table, column)
    }

    /// The indexes on a table as they will be, those of constraints not among them.
    pub fn indexes(&self, table: &QualifiedName) -> &[Seen<'a, Index>] {
        self.indexes.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// The partitions of a table as they are now.
    pub fn partitions(&self, parent: &QualifiedName) -> &[Seen<'a, Partition>] {
        self.partitions.get(parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// The relation that an object is, is a part of, or is an index on.
    pub fn relation_of(&self, id: &ObjectId) -> QualifiedName {
        let body = self.desired.objects.get(id).or_else(|| self.base.objects.get(id));
        match body.map(|object| &object.body) {
            Some(Body::Index(index)) => index.table.clone(),
            _ => id.name.clone(),
        }
    }

    /// The relation's name before the plan runs: confirmed renames taken back.
    pub fn former(&self, relation: &QualifiedName) -> QualifiedName {
        self.former_of(relation, None).0
    }

    /// The same for a column.
    pub fn former_column(&self, relation: &QualifiedName, column: &Ident) -> (QualifiedName, Ident) {
        let (relation, column) = self.former_of(relation, Some(column.clone()));
        (relation, column.unwrap_or_else(|| Ident::new("")))
    }

    fn former_of(&self, relation: &QualifiedName, column: Option<Ident>) -> (QualifiedName, Option<Ident>) {
        let (mut relation, mut column) = (relation.clone(), column);
        let renames: Vec<_> = self.renamed().collect();
        for (before, after) in renames.into_iter().rev() {
            match after.id.kind {
                ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView
                    if after.id.name == relation =>
                {
                    relation = before.id.name.clone();
                }
                ObjectKind::Schema if relation.schema.as_ref() == Some(&after.id.name.name) => {
                    relation.schema = Some(before.id.name.name.clone());
                }
                ObjectKind::Column if after.id.name == relation && after.id.member == column => {
                    column = before.id.member.clone();
                }
                _ => {}
            }
        }
        (relation, column)
    }

    /// How large a table is now. A partitioned one is as large as its partitions together.
    pub fn size(&self, relation: &QualifiedName) -> Size {
        self.size_within(relation, 0)
    }

    fn size_within(&self, relation: &QualifiedName, depth: u32) -> Size {
        let Some(table) = self.table(relation) else { return Size::UNKNOWN };
        let own = Size::of(table.rows);
        if table.partition_by.is_none() || depth > 8 {
            return own;
        }
        self.partitions(relation)
            .iter()
            .map(|child| self.size_within(&child.id.name, depth + 1))
            .reduce(Size::and)
            .unwrap_or(Size { rows: Some(0), bytes: Some(0) })
    }

    /// `public.orders (about 40 000 rows)`.
    pub fn sized(&self, relation: &QualifiedName) -> String {
        format!("{relation} ({})", self.size(relation))
    }

    /// Who waits while a table is written anew.
    pub fn waiting(&self, relation: &QualifiedName) -> String {
        // MySQL lets readers go on.
        let who = if self.is_mysql() { "Writes" } else { "Reads and writes" };
        format!("{who} on {} wait", self.sized(relation))
    }
}

/// *Current* under the names that it has once the confirmed renames are done.
pub(super) fn base(subject: &Subject<'_>) -> Schema {
    let renames: Vec<Renaming> = subject
        .changeset
        .changes
        .iter()
        .filter_map(|change| match change {
            // An enum whose label is renamed keeps its own name.
            Change::Rename { before, after } if before.id != after.id => {
                Some(Renaming { before: before.id.clone(), after: after.id.clone() })
            }
            Change::Rename { .. } | Change::Create(_) | Change::Drop(_) | Change::Alter { .. } => None,
        })
        .collect();
    if renames.is_empty() { subject.current.clone() } else { renamed(subject.current, &renames) }
}

pub(super) fn table<'s>(schema: &'s Schema, name: &QualifiedName) -> Option<&'s Table> {
    match schema.objects.get(&ObjectId::new(ObjectKind::Table, name.clone())).map(|object| &object.body) {
        Some(Body::Table(table)) => Some(table),
        _ => None,
    }
}

pub(super) fn column_of<'s>(
    schema: &'s Schema,
    relation: &QualifiedName,
    column: &Ident,
) -> Option<&'s Column> {
    let id = ObjectId::member(ObjectKind::Column, relation.clone(), column.clone());
    match schema.objects.get(&id).map(|object| &object.body) {
        Some(Body::Column(column)) => Some(column),
        _ => None,
    }
}

/// What needs an object.
pub(super) fn dependents<'s>(schema: &'s Schema, id: &'s ObjectId) -> impl Iterator<Item = &'s ObjectId> {
    schema.depends.iter().filter(move |(_, needed)| needed == id).map(|(dependent, _)| dependent)
}

/// The constraints of a relation.
pub(super) fn constraints<'s>(
    schema: &'s Schema,
    relation: &'s QualifiedName,
) -> impl Iterator<Item = Seen<'s, Constraint>> {
    schema
        .objects
        .range(ObjectId::member(ObjectKind::Constraint, relation.clone(), "")..)
        .take_while(move |(id, _)| id.kind == ObjectKind::Constraint && &id.name == relation)
        .filter_map(|(_, object)| constraint(object))
}

pub(super) fn constraint(object: &Object) -> Option<Seen<'_, Constraint>> {
    match &object.body {
        Body::Constraint(body) => Some(Seen { id: &object.id, body }),
        _ => None,
    }
}

pub(super) fn index(object: &Object) -> Option<Seen<'_, Index>> {
    match &object.body {
        Body::Index(body) => Some(Seen { id: &object.id, body }),
        _ => None,
    }
}
