//! A private PostgreSQL server in a folder of its own: made, started, and gone with us. It listens on a
//! socket inside that folder and on no network.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::super::keeper::{Account, Keeper, PATIENCE, command, folder};
use super::programs::Programs;
use crate::connect::{Connection, Host, PostgresTarget, Purpose, postgres as wire};

pub(super) struct Cluster {
    keeper: Keeper,
    pub target: PostgresTarget,
}

impl Cluster {
    /// Makes and starts a server, and opens a session with it. The error is a reason in words.
    pub async fn start(programs: &Programs) -> Result<(Self, Box<dyn Connection>), String> {
        let (folder, account) = folder(["postgres", "nobody"])
            .map_err(|error| format!("no folder for a private server: {error}"))?;
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
        let keeper = Keeper::start(folder, account, "INT", server(programs, folder))?;
        let mut target =
            PostgresTarget::new(Host::Socket(folder.to_path_buf()), 5432, "postgres", "postgres");
        target.settings.push(("synchronous_commit".into(), "off".into()));
        let cluster = Self { keeper, target };
        let session = cluster.wait().await?;
        Ok((cluster, session))
    }

    async fn wait(&self) -> Result<Box<dyn Connection>, String> {
        let begun = Instant::now();
        loop {
            // The socket appears just before the server answers; a session attempt costs more than a look.
            if self.keeper.folder.join(".s.PGSQL.5432").exists() {
                match wire::open(&self.target, Purpose::Write).await {
                    Ok(session) => return Ok(Box::new(session)),
                    Err(error) if begun.elapsed() > PATIENCE => {
                        return Err(format!("the private server does not answer: {error}"));
                    }
                    Err(_) => {}
                }
            }
            let log = self.keeper.log();
            let fatal = log.lines().find(|line| line.contains("FATAL:") && !line.contains("starting up"));
            if fatal.is_some() || begun.elapsed() > PATIENCE {
                let why = fatal.or(log.lines().last()).unwrap_or("it wrote no log");
                return Err(format!("the private server did not start: {why}"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
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

fn server(programs: &Programs, folder: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![programs.folder.join("postgres").into(), "-D".into()];
    words.extend([folder.join("data").into(), "-k".into(), folder.into()]);
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
        words.extend(["-c".into(), setting.into()]);
    }
    words
}
