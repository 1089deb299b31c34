//! The project file and the words of the command line, with the messages a person meets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migrator_tui::config::{Guard, Keyring, Origin, Project, Source, Surroundings};
use migrator_tui::connect::{Target, TlsMode};
use migrator_tui::diff::Privileges;
use migrator_tui::model::{EngineKind, Failure};

fn surroundings(folder: &Path) -> Surroundings {
    let variables =
        [("APP_USER", "ada"), ("APP_PASSWORD", "hunter2"), ("APP_URL", "postgres://localhost/app")];
    let variables = variables.map(|(name, value)| (name.to_string(), value.to_string()));
    Surroundings {
        typed: Keyring::default(),
        folder: folder.to_path_buf(),
        variables: BTreeMap::from(variables),
        defaults: None,
        state: None,
        data: None,
    }
}

fn with(text: &str) -> (tempfile::TempDir, Surroundings) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("migrator.toml"), text).unwrap();
    let surroundings = surroundings(folder.path());
    (folder, surroundings)
}

fn words(failure: &Failure) -> String {
    format!("{}\n  {}", failure.what, failure.hint)
}

const WHOLE: &str = r#"
privileges = true

[environments.production]
stage = 3
url = "postgres://db.example.com/shop?connect_timeout=5"
user = "env:APP_USER"
password = "env:APP_PASSWORD"
tls = "verify-full"
ca = "certs/ca.pem"
guard = "typed"
schemas = { include = ["public", "app_*"], exclude = ["app_old"] }

[environments.local]
stage = 1
url = "sqlite:data/local.db"
privileges = false

[environments.staging]
stage = 2
url = "env:APP_URL"
password = "command:printf 'from a command\nsecond line'"

[scratch]
postgres = "postgres://scratch@localhost:5433/postgres"
mysql = "mysql://scratch@localhost:3307"
"#;

#[tokio::test]
async fn a_whole_project() {
    let (folder, surroundings) = with(WHOLE);
    let project = Project::load(None, &surroundings).unwrap();
    assert!(project.problems.is_empty(), "{:?}", project.problems);
    let names: Vec<&str> = project.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["local", "staging", "production"]);
    assert_eq!(project.before("production").map(|before| before.name.as_str()), Some("staging"));
    assert!(project.before("local").is_none());
    let postgres = project.scratch.postgres.as_ref().unwrap().to_string();
    assert_eq!(postgres, "postgres://scratch@localhost:5433/postgres");
    let mysql = project.scratch.mysql.as_ref().unwrap().to_string();
    assert_eq!(mysql, "mysql://scratch@localhost:3307/information_schema", "it needs no database");

    let Source::Environment(place) = project.source("production", &surroundings).await.unwrap() else {
        panic!("an environment")
    };
    assert_eq!(
        (place.origin, place.guard, place.privileges),
        (Origin::Project, Guard::Typed, Privileges::Compare)
    );
    assert!(place.schemas.takes("app_x") && !place.schemas.takes("app_old"));
    let Target::Postgres(target) = &place.target else { panic!("PostgreSQL") };
    assert_eq!(target.to_string(), "postgres://ada@db.example.com:5432/shop");
    assert_eq!(target.password.as_ref().unwrap().expose(), "hunter2");
    assert_eq!(target.tls.mode, TlsMode::VerifyFull);
    assert_eq!(target.tls.ca.as_deref(), Some(folder.path().join("certs/ca.pem").as_path()));
    assert!(!format!("{place:?}").contains("hunter2"));

    let Source::Environment(place) = project.source("staging", &surroundings).await.unwrap() else {
        panic!("an environment")
    };
    let Target::Postgres(target) = &place.target else { panic!("PostgreSQL") };
    assert_eq!(target.password.as_ref().unwrap().expose(), "from a command");
    assert_eq!(target.tls.mode, TlsMode::Prefer, "a local server may speak plainly");

    let Source::Environment(place) = project.source("local", &surroundings).await.unwrap() else {
        panic!("an environment")
    };
    let Target::Sqlite(target) = &place.target else { panic!("SQLite") };
    assert_eq!(target.path, folder.path().join("data/local.db"));
    assert_eq!(place.privileges, Privileges::Ignore);
}

