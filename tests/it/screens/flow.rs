//! What keys do, told by the state and the words on the screen rather than by whole pictures.

use std::time::Duration;

use migrator_tui::app::layout::Pane;
use migrator_tui::app::mode::Mode;
use migrator_tui::app::review::Verdict;
use migrator_tui::app::sql_pane::Tab;
use migrator_tui::app::{Desk, Errand};
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::export::Proof;
use migrator_tui::model::EngineKind;
use migrator_tui::worker::{Edited, Reference};

use super::driver::{Driver, manner};

pub(super) fn demo() -> Driver {
    let mut driver = Driver::demo(manner("terminal", Symbols::Unicode, Depth::Ansi16), (120, 40));
    driver.keys(&["<Enter>"]);
    driver
}

/// The cursor's row, by name.
fn here(driver: &Driver) -> String {
    let subject = driver.state.subject.as_deref().unwrap();
    let node = subject.tree.selected().and_then(|id| subject.outline.get(id)).unwrap();
    node.id().map(ToString::to_string).unwrap_or_else(|| "-".into())
}

#[test]
fn changes_are_walked_and_the_panes_follow() {
    let mut driver = demo();
    let first = here(&driver);
    driver.play(&["]", "c"]);
    assert_ne!(here(&driver), first, "{}", driver.screen());
    driver.play(&["[", "c"]);
    assert_eq!(here(&driver), first);
    driver.play(&["G"]);
    driver.play(&["]", "c"]);
    assert!(driver.screen().contains("last change"), "{}", driver.screen());
}

#[test]
fn the_panes_follow_a_cursor_that_rests() {
    let mut driver = demo();
    driver.play(&["g", "g", "]", "c"]);
    let shown = |driver: &Driver| driver.state.subject.as_deref().unwrap().diff.head;
    let own = |driver: &Driver| driver.state.subject.as_deref().unwrap().head();
    let late = |driver: &Driver| {
        let screen = driver.screen();
        let (_, title) = screen.split_once("3 diff ").unwrap();
        title.split('\u{2500}').next().unwrap().contains('\u{22ef}')
    };
    let before = shown(&driver);
    assert_eq!((before, late(&driver)), (own(&driver), false));
    // Of a key that is held down, rows alone are drawn.
    for _ in 0..12 {
        driver.keys(&["j"]);
        driver.wait(Duration::from_millis(40));
        assert_eq!(shown(&driver), before);
    }
    assert_ne!(own(&driver), before);
    assert!(late(&driver), "{}", driver.screen());
    assert!(driver.state.next_tick().is_some_and(|due| due <= Duration::from_millis(50)));
    driver.settle();
    assert_eq!((shown(&driver), late(&driver)), (own(&driver), false));
    // What is known is on show as soon as something else is done.
    driver.keys(&["g", "g", "]", "c"]);
    assert_eq!(shown(&driver), before);
    driver.keys(&["#", "1", "2", "j", "3"]);
    assert_eq!((shown(&driver), driver.state.focus), (own(&driver), Pane::Diff));
    assert_ne!(shown(&driver), before);
}

#[test]
fn a_digit_goes_to_its_pane_at_once_and_a_count_has_a_key_of_its_own() {
    let mut driver = demo();
    let row = |driver: &Driver| driver.state.subject.as_deref().unwrap().tree.list.cursor;
    driver.play(&["g", "g", "#", "5", "j"]);
    assert_eq!(row(&driver), 5);
    driver.play(&["#", "1", "2", "k"]);
    assert_eq!(row(&driver), 0);
    driver.keys(&["7", "1"]);
    assert!(driver.screen().contains("#71  then a motion"), "{}", driver.screen());
    driver.keys(&["<Esc>", "6"]);
    assert_eq!(driver.state.focus, Pane::Findings, "nothing is waited for");
    driver.keys(&["j"]);
    assert_eq!((row(&driver), driver.state.subject.as_deref().unwrap().findings.cursor), (0, 1));
    driver.keys(&["#", "2", "4"]);
    driver.keys(&["z"]);
    assert_eq!(driver.state.typed.count, None, "what takes no count forgets it");
}

#[test]
fn digits_are_counts_where_they_are_bound_to_nothing() {
    let mut manner = manner("terminal", Symbols::Unicode, Depth::Ansi16);
    manner.keymap = migrator_tui::config::keymap::Keymap::builtin("vim-strict").unwrap();
    let mut driver = Driver::demo(manner, (120, 40));
    driver.play(&["<Enter>", "g", "g", "6", "j", "1", "0", "j"]);
    assert_eq!(driver.state.subject.as_deref().unwrap().tree.list.cursor, 16);
    driver.keys(&["<C-w>", "4"]);
    assert_eq!(driver.state.focus, Pane::Sql);
}

