//! Catalog rows → schema. Columns come from the catalog's own pragmas; what those do not tell (constraint names,
//! checks, collations, generated expressions) is read from the stored statement, and a table whose statement
//! cannot be read in full is kept as opaque text. Pure: it sends nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalog::{Catalog, ColumnRow, ObjectRow};
use super::constraint::{self, Named};
use super::depends::{self, Relations};
use super::parse::{self, TableText};
use super::token::{Names, folded, part, statement, tokens};
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::engines::pool::Pool;
use crate::model::{
    About, Body, Column, Definition, Estimate, Firing, Index, IndexClass, Nullability, Object, ObjectId,
    ObjectKind, Opaque, Origin, Persistence, Populated, Position, QualifiedName, ReplicaIdentity,
    RowSecurity, Schema, ServerVersion, Settings, Source, Stored, Table, TableShape, Trigger, Uniqueness,
    Validity, Value, View,
};

/// Why a virtual table is not altered. Shadow tables are told apart by their own reason.
pub(super) const VIRTUAL: &str = "a virtual table belongs to its module";
pub(super) const SHADOW: &str = "made and kept by its virtual table";

pub(super) fn assemble(
    version: &ServerVersion,
    answers: &[Rows],
    like: Option<&Schema>,
) -> Result<Schema, AssembleError> {
    let catalog = Catalog::read(answers)?;
    let mut build = Build {
        names: names(&catalog),
        columns: BTreeMap::new(),
        foreign_keys: catalog.foreign_keys.iter().copied().collect(),
        bytes: catalog.bytes,
        objects: BTreeMap::new(),
        relations: Relations::default(),
        pool: Pool::default(),
        like,
    };
    for column in &catalog.columns {
        build.columns.entry(column.table).or_default().push(column);
    }
    let special: BTreeMap<&str, &str> = catalog.special.iter().copied().collect();
    for row in &catalog.objects {
        match row.kind {
            "table" => match special.get(row.name) {
                Some(&"shadow") => build.opaque(row, SHADOW),
                Some(_) => build.opaque(row, VIRTUAL),
                None => build.table(row),
            },
            "index" => build.index(row, &catalog),
            "view" => build.view(row),
            "trigger" => build.trigger(row),
            _ => {}
        }
    }
    let depends = depends::depends(&build.objects, &build.relations);
    Ok(Schema { objects: build.objects, depends, ..Schema::empty(version.clone()) })
}

/// All names of the schema: what stands in double quotes and is none of them is a string.
fn names(catalog: &Catalog<'_>) -> Names {
    let objects = catalog.objects.iter().map(|row| row.name);
    objects.chain(catalog.columns.iter().map(|column| column.name)).map(folded).collect()
}

pub(super) fn id(kind: ObjectKind, name: &str) -> ObjectId {
    ObjectId::new(kind, QualifiedName::bare(name))
}

struct Build<'a> {
    names: Names,
    columns: BTreeMap<&'a str, Vec<&'a ColumnRow<'a>>>,
    foreign_keys: BTreeMap<&'a str, usize>,
    bytes: Option<u64>,
    objects: BTreeMap<ObjectId, Arc<Object>>,
    relations: Relations,
    pool: Pool,
    /// Holds what is the same there already.
    like: Option<&'a Schema>,
}

