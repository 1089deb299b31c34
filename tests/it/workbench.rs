//! The worker's commands as the workbench sends them: compare, rename, choose, draft, prove, save, define.

use std::sync::Arc;

use migrator_tui::connect::scratch::{MySqlScratch, Workshop};
use migrator_tui::diff::Privileges;
use migrator_tui::export::Proof;
use migrator_tui::model::{Change, EngineKind, ObjectKind, Renaming};
use migrator_tui::safety::DataLoss;
use migrator_tui::worker::{
    self, Answer, Client, Command, CommandId, CommandKind, CompareOrder, Comparison, DefineOrder, Defined,
    DemoPlace, DraftOrder, Drafted, EditOrder, Edited, EventKind, ProveOrder, RenameOrder, SaveOrder,
    read_plan,
};

/// A client that waits for each answer.
struct Bench {
    client: Client,
    next: u64,
}

impl Bench {
    fn new() -> Self {
        Self { client: worker::start(), next: 1 }
    }

    async fn ask(&mut self, kind: CommandKind) -> Result<Answer, String> {
        let id = CommandId(self.next);
        self.next += 1;
        self.client.send(Command { id, kind }).await.unwrap();
        loop {
            match self.client.next().await.unwrap().kind {
                EventKind::Progress(_) | EventKind::Happened(_) => {}
                EventKind::Finished(answer) => return Ok(answer),
                EventKind::Failed(failure) => return Err(format!("{failure} ({})", failure.hint)),
                EventKind::Cancelled => return Err("cancelled".into()),
            }
        }
    }

    async fn demo(&mut self, engine: EngineKind) -> (Arc<DemoPlace>, Arc<Comparison>) {
        let Answer::Opened(place) = self.ask(CommandKind::OpenDemo(engine)).await.unwrap() else { panic!() };
        let order = CompareOrder {
            current: place.current.clone(),
            desired: place.desired.clone(),
            privileges: Privileges::Ignore,
            renames: Vec::new(),
            dropped: migrator_tui::model::Dropped::Lost,
            scratch: place.scratch.clone(),
        };
        let Answer::Compared(found) = self.ask(CommandKind::Compare(order)).await.unwrap() else { panic!() };
        (place, found)
    }

    async fn rename(&mut self, comparison: &Arc<Comparison>, renames: Vec<Renaming>) -> Arc<Comparison> {
        let order = RenameOrder { comparison: comparison.clone(), renames };
        let Answer::Compared(found) = self.ask(CommandKind::Rename(order)).await.unwrap() else { panic!() };
        found
    }

    async fn draft(
        &mut self,
        comparison: &Arc<Comparison>,
        chosen: Vec<bool>,
    ) -> Result<Arc<Drafted>, String> {
        let order =
            DraftOrder { comparison: comparison.clone(), chosen, name: None, loss: DataLoss::Allowed };
        match self.ask(CommandKind::Draft(order)).await? {
            Answer::Drafted(drafted) => Ok(drafted),
            other => panic!("{other:?}"),
        }
    }

    async fn edit(
        &mut self,
        drafted: &Arc<Drafted>,
        forward: String,
        rollback: String,
    ) -> Result<Arc<Drafted>, String> {
        let order = EditOrder { drafted: drafted.clone(), forward, rollback };
        match self.ask(CommandKind::Edit(order)).await? {
            Answer::Drafted(drafted) => Ok(drafted),
            other => panic!("{other:?}"),
        }
    }

    async fn prove(&mut self, drafted: &Arc<Drafted>) -> Arc<Drafted> {
        let order = ProveOrder { drafted: drafted.clone() };
        let Answer::Drafted(drafted) = self.ask(CommandKind::Prove(order)).await.unwrap() else { panic!() };
        drafted
    }

    async fn define(&mut self, comparison: &Arc<Comparison>, kind: ObjectKind, name: &str) -> Arc<Defined> {
        let id = [&comparison.desired, &comparison.current]
            .into_iter()
            .flat_map(|side| side.schema.objects.keys())
            .find(|id| id.kind == kind && id.leaf().as_str() == name)
            .unwrap()
            .clone();
        let order = DefineOrder { comparison: comparison.clone(), id };
        let Answer::Defined(defined) = self.ask(CommandKind::Define(order)).await.unwrap() else { panic!() };
        defined
    }
}

