//! Our own SQLite cases: `tests/cases/sqlite/<object>/<case>/{before.sql,after.sql[,seed.sql][,renames.txt]}`, in both
//! directions. The seed fills the *before* side. A line of `renames.txt` is a rename the user has confirmed:
//! `table old -> new`, `column old.a -> new.b`.

use std::path::{Path, PathBuf};

use migrator_tui::model::{ObjectId, ObjectKind, QualifiedName, Renaming};

use super::sqlite_trial::{Case, try_case};

#[tokio::test]
async fn cases_stand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sqlite");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let cases = cases(&folder);
    assert!(!cases.is_empty());
    for path in cases.iter().filter(|path| path.to_string_lossy().contains(&wanted)) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = |file: &str| std::fs::read_to_string(path.join(file)).unwrap_or_default();
        let (before, after, seed) = (text("before.sql"), text("after.sql"), text("seed.sql"));
        let there = renames(&text("renames.txt"));
        let back = there
            .iter()
            .map(|one| Renaming { before: one.after.clone(), after: one.before.clone() })
            .collect();
        for (direction, before, after, seed, renames) in
            [("->", &before, &after, seed.as_str(), there), ("<-", &after, &before, "", back)]
        {
            let verdict = try_case(&Case { before, after, seed, renames }).await;
            let verdict = verdict.unwrap_or_else(|reason| panic!("{name} {direction}: {reason}"));
            if !wanted.is_empty() {
                for step in verdict.plan.iter().flat_map(|plan| &plan.steps) {
                    println!("{}; -- {}", step.statement.sql, step.reason);
                    for back in step.reversal.statements() {
                        println!("    <- {}", back.sql);
                    }
                }
            }
            for result in [verdict.forward, verdict.back] {
                if let Err(reason) = result {
                    failed.push(format!("{name} {direction}: {reason}"));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

fn renames(text: &str) -> Vec<Renaming> {
    let id = |kind: &str, name: &str| match (kind, name.trim().split_once('.')) {
        ("column", Some((table, column))) => {
            ObjectId::member(ObjectKind::Column, QualifiedName::bare(table), column)
        }
        ("index", None) => ObjectId::new(ObjectKind::Index, QualifiedName::bare(name.trim())),
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

fn cases(folder: &Path) -> Vec<PathBuf> {
    let within = |path: &Path| -> Vec<PathBuf> {
        let mut found: Vec<_> =
            std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()).collect();
        found.sort();
        found
    };
    within(folder).iter().flat_map(|object| within(object)).collect()
}
