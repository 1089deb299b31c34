//! What people were asked was asked for a run as it was seen: one that went on since is not taken back. What a stage
//! has shown on another major version of its server is no proof.

use std::any::Any;

use migrator_tui::connect::{Connection, Purpose, SqliteTarget, Target, open};
use migrator_tui::engines::{dialect, execution};
use migrator_tui::export::{digest, read_record};
use migrator_tui::model::{
    Actor, Circumstances, EngineKind, Ident, RunId, RunStanding, RunState, Throttle, fold,
};
use migrator_tui::promote::{self, Control, Happening, Mission, Patience, Refusal, Site, Stopped};

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE};

struct Nobody;

impl Control for Nobody {
    fn hear(&self, _: Happening) {}
    fn is_stopped(&self) -> bool {
        false
    }
    fn closed(&self) -> Option<String> {
        None
    }
    fn reach(&self, _: &dyn Connection) -> Box<dyn Any + Send + Sync> {
        Box::new(())
    }
    fn now(&self) -> fn() -> Box<str> {
        || "2026-01-01T00:00:00Z".into()
    }
}

#[test]
fn a_run_that_went_on_since_it_was_seen_is_not_taken_back() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    ground.fresh("victim");
    assert!(ground.run("victim").status().unwrap().success());
    let text = std::fs::read_to_string(ground.desk.path("plan/plan.toml")).unwrap();
    let plan = read_record(&text).unwrap().plan;
    let digest = digest(&plan);
    let target = Target::Sqlite(SqliteTarget { path: ground.file("victim") });
    let home = Ident::from("migrator");
    let site = Site {
        label: "victim",
        target: &target,
        dialect: dialect(EngineKind::Sqlite).unwrap(),
        execution: execution(EngineKind::Sqlite).unwrap(),
        home: &home,
    };
    let actor = Actor { name: "ada".into(), host: "h".into(), process: 1 };
    let mission = Mission {
        site,
        plan: &plan,
        digest: &digest,
        text: &text,
        actor: &actor,
        control: &Nobody,
        patience: Patience::default(),
        throttle: &Throttle::default(),
        permit: None,
        circumstances: &Circumstances::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let over = runtime.block_on(async {
        let mut reader = open(&target, Purpose::Read).await.unwrap();
        let journal = promote::journal(&site, reader.as_mut()).await.unwrap();
        let over = fold(&journal.records).unwrap().pop().unwrap();
        let halfway = RunState { closed: None, ..over.clone() };
        assert_eq!(halfway.standing(), RunStanding::Halfway);
        let mut shorter = over.clone();
        *shorter.outcomes.last_mut().unwrap() = None;
        for seen in [halfway, shorter] {
            let refused = promote::roll_back(&mission, &seen, RunId::new("r2")).await.unwrap_err();
            let Stopped::Refused(Refusal::Failure(failure)) = refused else { panic!("{refused:?}") };
            assert!(failure.what.contains("went on meanwhile"), "{failure:?}");
        }
        over
    });
    ground.is_after("victim").unwrap();
    runtime.block_on(promote::roll_back(&mission, &over, RunId::new("r2"))).unwrap();
    ground.is_before("victim").unwrap();
}

/// I5: a plan that ran on the stage before on another major version is let through by name only.
#[test]
fn i5_another_major_version_proves_nothing() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    for name in ["staging", "production"] {
        ground.fresh(name);
    }
    let text = std::fs::read_to_string(ground.desk.path("plan/plan.toml")).unwrap();
    let plan = read_record(&text).unwrap().plan;
    let target = Target::Sqlite(SqliteTarget { path: ground.file("staging") });
    let home = Ident::from("migrator");
    let site = Site {
        label: "staging",
        target: &target,
        dialect: dialect(EngineKind::Sqlite).unwrap(),
        execution: execution(EngineKind::Sqlite).unwrap(),
        home: &home,
    };
    let circumstances = Circumstances { server: "SQLite 2.8.17".into(), ..Circumstances::default() };
    let mission = Mission {
        site,
        plan: &plan,
        digest: &digest(&plan),
        text: &text,
        actor: &Actor { name: "ada".into(), host: "h".into(), process: 1 },
        control: &Nobody,
        patience: Patience::default(),
        throttle: &Throttle::default(),
        permit: None,
        circumstances: &circumstances,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(promote::begin(&mission, RunId::new("r1"))).unwrap();
    let yes = ground.acknowledged();
    super::approve::project(&ground, "", "");
    let refused = ground.desk.expect(5, &super::approve::promote("", &yes));
    assert!(refused.err.contains("staging ran the plan on SQLite 2.8.17"), "{}", refused.err);
    ground.is_before("production").unwrap();
    let by_name = [yes, vec!["--acknowledge".to_owned(), "other-version".to_owned()]].concat();
    ground.desk.expect(0, &super::approve::promote("", &by_name));
    ground.is_after("production").unwrap();
}
