//! What the screen tells beside the whole pictures: names, reasons, what was decided, what is kept.

use migrator_tui::app::Desk;
use migrator_tui::app::layout::Pane;
use migrator_tui::app::mode::Mode;
use migrator_tui::app::sql_pane::Tab;
use migrator_tui::config::theme::{Depth, Symbols};
use migrator_tui::export::Proof;
use migrator_tui::model::EngineKind;
use migrator_tui::worker::Reference;

use super::driver::{Driver, manner};
use super::flow::demo;

fn compared(before: &str, after: &str, size: (u16, u16)) -> Driver {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(Reference::new(format!("{}?engine=sqlite", path.display())))
    };
    let desk = Desk { current: file("a.sql", before), desired: file("b.sql", after), ..Desk::default() };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize(size);
    driver.begin();
    driver.wait(std::time::Duration::from_secs(60));
    driver
}

#[test]
fn names_that_are_alike_are_told_apart_at_the_cursor() {
    let names = [
        "customer_shipping_address_verification_attempts_2023_archive_of_the_shop",
        "customer_shipping_address_verification_attempts_2024_archive_of_the_shop",
    ];
    let tables = names.map(|name| format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY);")).concat();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut driver = compared("", &tables, size);
        driver.play(&["X", "g", "g"]);
        for name in names {
            driver.play(&["j"]);
            assert!(driver.screen().contains(&format!("table {name}")), "{size:?}\n{}", driver.screen());
        }
    }
}

#[test]
fn the_other_script_opens_at_the_same_step() {
    let mut driver = demo();
    driver.play(&["]", "c", "]", "c", "4"]);
    let step = |driver: &Driver| driver.state.subject.as_deref().unwrap().sql.step_here();
    let here = step(&driver);
    assert!(here.is_some(), "{}", driver.screen());
    driver.play(&["]"]);
    let sql = &driver.state.subject.as_deref().unwrap().sql;
    assert_eq!((sql.tab, step(&driver)), (Tab::Rollback, here), "{}", driver.screen());
    driver.play(&["["]);
    assert_eq!(step(&driver), here);
}

#[test]
fn a_script_opens_on_a_step_and_says_why_it_is_not_the_row_s() {
    let mut driver = demo();
    driver.play(&["g", "g"]);
    assert!(driver.state.subject.as_deref().unwrap().sql.step_here().is_some(), "{}", driver.screen());
    driver.play(&["/", "a", "d", "d", "r", "e", "s", "s", "e", "s", "<Enter>"]);
    assert!(driver.screen().contains("no step: the row is unchanged"), "{}", driver.screen());
    driver.play(&["]", "c"]);
    assert!(!driver.screen().contains("no step"), "{}", driver.screen());
    driver.play(&["<Space>"]);
    assert!(driver.screen().contains("no step: the row is left out"), "{}", driver.screen());
}

#[test]
fn the_comment_of_a_step_is_told_whole() {
    let mut driver = demo();
    driver.play(&["]", "c"]);
    let note = driver.state.subject.as_deref().unwrap().sql.note_here().unwrap();
    assert!(note.starts_with('[') && note.contains(" | "), "{note}");
    driver.resize((200, 60));
    let last = note.rsplit(' ').next().unwrap();
    assert!(driver.screen().contains(last), "{note}\n{}", driver.screen());
}

#[test]
fn what_a_person_does_meanwhile_is_newer_than_the_last_session() {
    let desk = || Desk { demo: Some(EngineKind::Sqlite), ..Desk::default() };
    let look = || manner("terminal", Symbols::Unicode, Depth::Ansi16);
    let mut first = demo();
    first.play(&["4"]);
    let mut second = first.again(look(), desk());
    second.begin();
    assert_eq!(second.state.focus, Pane::Sql, "as it was left");
    let mut third = second.again(look(), desk());
    third.begin_alone();
    third.play(&["6"]);
    assert_eq!(third.state.focus, Pane::Findings, "{}", third.screen());
}

#[test]
fn a_selected_row_has_one_ground() {
    for theme in ["terminal", "dark", "light", "high-contrast", "mono"] {
        for depth in [Depth::None, Depth::Ansi16, Depth::True] {
            let mut driver = Driver::demo(manner(theme, Symbols::Unicode, depth), (120, 40));
            driver.keys(&["<Enter>"]);
            let subject = driver.state.subject.as_deref().unwrap();
            let y = 2 + (subject.tree.list.cursor - subject.tree.list.top) as u16;
            let buffer = driver.buffer();
            let looks: std::collections::BTreeSet<String> = (1..20)
                .map(|x| {
                    let style = buffer[(x, y)].style();
                    let reversed = style.add_modifier.contains(ratatui::style::Modifier::REVERSED);
                    format!("{:?} {:?} {reversed}", style.fg, style.bg)
                })
                .collect();
            assert_eq!(looks.len(), 1, "{theme} {depth:?}: {looks:?}");
            assert!(looks.iter().all(|look| look.ends_with("true")), "{looks:?}");
        }
    }
}

