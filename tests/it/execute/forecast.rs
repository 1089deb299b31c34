//! Forecasts: what a plan took on staging, told for production before anything is asked there, scaled by what both
//! servers say of their tables, and honest where they say nothing.

use migrator_tui::model::{EngineKind, Estimate, ObjectId, RunState, Took};
use migrator_tui::promote::{Forecast, Foreseen, Guess};
use migrator_tui::worker::{Answer, CommandKind, Errand};

use super::approve::{Person, grounds, project, promote, staged};
use super::ground::{Ground, PG_AFTER, PG_BEFORE};

#[test]
fn a_promotion_begins_with_what_it_took_on_staging() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"typed\"");
        let is_postgres = ground.server().is_some();
        if is_postgres {
            // Twenty times as many orders, and both servers know how many they have.
            ground.change(
                "production",
                "INSERT INTO orders SELECT i, 1, '2026-01-01', 'more', i FROM generate_series(201, 4000) i",
            );
            for name in ["staging", "production"] {
                ground.change(name, "ANALYZE");
            }
        }
        staged(&ground, &yes);
        let refused = desk.expect(5, &promote("", &yes));
        let told = refused.err;
        assert!(told.contains("on staging, scaled by the sizes of the tables"), "{told}");
        assert!(told.find("on staging, scaled") < told.find("takes an approval"), "before it asks: {told}");
        assert!(told.contains(" there") && told.contains(" -- "), "{told}");
        if is_postgres {
            assert!(told.contains("orders: 200 rows there and 4000 here -- about"), "{told}");
            assert!(told.contains("as there, "), "what does not grow is not scaled: {told}");
        }
        let prepared = Person::of(&ground, "ada").looks(Errand::Promote, &desk.path("plan"));
        let forecast = prepared.forecast.clone().unwrap();
        assert_eq!(&*forecast.stage, "staging");
        assert_eq!(forecast.statements.len(), prepared.record.plan.steps.len());
    }
}

/// A run of the plan on 200 orders and 50 customers that took as long as is said.
fn measured(ground: &Ground, millis: u64) -> (migrator_tui::export::Record, RunState) {
    ground.fresh("staging");
    ground.change("staging", "ANALYZE");
    assert!(ground.run("staging").status().unwrap().success());
    let text = std::fs::read_to_string(ground.desk.path("plan/plan.toml")).unwrap();
    let record = migrator_tui::export::read_record(&text).unwrap();
    let bodies = ground.ask("staging", "SELECT body FROM migrator.journal ORDER BY seq");
    assert!(bodies[0].contains("\"tables\":[{") && bodies[0].contains("\"rows\":200"), "{}", bodies[0]);
    let mut state = runs(ground).remove(0);
    state.took.fill(Some(Took { millis: millis + 7, rows: 0, waited: 7 }));
    (record, state)
}

fn runs(ground: &Ground) -> Vec<RunState> {
    let told = Person::of(ground, "ada").ask(CommandKind::Look(vec![ground.url("staging")])).unwrap();
    let Answer::Told(told) = told else { panic!("{told:?}") };
    told.places.iter().find_map(|place| place.runs.as_ref().ok()).unwrap().clone()
}

#[test]
fn what_grows_is_scaled_what_does_not_is_not_and_what_is_unknown_is_said() {
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let (record, state) = measured(&ground, 1_000);
    let dialect = migrator_tui::engines::dialect(EngineKind::Postgres).unwrap();
    let table = |name: &str, rows| {
        let object = record
            .plan
            .images
            .iter()
            .find(|image| image.object.to_string() == format!("table public.{name}"));
        (object.unwrap().object.clone(), Estimate { rows, bytes: None })
    };
    let forecast = |here: &[(ObjectId, Estimate)]| Forecast::of(dialect, &record.plan, &state, here);
    let index = |forecast: &Forecast| {
        forecast
            .statements
            .iter()
            .find(|one| &*one.title == "create index public.orders_day")
            .unwrap()
            .clone()
    };

    let larger = forecast(&[table("orders", Some(2_000_000)), table("customers", Some(50))]);
    assert_eq!(index(&larger).here, Guess::About(10_000_000), "{larger:?}");
    assert!(
        index(&larger).words().ends_with("200 rows there and 2000000 here -- about 2 h 46 min"),
        "{larger:?}"
    );
    assert!(
        larger.statements.iter().any(|one| one.table.is_none() && one.here == Guess::Same(1_000)),
        "{larger:?}"
    );
    let marks: Vec<String> = larger.statements.iter().filter_map(Foreseen::mark).collect();
    assert!(marks.iter().any(|mark| mark.contains("wait")), "{larger:?}");

    let unknown = forecast(&[table("orders", None), table("customers", Some(50))]);
    assert_eq!(index(&unknown).here, Guess::Unknown);
    assert!(index(&unknown).words().contains("200 rows there and unknown here -- unknown"), "{unknown:?}");
    assert_eq!(unknown.total(), Guess::Unknown);
    assert!(unknown.lines()[0].ends_with("-- unknown"));

    // Sizes of the stage that an older release did not write down.
    let mut old = state.clone();
    old.opened.circumstances.tables.clear();
    let old = Forecast::of(dialect, &record.plan, &old, &[table("orders", Some(9))]);
    assert_eq!(index(&old).here, Guess::Unknown);

    let mut quick = state.clone();
    quick.took.fill(Some(Took { millis: 2, rows: 0, waited: 0 }));
    let quick = Forecast::of(dialect, &record.plan, &quick, &[table("orders", Some(20_000))]);
    assert_eq!(index(&quick).here, Guess::AtMost(200));

    let mut unmeasured = state.clone();
    unmeasured.took.fill(None);
    let unmeasured = Forecast::of(dialect, &record.plan, &unmeasured, &[table("orders", Some(9))]);
    assert_eq!(index(&unmeasured).here, Guess::Unknown);
    assert!(index(&unmeasured).words().starts_with("not measured there"));
}
