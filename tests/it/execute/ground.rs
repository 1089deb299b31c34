//! A database to run a plan on, in three kinds, and the ways to look at it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::cli::{Answer, Desk};
use crate::live::Server;
use crate::live_mysql;

pub use super::shop::*;

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What is left of a schema in the server's own words.
pub type Dump = BTreeMap<String, usize>;

pub enum Kind {
    Postgres(Server),
    MariaDb(live_mysql::Server),
    Sqlite,
}

/// Two schemas, the plan between them, and databases that stand at the first one.
pub struct Ground {
    pub desk: Desk,
    kind: Kind,
    /// What all databases of this ground begin with.
    tag: String,
    pub before: Dump,
    pub after: Dump,
    pub rows: Vec<String>,
    /// What makes a database as the plan expects it.
    script: String,
    /// How often each database was made anew: MariaDB tells databases apart by nothing but their names.
    times: Mutex<BTreeMap<String, usize>>,
    has_shop: bool,
}

impl Ground {
    /// `None`, with a word why, where there is no server.
    pub fn postgres(before: &str, after: &str) -> Option<Self> {
        Some(Self::new(Kind::Postgres(Server::first()?), before, after))
    }

    pub fn on(server: Server, before: &str, after: &str) -> Self {
        Self::new(Kind::Postgres(server), before, after)
    }

    /// `None`, with a word why, where there is no server.
    pub fn mariadb(before: &str, after: &str) -> Option<Self> {
        Some(Self::on_mariadb(live_mysql::Server::first()?, before, after))
    }

    /// Nothing proves a plan there.
    pub fn on_mariadb(server: live_mysql::Server, before: &str, after: &str) -> Self {
        let (ground, made) = Self::made(Kind::MariaDb(server), before, after, &["--no-rehearse"]);
        assert!([0, 4].contains(&made.code), "{}{}", made.out, made.err);
        ground
    }

    pub fn sqlite(before: &str, after: &str) -> Self {
        Self::new(Kind::Sqlite, before, after)
    }

    /// With a plan that keeps what it drops: on that server, or on SQLite.
    pub fn keeping(server: Option<Server>, before: &str, after: &str) -> Self {
        let kind = server.map_or(Kind::Sqlite, Kind::Postgres);
        let (ground, made) = Self::made(kind, before, after, &["--keep-dropped"]);
        assert!([0, 4].contains(&made.code), "{}{}", made.out, made.err);
        assert!(made.out.contains("proven"), "{}", made.out);
        ground
    }

    fn new(kind: Kind, before: &str, after: &str) -> Self {
        let (ground, made) = Self::made(kind, before, after, &[]);
        assert!([0, 4].contains(&made.code), "{}{}", made.out, made.err);
        assert!(made.out.contains("proven"), "{}", made.out);
        ground
    }

