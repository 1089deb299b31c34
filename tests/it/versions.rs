//! Two servers of different versions with the same schema: no difference may be found that is only print.

use std::path::Path;
use std::process::Command;

use crate::live::Server;

#[test]
fn the_same_schema_on_two_versions_has_no_difference() {
    let older = Server::from("MIGRATOR_TEST_PG", "MIGRATOR_TEST_PG_BIN");
    let newer = Server::from("MIGRATOR_TEST_PG18", "MIGRATOR_TEST_PG18_BIN");
    let (Some(older), Some(newer)) = (older, newer) else { return };
    let name = format!("versions_{}", std::process::id());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoo/versions.sql");
    for server in [&older, &newer] {
        server.recreate(&name, "template0");
        server.psql(&name, &["-f", file.to_str().unwrap()]).unwrap();
    }
    for (current, desired) in [(&older, &newer), (&newer, &older)] {
        for more in [&[][..], &["--privileges"][..]] {
            let output = Command::new(env!("CARGO_BIN_EXE_migrator-tui"))
                .args(["diff", "--current", &current.database(&name), "--desired", &desired.database(&name)])
                .args(more)
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
