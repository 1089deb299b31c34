//! Addresses, as users and other tools write them.

use super::*;

fn bare(_: &str) -> Option<String> {
    None
}

fn target(url: &str) -> PostgresTarget {
    PostgresAddress::parse(url).unwrap().resolve(&bare).unwrap()
}

fn refusal(url: &str) -> String {
    match PostgresAddress::parse(url).and_then(|address| address.resolve(&bare)) {
        Ok(_) => panic!("{url} must be refused"),
        Err(error) => format!("{} ({})", error.what, error.hint),
    }
}

#[test]
fn a_whole_url() {
    let target = target(
        "postgresql://ad%40a:p%2Fw:x@db.example.com:6432/my%20shop?sslmode=verify-ca&sslrootcert=/ca.pem\
         &sslcert=c.pem&sslkey=k.pem&connect_timeout=3&options=-c%20search_path%3Da,b%20--lock_timeout=5s\
         &keepalives=1",
    );
    assert_eq!(target.to_string(), "postgres://ad@a@db.example.com:6432/my shop");
    assert_eq!(target.password.as_ref().map(|p| p.expose()), Some("p/w:x"));
    assert_eq!(target.tls.mode, TlsMode::VerifyCa);
    assert_eq!(target.tls.certificate, Some(("c.pem".into(), "k.pem".into())));
    assert_eq!(target.connect_timeout, Duration::from_secs(3));
    let settings = [("search_path", "a,b"), ("lock_timeout", "5s")];
    assert_eq!(target.settings, settings.map(|(a, b)| (a.to_string(), b.to_string())));
}

#[test]
fn servers_elsewhere_prove_themselves() {
    assert_eq!(target("postgres://u@db.example.com/x").tls.mode, TlsMode::VerifyFull);
    assert_eq!(target("postgres://u@[::1]:5433/x").tls.mode, TlsMode::Prefer);
    assert_eq!(target("postgres://u@[::1]:5433/x").host, Host::Tcp("::1".into()));
    assert_eq!(target("postgres:///x?host=/run/pg&user=u").host, Host::Socket("/run/pg".into()));
    assert_eq!(target("postgres://%2Frun%2Fpg/x").host, Host::Socket("/run/pg".into()));
    assert_eq!(target("postgres://u@db.example.com/x?sslmode=require").tls.mode, TlsMode::Require);
}

#[test]
fn the_environment_fills_up() {
    let environment = |name: &str| {
        let value = match name {
            "PGHOST" => "elsewhere",
            "PGPORT" => "77",
            "PGUSER" => "eve",
            "PGPASSWORD" => "secret",
            "PGSSLMODE" => "disable",
            _ => return None,
        };
        Some(value.to_string())
    };
    let target = PostgresAddress::parse("postgres://db/shop").unwrap().resolve(&environment).unwrap();
    assert_eq!(target.to_string(), "postgres://eve@db:77/shop");
    assert_eq!(target.password.as_ref().map(|p| p.expose()), Some("secret"));
    assert_eq!(target.tls.mode, TlsMode::Disable);
}

#[test]
fn refusals_say_what_to_do_and_repeat_no_secret() {
    for (url, expected) in [
        ("postgres://u:hun/ter2@h/db", "the port is not a number"),
        ("postgres://u:12?hunter2@h/db", "cannot be read"),
        ("postgres://a,b/db", "several hosts"),
        ("postgres://h/db?sslmod=require", "unknown URL parameter `sslmod`"),
        ("postgres://h/db?sslmode=hunter2", "unknown sslmode"),
        ("postgres://u:hunter2%ZZ@h/db", "broken percent escape"),
        ("postgres://u@h/db?sslcert=a", "must be given together"),
        ("postgres://u@h/db?options=hunter2", "`options` is not understood"),
        ("postgres://u@h/db?service=nowhere", "`nowhere` is in no service file"),
    ] {
        let message = refusal(url);
        assert!(message.contains(expected), "{url}: {message}");
        assert!(!message.contains("hunter2") && !message.contains("ter2"), "{message}");
    }
}
