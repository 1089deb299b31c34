//! M1 for approvals: what a ledger concludes, against a list of who agreed to what. An approval counts once, for one
//! matter, until it expires; two people are two names in two processes.

use migrator_tui::model::{
    Actor, Approval, ApprovalId, Entry, Fingerprint, Heading, Matter, Quorum, Record, RunId, approvals,
    unused,
};

use crate::ids::{self, Trial};

use super::model::Chance;

const NAMES: [&str; 3] = ["ada", "ben", "eve"];

/// An approval as the model keeps it.
struct Given {
    id: usize,
    matter: usize,
    name: usize,
    process: u32,
    expires: usize,
    is_used: bool,
}

/// Matters that differ from one another in one thing each.
fn matters() -> Vec<Matter> {
    let first = Matter {
        plan: Fingerprint::of(["plan"]),
        judgment: Fingerprint::of(["judgment"]),
        environment: "production".into(),
        database: "1:2".into(),
        heading: Heading::Forward,
        schema: Fingerprint::of(["schema"]),
    };
    vec![
        first.clone(),
        Matter { plan: Fingerprint::of(["other"]), ..first.clone() },
        Matter { judgment: Fingerprint::of(["other"]), ..first.clone() },
        Matter { environment: "staging".into(), ..first.clone() },
        Matter { database: "1:3".into(), ..first.clone() },
        Matter { heading: Heading::Back(RunId::new("r")), ..first.clone() },
        Matter { schema: Fingerprint::of(["other"]), ..first },
    ]
}

fn time(hour: usize) -> String {
    format!("2026-01-01T{hour:02}:00:00Z")
}

#[test]
fn m1_an_approval_counts_once_for_one_matter() {
    let seed = ids::seed(3);
    let mut trial = Trial::new("M1", "-").seeded(seed);
    let mut chance = Chance(seed);
    let matters = matters();
    for run in 0..ids::count(10_000, 20_000, 100_000) {
        let told = one(&mut chance, &matters);
        trial.ran(format!("seed {seed}, run {run}"), told);
    }
    trial.end(1);
}

fn one(chance: &mut Chance, matters: &[Matter]) -> Result<(), String> {
    let (mut records, mut given, mut hour) = (Vec::new(), Vec::<Given>::new(), 0);
    for _ in 0..2 + chance.below(14) {
        let entry = match chance.below(8) {
            0 | 1 if hour < 20 => {
                hour += 1;
                None
            }
            2 | 3 if !given.is_empty() => {
                // Some of them, used already or not, and one that nobody gave.
                let mut spent = vec![ApprovalId::new("nobody's")];
                for one in &mut given {
                    if chance.below(3) == 0 {
                        one.is_used = true;
                        spent.push(ApprovalId::new(one.id.to_string()));
                    }
                }
                Some(Entry::Spent(spent))
            }
            _ => {
                let one = Given {
                    id: given.len(),
                    // Most are about the same thing.
                    matter: chance.below(matters.len() * 2).saturating_sub(matters.len()),
                    name: chance.below(3),
                    process: chance.below(3) as u32,
                    expires: hour + 1 + chance.below(4),
                    is_used: false,
                };
                let approval = Approval {
                    id: ApprovalId::new(one.id.to_string()),
                    matter: matters[one.matter].clone(),
                    by: Actor { name: NAMES[one.name].into(), host: "h".into(), process: one.process },
                    at: time(hour).into(),
                    expires: time(one.expires).into(),
                    token: "".into(),
                    reason: "".into(),
                };
                given.push(one);
                Some(Entry::Approved(approval))
            }
        };
        records.extend(entry.map(|entry| Record {
            seq: records.len() as u64 + 1,
            run: RunId::new("ledger"),
            fence: 0,
            at: "".into(),
            entry,
        }));
        check(&records, &given, matters, hour)?;
    }
    Ok(())
}

fn check(records: &[Record], given: &[Given], matters: &[Matter], hour: usize) -> Result<(), String> {
    let ids = |found: &[Approval]| found.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
    let left: Vec<String> = given.iter().filter(|one| !one.is_used).map(|one| one.id.to_string()).collect();
    let found = ids(&unused(records));
    if found != left {
        return Err(format!("{found:?} are unused, not {left:?}"));
    }
    for (at, matter) in matters.iter().enumerate() {
        let counted: Vec<&Given> =
            given.iter().filter(|one| !one.is_used && one.matter == at && one.expires > hour).collect();
        let wanted: Vec<String> = counted.iter().map(|one| one.id.to_string()).collect();
        let standing = approvals(records, matter, &time(hour));
        if ids(&standing) != wanted {
            return Err(format!("{:?} count for {matter:?}, not {wanted:?}", ids(&standing)));
        }
        let two = counted
            .iter()
            .any(|one| counted.iter().any(|other| one.name != other.name && one.process != other.process));
        for (quorum, enough) in [(Quorum::One, !counted.is_empty()), (Quorum::Two, two)] {
            if quorum.met_by(&standing) != enough {
                return Err(format!("{quorum:?} of {:?}: not {enough}", ids(&standing)));
            }
        }
        // I7: whoever wrote the plan is not one of two.
        for (author, name) in NAMES.into_iter().enumerate() {
            let two = counted.iter().filter(|one| one.name != author).any(|one| {
                counted.iter().any(|other| {
                    other.name != author && one.name != other.name && one.process != other.process
                })
            });
            let counting = Quorum::Two.counting(standing.clone(), Some(name));
            if Quorum::Two.met_by(&counting) != two {
                return Err(format!("two of {:?} for a plan of {name}: not {two}", ids(&counting)));
            }
        }
    }
    Ok(())
}
