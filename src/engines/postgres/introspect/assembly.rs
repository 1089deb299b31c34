//! The schema while it is being put together: objects by their catalog address, names by `oid`, and edges
//! between objects. It knows no query; the families fill it and [`Assembly::finish`] sorts it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::answer::Oid;
use super::class::{self, Address};
use crate::model::{
    About, Body, Definition, Grant, GrantOption, Ident, Identity, Inherit, Object, ObjectId, ObjectKind,
    Origin, QualifiedName, Schema, ServerVersion, Settings, Table, Unmodelled, Validity, View,
};

/// An object's place in the assembly.
pub(super) type Slot = usize;

/// What the later families need to know of a relation.
pub(super) struct Relation {
    pub slot: Slot,
    pub name: QualifiedName,
    /// `relkind`.
    pub kind: char,
    pub partition: Partition,
    pub parents: Vec<Oid>,
    /// Column names by number.
    pub columns: BTreeMap<i32, Ident>,
    /// Those names that the server quotes, as it does.
    pub quoted: BTreeMap<i32, Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Partition {
    Standalone,
    Attached,
}

/// An index as the constraint that owns it needs it.
pub(super) struct KeyIndex {
    pub name: QualifiedName,
    pub table: Oid,
    pub tail: Definition,
    /// Key columns as the server would list them.
    pub keys: Box<str>,
    pub storage: Settings,
    pub btree: bool,
    pub validity: Validity,
}

/// NOT NULL constraints by column, and how those of a name stand by relation.
#[derive(Default)]
pub(super) struct NotNulls {
    pub on: HashMap<(Oid, i32), NotNull>,
    pub named: HashMap<(Oid, Ident), Validity>,
}

pub(super) struct NotNull {
    pub name: Ident,
    pub inherit: Inherit,
    pub validity: Validity,
    pub origin: Origin,
}

pub(super) struct Assembly {
    version: ServerVersion,
    pub reader: Option<Ident>,
    pub roles: HashMap<Oid, Ident>,
    /// User schemas; what lives elsewhere is not ours.
    pub schemas: HashMap<Oid, Ident>,
    /// Members of extensions, and the extension. Never objects of their own.
    pub members: HashSet<(Oid, Oid)>,
    pub relations: HashMap<Oid, Relation>,
    /// Identity columns: the sequence's own number, and what it is.
    pub identities: HashMap<(Oid, i32), (Oid, Identity)>,
    /// Facts that wait for their column.
    pub sequence_owners: Vec<(Slot, Address)>,
    pub not_nulls: NotNulls,
    /// Statistics targets of expressions, by index: 1-based place and target.
    pub index_statistics: HashMap<Oid, Vec<(u32, i32)>>,
    /// Every index of a table, by its own `oid`.
    pub indexes: HashMap<Oid, KeyIndex>,
    /// Built-in privileges by `acldefault` letter.
    pub built_in: HashMap<char, Vec<(Grantee, Box<str>)>>,
    /// Each held once, here, until the schema is finished.
    objects: Vec<Arc<Object>>,
    places: HashMap<Address, Slot>,
    /// Parts of an object that have an address of their own: row types, defaults, rewrite rules, …
    aliases: HashMap<Address, Slot>,
    /// Which built-in privileges an object starts with.
    privileged: Vec<(Slot, char)>,
    edges: Vec<(Slot, Slot)>,
    unmodelled: Vec<Unmodelled>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grantee {
    Public,
    Owner,
}

impl Assembly {
    pub fn new(version: ServerVersion) -> Self {
        Self {
            version,
            reader: None,
            roles: HashMap::new(),
            schemas: HashMap::new(),
            members: HashSet::new(),
            relations: HashMap::new(),
            identities: HashMap::new(),
            sequence_owners: Vec::new(),
            not_nulls: NotNulls::default(),
            index_statistics: HashMap::new(),
            indexes: HashMap::new(),
            built_in: HashMap::new(),
            objects: Vec::new(),
            places: HashMap::new(),
            aliases: HashMap::new(),
            privileged: Vec::new(),
            edges: Vec::new(),
            unmodelled: Vec::new(),
        }
    }

    /// Adds an object at its address.
    pub fn add(&mut self, at: Address, id: ObjectId, body: Body) -> Slot {
        let slot = self.add_fact(id, body);
        self.places.insert(at, slot);
        slot
    }

    /// Adds a fact that has no address of its own, such as a partition's place in its parent.
    pub fn add_fact(&mut self, id: ObjectId, body: Body) -> Slot {
        self.objects.push(Arc::new(Object { id, body, about: About::default() }));
        self.objects.len() - 1
    }

    /// Another address of an object.
    pub fn alias(&mut self, at: Address, slot: Slot) {
        if at.1 != 0 {
            self.aliases.insert(at, slot);
        }
    }

    /// Owner and, by `acldefault` letter, the kind of privileges.
    pub fn own(&mut self, slot: Slot, owner: Oid, privileges: Option<char>) {
        let owner = self.role(owner);
        if let Some(about) = self.about_mut(slot) {
            about.owner = Some(owner);
        }
        if let Some(letter) = privileges {
            self.privileged.push((slot, letter));
        }
    }

    /// `dependent` needs `needed`.
    pub fn edge(&mut self, dependent: Slot, needed: Slot) {
        self.edges.push((dependent, needed));
    }

    /// The object's schema, as an edge, where the schema is one of ours.
    pub fn in_schema(&mut self, slot: Slot, schema: Oid) {
        if let Some(needed) = self.place((class::SCHEMA, schema, 0)).or(self.find((class::SCHEMA, schema, 0)))
        {
            self.edge(slot, needed);
        }
    }

