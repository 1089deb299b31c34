//! Our own cases of MySQL and MariaDB: `tests/cases/mysql/<object>/<case>/{before.sql,after.sql[,renames.txt]}`, in both
//! directions on a live server, each checked as the corpus is. They hold the rows of the matrix that MariaDB can run: a
//! statement that promises too much is refused, and its case fails. A line of `renames.txt` is a rename the user has
//! confirmed: `table old -> new`, `column old.a -> new.b`, tables first.

use std::path::{Path, PathBuf};

use migrator_tui::model::{ObjectId, ObjectKind, QualifiedName, Renaming};

use crate::corpus_mysql::{Names, both_ways};
use crate::corpus_postgres::Stage;
use crate::live_mysql::Server;

#[tokio::test]
async fn cases_stand_on_the_server() {
    let Some(server) = Server::first() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/mysql");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let cases = cases(&folder);
    assert!(!cases.is_empty());
    let mut failed = Vec::new();
    for path in cases.iter().filter(|path| path.to_string_lossy().contains(&wanted)) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = |file: &str| std::fs::read_to_string(path.join(file)).unwrap_or_default();
        let (before, after) = (text("before.sql"), text("after.sql"));
        let there = renames(&text("renames.txt"));
        let back: Vec<Renaming> = there
            .iter()
            .map(|one| Renaming { before: one.after.clone(), after: one.before.clone() })
            .collect();
        for (direction, from, to, renames) in [("->", &before, &after, there), ("<-", &after, &before, back)]
        {
            let mut reached = Stage::Load;
            let names = Names::of("case");
            let done = both_ways(&server, &names, (from, to), &renames, &mut reached).await;
            names.drop(&server);
            if let Err(why) = done {
                failed.push(format!("{reached:?} {name} {direction}: {why}"));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

pub fn renames(text: &str) -> Vec<Renaming> {
    let id = |kind: &str, name: &str| match (kind, name.trim().split_once('.')) {
        ("column", Some((table, column))) => {
            ObjectId::member(ObjectKind::Column, QualifiedName::bare(table), column)
        }
        _ => ObjectId::new(ObjectKind::Table, QualifiedName::bare(name.trim())),
    };
    text.lines()
        .map(|line| {
            let (kind, rest) = line.split_once(' ').unwrap();
            let (before, after) = rest.split_once("->").unwrap();
            Renaming { before: id(kind, before), after: id(kind, after) }
        })
        .collect()
}

pub fn cases(folder: &Path) -> Vec<PathBuf> {
    let within = |path: &Path| -> Vec<PathBuf> {
        let mut found: Vec<_> =
            std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()).collect();
        found.sort();
        found
    };
    within(folder).iter().flat_map(|object| within(object)).collect()
}
