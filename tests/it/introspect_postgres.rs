//! The zoo, one of every kind of object, read from live PostgreSQL servers. Skipped, and said so, where there
//! is no server.

use std::collections::{BTreeMap, BTreeSet};

use migrator_tui::connect::{self, Cells, Connection, PostgresAddress, Purpose, Rows, Target};
use migrator_tui::engines::{Dialect, dialect, introspect};
use migrator_tui::model::{Body, EngineKind, ObjectId, ObjectKind, Schema, Sql};
use migrator_tui::sql;

use crate::live::Server;

/// Every kind that PostgreSQL has.
const KINDS: &[ObjectKind] = &[
    ObjectKind::Extension,
    ObjectKind::Schema,
    ObjectKind::Language,
    ObjectKind::AccessMethod,
    ObjectKind::Enum,
    ObjectKind::Domain,
    ObjectKind::DomainConstraint,
    ObjectKind::Composite,
    ObjectKind::Type,
    ObjectKind::Collation,
    ObjectKind::Conversion,
    ObjectKind::Cast,
    ObjectKind::Operator,
    ObjectKind::OperatorFamily,
    ObjectKind::OperatorClass,
    ObjectKind::TextSearch,
    ObjectKind::Transform,
    ObjectKind::Sequence,
    ObjectKind::Table,
    ObjectKind::Column,
    ObjectKind::Constraint,
    ObjectKind::Index,
    ObjectKind::SequenceOwner,
    ObjectKind::Partition,
    ObjectKind::IndexPartition,
    ObjectKind::Statistics,
    ObjectKind::View,
    ObjectKind::MaterializedView,
    ObjectKind::Rule,
    ObjectKind::Trigger,
    ObjectKind::Policy,
    ObjectKind::Function,
    ObjectKind::Procedure,
    ObjectKind::Aggregate,
    ObjectKind::EventTrigger,
    ObjectKind::ForeignDataWrapper,
    ObjectKind::Server,
    ObjectKind::UserMapping,
    ObjectKind::Publication,
    ObjectKind::Subscription,
    ObjectKind::DefaultPrivilege,
];

/// Kinds that the server has no comments for: facts about other objects, and what has no name of its own.
const WITHOUT_COMMENT: &[ObjectKind] = &[
    ObjectKind::SequenceOwner,
    ObjectKind::Partition,
    ObjectKind::IndexPartition,
    ObjectKind::UserMapping,
    ObjectKind::DefaultPrivilege,
];

/// What `postgres-unmodelled.sql` makes, as it is named.
const UNMODELLED: &[&str] = &[
    "1 large objects: not compared",
    "cluster mark of materialized view zoo.totals: not compared",
    "comment on function zoo.span(double precision,double precision): not compared",
    "comment on the database: not compared",
    "comment on type zoo.shell: not compared",
    "comment on what is behind column zoo.species.id: not compared",
    "comment on what is behind constraint zoo.animal.animal_pk: not compared",
    "function 1 (integer, numeric) of operator family integer_ops for access method btree: zoo.compare(integer,numeric): added to what came with the server: not compared",
    "function zoo.watch() depends on extension citext: not compared",
    "function zoo_stray(): in a schema of the server: not compared",
    "operator zoo.@>#(zoo.size,zoo.size): declared, not defined",
    "privileges on 2 members of extension citext: not compared",
    "privileges on function pg_ls_dir(text): not compared",
    "privileges on the database: not compared",
    "privileges on what is behind column zoo.species.id: not compared",
    "setting work_mem of the database for role zoo_reader: not compared",
    "setting work_mem of the database: not compared",
    "state of the triggers behind constraint visit_note_visit on zoo.visit_note: not compared",
    "state of trigger visit_touch on zoo.visit_2024: not as on its parent: not compared",
    "storage of column n of materialized view zoo.totals: not compared",
    "tablespace of index zoo.elsewhere_id: not compared",
    "tablespace of index zoo.partly_pkey: not compared",
    "tablespace of table zoo.elsewhere: not compared",
    "type zoo.shell: declared, not defined",
];

const UNMODELLED_SINCE: &[(u32, &str)] = &[
    (14, "detaching of partition zoo.hashed_0: begun and not finished: it counts as attached"),
    (15, "privileges on parameter zoo.volume: those of the whole cluster: not compared"),
    (18, "comment on constraint animal_species_id_not_null on table zoo.animal: not compared"),
];

