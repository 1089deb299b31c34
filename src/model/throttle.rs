//! What holds a statement back that goes in batches.

use std::time::Duration;

/// Limits that replicas must keep. The default asks for nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Throttle {
    /// No replica may be further behind.
    pub replica_lag: Option<Duration>,
    /// The replicas that count, by the names that they connect with. Empty: all there are, and there must be one.
    pub replicas: Vec<String>,
    /// No replication slot may keep more bytes back.
    pub slot_lag: Option<u64>,
}
