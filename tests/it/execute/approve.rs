//! Guards: what is asked before a plan runs where it matters, who may say yes, and what a yes is worth.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use migrator_tui::config::{Keyring, Project, Surroundings};
use migrator_tui::model::{Failure, FailureKind};
use migrator_tui::safety::DataLoss;
use migrator_tui::worker::{
    self, Answer, ApproveOrder, Approved, Client, CommandId, CommandKind, Desk, Errand, EventKind, Prepared,
    Request,
};

use super::ground::{Ground, LITE_AFTER, LITE_BEFORE, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE};

pub(super) fn grounds() -> Vec<Ground> {
    let mut grounds = vec![Ground::sqlite(LITE_BEFORE, LITE_AFTER)];
    grounds.extend(Ground::postgres(PG_BEFORE, PG_AFTER));
    for ground in &grounds {
        ground.fresh("staging");
        ground.fresh("production");
    }
    grounds
}

/// Staging without a guard, production with what is given.
pub(super) fn project(ground: &Ground, top: &str, production: &str) {
    let [staging, url] = ["staging", "production"].map(|name| ground.url(name));
    ground.desk.file(
        "migrator.toml",
        &format!(
            "{top}\n[environments.staging]\nurl = \"{staging}\"\nstage = 1\n\
             [environments.production]\nurl = \"{url}\"\nstage = 2\n{production}\n"
        ),
    );
}

/// A person at a workbench.
pub(super) struct Person {
    client: Client,
    runtime: tokio::runtime::Runtime,
    next: u64,
    acknowledged: Vec<String>,
}

impl Person {
    fn at(folder: &Path, data: &Path, name: &str, acknowledged: Vec<String>) -> Self {
        Self::with(folder, data, &[("MIGRATOR_ACTOR", name)], acknowledged)
    }

    fn with(folder: &Path, data: &Path, variables: &[(&str, &str)], acknowledged: Vec<String>) -> Self {
        let surroundings = Surroundings {
            typed: Keyring::default(),
            folder: folder.to_path_buf(),
            variables: variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            defaults: None,
            state: None,
            data: Some(data.to_path_buf()),
        };
        let project = Project::load(None, &surroundings).unwrap();
        assert!(project.problems.is_empty(), "{:?}", project.problems);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let client = {
            let _inside = runtime.enter();
            worker::start_at(Desk { project, surroundings })
        };
        Self { client, runtime, next: 0, acknowledged }
    }

    pub(super) fn of(ground: &Ground, name: &str) -> Self {
        let desk = &ground.desk;
        Self::at(&desk.path(""), &desk.path("data").join("migrator-tui"), name, ground.rules())
    }

    /// Somebody with these variables in their surroundings.
    pub(super) fn knowing(ground: &Ground, name: &str, variables: &[(&str, &str)]) -> Self {
        let (desk, variables) = (&ground.desk, [&[("MIGRATOR_ACTOR", name)], variables].concat());
        Self::with(&desk.path(""), &desk.path("data").join("migrator-tui"), &variables, ground.rules())
    }

    pub(super) fn ask(&mut self, kind: CommandKind) -> Result<Answer, Failure> {
        self.next += 1;
        let id = CommandId(self.next);
        self.runtime.block_on(async {
            self.client.send(worker::Command { id, kind }).await?;
            loop {
                match self.client.next().await.unwrap().kind {
                    EventKind::Finished(answer) => return Ok(answer),
                    EventKind::Failed(failure) => return Err(failure),
                    EventKind::Cancelled => panic!("nobody cancelled it"),
                    EventKind::Progress(_) | EventKind::Happened(_) => {}
                }
            }
        })
    }

    pub(super) fn request(&self, errand: Errand, folder: &Path) -> Request {
        Request {
            folder: Some(folder.to_path_buf()),
            acknowledged: self.acknowledged.clone(),
            loss: DataLoss::Allowed,
            ..Request::new(errand, Some("production"))
        }
    }

