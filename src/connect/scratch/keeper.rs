//! A private server's surroundings, whatever its engine: a folder of its own, an account that it may run as, and a
//! keeper that outlives us only to stop it and to remove the folder.

use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::sweep;

/// Waits for its standard input to close, which it does when we end in any way, SIGKILL included. Then it
/// stops the server and removes the folder.
const SCRIPT: &str = r#"
signal=$1; folder=$2; shift 2
"$@" </dev/null >"$folder/log" 2>&1 &
server=$!
trap '' INT TERM HUP
read -r _
kill "-$signal" "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$folder"
"#;

/// How long a server may take to start or to stop.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A server under way. Dropping it stops the server and removes its folder.
pub(super) struct Keeper {
    pub folder: PathBuf,
    child: Child,
    /// Open as long as the server is wanted.
    line: Option<ChildStdin>,
}

/// Whose server it is: the servers refuse to run as root.
#[derive(Clone, Copy)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Keeper {
    /// Starts a server that listens in `folder`, and ends with `signal`. `arguments` begin with the program.
    pub fn start(
        folder: &Path,
        account: Option<Account>,
        signal: &str,
        arguments: Vec<std::ffi::OsString>,
    ) -> Result<Self, String> {
        let mut keeper = command(Path::new("/bin/sh"), folder, account);
        keeper.args(["-c", SCRIPT, "migrator-scratch", signal]).arg(folder).args(arguments);
        // In a process group of its own: Ctrl-C is ours to answer.
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut child =
            keeper.spawn().map_err(|error| format!("the private server cannot be started: {error}"))?;
        let line = child.stdin.take();
        Ok(Self { folder: folder.to_path_buf(), child, line })
    }

    /// What the server has written so far.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.line.take());
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => break,
            }
        }
        if self.folder.exists() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            sweep::remove(&self.folder);
        }
    }
}

/// A fresh folder for us alone, and the account that must own it where we are root: the first of these that is there.
pub(super) fn folder(accounts: [&str; 2]) -> io::Result<(PathBuf, Option<Account>)> {
    // The name of a socket has to fit into about a hundred bytes.
    let usual = std::env::temp_dir();
    let base = if usual.as_os_str().len() > 60 { PathBuf::from("/tmp") } else { usual };
    let made = sweep::make_folder(&base)?;
    if std::fs::metadata(&made)?.uid() != 0 {
        return Ok((made, None));
    }
    let made = if is_open(&base) {
        made
    } else {
        std::fs::remove_dir(&made)?;
        sweep::make_folder(Path::new("/tmp"))?
    };
    let account = account(accounts).ok_or_else(|| {
        let [first, second] = accounts;
        io::Error::other(format!("there is no account `{first}` or `{second}` to run a server as"))
    })?;
    chown(&made, Some(account.uid), Some(account.gid))?;
    Ok((made, Some(account)))
}

/// Whether any account can enter a folder: root's own temporary one may be closed to the account that the server runs as.
fn is_open(folder: &Path) -> bool {
    folder.ancestors().all(|part| std::fs::metadata(part).is_ok_and(|part| part.mode() & 0o001 != 0))
}

fn account(names: [&str; 2]) -> Option<Account> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    names.iter().find_map(|wanted| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
        Some(Account { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
    })
}

/// A program in clean surroundings: no variable of the user's that a server reads may reach it.
pub(super) fn command(program: &Path, folder: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // A fixed time zone spares initdb the search for ours.
    command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", folder);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}
