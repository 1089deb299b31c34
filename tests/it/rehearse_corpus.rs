//! Schema pairs of other tools' test suites, rehearsed both ways: what is proven, what is not, and why. Skipped,
//! and said so, where the folder or a server is absent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use migrator_tui::connect::scratch::Workshop;
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{Dialect, dialect};
use migrator_tui::model::{EngineKind, Renaming, Schema};
use migrator_tui::planner::{PlanOptions, plan};
use migrator_tui::promote::load::load;
use migrator_tui::promote::{Rehearsal, rehearse};

use crate::{cases_mysql, scratch};

/// The share of loadable pairs whose plan must be proven, in percent.
const PROVEN: usize = 90;

#[tokio::test(flavor = "multi_thread")]
async fn pairs_of_other_tools_are_proven_on_postgres() {
    let Some(workshop) = scratch::postgres().await else { return };
    run(workshop, EngineKind::Postgres, "postgres", 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_of_other_tools_are_proven_on_sqlite() {
    run(Workshop::sqlite(), EngineKind::Sqlite, "sqlite", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_of_other_tools_are_proven_on_mysql() {
    let Some(workshop) = scratch::mysql().await else { return };
    run(workshop, EngineKind::MySql, "mysql", 4).await;
}

/// Our own cases, both ways. Each is proven.
#[tokio::test(flavor = "multi_thread")]
async fn cases_of_mysql_are_proven() {
    let Some(mut workshop) = scratch::mysql().await else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/mysql");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let dialect = dialect(EngineKind::MySql).unwrap();
    let mut failed = Vec::new();
    for case in
        cases_mysql::cases(&folder).into_iter().filter(|path| path.to_string_lossy().contains(&wanted))
    {
        let name = case.strip_prefix(&folder).unwrap().display().to_string();
        let before = load(dialect, &mut workshop, &case.join("before.sql")).await.unwrap().schema;
        let after = load(dialect, &mut workshop, &case.join("after.sql")).await.unwrap().schema;
        let there =
            cases_mysql::renames(&std::fs::read_to_string(case.join("renames.txt")).unwrap_or_default());
        let turned = |one: &Renaming| Renaming { before: one.after.clone(), after: one.before.clone() };
        let back: Vec<Renaming> = there.iter().map(turned).collect();
        for (way, current, desired, renames) in
            [("there", &before, &after, there), ("back", &after, &before, back)]
        {
            let options = DiffOptions { renames, ..DiffOptions::default() };
            let (word, why) = proven(&mut workshop, dialect, current, desired, options).await;
            println!("{name} {way}: {word}: {why:#?}");
            if word != "proven" {
                failed.push(format!("{name} {way}: {word}: {why:#?}"));
            }
        }
    }
    workshop.close().await;
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn run(mut workshop: Workshop, engine: EngineKind, folder: &str, step: usize) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    if !corpus.is_dir() {
        println!("skipped: the corpus folder is not beside the project");
        return;
    }
    let dialect = dialect(engine).unwrap();
    let mut tally: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for case in cases(&corpus, step) {
        let name = case.strip_prefix(&corpus).unwrap().display().to_string();
        let before = load(dialect, &mut workshop, &case.join("before.sql")).await;
        let after = load(dialect, &mut workshop, &case.join("after.sql")).await;
        let (Ok(before), Ok(after)) = (&before, &after) else {
            *tally.entry("not loaded").or_default() += 1;
            let error = before.err().or(after.err()).unwrap();
            lines.push(format!("{name}: not loaded: {error}"));
            continue;
        };
        for (way, current, desired) in [("there", before, after), ("back", after, before)] {
            let options = DiffOptions::default();
            let (word, why) = proven(&mut workshop, dialect, &current.schema, &desired.schema, options).await;
            *tally.entry(word).or_default() += 1;
            lines.extend(why.into_iter().map(|why| format!("{name} {way}: {word}: {why}")));
        }
    }
    println!("{}", lines.join("\n"));
    let words: Vec<String> = tally.iter().map(|(word, times)| format!("{times} {word}")).collect();
    crate::ids::tell(&format!("rehearsals of the corpus, {}: {}", engine.title(), words.join(", ")));
    let count = |word: &str| tally.get(word).copied().unwrap_or(0);
    let tried = count("proven") + count("failed") + count("not rehearsed") + count("refused");
    assert!(count("proven") * 100 >= tried * PROVEN, "{tally:?}");
}

async fn proven(
    workshop: &mut Workshop,
    dialect: &dyn Dialect,
    current: &Schema,
    desired: &Schema,
    options: DiffOptions,
) -> (&'static str, Vec<String>) {
    let changes = diff(current, desired, &options);
    let plan = match plan(dialect, current, desired, &changes, &PlanOptions::default()) {
        Ok(plan) => plan,
        Err(error) => return ("refused", vec![error.to_string()]),
    };
    let proof = rehearse(Rehearsal { dialect, workshop, current, desired, plan: &plan, options: &options })
        .await
        .unwrap();
    let word = match (proof.holds(), &proof.not_rehearsed) {
        (true, _) => "proven",
        (false, Some(_)) => "not rehearsed",
        (false, None) => "failed",
    };
    (word, proof.notes())
}

fn cases(corpus: &Path, step: usize) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for suite in std::fs::read_dir(corpus).unwrap() {
        for case in std::fs::read_dir(suite.unwrap().path()).unwrap() {
            all.push(case.unwrap().path());
        }
    }
    all.sort();
    if let Ok(name) = std::env::var("MIGRATOR_TEST_CASE") {
        return all.into_iter().filter(|path| path.to_string_lossy().contains(&name)).collect();
    }
    let step = if std::env::var("MIGRATOR_TEST_FULL").is_ok() { 1 } else { step };
    all.into_iter().step_by(step).collect()
}