    pub fn unmodelled(&mut self, what: impl Into<Box<str>>, why: impl Into<Box<str>>) {
        self.unmodelled.push(Unmodelled { what: what.into(), why: why.into() });
    }

    /// The object that has this very address.
    pub fn place(&self, at: Address) -> Option<Slot> {
        self.places.get(&at).copied()
    }

    /// The object that an address belongs to: itself, one that it is a part of, or the extension it came with.
    /// Columns that are no objects (of views, of composite types) belong to their relation.
    pub fn find(&self, at: Address) -> Option<Slot> {
        let exact = |at: &Address| self.places.get(at).or_else(|| self.aliases.get(at)).copied();
        exact(&at).or_else(|| if at.2 == 0 { None } else { exact(&(at.0, at.1, 0)) })
    }

    pub fn object(&self, slot: Slot) -> Option<&Object> {
        self.objects.get(slot).map(AsRef::as_ref)
    }

    fn object_mut(&mut self, slot: Slot) -> Option<&mut Object> {
        self.objects.get_mut(slot).and_then(Arc::get_mut)
    }

    pub fn about_mut(&mut self, slot: Slot) -> Option<&mut About> {
        self.object_mut(slot).map(|object| &mut object.about)
    }

    pub fn body_mut(&mut self, slot: Slot) -> Option<&mut Body> {
        self.object_mut(slot).map(|object| &mut object.body)
    }

    pub fn table_mut(&mut self, oid: Oid) -> Option<&mut Table> {
        let slot = self.relations.get(&oid)?.slot;
        match self.body_mut(slot) {
            Some(Body::Table(table)) => Some(table),
            _ => None,
        }
    }

    pub fn view_mut(&mut self, oid: Oid) -> Option<&mut View> {
        let slot = self.relations.get(&oid)?.slot;
        match self.body_mut(slot) {
            Some(Body::View(view)) => Some(view),
            _ => None,
        }
    }

    /// A name in one of our schemas; `None` where the schema is not ours.
    pub fn name(&self, schema: Oid, name: Ident) -> Option<QualifiedName> {
        self.schemas.get(&schema).map(|schema| QualifiedName { schema: Some(schema.clone()), name })
    }

    /// Whether a row is an object of ours: not a member of an extension.
    pub fn is_member(&self, class: Oid, oid: Oid) -> bool {
        self.members.contains(&(class, oid))
    }

    pub fn column(&self, relation: Oid, number: i32) -> Option<&Ident> {
        self.relations.get(&relation)?.columns.get(&number)
    }

    /// A role by its number; a role that is gone keeps the number as its name.
    pub fn role(&self, oid: Oid) -> Ident {
        self.roles.get(&oid).cloned().unwrap_or_else(|| Ident::new(oid.to_string()))
    }

    pub fn privileged(&self) -> &[(Slot, char)] {
        &self.privileged
    }

    /// What the server gives of itself on an object of `owner`.
    pub fn built_in_grants(&self, letter: char, owner: &Ident) -> std::collections::BTreeSet<Grant> {
        let privileges = self.built_in.get(&letter).map(Vec::as_slice).unwrap_or_default();
        privileges
            .iter()
            .map(|(grantee, privilege)| Grant {
                grantee: match grantee {
                    Grantee::Public => None,
                    Grantee::Owner => Some(owner.clone()),
                },
                grantor: owner.clone(),
                privilege: privilege.clone(),
                option: GrantOption::Plain,
            })
            .collect()
    }

    /// Sorts objects and edges, and takes over from `like` what is the same there. Edges are kept as pairs of places
    /// until the end: names are long, and there are many edges.
    pub fn finish(mut self, like: Option<&Schema>) -> Schema {
        let mut order: Vec<Slot> = (0..self.objects.len()).collect();
        order.sort_by(|a, b| self.objects[*a].id.cmp(&self.objects[*b].id));
        let mut rank = vec![0; order.len()];
        for (place, slot) in order.iter().enumerate() {
            rank[*slot] = place;
        }
        if let Some(like) = like {
            let mut theirs = like.objects.values().peekable();
            for slot in &order {
                let own = &mut self.objects[*slot];
                while theirs.next_if(|other| other.id < own.id).is_some() {}
                if let Some(twin) =
                    theirs.next_if(|other| other.id == own.id).filter(|twin| twin.is_same(own))
                {
                    *own = Arc::clone(twin);
                }
            }
        }
        let mut edges: Vec<(usize, usize)> = self
            .edges
            .iter()
            .filter(|(dependent, needed)| dependent != needed)
            .map(|(dependent, needed)| (rank[*dependent], rank[*needed]))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let depends = edges
            .into_iter()
            .map(|(dependent, needed)| {
                (self.objects[order[dependent]].id.clone(), self.objects[order[needed]].id.clone())
            })
            .collect();
        self.unmodelled.sort();
        self.unmodelled.dedup();
        let sorted = order.iter().map(|slot| &self.objects[*slot]);
        let objects = sorted.map(|object| (object.id.clone(), Arc::clone(object))).collect();
        let (reader, unmodelled) = (self.reader, self.unmodelled);
        Schema { reader, objects, depends, unmodelled, ..Schema::empty(self.version) }
    }
}

/// The identity of a column, constraint, trigger, … of a relation.
pub(super) fn member(kind: ObjectKind, relation: &QualifiedName, name: Ident) -> ObjectId {
    ObjectId::member(kind, relation.clone(), name)
}
