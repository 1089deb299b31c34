//! How far a command is, in words and counts. Reports replace one another; none is ever waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// One line for the reader.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// `reading staging`, `rehearsing: forward`.
    pub doing: Box<str>,
    /// Done and total, where that is known.
    pub count: Option<(u64, u64)>,
}

/// Where a command's stages report.
#[derive(Clone)]
pub struct Reporter {
    latest: Arc<watch::Sender<Progress>>,
}

impl Reporter {
    pub fn new() -> (Self, watch::Receiver<Progress>) {
        let (sender, receiver) = watch::channel(Progress::default());
        (Self { latest: Arc::new(sender) }, receiver)
    }

    pub fn doing(&self, what: impl Into<Box<str>>) {
        self.latest.send_replace(Progress { doing: what.into(), count: None });
    }
}

/// Databases that are read side by side: the reader is told which of them has not even answered yet.
pub struct Reached<'a> {
    reporter: &'a Reporter,
    /// By name, and whether its session stands.
    places: Vec<(&'a str, AtomicBool)>,
}

impl<'a> Reached<'a> {
    pub fn begin(reporter: &'a Reporter, names: impl IntoIterator<Item = &'a str>) -> Self {
        let places = names.into_iter().map(|name| (name, AtomicBool::new(false))).collect();
        let reached = Self { reporter, places };
        reached.tell();
        reached
    }

    pub fn connected(&self, name: &str) {
        let is_new = |(own, stands): &&(&str, AtomicBool)| *own == name && !stands.load(Ordering::Relaxed);
        if let Some((_, stands)) = self.places.iter().find(is_new) {
            stands.store(true, Ordering::Relaxed);
        }
        self.tell();
    }

    fn tell(&self) {
        let silent = self.places.iter().filter(|(_, stands)| !stands.load(Ordering::Relaxed));
        let silent: Vec<&str> = silent.map(|(name, _)| *name).collect();
        let all: Vec<&str> = self.places.iter().map(|(name, _)| *name).collect();
        self.reporter.doing(match silent.is_empty() {
            true => format!("reading {}", all.join(" and ")),
            false => format!("connecting to {}", silent.join(" and ")),
        });
    }
}