impl Build<'_> {
    fn add(&mut self, id: ObjectId, body: Body) {
        let object = Object { id, body, about: About::default() };
        let twin =
            self.like.and_then(|like| like.objects.get(&object.id)).filter(|twin| twin.is_same(&object));
        let object = twin.map_or_else(|| Arc::new(object), Arc::clone);
        self.objects.insert(object.id.clone(), object);
    }

    fn opaque(&mut self, row: &ObjectRow<'_>, why: &str) {
        let text = statement(row.sql, &self.names);
        let id = id(ObjectKind::Table, row.name);
        self.relations.add(id.clone(), Vec::new());
        self.add(id, Body::Opaque(Opaque { text, why: why.into() }));
    }

    fn table(&mut self, row: &ObjectRow<'_>) {
        let columns = self.columns.remove(row.name).unwrap_or_default();
        let read = parse::table(row.sql).filter(|text| self.is_whole(text, row, &columns));
        let Some(text) = read else {
            return self.opaque(row, "its CREATE TABLE statement could not be read in full");
        };
        let table = id(ObjectKind::Table, row.name);
        let mut storage = Settings::new();
        for (on, name) in [
            (text.strict, "strict"),
            (text.without_rowid, "without_rowid"),
            (text.autoincrement, "autoincrement"),
        ] {
            if on {
                storage.insert(name.into(), "on".into());
            }
        }
        self.relations
            .add(table.clone(), columns.iter().map(|column| self.pool.ident(column.name)).collect());
        for (at, column) in columns.iter().enumerate() {
            let id = ObjectId::member(ObjectKind::Column, table.name.clone(), self.pool.ident(column.name));
            let body = Body::Column(self.column(&text, at, column));
            self.add(id, body);
        }
        for Named { name, mut constraint } in constraint::constraints(&text, &self.names) {
            let name = self.pool.ident(name.as_str());
            constraint.definition = self.pool.typed(constraint.definition);
            constraint.columns =
                constraint.columns.iter().map(|column| self.pool.ident(column.as_str())).collect();
            let id = ObjectId::member(ObjectKind::Constraint, table.name.clone(), name);
            self.add(id, Body::Constraint(constraint));
        }
        self.add(
            table,
            Body::Table(Box::new(Table {
                persistence: Persistence::Permanent,
                partition_by: None,
                inherits: Vec::new(),
                access_method: None,
                storage,
                replica_identity: ReplicaIdentity::Default,
                row_security: RowSecurity::Off,
                of_type: None,
                foreign: None,
                source: Some(Source(Definition::from_catalog(row.sql))),
                clustered_on: None,
                // SQLite counts nothing; a table is at most as large as its database.
                rows: Estimate { rows: None, bytes: self.bytes },
            })),
        );
    }

    /// Whether our reading agrees with the catalog's own.
    fn is_whole(&self, text: &TableText<'_>, row: &ObjectRow<'_>, columns: &[&ColumnRow<'_>]) -> bool {
        let keys = text.constraints.iter().filter(|one| one.references.is_some()).count();
        text.columns.len() == columns.len()
            && text.columns.iter().zip(columns).all(|(read, known)| read.name == known.name)
            && columns
                .iter()
                .zip(&text.columns)
                .all(|(known, read)| (known.hidden > 1) == read.generated.is_some())
            && keys == self.foreign_keys.get(row.name).copied().unwrap_or(0)
    }

    fn column(&self, text: &TableText<'_>, at: usize, row: &ColumnRow<'_>) -> Column {
        let read = &text.columns[at];
        let data_type = self.pool.typed(part(&text.tokens[read.data_type.clone()], &self.names));
        let value = match (&read.generated, &read.default, row.default) {
            (Some((expression, stored)), _, _) => Value::Generated {
                expression: part(&text.tokens[expression.clone()], &self.names),
                stored: if row.hidden == 3 { Stored::Stored } else { *stored },
            },
            (None, Some(_), Some(default)) => Value::Default(self.pool.typed(self.default(default))),
            (None, _, _) => Value::Plain,
        };
        let mut options = Settings::new();
        if let Some(conflict) = &read.not_null_conflict {
            options.insert("not null on conflict".into(), conflict.as_str().into());
        }
        Column {
            position: Position(u32::try_from(at + 1).unwrap_or(u32::MAX)),
            data_type,
            // BINARY is what a column without the clause has.
            collation: read
                .collation
                .as_deref()
                .filter(|name| !name.eq_ignore_ascii_case("binary"))
                .map(|name| Box::new(QualifiedName::bare(name.to_ascii_uppercase().as_str()))),
            nullability: if row.not_null { Nullability::NotNull } else { Nullability::Nullable },
            value,
            origin: Origin::Local,
            storage: None,
            compression: None,
            statistics_target: None,
            options,
        }
    }

    /// A word alone is a string whose case counts, unless it is one of SQLite's own.
    fn default(&self, text: &str) -> Definition {
        const OWN: [&str; 6] = ["null", "true", "false", "current_time", "current_date", "current_timestamp"];
        let found = tokens(text);
        match found.as_slice() {
            [one] if one.name().is_some() && !OWN.iter().any(|word| one.is(word)) => {
                let name = one.name().unwrap_or_default();
                Definition::as_typed(text, format!("'{}'", name.replace('\'', "''")))
            }
            all => part(all, &self.names),
        }
    }

    fn index(&mut self, row: &ObjectRow<'_>, catalog: &Catalog<'_>) {
        let all = tokens(row.sql);
        let id = id(ObjectKind::Index, row.name);
        let Some(tail) = parse::index_tail(&all) else {
            let text = statement(row.sql, &self.names);
            return self
                .add(id, Body::Opaque(Opaque { text, why: "its CREATE INDEX could not be read".into() }));
        };
        let unique = all.get(1).is_some_and(|token| token.is("unique"));
        let columns = catalog
            .indexes
            .iter()
            .filter(|(name, _)| *name == row.name)
            .map(|(_, column)| column.map(|column| self.pool.ident(column)))
            .collect();
        self.add(
            id,
            Body::Index(Index {
                table: QualifiedName::bare(row.table),
                class: IndexClass::Ordinary,
                uniqueness: if unique { Uniqueness::Unique } else { Uniqueness::Plain },
                tail: part(&all[tail], &self.names),
                columns,
                shape: TableShape::Plain,
                validity: Validity::Valid,
                origin: Origin::Local,
                statistics: Vec::new(),
            }),
        );
    }

    fn view(&mut self, row: &ObjectRow<'_>) {
        let id = id(ObjectKind::View, row.name);
        self.relations.add(id.clone(), Vec::new());
        self.add(
            id,
            Body::View(View {
                query: statement(row.sql, &self.names),
                options: Settings::new(),
                // The catalog fails as a whole where one view is broken, so they are not asked for.
                columns: Vec::new(),
                populated: Populated::WithData,
                access_method: None,
            }),
        );
    }

    fn trigger(&mut self, row: &ObjectRow<'_>) {
        let relation = QualifiedName::bare(row.table);
        self.add(
            ObjectId::member(ObjectKind::Trigger, relation, row.name),
            Body::Trigger(Trigger {
                definition: statement(row.sql, &self.names),
                firing: Firing::Always,
                settings: Settings::new(),
                origin: Origin::Local,
                function: None,
            }),
        );
    }
}
