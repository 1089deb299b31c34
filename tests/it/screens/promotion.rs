//! Plans run from the workbench, by keys, on real databases: written, run, promoted, taken back; and found again where
//! an earlier process was killed.

use std::path::Path;

use migrator_tui::app::rollout::{Scene, Sheet};
use migrator_tui::app::{Desk, EnvironmentStanding, Known};
use migrator_tui::config::Guard;
use migrator_tui::model::EngineKind;

use crate::execute::ground::{Ground, LITE_AFTER, LITE_BEFORE};

use super::driver::{Driver, plain};

/// A workbench whose project has these databases, the first one first.
fn bench(ground: &Ground, names: &[&str]) -> Driver {
    let free: Vec<(&str, Guard)> = names.iter().map(|name| (*name, Guard::None)).collect();
    guarded(ground, &free)
}

fn guarded(ground: &Ground, names: &[(&str, Guard)]) -> Driver {
    let url = |name: &str| format!("sqlite:{}", ground.file(name).display());
    let entry = |(at, (name, guard)): (usize, &(&str, Guard))| {
        let (url, stage, guard) = (url(name), at + 1, guard.word());
        format!("[environments.{name}]\nurl = \"{url}\"\nstage = {stage}\nguard = \"{guard}\"\n\n")
    };
    let project: String = names.iter().enumerate().map(entry).collect();
    let known = |(at, (name, guard)): (usize, &(&str, Guard))| Known {
        name: (*name).to_owned(),
        engine: Some(EngineKind::Sqlite),
        standing: EnvironmentStanding::Free,
        problem: None,
        guard: *guard,
        stage: Some(at as u32 + 1),
    };
    let desk = Desk { environments: names.iter().enumerate().map(known).collect(), ..Desk::default() };
    let mut driver = Driver::start(plain(), desk, &project);
    driver.state.desk.plans = folder(ground.desk.path("plan").as_path());
    driver.resize((120, 40));
    driver.begin();
    driver
}

fn folder(plan: &Path) -> String {
    plan.parent().unwrap().display().to_string()
}

/// Types every word that is asked for, then begins.
fn say_yes(driver: &mut Driver) {
    assert_eq!(driver.state.rollout.sheet, Sheet::Start, "{}", driver.screen());
    while let Some(start) = driver.state.rollout.start.as_ref().filter(|start| start.next().is_some()) {
        let word = start.demands[start.next().unwrap()].word.clone();
        if matches!(driver.state.mode, migrator_tui::app::mode::Mode::Normal) {
            driver.keys(&["<Enter>"]);
        }
        driver.text(&word);
        driver.keys(&["<Enter>"]);
    }
    driver.play(&["A"]);
}

#[test]
fn a_plan_is_run_promoted_and_taken_back_by_keys() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    ground.fresh("staging");
    ground.fresh("live");
    let mut driver = bench(&ground, &["staging", "live"]);
    driver.play(&["P"]);
    assert!(driver.screen().contains("no plan yet"), "{}", driver.screen());
    driver.play(&["p"]);
    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("plan trial"), "{}", driver.screen());

    driver.play(&["j", "A"]);
    assert!(driver.screen().contains("has not run this plan"), "staging comes first: {}", driver.screen());
    driver.play(&["A"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Start, "{}", driver.screen());
    driver.play(&["<Esc>", "k", "A"]);
    say_yes(&mut driver);
    assert_eq!(driver.state.rollout.sheet, Sheet::Report, "{}", driver.screen());
    assert!(driver.screen().contains("as the plan says"), "{}", driver.screen());
    ground.is_after("staging").unwrap();
    ground.is_before("live").unwrap();

    driver.play(&["<Esc>"]);
    assert!(driver.screen().contains("passed"), "{}", driver.screen());
    driver.play(&["j", "A"]);
    assert!(driver.screen().contains("promote on live"), "{}", driver.screen());
    say_yes(&mut driver);
    ground.is_after("live").unwrap();

    driver.play(&["<Esc>", "B"]);
    assert!(driver.screen().contains("take back on live"), "{}", driver.screen());
    say_yes(&mut driver);
    assert!(driver.screen().contains("rollback on live"), "{}", driver.screen());
    ground.is_before("live").unwrap();
    ground.is_after("staging").unwrap();

    driver.play(&["H"]);
    assert!(driver.screen().contains("3 runs"), "{}", driver.screen());
    driver.play(&["G", "<Enter>"]);
    assert!(driver.screen().contains("report: trial on staging"), "{}", driver.screen());
}