fn confirmed(comparison: &Comparison) -> Vec<Renaming> {
    let pairs = comparison.changeset.suspected.iter();
    pairs.map(|pair| Renaming { before: pair.before.clone(), after: pair.after.clone() }).collect()
}

async fn from_demo_to_folder(engine: EngineKind) {
    let mut bench = Bench::new();
    let (_, first) = bench.demo(engine).await;
    assert_eq!(first.imprints.len(), first.changeset.changes.len());
    let renames = confirmed(&first);
    assert!(!renames.is_empty());
    let second = bench.rename(&first, renames).await;
    assert!(Arc::ptr_eq(&first.current, &second.current), "a rename copies no schema");
    assert!(second.changeset.changes.iter().any(|change| matches!(change, Change::Rename { .. })));
    let back = bench.rename(&second, Vec::new()).await;
    assert_eq!(back.imprints, first.imprints);

    let drafted = bench.draft(&second, vec![true; second.changeset.changes.len()]).await.unwrap();
    assert_eq!(drafted.edited, Edited::Generated);
    for script in [&drafted.forward, &drafted.rollback] {
        let lines: Vec<&str> = script.text.lines().collect();
        assert!(!script.places.is_empty());
        for place in &script.places {
            assert!(
                lines[place.lines.start].starts_with(&format!("-- [{}]", place.step + 1))
                    || lines[place.lines.start..place.statement.start]
                        .iter()
                        .all(|line| !line.starts_with("-- ["))
            );
            assert!(place.lines.start <= place.statement.start && place.lines.end == place.statement.end);
            if let Some(first) = lines.get(place.statement.start) {
                assert!(place.statement.is_empty() || !first.starts_with("--"), "{first}");
            }
        }
    }
    let step = &drafted.record.plan.steps[0];
    let place = &drafted.forward.places[0];
    let text: Vec<&str> = drafted.forward.text.lines().collect();
    let statement = text[place.statement.clone()].join("\n");
    assert_eq!(statement.trim_end_matches(';'), step.statement.sql.as_str());

    let proven = bench.prove(&drafted).await;
    assert!(matches!(proven.record.proof, Proof::Proven { .. }), "{:?}", proven.record.proof);
    let residual = proven.residual.as_ref().unwrap();
    assert!(residual.forward.changes.is_empty() && residual.rollback.changes.is_empty());
    assert!(proven.forward.text.contains("rehearsed on"));

    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("release");
    let order = SaveOrder { drafted: proven.clone(), folder: folder.clone() };
    let Answer::Saved(written) = bench.ask(CommandKind::Save(order)).await.unwrap() else { panic!() };
    assert_eq!(written, folder);
    assert_eq!(read_plan(&folder).unwrap().plan.steps, proven.record.plan.steps);
    bench.client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_demo_to_folder_on_sqlite() {
    from_demo_to_folder(EngineKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_demo_to_folder_on_postgres() {
    let Some(workshop) = crate::scratch::postgres().await else { return };
    workshop.close().await;
    from_demo_to_folder(EngineKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_demo_to_folder_on_mysql() {
    let Ok(workshop) = Workshop::mysql(&MySqlScratch::default()).await else {
        println!("skipped: no place for MySQL or MariaDB");
        return;
    };
    workshop.close().await;
    from_demo_to_folder(EngineKind::MySql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_stays_until_the_worker_closes() {
    let mut bench = Bench::new();
    let (place, _) = bench.demo(EngineKind::Sqlite).await;
    let migrator_tui::config::Source::Environment(current) = &place.current else { panic!() };
    let migrator_tui::connect::Target::Sqlite(target) = &current.target else { panic!() };
    assert!(target.path.exists());
    bench.client.close().await;
    assert!(!target.path.exists() && !target.path.parent().unwrap().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_read_line_by_line() {
    let mut bench = Bench::new();
    let (_, found) = bench.demo(EngineKind::Sqlite).await;
    let orders = bench.define(&found, ObjectKind::Table, "orders").await;
    for text in [orders.before.as_deref().unwrap(), orders.after.as_deref().unwrap()] {
        assert!(text.starts_with("CREATE TABLE orders (\n    "), "{text}");
        assert!(text.contains("CREATE INDEX"), "indexes belong to it: {text}");
        assert!(text.ends_with(";\n"), "{text}");
    }
    let renamed = bench.rename(&found, confirmed(&found)).await;
    let column = bench.define(&renamed, ObjectKind::Column, "full_name").await;
    assert!(column.before.as_deref().unwrap().contains("name"), "{column:?}");
    assert!(column.after.as_deref().unwrap().contains("full_name"), "{column:?}");
    bench.client.close().await;
}

async fn any_choice_can_be_planned(engine: EngineKind, proofs: usize) {
    let mut bench = Bench::new();
    let (_, first) = bench.demo(engine).await;
    let renamed = bench.rename(&first, confirmed(&first)).await;
    let mut seed = 5_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for comparison in [&first, &renamed] {
        let count = comparison.changeset.changes.len();
        for round in 0..40 {
            let mut chosen = vec![round % 2 == 0; count];
            for _ in 0..=next(6) {
                let at = next(count);
                chosen[at] = !chosen[at];
                for followed in comparison.follow(&chosen, at) {
                    assert_ne!(chosen[followed.change], chosen[at]);
                    assert!(!followed.why.is_empty());
                    chosen[followed.change] = chosen[at];
                }
                assert!(comparison.follow(&chosen, at).is_empty(), "once is enough");
            }
            let names: Vec<String> = comparison
                .changeset
                .changes
                .iter()
                .zip(&chosen)
                .filter(|(_, chosen)| **chosen)
                .map(|(change, _)| format!("{} {}", change.sign(), change.id()))
                .collect();
            let drafted =
                bench.draft(comparison, chosen).await.unwrap_or_else(|error| panic!("{error}: {names:#?}"));
            if round < proofs {
                let proven = bench.prove(&drafted).await;
                let fine = names.is_empty() || matches!(proven.record.proof, Proof::Proven { .. });
                assert!(fine, "{:#?} {names:#?}", proven.record.proof);
            }
        }
    }
    bench.client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_choice_can_be_planned_on_sqlite() {
    any_choice_can_be_planned(EngineKind::Sqlite, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_choice_can_be_planned_on_postgres() {
    let Some(workshop) = crate::scratch::postgres().await else { return };
    workshop.close().await;
    any_choice_can_be_planned(EngineKind::Postgres, 12).await;
}

async fn edited_and_proven(engine: EngineKind, insert: &str) {
    let mut bench = Bench::new();
    let (_, found) = bench.demo(engine).await;
    let drafted = bench.draft(&found, vec![true; found.changeset.changes.len()]).await.unwrap();
    let same =
        bench.edit(&drafted, drafted.forward.text.clone(), drafted.rollback.text.clone()).await.unwrap();
    assert_eq!((same.edited, &same.forward), (Edited::Generated, &drafted.forward));

    let forward = format!("{}{insert}", drafted.forward.text);
    let edited = bench.edit(&drafted, forward, drafted.rollback.text.clone()).await.unwrap();
    assert_eq!(edited.edited, Edited::ByHand);
    assert!(edited.record.findings.iter().any(|noted| noted.what.contains("no way back was written")));
    let missed = bench.prove(&edited).await;
    assert!(matches!(missed.record.proof, Proof::Failed { .. }), "{:?}", missed.record.proof);
    let residual = missed.residual.as_ref().unwrap();
    assert!(residual.lines.iter().any(|line| line.contains("extra")), "{residual:?}");
    assert!(!residual.forward.changes.is_empty());

    let error =
        bench.edit(&drafted, format!("{}SELECT 'x", drafted.forward.text), String::new()).await.unwrap_err();
    assert!(error.contains("forward.sql, line "), "{error}");
    bench.client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edited_and_proven_on_sqlite() {
    edited_and_proven(EngineKind::Sqlite, "CREATE TABLE extra (id INTEGER PRIMARY KEY);\n").await;
}