#[tokio::test]
async fn the_zoo_is_read_whole_on_the_first_server() {
    if let Some(server) = Server::first() {
        visit(server).await;
    }
}

#[tokio::test]
async fn the_zoo_is_read_whole_on_the_second_server() {
    if let Some(server) = Server::second() {
        visit(server).await;
    }
}

mod on_other_servers {
    crate::live::on_other_servers!(super::visit);
}

async fn visit(server: Server) {
    let zoo = Zoo::open(server);
    let mut keeper = zoo.connect("").await;
    let schema = read(keeper.as_mut()).await;

    let found: BTreeSet<ObjectKind> = schema.objects.keys().map(|id| id.kind).collect();
    let missing: Vec<_> = KINDS.iter().filter(|kind| !found.contains(kind)).collect();
    assert!(missing.is_empty(), "not in the zoo: {missing:?}");

    let commented: BTreeSet<ObjectKind> = schema
        .objects
        .values()
        .filter(|object| object.about.comment.is_some())
        .map(|object| object.id.kind)
        .collect();
    let old = zoo.server.major() < 14;
    let heard = |kind: &ObjectKind| commented.contains(kind) || old && *kind == ObjectKind::Subscription;
    let mute: Vec<_> = KINDS.iter().filter(|kind| !heard(kind)).collect();
    assert_eq!(mute, WITHOUT_COMMENT.iter().collect::<Vec<_>>(), "kinds whose comments are not read");

    edges_hold(&schema);
    parts_are_found(&schema);
    texts_are_the_servers(keeper.as_mut(), &schema).await;
    nothing_secret(&schema);

    let again = read(keeper.as_mut()).await;
    assert_eq!(schema.objects, again.objects);
    assert_eq!(schema.depends, again.depends);
    let left = ask(keeper.as_mut(), sql!(EngineKind::Postgres; "SHOW search_path")).await;
    assert_ne!(left.cell(0, 0), Some("\"\""), "the batch leaves the session as it was");

    nothing_in_silence(&zoo, keeper.as_mut()).await;

    let mut guest = zoo.connect("zoo_reader").await;
    let seen = read(guest.as_mut()).await;
    let different: Vec<_> = schema
        .objects
        .iter()
        .filter(|(id, object)| seen.objects.get(*id) != Some(*object))
        .map(|(id, _)| id.to_string())
        .collect();
    assert_eq!(different, ["user mapping far away(PUBLIC)"], "the one thing that a guest may not see");
    let denied: Vec<_> = seen.unmodelled.iter().filter(|thing| &*thing.why == "permission denied").collect();
    assert!(!denied.is_empty(), "and is told so");
}

/// Every part is among the members of what holds it.
fn parts_are_found(schema: &Schema) {
    let parts: Vec<&ObjectId> = schema.objects.keys().filter(|id| id.member.is_some()).collect();
    assert!(parts.iter().all(|part| schema.members(part).any(|found| found.id == **part)));
    let all: BTreeSet<&ObjectId> =
        schema.objects.keys().flat_map(|id| schema.members(id)).map(|found| &found.id).collect();
    assert_eq!(all.len(), parts.len(), "and nothing else is");
}

/// Both ends exist, in order, without doubles, and nothing needs itself, not even by a detour.
fn edges_hold(schema: &Schema) {
    assert!(schema.depends.windows(2).all(|pair| pair[0] < pair[1]));
    let mut needs: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
    for (dependent, needed) in &schema.depends {
        assert!(schema.objects.contains_key(dependent) && schema.objects.contains_key(needed));
        needs.entry(dependent).or_default().push(needed);
    }
    let mut open: BTreeSet<&ObjectId> = schema.objects.keys().collect();
    loop {
        let free: Vec<&ObjectId> = open
            .iter()
            .copied()
            .filter(|id| needs.get(id).is_none_or(|list| list.iter().all(|needed| !open.contains(needed))))
            .collect();
        if free.is_empty() {
            break;
        }
        for id in free {
            open.remove(id);
        }
    }
    assert!(open.is_empty(), "needed by what they need: {open:#?}");
}

