//! S1 in execution: secrets that can be told from anything else are in every place where one can be given. They reach
//! the server and nothing else: not what is printed, not a file of the plan or of ours, not the journals, not the
//! arguments of a process.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::cli::Answer;
use crate::ids::Trial;

use super::approve::Person;
use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, PG_AFTER, PG_BEFORE};

/// A password that looks different in a URL and in JSON.
fn canary(name: &str) -> String {
    format!("K4nari/{name}+\"ü%vogel")
}

/// Every way in which it could be written down.
fn forms(secret: &str) -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap();
    let ascii: String = secret
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
        .collect();
    let mut forms = vec![
        secret.to_owned(),
        in_url(secret),
        encoded,
        json.trim_matches('"').to_owned(),
        ascii.replace('"', "\\\""),
        secret.escape_debug().to_string(),
        secret.escape_default().to_string(),
    ];
    // In the middle of something longer a text has one of three forms; the letters at its ends are its neighbours'.
    for before in 0..3 {
        let text = [vec![b' '; before], secret.as_bytes().to_vec()].concat();
        let whole = base64(&text);
        let sure = whole.trim_end_matches('=');
        let (from, to) = ((before * 8).div_ceil(6), sure.len() - usize::from(text.len() % 3 != 0));
        forms.push(sure[from..to].to_owned());
        forms.push(sure[from..to].replace('+', "-").replace('/', "_"));
    }
    forms.sort();
    forms.dedup();
    forms
}

fn in_url(secret: &str) -> String {
    secret
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            three.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = char::from(LETTERS[(number >> (18 - 6 * at) & 63) as usize]);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

/// Where nothing may be found, and what was found there.
struct Search {
    secrets: Vec<String>,
    places: usize,
    found: Vec<String>,
}

impl Search {
    fn through(&mut self, place: &str, bytes: &[u8]) {
        self.places += 1;
        for secret in &self.secrets {
            for form in forms(secret) {
                if bytes.windows(form.len()).any(|part| part == form.as_bytes()) {
                    self.found.push(format!("{form} in {place}"));
                }
            }
        }
    }

    fn answer(&mut self, words: &[&str], answer: &Answer) {
        self.through(&format!("the output of {words:?}"), answer.out.as_bytes());
        self.through(&format!("the messages of {words:?}"), answer.err.as_bytes());
    }

    /// Every file, except those where the test itself has put a secret.
    fn files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.files(&path);
            } else if !path.ends_with("the secret") {
                self.through(&path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    }
}

#[test]
fn s1_secrets_stay_secret_on_sqlite() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    everything(Trial::new("S1", "SL"), &ground);
}

