//! Copying, by the first way that works: tmux, the terminal itself (OSC 52), a file. What was done is told in
//! words, since no terminal says whether it took a copy.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::model::{Failure, FailureKind};

use super::child;

/// More than this in one sequence, terminals drop silently: xterm takes 100,000 letters of base64, less the
/// sequence around them.
const LONGEST_SEQUENCE: usize = 74_000;
/// How long tmux may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which way a copy goes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// `tmux load-buffer -w -`: works with every configuration of tmux, and reaches the outer terminal too.
    Tmux,
    /// OSC 52: works over SSH, where the terminal allows it.
    Terminal,
    File,
}

/// The way a copy goes first here.
pub fn route() -> Route {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let term = std::env::var("TERM").unwrap_or_default();
    match term.as_str() {
        _ if set("TMUX") => Route::Tmux,
        "" | "dumb" | "linux" => Route::File,
        _ => Route::Terminal,
    }
}

/// What copying comes to.
pub(super) struct Copied {
    /// For a person: where it is now, or why it is nowhere.
    pub told: Result<String, Failure>,
    /// To be sent to the terminal for it to happen; empty for the other ways.
    pub bytes: Vec<u8>,
}

/// Copies by tmux or into a file, or says what to send. `folder` is for the file.
pub(super) async fn copy(text: &str, folder: &Path, secrets: &[String]) -> Copied {
    let told = |told| Copied { told, bytes: Vec::new() };
    let first = route();
    if first == Route::Tmux && by_tmux(text, secrets).await {
        return told(Ok("copied, by tmux".into()));
    }
    if first != Route::File && text.len() <= LONGEST_SEQUENCE {
        let bytes = format!("\x1b]52;c;{}\x1b\\", base64(text.as_bytes())).into_bytes();
        return Copied { told: Ok("copied, by the terminal if it allows it (OSC 52)".into()), bytes };
    }
    told(match into_file(text, folder) {
        Ok(path) => Ok(format!("written to {}: this terminal takes no copy of it", path.display())),
        Err(error) => Err(Failure::new(
            FailureKind::Local,
            format!("nothing was copied: {} cannot be written: {error}", folder.display()),
        )),
    })
}

async fn by_tmux(text: &str, secrets: &[String]) -> bool {
    let mut command = Command::new("tmux");
    child::without_secrets(&mut command, secrets);
    command.args(["load-buffer", "-w", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let loaded = async {
        let mut tmux = command.spawn().ok()?;
        let mut input = tmux.stdin.take()?;
        input.write_all(text.as_bytes()).await.ok()?;
        drop(input);
        tmux.wait().await.ok().filter(std::process::ExitStatus::success)
    };
    tokio::time::timeout(PATIENCE, loaded).await.ok().flatten().is_some()
}

/// A file that only we can read, made anew each time: what stands under the name is never written through.
fn into_file(text: &str, folder: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("copied.txt");
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    Ok(path)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn letters_of_base64() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfd]), "//79");
    }

    #[test]
    fn a_file_is_for_us_alone_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("copied.txt")).unwrap();
        let path = into_file("drop table t", folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "drop table t");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine");
    }
}
