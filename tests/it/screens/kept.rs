//! What plans keep of what they drop, on the sheets of a rollout.

use migrator_tui::app::rollout::Sheet;

use super::rollout::{bench, shown, told};

/// What is kept is said where it is, and the key that removes it is among the hints unless a run is open.
#[test]
fn what_is_kept_is_told_at_its_station() {
    let mut driver = bench(super::driver::plain());
    driver.resize((120, 40));
    told(&mut driver);
    shown(&mut driver, Sheet::Pipeline);
    assert!(driver.screen().contains("kept until a contract"), "{}", driver.screen());
    assert!(driver.screen().contains("X removes for good"), "{}", driver.screen());
    assert!(driver.screen().contains("X contract"), "{}", driver.screen());
    driver.keys(&["j"]);
    assert!(driver.screen().contains("migrator_archive_671cd6596f_1.fax: 2300 rows"), "{}", driver.screen());
    assert!(!driver.screen().contains("X contract"), "{}", driver.screen());
    driver.keys(&["j"]);
    assert!(!driver.screen().contains("kept until a contract"), "{}", driver.screen());
}
