//! Approvals: who agreed to what, until when. An approval is for one plan in one direction on one database as it
//! stood, and counts once. Where approvals stand is a fold over a journal's records.

use std::collections::BTreeSet;
use std::fmt;

use super::{Actor, Entry, Fingerprint, Record, RunId};

/// The name of an approval, unique in its journal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ApprovalId(Box<str>);

impl ApprovalId {
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an approval is for. Another plan, another judgment of it, another database or another schema is another matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matter {
    pub plan: Fingerprint,
    /// What was found in the plan, and what came of its rehearsal, as the approver saw it.
    pub judgment: Fingerprint,
    /// As the project calls it.
    pub environment: Box<str>,
    /// What tells the database from any other.
    pub database: Box<str>,
    pub heading: Heading,
    /// The schema as the approver saw it.
    pub schema: Fingerprint,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heading {
    Forward,
    /// The way back of that run.
    Back(RunId),
    /// The end of what that run has put aside.
    Contract(RunId),
}

/// One person's yes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approval {
    pub id: ApprovalId,
    pub matter: Matter,
    pub by: Actor,
    /// RFC 3339 in UTC.
    pub at: Box<str>,
    pub expires: Box<str>,
    /// SHA-256 of the token that goes with it, in hexadecimal digits; the token itself is kept nowhere.
    pub token: Box<str>,
    pub reason: Box<str>,
}

/// How many different people have to agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Quorum {
    One,
    /// By different names, in different processes.
    Two,
}

impl Quorum {
    pub fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Those of these approvals that count for a plan of this author: where two have to agree, their own does not.
    pub fn counting(self, mut approvals: Vec<Approval>, author: Option<&str>) -> Vec<Approval> {
        match self {
            Self::One => {}
            Self::Two => approvals.retain(|one| author != Some(one.by.name.as_ref())),
        }
        approvals
    }

    /// Whether these people are enough.
    pub fn met_by(self, approvals: &[Approval]) -> bool {
        let names: BTreeSet<&str> = approvals.iter().map(|one| one.by.name.as_ref()).collect();
        let processes: BTreeSet<(&str, u32)> =
            approvals.iter().map(|one| (one.by.host.as_ref(), one.by.process)).collect();
        names.len().min(processes.len()) >= self.count()
    }
}

/// The approvals of a matter that count at this moment: neither used nor expired.
pub fn approvals(records: &[Record], matter: &Matter, now: &str) -> Vec<Approval> {
    let mut standing = unused(records);
    standing.retain(|one| one.matter == *matter && *one.expires > *now);
    standing
}

/// The approvals that no run has used, oldest first.
pub fn unused(records: &[Record]) -> Vec<Approval> {
    let mut standing: Vec<Approval> = Vec::new();
    for record in records {
        match &record.entry {
            Entry::Approved(approval) => standing.push(approval.clone()),
            Entry::Spent(spent) => standing.retain(|one| !spent.contains(&one.id)),
            Entry::Opened(_)
            | Entry::Intended(_)
            | Entry::Settled(_)
            | Entry::Resumed(_)
            | Entry::Verified(_)
            | Entry::Closed(_)
            | Entry::Copied(_)
            | Entry::Adopted(_) => {}
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter() -> Matter {
        Matter {
            plan: Fingerprint::of(["plan"]),
            judgment: Fingerprint::of(["judgment"]),
            environment: "production".into(),
            database: "1:2".into(),
            heading: Heading::Forward,
            schema: Fingerprint::of(["schema"]),
        }
    }

    fn approval(id: &str, name: &str, process: u32) -> Approval {
        Approval {
            id: ApprovalId::new(id),
            matter: matter(),
            by: Actor { name: name.into(), host: "h".into(), process },
            at: "2026-01-01T00:00:00Z".into(),
            expires: "2026-01-01T04:00:00Z".into(),
            token: "".into(),
            reason: "".into(),
        }
    }

    fn records(entries: Vec<Entry>) -> Vec<Record> {
        let record = |(at, entry)| Record {
            seq: at as u64 + 1,
            run: RunId::new("r"),
            fence: 0,
            at: "2026-01-01T00:00:00Z".into(),
            entry,
        };
        entries.into_iter().enumerate().map(record).collect()
    }

    #[test]
    fn two_people_are_two_names_in_two_processes() {
        let one = approval("a", "ada", 1);
        for (other, enough) in [
            (approval("b", "ben", 2), true),
            (approval("b", "ada", 2), false),
            (approval("b", "ben", 1), false),
        ] {
            assert_eq!(Quorum::Two.met_by(&[one.clone(), other.clone()]), enough, "{other:?}");
        }
        assert!(Quorum::One.met_by(std::slice::from_ref(&one)) && !Quorum::One.met_by(&[]));
    }

    /// I7: where two have to agree, the author is neither of them.
    #[test]
    fn i7_an_author_is_not_one_of_two() {
        let given = vec![approval("a", "ada", 1), approval("b", "ben", 2), approval("c", "eve", 3)];
        for (quorum, author, count) in [
            (Quorum::Two, Some("ada"), 2),
            (Quorum::Two, Some("dan"), 3),
            (Quorum::Two, None, 3),
            (Quorum::One, Some("ada"), 3),
        ] {
            let counting = quorum.counting(given.clone(), author);
            assert_eq!(counting.len(), count, "{quorum:?} {author:?}");
            assert!(quorum == Quorum::One || counting.iter().all(|one| Some(one.by.name.as_ref()) != author));
        }
        assert!(!Quorum::Two.met_by(&Quorum::Two.counting(given[..2].to_vec(), Some("ada"))));
    }

    #[test]
    fn what_is_used_expired_or_for_something_else_does_not_count() {
        let given = records(vec![Entry::Approved(approval("a", "ada", 1))]);
        let counts = |records: &[Record], matter: &Matter, now: &str| approvals(records, matter, now).len();
        assert_eq!(counts(&given, &matter(), "2026-01-01T03:59:59Z"), 1);
        assert_eq!(counts(&given, &matter(), "2026-01-01T04:00:00Z"), 0);
        let others = [
            Matter { plan: Fingerprint::of(["other"]), ..matter() },
            Matter { judgment: Fingerprint::of(["other"]), ..matter() },
            Matter { environment: "staging".into(), ..matter() },
            Matter { database: "1:3".into(), ..matter() },
            Matter { heading: Heading::Back(RunId::new("r")), ..matter() },
            Matter { schema: Fingerprint::of(["other"]), ..matter() },
        ];
        for other in others {
            assert_eq!(counts(&given, &other, "2026-01-01T00:00:00Z"), 0, "{other:?}");
        }
        let used = records(vec![
            Entry::Approved(approval("a", "ada", 1)),
            Entry::Approved(approval("b", "ben", 2)),
            Entry::Spent(vec![ApprovalId::new("a")]),
        ]);
        let left = approvals(&used, &matter(), "2026-01-01T00:00:00Z");
        assert_eq!(left.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }
}
