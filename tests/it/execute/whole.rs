//! A table without a key: a statement that fills it cannot go in batches. A person writes it in the workbench, is told
//! why and what would help, and answers for it; then it is sent whole, once, and taken back with its column.

use std::sync::Arc;

use migrator_tui::config::{Keyring, Project, Surroundings};
use migrator_tui::diff::Privileges;
use migrator_tui::export::{Proof, Record};
use migrator_tui::model::Severity;
use migrator_tui::safety::DataLoss;
use migrator_tui::worker::{
    Answer, CommandKind, DraftOrder, Drafted, EditOrder, ProveOrder, SaveOrder, compare_order,
};

use super::approve::Person;
use super::backfill::behind;
use super::ground::Ground;

const RULE: &str = "backfill-in-one-statement";

const PG: (&str, &str) = (
    "CREATE TABLE t (a int, o text); CREATE TABLE k (id int PRIMARY KEY);
     INSERT INTO t SELECT i / 2, 'O' || i FROM generate_series(1, 3000) i;",
    "CREATE TABLE t (a int, o text, n text); CREATE TABLE k (id int PRIMARY KEY);",
);
/// Every name of the number that SQLite gives a row is a column's.
const LITE: (&str, &str) = (
    "CREATE TABLE t (rowid TEXT, _rowid_ TEXT, oid TEXT, o TEXT);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO t SELECT i / 2, i / 2, i / 2, 'O' || i FROM n;",
    "CREATE TABLE t (rowid TEXT, _rowid_ TEXT, oid TEXT, o TEXT, n TEXT);",
);

/// A draft between both sides, with the statement written into it by hand, judged, proven and saved.
fn written(ground: &Ground, update: &str) -> Record {
    let surroundings = Surroundings {
        typed: Keyring::default(),
        folder: ground.desk.path(""),
        variables: Default::default(),
        defaults: None,
        state: None,
        data: None,
    };
    let project = Project::load(None, &surroundings).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = |name: &str| runtime.block_on(project.source(&ground.url(name), &surroundings)).unwrap();
    let order = compare_order(&project, source("before"), source("after"), Privileges::Ignore);
    let mut ada = Person::of(ground, "ada");
    let mut draft = |kind: CommandKind| match ada.ask(kind) {
        Ok(Answer::Drafted(drafted)) => drafted,
        other => panic!("{other:?}"),
    };
    let Ok(Answer::Compared(comparison)) = Person::of(ground, "ada").ask(CommandKind::Compare(order)) else {
        panic!("not compared")
    };
    let chosen = vec![true; comparison.changeset.changes.len()];
    let name = Some("filled".to_owned());
    let drafted: Arc<Drafted> =
        draft(CommandKind::Draft(DraftOrder { comparison, chosen, name, loss: DataLoss::Refused }));
    let forward = behind(&drafted.forward.text, "COLUMN n ", update);
    // Nobody but the writer knows the way back of a statement that is not cut.
    let (head, rest) = drafted.rollback.text.split_once("BEGIN").unwrap();
    let rollback = format!("{head}UPDATE t SET n = NULL;\nBEGIN{rest}");
    let edited = draft(CommandKind::Edit(EditOrder { drafted, forward, rollback }));
    let proven = draft(CommandKind::Prove(ProveOrder { drafted: edited }));
    let record = proven.record.clone();
    let folder = ground.desk.path("filled");
    ada.ask(CommandKind::Save(SaveOrder { drafted: proven, folder })).unwrap();
    record
}

fn filled_whole(ground: &Ground) {
    let desk = &ground.desk;
    let record = written(ground, "UPDATE t SET n = lower(o) WHERE n IS NULL");
    assert!(matches!(record.proof, Proof::Proven { .. }), "{:?}", record.proof);
    assert!(record.plan.steps.iter().all(|step| step.batches.is_none()), "{:?}", record.plan.steps);
    let found = record.findings.iter().find(|finding| &*finding.rule == RULE);
    let found = found.unwrap_or_else(|| panic!("{:?}", record.findings));
    assert!(found.severity >= Severity::Warn, "{found:?}");
    for words in ["cannot go in batches", "has no primary key and no unique key whose columns are NOT NULL"] {
        assert!(found.what.contains(words), "{words}: {found:?}");
    }
    assert!(found.instead.contains("Give the table a primary key first"), "{found:?}");
    let lint = desk.run(&["lint", "filled"]);
    assert!(lint.out.contains(RULE) && lint.out.contains("cannot go in batches"), "{}", lint.out);

    let url = ground.fresh("victim");
    let mut words = vec!["run", "filled", "--on", &url];
    if found.stops() {
        let refused = desk.expect(5, &words);
        assert!(refused.err.contains(RULE), "{}", refused.err);
        ground.is_before("victim").unwrap();
    }
    words.extend(
        record
            .findings
            .iter()
            .filter(|finding| finding.stops())
            .flat_map(|finding| ["--acknowledge", &*finding.rule]),
    );
    let ran = desk.expect(0, &words);
    assert!(!ran.err.contains("in batches"), "{}", ran.err);
    ground.is_after("victim").unwrap();
    assert_eq!(ground.ask("victim", "SELECT count(*) FROM t WHERE n = lower(o)"), ["3000"]);
    // No batch was ever begun.
    let jobs = match ground.server() {
        Some(_) => "SELECT count(*) FROM pg_class WHERE relname = 'backfill'",
        None => "SELECT count(*) FROM sqlite_schema WHERE name = 'migrator_backfill'",
    };
    assert_eq!(ground.ask("victim", jobs), ["0"]);
    let back = desk.run(&["rollback", "filled", "--on", &url, "--allow-destructive"]);
    assert_eq!(back.code, 0, "{}{}", back.out, back.err);
    ground.is_before("victim").unwrap();
}

#[test]
fn a_table_without_a_key_is_filled_in_one_statement_on_postgres() {
    if let Some(ground) = Ground::postgres(PG.0, PG.1) {
        filled_whole(&ground);
    }
}

#[test]
fn a_table_without_a_key_is_filled_in_one_statement_on_sqlite() {
    filled_whole(&Ground::sqlite(LITE.0, LITE.1));
}
