//! Which changes need which: what has to be chosen with a change, and what cannot stay without it. The links are
//! found once for a changeset; following them costs no look at the schemas. It plans nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diff::renamed;
use crate::engines::Dialect;
use crate::model::{
    Aspect, Body, Change, Changeset, Edit, Object, ObjectId, ObjectKind, QualifiedName, Renaming, Schema,
};

use super::demands::claims;

/// The links between the changes of one changeset.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// By change: what it needs.
    needs: Vec<Vec<Link>>,
    /// By change: what needs it.
    needed: Vec<Vec<Link>>,
    /// By change: what comes with it when it is chosen, and may be left out again.
    along: Vec<Vec<Link>>,
}

/// Another change, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Link {
    to: usize,
    why: Why,
}

/// Why one change needs another; words are made only for the reader.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Why {
    /// A part and what holds it.
    Part {
        part: ObjectId,
        whole: ObjectId,
    },
    Uses {
        user: ObjectId,
        used: ObjectId,
    },
    /// The drop takes it along.
    Falls {
        part: ObjectId,
        whole: ObjectId,
    },
    /// The parent's change brings it about.
    Inherits {
        child: ObjectId,
        parent: ObjectId,
    },
    /// The text or the columns of the one follow the type of the other.
    FollowsType {
        user: ObjectId,
        used: ObjectId,
    },
    OneStatement(QualifiedName),
    Renamed {
        under: ObjectId,
        name: ObjectId,
    },
    NameTaken(QualifiedName),
    SameObject(ObjectId),
}

impl Why {
    fn words(&self) -> String {
        match self {
            Self::Part { part, whole } => format!("{} needs its {}", part.kind.word(), whole.kind.word()),
            Self::Uses { user, used } => format!("{user} uses {}", name(used)),
            Self::Falls { part, whole } => format!("{part} goes with {}", name(whole)),
            Self::Inherits { child, parent } => format!("{child} comes from {}", name(parent)),
            Self::FollowsType { user, used } => format!("{user} follows the type of {}", name(used)),
            Self::OneStatement(table) => format!("table {table} is one statement in SQLite"),
            Self::Renamed { under, name: new } => {
                format!("{under} is named after the rename to {}", name(new))
            }
            Self::NameTaken(taken) => format!("{taken} is free only when its old holder goes"),
            Self::SameObject(id) => format!("it is all one change of {id}"),
        }
    }
}

/// The identity without its kind.
fn name(id: &ObjectId) -> String {
    let full = id.to_string();
    full.strip_prefix(id.kind.word()).map(|rest| rest.trim_start().to_owned()).unwrap_or(full)
}

/// A change that has to take the same way as the one that was toggled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Followed {
    /// 0-based place in the changeset.
    pub change: usize,
    /// Why, in a few words.
    pub why: Box<str>,
}

/// Finds the links. `renames` are those that the changeset was made with.
pub fn needs(
    dialect: &dyn Dialect,
    current: &Schema,
    desired: &Schema,
    changeset: &Changeset,
    renames: &[Renaming],
) -> Needs {
    let moved = (!renames.is_empty()).then(|| renamed(current, renames));
    let base = moved.as_ref().unwrap_or(current);
    let mut finder = Finder::new(dialect, base, desired, &changeset.changes);
    finder.uses();
    finder.parts();
    finder.one_statement();
    finder.renames(renames);
    finder.names();
    finder.found
}

impl Needs {
    /// The other changes that have to be as `toggled` is now. `chosen` holds the choice with `toggled` already
    /// turned; a choice shorter than the changeset counts as not chosen.
    pub fn follow(&self, chosen: &[bool], toggled: usize) -> Vec<Followed> {
        let state = |at: usize| chosen.get(at).copied().unwrap_or(false);
        let wanted = state(toggled);
        let mut seen = BTreeSet::from([toggled]);
        let mut queue = vec![toggled];
        let mut followed = Vec::new();
        while let Some(at) = queue.pop() {
            let links: &[&[Vec<Link>]] = if wanted { &[&self.needs, &self.along] } else { &[&self.needed] };
            for link in links.iter().filter_map(|links| links.get(at)).flatten() {
                if !seen.insert(link.to) {
                    continue;
                }
                queue.push(link.to);
                if state(link.to) != wanted {
                    followed.push(Followed { change: link.to, why: link.why.words().into() });
                }
            }
        }
        followed.sort_by_key(|followed| followed.change);
        followed
    }

