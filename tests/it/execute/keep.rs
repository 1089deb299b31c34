//! Plans that keep what they drop: the run puts it aside, a rollback brings it back row by row, a contract removes it
//! for good. Whatever is in between, killed or refused, nothing is lost that the plan does not say.

use super::ground::Ground;

const PG_BEFORE: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.changes := NEW.changes + 1; RETURN NEW; END';
    CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id), changes int);
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE TRIGGER orders_touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touched();
    CREATE TRIGGER orders_told AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION told();
    CREATE TABLE lines (order_id int CONSTRAINT of_order REFERENCES orders (id), amount int);
    CREATE TABLE places (a int, \"b c\" text, changes int NOT NULL DEFAULT 0, PRIMARY KEY (a, \"b c\"),
        \"Wei\"\"rd; --\" text NOT NULL);
    CREATE TRIGGER places_touched BEFORE UPDATE ON places FOR EACH ROW EXECUTE FUNCTION touched();
    INSERT INTO customers SELECT i, 'name ' || i FROM generate_series(1, 20) i;
    INSERT INTO orders (customer_id, changes) SELECT 1 + i % 20, i FROM generate_series(1, 300) i;
    DELETE FROM orders WHERE id > 290;
    INSERT INTO lines SELECT i, i FROM generate_series(1, 50) i;
    INSERT INTO places SELECT i, 'p' || i, 0, 'value ' || i FROM generate_series(1, 100) i;";
const PG_AFTER: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.changes := NEW.changes + 1; RETURN NEW; END';
    CREATE TABLE lines (order_id int, amount int);
    CREATE TABLE places (a int, \"b c\" text, changes int NOT NULL DEFAULT 0, PRIMARY KEY (a, \"b c\"));
    CREATE TRIGGER places_touched BEFORE UPDATE ON places FOR EACH ROW EXECUTE FUNCTION touched();";

const LITE_BEFORE: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL REFERENCES customers (id),
        changes INTEGER);
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE TRIGGER orders_told AFTER INSERT ON orders BEGIN UPDATE orders SET changes = -1; END;
    CREATE TABLE places (a INTEGER NOT NULL, \"b c\" TEXT NOT NULL, changes INTEGER NOT NULL DEFAULT 0,
        \"Wei\"\"rd; --\" TEXT, PRIMARY KEY (a, \"b c\"));
    CREATE TRIGGER places_touched AFTER UPDATE ON places BEGIN UPDATE customers SET name = 'touched'; END;
    CREATE TABLE built (id TEXT PRIMARY KEY, kept TEXT, \"checked\" TEXT NOT NULL CHECK (\"checked\" <> ''));
    CREATE TABLE loose (v BLOB, w);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO customers SELECT i, 'name ' || i FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO orders SELECT i, i, i FROM n;
    UPDATE orders SET changes = id;
    DELETE FROM orders WHERE id > 290;
    INSERT INTO places SELECT id, 'p' || id, 0, 'value ' || id FROM customers;
    INSERT INTO built SELECT 'k' || id, 'kept ' || id, 'checked ' || id FROM customers;
    INSERT INTO loose SELECT CAST(name AS BLOB), id * 0.5 FROM customers;
    DELETE FROM loose WHERE rowid % 3 = 0;";
const LITE_AFTER: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE places (a INTEGER NOT NULL, \"b c\" TEXT NOT NULL, changes INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (a, \"b c\"));
    CREATE TRIGGER places_touched AFTER UPDATE ON places BEGIN UPDATE customers SET name = 'touched'; END;
    CREATE TABLE built (id TEXT PRIMARY KEY, kept TEXT);";

/// What is compared: every value of every table that loses something.
const PG_ROWS: [&str; 4] = [
    "SELECT md5(string_agg(o::text, ',' ORDER BY id)) || count(*) FROM orders o",
    "SELECT md5(string_agg(p::text, ',' ORDER BY a)) || count(*) FROM places p WHERE a <= 100",
    "SELECT last_value FROM orders_id_seq",
    "SELECT md5(string_agg(l::text, ',' ORDER BY order_id)) || count(*) FROM lines l",
];
const LITE_ROWS: [&str; 5] = [
    "SELECT group_concat(id || customer_id || changes) FROM (SELECT * FROM orders ORDER BY id)",
    "SELECT group_concat(a || \"b c\" || changes || \"Wei\"\"rd; --\") FROM (SELECT * FROM places WHERE a <= 300 ORDER BY a)",
    "SELECT group_concat(id || kept || \"checked\") FROM (SELECT * FROM built ORDER BY id)",
    "SELECT group_concat(rowid || typeof(v) || hex(v) || typeof(w) || w) FROM (SELECT rowid, * FROM loose ORDER BY rowid)",
    "SELECT name || seq FROM sqlite_sequence",
];

const PG_KEPT: &str = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'migrator\\_archive\\_%'";
const LITE_KEPT: &str = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'migrator\\_shadow\\_%' ESCAPE '\\' AND type = 'table'";

struct Kept {
    ground: Ground,
    rows: Vec<&'static str>,
    kept: &'static str,
    count: &'static str,
}

impl Kept {
    fn postgres() -> Option<Self> {
        let ground = Ground::keeping(Some(crate::live::Server::first()?), PG_BEFORE, PG_AFTER);
        Some(Self { ground, rows: PG_ROWS.to_vec(), kept: PG_KEPT, count: "2" })
    }

    fn sqlite() -> Self {
        let ground = Ground::keeping(None, LITE_BEFORE, LITE_AFTER);
        Self { ground, rows: LITE_ROWS.to_vec(), kept: LITE_KEPT, count: "4" }
    }

    fn rows(&self, database: &str) -> Vec<String> {
        self.rows.iter().flat_map(|sql| self.ground.ask(database, sql)).collect()
    }

    fn places(&self, database: &str) -> String {
        self.ground.ask(database, self.kept).concat()
    }

    /// Whether nothing differs by our own reading: what is kept is nobody's difference.
    fn is(&self, database: &str, wanted: &str) {
        let (current, desired) = (self.ground.url(database), self.ground.url(wanted));
        let found = self.ground.desk.run(&["diff", "--current", &current, "--desired", &desired]);
        assert_eq!(found.code, 0, "{database} is not {wanted}: {}{}", found.out, found.err);
    }

    fn runs(&self, database: &str) {
        let answer = self.ground.run(database).output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        self.is(database, "after");
        assert_eq!(self.places(database), self.count);
    }

    fn contract(&self, database: &str, more: &[&str]) -> crate::cli::Answer {
        let url = self.ground.url(database);
        let mut words = vec!["contract", "plan", "--on", &url];
        words.extend(more);
        self.ground.desk.run(&words)
    }

    /// All that is said about kept things, in one life of a database.
    fn lives(&self) {
        let (ground, victim) = (&self.ground, "victim");
        let before = self.rows("before");
        ground.fresh(victim);
        self.runs(victim);
        ground.change(victim, "INSERT INTO places (a, \"b c\") VALUES (999, 'since')");
        let back = ground.roll_back(victim);
        assert_eq!(back.code, 0, "{}{}", back.out, back.err);
        assert_eq!(self.rows(victim), before);
        assert_eq!(ground.ask(victim, "SELECT count(*) FROM places WHERE a = 999"), ["1"]);
        assert_eq!(self.places(victim), "0");
        self.is(victim, "before");
        // Once more, and then for good.
        self.runs(victim);
        let unanswered = self.contract(victim, &[]);
        assert_eq!(unanswered.code, 5, "{}{}", unanswered.out, unanswered.err);
        assert!(
            unanswered.err.contains("the rows of") && unanswered.err.contains("orders"),
            "{}",
            unanswered.err
        );
        let done = self.contract(victim, &["--allow-destructive"]);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        assert_eq!(self.places(victim), "0");
        self.is(victim, "after");
        let again = self.contract(victim, &["--allow-destructive"]);
        assert_eq!(again.code, 5, "{}{}", again.out, again.err);
        assert!(again.err.contains("contracted by run"), "{}", again.err);
        let gone = ground.roll_back(victim);
        assert_eq!(gone.code, 5, "{}{}", gone.out, gone.err);
        assert!(gone.err.contains("removed for good") && gone.err.contains("orders"), "{}", gone.err);
    }

    /// What nobody contracted, but somebody took away, is told before anything is sent.
    fn is_missed(&self, away: &str) {
        let victim = "robbed";
        self.ground.fresh(victim);
        self.runs(victim);
        let place = self.ground.ask(victim, away).concat();
        self.ground.change(victim, &place);
        let gone = self.ground.roll_back(victim);
        assert_eq!(gone.code, 5, "{}{}", gone.out, gone.err);
        assert!(gone.err.contains("somebody removed what it had put aside"), "{}", gone.err);
        self.is(victim, "after");
    }
}

#[test]
fn what_is_dropped_comes_back_until_it_is_contracted_on_postgres() {
    let Some(kept) = Kept::postgres() else { return };
    kept.lives();
    let away = "SELECT 'DROP SCHEMA ' || nspname || ' CASCADE' FROM pg_namespace \
                WHERE nspname LIKE 'migrator\\_archive\\_%' ORDER BY 1 LIMIT 1";
    kept.is_missed(away);
    // A table that is kept holds nobody back.
    let victim = "victim";
    kept.ground.fresh(victim);
    kept.runs(victim);
    kept.ground.change(victim, "DELETE FROM customers WHERE id = 1; DROP TABLE customers");
}

#[test]
fn what_is_dropped_comes_back_until_it_is_contracted_on_sqlite() {
    let kept = Kept::sqlite();
    kept.lives();
    let away = "SELECT 'DROP TABLE ' || name FROM sqlite_schema WHERE name LIKE 'migrator%shadow%' LIMIT 1";
    kept.is_missed(away);
    let victim = "victim";
    kept.ground.fresh(victim);
    kept.runs(victim);
    kept.ground.change(victim, "PRAGMA foreign_keys = ON; DELETE FROM customers");
}

#[test]
fn the_three_scripts_run_with_psql() {
    let Some(kept) = Kept::postgres() else { return };
    let server = kept.ground.server().unwrap();
    let file = |name: &str| kept.ground.desk.path(&format!("plan/{name}")).display().to_string();
    let runs = |name: &str| server.psql(&kept.ground.database("by_hand"), &["-f", &file(name)]).unwrap();
    kept.ground.fresh("by_hand");
    let before = kept.rows("by_hand");
    runs("forward.sql");
    kept.is("by_hand", "after");
    runs("rollback.sql");
    kept.is("by_hand", "before");
    assert_eq!(kept.rows("by_hand"), before);
    runs("forward.sql");
    runs("contract.sql");
    kept.is("by_hand", "after");
    assert_eq!(kept.places("by_hand"), "0");
}

#[test]
fn the_three_scripts_run_in_sqlite() {
    let kept = Kept::sqlite();
    kept.ground.fresh("by_hand");
    let before = kept.rows("by_hand");
    let runs = |name: &str| {
        let script = std::fs::read_to_string(kept.ground.desk.path(&format!("plan/{name}"))).unwrap();
        kept.ground.change("by_hand", &script.replace(".bail on", ""));
    };
    runs("forward.sql");
    kept.is("by_hand", "after");
    runs("rollback.sql");
    kept.is("by_hand", "before");
    assert_eq!(kept.rows("by_hand"), before);
    runs("forward.sql");
    runs("contract.sql");
    kept.is("by_hand", "after");
    assert_eq!(kept.places("by_hand"), "0");
}

/// Without a key a value cannot be led back to its row: the loss stands, and the finding says why.
#[test]
fn a_table_without_a_key_keeps_nothing_and_says_so() {
    let before = "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x');";
    let ground = Ground::keeping(None, before, "CREATE TABLE t (a int);");
    let lint = ground.desk.run(&["lint", "plan"]);
    assert!(lint.out.contains("It cannot be kept: its table has no key"), "{}", lint.out);
    assert!(!ground.desk.path("plan/contract.sql").exists());
}

#[cfg(feature = "faults")]
fn killed_everywhere(kept: &Kept) {
    use super::ground::{End, killed_at};
    let (victim, before) = ("killed", kept.rows("before"));
    for point in ["after begin", "after send", "before commit", "after answer"] {
        for count in 1..=60 {
            kept.ground.fresh(victim);
            let reached = kept.ground.desk.path("reached");
            if let End::Finished(answer) = killed_at(kept.ground.run(victim), point, count, &reached) {
                assert_eq!(answer.code, 0, "{}", answer.err);
                break;
            }
            let resumed = kept.ground.resume(victim);
            assert!(
                resumed.code == 0 || resumed.code == 2,
                "{point}:{count}: {}{}",
                resumed.out,
                resumed.err
            );
            if resumed.code == 2 {
                let answer = kept.ground.run(victim).output().unwrap();
                let over = String::from_utf8_lossy(&answer.stderr).into_owned();
                assert!(answer.status.success() || over.contains("there already"), "{point}:{count}: {over}");
            }
            assert_eq!(kept.places(victim), kept.count, "{point}:{count}");
            let back = kept.ground.roll_back(victim);
            assert_eq!(back.code, 0, "{point}:{count}: {}{}", back.out, back.err);
            assert_eq!(kept.rows(victim), before, "{point}:{count}");
        }
    }
}

#[cfg(feature = "faults")]
#[test]
fn killed_between_the_copy_and_the_drop_nothing_is_lost_on_postgres() {
    if let Some(kept) = Kept::postgres() {
        killed_everywhere(&kept);
    }
}

#[cfg(feature = "faults")]
#[test]
fn killed_between_the_copy_and_the_drop_nothing_is_lost_on_sqlite() {
    killed_everywhere(&Kept::sqlite());
}