#[test]
fn how_the_review_stands_is_told_at_every_width_and_beside_any_name() {
    let known = |name: &str| migrator_tui::app::Known {
        name: name.into(),
        engine: Some(EngineKind::Sqlite),
        standing: migrator_tui::app::EnvironmentStanding::Production,
        problem: None,
        guard: migrator_tui::config::Guard::None,
        stage: None,
    };
    let desk = Desk {
        demo: Some(EngineKind::Sqlite),
        environments: vec![known("staging"), known("next")],
        ..Desk::default()
    };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize((120, 40));
    driver.begin();
    for width in [200, 140, 120, 110, 100, 80, 60, 50] {
        driver.resize((width, 40));
        let screen = driver.screen();
        let header = screen.lines().next().unwrap();
        for word in ["[PRODUCTION]", "0/28", "6", "11", "not proven"] {
            assert!(header.contains(word), "{width}: {header}");
        }
        assert!(width < 100 || header.contains("staging [PRODUCTION]"), "{width}: {header}");
    }
}

#[test]
fn long_names_of_the_sides_keep_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let file = |end: &str| {
        let path = folder.path().join(format!("the_shop_as_everybody_has_known_it_for_years_{end}.sql"));
        std::fs::write(&path, format!("CREATE TABLE {end} (id INTEGER PRIMARY KEY);")).unwrap();
        Some(Reference::new(format!("{}?engine=sqlite", path.display())))
    };
    let desk = Desk { current: file("before"), desired: file("after"), ..Desk::default() };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize((120, 40));
    driver.begin();
    for width in [120, 80, 60] {
        driver.resize((width, 40));
        let screen = driver.screen();
        let header = screen.lines().next().unwrap();
        let told = ["efore.sql", "after.sql", "0/6", "not proven"];
        assert!(told.iter().all(|word| header.contains(word)), "{width}: {header}");
    }
}