    fn link(&mut self, from: usize, to: usize, why: Why) {
        if from != to && !self.needs[from].iter().any(|link| link.to == to) {
            self.needed[to].push(Link { to: from, why: why.clone() });
            self.needs[from].push(Link { to, why });
        }
    }

    fn both(&mut self, a: usize, b: usize, why: Why) {
        self.link(a, b, why.clone());
        self.link(b, a, why);
    }
}

struct Finder<'a> {
    dialect: &'a dyn Dialect,
    base: &'a Schema,
    desired: &'a Schema,
    changes: &'a [Change],
    /// Only looked up in, so that their order never shows.
    created: HashMap<&'a ObjectId, usize>,
    dropped: HashMap<&'a ObjectId, usize>,
    altered: HashMap<&'a ObjectId, usize>,
    found: Needs,
}

impl<'a> Finder<'a> {
    fn new(dialect: &'a dyn Dialect, base: &'a Schema, desired: &'a Schema, changes: &'a [Change]) -> Self {
        let (mut created, mut dropped, mut altered) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (at, change) in changes.iter().enumerate() {
            match change {
                Change::Create(object) => drop(created.insert(&object.id, at)),
                Change::Drop(object) => drop(dropped.insert(&object.id, at)),
                Change::Alter { after, .. } => drop(altered.insert(&after.id, at)),
                Change::Rename { .. } => {}
            }
        }
        let empty = vec![Vec::new(); changes.len()];
        let found = Needs { needs: empty.clone(), needed: empty.clone(), along: empty };
        Self { dialect, base, desired, changes, created, dropped, altered, found }
    }

    /// The server's own dependencies: what is made needs what it uses, and what goes frees itself first.
    fn uses(&mut self) {
        for (user, used) in &self.desired.depends {
            let made = self.created.get(user).or_else(|| self.altered.get(user)).copied();
            let Some(made) = made else { continue };
            let why = || Why::Uses { user: user.clone(), used: used.clone() };
            if let Some(&needed) = self.created.get(used) {
                self.found.link(made, needed, why());
            } else if let Some(&needed) = self.altered.get(used) {
                let (Some(user_change), Some(used_change)) =
                    (self.changes.get(made), self.changes.get(needed))
                else {
                    continue;
                };
                if follows_type(user_change, used_change) {
                    let why = Why::FollowsType { user: user.clone(), used: used.clone() };
                    self.found.both(made, needed, why);
                } else if shapes(used_change, object_of(user_change)) {
                    self.found.link(made, needed, why());
                }
            }
        }
        for (user, used) in &self.base.depends {
            let Some(&gone) = self.dropped.get(used) else { continue };
            let freed = self.dropped.get(user).or_else(|| self.altered.get(user)).copied();
            if let Some(freed) = freed {
                self.found.link(gone, freed, Why::Uses { user: user.clone(), used: used.clone() });
            }
        }
    }

    /// Parts and what holds them; what a drop takes along; what a parent's change brings about.
    fn parts(&mut self) {
        for (at, change) in self.changes.iter().enumerate() {
            match change {
                Change::Create(object) => self.made(at, object),
                Change::Drop(object) => self.gone(at, object),
                Change::Alter { before, after, .. } => {
                    for (object, schema) in [(before, self.base), (after, self.desired)] {
                        self.inherits(at, object, schema, |finder, parent| {
                            finder.altered.get(parent).copied()
                        });
                    }
                }
                Change::Rename { .. } => {}
            }
        }
    }

