//! TLS as a server demands it: what each mode takes and what it refuses, with an authority, a name and a client's
//! certificate, and the words of each refusal. The server takes nothing that is not encrypted.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Desk;
use crate::execute::private::Private;

const RULES: &str = "hostssl all guarded 127.0.0.1/32 cert\nhostssl all all 127.0.0.1/32 trust\n";

/// What openssl made: two authorities, a server's certificate and two of clients, all of the first authority.
struct Papers(PathBuf);

impl Papers {
    /// `None`, with a word why, where there is no openssl.
    fn make(folder: &Path) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: there is no openssl program to make certificates with");
            return None;
        }
        let papers = Self(folder.to_path_buf());
        for authority in ["ours", "other"] {
            papers.openssl(&format!(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={authority} -keyout {authority}.key -out {authority}.crt"
            ));
        }
        // The name is in the certificate, the address 127.0.0.1 is not.
        for (name, subject, names) in [
            ("server", "localhost", "subjectAltName=DNS:localhost"),
            ("guarded", "guarded", "subjectAltName=DNS:guarded"),
            ("stranger", "stranger", "subjectAltName=DNS:stranger"),
        ] {
            std::fs::write(papers.path(&format!("{name}.ext")), names).unwrap();
            papers.openssl(&format!(
                "req -newkey rsa:2048 -nodes -subj /CN={subject} -keyout {name}.key -out {name}.csr"
            ));
            papers.openssl(&format!(
                "x509 -req -in {name}.csr -CA ours.crt -CAkey ours.key -CAcreateserial -days 2 -extfile {name}.ext -out {name}.crt"
            ));
        }
        Some(papers)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    fn openssl(&self, arguments: &str) {
        let made = Command::new("openssl").args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        assert!(made.status.success(), "{arguments}: {}", String::from_utf8_lossy(&made.stderr));
    }
}

#[test]
fn each_mode_takes_and_refuses_what_its_name_says() {
    let desk = Desk::new();
    let Some(papers) = Papers::make(desk.path("home").parent().unwrap()) else { return };
    let Some(mut private) = Private::start() else { return };
    private.secure(&papers.path("server.crt"), &papers.path("server.key"), &papers.path("ours.crt"), RULES);
    let port = private.port();
    let place =
        |user: &str, host: &str, rest: &str| format!("postgres://{user}@{host}:{port}/postgres?{rest}");
    let client =
        |name: &str| format!("sslmode=verify-full&sslrootcert=ours.crt&sslcert={name}.crt&sslkey={name}.key");
    // `None`: it connects. Else words of the refusal.
    let cases: [(&str, &str, String, Option<&str>); 17] = [
        ("postgres", "localhost", "sslmode=verify-full&sslrootcert=ours.crt".into(), None),
        (
            "postgres",
            "127.0.0.1",
            "sslmode=verify-full&sslrootcert=ours.crt".into(),
            Some("not valid for name"),
        ),
        ("postgres", "127.0.0.1", "sslmode=verify-ca&sslrootcert=ours.crt".into(), None),
        ("postgres", "localhost", "sslmode=verify-full&sslrootcert=other.crt".into(), Some("certificate")),
        ("postgres", "localhost", "sslmode=verify-ca&sslrootcert=other.crt".into(), Some("certificate")),
        ("postgres", "localhost", "sslmode=verify-full".into(), Some("UnknownIssuer")),
        ("postgres", "localhost", "sslmode=verify-full&sslrootcert=missing.crt".into(), Some("missing.crt")),
        ("postgres", "localhost", "sslmode=require".into(), None),
        ("postgres", "127.0.0.1", "sslmode=require".into(), None),
        ("postgres", "localhost", "sslmode=require&sslrootcert=other.crt".into(), Some("certificate")),
        ("postgres", "localhost", "sslmode=disable".into(), Some("no encryption")),
        ("postgres", "localhost", "sslmode=prefer".into(), None),
        // Local: without a word of the URL, TLS where the server has it.
        ("postgres", "localhost", String::new(), None),
        ("guarded", "localhost", client("guarded"), None),
        ("guarded", "localhost", client("stranger"), Some("guarded")),
        ("guarded", "localhost", "sslmode=require".into(), Some("client certificate")),
        ("guarded", "localhost", "sslmode=require&sslcert=gone.crt&sslkey=gone.key".into(), Some("gone")),
    ];
    private.server().psql("postgres", &["-c", "CREATE ROLE guarded LOGIN"]).unwrap();
    for (user, host, rest, refused) in &cases {
        let url = place(user, host, rest);
        let answer = desk.run(&["diff", "--current", &url, "--desired", &url]);
        match refused {
            None => assert_eq!(answer.code, 0, "{url}: {}", answer.err),
            Some(words) => {
                assert_eq!(answer.code, 1, "{url}: {}", answer.err);
                assert!(answer.err.contains(words), "{url}: {}", answer.err);
                assert!(!answer.err.contains("check host, port and network"), "{url}: {}", answer.err);
            }
        }
    }
    desk.file(
        "migrator.toml",
        &format!(
            "[environments.shop]\nengine = \"postgres\"\nurl = \"postgres://postgres@localhost:{port}/postgres\"\n\
             tls = \"verify-full\"\nca = \"ours.crt\"\n"
        ),
    );
    desk.expect(0, &["diff", "--current", "shop", "--desired", "shop"]);
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_demanded() {
    let desk = Desk::new();
    let Some(private) = Private::start() else { return };
    for (mode, code) in [("require", 1), ("verify-ca", 1), ("verify-full", 1), ("prefer", 0), ("disable", 0)]
    {
        let url = format!("postgres://postgres@localhost:{}/postgres?sslmode={mode}", private.port());
        let answer = desk.run(&["diff", "--current", &url, "--desired", &url]);
        assert_eq!(answer.code, code, "{mode}: {}", answer.err);
        if code == 1 {
            assert!(answer.err.contains("does not support TLS"), "{mode}: {}", answer.err);
        }
    }
}