#[test]
fn a_guarded_environment_takes_its_name_and_a_second_person() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    for guard in [Guard::Confirm, Guard::Typed, Guard::TwoPerson] {
        ground.fresh("live");
        let mut driver = guarded(&ground, &[("live", guard)]);
        driver.play(&["P"]);
        driver.play(&["p"]);
        driver.play(&["<Enter>", "A"]);
        let screen = driver.screen();
        assert!(screen.contains("Approvals: 0 of"), "{guard:?}: {screen}");
        let words = &driver.state.rollout.start.as_ref().unwrap().demands;
        assert_eq!(words.iter().any(|demand| demand.word == "live"), guard != Guard::Confirm, "{screen}");
        say_yes(&mut driver);
        match guard {
            Guard::None | Guard::Confirm | Guard::Typed => {
                assert_eq!(driver.state.rollout.sheet, Sheet::Report, "{guard:?}: {}", driver.screen());
                ground.is_after("live").unwrap();
            }
            Guard::TwoPerson => {
                let screen = driver.screen();
                assert!(screen.contains("Approvals: 1 of 2") && screen.contains("token"), "{screen}");
                driver.play(&["A"]);
                assert!(driver.screen().contains("somebody else has to approve"), "{}", driver.screen());
                driver.play(&["R"]);
                assert!(driver.screen().contains("Approvals: 1 of 2"), "{}", driver.screen());
                ground.is_before("live").unwrap();
            }
        }
    }
}

#[test]
fn an_approval_alone_shows_its_token_and_runs_nothing() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    ground.fresh("live");
    let mut driver = guarded(&ground, &[("live", Guard::Confirm)]);
    driver.play(&["P"]);
    driver.play(&["p"]);
    driver.play(&["<Enter>", "A"]);
    while driver.state.rollout.start.as_ref().is_some_and(|start| start.next().is_some()) {
        let start = driver.state.rollout.start.as_ref().unwrap();
        let word = start.demands[start.next().unwrap()].word.clone();
        if matches!(driver.state.mode, migrator_tui::app::mode::Mode::Normal) {
            driver.keys(&["<Enter>"]);
        }
        driver.text(&word);
        driver.keys(&["<Enter>"]);
    }
    driver.play(&["T"]);
    assert!(driver.screen().contains("mt-"), "{}", driver.screen());
    ground.is_before("live").unwrap();
    assert!(!format!("{:?}", driver.state).contains("mt-"), "a token is told to nobody but the person");
    driver.play(&["A"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Report, "{}", driver.screen());
    ground.is_after("live").unwrap();
}

#[test]
fn a_draft_is_written_before_it_runs() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    ground.fresh("staging");
    let mut driver = bench(&ground, &["staging"]);
    driver.state.desk.current = Some(migrator_tui::worker::Reference::new("staging"));
    let after = format!("sqlite:{}", ground.file("after").display());
    driver.state.desk.desired = Some(migrator_tui::worker::Reference::new(after));
    driver.begin();
    driver.play(&["A"]);
    assert_eq!(driver.state.scene, Scene::Rollout);
    assert!(driver.screen().contains("a draft"), "{}", driver.screen());
    driver.play(&["A"]);
    assert!(driver.screen().contains("is not written yet"), "{}", driver.screen());
    driver.keys(&["Y", "<C-u>"]);
    driver.text(&ground.desk.path("drafted").display().to_string());
    driver.play(&["<Enter>"]);
    assert!(ground.desk.path("drafted/plan.toml").is_file());
    say_yes(&mut driver);
    assert_eq!(driver.state.rollout.sheet, Sheet::Report, "{}", driver.screen());
    ground.is_after("staging").unwrap();
}

/// The process that ran it was killed; the next start says so, asks the server, and goes on or takes it back.
#[cfg(feature = "faults")]
#[test]
fn a_run_that_was_killed_is_found_at_the_start_and_decided() {
    use crate::execute::ground::{End, killed_at};
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    for resume in [true, false] {
        ground.fresh("staging");
        let victim = ground.run("staging");
        let end = killed_at(victim, "after send", 3, &ground.desk.path("reached"));
        assert!(matches!(end, End::Killed));
        let mut driver = bench(&ground, &["staging"]);
        assert!(driver.screen().contains("A run is not over"), "{}", driver.screen());
        driver.play(&["Y"]);
        assert!(driver.screen().contains("outcome unknown: decide"), "{}", driver.screen());
        driver.play(&["<Enter>"]);
        assert_eq!(driver.state.rollout.sheet, Sheet::Decision, "{}", driver.screen());
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = words(migrator_tui::app::rollout::main(&driver.state).text());
        for words in [
            "1 sent",
            "2 server",
            "it did not take effect: its record is not there, and its session is gone",
            "3 statements",
            "4 at work nothing",
            "5 ways out",
            "6 SQL",
            "closed: nothing of it took effect",
        ] {
            assert!(told.contains(words), "{words}:\n{}", driver.screen());
        }
        if resume {
            driver.play(&["A"]);
            say_yes(&mut driver);
            assert_eq!(driver.state.rollout.sheet, Sheet::Report, "{}", driver.screen());
            ground.is_after("staging").unwrap();
        } else {
            driver.play(&["<Esc>"]);
            assert_eq!(driver.state.rollout.sheet, Sheet::Pipeline, "{}", driver.screen());
            ground.is_before("staging").unwrap();
        }
    }
}