    fn made(&mut self, at: usize, object: &Object) {
        for holder in holders(object) {
            if let Some(&whole) = self.created.get(&holder) {
                let why = Why::Part { part: object.id.clone(), whole: holder.clone() };
                self.found.link(at, whole, why.clone());
                if comes_along(object) && holder.kind == ObjectKind::Table {
                    self.found.along[whole].push(Link { to: at, why });
                }
            }
        }
        self.inherits(at, object, self.desired, |finder, parent| finder.created.get(parent).copied());
    }

    fn gone(&mut self, at: usize, object: &Object) {
        let mut holders = holders(object);
        holders.extend(self.dialect.falls_with(object, self.base));
        for holder in holders {
            if let Some(&whole) = self.dropped.get(&holder) {
                let why = Why::Falls { part: object.id.clone(), whole: holder };
                self.found.link(whole, at, why);
            }
        }
        self.inherits(at, object, self.base, |finder, parent| finder.dropped.get(parent).copied());
    }

    fn inherits(
        &mut self,
        at: usize,
        object: &Object,
        schema: &Schema,
        change: impl Fn(&Self, &ObjectId) -> Option<usize>,
    ) {
        for parent in self.dialect.follows(object, schema) {
            if let Some(of_parent) = change(self, &parent) {
                let why = Why::Inherits { child: object.id.clone(), parent };
                self.found.both(at, of_parent, why);
            }
        }
    }

    /// Tables that are one statement in their engine change as a whole.
    fn one_statement(&mut self) {
        let mut groups: BTreeMap<&QualifiedName, Vec<usize>> = BTreeMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            let id = change.id();
            let part = match id.kind {
                ObjectKind::Column | ObjectKind::Constraint => true,
                ObjectKind::Table => !matches!(change, Change::Rename { .. }),
                _ => false,
            };
            if part && is_one_statement(&id.name, self.base, self.desired) {
                groups.entry(&id.name).or_default().push(at);
            }
        }
        for (table, members) in groups {
            for pair in members.windows(2) {
                if let [a, b] = pair {
                    self.found.both(*a, *b, Why::OneStatement(table.clone()));
                }
            }
        }
    }

    /// What is listed under a new name, or follows it, needs the rename.
    fn renames(&mut self, renames: &[Renaming]) {
        if renames.is_empty() {
            return;
        }
        let renamed: Vec<(usize, &ObjectId)> = self
            .changes
            .iter()
            .enumerate()
            .filter(|(_, change)| matches!(change, Change::Rename { .. }))
            .map(|(at, change)| (at, change.id()))
            .collect();
        for (rename, new) in &renamed {
            let users: BTreeSet<&ObjectId> = [&self.base.depends, &self.desired.depends]
                .into_iter()
                .flatten()
                .filter(|(_, used)| &used == new)
                .map(|(user, _)| user)
                .collect();
            for (at, change) in self.changes.iter().enumerate() {
                let id = change.id();
                if at != *rename && (under(id, new) || (users.contains(id) && id != *new)) {
                    let why = Why::Renamed { under: id.clone(), name: (*new).clone() };
                    self.found.link(at, *rename, why);
                }
            }
        }
        // The labels of one enum are renamed by one pair of images.
        for pair in renamed.windows(2) {
            if let [(a, first), (b, second)] = pair
                && first == second
            {
                self.found.both(*a, *b, Why::SameObject((*first).clone()));
            }
        }
    }

    /// A name is free only when what had it goes.
    fn names(&mut self) {
        let mut had: HashMap<(bool, String), usize> = HashMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            if let Change::Drop(object) = change {
                had.extend(claims(object).into_iter().map(|claim| (claim, at)));
            }
        }
        for (at, change) in self.changes.iter().enumerate() {
            let (Change::Create(object) | Change::Rename { after: object, .. }) = change else { continue };
            for claim in claims(object) {
                if let Some(&holder) = had.get(&claim) {
                    self.found.link(at, holder, Why::NameTaken(object.id.name.clone()));
                }
            }
        }
    }
}

