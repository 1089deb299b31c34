//! The zoo, one of every kind of object, read from live PostgreSQL servers. Skipped, and said so, where there
//! is no server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use migrator_tui::connect::{self, Connection, PostgresAddress, Purpose, Rows, Target};
use migrator_tui::engines::{Dialect, dialect, introspect};
use migrator_tui::model::{Body, EngineKind, ObjectId, ObjectKind, Schema, Sql};
use migrator_tui::sql;

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

#[tokio::test]
async fn the_zoo_is_read_whole_on_the_first_server() {
    visit("MIGRATOR_TEST_PG").await;
}

#[tokio::test]
async fn the_zoo_is_read_whole_on_the_second_server() {
    visit("MIGRATOR_TEST_PG18").await;
}

async fn visit(variable: &str) {
    let Ok(url) = std::env::var(variable) else {
        eprintln!("skipped: {variable} is not set; tests/run starts a server and sets it");
        return;
    };
    let zoo = Zoo::open(&url);
    let mut keeper = zoo.connect("").await;
    let schema = read(keeper.as_mut()).await;

    let found: BTreeSet<ObjectKind> = schema.objects.keys().map(|id| id.kind).collect();
    let missing: Vec<_> = KINDS.iter().filter(|kind| !found.contains(kind)).collect();
    assert!(missing.is_empty(), "not in the zoo: {missing:?}");

    edges_hold(&schema);
    texts_are_the_servers(keeper.as_mut(), &schema).await;
    nothing_secret(&schema);

    let again = read(keeper.as_mut()).await;
    assert_eq!(schema.objects, again.objects);
    assert_eq!(schema.depends, again.depends);
    let left = ask(keeper.as_mut(), sql!(EngineKind::Postgres; "SHOW search_path")).await;
    assert_ne!(left.rows[0][0].as_deref(), Some("\"\""), "the batch leaves the session as it was");

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
        let cell = |row: &[Option<Box<str>>], at: usize| row[at].as_deref().unwrap_or("").to_owned();
        rows.rows.iter().map(|row| ((cell(row, 0), cell(row, 1)), cell(row, 2))).collect()
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

async fn read(connection: &mut dyn Connection) -> Schema {
    let dialect: &dyn Dialect = dialect(EngineKind::Postgres).unwrap();
    introspect(dialect, connection).await.unwrap()
}

async fn ask(connection: &mut dyn Connection, sql: Sql) -> Rows {
    connection.query(&sql).await.unwrap()
}

/// A database with the zoo in it, as far as the server knows such animals.
struct Zoo {
    base: String,
    name: String,
}

impl Zoo {
    fn open(url: &str) -> Self {
        let (base, _) = url.rsplit_once('/').unwrap();
        let zoo = Self { base: base.to_owned(), name: format!("zoo_{}", std::process::id()) };
        zoo.psql("postgres", &["-c", &format!("CREATE DATABASE {} TEMPLATE template0", zoo.name)]);
        let version: u32 = zoo.psql("postgres", &["-c", "SHOW server_version_num"]).trim().parse().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoo");
        for (file, since) in
            [("postgres.sql", 0), ("postgres-15.sql", 15), ("postgres-18.sql", 18), ("postgres-end.sql", 0)]
        {
            if version / 10_000 >= since {
                zoo.psql(&zoo.name, &["-f", folder.join(file).to_str().unwrap()]);
            }
        }
        zoo
    }

    async fn connect(&self, role: &str) -> Box<dyn Connection> {
        let base = match self.base.split_once('@') {
            Some((_, host)) if !role.is_empty() => format!("postgres://{role}@{host}"),
            _ => self.base.clone(),
        };
        let address = PostgresAddress::parse(&format!("{base}/{}", self.name)).unwrap();
        let target = address.resolve(&|_| None).unwrap();
        connect::open(&Target::Postgres(Box::new(target)), Purpose::Read).await.unwrap()
    }

    fn psql(&self, database: &str, arguments: &[&str]) -> String {
        let output = Command::new("psql")
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &format!("{}/{database}", self.base),
            ])
            .args(arguments)
            .env("PGOPTIONS", "-c client_min_messages=error")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Zoo {
    /// A subscription keeps its database; it has to go first.
    fn drop(&mut self) {
        let at = |database: &str, command: &str| {
            let _ = Command::new("psql")
                .args(["-X", "-q", "-d", &format!("{}/{database}", self.base), "-c", command])
                .output();
        };
        at(&self.name, "DROP SUBSCRIPTION IF EXISTS zoo_sub");
        at("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}