#[test]
fn leaving_a_change_out_takes_its_dependents_along_and_the_sql_follows() {
    let mut driver = demo();
    let before = driver.state.subject.as_deref().unwrap().sql.text(Tab::Forward);
    driver.play(&["/", "r", "e", "t", "u", "r", "n", "s", "<Enter>"]);
    assert!(here(&driver).contains("returns"), "{}", here(&driver));
    driver.play(&["<Space>"]);
    let subject = driver.state.subject.as_deref().unwrap();
    let left_out = subject.review.chosen().iter().filter(|chosen| !**chosen).count();
    assert!(left_out > 1, "the table's columns go with it: {}", driver.screen());
    let after = subject.sql.text(Tab::Forward);
    assert!(before.contains("returns") && !after.contains("TABLE returns"), "{after}");
    driver.play(&["<Space>"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(subject.review.chosen().iter().all(|chosen| *chosen), "{}", driver.screen());
}

#[test]
fn marks_are_set_and_undone() {
    let mut driver = demo();
    driver.play(&["a"]);
    let marks = |driver: &Driver| {
        let subject = driver.state.subject.as_deref().unwrap();
        subject.review.marks().map(|(_, mark)| (mark.verdict, mark.comment.clone())).collect::<Vec<_>>()
    };
    assert!(marks(&driver).iter().all(|(verdict, _)| *verdict == Some(Verdict::Ok)));
    assert!(!marks(&driver).is_empty());
    driver.play(&["u"]);
    let left = marks(&driver).len();
    driver.play(&["U"]);
    assert_eq!(marks(&driver).len(), left + 1);
    driver.keys(&["c"]);
    driver.text("why?");
    driver.play(&["<Enter>"]);
    assert!(marks(&driver).iter().any(|(_, comment)| comment.as_deref() == Some("why?")));
}

#[test]
fn a_suspected_rename_is_a_question_with_its_evidence() {
    let mut driver = demo();
    driver.play(&["M"]);
    assert!(matches!(driver.state.mode, Mode::Dialog(_)), "{}", driver.screen());
    assert!(driver.screen().contains("full_name"), "{}", driver.screen());
    let changes = driver.state.subject.as_deref().unwrap().comparison.changeset.changes.len();
    driver.play(&["Y"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(subject.comparison.changeset.changes.len() < changes, "drop and create became one");
    assert!(subject.signs.contains(&"->"));
    assert!(subject.sql.text(Tab::Forward).contains("RENAME"), "{}", subject.sql.text(Tab::Forward));
}

#[test]
fn both_scripts_are_proven_and_the_screen_says_so() {
    let mut driver = demo();
    driver.play(&["<F5>"]);
    let draft = driver.state.subject.as_deref().unwrap().draft.clone().unwrap();
    assert!(matches!(draft.record.proof, Proof::Proven { .. }), "{:?}", draft.record.proof);
    assert!(driver.screen().contains("proven"), "{}", driver.screen());
}

#[test]
fn a_plan_is_written_where_the_prompt_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = demo();
    driver.keys(&["W", "<C-u>"]);
    driver.text(&format!("{}/one", folder.path().display()));
    driver.play(&["<Enter>"]);
    for file in ["forward.sql", "rollback.sql", "plan.toml"] {
        assert!(folder.path().join("one").join(file).is_file(), "{file}: {}", driver.screen());
    }
}

#[test]
fn filters_and_searches_narrow_the_rows() {
    let mut driver = demo();
    let all = driver.state.subject.as_deref().unwrap().tree.rows().len();
    driver.keys(&["f"]);
    driver.text("is:changed kind:index");
    driver.play(&["<Enter>"]);
    let some = driver.state.subject.as_deref().unwrap().tree.rows().len();
    assert!(some > 0 && some < all, "{}", driver.screen());
    driver.play(&["<Esc>"]);
    assert_eq!(driver.state.subject.as_deref().unwrap().tree.rows().len(), all);
    driver.keys(&["f"]);
    driver.text("nosuchthing");
    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("nothing meets the"), "{}", driver.screen());
}

#[test]
fn the_palette_finds_and_runs_an_action() {
    let mut driver = demo();
    driver.keys(&[":"]);
    driver.text("rollback");
    driver.play(&["<Esc>"]);
    driver.keys(&[":"]);
    driver.text("next script");
    driver.play(&["<Enter>"]);
    assert_eq!(driver.state.subject.as_deref().unwrap().sql.tab, Tab::Rollback, "{}", driver.screen());
}

#[test]
fn quitting_asks_only_when_something_would_be_stopped() {
    let mut driver = demo();
    driver.keys(&["Q"]);
    assert!(driver.errands.iter().any(|errand| matches!(errand, Errand::Quit)));
    let mut driver = demo();
    driver.keys(&["<F5>", "Q"]);
    assert!(matches!(driver.state.mode, Mode::Dialog(_)), "{}", driver.screen());
    driver.keys(&["n"]);
    driver.settle();
    assert!(!driver.errands.iter().any(|errand| matches!(errand, Errand::Quit)));
}

#[test]
fn ctrl_c_stops_what_runs_and_says_when_nothing_does() {
    let mut driver = demo();
    driver.keys(&["<F5>", "<C-c>"]);
    driver.settle();
    driver.keys(&["<C-c>"]);
    assert!(driver.screen().contains("nothing is running"), "{}", driver.screen());
    driver.keys(&["<C-c>"]);
    assert!(driver.errands.iter().any(|errand| matches!(errand, Errand::Quit)));
}

#[test]
fn an_edit_is_judged_proven_and_taken_back() {
    let mut driver = demo();
    driver.play(&["4"]);
    driver.play(&["/", "P", "R", "A", "G", "M", "A", "<Enter>", "O"]);
    assert!(matches!(driver.state.mode, Mode::Insert), "{}", driver.screen());
    driver.text("-- by hand");
    driver.play(&["<Enter>"]);
    driver.text("CREATE TABLE notes (id INTEGER PRIMARY KEY);");
    driver.play(&["<Esc>"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(subject.sql.trouble.is_none(), "{:?}", subject.sql.trouble);
    let draft = subject.draft.clone().unwrap();
    assert_eq!(draft.edited, Edited::ByHand);
    assert!(draft.record.plan.steps.iter().any(|step| step.statement.sql.as_str().contains("notes")));
    assert!(subject.sql.text(Tab::Forward).contains("-- by hand"), "what was typed stays as it was typed");
    driver.play(&["<F5>"]);
    assert!(
        matches!(driver.state.mode, Mode::Dialog(_)),
        "a table too many is no proof: {}",
        driver.screen()
    );
    assert!(driver.screen().contains("notes"), "{}", driver.screen());
    driver.play(&["<Enter>", "<Space>", "X"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(!subject.sql.is_edited() && !subject.sql.text(Tab::Forward).contains("notes"));
}

#[test]
fn an_edit_that_is_no_sql_is_told_beside_the_script() {
    let mut driver = demo();
    driver.play(&["4"]);
    driver.play(&["G", "o"]);
    driver.text("SELECT 'and no end");
    driver.play(&["<Esc>"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(subject.sql.trouble.is_some(), "{}", driver.screen());
    assert!(matches!(driver.state.mode, Mode::Normal), "nobody is interrupted while typing");
    driver.play(&["<F5>"]);
    assert!(driver.screen().contains("is no plan"), "{}", driver.screen());
}

#[test]
fn choosing_asks_before_it_drops_an_edit() {
    let mut driver = demo();
    driver.play(&["4"]);
    driver.play(&["G", "o"]);
    driver.text("-- kept");
    driver.play(&["<Esc>"]);
    driver.play(&["1"]);
    driver.keys(&["<Space>"]);
    assert!(driver.screen().contains("The SQL was edited"), "{}", driver.screen());
    driver.play(&["<Enter>"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(subject.sql.text(Tab::Forward).contains("-- kept"));
    assert!(subject.review.chosen().iter().all(|chosen| *chosen), "keeping the edits keeps the choice");
    driver.keys(&["<Space>"]);
    driver.play(&["Y"]);
    let subject = driver.state.subject.as_deref().unwrap();
    assert!(!subject.sql.text(Tab::Forward).contains("-- kept"));
}

#[test]
fn the_diff_scrolls_sideways_and_back() {
    let mut driver = demo();
    driver.play(&["3"]);
    driver.play(&["l", "l"]);
    assert_eq!(driver.state.subject.as_deref().unwrap().diff.left, 16);
    driver.play(&["h", "h", "h"]);
    assert_eq!(driver.state.subject.as_deref().unwrap().diff.left, 0);
}

#[test]
fn a_password_in_a_url_is_never_on_the_screen() {
    let url = "postgres://ana:hunter2@127.0.0.1:1/shop";
    let desk =
        Desk { current: Some(Reference::new(url)), desired: Some(Reference::new(url)), ..Desk::default() };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize((120, 40));
    driver.begin();
    let mut screens = vec![driver.screen()];
    driver.play(&["O"]);
    screens.push(driver.screen());
    driver.keys(&["<Down>"]);
    driver.play(&["<Enter>"]);
    screens.push(driver.screen());
    driver.play(&["<Esc>", "@"]);
    screens.push(driver.screen());
    for screen in screens {
        assert!(screen.contains("127.0.0.1") || screen.contains("current"), "{screen}");
        assert!(!screen.contains("hunter2"), "{screen}");
    }
    assert!(!format!("{:?}", driver.state).contains("hunter2"));
}

/// What is typed where a side is asked for is the side, if no environment has such a name.
#[test]
fn a_side_is_typed_where_it_is_asked_for() {
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), Desk::default(), "");
    driver.resize((120, 40));
    driver.begin();
    driver.play(&["O"]);
    driver.keys(&["a", ".", "d", "b"]);
    assert!(driver.screen().contains("a URL, a file or a folder, typed"), "{}", driver.screen());
    driver.play(&["<Enter>"]);
    driver.keys(&["b", ".", "d", "b"]);
    driver.play(&["<Enter>"]);
    let sides = [&driver.state.desk.current, &driver.state.desk.desired];
    assert_eq!(
        sides.map(|side| side.as_ref().map(|side| side.text.clone())),
        ["a.db", "b.db"].map(|side| Some(side.into()))
    );
    // With nothing to choose a list stays.
    driver.play(&["<Esc>", ":"]);
    driver.keys(&["q", "q", "q", "q"]);
    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("nothing matches"), "{}", driver.screen());
}

/// What lies over the panes is drawn at any size, however little of it fits.
#[test]
fn whatever_lies_over_the_panes_is_drawn_at_every_size() {
    let over: [&[&str]; 6] =
        [&[], &["<Esc>", "?"], &["<Esc>", ":"], &["<Esc>", "<Space>"], &["<Esc>", "P"], &["<Esc>", "P", "A"]];
    for keys in over {
        let mut driver = Driver::demo(manner("terminal", Symbols::Unicode, Depth::True), (120, 40));
        driver.play(keys);
        for width in (1..=130).step_by(11) {
            for height in 1..=26 {
                driver.resize((width, height));
                super::emulator::show(&driver.state);
            }
        }
    }
}
