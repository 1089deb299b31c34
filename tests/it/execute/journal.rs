//! A journal of which a byte was changed is refused on the command line too; and C5: where nothing can be written
//! down, nothing is sent.

use crate::ids::{self, Trial};

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};

/// Changes one letter of a stored value to another one.
fn flipped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// I8: every record follows the one before it, by its hash. A journal with one byte changed, wherever, is refused.
#[test]
fn one_changed_byte_anywhere_breaks_the_journal() {
    let mut trial = Trial::new("J1", "SL");
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    let url = ground.fresh("staging");
    ground.desk.file("migrator.toml", &format!("[environments.staging]\nurl = \"{url}\"\n"));
    let yes = ground.acknowledged();
    let by_url = crate::cli::Answer::of(ground.run("staging").output().unwrap());
    assert!(
        by_url.code == 5 && by_url.err.contains("name it as the project does: staging"),
        "{}",
        by_url.err
    );
    let mut words = vec!["run", "plan", "--on", "staging"];
    words.extend(yes.iter().map(String::as_str));
    ground.desk.expect(0, &words);
    let kept = ground.file("staging");
    let whole = std::fs::read(&kept).unwrap();
    let file = kept.file_name().unwrap().to_str().unwrap().to_owned();
    for column in ["body", "prev", "hash"] {
        for (seq, text) in ground
            .ask("staging", &format!("SELECT seq || ' ' || {column} FROM migrator_journal ORDER BY seq"))
            .iter()
            .filter_map(|line| line.split_once(' '))
        {
            for at in (0..text.len()).step_by(701) {
                let other = flipped(text, at);
                if other == text {
                    continue;
                }
                ground.desk.database(
                    &file,
                    &format!(
                        "UPDATE migrator_journal SET {column} = '{}' WHERE seq = {seq}",
                        other.replace('\'', "''")
                    ),
                );
                let status = ground.desk.run(&["status"]);
                let seen = status.out.contains("the journal is broken");
                trial.ran(
                    format!("{column} {seq}:{at}"),
                    seen.then_some(()).ok_or(format!("{}{}", status.out, status.err)),
                );
                std::fs::write(&kept, &whole).unwrap();
            }
        }
    }
    let gone = "DELETE FROM migrator_journal WHERE seq = 2";
    ground.desk.database(&file, gone);
    let status = ground.desk.run(&["status"]);
    assert!(status.out.contains("the journal is broken"), "{}", status.out);
    trial.end(11);
}

