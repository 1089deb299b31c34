//! Each rule on a live server: `tests/rules/<rule>/bad.sql` gives the finding in `finding.txt`, `good.sql` gives
//! none. Both hold a `-- before` and an `-- after` part, and may begin with `-- rename OLD=NEW`,
//! `-- privileges`, `-- below 18` (major version), `-- engine sqlite` or `-- engine mysql`. A rule that speaks otherwise
//! to MySQL has a second pair in `tests/rules/<rule>/mysql`. `UPDATE=1` writes `finding.txt` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrator_tui::connect::scratch::{Guarded, PostgresScratch, ScratchDatabase, Workshop};
use migrator_tui::connect::{self, Connection, PostgresAddress, Purpose};
use migrator_tui::diff::{DiffOptions, Privileges, diff};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{
    EngineKind, Finding, Ident, ObjectId, ObjectKind, Renaming, Schema, Severity, Sql, Verdict,
};
use migrator_tui::planner::{PlanOptions, plan};
use migrator_tui::safety::{RULES, Subject, compatibility, examine, explain};

use crate::live_mysql;

/// Rules that no plan of ours breaks on these servers, each with the reason.
const WITHOUT_PAIR: &[(&str, &str)] = &[
    ("add-unique-blocking", "the planner builds the index concurrently, or has only the catalog to change"),
    (
        "add-primary-key-blocking",
        "the planner builds the index concurrently, or has only the catalog to change",
    ),
    ("constraint-missing-not-valid", "the planner adds checks NOT VALID wherever the server allows it"),
    ("drop-table-with-fks", "the planner drops foreign keys between tables first, each by itself"),
    ("index-corruption-version", "needs PostgreSQL 14.0 to 14.3"),
    ("replace-index-order", "an index is replaced by a successor that is built before it goes"),
    ("irreversible-step", "the planner has a way back for all it does, lossy where it must be"),
    ("partition-of-locks-parent", "the planner attaches partitions instead"),
    ("require-concurrent-index-creation", "the planner builds concurrently wherever the server allows it"),
    ("set-not-null-scan", "the planner goes by a validated check"),
    ("unbounded-dml", "only a statement that a person wrote does this"),
    ("truncate", "only a statement that a person wrote does this"),
    ("truncate-cascade", "only a statement that a person wrote does this"),
    ("use-of-cascade", "only a statement that a person wrote does this"),
    ("raw-sql-unchecked", "only a statement that a person wrote does this"),
    ("validate-in-same-transaction", "only a statement that a person wrote does this"),
    ("require-concurrent-reindex", "only a statement that a person wrote does this"),
    ("prefer-repack", "only a statement that a person wrote does this"),
    ("backfill-in-ddl-transaction", "only a statement that a person wrote does this"),
    ("backfill-in-one-statement", "only a statement that a person wrote does this"),
    ("drop-database", "only a statement that a person wrote does this"),
    ("mysql-missing-algorithm", "only a statement that a person wrote does this"),
];

struct Case {
    engine: EngineKind,
    /// Only servers of an older major version.
    below: u32,
    privileges: Privileges,
    renames: Vec<(String, String)>,
    before: String,
    after: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (head, rest) =
            text.split_once("-- before\n").unwrap_or_else(|| panic!("{}: no before", path.display()));
        let (before, after) =
            rest.split_once("-- after\n").unwrap_or_else(|| panic!("{}: no after", path.display()));
        let mut case = Self {
            engine: EngineKind::Postgres,
            below: u32::MAX,
            privileges: Privileges::Ignore,
            renames: Vec::new(),
            before: before.to_owned(),
            after: after.to_owned(),
        };
        for line in head.lines().filter_map(|line| line.strip_prefix("-- ")) {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("rename", pair) => {
                    let (old, new) = pair.split_once('=').unwrap();
                    case.renames.push((old.to_owned(), new.to_owned()));
                }
                ("privileges", _) => case.privileges = Privileges::Compare,
                ("below", major) => case.below = major.parse().unwrap(),
                ("engine", "sqlite") => case.engine = EngineKind::Sqlite,
                ("engine", "mysql") => case.engine = EngineKind::MySql,
                _ => panic!("{}: {line}", path.display()),
            }
        }
        case
    }

    fn renamings(&self, current: &Schema) -> Vec<Renaming> {
        self.renames
            .iter()
            .map(|(old, new)| {
                let before = named(current, old).unwrap_or_else(|| panic!("nothing is called {old}"));
                let leaf = Ident::from(new.rsplit('.').next().unwrap());
                let after = match &before.member {
                    Some(_) => before.part(Some(leaf)),
                    None => before.named(before.name.sibling(leaf)),
                };
                Renaming { before, after }
            })
            .collect()
    }
}

