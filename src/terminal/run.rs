//! One run of the workbench, from taking the screen to giving it back: a runtime, the session, and an orderly
//! end. What is still running in the background is waited for after the screen has been given back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::model::{Failure, FailureKind};

use super::notices::{Notice, Notices};
use super::screen::{Mouse, Screen};
use super::session::{Session, broken};
use super::workbench::Workbench;
use super::{crash, screen};

/// An end that takes longer is explained.
const SILENT: Duration = Duration::from_secs(1);
/// How long to wait for the background before leaving all the same.
const LEAVE: Duration = Duration::from_secs(30);

/// What the loop needs to know.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Setup {
    pub mouse: Mouse,
    /// Whether the terminal is asked for its background; the answer comes as [`super::Input::Background`].
    pub background: Question,
    /// Variables of the environment that no child may inherit, besides those we know.
    pub secrets: Vec<String>,
    /// Files to be watched for changes.
    pub files: Vec<PathBuf>,
    /// Where a copy goes that no clipboard takes. Made when it is needed.
    pub folder: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Question {
    Ask,
    #[default]
    Spare,
}

/// How a run ended, if it did not fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ended {
    /// The person left.
    Quit,
    /// We were told to end.
    Told(Notice),
}

/// Runs a workbench at this process's terminal. `open` makes it, on the runtime that it may use.
///
/// To be called from the main thread, which is where signals of the terminal are dealt with.
pub fn run<W: Workbench>(setup: &Setup, open: impl FnOnce() -> Result<W, Failure>) -> Result<Ended, Failure> {
    crash::install();
    crash::vital();
    let screen = Screen::enter(setup.mouse)?;
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().map_err(local)?;
    let result = {
        let _inside = runtime.enter();
        let result = attend(&runtime, &screen, setup, open);
        drop(screen);
        result
    };
    runtime.shutdown_timeout(Duration::from_millis(200));
    crash::tell_kept();
    result
}

fn attend<W: Workbench>(
    runtime: &Runtime,
    screen: &Screen,
    setup: &Setup,
    open: impl FnOnce() -> Result<W, Failure>,
) -> Result<Ended, Failure> {
    let mut notices = Notices::listen().map_err(local)?;
    let mut bench = open()?;
    let attended = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let session = Session::new(&mut bench, setup, screen, &mut notices).map_err(local)?;
            session.run().await
        })
    }));
    // Before the end of what runs in the background, which may take its time.
    screen::give_back();
    // After a break, too: connections are closed and steps settled by whoever owns them.
    let closed = catch_unwind(AssertUnwindSafe(|| runtime.block_on(close(&mut bench, &mut notices))));
    match (attended, closed) {
        (Ok(result), Ok(())) => result,
        _ => Err(broken()),
    }
}

/// Waits for the background, until somebody is tired of it.
async fn close(bench: &mut impl Workbench, notices: &mut Notices) {
    let mut closing = std::pin::pin!(bench.close());
    if timeout(SILENT, &mut closing).await.is_ok() {
        return;
    }
    screen::tell("migrator-tui: waiting for what still runs; Ctrl-C leaves at once\n");
    let told =
        async { while let Notice::Suspend | Notice::Continued | Notice::Resized = notices.next().await {} };
    tokio::select! {
        _ = timeout(LEAVE, closing) => {}
        () = told => {}
    }
}

fn local(error: std::io::Error) -> Failure {
    Failure::new(FailureKind::Local, format!("the workbench cannot start: {error}"))
}
