//! The outline of small schemas made by hand.

use super::*;
use crate::diff::{DiffOptions, diff};
use crate::model::{
    Body, Column, Definition, EngineKind, Ident, Index, IndexClass, Nullability, Origin, Persistence,
    Position, QualifiedName, Renaming, ReplicaIdentity, RowSecurity, Schema, ServerVersion, Settings, Table,
    TableShape, Uniqueness, Validity, Value,
};

fn version() -> ServerVersion {
    ServerVersion { engine: EngineKind::Postgres, number: (15, 0, 0), text: "15.0".into() }
}

fn table(schema: &str, name: &str) -> Object {
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
        rows: crate::model::Estimate::default(),
    }));
    let id = ObjectId::new(ObjectKind::Table, QualifiedName::new(schema, name));
    Object { id, body, about: crate::model::About::default() }
}

fn column(schema: &str, table: &str, name: &str, position: u32, data_type: &str) -> Object {
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
    Object { id, body, about: crate::model::About::default() }
}

fn index(schema: &str, table: &str, name: &str) -> Object {
    let body = Body::Index(Index {
        table: QualifiedName::new(schema, table),
        uniqueness: Uniqueness::Plain,
        class: IndexClass::Ordinary,
        tail: Definition::from_catalog("USING btree (a)"),
        columns: vec![Some(Ident::from("a"))],
        shape: TableShape::Plain,
        validity: Validity::Valid,
        origin: Origin::Local,
        statistics: Vec::new(),
    });
    let id = ObjectId::new(ObjectKind::Index, QualifiedName::new(schema, name));
    Object { id, body, about: crate::model::About::default() }
}

fn schema(objects: Vec<Object>) -> Schema {
    let objects: BTreeMap<_, _> =
        objects.into_iter().map(|object| (object.id.clone(), Arc::new(object))).collect();
    Schema { objects, ..Schema::empty(version()) }
}

/// Each row as `depth name own-changes/changes`, with `.` for a side where it is not.
fn shape(outline: &Outline) -> Vec<String> {
    let side = |object: &Option<Arc<Object>>| match object {
        Some(object) => object.id.leaf().to_string(),
        None => ".".into(),
    };
    outline
        .nodes()
        .map(|(at, node)| {
            let name = match &node.what {
                What::Namespace(name, _) => format!("[{}]", name.as_deref().unwrap_or("")),
                What::Object(pair) => format!("{} | {}", side(&pair.current), side(&pair.desired)),
                What::NotCompared(what, _) => format!("({})", what.what),
                What::NotComparedHead => "not compared".into(),
            };
            let own = outline.own_changes(at).len();
            format!("{} {name} {own}/{}", node.depth, node.changes)
        })
        .collect()
}

#[test]
fn parts_stand_under_their_relation_and_columns_in_their_order() {
    let current = schema(vec![
        table("public", "users"),
        column("public", "users", "id", 1, "bigint"),
        column("public", "users", "email", 2, "text"),
        index("public", "users", "users_a"),
        table("audit", "log"),
    ]);
    let mut desired = schema(vec![
        table("public", "users"),
        column("public", "users", "id", 1, "bigint"),
        column("public", "users", "email", 2, "varchar(255)"),
        column("public", "users", "a", 3, "text"),
        index("public", "users", "users_a"),
    ]);
    desired.unmodelled.push(Unmodelled { what: "language plperl".into(), why: "not compared yet".into() });
    let changes = diff(&current, &desired, &DiffOptions::default()).changes;
    let outline = outline(&current, &desired, &changes);
    assert_eq!(
        shape(&outline),
        [
            "0 [audit] 0/1",
            "1 log | . 1/1",
            "0 [public] 0/2",
            "1 users | users 0/2",
            "2 id | id 0/0",
            "2 email | email 1/1",
            "2 . | a 1/1",
            "2 users_a | users_a 0/0",
            "0 not compared 0/0",
            "1 (language plperl) 0/0",
        ]
    );
    let users = NodeId(3);
    assert_eq!(outline.below(users), 3..8);
    assert_eq!(outline.head(NodeId(5)), users);
    assert_eq!(outline.head(NodeId(2)), NodeId(2));
    for (change, made) in changes.iter().enumerate() {
        let node = outline.of_change(change).unwrap();
        assert!(outline.own_changes(node).contains(&(change as u32)));
        assert_eq!(outline.find(made.id()), Some(node));
    }
    assert_eq!(outline.changes_below(users).len(), 2);
}

#[test]
fn a_confirmed_rename_puts_both_names_in_one_row() {
    let current = schema(vec![table("public", "users"), column("public", "users", "name", 1, "text")]);
    let desired =
        schema(vec![table("public", "people"), column("public", "people", "full_name", 1, "varchar(9)")]);
    let named = |table: &str, column: &str| {
        ObjectId::member(ObjectKind::Column, QualifiedName::new("public", table), column)
    };
    let relation = |name: &str| ObjectId::new(ObjectKind::Table, QualifiedName::new("public", name));
    let renames = vec![
        Renaming { before: relation("users"), after: relation("people") },
        Renaming { before: named("people", "name"), after: named("people", "full_name") },
    ];
    let options = DiffOptions { renames, ..DiffOptions::default() };
    let changes = diff(&current, &desired, &options).changes;
    assert_eq!(
        shape(&outline(&current, &desired, &changes)),
        ["0 [public] 0/3", "1 users | people 1/3", "2 name | full_name 2/2"]
    );
}
