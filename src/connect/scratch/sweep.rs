//! What dead processes left behind: folders with their servers, and databases on servers of others. It
//! touches only what carries our name, belongs to us, and has no living maker.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connect::Connection;
use crate::model::{EngineKind, Ident, Sql};
use crate::sql;

const FOLDERS: &str = "migrator-scratch-";
const DATABASES: &str = "migrator_scratch_";
/// Shorter: MySQL's names of users have 32 characters.
const USERS: &str = "migrator_";

/// A database without a session is left over after this long.
const STALE: u64 = 3600;

/// Makes a folder that only we can enter, named after this process.
pub(super) fn make_folder(base: &Path) -> io::Result<PathBuf> {
    let prefix = format!("{FOLDERS}{}-", std::process::id());
    Ok(tempfile::Builder::new().prefix(&prefix).tempdir_in(base)?.keep())
}

/// A name that tells when and by whom the database was made.
pub(super) fn database_name(number: u32) -> Ident {
    Ident::new(format!("{DATABASES}{}_{}_{number}", now(), std::process::id()))
}

/// The same for a user.
pub(super) fn user_name(number: u32) -> Ident {
    Ident::new(format!("{USERS}{}_{:x}_{number:x}", now(), std::process::id()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Drops databases that were left on a server. Those still in use stay, and so do those we may not drop.
pub(super) async fn databases(session: &mut dyn Connection) {
    let engine = session.version().engine;
    let names: Sql = match engine {
        EngineKind::Postgres => sql!(engine;
            "SELECT datname FROM pg_database WHERE datname LIKE 'migrator\\_scratch\\_%' \
             AND pg_has_role(datdba, 'USAGE') AND NOT EXISTS \
             (SELECT FROM pg_stat_activity a WHERE a.datid = pg_database.oid) ORDER BY 1"),
        // Sessions of others can be seen with a privilege only. The age is what protects theirs.
        EngineKind::MySql => sql!(engine;
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'migrator\\_scratch\\_%' \
             AND SCHEMA_NAME NOT IN (SELECT DB FROM information_schema.PROCESSLIST WHERE DB IS NOT NULL) ORDER BY 1"),
        EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => return,
    };
    let Ok(rows) = session.query(&names).await else { return };
    for name in rows.iter().filter_map(|row| row.get(0)) {
        if is_stale(name, DATABASES, now()) {
            let _ = session.execute(&sql!(engine; "DROP DATABASE IF EXISTS ", &Ident::new(name))).await;
        }
    }
}

/// Drops users of ours that were left on a MySQL server, where we may look for them.
pub(super) async fn users(session: &mut dyn Connection) {
    let engine = EngineKind::MySql;
    let names =
        sql!(engine; "SELECT User FROM mysql.user WHERE User LIKE 'migrator\\_%' AND Host = '%' ORDER BY 1");
    let Ok(rows) = session.query(&names).await else { return };
    for name in rows.iter().filter_map(|row| row.get(0)) {
        if is_stale(name, USERS, now()) {
            let _ = session.execute(&sql!(engine; "DROP USER IF EXISTS ", &Ident::new(name))).await;
        }
    }
}

fn is_stale(name: &str, prefix: &str, now: u64) -> bool {
    let made = name.strip_prefix(prefix).and_then(|rest| rest.split('_').next()?.parse::<u64>().ok());
    made.is_some_and(|made| now.saturating_sub(made) > STALE)
}

/// Removes the folders of dead processes and stops the servers in them.
pub(super) fn folders() {
    let mut bases = vec![std::env::temp_dir(), PathBuf::from("/tmp")];
    bases.dedup();
    for base in bases {
        let Ok(entries) = std::fs::read_dir(base) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let pid = name.to_string_lossy().strip_prefix(FOLDERS).and_then(|rest| {
                let pid = rest.split('-').next()?;
                pid.parse::<u32>().ok()
            });
            // The type is that of the entry itself: a link is not followed.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && pid.is_some_and(|pid| !lives(pid)) {
                remove(&entry.path());
            }
        }
    }
}

/// The file with a server's process number in its data folder, and the signal that ends it at once: there is nothing
/// to save.
const RECORDS: [(&str, &str); 2] = [("postmaster.pid", "-QUIT"), (MYSQL_RECORD, "-KILL")];

/// Where a private MySQL or MariaDB writes its process number.
pub(super) const MYSQL_RECORD: &str = "mysqld.pid";

/// Stops the server of a folder, if it has one, and removes the folder. Without the right to, nothing happens.
pub(super) fn remove(folder: &Path) {
    let data = folder.join("data");
    for (record, signal) in RECORDS {
        let record = std::fs::read_to_string(data.join(record)).unwrap_or_default();
        let mut lines = record.lines();
        let pid = lines.next().and_then(|line| line.trim().parse::<u32>().ok());
        // PostgreSQL says in which folder it works.
        let elsewhere = lines.next().is_some_and(|line| Path::new(line.trim()) != data);
        if let Some(pid) = pid.filter(|pid| !elsewhere && is_ours(*pid, folder, &data)) {
            kill(signal, pid);
            for _ in 0..500 {
                if !lives(pid) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

/// A number may have been given to another process since: it must be a server of this very folder, and run
/// as the folder's owner.
#[cfg(target_os = "linux")]
fn is_ours(pid: u32, folder: &Path, data: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let process = PathBuf::from(format!("/proc/{pid}"));
    let words = std::fs::read(process.join("cmdline")).unwrap_or_default();
    let data = data.as_os_str().as_encoded_bytes();
    let owner = |path: &Path| std::fs::metadata(path).map(|about| about.uid()).ok();
    let names_it = |word: &[u8]| word.strip_prefix(b"--datadir=").unwrap_or(word) == data;
    words.split(|byte| *byte == 0).any(names_it)
        && owner(&process).is_some()
        && owner(&process) == owner(folder)
}

#[cfg(not(target_os = "linux"))]
fn is_ours(pid: u32, _: &Path, data: &Path) -> bool {
    let output = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    let Some(data) = data.to_str() else { return false };
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(data))
}

#[cfg(target_os = "linux")]
fn lives(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[cfg(not(target_os = "linux"))]
fn lives(pid: u32) -> bool {
    // A process of someone else answers with an error of another kind: it is taken for alive.
    let output = std::process::Command::new("ps").args(["-p", &pid.to_string()]).output();
    output.is_ok_and(|output| output.status.success())
}

fn kill(signal: &str, pid: u32) {
    let mut kill = std::process::Command::new("kill");
    kill.args([signal, &pid.to_string()]).stdout(std::process::Stdio::null());
    let _ = kill.stderr(std::process::Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_databases_of_ours_are_stale() {
        assert!(is_stale("migrator_scratch_1000_1_1", DATABASES, 1000 + STALE + 1));
        assert!(!is_stale("migrator_scratch_1000_1_1", DATABASES, 1000 + STALE));
        assert!(!is_stale("migrator_scratch_notes", DATABASES, u64::MAX));
        // A database is no user, and the other way round.
        assert!(!is_stale("migrator_scratch_1000_1_1", USERS, u64::MAX));
        assert!(is_stale("migrator_1000_1_1", USERS, u64::MAX));
        let longest = user_name(255);
        assert!(!is_stale(longest.as_str(), USERS, now()) && longest.as_str().len() <= 32);
        assert!(!is_stale(database_name(1).as_str(), DATABASES, now()));
    }

    #[test]
    fn a_dead_makers_folder_is_removed_and_a_living_ones_stays() {
        let base = std::env::temp_dir();
        let dead = base.join(format!("{FOLDERS}4294967290-test"));
        std::fs::create_dir_all(dead.join("data")).unwrap();
        // A record that names a process which is not a server of ours: it must survive.
        let record = format!("{}\n{}\n", std::process::id(), dead.join("data").display());
        std::fs::write(dead.join("data/postmaster.pid"), record).unwrap();
        let own = make_folder(&base).unwrap();
        folders();
        assert!(!dead.exists());
        assert!(own.exists());
        std::fs::remove_dir(own).unwrap();
    }
}
