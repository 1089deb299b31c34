//! A password that no file holds, typed where the environments are looked at: a plan runs there all the same.

use migrator_tui::app::mode::Mode;
use migrator_tui::app::rollout::Sheet;
use migrator_tui::app::{Desk, EnvironmentStanding, Known};
use migrator_tui::config::Guard;
use migrator_tui::model::EngineKind;

use crate::execute::ground::{Ground, PG_AFTER, PG_BEFORE};
use crate::execute::private::Private;

use super::driver::{Driver, plain};

/// A workbench in front of a server that wants ana's password. It ends with its server.
fn bench() -> Option<(Driver, Ground, Private)> {
    let mut private = Private::start()?;
    let ground = Ground::on(private.server(), PG_BEFORE, PG_AFTER);
    let trusted = ground.fresh("live");
    private.server().psql("postgres", &["-c", "CREATE ROLE ana SUPERUSER LOGIN PASSWORD 'owl'"]).unwrap();
    private.admit("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
    let url = trusted.replace("//postgres@", "//ana@");
    let project = format!("[environments.live]\nurl = \"{url}\"\nstage = 1\n");
    let known = Known {
        name: "live".into(),
        engine: Some(EngineKind::Postgres),
        standing: EnvironmentStanding::Free,
        problem: None,
        guard: Guard::None,
        stage: Some(1),
    };
    let mut driver = Driver::start(plain(), Desk { environments: vec![known], ..Desk::default() }, &project);
    driver.state.desk.plans = ground.desk.path("plan").parent().unwrap().display().to_string();
    driver.resize((120, 40));
    driver.begin();
    driver.play(&["P"]);
    Some((driver, ground, private))
}

#[test]
fn a_password_is_typed_once_and_the_plan_runs() {
    let Some((mut driver, ground, private)) = bench() else { return };
    let screen = driver.screen();
    assert!(screen.contains("password authentication failed"), "{screen}");
    assert!(screen.contains("<Enter> takes it now"), "{screen}");

    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("password for live:"), "{}", driver.screen());
    driver.text("mouse");
    driver.play(&["<Enter>"]);
    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("the server refused it; password for live:"), "{}", driver.screen());
    driver.text("owl");
    driver.play(&["<Enter>"]);
    let screen = driver.screen();
    assert!(screen.contains("nothing has run here") && !screen.contains("failed"), "{screen}");
    assert!(!format!("{:?}", driver.state).contains("owl"));

    driver.play(&["p"]);
    driver.play(&["<Enter>"]);
    driver.play(&["A"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Start, "{}", driver.screen());
    while let Some(start) = driver.state.rollout.start.as_ref().filter(|start| start.next().is_some()) {
        let word = start.demands[start.next().unwrap()].word.clone();
        if matches!(driver.state.mode, Mode::Normal) {
            driver.keys(&["<Enter>"]);
        }
        driver.text(&word);
        driver.keys(&["<Enter>"]);
    }
    driver.play(&["A"]);
    assert!(driver.screen().contains("as the plan says"), "{}", driver.screen());
    // What is new belongs to her, so the dump is another one.
    private.server().psql(&ground.database("live"), &["-c", "SELECT FROM returns"]).unwrap();
}

/// What was asked for when the password was missing goes on as soon as it is typed.
#[test]
fn a_question_that_meets_a_password_goes_on_after_it() {
    let Some((mut driver, _ground, _private)) = bench() else { return };
    driver.play(&["p"]);
    driver.play(&["<Enter>"]);
    driver.play(&["A"]);
    assert!(driver.screen().contains("password for live:"), "{}", driver.screen());
    driver.text("owl");
    driver.play(&["<Enter>"]);
    assert_eq!(driver.state.rollout.sheet, Sheet::Start, "{}", driver.screen());
}
