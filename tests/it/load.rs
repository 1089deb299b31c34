//! DDL files as a REF: dumps load, folders find their own order, errors say where.

use std::fs;

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::diff::{DiffOptions, Privileges, diff};
use migrator_tui::engines::dialect;
use migrator_tui::model::{EngineKind, FailureKind};
use migrator_tui::promote::load::load;

use crate::live_mysql::Server;
use crate::scratch;

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_postgres_loads() {
    let Some(mut workshop) = scratch::postgres().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.sql");
    let dump = "\\restrict abc123\n\nSET statement_timeout = 0;\nSET no_such_setting_of_ours = on;\n\
        SET check_function_bodies = false;\nSELECT pg_catalog.set_config('search_path', '', false);\n\
        CREATE DATABASE other;\n\\connect other\nBEGIN;\n\
        CREATE TABLE public.t (id integer NOT NULL, note text);\n\
        ALTER TABLE public.t OWNER TO \"Some Owner\";\n\
        COPY public.t (id, note) FROM stdin;\n1\ta;b\n2\t\\N\n\\.\n\
        CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$;\n\
        GRANT SELECT ON TABLE public.t TO reader_of_ours;\n\
        CREATE ROLE member_of_ours;\nGRANT reader_of_ours TO member_of_ours;\nCOMMIT;\n\
        SET SESSION AUTHORIZATION \"Some Owner\";\nCREATE TABLE public.u (id integer);\n\
        \\unrestrict abc123\n";
    fs::write(&file, dump).unwrap();
    // The new owner may not create in `public` since PostgreSQL 15; that is the dump's own mistake.
    let failed = load(dialect(EngineKind::Postgres).unwrap(), &mut workshop, &file).await.unwrap_err();
    assert!(failed.what.contains("dump.sql:22: permission denied"), "{}", failed.what);
    fs::write(&file, dump.replace("SET SESSION AUTHORIZATION \"Some Owner\";\n", "")).unwrap();
    let loaded = load(dialect(EngineKind::Postgres).unwrap(), &mut workshop, &file).await.unwrap();
    let names: Vec<String> = loaded.schema.objects.keys().map(ToString::to_string).collect();
    for wanted in ["table public.t", "table public.u", "function public.f()"] {
        assert!(names.iter().any(|name| name == wanted), "{wanted} of {names:?}");
    }
    assert!(loaded.notes.iter().any(|note| note.contains("dump.sql:7")), "{:?}", loaded.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_finds_its_order() {
    let Some(mut workshop) = scratch::postgres().await else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    fs::write(folder.path().join("a_views.sql"), "CREATE VIEW v AS SELECT * FROM orders;").unwrap();
    let orders = "CREATE TABLE orders (id int PRIMARY KEY, c int REFERENCES customer, k kind);\n";
    fs::write(folder.path().join("tables/b.sql"), orders).unwrap();
    fs::write(folder.path().join("tables/c.sql"), "CREATE TABLE customer (id int PRIMARY KEY);").unwrap();
    fs::write(folder.path().join("z.sql"), "\u{feff}CREATE TYPE kind AS ENUM ('a');").unwrap();
    let postgres = dialect(EngineKind::Postgres).unwrap();
    let loaded = load(postgres, &mut workshop, folder.path()).await.unwrap();
    assert!(loaded.schema.objects.keys().any(|id| id.to_string() == "view public.v"));
    fs::write(
        folder.path().join("broken.sql"),
        "CREATE TABLE ok (id int);\n\nCREATE TABLE x (\n  y nope\n);",
    )
    .unwrap();
    let failed = load(postgres, &mut workshop, folder.path()).await.unwrap_err();
    assert_eq!(failed.kind, FailureKind::Config);
    assert!(failed.what.ends_with("broken.sql:4: type \"nope\" does not exist"), "{}", failed.what);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_sqlite_loads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.sql");
    let dump = ".mode list\nPRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (id INTEGER PRIMARY KEY);\n\
        INSERT INTO t VALUES(1);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;\nCOMMIT;\n";
    fs::write(&file, dump).unwrap();
    let sqlite = dialect(EngineKind::Sqlite).unwrap();
    let loaded = load(sqlite, &mut Workshop::sqlite(), &file).await.unwrap();
    assert!(loaded.schema.objects.keys().any(|id| id.to_string() == "table t"));
    fs::write(&file, "CREATE TABLE t (id INTEGER);\nCREATE INDEX i ON\n  nothing (id);").unwrap();
    let failed = load(sqlite, &mut Workshop::sqlite(), &file).await.unwrap_err();
    assert!(failed.what.contains("dump.sql:") && failed.what.contains("nothing"), "{}", failed.what);
}

/// What the server's own dump writes of a database, and what is loaded from it, is the same schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_mysql_loads() {
    let Some(server) = Server::first() else { return };
    let Some(mut workshop) = scratch::mysql().await else { return };
    let name = format!("load_{}", std::process::id());
    server.recreate(&name);
    let made = "
        CREATE TABLE customer (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'it''s; x');
        CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, total decimal(8,2),
            CONSTRAINT whose FOREIGN KEY (customer) REFERENCES customer (id));
        CREATE DEFINER=`nobody of ours`@`10.%` VIEW paid AS SELECT id, total FROM orders;
        CREATE VIEW over_it AS SELECT id FROM paid;
        DELIMITER //
        CREATE DEFINER=`nobody of ours`@`10.%` PROCEDURE p(IN x int) IF x > 1 THEN SELECT 1; SELECT ';'; END IF//
        CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC BEGIN DECLARE y int; SET y = x; RETURN y; END//
        CREATE TRIGGER g BEFORE INSERT ON orders FOR EACH ROW BEGIN SET NEW.total = 1; SET NEW.id = f(2); END//
        CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 00:00:00' DO BEGIN DELETE FROM orders; END//
        DELIMITER ;
        CREATE VIEW calls AS SELECT f(id) AS x FROM orders;
        INSERT INTO customer VALUES (1, 'a;b');";
    // The client does it: bodies with their own delimiter.
    let whom = format!(
        "CREATE USER IF NOT EXISTS `nobody of ours`@`10.%`; GRANT ALL ON {name}.* TO `nobody of ours`@`10.%`"
    );
    server.client(&name, &whom).unwrap();
    server.client(&name, made).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mysql = dialect(EngineKind::MySql).unwrap();
    let there = server.read(&name).await.unwrap();
    let whole: &[&str] = &["--no-data", "--routines", "--events", "--triggers"];
    let with_rows: &[&str] = &["--routines", "--events", "--triggers", "--add-drop-database", "--databases"];
    let dumps = [whole, with_rows].map(|options| server.dump_text(&name, options).unwrap());
    // Whom it names need not be there.
    server.client(&name, "DROP USER `nobody of ours`@`10.%`").unwrap();
    for dump in dumps {
        let file = folder.path().join("dump.sql");
        fs::write(&file, &dump).unwrap();
        let loaded = load(mysql, &mut workshop, &file).await.unwrap();
        let options = DiffOptions { privileges: Privileges::Compare, ..DiffOptions::default() };
        let left = diff(&there, &loaded.schema, &options).changes;
        assert!(left.is_empty(), "{left:#?}");
    }
    server.drop(&name);
    workshop.close().await;
    server.client("mysql", "DROP USER IF EXISTS `nobody of ours`@`10.%`").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_mysql_finds_its_order() {
    let Some(mut workshop) = scratch::mysql().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("a_views.sql", "CREATE VIEW v AS SELECT * FROM orders;");
    write(
        "b_orders.sql",
        "USE shop;\nCREATE TABLE orders (id int PRIMARY KEY, c int, FOREIGN KEY (c) REFERENCES customer (id));",
    );
    write(
        "c_customer.sql",
        "CREATE DATABASE IF NOT EXISTS shop;\nUSE `shop`;\nCREATE TABLE customer (id int PRIMARY KEY);",
    );
    let mysql = dialect(EngineKind::MySql).unwrap();
    let loaded = load(mysql, &mut workshop, folder.path()).await.unwrap();
    assert!(
        loaded.schema.objects.keys().any(|id| id.to_string() == "view v"),
        "{:?}",
        loaded.schema.objects.keys()
    );
    assert_eq!(loaded.notes.len(), 2, "{:?}", loaded.notes);
    write("d.sql", "CREATE TABLE ok (id int);\n\nCREATE TABLE x (\n  y int int\n);");
    let failed = load(mysql, &mut workshop, folder.path()).await.unwrap_err();
    assert_eq!(failed.kind, FailureKind::Config);
    assert!(failed.what.contains("d.sql:4: ") && failed.what.contains("syntax"), "{}", failed.what);
    write("d.sql", "USE other;\n");
    let failed = load(mysql, &mut workshop, folder.path()).await.unwrap_err();
    assert!(failed.what.contains("d.sql:1: USE other"), "{}", failed.what);
    workshop.close().await;
}