    pub(super) fn looks(&mut self, errand: Errand, folder: &Path) -> Arc<Prepared> {
        match self.ask(CommandKind::Foresee(Box::new(self.request(errand, folder)))) {
            Ok(Answer::Foreseen(found)) => Arc::clone(&found.prepared),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn says_yes(
        &mut self,
        prepared: &Arc<Prepared>,
        typed: &str,
    ) -> Result<Arc<Approved>, Failure> {
        let order =
            ApproveOrder { prepared: Arc::clone(prepared), typed: typed.into(), reason: "ticket 7".into() };
        match self.ask(CommandKind::Approve(Box::new(order)))? {
            Answer::Approved(given) => Ok(given),
            other => panic!("{other:?}"),
        }
    }

    /// Looks at a promotion and agrees.
    pub(super) fn approves(&mut self, folder: &Path) -> Arc<Approved> {
        let prepared = self.looks(Errand::Promote, folder);
        assert!(prepared.blocked.is_empty(), "{:?}", prepared.blocked);
        self.says_yes(&prepared, "production").unwrap()
    }

    pub(super) fn approves_the_way_back(&mut self, folder: &Path) -> Arc<Approved> {
        let prepared = self.looks(Errand::RollBack(None), folder);
        self.says_yes(&prepared, "production").unwrap()
    }
}

pub(super) fn promote<'a>(token: &'a str, yes: &'a [String]) -> Vec<&'a str> {
    let mut words = vec!["promote", "plan", "--to", "production"];
    words.extend(yes.iter().map(String::as_str));
    if !token.is_empty() {
        words.extend(["--approve", token]);
    }
    words
}

pub(super) fn staged(ground: &Ground, yes: &[String]) {
    let mut words = vec!["run", "plan", "--on", "staging"];
    words.extend(yes.iter().map(String::as_str));
    ground.desk.expect(0, &words);
}

#[test]
fn a_guarded_environment_takes_an_approval_that_counts_once() {
    let mut all = grounds();
    all.extend(Ground::proven_on_mariadb(MARIA_BEFORE, MARIA_AFTER));
    for ground in all {
        ground.fresh("staging");
        ground.fresh("production");
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"typed\"");
        staged(&ground, &yes);
        let plan = desk.path("plan");
        let without = desk.expect(5, &promote("", &yes));
        assert!(
            without.err.contains("takes an approval") && without.err.contains("--approve"),
            "{}",
            without.err
        );
        let unknown = desk.expect(5, &promote("mt-0000", &yes));
        assert!(unknown.err.contains("no such approval"), "{}", unknown.err);

        let mut ada = Person::of(&ground, "ada");
        let prepared = ada.looks(Errand::Promote, &plan);
        assert!(prepared.blocked.is_empty() && prepared.waits.is_empty(), "{prepared:?}");
        assert!(
            prepared.tables.iter().any(|(table, _)| table.to_string().contains("orders")),
            "{prepared:?}"
        );
        let wrong = ada.says_yes(&prepared, "staging").unwrap_err();
        assert!(wrong.what.contains("not the name"), "{wrong:?}");
        let given = ada.says_yes(&prepared, "production").unwrap();
        assert!(given.is_enough());
        let token = given.token.expose().to_owned();
        ground.is_before("production").unwrap();
        // The token itself is written nowhere.
        let kept = std::fs::read(desk.path("data").join("migrator-tui/ledger.sqlite3")).unwrap();
        assert!(!kept.windows(token.len()).any(|bytes| bytes == token.as_bytes()));

        desk.expect(0, &promote(&token, &yes));
        ground.is_after("production").unwrap();
        let mut back = vec!["rollback", "plan", "--on", "production", "--allow-destructive"];
        let guarded = desk.expect(5, &back);
        assert!(guarded.err.contains("takes an approval"), "{}", guarded.err);
        let used = desk.expect(5, &promote(&token, &yes));
        assert!(used.err.contains("used already"), "{}", used.err);

        let prepared = ada.looks(Errand::RollBack(None), &plan);
        let given = ada.says_yes(&prepared, "production").unwrap();
        back.extend(["--approve", given.token.expose()]);
        desk.expect(0, &back);
        ground.is_before("production").unwrap();
    }
}

#[test]
fn a_guarded_environment_does_not_come_first() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"confirm\"");
        let mut words = vec!["run", "plan", "--on", "production"];
        words.extend(yes.iter().map(String::as_str));
        let refused = desk.expect(5, &words);
        assert!(refused.err.contains("comes after staging"), "{}", refused.err);
        let prepared = Person::of(&ground, "ada").looks(Errand::Promote, &desk.path("plan"));
        let blocked: String = prepared.blocked.iter().map(|failure| failure.what.as_str()).collect();
        assert!(blocked.contains("staging has not run this plan"), "{blocked}");
    }
}

#[test]
fn two_people_are_two() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"two-person\"");
        staged(&ground, &yes);
        let plan = desk.path("plan");
        let mut ada = Person::of(&ground, "ada");
        let first = ada.approves(&plan);
        assert!(!first.is_enough());
        let alone = desk.expect(5, &promote(first.token.expose(), &yes));
        assert!(alone.err.contains("wants 2 people") && alone.err.contains("ada@"), "{}", alone.err);
        // The same person again, and another name in the same process.
        let prepared = ada.looks(Errand::Promote, &plan);
        assert_eq!(prepared.given.len(), 1);
        let twice = ada.says_yes(&prepared, "production").unwrap_err();
        assert_eq!(twice.kind, FailureKind::Refused, "{twice:?}");
        let same = Person::of(&ground, "eve").approves(&plan);
        assert!(!same.is_enough());
        somebody_else(&ground);
        desk.expect(0, &promote(first.token.expose(), &yes));
        ground.is_after("production").unwrap();
    }
}

