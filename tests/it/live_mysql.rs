//! A live MySQL or MariaDB for tests: databases, scripts through the server's own client, dumps that can be compared.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use migrator_tui::connect::{self, MySqlAddress, MySqlTarget, Purpose, Target};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{EngineKind, Schema};

pub struct Server {
    target: MySqlTarget,
}

impl Server {
    /// The server that the test command started, or nothing and a word why.
    pub fn first() -> Option<Self> {
        let Ok(url) = std::env::var("MIGRATOR_TEST_MYSQL") else {
            eprintln!("skipped: MIGRATOR_TEST_MYSQL is not set; tests/run starts a server and sets it");
            return None;
        };
        Some(Self::at(&url))
    }

    pub fn at(url: &str) -> Self {
        Self { target: MySqlAddress::parse(url).unwrap().resolve(&|_| None).unwrap() }
    }

    /// A database as a user names it.
    pub fn database(&self, name: &str) -> String {
        format!("mysql://{}@127.0.0.1:{}/{name}", self.target.user, self.target.port)
    }

    /// The server's client, silent but for the cells of its answers.
    pub fn asking(&self, database: &str) -> Command {
        let mut command = self.program(["mariadb", "mysql"]);
        command.args(["--batch", "--raw", "--skip-column-names", "--unbuffered"]).arg(database);
        command
    }

    pub fn target(&self, database: &str) -> Target {
        Target::MySql(Box::new(self.target.with_database(database)))
    }

    /// A program of the server's own, with the way to it.
    fn program(&self, names: [&str; 2]) -> Command {
        let found = |name: &&str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        };
        let name = names.into_iter().find(found).unwrap_or(names[0]);
        let mut command = Command::new(name);
        command.args(["--no-defaults", "--default-character-set=utf8mb4", "--protocol=tcp"]);
        command.arg(format!("--user={}", self.target.user)).arg(format!("--port={}", self.target.port));
        command.arg("--host=127.0.0.1");
        command
    }

    /// Runs a script as a person would: with the client, which stops at the first error.
    pub fn client(&self, database: &str, script: &str) -> Result<String, String> {
        use std::io::Write;
        let mut command = self.program(["mariadb", "mysql"]);
        command.arg("--batch").arg(database);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    pub fn recreate(&self, name: &str) {
        let sql = format!(
            "DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;"
        );
        self.client("mysql", &sql).unwrap();
    }

    pub fn drop(&self, name: &str) {
        self.client("mysql", &format!("DROP DATABASE IF EXISTS `{name}`")).unwrap();
    }

    /// Runs a DDL file as we run it: bodies need no DELIMITER.
    pub async fn load(&self, database: &str, script: &str) -> Result<(), String> {
        let mut connection =
            connect::open(&self.target(database), Purpose::Write).await.map_err(|error| error.to_string())?;
        connection.execute_script(script).await.map_err(|error| error.to_string())
    }

    pub async fn read(&self, database: &str) -> Result<Schema, String> {
        let mut connection =
            connect::open(&self.target(database), Purpose::Read).await.map_err(|error| error.to_string())?;
        let dialect = dialect(EngineKind::MySql).unwrap();
        introspect(dialect, connection.as_mut()).await.map_err(|error| error.to_string())
    }

    pub fn dump(&self, database: &str) -> Result<BTreeMap<String, usize>, String> {
        let options = ["--no-data", "--routines", "--events", "--triggers", "--skip-comments"];
        let quiet = ["--skip-add-drop-table", "--skip-tz-utc"];
        let text = self.dump_text(database, &[options.as_slice(), quiet.as_slice()].concat())?;
        // Before functions and sequences stands the database's own name.
        Ok(statements(&text.replace(&format!("`{database}`."), "")))
    }

    /// What the server's own dump program writes.
    pub fn dump_text(&self, database: &str, options: &[&str]) -> Result<String, String> {
        let mut command = self.program(["mariadb-dump", "mysqldump"]);
        let output = command.args(options).arg(database).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Statements of a dump without the settings of the session that made it. The order of columns, which an ALTER should
/// not touch, and of statements does not count; nor do the character set of the client and the moment at which an event
/// was made.
fn statements(dump: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut block = String::new();
    for line in dump.lines() {
        let settings = line.starts_with("SET ")
            || line.starts_with("DELIMITER ")
            || (line.starts_with("/*!") && line.contains(" SET ") && !line.contains("CREATE"))
            || line.starts_with("/*M!");
        if settings && block.is_empty() || line.trim().is_empty() {
            continue;
        }
        block.push_str(line);
        block.push('\n');
        if line.ends_with(';') && !inside(&block) {
            let mut lines: Vec<String> = block
                .lines()
                .map(|line| without_moment(&without_count(line.trim_end_matches(','))))
                .collect();
            if block.starts_with("CREATE TABLE") {
                lines.sort_unstable();
            }
            *found.entry(lines.join("\n")).or_insert(0) += 1;
            block.clear();
        }
    }
    if !block.trim().is_empty() {
        *found.entry(block).or_insert(0) += 1;
    }
    found
}

/// A body with statements ends with the sign that the dump chose for it.
fn inside(block: &str) -> bool {
    block.starts_with("/*!5000") && block.contains("/*!50003") && !block.trim_end().ends_with(";;")
}

/// Where a table's numbers go on is a matter of its rows.
fn without_count(line: &str) -> String {
    let Some((before, rest)) = line.split_once(" AUTO_INCREMENT=").filter(|_| line.starts_with(") ENGINE="))
    else {
        return line.to_owned();
    };
    format!("{before}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn without_moment(line: &str) -> String {
    // The catalog does not tell whether the usual method was asked for by name.
    let line = line.strip_suffix(" USING BTREE").unwrap_or(line);
    let Some((before, rest)) = line.split_once(" STARTS '") else { return line.to_owned() };
    let Some((_, after)) = rest.split_once('\'') else { return line.to_owned() };
    format!("{before}{after}")
}
