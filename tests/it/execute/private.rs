//! A PostgreSQL server of a test's own, on a port of this machine: it may be killed with all its processes at once, and
//! started again on what is left. It ends with the test, however the test ends.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[cfg(feature = "faults")]
use rustix::process::{Pid, Signal, kill_process};

use crate::live::Server;

/// Waits for its standard input to close, which it does when the test ends in any way, and stops the server.
const KEEPER: &str = r#"
"$@" </dev/null >/dev/null 2>&1 &
server=$!
trap '' INT TERM HUP
read -r _
kill -QUIT "$server" 2>/dev/null
wait "$server"
"#;

/// For a server to recover on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Private {
    folder: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
    /// PostgreSQL refuses to run as root.
    account: Option<(u32, u32)>,
    keeper: Option<Child>,
}

impl Private {
    /// `None`, with a word why, where there are no programs of a server.
    pub fn start() -> Option<Self> {
        let Some(bin) = std::env::var_os("MIGRATOR_TEST_PG_BIN").map(PathBuf::from) else {
            eprintln!("skipped: MIGRATOR_TEST_PG_BIN is not set; tests/run sets it");
            return None;
        };
        let account = if rustix::process::getuid().is_root() {
            let Some(account) = account() else {
                eprintln!("skipped: there is no account to run a server as");
                return None;
            };
            Some(account)
        } else {
            None
        };
        // The account may not be able to look into our own temporary folder.
        let own = std::env::temp_dir();
        let is_open = own.ancestors().all(|part| part.metadata().unwrap().permissions().mode() & 1 != 0);
        let folder = tempfile::tempdir_in(if is_open { &own } else { Path::new("/tmp") }).unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, bin, port, account, keeper: None };
        let made = server
            .command(&server.bin.join("initdb"))
            .arg("-D")
            .arg(server.data())
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.restart();
        Some(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn server(&self) -> Server {
        Server::at(format!("postgres://postgres@127.0.0.1:{}/postgres", self.port), &self.bin)
    }

    /// Lets the server take what comes over TLS and nothing else, as the files of the certificate, its key and the
    /// authority of its clients say. `rules` are lines of `pg_hba.conf`.
    pub fn secure(&mut self, certificate: &Path, key: &Path, authority: &Path, rules: &str) {
        self.end_keeper();
        for (file, name) in [(certificate, "server.crt"), (key, "server.key"), (authority, "root.crt")] {
            let there = self.data().join(name);
            std::fs::copy(file, &there).unwrap();
            std::fs::set_permissions(&there, Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = self.account {
                chown(&there, Some(user), Some(group)).unwrap();
            }
        }
        let settings = self.data().join("postgresql.auto.conf");
        std::fs::write(settings, "ssl = on\nssl_ca_file = 'root.crt'\n").unwrap();
        self.admit(rules);
    }

    /// Lets in whom these lines of `pg_hba.conf` let in.
    pub fn admit(&mut self, rules: &str) {
        self.end_keeper();
        std::fs::write(self.data().join("pg_hba.conf"), rules).unwrap();
        self.restart();
    }

    /// Every process of the server is killed: what it had not written is gone, as after a loss of power.
    #[cfg(feature = "faults")]
    pub fn crash(&mut self) {
        // Sessions, and what works in the background.
        let told = self.server().psql("postgres", &["-c", "SELECT pid FROM pg_stat_activity"]).unwrap();
        let first = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        // The first of all goes first: it would start others anew.
        for number in first.lines().take(1).chain(told.lines()) {
            let pid = Pid::from_raw(number.trim().parse().unwrap()).unwrap();
            // The session that was asked is gone already.
            let _ = kill_process(pid, Signal::KILL);
        }
        self.end_keeper();
    }

    /// Starts it on what is there, and waits until it answers.
    pub fn restart(&mut self) {
        let began = Instant::now();
        loop {
            let mut keeper = self.command(Path::new("/bin/sh"));
            keeper.args(["-c", KEEPER, "keeper"]).arg(self.bin.join("postgres")).arg("-D").arg(self.data());
            keeper.arg("-k").arg(self.folder.path()).args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
            for setting in
                ["fsync=off", "shared_buffers=32MB", "max_connections=60", "jit=off", "logging_collector=off"]
            {
                keeper.args(["-c", setting]);
            }
            keeper.stdin(Stdio::piped()).process_group(0);
            self.keeper = Some(keeper.spawn().unwrap());
            let until = Instant::now() + Duration::from_secs(15);
            while Instant::now() < until {
                if self.server().psql("postgres", &["-c", "SELECT 1"]).is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            // The memory of those that were killed may have been in use still.
            assert!(began.elapsed() < PATIENCE, "the server does not come back");
            self.end_keeper();
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn end_keeper(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait().unwrap();
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", self.folder.path());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.end_keeper();
    }
}

fn account() -> Option<(u32, u32)> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|wanted| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    })
}
