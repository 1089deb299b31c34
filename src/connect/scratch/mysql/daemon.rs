//! A private MySQL or MariaDB in a folder of its own: made, started, and gone with us. It listens on a socket inside
//! that folder and on no network.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::super::keeper::{Account, Keeper, PATIENCE, command, folder};
use super::super::sweep::MYSQL_RECORD;
use super::manner::Manner;
use super::programs::Programs;
use crate::connect::{Connection, Host, MySqlTarget, Purpose, mysql as wire};

/// For making the data folder and for the server alike: nothing here has to survive a crash.
const HASTY: &[&str] = &[
    "--loose-debug-no-sync",
    "--loose-sync-frm=OFF",
    "--loose-innodb-flush-method=nosync",
    "--loose-innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--loose-innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=16M",
    // What a container may not have, and a small server does not miss.
    "--loose-innodb-use-native-aio=OFF",
];

/// Small, alone, and quiet.
const SETTINGS: &[&str] = &[
    "--skip-networking",
    "--skip-log-bin",
    "--loose-mysqlx=OFF",
    // The events of a schema are made, and never run.
    "--event-scheduler=OFF",
    "--loose-performance-schema=OFF",
    "--loose-aria-pagecache-buffer-size=8M",
    "--key-buffer-size=1M",
    "--max-connections=50",
    "--max-allowed-packet=64M",
    "--lc-messages=en_US",
];

pub(super) struct Daemon {
    keeper: Keeper,
    pub target: MySqlTarget,
}

impl Daemon {
    /// Makes and starts a server, and opens a session with it. The error is a reason in words.
    pub async fn start(programs: &Programs, manner: &Manner) -> Result<(Self, Box<dyn Connection>), String> {
        let (folder, account) = folder(["mysql", "nobody"])
            .map_err(|error| format!("no folder for a private server: {error}"))?;
        match Self::start_in(programs, manner, &folder, account).await {
            Ok(started) => Ok(started),
            Err(reason) => {
                let _ = std::fs::remove_dir_all(&folder);
                Err(reason)
            }
        }
    }

    async fn start_in(
        programs: &Programs,
        manner: &Manner,
        folder: &Path,
        account: Option<Account>,
    ) -> Result<(Self, Box<dyn Connection>), String> {
        install(programs, manner, folder, account).await?;
        let keeper = Keeper::start(folder, account, "KILL", server(programs, manner, folder))?;
        let target = MySqlTarget::new(Host::Socket(folder.join("socket")), 3306, "root", "mysql");
        let daemon = Self { keeper, target };
        let session = daemon.wait().await?;
        Ok((daemon, session))
    }

    async fn wait(&self) -> Result<Box<dyn Connection>, String> {
        let begun = Instant::now();
        loop {
            // The socket appears just before the server answers; a session attempt costs more than a look.
            if self.keeper.folder.join("socket").exists() {
                match wire::open(&self.target, Purpose::Write).await {
                    Ok(session) => return Ok(Box::new(session)),
                    Err(error) if begun.elapsed() > PATIENCE => {
                        return Err(format!("the private server does not answer: {error}"));
                    }
                    Err(_) => {}
                }
            }
            let log = self.keeper.log();
            let over =
                log.lines().any(|line| line.contains("Aborting") || line.contains("Can't open and lock"));
            if over || begun.elapsed() > PATIENCE {
                return Err(format!("the private server did not start: {}", why(&log)));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The first error of a log, or its last line.
fn why(log: &str) -> &str {
    log.lines().find(|line| line.contains("[ERROR]")).or(log.lines().last()).unwrap_or("it wrote no log")
}

/// Makes the server's own tables. Its root has no password: nobody else can enter the folder.
async fn install(
    programs: &Programs,
    manner: &Manner,
    folder: &Path,
    account: Option<Account>,
) -> Result<(), String> {
    let mut install = match &programs.installer {
        Some(script) => {
            let mut install = command(script, folder, account);
            install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
            // Names of this machine are not looked up.
            install.arg("--skip-name-resolve");
            // An unpacked archive does not know where it lies.
            if let Some(base) =
                programs.server.parent().and_then(Path::parent).filter(|base| *base != Path::new("/usr"))
            {
                install.arg(option("--basedir=", base));
            }
            install
        }
        None => {
            let mut install = command(&programs.server, folder, account);
            install.args(["--no-defaults", "--initialize-insecure"]);
            install
        }
    };
    install.arg(option("--datadir=", &folder.join("data")));
    // Two that are made at once would find each other's temporary tables.
    install.arg(option("--tmpdir=", folder));
    install.args(HASTY).args(manner.first_options()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::process::Command::from(install)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("the private server's tables cannot be made: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stderr, output.stdout].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    Err(format!("the private server's tables cannot be made: {}", why(&words)))
}

fn server(programs: &Programs, manner: &Manner, folder: &Path) -> Vec<OsString> {
    let data = folder.join("data");
    let mut words: Vec<OsString> = vec![programs.server.clone().into(), "--no-defaults".into()];
    words.extend([
        option("--datadir=", &data),
        option("--socket=", &folder.join("socket")),
        option("--pid-file=", &data.join(MYSQL_RECORD)),
        option("--tmpdir=", folder),
    ]);
    if !programs.version.is_mariadb() {
        // The folder that MySQL is built to read files from may not be there, and then it would not start.
        words.push("--secure-file-priv=NULL".into());
    }
    words.extend(HASTY.iter().chain(SETTINGS).map(OsString::from));
    words.extend(manner.options().into_iter().map(OsString::from));
    words
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}
