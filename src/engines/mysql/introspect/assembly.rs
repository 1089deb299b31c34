//! A schema in the making: objects and what they need, with the texts and names that repeat held once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::connect::{Cells, Rows};
use crate::engines::AssembleError;
use crate::engines::pool::Pool;
use crate::model::{
    About, Body, Definition, Ident, Object, ObjectId, ObjectKind, Opaque, QualifiedName, Schema,
    ServerVersion, Settings, Unmodelled,
};

pub(super) struct Assembly<'a> {
    pub pool: Pool,
    pub objects: BTreeMap<ObjectId, Arc<Object>>,
    pub depends: BTreeSet<(ObjectId, ObjectId)>,
    pub unmodelled: BTreeSet<Unmodelled>,
    /// Holds what is the same there already.
    like: Option<&'a Schema>,
}

impl<'a> Assembly<'a> {
    pub fn new(like: Option<&'a Schema>) -> Self {
        Self {
            pool: Pool::default(),
            objects: BTreeMap::new(),
            depends: BTreeSet::new(),
            unmodelled: BTreeSet::new(),
            like,
        }
    }

    pub fn add(&mut self, id: ObjectId, body: Body, about: About) {
        let object = Object { id, body, about };
        let twin =
            self.like.and_then(|like| like.objects.get(&object.id)).filter(|twin| twin.is_same(&object));
        let object = twin.map_or_else(|| Arc::new(object), Arc::clone);
        self.objects.insert(object.id.clone(), object);
    }

    pub fn needs(&mut self, dependent: &ObjectId, needed: ObjectId) {
        if dependent != &needed {
            self.depends.insert((dependent.clone(), needed));
        }
    }

    /// Those columns of a table that are named somewhere.
    pub fn needs_columns(&mut self, dependent: &ObjectId, table: &str, is_named: impl Fn(&str) -> bool) {
        let table = self.name(table);
        let first = ObjectId::member(ObjectKind::Column, table.clone(), "");
        let own = |id: &&ObjectId| id.kind == ObjectKind::Column && id.name == table;
        let columns = self.objects.range(first..).map(|(id, _)| id).take_while(own);
        let named = columns.filter(|id| is_named(id.leaf().as_str()));
        self.depends.extend(named.map(|id| (dependent.clone(), id.clone())));
    }

    pub fn unmodelled(&mut self, what: String, why: &str) {
        self.unmodelled.insert(Unmodelled { what: what.into(), why: why.into() });
    }

    /// An object that is there and cannot be read: whoever reads more on the other side must not take it for missing.
    pub fn unreadable(&mut self, id: ObjectId, why: &str) {
        self.unmodelled(id.to_string(), why);
        let body = Opaque { text: Definition::from_catalog(""), why: why.into() };
        self.add(id, Body::Opaque(body), About::default());
    }

    pub fn name(&self, text: &str) -> QualifiedName {
        QualifiedName::bare(self.pool.ident(text))
    }

    pub fn table(&self, name: &str) -> ObjectId {
        ObjectId::new(ObjectKind::Table, self.name(name))
    }

    pub fn member(&self, kind: ObjectKind, table: &str, name: &str) -> ObjectId {
        ObjectId::member(kind, self.name(table), self.pool.ident(name))
    }

    pub fn done(self, version: &ServerVersion, reader: Option<Ident>, session: Settings) -> Schema {
        let objects = self.objects;
        // The schema's own identities, so that each is held once. Both levels are sorted, and so is the whole.
        let own = |id: &ObjectId| objects.get_key_value(id).map(|(id, _)| id.clone());
        let depends = self.depends.iter().filter_map(|(a, b)| Some((own(a)?, own(b)?))).collect();
        let unmodelled = self.unmodelled.into_iter().collect();
        Schema { version: version.clone(), reader, session, objects, depends, unmodelled }
    }
}

/// One row of an answer, for messages that say which.
pub(super) struct Row<'a> {
    query: usize,
    row: usize,
    cells: Cells<'a>,
}

impl<'a> Row<'a> {
    pub fn maybe(&self, column: usize) -> Option<&'a str> {
        self.cells.get(column)
    }

    pub fn text(&self, column: usize) -> Result<&'a str, AssembleError> {
        self.maybe(column).ok_or_else(|| AssembleError {
            query: self.query,
            row: self.row,
            what: format!("column {column} is NULL or missing"),
        })
    }

    pub fn number<N: std::str::FromStr>(&self, column: usize) -> Option<N> {
        self.maybe(column)?.parse().ok()
    }

    pub fn flag(&self, column: usize) -> bool {
        self.maybe(column) == Some("1")
    }
}

pub(super) fn rows(answers: &[Rows], query: usize) -> impl Iterator<Item = Row<'_>> {
    let answer = answers.get(query).into_iter().flat_map(Rows::iter);
    answer.enumerate().map(move |(row, cells)| Row { query, row, cells })
}
