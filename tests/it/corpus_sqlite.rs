//! The SQLite schema pairs of another tool's test suite, in both directions. They lie beside the project and are not
//! part of it; where they are not there the test says so and passes.

use std::path::Path;

use super::sqlite_trial::{Case, try_case};

#[tokio::test]
async fn pairs_of_sqlite3def() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sqlite/sqlite3def");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no corpus in {}", folder.display());
        return;
    };
    let mut cases: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    cases.sort();
    let (mut counted, mut reached, mut returned) = (0, 0, 0);
    for path in &cases {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = |file: &str| std::fs::read_to_string(path.join(file)).unwrap();
        let (before, after) = (text("before.sql"), text("after.sql"));
        for (direction, before, after) in [("->", &before, &after), ("<-", &after, &before)] {
            let verdict = match try_case(&Case { before, after, seed: "", renames: Vec::new() }).await {
                Ok(verdict) => verdict,
                Err(reason) => {
                    println!("{name} {direction} not counted: {reason}");
                    continue;
                }
            };
            counted += 1;
            reached += usize::from(verdict.forward.is_ok());
            returned += usize::from(verdict.back.is_ok());
            for (way, result) in [("forward", &verdict.forward), ("back", &verdict.back)] {
                if let Err(reason) = result {
                    crate::ids::tell(&format!("{name} {direction} {way}: {reason}"));
                }
            }
        }
    }
    crate::ids::tell(&format!("corpus, SQLite: {counted} load, {reached} end equal, {returned} roll back"));
    assert!(counted >= 60, "only {counted} pairs loaded");
    assert!(reached * 100 >= counted * 95, "{reached} of {counted} end equal");
    assert!(returned * 100 >= counted * 90, "{returned} of {counted} roll back");
}