/// What is put together from names is what the server itself would print.
async fn texts_are_the_servers(connection: &mut dyn Connection, schema: &Schema) {
    let printed = |rows: Rows| -> BTreeMap<(String, String), String> {
        let cell = |row: Cells<'_>, at: usize| row.get(at).unwrap_or("").to_owned();
        rows.iter().map(|row| ((cell(row, 0), cell(row, 1)), cell(row, 2))).collect()
    };
    let pg = EngineKind::Postgres;
    let indexes = printed(
        ask(
            connection,
            sql!(pg; "SELECT n.nspname, c.relname, pg_get_indexdef(c.oid) FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('i', 'I') AND n.nspname IN ('zoo', 'Odd Schema')"),
        )
        .await,
    );
    let keys = printed(
        ask(
            connection,
            sql!(pg; "SELECT n.nspname || '.' || c.relname, k.conname, pg_get_constraintdef(k.oid)
                FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace"),
        )
        .await,
    );
    for (id, object) in &schema.objects {
        match &object.body {
            Body::Index(index) => {
                let schema = id.name.schema.as_ref().unwrap().to_string();
                let whole = &indexes[&(schema, id.name.name.to_string())];
                assert!(whole.ends_with(&format!(" {}", index.tail)), "{whole} and {}", index.tail);
            }
            Body::Constraint(constraint) if id.kind == ObjectKind::Constraint => {
                let whole = &keys[&(id.name.to_string(), id.leaf().to_string())];
                let whole = whole.strip_suffix(" NOT VALID").unwrap_or(whole);
                assert_eq!(whole, constraint.definition.as_str());
            }
            _ => {}
        }
    }
}

fn nothing_secret(schema: &Schema) {
    for object in schema.objects.values() {
        let text = format!("{object:?}");
        assert!(!text.contains("do not tell") && !text.contains("hidden"), "{text}");
    }
}

/// What is there and has no object is named.
async fn nothing_in_silence(zoo: &Zoo, connection: &mut dyn Connection) {
    let names = |schema: Schema| -> BTreeSet<String> {
        schema.unmodelled.iter().map(|thing| format!("{}: {}", thing.what, thing.why)).collect()
    };
    let before = names(read(connection).await);
    let twice = "own declaration of column zoo.child.note, which is inherited too: not compared";
    assert!(before.contains(twice), "{before:?}");
    zoo.server.load(&zoo.name, "tests/zoo/postgres-unmodelled.sql");
    let added: Vec<String> = names(read(connection).await).difference(&before).cloned().collect();
    let major = zoo.server.major();
    let mut expected: Vec<&str> = UNMODELLED.to_vec();
    for (since, more) in UNMODELLED_SINCE {
        if major >= *since {
            expected.push(more);
        }
    }
    expected.sort_unstable();
    assert_eq!(added, expected);
}

async fn read(connection: &mut dyn Connection) -> Schema {
    let dialect: &dyn Dialect = dialect(EngineKind::Postgres).unwrap();
    introspect(dialect, connection).await.unwrap()
}

async fn ask(connection: &mut dyn Connection, sql: Sql) -> Rows {
    connection.query(&sql).await.unwrap()
}

/// A database with the zoo in it.
struct Zoo {
    server: Server,
    name: String,
}

impl Zoo {
    fn open(server: Server) -> Self {
        let zoo = Self { server, name: format!("zoo_{}", std::process::id()) };
        zoo.server.recreate(&zoo.name, "template0");
        zoo.server.open_zoo(&zoo.name);
        zoo.server.load(&zoo.name, "tests/zoo/postgres-end.sql");
        zoo
    }

    async fn connect(&self, role: &str) -> Box<dyn Connection> {
        let url = self.server.database(&self.name);
        let url = match url.split_once('@') {
            Some((_, host)) if !role.is_empty() => format!("postgres://{role}@{host}"),
            _ => url,
        };
        let target = PostgresAddress::parse(&url).unwrap().resolve(&|_| None).unwrap();
        connect::open(&Target::Postgres(Box::new(target)), Purpose::Read).await.unwrap()
    }
}

impl Drop for Zoo {
    /// A subscription keeps its database; it has to go first.
    fn drop(&mut self) {
        drop(self.server.psql(&self.name, &["-c", "DROP SUBSCRIPTION IF EXISTS zoo_sub"]));
        // The one thing that outlives the database and is seen from every other one.
        drop(self.server.psql("postgres", &["-c", "REVOKE SET ON PARAMETER zoo.volume FROM zoo_reader"]));
        let all = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        drop(self.server.psql("postgres", &["-c", &all]));
    }
}