/// An object, or a label of an enum, by its name.
fn named(schema: &Schema, name: &str) -> Option<ObjectId> {
    let find = |name: &str, fits: fn(ObjectKind) -> bool| {
        schema.objects.keys().find(|id| bare(id) == name && fits(id.kind)).cloned()
    };
    find(name, renamable).or_else(|| {
        let (holder, label) = name.rsplit_once('.')?;
        let id = find(holder, |kind| kind == ObjectKind::Enum)?;
        Some(id.part(Some(Ident::from(label))))
    })
}

fn renamable(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Table | ObjectKind::Column | ObjectKind::View | ObjectKind::Schema)
}

fn bare(id: &ObjectId) -> String {
    id.to_string().strip_prefix(id.kind.word()).unwrap().trim_start().to_owned()
}

/// The servers, and the schemas that have been read already.
#[derive(Default)]
struct Bench {
    workshops: BTreeMap<EngineKind, Workshop>,
    read: BTreeMap<(EngineKind, String), Schema>,
}

impl Bench {
    /// `None` where no such server is at hand.
    async fn open(&mut self, case: &Case) -> Option<&mut Workshop> {
        if let std::collections::btree_map::Entry::Vacant(free) = self.workshops.entry(case.engine) {
            let workshop = match case.engine {
                EngineKind::Sqlite => Workshop::sqlite(),
                _ => Workshop::postgres(&postgres()).await.ok()?,
            };
            free.insert(workshop);
        }
        self.workshops.get_mut(&case.engine).filter(|workshop| workshop.version().number.0 < case.below)
    }

    async fn schema(&mut self, case: &Case, script: &str) -> Option<Schema> {
        let key = (case.engine, script.to_owned());
        if let Some(schema) = self.read.get(&key) {
            return Some(schema.clone());
        }
        let schema = if case.engine == EngineKind::MySql {
            let (server, name) = mysql_with(script).await?;
            let schema = server.read(&name).await.expect("the schema is read");
            server.drop(&name);
            schema
        } else {
            let workshop = self.open(case).await?;
            let mut database = loaded(workshop, script).await?;
            let dialect = dialect(case.engine).expect("a dialect");
            let schema = introspect(dialect, database.connection.as_mut()).await.expect("the schema is read");
            workshop.discard(database).await.expect("the database is dropped");
            schema
        };
        self.read.insert(key, schema.clone());
        Some(schema)
    }

    /// Each probe must be a question that the database before the plan can answer with one value.
    async fn ask(&mut self, case: &Case, findings: &[Finding]) {
        let probes: Vec<_> = findings.iter().filter_map(|finding| finding.probe.as_ref()).collect();
        if probes.is_empty() {
            return;
        }
        if case.engine == EngineKind::MySql {
            let (server, name) = mysql_with(&case.before).await.unwrap();
            let mut session = connect::open(&server.target(&name), Purpose::Read).await.unwrap();
            answered(session.as_mut(), &probes).await;
            server.drop(&name);
            return;
        }
        let workshop = self.open(case).await.unwrap();
        let mut database = loaded(workshop, &case.before).await.unwrap();
        answered(database.connection.as_mut(), &probes).await;
        workshop.discard(database).await.expect("the database is dropped");
    }