    /// Any two schemas, and a plan that was not rehearsed: on that server, or on SQLite.
    pub fn planned(
        server: Option<Server>,
        before: &str,
        after: &str,
        words: &[String],
    ) -> Result<Self, String> {
        let words: Vec<&str> =
            ["--no-rehearse"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let (ground, made) = Self::made(server.map_or(Kind::Sqlite, Kind::Postgres), before, after, &words);
        if [0, 4].contains(&made.code) { Ok(ground) } else { Err(format!("plan: {}{}", made.out, made.err)) }
    }

    /// The same on MariaDB.
    pub fn planned_on_mariadb(
        server: live_mysql::Server,
        before: &str,
        after: &str,
        words: &[String],
    ) -> Result<Self, String> {
        let words: Vec<&str> =
            ["--no-rehearse"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let (ground, made) = Self::made(Kind::MariaDb(server), before, after, &words);
        if [0, 4].contains(&made.code) { Ok(ground) } else { Err(format!("plan: {}{}", made.out, made.err)) }
    }

    /// With a plan that was proven, beside the databases that it is for.
    pub fn proven_on_mariadb(before: &str, after: &str) -> Option<Self> {
        let server = live_mysql::Server::first()?;
        let (ground, made) = Self::made(Kind::MariaDb(server), before, after, &[]);
        assert!([0, 4].contains(&made.code), "{}{}", made.out, made.err);
        assert!(made.out.contains("proven"), "{}", made.out);
        Some(ground)
    }

    fn made(kind: Kind, before: &str, after: &str, words: &[&str]) -> (Self, Answer) {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let tag = format!("execute_{}_{number}", std::process::id());
        let desk = Desk::new();
        let mut ground = Self {
            desk,
            kind,
            tag,
            before: Dump::new(),
            after: Dump::new(),
            rows: Vec::new(),
            script: before.to_owned(),
            times: Mutex::default(),
            has_shop: before.contains("INTO customers") && before.contains("email"),
        };
        for (name, script) in [("before", before), ("after", after)] {
            match &ground.kind {
                Kind::Postgres(server) => {
                    let database = ground.name(name);
                    server.recreate(&database, "template0");
                    let file = ground.desk.file(&format!("{name}.sql"), script);
                    server.psql(&database, &["-f", file.to_str().unwrap()]).unwrap();
                }
                Kind::MariaDb(server) => {
                    let database = ground.name(name);
                    server.recreate(&database);
                    loaded(server, &database, script);
                }
                Kind::Sqlite => drop(ground.desk.database(&format!("{}.db", ground.name(name)), script)),
            }
        }
        ground.before = ground.dump("before");
        ground.after = ground.dump("after");
        ground.rows = ground.kept("before");
        let (current, desired) = (ground.url("before"), ground.url("after"));
        let mut all = vec!["plan", "--current", &current, "--desired", &desired, "--out", "plan"];
        all.extend(["--name", "trial", "--allow-destructive"]);
        all.extend(words);
        // Nobody of those who are asked for their yes.
        let mut command = ground.desk.command(&all);
        if let Some(server) = ground.maria() {
            command.env("MIGRATOR_SCRATCH_MYSQL", server.database("mysql"));
        }
        let made = command.env("MIGRATOR_ACTOR", "planner").output().unwrap();
        (ground, Answer::of(made))
    }

    fn name(&self, database: &str) -> String {
        let times = self.times.lock().unwrap().get(database).copied().unwrap_or(0);
        match times {
            0 => format!("{}_{database}", self.tag),
            times => format!("{}_{database}_{times}", self.tag),
        }
    }

    /// Another database of that name, for the project too.
    fn renewed(&self, server: &live_mysql::Server, database: &str) {
        let old = self.name(database);
        server.drop(&old);
        *self.times.lock().unwrap().entry(database.to_owned()).or_insert(0) += 1;
        let project = self.desk.path("migrator.toml");
        if let Ok(text) = std::fs::read_to_string(&project) {
            std::fs::write(
                project,
                text.replace(&format!("/{old}\""), &format!("/{}\"", self.name(database))),
            )
            .unwrap();
        }
    }

    pub fn server(&self) -> Option<&Server> {
        match &self.kind {
            Kind::Postgres(server) => Some(server),
            Kind::MariaDb(_) | Kind::Sqlite => None,
        }
    }

    pub fn maria(&self) -> Option<&live_mysql::Server> {
        match &self.kind {
            Kind::MariaDb(server) => Some(server),
            Kind::Postgres(_) | Kind::Sqlite => None,
        }
    }

    pub fn database(&self, name: &str) -> String {
        self.name(name)
    }

    pub fn url(&self, database: &str) -> String {
        match &self.kind {
            Kind::Postgres(server) => server.database(&self.name(database)),
            Kind::MariaDb(server) => server.database(&self.name(database)),
            Kind::Sqlite => format!("sqlite:{}.db", self.name(database)),
        }
    }

    pub fn file(&self, database: &str) -> PathBuf {
        self.desk.path(&format!("{}.db", self.name(database)))
    }

    /// A database as the plan expects it. Gives its REF.
    pub fn fresh(&self, database: &str) -> String {
        match &self.kind {
            Kind::Postgres(server) => server.recreate(&self.name(database), &self.name("before")),
            Kind::MariaDb(server) => {
                self.renewed(server, database);
                server.recreate(&self.name(database));
                loaded(server, &self.name(database), &self.script);
            }
            Kind::Sqlite => {
                for end in ["", "-journal", "-wal", "-shm", "-migrator-lock"] {
                    let path = self.desk.path(&format!("{}.db{end}", self.name(database)));
                    if path.exists() {
                        std::fs::remove_file(path).unwrap();
                    }
                }
                std::fs::copy(self.file("before"), self.file(database)).unwrap();
            }
        }
        self.url(database)
    }

    /// The schema by the server's own words, ours left out.
    pub fn dump(&self, database: &str) -> Dump {
        match &self.kind {
            Kind::Postgres(server) => {
                let mut dump = server.dump(&self.name(database)).unwrap();
                dump.retain(|statement, _| !statement.contains("migrator"));
                dump
            }
            Kind::MariaDb(server) => {
                let mut dump = server.dump(&self.name(database)).unwrap();
                dump.retain(|statement, _| !statement.contains("migrator"));
                dump
            }
            Kind::Sqlite => self
                .ask(
                    database,
                    "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'migrator%'",
                )
                .into_iter()
                .map(|statement| {
                    (statement.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', ""), 1)
                })
                .collect(),
        }
    }

    /// The rows of what both schemas have.
    pub fn kept(&self, database: &str) -> Vec<String> {
        if !self.has_shop {
            return Vec::new();
        }
        let line = |columns: [&str; 3]| match &self.kind {
            Kind::MariaDb(_) => format!("CONCAT_WS(' ', {})", columns.join(", ")),
            Kind::Postgres(_) | Kind::Sqlite => columns.join(" || ' ' || "),
        };
        let all = |columns, table| format!("SELECT {} FROM {table} ORDER BY id", line(columns));
        let mut rows = self.ask(database, &all(["id", "name", "email"], "customers"));
        rows.extend(self.ask(database, &all(["id", "customer_id", "note"], "orders")));
        rows
    }

    /// The first column of the answer.
    pub fn ask(&self, database: &str, sql: &str) -> Vec<String> {
        match &self.kind {
            Kind::Postgres(server) => {
                let text = server.psql(&self.name(database), &["-c", sql]).unwrap();
                text.lines().map(str::to_owned).collect()
            }
            Kind::MariaDb(server) => {
                let answer = server.asking(&self.name(database)).args(["-e", sql]).output().unwrap();
                assert!(answer.status.success(), "{sql}: {}", String::from_utf8_lossy(&answer.stderr));
                let text = String::from_utf8_lossy(&answer.stdout).into_owned();
                text.lines().map(|line| line.split('\t').next().unwrap_or("").to_owned()).collect()
            }
            Kind::Sqlite => {
                use migrator_tui::connect::Connection;
                use migrator_tui::connect::sqlite::{Access, open};
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut connection = open(Some(&self.file(database)), Access::ReadOnly).await.unwrap();
                    let sql = migrator_tui::sqltext::SqlBuilder::new(migrator_tui::model::EngineKind::Sqlite)
                        .piece(&migrator_tui::model::Definition::from_catalog(sql))
                        .done();
                    let rows = connection.query(&sql).await.unwrap();
                    // Whoever leaves late takes the companions of the next file of this name along.
                    connection.close().await.unwrap();
                    rows.iter().map(|row| row.get(0).unwrap_or("").to_owned()).collect()
                })
            }
        }
    }

    /// Somebody else changes something.
    pub fn change(&self, database: &str, sql: &str) {
        match &self.kind {
            Kind::Postgres(server) => drop(server.psql(&self.name(database), &["-c", sql]).unwrap()),
            Kind::MariaDb(server) => drop(server.client(&self.name(database), sql).unwrap()),
            Kind::Sqlite => {
                use migrator_tui::connect::Connection;
                use migrator_tui::connect::sqlite::{Access, open};
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut connection = open(Some(&self.file(database)), Access::ReadWrite).await.unwrap();
                    connection.execute_script(sql).await.unwrap();
                    connection.close().await.unwrap();
                });
            }
        }
    }

    /// The rules that the plan's findings have to be answered for.
    pub fn rules(&self) -> Vec<String> {
        let lint = self.desk.run(&["lint", "plan", "--format", "json"]).json();
        let mut rules: Vec<String> = lint["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "error" && finding["acknowledged"].is_null())
            .map(|finding| finding["rule"].as_str().unwrap().to_owned())
            .collect();
        rules.sort();
        rules.dedup();
        rules
    }

    /// The same as arguments.
    pub fn acknowledged(&self) -> Vec<String> {
        self.rules().into_iter().flat_map(|rule| ["--acknowledge".to_owned(), rule]).collect()
    }

    pub fn run(&self, database: &str) -> Command {
        let mut arguments = vec!["run".to_owned(), "plan".into(), "--on".into(), self.url(database)];
        arguments.extend(self.acknowledged());
        self.desk.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn resume(&self, database: &str) -> Answer {
        self.desk.run(&["resume", "--on", &self.url(database)])
    }

    pub fn roll_back(&self, database: &str) -> Answer {
        self.desk.run(&["rollback", "plan", "--on", &self.url(database), "--allow-destructive"])
    }

    /// A session that does something and does not end its transaction, until it is dropped.
    pub fn holder(&self, database: &str, sql: &str) -> Holder {
        let mut client = match &self.kind {
            Kind::Postgres(server) => {
                let mut client = Command::new(server.client());
                client.args(["-X", "-q", "-A", "-t", "-d", &server.database(&self.name(database))]);
                client
            }
            Kind::MariaDb(server) => server.asking(&self.name(database)),
            Kind::Sqlite => panic!("a file has no sessions"),
        };
        let mut child =
            client.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        use std::io::{BufRead, BufReader, Write};
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "BEGIN; {sql}; SELECT 'held';").unwrap();
        let mut line = String::new();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        while !line.contains("held") {
            line.clear();
            assert!(answers.read_line(&mut line).unwrap() > 0, "the client ended: {sql}");
        }
        Holder { child, _input: input }
    }

    /// The database is where the plan leads, by the server's words, with all rows.
    pub fn is_after(&self, database: &str) -> Result<(), String> {
        self.is_like(database, &self.after)
    }

    pub fn is_before(&self, database: &str) -> Result<(), String> {
        self.is_like(database, &self.before)
    }

    fn is_like(&self, database: &str, wanted: &Dump) -> Result<(), String> {
        let found = self.dump(database);
        if &found != wanted {
            let list = |a: &Dump, b: &Dump| {
                a.keys().filter(|key| a.get(*key) != b.get(*key)).cloned().collect::<Vec<_>>().join("\n  ")
            };
            return Err(format!("missing:\n  {}\nextra:\n  {}", list(wanted, &found), list(&found, wanted)));
        }
        let rows = self.kept(database);
        if rows != self.rows {
            Err(format!("{} rows of {} are left", rows.len(), self.rows.len()))
        } else {
            Ok(())
        }
    }
}