#[test]
fn s1_secrets_stay_secret_on_postgres() {
    let trial = Trial::new("S1", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    everything(trial, &ground);
}

fn everything(mut trial: Trial, ground: &Ground) {
    let desk = &ground.desk;
    let names = ["url", "project", "file", "variable", "token"];
    let [in_the_url, of_the_project, in_a_file, variable, wrong_token] = names.map(canary);
    ground.fresh("staging");
    ground.fresh("production");
    desk.file("the secret", &in_a_file);
    let passwords = match ground.server() {
        Some(_) => ["password = \"file:the secret\"", "password = \"env:PRODUCTION_PASSWORD\""],
        None => ["", ""],
    };
    desk.file(
        "migrator.toml",
        &format!(
            "[environments.staging]\nurl = \"{}\"\nstage = 1\n{}\n\
             [environments.production]\nurl = \"{}\"\nstage = 2\nguard = \"confirm\"\n{}\n",
            ground.url("staging"),
            passwords[0],
            ground.url("production"),
            passwords[1]
        ),
    );
    let secrets =
        vec![in_the_url.clone(), of_the_project.clone(), in_a_file, variable.clone(), wrong_token.clone()];
    let mut search = Search { secrets, places: 0, found: Vec::new() };
    let yes = ground.acknowledged();
    let command = |words: &[&str], token: &str| -> Command {
        let mut all = words.to_vec();
        if ["run", "promote"].contains(&words[0]) {
            all.extend(yes.iter().map(String::as_str));
        }
        let mut command = desk.command(&all);
        command
            .env("PGPASSWORD", &variable)
            .env("PRODUCTION_PASSWORD", &of_the_project)
            .env("APPROVAL", token);
        command
    };
    let mut expect = |search: &mut Search, code: i32, words: &[&str], token: &str| {
        let answer = Answer::of(command(words, token).output().unwrap());
        search.answer(words, &answer);
        assert_eq!(answer.code, code, "{words:?}\n{}{}", answer.out, answer.err);
        trial.passed();
    };
    let promote = ["promote", "plan", "--to", "production", "--approve", "env:APPROVAL"];
    let back = ["rollback", "plan", "--on", "production", "--allow-destructive", "--approve", "env:APPROVAL"];
    expect(&mut search, 5, &promote[..4], "");
    // A run that the database refuses, told with its reason.
    let broken = match ground.server() {
        Some(_) => ("UPDATE orders SET cents = -1 WHERE id = 1", "UPDATE orders SET cents = 1 WHERE id = 1"),
        None => (
            "UPDATE customers SET email = '1@example.com' WHERE id = 2",
            "UPDATE customers SET email = '2@example.com' WHERE id = 2",
        ),
    };
    ground.change("staging", broken.0);
    expect(&mut search, 1, &["run", "plan", "--on", "staging"], "");
    ground.change("staging", broken.1);
    let state = command(&["status"], "").output().unwrap().status.code();
    let on: &[&str] =
        if state == Some(3) { &["resume", "--on", "staging"] } else { &["run", "plan", "--on", "staging"] };
    expect(&mut search, 0, on, "");
    // An approval that nobody gave.
    expect(&mut search, 5, &promote, &wrong_token);
    let mut person = Person::knowing(
        ground,
        "ada",
        &[("PGPASSWORD", &variable), ("PRODUCTION_PASSWORD", &of_the_project)],
    );
    let given = person.approves(&desk.path("plan"));
    let token = given.token.expose().to_owned();
    search.secrets.push(token.clone());
    // The arguments of the process, while it works.
    let reached = desk.path("reached");
    let child = command(&promote, &token)
        .env("MIGRATOR_FAULT", "after intent:1")
        .env("MIGRATOR_FAULT_REACHED", &reached)
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    while !reached.exists() {
        assert!(Instant::now() < until, "it never came to its first unit");
        std::thread::sleep(Duration::from_millis(5));
    }
    match std::fs::read(format!("/proc/{}/cmdline", child.id())) {
        Ok(arguments) => search.through("the arguments of the process", &arguments),
        Err(error) => eprintln!("skipped: the arguments of a process cannot be read here: {error}"),
    }
    if ground.server().is_some() {
        let seen = "SELECT application_name || ' ' || query FROM pg_stat_activity";
        search.through("the server's list of sessions", ground.ask("production", seen).join("\n").as_bytes());
    }
    std::fs::remove_file(&reached).unwrap();
    let done = Answer::of(child.wait_with_output().unwrap());
    search.answer(&promote, &done);
    assert_eq!(done.code, 0, "{}", done.err);
    ground.is_after("production").unwrap();
    for words in
        [&["status"][..], &["status", "--format", "json"], &["history"], &["history", "--format", "json"]]
    {
        expect(&mut search, 0, words, "");
    }
    // It counted once.
    expect(&mut search, 5, &back, &token);
    let given = person.approves_the_way_back(&desk.path("plan"));
    let token = given.token.expose().to_owned();
    search.secrets.push(token.clone());
    expect(&mut search, 0, &back, &token);
    ground.is_before("production").unwrap();
    expect(&mut search, 0, &["history"], &token);
    if let Some(server) = ground.server() {
        addresses(&mut search, &mut expect, server, &in_the_url);
        for name in ["staging", "production"] {
            let kept = ground.ask(
                name,
                "SELECT body FROM migrator.journal UNION ALL SELECT body FROM migrator.plan \
                UNION ALL SELECT holder || ' ' || run FROM migrator.lease",
            );
            assert!(!kept.is_empty());
            search.through(&format!("the journal of {name}"), kept.join("\n").as_bytes());
        }
    }
    search.files(&desk.path(""));
    println!("{} places, {} secrets", search.places, search.secrets.len());
    assert!(desk.path("data/migrator-tui/ledger.sqlite3").exists() && desk.path("plan/plan.toml").exists());
    let found = search.found.join("\n");
    trial.ran("everything", if found.is_empty() { Ok(()) } else { Err(found) });
    trial.end(10);
}

/// A password in an address that works, in one that leads nowhere, and in ones that cannot be read.
fn addresses(
    search: &mut Search,
    expect: &mut impl FnMut(&mut Search, i32, &[&str], &str),
    server: &crate::live::Server,
    secret: &str,
) {
    let secret = in_url(secret);
    let place = server.url.split_once('@').unwrap().1.split_once('/').unwrap().0;
    for (code, url) in [
        (1, format!("postgres://postgres:{secret}@{place}/no_such_database")),
        (1, format!("postgres://postgres:{secret}@127.0.0.1:1/postgres")),
        (2, format!("postgres://postgres:{secret}@127.0.0.1:port/postgres")),
        (2, format!("postgres://postgres:{secret}@{place}/postgres?sslmode=perhaps")),
    ] {
        expect(search, code, &["run", "plan", "--on", &url], "");
    }
}

#[test]
fn the_search_finds_what_is_hidden() {
    let secret = canary("x");
    let mut search = Search { secrets: vec![secret.clone()], places: 0, found: Vec::new() };
    let json = serde_json::json!({ "a": secret }).to_string();
    for text in [
        format!("x{secret}y"),
        in_url(&secret),
        json,
        base64(format!("u:{secret}@h").as_bytes()),
        base64(format!("us:{secret}@h").as_bytes()),
        base64(format!("use:{secret}@h").as_bytes()),
        format!("{secret:?}"),
    ] {
        search.found.clear();
        search.through("here", text.as_bytes());
        assert!(!search.found.is_empty(), "{text}");
    }
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
}