    async fn examine(&mut self, case: &Case) -> Option<(Vec<Finding>, Verdict)> {
        let current = self.schema(case, &case.before).await?;
        let desired = self.schema(case, &case.after).await?;
        let options = DiffOptions { privileges: case.privileges, renames: case.renamings(&current) };
        let changeset = diff(&current, &desired, &options);
        let dialect = dialect(case.engine).unwrap();
        let options = PlanOptions { privileges: case.privileges, ..PlanOptions::default() };
        let plan = plan(dialect, &current, &desired, &changeset, &options)
            .unwrap_or_else(|error| panic!("{error}\n{}", case.after));
        let subject = Subject { plan: &plan, changeset: &changeset, current: &current, desired: &desired };
        if std::env::var_os("SHOW").is_some() {
            for (at, step) in plan.steps.iter().enumerate() {
                println!("{at} {:?} {} -- {:?}", step.action, step.statement.sql, step.effects);
            }
        }
        let findings = examine(&subject);
        Some((findings, compatibility(&subject).verdict))
    }
}

async fn answered(connection: &mut dyn Connection, probes: &[&Sql]) {
    for probe in probes {
        let answer = connection.query(probe).await;
        let rows = answer.unwrap_or_else(|error| panic!("{probe}: {error}"));
        assert_eq!((rows.len(), rows.columns.len()), (1, 1), "{probe}");
        assert!(matches!(rows.cell(0, 0), Some("t" | "f" | "0" | "1")), "{probe}: {rows:?}");
    }
}

