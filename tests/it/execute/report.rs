//! The report of a run for a change ticket: made again from what is kept, whole in both forms, and safe to paste. Of a
//! database that cannot be asked, what was seen of it is told as that.

use migrator_tui::export::report::{RunReport, Sent, Source};
use migrator_tui::model::{
    Actor, Boundary, Circumstances, Closed, Consent, Course, End, Entry, Fingerprint, Intended, Opened,
    Outcome, Record, RunId, Settled, Story, TableSize, Took, Unit, Verified, Witness, fold,
};

use super::approve::{Person, grounds, project, promote, staged};

/// A run that failed once, was resumed, and left a difference; every name in it would like to be Markdown.
fn hostile() -> Vec<Record> {
    let actor = Actor { name: "ana|b".into(), host: "dba`1".into(), process: 7 };
    let unit = Unit { from: 0, to: 1 };
    let settled = |outcome, words: &str, took| {
        Entry::Settled(Settled { unit, outcome, witness: Witness::Answer, words: words.into(), took })
    };
    let intended = |attempt| {
        Entry::Intended(Intended {
            unit,
            boundary: Boundary::Transactional,
            session: None,
            attempt,
            footprint: None,
        })
    };
    let entries = vec![
        Entry::Opened(Opened {
            plan: Fingerprint::parsed("5b1e"),
            name: "a|b `c`\n# d <script>".into(),
            environment: "production".into(),
            course: Course::Forward,
            actor: actor.clone(),
            before: Fingerprint::parsed("b"),
            statements: vec![Fingerprint::parsed("1"), Fingerprint::parsed("2")],
            circumstances: Circumstances {
                database: "7:shop".into(),
                address: "postgres://u@h/shop".into(),
                server: "PostgreSQL 15.8".into(),
                consents: vec![Consent {
                    by: Actor { name: "ben".into(), host: "desk".into(), process: 9 },
                    at: "2026-11-22T06:30:00Z".into(),
                    reason: "[CHG-1](http://x)\n| it is time".into(),
                }],
                acknowledged: vec!["drop-column".into()],
                tables: vec![TableSize { table: "table public.or|ders".into(), rows: Some(5), bytes: None }],
            },
        }),
        intended(1),
        settled(Outcome::NotApplied, "lock \u{1b}[2J timeout\nDETAIL: *x*", Vec::new()),
        Entry::Closed(Closed { end: End::Parked, reason: "table `t` is not what it was".into() }),
        Entry::Resumed(actor),
        intended(2),
        settled(Outcome::Applied, "", vec![Took { millis: 61_204, rows: 3, waited: 1_204 }]),
        Entry::Verified(Verified {
            after: Fingerprint::parsed("a"),
            differences: vec!["index \u{202e}x|y".into()],
        }),
        Entry::Closed(Closed { end: End::Done, reason: "".into() }),
    ];
    let record = |(at, entry)| Record {
        seq: at as u64 + 1,
        run: RunId::new("r1"),
        fence: 3,
        at: format!("2026-11-22T06:36:{at:02}Z").into(),
        entry,
    };
    entries.into_iter().enumerate().map(record).collect()
}

fn told() -> RunReport {
    let records = hostile();
    let state = fold(&records).unwrap().remove(0);
    let sent = |title: &str, sql: &str| Sent { title: title.into(), sql: sql.into(), step: 0 };
    RunReport {
        environment: "production".into(),
        story: Story::of(&records, &state.run),
        consents: state.opened.circumstances.consents.clone(),
        state,
        plan: None,
        sent: vec![
            sent("alter table public.\"a|b\"", "ALTER TABLE \"a|b\"\n  ADD \"```\" int"),
            sent("create index i", "CREATE INDEX i\u{200b} ON t (x)"),
        ],
        source: Source::Remembered { at: "2026-11-22T07:00:00Z".into(), why: "no | answer".into() },
    }
}

#[test]
fn names_do_not_become_markdown() {
    let text = told().markdown();
    insta::with_settings!({ snapshot_path => "reports", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("hostile", text);
    });
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let mut width = 0;
    for row in rows {
        let cells = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
        if row.starts_with("|---") {
            width = cells;
        } else if width > 0
            && !row.starts_with("| #")
            && !["| What", "| When", "| Table"].iter().any(|head| row.starts_with(head))
        {
            assert_eq!(cells, width, "{row}");
        }
    }
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && !"\u{202e}\u{200b}".contains(c)), "{text}");
}

