//! The journal in the target database: append only, hash-chained, each record written under the lease of the one
//! who writes. It reads and adds; it never changes a record, and never takes an unreadable journal for an empty one.

mod wire;

use sha2::{Digest, Sha256};

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::engines::{Execution, Own};
use crate::model::{EngineKind, Entry, Ident, Record, RunId, Sql};
use crate::sql;
use crate::sqltext::Literal;

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal cannot be used: {0}")]
    Wire(WireError),
    /// Somebody has changed it, or it was restored from elsewhere.
    #[error("the journal is broken at record {seq}: {what}")]
    Broken { seq: u64, what: Box<str> },
    /// Another process has taken over since.
    #[error("another run has taken the lease of this database")]
    LeaseLost,
}

impl From<WireError> for JournalError {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

/// Where our tables are.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) execution: &'static dyn Execution,
    pub(crate) engine: EngineKind,
    pub(crate) name: &'a Ident,
}

impl Home<'_> {
    /// Whether our tables are there: all of them or none.
    pub(crate) async fn exists(&self, connection: &mut dyn Connection) -> Result<bool, WireError> {
        let rows = connection.query(&self.execution.has_own(self.name)).await?;
        match rows.cell(0, 0).and_then(|count| count.parse().ok()) {
            Some(0) => Ok(false),
            Some(count) if count == Own::FIRST.len() => Ok(true),
            _ => {
                let what = format!("some of our tables ({}) are there and some are not", self.name);
                Err(WireError::new(WireErrorKind::Statement, what))
            }
        }
    }

    /// Makes our tables, all or none.
    pub(crate) async fn make(&self, connection: &mut dyn Connection) -> Result<(), WireError> {
        if self.exists(connection).await? {
            return Ok(());
        }
        if let Some(sql) = self.execution.others_home(self.name)
            && let Some(taken) = connection.query(&sql).await?.cell(0, 0)
        {
            let what = format!(
                "{taken} is there already and is not ours: give our tables another name with `journal_schema` in the \
                 environment's entry, {} now",
                self.name
            );
            return Err(WireError::new(WireErrorKind::Statement, what));
        }
        connection.execute(&sql!(self.engine; "BEGIN")).await?;
        for sql in self.execution.make_own(self.name) {
            if let Err(error) = connection.execute(&sql).await {
                // The first complaint is the one to tell.
                let _ = connection.execute(&sql!(self.engine; "ROLLBACK")).await;
                return Err(error);
            }
        }
        connection.execute(&sql!(self.engine; "COMMIT")).await.map(drop)
    }

    /// Every record, the chain checked. No tables yet: no records.
    pub(crate) async fn read(&self, connection: &mut dyn Connection) -> Result<Journal, JournalError> {
        if !self.exists(connection).await? {
            return Ok(Journal::default());
        }
        let table = self.execution.own(self.name, Own::Journal);
        let rows = connection
            .query(&sql!(self.engine; "SELECT body, prev, hash FROM ", &table, " ORDER BY seq"))
            .await?;
        let mut journal = Journal::default();
        for row in rows.iter() {
            let [body, prev, hash] = [0, 1, 2].map(|at| row.get(at).unwrap_or_default());
            journal.link(body, prev, hash)?;
        }
        Ok(journal)
    }

    /// Keeps the text of a plan, under its digest.
    pub(crate) async fn keep_plan(
        &self,
        connection: &mut dyn Connection,
        digest: &str,
        name: &str,
        body: &str,
    ) -> Result<(), WireError> {
        let table = self.execution.own(self.name, Own::Plan);
        let sql = sql!(self.engine; "INSERT INTO ", &table, " (digest, name, body) SELECT ", Literal(digest), ", ",
            Literal(name), ", ", Literal(body), " WHERE NOT EXISTS (SELECT 1 FROM ", &table, " WHERE digest = ",
            Literal(digest), ")");
        connection.execute(&sql).await.map(drop)
    }

    /// The text of a plan that was kept.
    pub(crate) async fn kept_plan(
        &self,
        connection: &mut dyn Connection,
        digest: &str,
    ) -> Result<Option<String>, WireError> {
        let table = self.execution.own(self.name, Own::Plan);
        let sql = sql!(self.engine; "SELECT body FROM ", &table, " WHERE digest = ", Literal(digest));
        Ok(connection.query(&sql).await?.cell(0, 0).map(str::to_owned))
    }
}

