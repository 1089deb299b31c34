//! C3: the server dies with all its processes in the middle of a plan, and comes back. What `status` says then is what
//! the database holds, and both ways lead to an end from there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cli::Answer;
use crate::ids::{self, Trial};

use super::ground::{Dump, End, Ground, MARIA_AFTER, MARIA_BEFORE, PG_AFTER, PG_BEFORE, killed_at};
use super::private::Private;
use super::private_mariadb;

/// When the server comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Back {
    /// While the run still looks for it.
    Soon,
    /// After the run has given up.
    Late,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Resume,
    RollBack,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Reached,
    NotReached,
}

/// A server that may be killed.
trait Machine {
    fn crash(&mut self);
    fn restart(&mut self);
}

impl Machine for Private {
    fn crash(&mut self) {
        Private::crash(self);
    }
    fn restart(&mut self) {
        Private::restart(self);
    }
}

impl Machine for private_mariadb::Private {
    fn crash(&mut self) {
        private_mariadb::Private::crash(self);
    }
    fn restart(&mut self) {
        private_mariadb::Private::restart(self);
    }
}

#[test]
fn c3_the_server_dies_in_the_middle_and_comes_back() {
    let trial = Trial::new("C3", "PG");
    let Some(mut server) = Private::start() else { return };
    let ground = Ground::on(server.server(), PG_BEFORE, PG_AFTER);
    dies(trial, &ground, &mut server);
}

#[test]
fn c3_the_server_dies_in_the_middle_and_comes_back_on_mariadb() {
    let trial = Trial::new("C3", "MA");
    let Some(mut server) = private_mariadb::Private::start() else { return };
    let ground = Ground::on_mariadb(server.server(), MARIA_BEFORE, MARIA_AFTER);
    dies(trial, &ground, &mut server);
}

fn dies(mut trial: Trial, ground: &Ground, server: &mut dyn Machine) {
    let staging = ground.url("victim");
    ground.desk.file("migrator.toml", &format!("[environments.staging]\nurl = \"{staging}\"\n"));
    let stages = stages(ground);
    assert!(stages.len() > 4, "{} units", stages.len());
    let points = migrator_tui::promote::POINTS;
    for round in 0..ids::count(10, 30, 100) {
        let point = points[round % points.len()];
        // Five has no factor in common with the number of points: every unit meets every point in the end.
        let count = 1 + round * 5 % (stages.len() - 1);
        let then = if round % 2 == 0 { Then::Resume } else { Then::RollBack };
        let back = if round / 2 % 2 == 0 { Back::Soon } else { Back::Late };
        let mut count = count;
        // Some units never pass some points: then an earlier one is taken.
        let told = loop {
            match one(ground, server, &stages, (point, count), back, then) {
                Ok(Reached::NotReached) if count > 1 => count /= 2,
                told => break told.map(drop),
            }
        };
        trial.ran(format!("{point}:{count}, back {back:?}, then {then:?}"), told);
    }
    trial.end(10);
}

/// What the database holds when so many statements have been applied, as an undisturbed run shows it.
fn stages(ground: &Ground) -> BTreeMap<usize, Dump> {
    let mut found = BTreeMap::new();
    for count in 1.. {
        ground.fresh("victim");
        let end = killed_at(run(ground), "before intent", count, &ground.desk.path("reached"));
        if let End::Finished(answer) = end {
            assert_eq!(answer.code, 0, "{}", answer.err);
            found.insert(usize::MAX, ground.dump("victim"));
            return found;
        }
        found.insert(Standing::of(ground).applied, ground.dump("victim"));
    }
    found
}

