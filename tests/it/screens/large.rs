//! T5: 50,000 objects on either side and a difference of 10,000 lines are walked through like small ones. How fast,
//! `cargo bench --bench workbench` tells.

use migrator_tui::app::Msg;
use migrator_tui::config::theme::{Depth, Symbols};

use super::driver::{Driver, manner};
use super::made::{self, Size};

#[test]
fn t5_a_large_review_is_walked_through() {
    let mut driver = Driver::demo(manner("terminal", Symbols::Unicode, Depth::True), (200, 60));
    driver.keys(&["<Enter>"]);
    let size = Size { tables: 5_000, columns: 8, lines: 10_000 };
    let subject = made::large(driver.state.subject.as_deref().unwrap(), size);
    assert!(subject.comparison.current.schema.objects.len() >= 50_000);
    driver.state.subject = Some(subject);
    driver.hear(Msg::Resize(200, 60));
    shows(&driver, &["table_00000", "reviewed 0/500"]);
    driver.keys(&["1", "G"]);
    shows(&driver, &["table_04999_a"]);
    driver.keys(&["g", "g"]);
    shows(&driver, &["table_00000"]);
    driver.keys(&["/"]);
    driver.text("table_04321");
    driver.keys(&["<Enter>"]);
    shows(&driver, &["table_04321"]);
    driver.keys(&["g", "g", "]", "c", "]", "c"]);
    shows(&driver, &["change 2/500", "bigint"]);
    driver.keys(&["3", "G"]);
    shows(&driver, &["column_09999"]);
    driver.keys(&["s", "g", "g"]);
    shows(&driver, &["side by side", "column_00000"]);
    driver.keys(&["4", "G"]);
    shows(&driver, &["ALTER TABLE shop.table_09999"]);
    driver.keys(&["1", "X"]);
    shows(&driver, &["▸ table_00011", "▸ table_00040"]);
}

fn shows(driver: &Driver, texts: &[&str]) {
    let screen = driver.screen();
    for text in texts {
        assert!(screen.contains(text), "no {text} in:\n{screen}");
    }
}
