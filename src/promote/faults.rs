//! Named points where a test may stop the process for good. Without the feature `faults` they are nothing at all.

/// The points, in the order in which a unit passes them.
#[cfg_attr(not(feature = "faults"), allow(dead_code))]
pub const POINTS: [&str; 7] = [
    "before intent",
    "after intent",
    "after begin",
    "after send",
    "before commit",
    "after answer",
    "after outcome",
];

/// Passes a point. With the feature `faults`, `MIGRATOR_FAULT="point:count"` makes the process wait at the `count`th
/// passing, having written its number to the file that `MIGRATOR_FAULT_REACHED` names: whoever reads it may kill the
/// process, which is how power failures look from the inside, or remove the file, and the process goes on.
#[cfg(feature = "faults")]
pub(crate) async fn point(name: &'static str) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSED: AtomicUsize = AtomicUsize::new(0);
    debug_assert!(POINTS.contains(&name));
    let Ok(wanted) = std::env::var("MIGRATOR_FAULT") else { return };
    let Some((point, count)) = wanted.rsplit_once(':') else { return };
    if point != name || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != count.parse().unwrap_or(0) {
        return;
    }
    let Ok(file) = std::env::var("MIGRATOR_FAULT_REACHED") else { return std::future::pending().await };
    if std::fs::write(&file, std::process::id().to_string()).is_err() {
        // A test that cannot be told waits in vain and fails.
        return std::future::pending().await;
    }
    while std::path::Path::new(&file).exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[cfg(not(feature = "faults"))]
#[allow(clippy::unused_async)]
pub(crate) async fn point(_: &'static str) {}