#[test]
fn the_json_has_what_the_markdown_has() {
    let report = told().json();
    assert_eq!(report["plan"]["name"], "a|b `c`\n# d <script>");
    assert_eq!(report["approved_by"][0]["by"]["name"], "ben");
    assert_eq!(report["resumed_by"][0]["by"]["host"], "dba`1");
    assert_eq!(
        (&report["statements"][0]["retries"], &report["statements"][0]["waited_millis"]),
        (&1.into(), &1204.into())
    );
    assert_eq!(report["tries"][0]["words"], "lock \u{1b}[2J timeout\nDETAIL: *x*");
    assert_eq!(report["verification"]["differences"][0], "index \u{202e}x|y");
    assert_eq!(report["source"]["as_of"], "2026-11-22T07:00:00Z");
    assert_eq!(report["tables"][0]["rows"], 5);
    assert_eq!(report["stops"][0]["end"], "parked");
}

#[test]
fn a_promoted_run_is_reported_with_who_approved_it_and_remembered_when_its_database_is_gone() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"typed\"");
        staged(&ground, &yes);
        let given = Person::of(&ground, "ada").approves(&desk.path("plan"));
        desk.expect(0, &promote(given.token.expose(), &yes));
        let history = desk.expect(0, &["history", "--format", "json"]).json();
        let of = |name: &str| {
            let places = history["environments"].as_array().unwrap();
            let place = places.iter().find(|place| place["name"] == name).unwrap();
            place["runs"][0]["id"].as_str().unwrap().to_owned()
        };
        let run = of("production");
        let text = desk.expect(0, &["history", &run, "--format", "markdown"]).out;
        let json = desk.expect(0, &["history", &run, "--format", "json"]).json()["report"].clone();
        for words in [
            "| Result | **done** |",
            "ada@",
            "| Approved by | ",
            "all that the plan touches is as the plan says",
            "```sql",
            "## Findings",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let count = json["statements"].as_array().unwrap().len();
        assert!(count > 3);
        for statement in json["statements"].as_array().unwrap() {
            assert!(statement["outcome"] == "applied" && statement["millis"].is_u64(), "{statement}");
            assert!(
                !statement["sql"].as_str().unwrap().is_empty() && statement["title"] != "",
                "{statement}"
            );
        }
        assert_eq!(json["approved_by"][0]["by"]["name"], "ada");
        assert_eq!(json["plan"]["matches_digest"], true);
        assert_eq!(json["plan"]["proof"]["result"], "proven");
        assert!(
            json["database"]["identity"].as_str().unwrap().len() > 2 && json["rollback"]["class"].is_string()
        );
        assert_eq!(
            text,
            desk.expect(0, &["history", &run, "--format", "markdown"]).out,
            "it can be made again"
        );
        let listed = desk.expect(0, &["history", &run]);
        assert!(listed.out.contains("create table"), "titles: {}", listed.out);

        // The database goes away: what was seen of it is told, and said to be that.
        let nowhere = match ground.server() {
            Some(_) => "postgres://postgres@127.0.0.1:1/none".to_owned(),
            None => "sqlite:gone/none.db".to_owned(),
        };
        desk.file(
            "migrator.toml",
            &format!(
                "[environments.staging]\nurl = \"{}\"\nstage = 1\n\
                 [environments.production]\nurl = \"{nowhere}\"\nstage = 2\nguard = \"typed\"\n",
                ground.url("staging")
            ),
        );
        let status = desk.expect(0, &["status"]);
        assert!(
            status.out.contains("as of ")
                && status.out.contains("the database could not be asked: production"),
            "{}",
            status.out
        );
        assert!(status.out.contains("trial forward done"), "{}", status.out);
        let history = desk.expect(0, &["history"]);
        assert!(history.out.contains(&run) && history.out.contains("could not be asked"), "{}", history.out);
        let text = desk.expect(0, &["history", &run, "--format", "markdown"]).out;
        assert!(
            text.contains("the database could not be asked") && text.contains("| Result | **done** |"),
            "{text}"
        );
        assert!(text.contains("ada@") && text.contains("statements have no titles"), "{text}");
        let json = desk.expect(0, &["history", &run, "--format", "json"]).json();
        assert_eq!(json["report"]["source"]["kind"], "ledger");
        let unknown = desk.expect(2, &["history", "r0", "--format", "markdown"]);
        assert!(
            unknown.err.contains("no environment knows run r0") && unknown.err.contains("could not be asked"),
            "{}",
            unknown.err
        );
    }
    let named = crate::cli::Desk::new().run(&["history", "--format", "markdown"]);
    assert_eq!(named.code, 2);
}
