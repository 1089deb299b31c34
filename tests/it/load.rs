//! DDL files as a REF: dumps load, folders find their own order, errors say where.

use std::fs;

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::engines::dialect;
use migrator_tui::model::{EngineKind, FailureKind};
use migrator_tui::promote::load::load;

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
