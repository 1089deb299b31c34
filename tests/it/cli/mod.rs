//! The command line, driven as a person or a script drives it: the real binary, on SQLite databases of its own.

mod bad_input;
mod interrupt;
mod mysql;
mod plans;
mod postgres;
mod results;
mod settings;
mod tls;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use migrator_tui::connect::Connection;
use migrator_tui::connect::sqlite::{Access, open};

/// A folder with databases and files, and its own temporary folder to see what is left behind.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// What the binary answered.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["tmp", "home"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Makes a database and runs the script in it. Gives its REF.
    pub fn database(&self, name: &str, script: &str) -> String {
        let path = self.path(name);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = open(Some(&path), Access::Create).await.unwrap();
            connection.execute_script(script).await.unwrap();
            connection.close().await.unwrap();
        });
        format!("sqlite:{name}")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrator-tui"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HOME", self.path("home"))
            .env("XDG_CONFIG_HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("TMPDIR", self.path("tmp"))
            .env_remove("PGPASSWORD")
            .env_remove("PGHOST")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end and checks what holds for every run.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        let answer = Answer::of(self.command(arguments).output().unwrap());
        for text in [&answer.out, &answer.err] {
            let strange = text.chars().find(|c| *c != '\n' && (c.is_control() || *c == '\u{202e}'));
            assert_eq!(strange, None, "a character for no terminal in:\n{text}");
        }
        let left: Vec<_> = std::fs::read_dir(self.path("tmp")).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        answer
    }

    /// `run`, and the exit status must be this one.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.code, code, "{arguments:?}\n{}\n{}", answer.out, answer.err);
        answer
    }

    /// Runs a script with SQLite's own client; `false` where there is none on this machine.
    pub fn with_own_client(&self, database: &str, script: &Path) -> bool {
        let Ok(input) = std::fs::File::open(script) else { panic!("no script {}", script.display()) };
        let output = match Command::new("sqlite3").arg(self.path(database)).stdin(input).output() {
            Ok(output) => output,
            Err(_) => {
                eprintln!("skipped: there is no sqlite3 program");
                return false;
            }
        };
        let answer = Answer::of(output);
        assert!(answer.code == 0 && answer.err.is_empty(), "{}{}", answer.out, answer.err);
        true
    }
}

impl Answer {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output as JSON, and nothing else.
    pub fn json(&self) -> serde_json::Value {
        let value: serde_json::Value = serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!("no JSON ({error}):\n{}\n{}", self.out, self.err);
        });
        assert_eq!(value["version"], 1);
        value
    }
}

pub const BEFORE: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, fax TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id));
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE VIEW names AS SELECT name FROM customers;
    INSERT INTO customers VALUES (1, 'Ada', '1'), (2, 'Bob', NULL);
    INSERT INTO orders VALUES (1, 1), (2, 2);";

pub const AFTER: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
        status TEXT NOT NULL DEFAULT 'pending');
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE VIEW names AS SELECT name FROM customers;
    CREATE TABLE returns (id INTEGER PRIMARY KEY, reason TEXT);";
