//! How far a command is, in words and counts. Reports replace one another; none is ever waited for.

use std::sync::Arc;

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
