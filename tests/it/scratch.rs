//! Where tests find a server: the one that `MIGRATOR_TEST_PG` or `MIGRATOR_TEST_MYSQL` names, or a private one of the
//! programs on this machine.

use migrator_tui::connect::scratch::{MySqlScratch, PostgresScratch, Workshop};
use migrator_tui::connect::{MySqlAddress, PostgresAddress};

/// `None`, said on the way, where there is no server.
pub async fn postgres() -> Option<Workshop> {
    let url = std::env::var("MIGRATOR_TEST_PG")
        .ok()
        .filter(|url| !url.is_empty())
        .map(|url| PostgresAddress::parse(&url).unwrap().resolve(&|name| std::env::var(name).ok()).unwrap());
    match Workshop::postgres(&PostgresScratch { url, ..PostgresScratch::default() }).await {
        Ok(workshop) => Some(workshop),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

/// `None`, said on the way, where there is no server.
pub async fn mysql() -> Option<Workshop> {
    let url = std::env::var("MIGRATOR_TEST_MYSQL")
        .ok()
        .filter(|url| !url.is_empty())
        .map(|url| MySqlAddress::parse(&url).unwrap().resolve(&|name| std::env::var(name).ok()).unwrap());
    match Workshop::mysql(&MySqlScratch { url, ..MySqlScratch::default() }).await {
        Ok(workshop) => Some(workshop),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}