#[test]
fn comments_of_a_person_s_own_survive_writing() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = demo();
    driver.play(&["4", "/", "P", "R", "A", "G", "M", "A", "<Enter>", "O"]);
    driver.text("-- asked ben: nobody reads it");
    driver.play(&["<Esc>", "j", "$", "a"]);
    driver.text(" -- and this behind it");
    driver.play(&["<Esc>", "]", "G", "O"]);
    driver.text("/* the way back,");
    driver.keys(&["<Enter>"]);
    driver.text(" * by hand */");
    driver.play(&["<Esc>"]);
    assert!(driver.state.subject.as_deref().unwrap().sql.trouble.is_none(), "{}", driver.screen());
    driver.keys(&["W", "<C-u>"]);
    driver.text(&format!("{}/one", folder.path().display()));
    driver.play(&["<Enter>"]);
    let read = |file: &str| std::fs::read_to_string(folder.path().join("one").join(file)).unwrap();
    for comment in ["-- asked ben: nobody reads it\n", "-- and this behind it\n"] {
        assert_eq!(read("forward.sql").matches(comment).count(), 1, "{}", read("forward.sql"));
    }
    let back = read("rollback.sql");
    assert_eq!(back.matches("-- the way back,\n-- by hand\n").count(), 1, "{back}");
    driver.play(&["<F5>"]);
    let draft = driver.state.subject.as_deref().unwrap().draft.clone().unwrap();
    assert!(matches!(draft.record.proof, Proof::Proven { .. }), "{:?}", draft.record.proof);
}

#[test]
fn edits_stay_when_the_same_sides_are_read_again_or_come_back() {
    let mut driver = demo();
    driver.play(&["4", "G", "o"]);
    driver.text("-- by hand");
    driver.play(&["<Esc>"]);
    let text = |driver: &Driver| driver.state.subject.as_deref().unwrap().sql.text(Tab::Forward);
    driver.play(&["1", "R"]);
    assert!(text(&driver).contains("-- by hand"), "{}", driver.screen());
    driver.play(&["<F2>", "x"]);
    assert!(driver.screen().contains("1 current next"), "{}", driver.screen());
    assert!(!text(&driver).contains("-- by hand"), "these are other sides");
    driver.play(&["<F2>", "x"]);
    assert!(text(&driver).contains("-- by hand"), "{}", driver.screen());
}

#[test]
fn who_turns_back_at_the_second_side_keeps_both() {
    let mut driver = demo();
    let sides = |driver: &Driver| {
        let desk = &driver.state.desk;
        [&desk.current, &desk.desired].map(|side| side.as_ref().map(|side| side.text.clone()))
    };
    let before = sides(&driver);
    driver.play(&["1", "O", "<Down>", "<Enter>"]);
    driver.text("another.db");
    driver.play(&["<Enter>"]);
    assert!(driver.screen().contains("desired: what should be there"), "{}", driver.screen());
    driver.play(&["<Esc>"]);
    assert_eq!(sides(&driver), before);
}

#[test]
fn a_dialog_s_keys_have_the_words_of_its_buttons() {
    let mut driver = demo();
    driver.play(&["M"]);
    let screen = driver.screen();
    let hints = screen.lines().last().unwrap();
    assert!(hints.contains("Y It is a rename") && hints.contains("n Decide later"), "{hints}");
    driver.play(&["n", "<F2>", "d"]);
    assert!(driver.screen().contains("What works here"), "{}", driver.screen());
    assert!(driver.screen().contains("scratch sqlite"), "{}", driver.screen());
    driver.play(&["<Enter>"]);
    assert!(matches!(driver.state.mode, Mode::Normal));
}

/// A PostgreSQL that takes nobody's password.
fn refusing(mut stream: std::net::TcpStream) {
    use std::io::{Read, Write};
    const SSL_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();
    let mut buffer = [0; 1024];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        if read == 8 && buffer[4..8] == SSL_REQUEST {
            stream.write_all(b"N").unwrap();
            continue;
        }
        let fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"ana\"\0\0";
        let mut answer = vec![b'E'];
        answer.extend((fields.len() as u32 + 4).to_be_bytes());
        answer.extend(fields);
        let _ = stream.write_all(&answer);
        return;
    }
}

#[test]
fn a_password_that_was_refused_is_asked_for_again_and_said_to_be() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(refusing));
    let side = |name: &str| Some(Reference::new(format!("postgres://ana@127.0.0.1:{port}/{name}")));
    let desk = Desk { current: side("one"), desired: side("two"), ..Desk::default() };
    let mut driver = Driver::start(manner("terminal", Symbols::Unicode, Depth::Ansi16), desk, "");
    driver.resize((120, 40));
    driver.begin();
    assert!(driver.screen().contains("\n password for postgres://ana@127.0.0.1"), "{}", driver.screen());
    driver.text("wrong");
    driver.play(&["<Enter>"]);
    let screen = driver.screen();
    assert!(screen.contains("the server refused it; password for postgres://ana@127.0.0.1"), "{screen}");
    assert!(screen.contains("<Enter> log in  <Esc> leave") && !screen.contains("wrong"), "{screen}");
}

#[test]
fn a_rehearsal_that_is_wanted_early_waits_for_the_plan() {
    let mut driver = demo();
    let subject = driver.state.subject.as_deref_mut().unwrap();
    subject.draft = None;
    driver.keys(&["<F5>"]);
    assert!(driver.screen().contains("as soon as the plan is drawn"), "{}", driver.screen());
    driver.play(&["<Space>"]);
    let draft = driver.state.subject.as_deref().unwrap().draft.clone().unwrap();
    assert!(matches!(draft.record.proof, Proof::Proven { .. }), "{:?}", draft.record.proof);
}
