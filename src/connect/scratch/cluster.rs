//! A private PostgreSQL server in a folder of its own: made, started, and gone with us. It listens on a
//! socket inside that folder and on no network.

use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::programs::Programs;
use super::sweep;
use crate::connect::{Connection, Host, PostgresTarget, Purpose, postgres};

/// Waits for its standard input to close, which it does when we end in any way, SIGKILL included. Then it
/// stops the server and removes the folder.
const KEEPER: &str = r#"
folder=$1; shift
"$@" </dev/null >"$folder/log" 2>&1 &
server=$!
trap '' INT TERM HUP
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$folder"
"#;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Cluster {
    folder: PathBuf,
    keeper: Child,
    /// Open as long as the server is wanted.
    line: Option<ChildStdin>,
    pub target: PostgresTarget,
}

/// Whose server it is. PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Makes and starts a server, and opens a session with it. The error is a reason in words.
    pub async fn start(programs: &Programs) -> Result<(Self, Box<dyn Connection>), String> {
        let (folder, account) =
            folder().map_err(|error| format!("no folder for a private server: {error}"))?;
        match Self::start_in(programs, &folder, account).await {
            Ok(started) => Ok(started),
            Err(reason) => {
                let _ = std::fs::remove_dir_all(&folder);
                Err(reason)
            }
        }
    }

    async fn start_in(
        programs: &Programs,
        folder: &Path,
        account: Option<Account>,
    ) -> Result<(Self, Box<dyn Connection>), String> {
        // C.UTF-8 knows letters beyond ASCII; not every machine has it.
        if let Err(first) = initdb(programs, folder, account, "C.UTF-8").await {
            let _ = std::fs::remove_dir_all(folder.join("data"));
            initdb(programs, folder, account, "C").await.map_err(|_| first)?;
        }
        let mut keeper = server(programs, folder, account)
            .spawn()
            .map_err(|error| format!("the private server cannot be started: {error}"))?;
        let mut target =
            PostgresTarget::new(Host::Socket(folder.to_path_buf()), 5432, "postgres", "postgres");
        target.settings.push(("synchronous_commit".into(), "off".into()));
        let line = keeper.stdin.take();
        let cluster = Self { folder: folder.to_path_buf(), keeper, line, target };
        let session = cluster.wait().await?;
        Ok((cluster, session))
    }

    async fn wait(&self) -> Result<Box<dyn Connection>, String> {
        let begun = Instant::now();
        loop {
            // The socket appears just before the server answers; a session attempt costs more than a look.
            if self.folder.join(".s.PGSQL.5432").exists() {
                match postgres::open(&self.target, Purpose::Write).await {
                    Ok(session) => return Ok(Box::new(session)),
                    Err(error) if begun.elapsed() > PATIENCE => {
                        return Err(format!("the private server does not answer: {error}"));
                    }
                    Err(_) => {}
                }
            }
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            let fatal = log.lines().find(|line| line.contains("FATAL:") && !line.contains("starting up"));
            if fatal.is_some() || begun.elapsed() > PATIENCE {
                let why = fatal.or(log.lines().last()).unwrap_or("it wrote no log");
                return Err(format!("the private server did not start: {why}"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.line.take());
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.keeper.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => break,
            }
        }
        if self.folder.exists() {
            let _ = self.keeper.kill();
            let _ = self.keeper.wait();
            sweep::remove(&self.folder);
        }
    }
}

/// A fresh folder for us alone, and the account that must own it where we are root.
fn folder() -> io::Result<(PathBuf, Option<Account>)> {
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
    let account = account()
        .ok_or_else(|| io::Error::other("there is no account `postgres` or `nobody` to run a server as"))?;
    chown(&made, Some(account.uid), Some(account.gid))?;
    Ok((made, Some(account)))
}

/// Whether any account can enter a folder: root's own temporary one may be closed to the account that the server runs as.
fn is_open(folder: &Path) -> bool {
    folder.ancestors().all(|part| std::fs::metadata(part).is_ok_and(|part| part.mode() & 0o001 != 0))
}

fn account() -> Option<Account> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|wanted| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
        Some(Account { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
    })
}

/// A program in clean surroundings: no `PG…` variable of the user's may reach it.
fn command(program: &Path, folder: &Path, account: Option<Account>) -> Command {
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

async fn initdb(
    programs: &Programs,
    folder: &Path,
    account: Option<Account>,
    locale: &str,
) -> Result<(), String> {
    let mut initdb = command(&programs.folder.join("initdb"), folder, account);
    initdb
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        .arg(format!("--locale={locale}"))
        .stdout(Stdio::null());
    if programs.major >= 14 {
        initdb.arg("--no-instructions");
    }
    let output = tokio::process::Command::from(initdb)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("initdb cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let why = words.lines().find(|line| line.contains("error")).or(words.lines().last());
    Err(format!("initdb failed: {}", why.unwrap_or("it gave no reason")))
}

fn server(programs: &Programs, folder: &Path, account: Option<Account>) -> Command {
    let mut keeper = command(Path::new("/bin/sh"), folder, account);
    keeper.args(["-c", KEEPER, "migrator-scratch"]).arg(folder);
    keeper.arg(programs.folder.join("postgres")).arg("-D").arg(folder.join("data"));
    keeper.arg("-k").arg(folder);
    let mut settings = vec![
        "listen_addresses=",
        "port=5432",
        // Nothing here has to survive a crash.
        "fsync=off",
        "full_page_writes=off",
        "autovacuum=off",
        "jit=off",
        "shared_buffers=32MB",
        "max_connections=50",
        // As in production: publications and replication slots can be made.
        "wal_level=logical",
        "max_wal_size=256MB",
        "logging_collector=off",
    ];
    if programs.major >= 18 {
        settings.push("io_method=sync");
    }
    for setting in settings {
        keeper.args(["-c", setting]);
    }
    // In a process group of its own: Ctrl-C is ours to answer.
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    keeper
}
