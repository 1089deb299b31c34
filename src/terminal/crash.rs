//! When our own code breaks off. The screen is given back first and the message printed after, as text that is
//! safe for a terminal. A break in a background task costs only that task: its message is kept until the
//! screen is left. The hook takes no lock for long, and cannot itself break off.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::io;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, Once};
use std::thread::{self, JoinHandle};

use tokio::sync::Notify;

use crate::shown::Shown;

use super::screen;

/// Messages are cut there; and so many are kept.
const LONGEST: usize = 2000;
const KEPT: usize = 8;

thread_local! {
    /// Whether the workbench cannot go on without this thread.
    static VITAL: Cell<bool> = const { Cell::new(false) };
}

/// A vital thread has broken off.
static BROKEN: Notify = Notify::const_new();
/// What broke off in the background while the screen was ours.
static ASIDE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Installs the hook, once.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(hook)));
}

/// Marks the current thread: if it breaks off, the workbench ends.
pub fn vital() {
    VITAL.set(true);
}

/// Starts a thread that the workbench cannot go on without.
pub fn spawn_vital(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(move || {
        vital();
        work();
    })
}

/// Comes back when a vital thread has broken off.
pub(super) async fn broken() {
    BROKEN.notified().await;
}

/// Prints what broke off in the background. To be called with the screen given back.
pub(super) fn tell_kept() {
    let kept = match ASIDE.lock() {
        Ok(mut kept) => std::mem::take(&mut *kept),
        Err(_) => return,
    };
    for text in kept {
        screen::tell(&text);
    }
}

fn hook(info: &PanicHookInfo<'_>) {
    let is_vital = VITAL.try_with(Cell::get).unwrap_or(true);
    if screen::is_ours() && !is_vital {
        // A lock that somebody holds now costs the message, never the workbench.
        if let Ok(mut kept) = ASIDE.try_lock()
            && kept.len() < KEPT
        {
            kept.push(message(info));
        }
        return;
    }
    // Before anything that could go wrong.
    screen::give_back();
    screen::tell(&message(info));
    BROKEN.notify_one();
    // `RUST_BACKTRACE` asks for it.
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        for line in Shown::lines(&trace.to_string()) {
            screen::tell(&format!("  {line}\n"));
        }
    }
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let what = match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload.downcast_ref::<String>().map_or("no reason given", String::as_str),
    };
    let what = Shown::new(what).clipped(LONGEST);
    let place = match info.location() {
        Some(place) => format!(" ({}:{})", Shown::new(place.file()), place.line()),
        None => String::new(),
    };
    format!(
        "migrator-tui: broke off: {what}{place}\n  hint: this is our own mistake: please report what you did\n"
    )
}
