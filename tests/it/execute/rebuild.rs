//! C7: the process is killed at each statement of a plan that builds SQLite tables anew, under both kinds of journal
//! files, beside users who have foreign keys on and users who have not. The database is as before or as after, whole
//! by SQLite's own checks, with every row, and its users can read and write at once.

use migrator_tui::connect::Connection;
use migrator_tui::connect::sqlite::{Access, SqliteConnection, open};
use migrator_tui::model::{Definition, EngineKind};
use migrator_tui::sqltext::SqlBuilder;

use crate::ids::{self, Trial};

use super::ground::{End, Ground, killed_at};

/// A parent whose removal would take its children along, if a user's foreign keys could see it go.
const BEFORE: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT,
        customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE, note TEXT);
    CREATE TABLE log (at INTEGER, what TEXT);
    CREATE INDEX orders_note ON orders (note);
    CREATE VIEW names AS SELECT name FROM customers;
    CREATE TRIGGER gone AFTER DELETE ON orders BEGIN INSERT INTO log VALUES (old.id, 'gone'); END;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        INSERT INTO customers SELECT i, 'name ' || i, i || '@example.com' FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO orders SELECT i, 1 + i % 50, 'note ' || i FROM n;";
const AFTER: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (name <> ''), email TEXT NOT NULL UNIQUE);
    CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT,
        customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT, note TEXT NOT NULL DEFAULT '');
    CREATE TABLE log (at INTEGER, what TEXT);
    CREATE INDEX orders_note ON orders (note);
    CREATE VIEW names AS SELECT name, email FROM customers;
    CREATE TRIGGER gone AFTER DELETE ON orders BEGIN INSERT INTO log VALUES (old.id, 'gone'); END;";

const JOURNALS: [&str; 2] = ["delete", "wal"];
const KEYS: [&str; 2] = ["ON", "OFF"];

/// A user of the database.
struct User {
    runtime: tokio::runtime::Runtime,
    /// `None` once it is closed.
    connection: Option<SqliteConnection>,
}

/// Closed for good, and not in a while: the last one to leave a database removes its companions by their names, which
/// by then may be those of the next database.
impl Drop for User {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection.close()).unwrap();
        }
    }
}

impl User {
    fn of(ground: &Ground, keys: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(open(Some(&ground.file("victim")), Access::ReadWrite)).unwrap();
        let mut user = Self { runtime, connection: Some(connection) };
        user.ask(&format!("PRAGMA foreign_keys = {keys}")).unwrap();
        user
    }

    /// Each row in one line.
    fn ask(&mut self, sql: &str) -> Result<Vec<String>, String> {
        let sql = SqlBuilder::new(EngineKind::Sqlite).piece(&Definition::from_catalog(sql)).done();
        let connection = self.connection.as_mut().unwrap();
        let rows = self.runtime.block_on(connection.query(&sql)).map_err(|error| error.to_string())?;
        let line = |row: migrator_tui::connect::Cells<'_>| {
            row.iter().map(|cell| cell.unwrap_or("NULL")).collect::<Vec<_>>().join(" ")
        };
        Ok(rows.iter().map(line).collect())
    }

    fn is_well(&mut self) -> Result<(), String> {
        let wanted = |what: &str, found: Vec<String>, wanted: &[&str]| {
            if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}")) }
        };
        wanted("integrity", self.ask("PRAGMA integrity_check")?, &["ok"])?;
        wanted("foreign keys", self.ask("PRAGMA foreign_key_check")?, &[])?;
        wanted("rows", self.ask("SELECT count(*) FROM customers")?, &["50"])?;
        wanted("rows", self.ask("SELECT count(*), sum(customer_id) FROM orders")?, &["200 5100"])?;
        wanted("deleted rows", self.ask("SELECT * FROM log")?, &[])?;
        // Whoever inserts without a number must not meet one that was used.
        wanted("sequence", self.ask("SELECT seq FROM sqlite_sequence WHERE name = 'orders'")?, &["200"])
    }

    fn writes(&mut self) -> Result<(), String> {
        self.ask("INSERT INTO customers VALUES (999, 'one more', 'more@example.com')")?;
        self.ask("DELETE FROM customers WHERE id = 999").map(drop)
    }
}

#[test]
fn c7_a_table_built_anew_is_the_old_one_or_the_new_one() {
    let mut trial = Trial::new("C7", "SL");
    let ground = Ground::sqlite(BEFORE, AFTER);
    for point in migrator_tui::promote::POINTS {
        for count in 1.. {
            let mut over = false;
            for (at, (journal, keys)) in
                JOURNALS.iter().flat_map(|journal| KEYS.map(|keys| (journal, keys))).enumerate()
            {
                // Both ways from everywhere take twice as long; in turns they meet every combination too.
                for then in ["resume", "rollback"] {
                    let turn = if (at + count) % 2 == 0 { "resume" } else { "rollback" };
                    if over || ids::count(1, 2, 2) == 1 && then != turn {
                        continue;
                    }
                    match one(&ground, (point, count), journal, keys, then) {
                        Ok(false) => over = true,
                        told => trial.ran(
                            format!("{point}:{count}, {journal}, foreign keys {keys}, {then}"),
                            told.map(drop),
                        ),
                    }
                }
            }
            if over || count > 100 {
                break;
            }
        }
    }
    trial.end(40);
}

/// `Ok(false)`: the run came to its end before that.
fn one(
    ground: &Ground,
    (point, count): (&str, usize),
    journal: &str,
    keys: &str,
    then: &str,
) -> Result<bool, String> {
    ground.fresh("victim");
    let mut user = User::of(ground, keys);
    user.ask(&format!("PRAGMA journal_mode = {journal}"))?;
    user.is_well()?;
    let end = killed_at(ground.run("victim"), point, count, &ground.desk.path("reached"));
    if let End::Finished(answer) = end {
        return if answer.code == 0 { Ok(false) } else { Err(format!("the run itself: {}", answer.err)) };
    }
    // A user who was there all the time, and one who comes now.
    for mut user in [user, User::of(ground, keys)] {
        user.is_well()?;
        user.writes()?;
    }
    let (before, after) = (ground.is_before("victim"), ground.is_after("victim"));
    if let (Err(before), Err(after)) = (&before, &after) {
        return Err(format!("neither before ({before}) nor after ({after})"));
    }
    let answer = match then {
        "resume" => ground.resume("victim"),
        _ => ground.roll_back("victim"),
    };
    let state = match (then, answer.code) {
        ("resume", 0) => ground.is_after("victim"),
        // Nothing had been sent.
        (_, 2) => before,
        (_, 0) => ground.is_before("victim"),
        _ => Err("it leads nowhere".into()),
    };
    state
        .and_then(|()| User::of(ground, keys).is_well())
        .map_err(|why| format!("{why}\n{then}: exit {}: {}{}", answer.code, answer.out, answer.err))?;
    Ok(true)
}