/// A database of the server's that holds this. `None` where there is no server.
async fn mysql_with(script: &str) -> Option<(live_mysql::Server, String)> {
    let server = live_mysql::Server::first()?;
    let name = format!("rules_{}", std::process::id());
    server.recreate(&name);
    server.load(&name, script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
    Some((server, name))
}

/// `None` where the server lacks an extension that the script asks for.
async fn loaded(workshop: &mut Workshop, script: &str) -> Option<ScratchDatabase> {
    let mut database = workshop.database().await.expect("a database");
    match database.connection.execute_script(script).await {
        Ok(()) => Some(database),
        Err(error)
            if error.message.starts_with("extension") && error.message.ends_with("is not available") =>
        {
            workshop.discard(database).await.expect("the database is dropped");
            None
        }
        Err(error) => panic!("{error}\n{script}"),
    }
}

fn postgres() -> PostgresScratch {
    let url = std::env::var("MIGRATOR_TEST_PG")
        .ok()
        .filter(|url| !url.is_empty())
        .map(|url| PostgresAddress::parse(&url).unwrap().resolve(&|name| std::env::var(name).ok()).unwrap());
    PostgresScratch { url, host: None, guarded: Guarded::Guarded, major: None }
}

fn shown(findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let step = finding.step.map_or("plan".to_owned(), |step| format!("step {}", step + 1));
        writeln!(text, "{} {}, {step}", finding.severity.word(), finding.rule).unwrap();
        writeln!(text, "  {}\n  {}\n  {}", finding.what, finding.effect, finding.instead).unwrap();
        if let Some(probe) = &finding.probe {
            writeln!(text, "  ? {probe}").unwrap();
        }
    }
    text
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_rule_has_a_pair_or_a_reason() {
    let paired: BTreeSet<String> = cases().into_iter().collect();
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    let excused: BTreeSet<&str> = WITHOUT_PAIR.iter().map(|(rule, _)| *rule).collect();
    let mut wrong = Vec::new();
    for rule in &known {
        if paired.contains(*rule) == excused.contains(rule) {
            wrong.push(format!("{rule}: a pair, or a reason in WITHOUT_PAIR, and not both"));
        }
        assert!(explain(rule).is_some());
    }
    wrong.extend(
        paired
            .iter()
            .filter(|name| !known.contains(name.as_str()))
            .map(|name| format!("{name}: no such rule")),
    );
    wrong.extend(
        excused.iter().filter(|name| !known.contains(*name)).map(|name| format!("{name}: no such rule")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn bad_plans_are_found_and_good_ones_are_not() {
    let update = std::env::var_os("UPDATE").is_some();
    let only = std::env::var("RULE").ok();
    let mut bench = Bench::default();
    let mut wrong = Vec::new();
    let wanted = cases().into_iter().filter(|rule| only.as_ref().is_none_or(|only| only == rule));
    let pairs = wanted.flat_map(|rule| {
        let own = folder().join(&rule);
        let mysql = Some(own.join("mysql")).filter(|more| more.is_dir());
        std::iter::once(own).chain(mysql).map(move |case| (rule.clone(), case))
    });
    for (rule, case) in pairs {
        let (bad, good) = (Case::read(&case.join("bad.sql")), Case::read(&case.join("good.sql")));
        let Some((findings, verdict)) = bench.examine(&bad).await else {
            println!("SKIPPED rules/{rule}: no such server at hand");
            continue;
        };
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == rule).collect();
        bench.ask(&bad, &findings).await;
        let mut text = shown(&own);
        writeln!(text, "application of before keeps running: {}", verdict.word()).unwrap();
        if own.is_empty() {
            let others: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
            wrong.push(format!("{rule}: bad.sql gives no such finding, but {others:?}"));
        } else if update {
            fs::write(case.join("finding.txt"), &text).unwrap();
        } else if fs::read_to_string(case.join("finding.txt")).ok().as_deref() != Some(text.as_str()) {
            wrong.push(format!("{rule}: another finding than finding.txt (UPDATE=1 takes it):\n{text}"));
        }
        let Some((findings, _)) = bench.examine(&good).await else { continue };
        bench.ask(&good, &findings).await;
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == rule).collect();
        if !own.is_empty() {
            wrong.push(format!("{rule}: good.sql gives it too:\n{}", shown(&own)));
        }
    }
    for workshop in bench.workshops.into_values() {
        workshop.close().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn sqlite_plans_are_judged_too() {
    let before = "CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT, amount INTEGER, old TEXT);
        CREATE TABLE gone (a TEXT);
        CREATE INDEX t_amount ON t (amount);";
    let after = "CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT NOT NULL DEFAULT '', amount INTEGER CHECK (amount > 0),
            p INTEGER REFERENCES p (id), kind TEXT NOT NULL);
        CREATE UNIQUE INDEX t_note ON t (note);";
    let case = Case {
        engine: EngineKind::Sqlite,
        below: u32::MAX,
        privileges: Privileges::Ignore,
        renames: Vec::new(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let mut bench = Bench::default();
    let (findings, verdict) = bench.examine(&case).await.unwrap();
    bench.ask(&case, &findings).await;
    let rules: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    let expected = [
        "add-required-column",
        "add-unique-data-dependent",
        "check-violations",
        "drop-column",
        "drop-table",
        "fk-missing-index",
        "index-build-load",
        "index-dropped-performance",
        "new-check-breaks-writers",
        "new-unique-breaks-writers",
        "set-not-null-data-dependent",
        "sqlite-rebuild-required",
    ];
    assert_eq!(rules, BTreeSet::from(expected));
    assert_eq!(verdict, Verdict::No);
}

#[tokio::test]
async fn a_small_table_eases_locks_and_never_losses() {
    let schema = |amount: &str, note: &str| {
        format!("CREATE TABLE t (id bigint PRIMARY KEY, amount {amount}{note});\n")
    };
    let mut bench = Bench::default();
    for (fill, expected) in
        [("", Severity::Error), ("INSERT INTO t SELECT 1, 1, '';\nANALYZE t;", Severity::Warn)]
    {
        let case = Case {
            engine: EngineKind::Postgres,
            below: u32::MAX,
            privileges: Privileges::Ignore,
            renames: Vec::new(),
            before: schema("integer", ", note text") + fill,
            after: schema("bigint", ""),
        };
        let Some((findings, _)) = bench.examine(&case).await else {
            println!("SKIPPED small tables: no server at hand");
            return;
        };
        let severity = |rule: &str| findings.iter().find(|finding| finding.rule == rule).unwrap().severity;
        assert_eq!(severity("change-column-type-rewrite"), expected, "{fill}");
        assert_eq!(severity("drop-column"), Severity::Error, "{fill}");
    }
}