#[test]
fn the_file_is_found_from_below_and_defaults_fill_up() {
    let (folder, mut surroundings) = with("[environments.a]\nurl = \"sqlite:a.db\"\n");
    let below = folder.path().join("deep/er");
    fs::create_dir_all(&below).unwrap();
    let defaults = folder.path().join("defaults");
    fs::create_dir(&defaults).unwrap();
    let text = "[environments.a]\nurl = \"sqlite:other.db\"\n[environments.b]\nurl = \"sqlite:b.db\"\n";
    fs::write(defaults.join("migrator.toml"), text).unwrap();
    surroundings.folder = below;
    surroundings.defaults = Some(defaults);
    let project = Project::load(None, &surroundings).unwrap();
    assert_eq!(project.file, Some(folder.path().join("migrator.toml")));
    let names: Vec<&str> = project.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

/// Each wrong environment with its message; the right one beside it keeps working.
#[test]
fn mistakes_name_file_line_and_key() {
    let cases = [
        (
            "ulr = \"sqlite:a.db\"",
            "migrator.toml:4: environments.x.ulr: unknown key\n  did you mean `url`? known are ca, engine, \
             freeze, guard, journal_schema, password, privileges, replica_lag, replicas, schemas, slot_lag, stage, \
             tls, url, user, windows",
        ),
        (
            "url = \"sqlite:a.db\"\nguard = \"typd\"",
            "migrator.toml:5: environments.x.guard: unknown guard `typd`\n  did you mean `typed`? known are none, \
             confirm, typed, two-person",
        ),
        (
            "url = \"sqlite:a.db\"\nengine = \"sqlte\"",
            "migrator.toml:5: environments.x.engine: unknown engine `sqlte`\n  did you mean `sqlite`? known are \
             postgres, postgresql, sqlite, mysql, mariadb, sqlserver, snowflake",
        ),
        (
            "url = \"sqlite:a.db\"\nengine = \"postgres\"",
            "migrator.toml:5: environments.x.engine: the URL is one of SQLite, not of PostgreSQL\n  leave `engine` \
             out: the URL tells it",
        ),
        (
            "url = \"postgers://u:hunter2@h/d\"",
            "migrator.toml:4: environments.x.url: unknown URL scheme `postgers`\n  did you mean `postgres`? known are \
             postgres, postgresql, mysql, mariadb, sqlite, sqlserver, mssql, snowflake, mcp+https, mcp+http, mcp+stdio",
        ),
        (
            "url = \"sqlserver://root@h/d\"",
            "migrator.toml:4: environments.x.url: SQL Server cannot be worked on by this version yet\n  \
             PostgreSQL, MySQL, MariaDB and SQLite can",
        ),
        (
            "url = \"postgres://a,b/d\"",
            "migrator.toml:4: environments.x.url: the URL names several hosts\n  name the one server to work on: a \
             migration must not choose by itself",
        ),
        (
            "url = \"env:NOT_SET\"",
            "migrator.toml:4: environments.x.url: the environment variable NOT_SET is not set\n  ",
        ),
        (
            "guard = \"none\"",
            "migrator.toml:3: environments.x.url: is missing\n  write the address, such as url = \
             \"postgres://host/database\"",
        ),
        ("url = 5", "migrator.toml:4: environments.x.url: must be a string, not an integer\n  "),
        (
            "url = \"sqlite:a.db\"\nstage = -1",
            "migrator.toml:5: environments.x.stage: must be a whole number from 0\n  ",
        ),
        (
            "url = \"postgres://h/d\"\npassword = \"hunter2\"",
            "migrator.toml:5: environments.x.password: must say where the password is, not what it is\n  write \
             \"env:NAME\", \"file:PATH\" or \"command:…\"",
        ),
        (
            "url = \"postgres://h/d?sslmode=prefer\"\nguard = \"confirm\"",
            "migrator.toml:4: environments.x.url: a guarded environment needs TLS that cannot be talked away\n  use \
             verify-full, verify-ca or require",
        ),
        (
            "url = \"sqlite:a.db\"\nschemas.exclud = [\"a\"]",
            "migrator.toml:5: environments.x.schemas.exclud: unknown key\n  did you mean `exclude`? known are exclude, \
             include",
        ),
        (
            "url = \"postgres://h/d\"\ntls = \"verify-ful\"",
            "migrator.toml:5: environments.x.tls: unknown TLS mode `verify-ful`\n  did you mean `verify-full`? known \
             are disable, prefer, require, verify-ca, verify-full",
        ),
    ];
    for (lines, expected) in cases {
        let (_folder, surroundings) =
            with(&format!("[environments.right]\nurl = \"sqlite:a.db\"\n[environments.x]\n{lines}\n"));
        let project = Project::load(None, &surroundings).unwrap();
        assert!(project.environment("right").is_ok());
        let failure = project.environment("x").err().unwrap_or_else(|| panic!("{lines} must be refused"));
        assert_eq!(words(&failure), expected);
        assert!(!words(&failure).contains("hunter2"));
    }
}

#[test]
fn mistakes_outside_the_environments() {
    let (_folder, surroundings) = with(
        "privleges = true\n[environments.a]\nurl = \"sqlite:a.db\"\n[scratch]\npostgres = \"sqlite:x\"\n",
    );
    let project = Project::load(None, &surroundings).unwrap();
    assert!(project.environment("a").is_ok());
    let problems: Vec<String> = project.problems.iter().map(words).collect();
    assert_eq!(
        problems,
        [
            "migrator.toml:1: privleges: unknown key\n  did you mean `privileges`? known are environments, \
             journal, keep_dropped, privileges, scratch",
            "migrator.toml:5: scratch.postgres: must be the URL of a PostgreSQL server\n  ",
        ]
    );
    let (_folder, surroundings) = with("a = 1\nb = [\n");
    let failure = Project::load(None, &surroundings).err().unwrap();
    assert!(failure.what.starts_with("migrator.toml:"), "{}", failure.what);
    let failure = Project::load(Some(Path::new("none.toml")), &surroundings).err().unwrap();
    assert!(failure.what.starts_with("none.toml cannot be read"), "{}", failure.what);
}

#[tokio::test]
async fn references() {
    let (folder, surroundings) = with("[environments.staging]\nurl = \"sqlite:a.db\"\n");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("ddl/sub")).unwrap();
    fs::create_dir(path("empty")).unwrap();
    for name in ["ddl/V10__b.sql", "ddl/V2__a.SQL", "ddl/notes.txt", "ddl/sub/1.sql", "staging"] {
        fs::write(path(name), "select 1;").unwrap();
    }
    fs::write(path("real.db"), b"SQLite format 3\0 and so on").unwrap();
    let project = Project::load(None, &surroundings).unwrap();

    let Source::Files(files) = project.source("ddl?engine=postgres", &surroundings).await.unwrap() else {
        panic!("files")
    };
    assert_eq!(files.engine, Some(EngineKind::Postgres));
    assert_eq!(files.paths, ["ddl/V2__a.SQL", "ddl/V10__b.sql", "ddl/sub/1.sql"].map(path));
    let Source::Files(files) = project.source("./staging", &surroundings).await.unwrap() else {
        panic!("files")
    };
    assert_eq!((files.paths.len(), files.engine), (1, None));
    let source = project.source("postgresql://me:hunter2@localhost/db", &surroundings).await.unwrap();
    assert_eq!(source.name(), "postgres://me@localhost:5432/db");
    assert!(!format!("{source:?}").contains("hunter2"));
    let source = project.source("sqlite:x/y.db", &surroundings).await.unwrap();
    assert_eq!(source.engine(), Some(EngineKind::Sqlite));

    for (reference, expected) in [
        (
            "stagign",
            "`stagign` is no environment, no URL and no file\n  did you mean the environment `staging`?",
        ),
        (
            "no/such.sql",
            "`no/such.sql` is no environment, no URL and no file\n  name an environment of migrator.toml, a URL, or a \
             DDL file or folder",
        ),
        ("empty", "the folder empty holds no .sql file\n  "),
        ("real.db", "real.db is a SQLite database, not a DDL file\n  write sqlite:real.db"),
        (
            "ddl?engine=postgre",
            "unknown engine `postgre` in ddl?engine=postgre\n  did you mean `postgres`? known are postgres, \
             postgresql, sqlite, mysql, mariadb, sqlserver, snowflake",
        ),
        (
            "snowflake://account/db",
            "Snowflake cannot be worked on by this version yet\n  PostgreSQL, MySQL, MariaDB and SQLite can",
        ),
        (
            "sqlite::memory:",
            "a database in memory is empty and nobody else can see it\n  name a file, or a folder of DDL files",
        ),
    ] {
        let failure = project.source(reference, &surroundings).await.unwrap_err();
        assert_eq!(words(&failure), expected);
    }
    let failure = project.environment("production").err().unwrap();
    assert_eq!(words(&failure), "no environment is called `production`\n  known are staging");
}

#[tokio::test]
async fn credentials_that_cannot_be_had() {
    for (reference, expected) in [
        ("env:NOT_SET", "the environment variable NOT_SET is not set"),
        ("file:none", "cannot be read"),
        ("command:echo hunter2; echo sorry >&2; exit 3", "the command failed (exit status: 3): sorry"),
        ("command:true", "the command gave nothing"),
    ] {
        let (_folder, surroundings) = with(&format!(
            "[environments.x]\nurl = \"postgres://localhost/d\"\npassword = \"{reference}\"\n"
        ));
        let project = Project::load(None, &surroundings).unwrap();
        let failure = project.source("x", &surroundings).await.unwrap_err();
        assert!(failure.what.starts_with("migrator.toml: environments.x.password: "), "{}", failure.what);
        assert!(failure.what.contains(expected), "{}", failure.what);
        assert!(!failure.what.contains("hunter2"), "{}", failure.what);
    }
}