/// Ben, in a process of his own, agrees too. With him it is enough.
pub(super) fn somebody_else(ground: &Ground) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "execute::approve::somebody_else_approves", "--nocapture"])
        .env("MIGRATOR_TEST_PERSON", ground.desk.path(""))
        .env("MIGRATOR_TEST_RULES", ground.rules().join(","))
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[test]
#[ignore = "a process of its own, started by another test"]
fn somebody_else_approves() {
    let folder = std::path::PathBuf::from(std::env::var_os("MIGRATOR_TEST_PERSON").unwrap());
    let rules = std::env::var("MIGRATOR_TEST_RULES").unwrap();
    let rules = rules.split(',').filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    let mut ben = Person::at(&folder, &folder.join("data/migrator-tui"), "ben", rules);
    assert!(ben.approves(&folder.join("plan")).is_enough());
}

#[test]
fn a_token_that_two_want_to_use_lets_one_through() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "guard = \"confirm\"");
        staged(&ground, &yes);
        let mut ada = Person::of(&ground, "ada");
        let given = ada.approves(&desk.path("plan"));
        let words = promote(given.token.expose(), &yes);
        let children: Vec<_> = (0..4).map(|_| desk.command(&words).spawn().unwrap()).collect();
        let done = children
            .into_iter()
            .map(|child| child.wait_with_output().unwrap())
            .filter(|output| {
                let text = String::from_utf8_lossy(&output.stdout);
                output.status.success() && text.contains("as the plan says")
            })
            .count();
        assert_eq!(done, 1);
        ground.is_after("production").unwrap();
    }
}

#[test]
fn a_freeze_and_a_closed_window_refuse() {
    let ground = Ground::sqlite(LITE_BEFORE, LITE_AFTER);
    let (desk, yes) = (&ground.desk, ground.acknowledged());
    ground.fresh("staging");
    ground.fresh("production");
    let refuses = |production: &str, words: &str| {
        project(&ground, "", production);
        let refused = desk.expect(5, &promote("", &yes));
        assert!(refused.err.contains(words), "{}", refused.err);
    };
    refuses("freeze = \"end of the quarter\"", "production is frozen: end of the quarter");
    // A day that is not today, whatever day it is.
    let today = (time_of_day() / 86_400 + 3) % 7;
    let other = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][(today as usize + 3) % 7];
    refuses(&format!("windows = \"{other} 00:00-23:59 UTC\""), "outside the maintenance window");
    project(&ground, "", "windows = [\"daily 00:00-00:00 UTC\"]");
    let open = desk.expect(5, &promote("", &yes));
    assert!(open.err.contains("staging has not run this plan"), "{}", open.err);
    for (line, complaint) in [
        ("freeze = \" \"", "must say why"),
        ("windows = \"now and then\"", "is no window"),
        ("journal_schema = \"\"", "must not be empty"),
    ] {
        project(&ground, "", line);
        let wrong = desk.expect(1, &promote("", &yes));
        assert!(wrong.err.contains(complaint) && wrong.err.contains("migrator.toml:"), "{}", wrong.err);
    }
}

fn time_of_day() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_journal_that_lost_its_end_is_noticed() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        project(&ground, "", "");
        staged(&ground, &yes);
        desk.expect(0, &["rollback", "plan", "--on", "staging", "--allow-destructive"]);
        let table = if ground.server().is_some() { "migrator.journal" } else { "migrator_journal" };
        ground.change("staging", &format!("DELETE FROM {table} WHERE seq > 2"));
        let mut words = vec!["run", "plan", "--on", "staging"];
        words.extend(yes.iter().map(String::as_str));
        let refused = desk.expect(5, &words);
        assert!(refused.err.contains("was longer when it was seen last"), "{}", refused.err);
        assert!(refused.err.contains("--acknowledge journal-cut"), "{}", refused.err);
    }
}

#[test]
fn a_team_keeps_its_approvals_in_a_database() {
    for ground in grounds() {
        let (desk, yes) = (&ground.desk, ground.acknowledged());
        // Beside a target's own tables, which are not in its way.
        let journal = ground.url("staging");
        project(
            &ground,
            &format!("journal = \"{journal}\""),
            "guard = \"confirm\"\njournal_schema = \"migrator_kept\"",
        );
        staged(&ground, &yes);
        let given = Person::of(&ground, "ada").approves(&desk.path("plan"));
        desk.expect(0, &promote(given.token.expose(), &yes));
        ground.is_after("production").unwrap();
        assert!(!desk.path("data").exists(), "a local journal was made all the same");
        let own = if ground.server().is_some() { "migrator_kept.journal" } else { "migrator_kept_journal" };
        assert!(!ground.ask("production", &format!("SELECT kind FROM {own}")).is_empty());
    }
}