fn run(ground: &Ground) -> std::process::Command {
    let mut words = vec!["run".to_owned(), "plan".into(), "--on".into(), "staging".into()];
    words.extend(ground.acknowledged());
    ground.desk.command(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What `status` says of the last run.
struct Standing {
    applied: usize,
    word: String,
    is_open: bool,
    told: Answer,
}

impl Standing {
    fn of(ground: &Ground) -> Self {
        let told = ground.desk.run(&["status", "--format", "json"]);
        let found = told.json()["environments"][0].clone();
        assert!(found["error"].is_null(), "{}", told.out);
        let last = &found["last"];
        let outcomes = last["statements"].as_array().cloned().unwrap_or_default();
        let applied = outcomes.iter().filter(|found| found["outcome"] == "applied").count();
        let word = last["standing"].as_str().unwrap_or("nothing").to_owned();
        Self { applied, is_open: word == "unknown", word, told }
    }

    /// Whether it is the truth.
    fn is_true(&self, stages: &BTreeMap<usize, Dump>, found: &Dump) -> Result<(), String> {
        // A unit that is in question is there or it is not; nothing else may be.
        let fits: Vec<&Dump> = match self.is_open {
            true => stages.range(self.applied..).take(2).map(|(_, dump)| dump).collect(),
            false => stages.get(&self.applied).into_iter().collect(),
        };
        let is_right_word = match self.word.as_str() {
            "unknown" => self.told.code == 6,
            "halfway" => self.told.code == 3 && self.applied > 0,
            // Nothing was sent, or all of it was and the journal says so.
            _ => self.told.code == 0,
        };
        let all = self.word == "done" && stages.get(&usize::MAX) == Some(found);
        if (all || fits.contains(&found)) && is_right_word {
            return Ok(());
        }
        Err(format!("status is not the truth: exit {}, {}, {found:?}", self.told.code, self.told.out))
    }
}

fn one(
    ground: &Ground,
    server: &mut dyn Machine,
    stages: &BTreeMap<usize, Dump>,
    (point, count): (&str, usize),
    back: Back,
    then: Then,
) -> Result<Reached, String> {
    ground.fresh("victim");
    let reached = ground.desk.path("reached");
    let _ = std::fs::remove_file(&reached);
    let mut child = run(ground)
        .env("MIGRATOR_FAULT", format!("{point}:{count}"))
        .env("MIGRATOR_FAULT_REACHED", &reached)
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    while !reached.exists() {
        if child.try_wait().unwrap().is_some() {
            return Ok(Reached::NotReached);
        }
        assert!(Instant::now() < until, "neither at {point}:{count} nor at its end");
        std::thread::sleep(Duration::from_millis(5));
    }
    server.crash();
    if back == Back::Soon {
        server.restart();
    }
    std::fs::remove_file(&reached).unwrap();
    let ended = Answer::of(child.wait_with_output().unwrap());
    if back == Back::Late {
        server.restart();
    }
    let told = |answer: &Answer| format!("exit {}: {}{}", answer.code, answer.out, answer.err);
    if ![1, 6].contains(&ended.code) {
        return Err(format!("the run says {}", told(&ended)));
    }
    let standing = Standing::of(ground);
    standing.is_true(stages, &ground.dump("victim")).map_err(|why| format!("{why}\n{}", told(&ended)))?;
    let answer = match then {
        Then::Resume => ground.desk.run(&["resume", "--on", "staging"]),
        Then::RollBack => ground.desk.run(&["rollback", "plan", "--on", "staging", "--allow-destructive"]),
    };
    let told = || format!("{}\nthen {}", told(&ended), told(&answer));
    let state = match (then, answer.code) {
        (Then::Resume, 0) => ground.is_after("victim"),
        // Nothing had been sent: then a new run is what goes on.
        (Then::Resume, 2) if standing.applied == 0 => {
            let again = Answer::of(run(ground).output().unwrap());
            if again.code == 0 { ground.is_after("victim") } else { Err(again.err) }
        }
        (Then::RollBack, 0) => ground.is_before("victim"),
        (Then::RollBack, 2) if standing.applied == 0 => ground.is_before("victim"),
        _ => Err("neither way leads on".into()),
    };
    state.map_err(|why| format!("{why}\n{}", told()))?;
    let last = Standing::of(ground);
    if last.told.code == 0 {
        Ok(Reached::Reached)
    } else {
        Err(format!("not over: {}\n{}", last.told.out, told()))
    }
}