/// What a part may be a part of; an index belongs to its table.
fn holders(object: &Object) -> Vec<ObjectId> {
    let relation = match &object.body {
        Body::Index(index) => &index.table,
        _ if object.id.member.is_some() => &object.id.name,
        Body::Partition(_) => &object.id.name,
        _ => return schema_of(object).into_iter().collect(),
    };
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Domain, ObjectKind::Index]
        .into_iter()
        .map(|kind| ObjectId::new(kind, relation.clone()))
        .filter(|id| *id != object.id)
        .collect()
}

fn schema_of(object: &Object) -> Option<ObjectId> {
    let schema = object.id.name.schema.clone()?;
    Some(ObjectId::new(ObjectKind::Schema, QualifiedName::bare(schema)))
}

/// Parts that a new table is hardly wanted without.
fn comes_along(object: &Object) -> bool {
    match &object.body {
        Body::Column(_) => true,
        Body::Constraint(constraint) => constraint.references.is_none(),
        _ => false,
    }
}

fn is_one_statement(table: &QualifiedName, base: &Schema, desired: &Schema) -> bool {
    let id = ObjectId::new(ObjectKind::Table, table.clone());
    [base, desired].into_iter().any(|schema| match schema.objects.get(&id).map(|object| &object.body) {
        Some(Body::Table(table)) => table.source.is_some(),
        _ => false,
    })
}

/// Whether an identity lies under a renamed one: the object itself, its parts, what a schema holds.
fn under(id: &ObjectId, new: &ObjectId) -> bool {
    match new.kind {
        ObjectKind::Schema => id.name.schema.as_ref() == Some(&new.name.name),
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Domain => {
            id.name == new.name
        }
        _ => id == new,
    }
}

fn edits(change: &Change) -> &[Edit] {
    match change {
        Change::Alter { edits, .. } => edits,
        Change::Create(_) | Change::Drop(_) | Change::Rename { .. } => &[],
    }
}

fn object_of(change: &Change) -> &Object {
    match change {
        Change::Create(object) | Change::Drop(object) => object,
        Change::Alter { after, .. } | Change::Rename { after, .. } => after,
    }
}

/// A server prints a condition with the types of its columns, and a view has the types of what it reads: where both
/// change, neither stands without the other.
fn follows_type(user: &Change, used: &Change) -> bool {
    let retyped = edits(used).iter().any(|edit| match used.id().kind {
        ObjectKind::Column => matches!(edit.aspect, Aspect::DataType | Aspect::Collation),
        ObjectKind::View | ObjectKind::MaterializedView => edit.aspect == Aspect::Columns,
        _ => matches!(edit.aspect, Aspect::Labels | Aspect::DataType | Aspect::Columns),
    });
    retyped && edits(user).iter().any(|edit| matches!(edit.aspect, Aspect::Columns | Aspect::Definition))
}

/// Whether what is used gets the shape that its user asks for.
fn shapes(used: &Change, user: &Object) -> bool {
    edits(used).iter().any(|edit| match edit.aspect {
        Aspect::DataType
        | Aspect::Collation
        | Aspect::Labels
        | Aspect::Columns
        | Aspect::Generated
        | Aspect::Partitioning
        | Aspect::Inheritance => true,
        // A key makes its columns NOT NULL by itself.
        Aspect::Nullability => matches!(user.body, Body::Constraint(_)),
        // A foreign key binds to a key.
        Aspect::Definition | Aspect::Validity => {
            matches!(used.id().kind, ObjectKind::Constraint | ObjectKind::Index)
                || (used.id().kind == ObjectKind::View)
        }
        Aspect::Default
        | Aspect::Identity
        | Aspect::Options
        | Aspect::Storage
        | Aspect::Persistence
        | Aspect::ReplicaIdentity
        | Aspect::RowSecurity
        | Aspect::Firing
        | Aspect::Owner
        | Aspect::Privileges
        | Aspect::Comment
        | Aspect::SecurityLabels
        | Aspect::Version
        | Aspect::Schema => false,
    })
}
