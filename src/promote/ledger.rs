//! The ledger: the journal of people, away from the databases they work on. It holds approvals, and copies of what
//! databases said of their runs, so that a database whose journal lost its end is noticed. It is kept like the journal
//! of a target, in one of our own databases or a team's; several processes add to it, and nobody changes a record.

use std::time::Duration;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::Mishap;
use crate::model::{
    Actor, Adopted, Approval, ApprovalId, Consent, Copied, Entry, Failure, FailureKind, Fingerprint, Matter,
    Quorum, Record, RunId, approvals,
};
use crate::sql;

use super::execute::{Site, journal_failure, wire_failure};
use super::journal::{Journal, JournalError, Writer};

/// How often an addition is tried again after somebody else was first.
const TRIES: u64 = 50;
/// The pause before the second try; longer with each.
const PAUSE: Duration = Duration::from_millis(10);

/// Leave to run something once, given by people.
pub struct Permit<'a> {
    pub ledger: Site<'a>,
    pub matter: Matter,
    pub quorum: Quorum,
    /// Who wrote the plan, as far as it says.
    pub author: Option<Box<str>>,
    /// SHA-256 of the token, in hexadecimal digits.
    pub token: Box<str>,
    pub now: fn() -> Box<str>,
}

impl Permit<'_> {
    /// Uses the approvals up for this run, and tells whose they were. Of two that try at once, one is refused.
    pub(super) async fn spend(&self, run: &RunId, schema: &Fingerprint) -> Result<Vec<Consent>, Failure> {
        if *schema != self.matter.schema {
            return Err(refused(format!(
                "the schema of {} has changed since it was approved",
                self.matter.environment
            ))
            .hint("look at what changed, and approve again"));
        }
        let mut connection = open(&self.ledger).await?;
        let now = (self.now)();
        let journal = add(&self.ledger, connection.as_mut(), run, self.now, &|journal| {
            let standing = self.standing(&journal.records, &now)?;
            Ok(vec![Entry::Spent(standing.into_iter().map(|one| one.id).collect())])
        })
        .await?;
        Ok(consents(&journal.records, run))
    }

    /// The approvals that stand, if they are enough.
    pub fn standing(&self, records: &[Record], now: &str) -> Result<Vec<Approval>, Failure> {
        let all = records.iter().filter_map(|record| match &record.entry {
            Entry::Approved(approval) => Some(approval),
            _ => None,
        });
        let Some(own) = all.into_iter().find(|one| one.token == self.token) else {
            return Err(refused("no such approval is known here").hint(
                "tokens are made in the workbench, and known to the journal that it writes to: the same `journal` has to \
                 be configured here",
            ));
        };
        let spent = |id: &ApprovalId| {
            records.iter().any(|record| matches!(&record.entry, Entry::Spent(spent) if spent.contains(id)))
        };
        if spent(&own.id) {
            return Err(refused("this approval was used already").hint("approve again in the workbench"));
        }
        if *own.expires <= *now {
            return Err(refused(format!("this approval expired at {}", own.expires))
                .hint("approve again in the workbench"));
        }
        if let Some(what) = self.differs(&own.matter) {
            return Err(refused(format!("this approval is for {what}")).hint("approve this in the workbench"));
        }
        let standing = approvals(records, &self.matter, now);
        let standing = self.quorum.counting(standing, self.author.as_deref());
        if self.quorum.met_by(&standing) {
            return Ok(standing);
        }
        let author = self.author.as_deref().map(|name| format!(", none of them {name}, who wrote the plan"));
        Err(refused(format!(
            "{} wants {} people, each in a process of their own{}; {} agreed so far",
            self.matter.environment,
            self.quorum.count(),
            author.unwrap_or_default(),
            people(&standing)
        ))
        .hint("somebody else opens the workbench, looks at the plan, and approves it too"))
    }

    fn differs(&self, own: &Matter) -> Option<String> {
        let wanted = &self.matter;
        if own.environment != wanted.environment {
            return Some(format!("{}, not for {}", own.environment, wanted.environment));
        }
        if own.heading != wanted.heading {
            return Some("the other direction, or another run".to_owned());
        }
        if own.plan != wanted.plan {
            return Some("another plan".to_owned());
        }
        if own.judgment != wanted.judgment {
            let what = "what was found in this plan before, or what came of its rehearsal; that has changed";
            return Some(what.to_owned());
        }
        if own.database != wanted.database {
            return Some(format!("another database than the one that {} leads to now", own.environment));
        }
        (own.schema != wanted.schema).then(|| format!("another schema than {} has now", own.environment))
    }
}