/// The records that were read, and where the next one goes.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub records: Vec<Record>,
    /// One for each record: the chain up to it.
    hashes: Vec<Box<str>>,
    pub(crate) head: Head,
}

/// The end of the chain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Head {
    seq: u64,
    hash: String,
}

impl Journal {
    /// Checks a record against the chain and takes it.
    fn link(&mut self, body: &str, prev: &str, hash: &str) -> Result<(), JournalError> {
        let seq = self.head.seq + 1;
        let broken = |what: String| JournalError::Broken { seq, what: what.into() };
        if prev != self.head.hash {
            return Err(broken("it does not follow the record before it".into()));
        }
        if chained(prev, body) != hash {
            return Err(broken("its text is not the one that was written".into()));
        }
        let record = wire::read(body).map_err(|what| broken(format!("it cannot be read: {what}")))?;
        if record.seq != seq {
            return Err(broken(format!("it calls itself record {}", record.seq)));
        }
        self.records.push(record);
        self.hashes.push(hash.into());
        self.head = Head { seq, hash: hash.to_owned() };
        Ok(())
    }

    /// The chain up to a record. `None`: there is none of that number.
    pub(crate) fn hash(&self, seq: u64) -> Option<&str> {
        let at = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.hashes.get(at).map(AsRef::as_ref)
    }

    /// Every record, with the chain up to it.
    pub(crate) fn linked(&self) -> impl Iterator<Item = (&Record, &str)> {
        self.records.iter().zip(self.hashes.iter().map(AsRef::as_ref))
    }
}

impl Journal {
    /// The record is there: what comes next follows it.
    pub(crate) fn landed(&mut self, link: Link) {
        self.hashes.push(link.after.hash.as_str().into());
        self.head = link.after;
        self.records.push(link.record);
    }
}

fn chained(prev: &str, body: &str) -> String {
    let mut sum = Sha256::new();
    sum.update(prev.as_bytes());
    sum.update(body.as_bytes());
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A record on its way, and the head once it is there.
pub(crate) struct Link {
    pub(crate) sql: Sql,
    pub(crate) record: Record,
    after: Head,
}

/// The hand that writes, as long as it holds the lease.
pub(crate) struct Writer<'a> {
    home: Home<'a>,
    fence: u64,
    run: RunId,
    now: fn() -> Box<str>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(home: Home<'a>, fence: u64, run: RunId, now: fn() -> Box<str>) -> Self {
        Self { home, fence, run, now }
    }

    pub(crate) fn fence(&self) -> u64 {
        self.fence
    }

    /// The next record, as a statement that adds it while the lease holds.
    pub(crate) fn next(&self, journal: &Journal, entry: Entry) -> Result<Link, JournalError> {
        let run = self.run.clone();
        let head = &journal.head;
        let seq = head.seq + 1;
        let kind = wire::kind(&entry);
        let record = Record { seq, run, fence: self.fence, at: (self.now)(), entry };
        let body = wire::written(&record)
            .map_err(|error| JournalError::Broken { seq, what: error.to_string().into() })?;
        let hash = chained(&head.hash, &body);
        let [table, lease] =
            [Own::Journal, Own::Lease].map(|own| self.home.execution.own(self.home.name, own));
        let sql = sql!(self.home.engine; "INSERT INTO ", &table, " (seq, run, fence, kind, body, prev, hash) SELECT ",
            seq, ", ", Literal(record.run.as_str()), ", ", self.fence, ", ", Literal(kind), ", ", Literal(&body), ", ",
            Literal(&head.hash), ", ", Literal(&hash), " WHERE EXISTS (SELECT 1 FROM ", &lease,
            " WHERE id = 1 AND fence = ", self.fence, ")");
        Ok(Link { sql, record, after: Head { seq, hash } })
    }

    /// Sends a record by itself, and takes it into the journal. It is durable when this comes back.
    pub(crate) async fn add(
        &self,
        connection: &mut dyn Connection,
        journal: &mut Journal,
        entry: Entry,
    ) -> Result<(), JournalError> {
        let link = self.next(journal, entry)?;
        send(connection, &link).await?;
        journal.landed(link);
        Ok(())
    }
}

