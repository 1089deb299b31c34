//! A text in the person's own editor: `$VISUAL`, else `$EDITOR`, else `vi`. The text goes through a file that
//! only they can read. Leaving and taking the screen is the loop's part.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};

use crate::model::{Failure, FailureKind};

use super::child;
use super::notices::{Notice, Notices};

/// How long an editor may take to end once it is told to.
const PATIENCE: Duration = Duration::from_secs(2);

/// How an editor came back.
pub(super) enum Edited {
    /// The text as it is now.
    Text(String),
    /// The editor did not end well, or could not be started.
    Failed(Failure),
    /// We were told to end meanwhile.
    Told(Notice),
}

/// Runs the editor on the text, with the terminal in its hands.
pub(super) async fn edit(text: &str, notices: &mut Notices, secrets: &[String]) -> Edited {
    let editor = named_editor();
    let failed = |what: String| {
        Edited::Failed(Failure::new(FailureKind::Local, what).hint("set VISUAL or EDITOR to another one"))
    };
    let file = match prepared(text) {
        Ok(file) => file,
        Err(error) => return failed(format!("the text cannot be handed to an editor: {error}")),
    };
    let mut running = match started(&editor, file.path(), secrets) {
        Ok(running) => running,
        Err(error) => return failed(format!("the editor `{editor}` cannot be started: {error}")),
    };
    let status = match ended(&mut running, notices).await {
        Ok(status) => status,
        Err(notice) => return Edited::Told(notice),
    };
    match status {
        Ok(status) if status.success() => match std::fs::read(file.path()) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Edited::Text(text),
                Err(_) => failed("the editor left a text that is not UTF-8; nothing was taken over".into()),
            },
            Err(error) => failed(format!("the text cannot be read back from the editor: {error}")),
        },
        Ok(status) => failed(format!("the editor `{editor}` ended with {status}; nothing was taken over")),
        Err(error) => failed(format!("the editor `{editor}` was lost: {error}")),
    }
}

fn named_editor() -> String {
    ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
        .unwrap_or_else(|| "vi".into())
}

fn prepared(text: &str) -> std::io::Result<NamedTempFile> {
    // Files of this kind are for their owner alone.
    let mut file = tempfile::Builder::new().prefix("migrator-").suffix(".sql").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

fn started(editor: &str, file: &Path, secrets: &[String]) -> std::io::Result<Child> {
    // By the shell, as git does it: the variable may hold arguments. The file's name stays out of the text.
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("editor").arg(file);
    child::without_secrets(&mut command, secrets);
    command.spawn()
}

/// Waits for the editor's end.
async fn ended(running: &mut Child, notices: &mut Notices) -> Result<std::io::Result<ExitStatus>, Notice> {
    loop {
        tokio::select! {
            status = running.wait() => return Ok(status),
            notice = notices.next() => match notice {
                // Meant for the editor, which has heard it too.
                Notice::Interrupt | Notice::Quit | Notice::Continued | Notice::Resized => {}
                // The editor has stopped itself and its group: the shell waits for us to do the same.
                Notice::Suspend => {
                    let _ = kill_process(getpid(), Signal::STOP);
                }
                Notice::Hangup | Notice::Terminate | Notice::Gone => {
                    let pid = running.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                    if let Some(pid) = pid {
                        // SIGHUP makes editors keep what was typed.
                        let _ = kill_process(pid, Signal::HUP);
                    }
                    let _ = tokio::time::timeout(PATIENCE, running.wait()).await;
                    return Err(notice);
                }
            },
        }
    }
}