/// The approvals that a run has used up, as a ledger knows them.
pub fn consents(records: &[Record], run: &RunId) -> Vec<Consent> {
    let spent: Vec<&ApprovalId> = records
        .iter()
        .filter(|record| &record.run == run)
        .flat_map(|record| match &record.entry {
            Entry::Spent(spent) => spent.as_slice(),
            _ => &[],
        })
        .collect();
    records
        .iter()
        .filter_map(|record| match &record.entry {
            Entry::Approved(one) if spent.contains(&&one.id) => {
                Some(Consent { by: one.by.clone(), at: one.at.clone(), reason: one.reason.clone() })
            }
            _ => None,
        })
        .collect()
}

fn people(approvals: &[Approval]) -> String {
    match approvals {
        [] => "nobody".to_owned(),
        some => some.iter().map(|one| one.by.to_string()).collect::<Vec<_>>().join(", "),
    }
}

fn refused(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Refused, what)
}

async fn open(site: &Site<'_>) -> Result<Box<dyn Connection>, Failure> {
    let wire = |error: WireError| wire_failure(site.label, &error);
    let mut connection =
        crate::connect::open(site.target, crate::connect::Purpose::Write).await.map_err(wire)?;
    for sql in site.execution.settings(&connection.version().clone(), crate::connect::APPLICATION_NAME) {
        connection.execute(&sql).await.map_err(wire)?;
    }
    site.home().make(connection.as_mut()).await.map_err(wire)?;
    Ok(connection)
}

/// Everything that the ledger holds.
pub async fn read(site: &Site<'_>) -> Result<Journal, Failure> {
    let mut connection = open(site).await?;
    site.home().read(connection.as_mut()).await.map_err(|error| journal_failure(site.label, &error))
}

/// Writes an approval down. It is durable when this comes back.
pub async fn approve(site: &Site<'_>, approval: Approval, now: fn() -> Box<str>) -> Result<Journal, Failure> {
    let mut connection = open(site).await?;
    let name = RunId::new(approval.id.as_str());
    add(site, connection.as_mut(), &name, now, &|_| Ok(vec![Entry::Approved(approval.clone())])).await
}

/// The database whose journal is compared with what was seen of it before.
#[derive(Clone, Copy)]
pub struct Witnessed<'a> {
    /// As the project calls it.
    pub environment: &'a str,
    /// What tells the database from any other.
    pub database: &'a str,
    pub journal: &'a Journal,
}

/// Where a journal breaks off that was longer when it was seen last: the last record that both have, and the last one
/// that was seen. `None`: it goes on from what was seen.
pub fn cut(ledger: &Journal, seen: Witnessed<'_>) -> Option<(u64, u64)> {
    let last = latest(ledger, seen.database)?;
    let same = |copied: &Copied| seen.journal.hash(copied.record.seq) == Some(&*copied.hash);
    if same(last) {
        return None;
    }
    let common = copies(ledger, seen.database).rev().find(|copied| same(copied));
    Some((common.map_or(0, |copied| copied.record.seq), last.record.seq))
}

/// What a ledger knows of an environment's database.
#[derive(Clone, Debug)]
pub struct Remembered {
    pub database: Box<str>,
    /// When it was seen last, RFC 3339 in UTC.
    pub at: Box<str>,
    pub records: Vec<Record>,
}

/// The journal of an environment as it was seen last. `None`: it was never seen.
pub fn remembered(ledger: &Journal, environment: &str) -> Option<Remembered> {
    let (record, last) = ledger.records.iter().rev().find_map(|record| match &record.entry {
        Entry::Copied(copied) if *copied.environment == *environment => Some((record, copied)),
        _ => None,
    })?;
    let records = copies(ledger, &last.database).map(|copied| (*copied.record).clone()).collect();
    Some(Remembered { database: last.database.clone(), at: record.at.clone(), records })
}

