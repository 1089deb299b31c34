//! Pictures of every pane, dialog, empty and error state, at three sizes and in three looks.

use migrator_tui::app::{Desk, Manner};
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::model::EngineKind;
use migrator_tui::worker::Reference;

use super::driver::{Driver, manner};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// A look's name, and how to make it.
type Look = (&'static str, fn() -> Manner);

const LOOKS: [Look; 3] = [
    ("terminal", || manner("terminal", Symbols::Unicode, Depth::Ansi16)),
    ("mono", || manner("mono", Symbols::Unicode, Depth::None)),
    ("ascii", || manner("terminal", Symbols::Ascii, Depth::Ansi16)),
];

/// Takes a picture of what the keys lead to: at every size in the first look, at the smallest in the others.
pub fn pictures(name: &str, made: impl Fn(Manner) -> Driver, play: impl Fn(&mut Driver)) {
    for (look, of_look) in LOOKS {
        let sizes = if look == "terminal" { &SIZES[..] } else { &SIZES[..1] };
        for size in sizes {
            let mut driver = made(of_look());
            driver.resize(*size);
            play(&mut driver);
            let picture = format!("{}\n\n{}", driver.screen(), driver.looks());
            insta::with_settings!({ snapshot_path => "pictures", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{name}-{look}-{}x{}", size.0, size.1), picture);
            });
        }
    }
}

fn demo(manner: Manner) -> Driver {
    let mut driver = Driver::demo(manner, SIZES[0]);
    driver.keys(&["<Enter>"]);
    // The first messages are gone.
    driver.wait(std::time::Duration::from_secs(60));
    driver
}

/// Each list of keys is played to its end.
fn of_demo(name: &str, plays: &[&[&str]]) {
    pictures(name, demo, |driver| plays.iter().for_each(|keys| driver.play(keys)));
}

#[test]
fn review() {
    of_demo("review", &[&["]", "c"]]);
}

#[test]
fn welcome() {
    pictures("welcome", |manner| Driver::demo(manner, SIZES[0]), |_| {});
}

#[test]
fn side_by_side() {
    of_demo("side-by-side", &[&["s", "3"], &["]", "c", "]", "c"]]);
}

#[test]
fn rollback() {
    of_demo("rollback", &[&["4", "]"], &["#", "1", "2", "j"]]);
}

#[test]
fn findings() {
    of_demo("findings", &[&["6"], &["j", "j"]]);
}

#[test]
fn agent() {
    of_demo("agent", &[&["5"]]);
}

#[test]
fn log() {
    of_demo("log", &[&["@"]]);
}

#[test]
fn zoomed() {
    of_demo("zoomed", &[&["4"], &["z"]]);
}

#[test]
fn left_out_and_marked() {
    of_demo("left-out", &[&["<Space>", "]", "c", "a", "]", "c", "r"]]);
}

#[test]
fn filtered() {
    pictures("filtered", demo, |driver| {
        driver.keys(&["f"]);
        driver.text("kind:index");
        driver.wait(std::time::Duration::from_millis(100));
    });
}

#[test]
fn palette() {
    pictures("palette", demo, |driver| {
        driver.keys(&[":"]);
        driver.text("side");
    });
}

#[test]
fn menu() {
    of_demo("menu", &[&["<F2>"]]);
}

#[test]
fn help() {
    of_demo("help", &[&["?"]]);
}

#[test]
fn rename_question() {
    of_demo("rename", &[&["M"]]);
}

#[test]
fn proven() {
    pictures("proven", demo, |driver| driver.play(&["<F5>"]));
}

#[test]
fn a_schema_s_overview() {
    of_demo("overview", &[&["g", "g"]]);
}

#[test]
fn nothing_compared_yet() {
    pictures("empty", |manner| Driver::start(manner, Desk::default(), ""), |driver| driver.begin());
}

#[test]
fn sides_to_choose_from() {
    let project = "[environments.staging]\nurl = \"sqlite:staging.db\"\nstage = 1\n\n\
                   [environments.broken]\nurl = \"nosuch://x\"\n";
    let known = |name: &str, problem: Option<&str>| migrator_tui::app::Known {
        name: name.into(),
        engine: problem.is_none().then_some(EngineKind::Sqlite),
        guard: migrator_tui::config::Guard::None,
        stage: None,
        standing: migrator_tui::app::EnvironmentStanding::Free,
        problem: problem.map(str::to_owned),
    };
    let desk = || Desk {
        environments: vec![known("staging", None), known("broken", Some("the URL is none that we know"))],
        project: "migrator.toml".into(),
        ..Desk::default()
    };
    pictures(
        "sides",
        |manner| Driver::start(manner, desk(), project),
        |driver| {
            driver.begin();
            driver.play(&["<Enter>"]);
        },
    );
}

#[test]
fn a_side_that_cannot_be_read() {
    let desk = || Desk {
        current: Some(Reference::new("sqlite:/nonexistent/shop.db")),
        desired: Some(Reference::new("sqlite:/nonexistent/next.db")),
        ..Desk::default()
    };
    pictures("unreadable", |manner| Driver::start(manner, desk(), ""), |driver| driver.begin());
}

#[test]
fn too_small() {
    let mut driver = demo(LOOKS[0].1());
    driver.resize((30, 8));
    insta::with_settings!({ snapshot_path => "pictures", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("too-small", driver.screen());
    });
}

#[test]
fn one_pane_at_a_time() {
    let mut driver = demo(LOOKS[0].1());
    driver.resize((60, 20));
    driver.play(&["<Tab>"]);
    insta::with_settings!({ snapshot_path => "pictures", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("one-pane", driver.screen());
    });
}
