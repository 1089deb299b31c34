//! Our own PostgreSQL cases: `tests/cases/postgres/<object>/<case>/{before.sql,after.sql[,seed.sql]}`, in both
//! directions, on every server there is. The seed fills the *before* side; its rows have to be there at the end.

use std::path::{Path, PathBuf};

use crate::corpus_postgres::{Stage, one_way};
use crate::live::Server;

#[tokio::test]
async fn cases_stand_on_the_first_server() {
    if let Some(server) = Server::first() {
        all(server).await;
    }
}

#[tokio::test]
async fn cases_stand_on_the_second_server() {
    if let Some(server) = Server::second() {
        all(server).await;
    }
}

mod on_other_servers {
    crate::live::on_other_servers!(super::all);
}

async fn all(server: Server) {
    let stem = format!("cases_{}", std::process::id());
    let (before, after, work) = (format!("{stem}_b"), format!("{stem}_a"), format!("{stem}_w"));
    let mut failed = Vec::new();
    let cases = cases();
    assert!(!cases.is_empty());
    for case in &cases {
        for (database, file) in [(&before, "before.sql"), (&after, "after.sql")] {
            server.recreate(database, "template0");
            server.psql(database, &["-f", case.join(file).to_str().unwrap()]).unwrap();
        }
        for (from, to) in [(&before, &after), (&after, &before)] {
            server.recreate(&work, from);
            let seed = case.join("seed.sql");
            if from == &before && seed.is_file() {
                server.psql(&work, &["-f", seed.to_str().unwrap()]).unwrap();
            }
            let rows = count(&server, &work);
            let mut reached = Stage::Load;
            let outcome = one_way(&server, (from, to), &work, &mut reached).await;
            let outcome = outcome.and_then(|()| match count(&server, &work) {
                now if now == rows => Ok(()),
                now => Err(format!("rows before: {rows}\nrows after: {now}")),
            });
            if let Err(why) = outcome {
                failed.push(format!("{} from {from}, {reached:?}: {why}", case.display()));
            }
        }
    }
    for database in [&before, &after, &work] {
        server.drop(database);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// How many rows each table of `public` has.
fn count(server: &Server, database: &str) -> String {
    let tables = "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r' \
                  AND c.relnamespace = 'public'::regnamespace ORDER BY 1";
    let tables = server.psql(database, &["-c", tables]).unwrap();
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        format!("{table} {}", server.psql(database, &["-c", &sql]).unwrap())
    };
    tables.lines().map(count).collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/postgres");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut found = Vec::new();
    for object in std::fs::read_dir(folder).unwrap() {
        for case in std::fs::read_dir(object.unwrap().path()).unwrap() {
            found.push(case.unwrap().path());
        }
    }
    found.sort();
    found.retain(|path| path.to_string_lossy().contains(&wanted));
    found
}
