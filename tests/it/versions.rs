//! Two servers of different versions with the same schema: no difference may be found that is only print.

use std::process::Command;

use crate::live::Server;

#[tokio::test]
async fn the_same_schema_on_two_versions_has_no_difference() {
    if let Some(older) = Server::first() {
        equal(older).await;
    }
}

mod on_other_servers {
    crate::live::on_other_servers!(super::equal);
}

async fn equal(older: Server) {
    let Some(newer) = Server::second() else { return };
    let major = older.major();
    let name = format!("versions_{major}_{}", std::process::id());
    for server in [&older, &newer] {
        server.recreate(&name, "template0");
        server.load(&name, "tests/zoo/versions.sql");
        if major >= 14 {
            server.load(&name, "tests/zoo/versions-14.sql");
        }
    }
    for (current, desired) in [(&older, &newer), (&newer, &older)] {
        // The schema `public` of a new database belongs to someone else since PostgreSQL 15.
        let privileges: &[&[&str]] = if major < 15 { &[&[]] } else { &[&[], &["--privileges"]] };
        for more in privileges {
            let output = Command::new(env!("CARGO_BIN_EXE_migrator-tui"))
                .args(["diff", "--current", &current.database(&name), "--desired", &desired.database(&name)])
                .args(*more)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            let messages = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{text}\n{messages}");
        }
    }
    for server in [&older, &newer] {
        server.drop(&name);
    }
}

/// Too old: a word about it from the first moment, whatever is asked.
#[test]
fn a_version_that_is_not_supported_is_named() {
    let Some(old) = Server::version(12) else { return };
    let output = Command::new(env!("CARGO_BIN_EXE_migrator-tui"))
        .args(["diff", "--current", &old.url, "--desired", &old.url])
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(0), "{messages}");
    assert!(messages.contains("PostgreSQL 12 is not supported; 13 or newer is needed"), "{messages}");
    assert!(!messages.contains("panicked"), "{messages}");
}
