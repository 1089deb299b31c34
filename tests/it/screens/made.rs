//! Schemas made by hand, and the subject of a review over them: for names that no server would take, and for
//! sizes that no server should be filled with for a test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use migrator_tui::app::difference::Difference;
use migrator_tui::app::subject::Subject;
use migrator_tui::app::tree::Fold;
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::model::{
    About, Body, Column, Definition, EngineKind, Estimate, Fingerprint, Ident, Index, IndexClass,
    Nullability, Object, ObjectId, ObjectKind, Origin, Persistence, Position, QualifiedName, ReplicaIdentity,
    RowSecurity, Schema, ServerVersion, Settings, Table, TableShape, Uniqueness, Unmodelled, Validity, Value,
};
use migrator_tui::worker::{Comparison, Drafted, Side};

pub fn table(schema: &str, name: &str, about: About) -> Object {
    let body = Body::Table(Box::new(Table {
        persistence: Persistence::Permanent,
        partition_by: None,
        inherits: Vec::new(),
        access_method: None,
        storage: Settings::new(),
        replica_identity: ReplicaIdentity::Default,
        row_security: RowSecurity::Off,
        of_type: None,
        foreign: None,
        source: None,
        clustered_on: None,
        rows: Estimate::default(),
    }));
    Object { id: ObjectId::new(ObjectKind::Table, QualifiedName::new(schema, name)), body, about }
}

pub fn column(schema: &str, table: &str, name: &str, position: u32, data_type: &str) -> Object {
    let body = Body::Column(Column {
        position: Position(position),
        data_type: Definition::from_catalog(data_type),
        collation: None,
        nullability: Nullability::Nullable,
        value: Value::Plain,
        origin: Origin::Local,
        storage: None,
        compression: None,
        statistics_target: None,
        options: Settings::new(),
    });
    let id = ObjectId::member(ObjectKind::Column, QualifiedName::new(schema, table), name);
    Object { id, body, about: About::default() }
}

pub fn index(schema: &str, table: &str, name: &str, tail: &str) -> Object {
    let body = Body::Index(Index {
        table: QualifiedName::new(schema, table),
        uniqueness: Uniqueness::Plain,
        class: IndexClass::Ordinary,
        tail: Definition::from_catalog(tail),
        columns: vec![Some(Ident::from("a"))],
        shape: TableShape::Plain,
        validity: Validity::Valid,
        origin: Origin::Local,
        statistics: Vec::new(),
    });
    let id = ObjectId::new(ObjectKind::Index, QualifiedName::new(schema, name));
    Object { id, body, about: About::default() }
}

/// A schema of these objects, on a server that calls its version so.
pub fn schema(objects: Vec<Object>, unmodelled: Vec<Unmodelled>, version: &str) -> Schema {
    let objects: BTreeMap<_, _> =
        objects.into_iter().map(|object| (object.id.clone(), Arc::new(object))).collect();
    let version = ServerVersion { engine: EngineKind::Postgres, number: (15, 0, 0), text: version.into() };
    Schema { objects, unmodelled, ..Schema::empty(version) }
}

/// The same comparison of two other sides, each with its label. Choices of dependents stay those of `template`, so
/// nothing of it may be left out.
pub fn compared(template: &Comparison, current: (&str, Schema), desired: (&str, Schema)) -> Comparison {
    let side =
        |(label, schema): (&str, Schema)| Arc::new(Side { label: label.into(), schema, notes: Vec::new() });
    let mut comparison = template.clone();
    (comparison.current, comparison.desired) = (side(current), side(desired));
    let changeset = diff(&comparison.current.schema, &comparison.desired.schema, &DiffOptions::default());
    let imprints: Vec<Fingerprint> =
        changeset.changes.iter().map(|change| Fingerprint::of([change.id().to_string().as_str()])).collect();
    (comparison.changeset, comparison.imprints) = (Arc::new(changeset), imprints.into());
    comparison
}

pub fn subject(comparison: Comparison) -> Box<Subject> {
    Box::new(Subject::new(Arc::new(comparison)))
}

/// How much there is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub tables: usize,
    /// Of each table; each has an index as well.
    pub columns: u32,
    /// Of the definitions in the diff, and of the script.
    pub lines: usize,
}

/// A review of two large schemas with everything open. In one table of ten a column is new; every definition in the
/// diff is a long one.
pub fn large(template: &Subject, size: Size) -> Box<Subject> {
    let objects = |newer: bool| {
        let mut objects: Vec<Object> = Vec::new();
        for at in 0..size.tables {
            let name = format!("table_{at:05}");
            objects.push(table("shop", &name, About::default()));
            for position in 0..size.columns + u32::from(newer && at.is_multiple_of(10)) {
                let own = format!("column_{position}");
                objects.push(column("shop", &name, &own, position, "character varying(40)"));
            }
            objects.push(index("shop", &name, &format!("{name}_a"), "USING btree (a)"));
        }
        schema(objects, Vec::new(), "15.0")
    };
    let (before, after) = (("before", objects(false)), ("after", objects(true)));
    let mut subject = subject(compared(&template.comparison, before, after));
    let text = |newer: bool| {
        let line = |at: usize| {
            let changed = if newer && at.is_multiple_of(7) { "bigint" } else { "integer" };
            format!("    column_{at:05} {changed} NOT NULL DEFAULT 0,\n")
        };
        (0..size.lines).map(line).collect::<String>()
    };
    let mut draft = Drafted::clone(template.draft.as_deref().unwrap());
    draft.forward.text =
        (0..size.lines).map(|at| format!("ALTER TABLE shop.table_{at:05} ADD a text;\n")).collect();
    subject.sql.set(&draft);
    subject.draft = Some(draft.into());
    subject.with_tree(|tree, ground| tree.fold_all(Fold::Open, ground, 40));
    let difference = Difference::new(Some(text(false)), Some(text(true)));
    // The diff keeps no more of them than a person walks through.
    let rows = subject.tree.rows().to_vec();
    for head in rows.into_iter().map(|row| subject.outline.head(row)).take(600).collect::<BTreeSet<_>>() {
        subject.diff.keep(head, difference.clone(), EngineKind::Postgres);
    }
    subject
}
