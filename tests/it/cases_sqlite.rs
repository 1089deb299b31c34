//! Our own SQLite cases: `tests/cases/sqlite/<object>/<case>/{before.sql,after.sql[,seed.sql]}`, in both directions.
//! The seed fills the *before* side; the way back runs with whatever rows `after.sql` makes itself.

use std::path::{Path, PathBuf};

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
        for (direction, before, after, seed) in
            [("->", &before, &after, seed.as_str()), ("<-", &after, &before, "")]
        {
            let verdict = try_case(&Case { before, after, seed }).await;
            let verdict = verdict.unwrap_or_else(|reason| panic!("{name} {direction}: {reason}"));
            if !wanted.is_empty() {
                for step in verdict.plan.iter().flat_map(|plan| &plan.steps) {
                    println!("{}; -- {}", step.statement.sql, step.reason);
                    println!("    <- {:?}", step.reversal);
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

fn cases(folder: &Path) -> Vec<PathBuf> {
    let within = |path: &Path| -> Vec<PathBuf> {
        let mut found: Vec<_> =
            std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()).collect();
        found.sort();
        found
    };
    within(folder).iter().flat_map(|object| within(object)).collect()
}