/// Runs a script as files are run here: bodies need no DELIMITER.
fn loaded(server: &live_mysql::Server, database: &str, script: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(server.load(database, script)).unwrap();
}

impl Drop for Ground {
    fn drop(&mut self) {
        match &self.kind {
            Kind::Postgres(server) => {
                let found = server.psql(
                    "postgres",
                    &["-c", &format!("SELECT datname FROM pg_database WHERE datname LIKE '{}%'", self.tag)],
                );
                found.unwrap_or_default().lines().for_each(|name| server.drop(name));
            }
            Kind::MariaDb(server) => {
                // A server that a test has killed keeps nothing.
                let asked = format!("SHOW DATABASES LIKE '{}%'", self.tag.replace('_', "\\_"));
                let found = server.asking("mysql").args(["-e", &asked]).output().unwrap();
                String::from_utf8_lossy(&found.stdout).lines().for_each(|name| server.drop(name));
            }
            Kind::Sqlite => {}
        }
    }
}

/// How a victim ended.
pub enum End {
    /// Killed where it was meant to be.
    Killed,
    /// It never came there.
    Finished(Answer),
}

/// Runs the command until it reaches its fault point, and kills it there.
pub fn killed_at(mut command: Command, point: &str, count: usize, reached: &std::path::Path) -> End {
    let _ = std::fs::remove_file(reached);
    command.env("MIGRATOR_FAULT", format!("{point}:{count}")).env("MIGRATOR_FAULT_REACHED", reached);
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        if reached.exists() {
            kill(&mut child);
            return End::Killed;
        }
        if child.try_wait().unwrap().is_some() {
            return End::Finished(Answer::of(child.wait_with_output().unwrap()));
        }
        assert!(Instant::now() < until, "neither at {point}:{count} nor at its end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// SIGKILL, and the body taken away.
pub fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A session with an open transaction.
pub struct Holder {
    child: Child,
    _input: std::process::ChildStdin,
}

impl Drop for Holder {
    fn drop(&mut self) {
        kill(&mut self.child);
    }
}