#[test]
fn without_a_journal_nothing_is_sent() {
    let mut trial = Trial::new("C5", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    let server = ground.server().unwrap();
    let role = format!("{}_reader", ground.database("x"));
    let sql = |text: &str| server.psql(&ground.database("staging"), &["-c", text]).unwrap();
    ground.fresh("staging");
    sql(&format!(
        "CREATE ROLE {role} LOGIN; ALTER TABLE orders OWNER TO {role}; ALTER TABLE customers OWNER TO {role}"
    ));
    let mut url = url::Url::parse(&ground.url("staging")).unwrap();
    url.set_username(&role).unwrap();
    let mut words = vec!["run".to_owned(), "plan".into(), "--on".into(), url.to_string()];
    words.extend(ground.acknowledged());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // A role that may not make our schema.
    let refused = ground.desk.run(&words);
    // A journal that takes no rows.
    sql(&format!("GRANT CREATE ON DATABASE {0} TO {role}", ground.database("staging")));
    sql(&format!(
        "GRANT CREATE ON SCHEMA public TO {role}; ALTER VIEW names OWNER TO {role}; ALTER TYPE mood OWNER TO {role}"
    ));
    sql(
        "CREATE SCHEMA migrator; COMMENT ON SCHEMA migrator IS 'migrator-tui: journal of schema migrations'; \
         CREATE TABLE migrator.journal (seq bigint PRIMARY KEY, run text, fence bigint, kind text, body text, prev text, \
         hash text, server_time timestamptz DEFAULT now(), CHECK (kind <> 'step_intent')); \
         CREATE TABLE migrator.plan (digest text PRIMARY KEY, name text, body text); \
         CREATE TABLE migrator.lease (id int PRIMARY KEY, fence bigint, holder text, run text, plan text, since text); \
         INSERT INTO migrator.lease VALUES (1, 0, '', '', '', '')",
    );
    sql(&format!(
        "GRANT ALL ON SCHEMA migrator TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA migrator TO {role}; \
         ALTER SCHEMA migrator OWNER TO {role}"
    ));
    let unwritable = ground.desk.run(&words);
    let state = ground.is_before("staging");
    sql(&format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}"));
    assert!(refused.code == 1 && refused.err.contains("nothing was changed"), "{}", refused.err);
    assert!(
        unwritable.code != 0 && unwritable.err.contains("journal"),
        "{} {}",
        unwritable.code,
        unwritable.err
    );
    assert!(state.is_ok() || state.as_ref().unwrap_err().contains("OWNER"), "{state:?}");
    // The role that may not, and the journal that takes nothing.
    trial.passed();
    trial.passed();
}

#[test]
fn a_table_of_the_users_that_has_one_of_our_names_is_told_apart() {
    let before = "CREATE TABLE Migrator_Plan (id INTEGER PRIMARY KEY, tariff TEXT); CREATE TABLE t (id INTEGER PRIMARY KEY);";
    let after = format!("{before} CREATE TABLE later (id INTEGER PRIMARY KEY);");
    let ground = Ground::planned(None, before, &after, &[]).unwrap();
    let url = ground.fresh("staging");
    ground.desk.file("migrator.toml", &format!("[environments.staging]\nurl = \"{url}\"\n"));
    let status = ground.desk.expect(0, &["status"]);
    assert!(status.out.contains("nothing has run here"), "{}", status.out);
    let refused = ground.desk.run(&["run", "plan", "--on", "staging"]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    for words in ["Migrator_Plan is there already and is not ours", "journal_schema", "nothing was changed"] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    ground.is_before("staging").unwrap();
    let renamed = format!("[environments.staging]\nurl = \"{url}\"\njournal_schema = \"dba\"\n");
    ground.desk.file("migrator.toml", &renamed);
    ground.desk.expect(0, &["run", "plan", "--on", "staging"]);
    let status = ground.desk.expect(0, &["status"]);
    assert!(status.out.contains("forward done"), "{}", status.out);
    // Nobody mistakes the one for the other afterwards.
    ground.desk.expect(0, &["diff", "--current", "staging", "--desired", &ground.url("after")]);
}

/// No transaction holds a definition there: who dies while our tables are made leaves some of them.
#[test]
fn what_was_left_of_the_making_of_our_tables_is_finished_on_mariadb() {
    let before = "CREATE TABLE t (id int PRIMARY KEY);";
    let after = format!("{before} CREATE TABLE later (id int PRIMARY KEY);");
    let Some(ground) = Ground::mariadb(before, &after) else { return };
    let url = ground.fresh("staging");
    ground.desk.file("migrator.toml", &format!("[environments.staging]\nurl = \"{url}\"\n"));
    ground.change(
        "staging",
        "CREATE TABLE migrator_plan (digest varchar(191) NOT NULL PRIMARY KEY, name text NOT NULL, \
         body longtext NOT NULL) COMMENT='migrator-tui: journal of schema migrations'; \
         CREATE TABLE migrator_lease (id int NOT NULL PRIMARY KEY, fence bigint NOT NULL, holder text NOT NULL, \
         run text NOT NULL, plan text NOT NULL, since text NOT NULL) COMMENT='migrator-tui: being made'",
    );
    let status = ground.desk.expect(0, &["status"]);
    assert!(status.out.contains("nothing has run here"), "{}", status.out);
    ground.desk.expect(0, &["run", "plan", "--on", "staging"]);
    ground.is_after("staging").unwrap();
    // A journal that somebody took away is not an empty one.
    ground.change("staging", "RENAME TABLE migrator_journal TO elsewhere");
    let status = ground.desk.run(&["status"]);
    assert!(status.out.contains("are there and some are not"), "{}{}", status.out, status.err);
    // A table of the user's that has one of our names is told apart.
    ground.fresh("staging");
    ground.change("staging", "CREATE TABLE migrator_plan (id int)");
    let refused = ground.desk.run(&["run", "plan", "--on", "staging"]);
    for words in ["migrator_plan is there already and is not ours", "nothing was changed"] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
}

/// Our tables, with a journal that takes no record of that kind.
fn refusing(ground: &Ground, name: &str, kind: &str) {
    let columns = "run text NOT NULL, fence bigint NOT NULL, kind text NOT NULL, body text NOT NULL, \
                   prev text NOT NULL, hash text NOT NULL UNIQUE";
    let lease = "fence bigint NOT NULL, holder text NOT NULL, run text NOT NULL, plan text NOT NULL, since text NOT NULL";
    ground.change(name, &if ground.server().is_some() {
        format!(
            "CREATE SCHEMA migrator; COMMENT ON SCHEMA migrator IS 'migrator-tui: journal of schema migrations'; \
             CREATE TABLE migrator.journal (seq bigint PRIMARY KEY, {columns}, server_time timestamptz DEFAULT now(), \
             CONSTRAINT refuses CHECK (kind <> '{kind}')); \
             CREATE TABLE migrator.plan (digest text PRIMARY KEY, name text, body text); \
             CREATE TABLE migrator.lease (id int PRIMARY KEY, {lease}); \
             INSERT INTO migrator.lease VALUES (1, 0, '', '', '', '')"
        )
    } else if ground.maria().is_some() {
        let columns = "run varchar(191) NOT NULL, fence bigint NOT NULL, kind varchar(64) NOT NULL, \
                       body longtext NOT NULL, prev varchar(64) NOT NULL, hash varchar(64) NOT NULL UNIQUE";
        let mark = "COMMENT='migrator-tui: journal of schema migrations'";
        format!(
            "CREATE TABLE migrator_journal (seq bigint PRIMARY KEY, {columns}, server_time timestamp(6) \
             DEFAULT CURRENT_TIMESTAMP(6), CONSTRAINT refuses CHECK (kind <> '{kind}')) {mark}; \
             CREATE TABLE migrator_plan (digest varchar(191) PRIMARY KEY, name text, body longtext) {mark}; \
             CREATE TABLE migrator_lease (id int PRIMARY KEY, {lease}) {mark}; \
             INSERT INTO migrator_lease VALUES (1, 0, '', '', '', '')"
        )
    } else {
        format!(
            "CREATE TABLE migrator_journal (seq INTEGER PRIMARY KEY, {columns}, server_time TEXT DEFAULT 'now'); \
             CREATE TABLE migrator_plan (digest TEXT PRIMARY KEY, name TEXT, body TEXT); \
             CREATE TABLE migrator_lease (id INTEGER PRIMARY KEY, {lease}); \
             INSERT INTO migrator_lease VALUES (1, 0, '', '', '', ''); \
             CREATE TRIGGER migrator_refuses BEFORE INSERT ON migrator_journal WHEN new.kind = '{kind}' \
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    });
}

/// C5 at each point: a record of one kind cannot be written. It is said, and once it can be, the run goes on.
fn refused_records(mut trial: Trial, ground: &Ground, cases: usize) {
    const KINDS: [&str; 5] = ["run_begin", "step_intent", "step_result", "verified", "run_end"];
    trial.side_by_side(cases, 2, |lane, case| {
        let (name, kind) = (format!("refusing_{lane}"), KINDS[case % KINDS.len()]);
        ground.fresh(&name);
        refusing(ground, &name, kind);
        let stopped = crate::cli::Answer::of(ground.run(&name).output().unwrap());
        let told = || format!("{kind}: exit {}: {}{}", stopped.code, stopped.out, stopped.err);
        if stopped.code == 0 || !stopped.err.contains("the journal cannot be used") {
            return Err(told());
        }
        if ["run_begin", "step_intent"].contains(&kind) {
            ground.is_before(&name).map_err(|why| format!("something was sent: {why}\n{}", told()))?;
        }
        ground.change(
            &name,
            match (ground.server(), ground.maria()) {
                (Some(_), _) => "ALTER TABLE migrator.journal DROP CONSTRAINT refuses",
                (_, Some(_)) => "ALTER TABLE migrator_journal DROP CONSTRAINT refuses",
                (None, None) => "DROP TRIGGER migrator_refuses",
            },
        );
        let resumed = ground.resume(&name);
        // Nothing was begun: then a new run is what goes on.
        let again = if resumed.code == 2 {
            crate::cli::Answer::of(ground.run(&name).output().unwrap())
        } else {
            resumed
        };
        if again.code != 0 {
            return Err(format!("{}\nthen exit {}: {}{}", told(), again.code, again.out, again.err));
        }
        ground.is_after(&name)
    });
    trial.end(cases);
}

#[test]
fn c5_a_record_that_cannot_be_written_stops_it_on_postgres() {
    let trial = Trial::new("C5", "PG");
    let Some(ground) = Ground::postgres(PG_BEFORE, PG_AFTER) else { return };
    refused_records(trial, &ground, 20);
}

#[test]
fn c5_a_record_that_cannot_be_written_stops_it_on_mariadb() {
    let trial = Trial::new("C5", "MA");
    let Some(ground) = Ground::mariadb(MARIA_BEFORE, MARIA_AFTER) else { return };
    refused_records(trial, &ground, ids::count(10, 20, 20));
}

#[test]
fn c5_a_record_that_cannot_be_written_stops_it_on_sqlite() {
    refused_records(Trial::new("C5", "SL"), &Ground::sqlite(LITE_BEFORE, LITE_AFTER), 20);
}