/// Sends a record, in whatever transaction the connection is in.
pub(crate) async fn send(connection: &mut dyn Connection, link: &Link) -> Result<(), JournalError> {
    match connection.execute(&link.sql).await {
        Ok(done) if done.rows_affected == 1 => Ok(()),
        Ok(_) => Err(JournalError::LeaseLost),
        // Somebody else has added a record under the same number.
        Err(error) if taken(&error) => Err(JournalError::LeaseLost),
        Err(error) => Err(error.into()),
    }
}

/// A key that is there already: SQLSTATE 23505, SQLite's extended codes for UNIQUE and PRIMARY KEY, and the number of
/// MySQL.
fn taken(error: &WireError) -> bool {
    error.kind == WireErrorKind::Statement
        && matches!(error.code.as_deref(), Some("23505" | "2067" | "1555" | "1062"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::execution;
    use crate::model::{
        Actor, Adopted, Approval, ApprovalId, Boundary, Circumstances, Closed, Consent, Copied, Course, End,
        Fingerprint, Heading, Intended, Matter, Opened, Outcome, SessionMark, Settled, TableSize, Took, Unit,
        Verified, Witness,
    };

    fn entries() -> Vec<Entry> {
        let actor = Actor { name: "ada \"x\"\n'\u{202e}".into(), host: "h".into(), process: 7 };
        let unit = Unit { from: 0, to: 2 };
        vec![
            Entry::Opened(Opened {
                plan: Fingerprint::of(["p"]),
                name: "näme".into(),
                environment: "staging".into(),
                course: Course::Back { of: RunId::new("r0"), steps: 3 },
                actor: actor.clone(),
                before: Fingerprint::of(["b"]),
                statements: vec![Fingerprint::of(["1"]), Fingerprint::of(["2"])],
                circumstances: Circumstances {
                    database: "7:shop".into(),
                    address: "postgres://h/shop".into(),
                    server: "PostgreSQL 15.8".into(),
                    consents: vec![Consent { by: actor.clone(), at: "t".into(), reason: "r|".into() }],
                    acknowledged: vec!["drop-column".into()],
                    tables: vec![TableSize { table: "table public.a".into(), rows: Some(5), bytes: None }],
                },
            }),
            Entry::Intended(Intended {
                unit,
                boundary: Boundary::NonTransactional,
                session: Some(SessionMark { id: "1".into(), began: "2.5".into() }),
                attempt: 2,
                footprint: Some(Fingerprint::of(["f"])),
            }),
            Entry::Settled(Settled {
                unit,
                outcome: Outcome::Applied,
                witness: Witness::Probe,
                words: "it\\'s".into(),
                took: vec![Took { millis: 3, rows: 4, waited: 2 }, Took::default()],
            }),
            Entry::Resumed(actor),
            Entry::Verified(Verified { after: Fingerprint::of(["a"]), differences: vec!["x".into()] }),
            Entry::Closed(Closed { end: End::Done, reason: String::new().into() }),
        ]
    }

    /// What only a ledger holds.
    fn of_people() -> Vec<Entry> {
        let by = Actor { name: "ben".into(), host: "h".into(), process: 8 };
        let matter = |heading| Matter {
            plan: Fingerprint::of(["p"]),
            judgment: Fingerprint::of(["judgment"]),
            environment: "production".into(),
            database: "1:2".into(),
            heading,
            schema: Fingerprint::of(["s"]),
        };
        let approval = |heading| Approval {
            id: ApprovalId::new("a1"),
            matter: matter(heading),
            by: by.clone(),
            at: "2026-01-02T03:04:05Z".into(),
            expires: "2026-01-02T15:04:05Z".into(),
            token: "00ff".into(),
            reason: "ticket \"7\"".into(),
        };
        let record = Record {
            seq: 1,
            run: RunId::new("r1"),
            fence: 4,
            at: "2026-01-02T03:04:05Z".into(),
            entry: Entry::Resumed(by.clone()),
        };
        vec![
            Entry::Approved(approval(Heading::Forward)),
            Entry::Approved(approval(Heading::Back(RunId::new("r1")))),
            Entry::Approved(approval(Heading::Contract(RunId::new("r1")))),
            Entry::Spent(vec![ApprovalId::new("a1")]),
            Entry::Copied(Copied {
                database: "1:2".into(),
                environment: "production".into(),
                hash: "00".into(),
                record: Box::new(record),
            }),
            Entry::Adopted(Adopted { database: "1:2".into(), environment: "production".into(), by }),
        ]
    }

    /// The rows of a journal: body, prev, hash.
    fn rows() -> Vec<[String; 3]> {
        rows_of(entries())
    }

    fn rows_of(entries: Vec<Entry>) -> Vec<[String; 3]> {
        let name = Ident::from("migrator");
        let home = Home {
            execution: execution(EngineKind::Sqlite).unwrap(),
            engine: EngineKind::Sqlite,
            name: &name,
        };
        let writer = Writer::new(home, 1, RunId::new("r1"), || "2026-01-02T03:04:05Z".into());
        let mut journal = Journal::default();
        let mut rows = Vec::new();
        for entry in entries {
            let link = writer.next(&journal, entry).unwrap();
            rows.push([
                wire::written(&link.record).unwrap(),
                journal.head.hash.clone(),
                link.after.hash.clone(),
            ]);
            journal.landed(link);
        }
        rows
    }

    fn read(rows: &[[String; 3]]) -> Result<Journal, JournalError> {
        let mut journal = Journal::default();
        rows.iter().try_for_each(|[body, prev, hash]| journal.link(body, prev, hash))?;
        Ok(journal)
    }

    #[test]
    fn what_was_written_is_read() {
        let all: Vec<Entry> = entries().into_iter().chain(of_people()).collect();
        let journal = read(&rows_of(all.clone())).unwrap();
        let found: Vec<Entry> = journal.records.into_iter().map(|record| record.entry).collect();
        assert_eq!(found, all);
    }

    #[test]
    fn j1_every_changed_byte_is_seen() {
        let rows = rows();
        let mut flips = 0;
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                for at in 0..text.len() {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] ^= 1;
                    let mut changed = rows.clone();
                    changed[row][column] = String::from_utf8_lossy(&bytes).into_owned();
                    flips += 1;
                    let refused = read(&changed).unwrap_err();
                    assert!(matches!(refused, JournalError::Broken { .. }), "{row} {column} {at}: {refused}");
                }
            }
        }
        assert!(flips > 1000, "{flips}");
    }

    #[test]
    fn records_that_are_gone_or_moved_are_seen() {
        let rows = rows();
        for at in 0..rows.len() - 1 {
            let mut fewer = rows.clone();
            fewer.remove(at);
            assert!(read(&fewer).is_err(), "{at} is gone");
            let mut moved = rows.clone();
            moved.swap(at, at + 1);
            assert!(read(&moved).is_err(), "{at} has moved");
        }
    }

    #[test]
    fn the_text_is_canonical() {
        let first = &rows()[0][0];
        assert!(!first.contains(": ") && first.starts_with("{\"actor\":{\"host\":"), "{first}");
    }
}