/// Copies what is new in a database's journal. A journal that does not go on from what was seen is left alone.
pub async fn copy(site: &Site<'_>, seen: Witnessed<'_>, now: fn() -> Box<str>) -> Result<(), Failure> {
    let Some(run) = seen.journal.records.last().map(|record| record.run.clone()) else { return Ok(()) };
    let mut connection = open(site).await?;
    add(site, connection.as_mut(), &run, now, &|ledger| {
        if cut(ledger, seen).is_some() {
            return Ok(Vec::new());
        }
        let from = latest(ledger, seen.database).map_or(0, |copied| copied.record.seq);
        let fresh = seen.journal.linked().filter(|(record, _)| record.seq > from);
        Ok(fresh
            .map(|(record, hash)| {
                Entry::Copied(Copied {
                    database: seen.database.into(),
                    environment: seen.environment.into(),
                    hash: hash.into(),
                    record: Box::new(record.clone()),
                })
            })
            .collect())
    })
    .await
    .map(drop)
}

/// A person takes a database's journal as it is, though it does not go on from what was seen.
pub async fn adopt(
    site: &Site<'_>,
    (environment, database): (&str, &str),
    actor: &Actor,
    now: fn() -> Box<str>,
) -> Result<(), Failure> {
    let mut connection = open(site).await?;
    let adopted = Adopted { database: database.into(), environment: environment.into(), by: actor.clone() };
    let name = RunId::new("adopted");
    add(site, connection.as_mut(), &name, now, &|_| Ok(vec![Entry::Adopted(adopted.clone())])).await.map(drop)
}

fn copies<'j>(
    ledger: &'j Journal,
    database: &'j str,
) -> impl DoubleEndedIterator<Item = &'j Copied> + use<'j> {
    let start = ledger
        .records
        .iter()
        .rposition(
            |record| matches!(&record.entry, Entry::Adopted(adopted) if *adopted.database == *database),
        )
        .map_or(0, |at| at + 1);
    ledger.records.iter().skip(start).filter_map(move |record| match &record.entry {
        Entry::Copied(copied) if *copied.database == *database => Some(copied),
        _ => None,
    })
}

fn latest<'j>(ledger: &'j Journal, database: &'j str) -> Option<&'j Copied> {
    copies(ledger, database).next_back()
}

/// Adds what `decide` makes of the ledger as it stands, all of it or nothing. Where somebody else adds first, it is
/// decided again.
async fn add(
    site: &Site<'_>,
    connection: &mut dyn Connection,
    run: &RunId,
    now: fn() -> Box<str>,
    decide: &(dyn Fn(&Journal) -> Result<Vec<Entry>, Failure> + Sync),
) -> Result<Journal, Failure> {
    let engine = site.dialect.kind();
    let (begin, end, undo) = (sql!(engine; "BEGIN"), sql!(engine; "COMMIT"), sql!(engine; "ROLLBACK"));
    let writer = Writer::new(site.home(), 0, run.clone(), now);
    let mut refusal = JournalError::LeaseLost;
    for attempt in 0..TRIES {
        tokio::time::sleep(PAUSE * u32::try_from(attempt).unwrap_or(u32::MAX)).await;
        let journal = site.home().read(connection).await;
        let mut journal = journal.map_err(|error| journal_failure(site.label, &error))?;
        let entries = decide(&journal)?;
        if entries.is_empty() {
            return Ok(journal);
        }
        let added = async {
            connection.execute(&begin).await?;
            for entry in entries {
                writer.add(connection, &mut journal, entry).await?;
            }
            connection.execute(&end).await?;
            Ok(())
        };
        match added.await {
            Ok(()) => return Ok(journal),
            Err(error) if is_beaten(site, &error) => refusal = error,
            Err(error) => {
                // The first complaint is the one to tell; the session ends here in any case.
                let _ = connection.execute(&undo).await;
                return Err(journal_failure(site.label, &error));
            }
        }
        connection.execute(&undo).await.map_err(|error| wire_failure(site.label, &error))?;
    }
    Err(journal_failure(site.label, &refusal))
}

/// Whether somebody else wrote at the same moment, so that it is worth another try.
fn is_beaten(site: &Site<'_>, error: &JournalError) -> bool {
    match error {
        JournalError::LeaseLost => true,
        JournalError::Wire(error) if error.kind == WireErrorKind::Statement => {
            matches!(site.execution.mishap(error), Mishap::Busy | Mishap::Beaten)
        }
        JournalError::Wire(_) | JournalError::Broken { .. } => false,
    }
}
