//! A MariaDB server of a test's own, on a port of this machine: it may be killed at once, and started again on what is
//! left. It writes down every statement that it is sent, and ends with the test, however the test ends.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::live_mysql::Server;

/// Waits for its standard input to close, which it does when the test ends in any way, and kills the server.
const KEEPER: &str = r#"
"$@" </dev/null >/dev/null 2>&1 &
server=$!
echo "$server"
trap '' INT TERM HUP
read -r _
kill -KILL "$server" 2>/dev/null
wait "$server"
"#;

/// For a server to recover on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Private {
    folder: tempfile::TempDir,
    program: PathBuf,
    port: u16,
    settings: &'static [&'static str],
    keeper: Option<Child>,
}

impl Private {
    /// `None`, with a word why, where there are no programs of a server.
    pub fn start() -> Option<Self> {
        Self::with(&["--skip-log-bin"])
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// One with settings of its own.
    pub fn with(settings: &'static [&'static str]) -> Option<Self> {
        let places = ["/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/local/sbin/mariadbd"];
        let found = places.iter().map(PathBuf::from).find(|program| program.is_file());
        let Some(program) = found.filter(|_| std::env::var_os("MIGRATOR_TEST_MYSQL").is_some()) else {
            eprintln!("skipped: there are no programs of MariaDB; tests/run installs them");
            return None;
        };
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, program, port, settings, keeper: None };
        // A server that starts takes away the temporary tables of others that have the same folder for them.
        let tmp = server.folder.path().join("tmp");
        std::fs::create_dir(&tmp).unwrap();
        let mut install = Command::new("mariadb-install-db");
        install.arg("--no-defaults").args(as_root()).arg(format!("--datadir={}", server.data().display()));
        install.arg(format!("--tmpdir={}", tmp.display()));
        let made =
            install.args(["--skip-test-db", "--auth-root-authentication-method=normal"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.restart();
        Some(server)
    }

    pub fn server(&self) -> Server {
        Server::at(&format!("mysql://root@127.0.0.1:{}/mysql", self.port))
    }

    /// What it was sent.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("statements")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The server is killed: what it had not written is gone.
    #[cfg(feature = "faults")]
    pub fn crash(&mut self) {
        self.end_keeper();
    }

    /// Starts it on what is there, and waits until it answers.
    pub fn restart(&mut self) {
        let began = Instant::now();
        loop {
            self.keeper = Some(self.begun());
            let until = Instant::now() + Duration::from_secs(30);
            while Instant::now() < until {
                if self.server().client("mysql", "SELECT 1").is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            assert!(began.elapsed() < PATIENCE, "the server does not come back");
            self.end_keeper();
        }
    }

    fn begun(&self) -> Child {
        let setting = |name: &str, path: &Path| format!("--{name}={}", path.display());
        let mut keeper = Command::new("/bin/sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&self.program).arg("--no-defaults").args(as_root());
        keeper.arg(setting("datadir", &self.data()));
        keeper.arg(setting("tmpdir", &self.folder.path().join("tmp")));
        keeper.arg(setting("socket", &self.folder.path().join("socket")));
        keeper.arg(setting("general-log-file", &self.log())).arg("--general-log=1");
        keeper.arg(format!("--port={}", self.port));
        keeper.args(self.settings).args(["--bind-address=127.0.0.1", "--innodb-buffer-pool-size=32M"]);
        // A crash of the server is no crash of the machine: what it handed over is there.
        keeper.args(["--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--sync-frm=0"]);
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut keeper = keeper.spawn().unwrap();
        // The server is there as soon as its number is.
        use std::io::{BufRead, BufReader};
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        keeper
    }

    fn end_keeper(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait().unwrap();
        }
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.end_keeper();
    }
}

/// The server refuses to run as root unless it is told to.
fn as_root() -> &'static [&'static str] {
    if rustix::process::getuid().is_root() { &["--user=root"] } else { &[] }
}
