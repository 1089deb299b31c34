//! Files that are looked at once a second, so that a changed theme shows without a restart.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

const EVERY: Duration = Duration::from_secs(1);

pub(super) struct Watch {
    files: Vec<(PathBuf, Option<SystemTime>)>,
    next: Instant,
}

impl Watch {
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        let files = files.into_iter().map(|file| (file.clone(), stamp(&file))).collect();
        Self { files, next: Instant::now() + EVERY }
    }

    /// The files that have changed, appeared or gone; never comes back while there are none to watch.
    pub(super) async fn changed(&mut self) -> Vec<PathBuf> {
        if self.files.is_empty() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep_until(self.next).await;
            self.next = Instant::now() + EVERY;
            let mut changed = Vec::new();
            for (file, before) in &mut self.files {
                let now = stamp(file);
                if now != *before {
                    *before = now;
                    changed.push(file.clone());
                }
            }
            if !changed.is_empty() {
                return changed;
            }
        }
    }
}

fn stamp(file: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok()
}
