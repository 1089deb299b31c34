//! Stopping a command: a wish that its stages look at, and the servers that must hear of it. A running
//! statement is cancelled on its server and its answer awaited; nothing is just dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::connect::{Cancel, Connection};
use crate::model::{Failure, FailureKind};

/// Between two attempts to cancel: a server may have been between two statements at the first.
const AGAIN: Duration = Duration::from_millis(250);
/// A cancel request that gets no answer, or a statement that gets none after one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shared by a command and whoever may stop it.
#[derive(Clone)]
pub struct Stop {
    shared: Arc<Shared>,
}

struct Shared {
    wished: watch::Sender<bool>,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    next: u64,
    cancellers: BTreeMap<u64, Arc<dyn Cancel>>,
}

impl Default for Stop {
    fn default() -> Self {
        let shared = Shared { wished: watch::Sender::new(false), running: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }
}

impl Stop {
    /// Fails once stopping is wished for. To be asked between stages.
    pub fn check(&self) -> Result<(), Failure> {
        if self.is_wished() { Err(cancelled()) } else { Ok(()) }
    }

    pub fn is_wished(&self) -> bool {
        *self.shared.wished.borrow()
    }

    /// Comes back when stopping is wished for.
    pub async fn wished(&self) {
        let mut wish = self.shared.wished.subscribe();
        // The sender lives as long as `self`, so the wait ends with the wish alone.
        let _ = wish.wait_for(|wished| *wished).await;
    }

    /// Comes back when stopping was wished for so long ago that the server is not going to answer any more: for work
    /// that only reads and leaves nothing to be settled.
    pub async fn outlasted(&self) {
        self.wished().await;
        tokio::time::sleep(PATIENCE).await;
    }

    /// From now on a wish to stop cancels what this connection runs, until the registration is dropped.
    pub fn register(&self, connection: &dyn Connection) -> Registration {
        let mut running = self.running();
        let key = running.next;
        running.next += 1;
        if let Some(canceller) = connection.canceller() {
            running.cancellers.insert(key, Arc::from(canceller));
        }
        Registration { stop: self.clone(), key }
    }

    /// Wishes for the stop and keeps cancelling on the servers until `ended`.
    pub async fn cancel_until(&self, ended: impl Future<Output = ()>) {
        self.shared.wished.send_replace(true);
        let mut ended = std::pin::pin!(ended);
        loop {
            let round = async {
                let cancellers: Vec<_> = self.running().cancellers.values().cloned().collect();
                for canceller in cancellers {
                    // What cannot be cancelled is awaited; the next round tries again.
                    let _ = tokio::time::timeout(PATIENCE, canceller.cancel()).await;
                }
                tokio::time::sleep(AGAIN).await;
            };
            tokio::select! {
                () = &mut ended => return,
                () = round => {}
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends when dropped: the connection is then out of reach for a stop.
pub struct Registration {
    stop: Stop,
    key: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.stop.running().cancellers.remove(&self.key);
    }
}

pub fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "cancelled")
}
