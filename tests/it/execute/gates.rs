//! Invariants of the rollout at its gates, against the real binary: I4, what was approved is what runs; I5, production
//! sees only what the stage before has validated; I7, an author is not one of two who agree.

use std::sync::Arc;

use migrator_tui::engines::dialect;
use migrator_tui::export::{Proof, Record, read_record, write};
use migrator_tui::model::{Plan, Runtime};
use migrator_tui::worker::Errand;

use super::approve::{Person, grounds, project, promote, somebody_else, staged};
use super::ground::Ground;

/// The plan's folder, written again with something of it changed: whole and sealed, as a planner would have made it.
fn rewritten(ground: &Ground, change: impl FnOnce(&mut Plan, &mut Proof)) {
    let file = |name: &str| ground.desk.path(&format!("plan/{name}"));
    let record = read_record(&std::fs::read_to_string(file("plan.toml")).unwrap()).unwrap();
    let (mut plan, mut proof) = ((*record.plan).clone(), record.proof.clone());
    change(&mut plan, &mut proof);
    let dialect = dialect(plan.server.engine).unwrap();
    let folder = write(&Record { plan: Arc::new(plan), proof, ..record }, dialect).unwrap();
    for (name, text) in
        [("plan.toml", &folder.plan), ("forward.sql", &folder.forward), ("rollback.sql", &folder.rollback)]
    {
        std::fs::write(file(name), text).unwrap();
    }
}

/// I4: approved means that the plan, what was judged of it, the database and its schema are those that the approver
/// saw. Where one differs it is refused, and nothing is sent.
#[test]
fn i4_an_approval_is_for_this_plan_this_judgment_this_database_and_this_schema() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"confirm\"");
        staged(&ground, &yes);
        let mut ada = Person::of(&ground, "ada");
        let given = ada.approves(&desk.path("plan"));
        let token = given.token.expose();
        let refuses = |words: &str| {
            let refused = desk.expect(5, &promote(token, &yes));
            assert!(refused.err.contains(words), "{words}: {}", refused.err);
            ground.is_before("production").unwrap();
        };
        // Something that the plan does not touch has changed since.
        ground.change("production", "CREATE TABLE later (id int PRIMARY KEY)");
        let changed = desk.expect(5, &promote(token, &yes));
        assert!(changed.err.contains("has changed since it was approved"), "{}", changed.err);
        ground.change("production", "DROP TABLE later");
        // The same statements, judged anew.
        let files =
            ["plan.toml", "forward.sql", "rollback.sql"].map(|name| desk.path(&format!("plan/{name}")));
        let kept = files.each_ref().map(|file| std::fs::read(file).unwrap());
        rewritten(&ground, |_, proof| match proof {
            Proof::Proven { notes, .. } => notes.push("a table could not be seeded".into()),
            Proof::Failed { .. } | Proof::NotRehearsed { .. } => panic!("{proof:?}"),
        });
        refuses("what was found in this plan before, or what came of its rehearsal; that has changed");
        // Another plan, which staging has run, too.
        rewritten(&ground, |plan, _| plan.steps[0].statement.runtime = Runtime::Long);
        ground.fresh("staging");
        staged(&ground, &yes);
        refuses("another plan");
        for (file, text) in files.iter().zip(&kept) {
            std::fs::write(file, text).unwrap();
        }
        ground.fresh("staging");
        staged(&ground, &yes);
        // Another database under the same name.
        ground.fresh("production");
        refuses("another database");
        let again = ada.approves(&desk.path("plan"));
        desk.expect(0, &promote(again.token.expose(), &yes));
        ground.is_after("production").unwrap();
    }
}

/// I7: where two people have to agree, the author of the plan is neither of them. Where one is enough it may be the
/// author.
#[test]
fn i7_an_author_does_not_agree_to_a_plan_of_their_own() {
    for ground in grounds() {
        let (desk, plan) = (&ground.desk, ground.desk.path("plan"));
        let (current, desired) = (ground.url("before"), ground.url("after"));
        let words =
            ["plan", "--current", &current, "--desired", &desired, "--out", "plan", "--name", "trial"];
        let made = desk.command(&words).env("MIGRATOR_ACTOR", "ada").output().unwrap();
        assert!([Some(0), Some(4)].contains(&made.status.code()), "{made:?}");
        let yes = ground.acknowledged();
        project(&ground, "", "guard = \"two-person\"");
        staged(&ground, &yes);
        let mut ada = Person::of(&ground, "ada");
        let prepared = ada.looks(Errand::Promote, &plan);
        assert!(prepared.blocked.is_empty(), "{:?}", prepared.blocked);
        let refused = ada.says_yes(&prepared, "production").unwrap_err();
        assert!(refused.what.contains("ada wrote this plan"), "{refused:?}");
        // One other is not enough, and she is not counted with them.
        let first = Person::of(&ground, "eve").approves(&plan);
        assert!(!first.is_enough());
        let alone = desk.expect(5, &promote(first.token.expose(), &yes));
        assert!(alone.err.contains("none of them ada, who wrote the plan"), "{}", alone.err);
        assert!(alone.err.contains("eve@"), "{}", alone.err);
        // Her name cannot be taken out of it.
        let file = plan.join("plan.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("author = \"ada\"\n"), "{text}");
        std::fs::write(&file, text.replace("author = \"ada\"\n", "")).unwrap();
        let changed = desk.run(&promote(first.token.expose(), &yes));
        assert!(changed.code != 0 && changed.err.contains("was changed by hand"), "{}", changed.err);
        std::fs::write(&file, text).unwrap();
        somebody_else(&ground);
        desk.expect(0, &promote(first.token.expose(), &yes));
        ground.is_after("production").unwrap();
        // One is enough for the way back, and it may be her.
        project(&ground, "", "guard = \"typed\"");
        let given = Person::of(&ground, "ada").approves_the_way_back(&plan);
        assert!(given.is_enough());
    }
}

/// I5: production sees a plan only after the stage before has run this very one, to its end, and was verified.
#[test]
fn i5_production_sees_only_what_staging_has_validated() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "");
        let refuses = |words: &str| {
            let refused = desk.expect(5, &promote("", &yes));
            assert!(refused.err.contains(words), "{words}: {}", refused.err);
            ground.is_before("production").unwrap();
        };
        refuses("staging has not run this plan");
        // Another plan of that name.
        let files =
            ["plan.toml", "forward.sql", "rollback.sql"].map(|name| desk.path(&format!("plan/{name}")));
        let kept = files.each_ref().map(|file| std::fs::read(file).unwrap());
        rewritten(&ground, |plan, _| plan.steps[0].statement.runtime = Runtime::Long);
        staged(&ground, &yes);
        for (file, text) in files.iter().zip(&kept) {
            std::fs::write(file, text).unwrap();
        }
        refuses("staging has not run this plan");
        // One that did not come to its end.
        ground.fresh("staging");
        ground.change(
            "staging",
            match ground.server() {
                Some(_) => "UPDATE orders SET cents = -1 WHERE id = 1",
                None => "UPDATE customers SET email = NULL WHERE id = 1",
            },
        );
        let mut words = vec!["run", "plan", "--on", "staging"];
        words.extend(yes.iter().map(String::as_str));
        desk.expect(1, &words);
        refuses("did not come to its end");
        // One that was taken back.
        ground.fresh("staging");
        staged(&ground, &yes);
        desk.expect(0, &["rollback", "plan", "--on", "staging", "--allow-destructive"]);
        refuses("was taken back");
        staged(&ground, &yes);
        desk.expect(0, &promote("", &yes));
        ground.is_after("production").unwrap();
    }
}
