//! Running plans on SQLite: our tables beside the user's, no sessions to find, and every statement in a
//! transaction.

use std::collections::BTreeSet;

use crate::connect::WireError;
use crate::engines::batches;
use crate::engines::execute::{Execution, Left, Mishap, Own, Replicas};
use crate::model::{
    Batches, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, ServerVersion, SessionMark, Sql,
    Statement,
};
use crate::sql;
use crate::sqltext::Literal;

use super::batches::SPELLING;
use super::{Sqlite, keep};

const LITE: EngineKind = EngineKind::Sqlite;

/// Those of our journal.
const COLUMNS: [&str; 8] = ["seq", "run", "fence", "kind", "body", "prev", "hash", "server_time"];

impl Execution for Sqlite {
    fn own(&self, home: &Ident, table: Own) -> QualifiedName {
        QualifiedName::bare(format!("{home}_{}", table.word()).as_str())
    }

    fn make_own(&self, home: &Ident) -> Vec<Sql> {
        let [journal, plan, lease] = Own::FIRST.map(|table| self.own(home, table));
        vec![
            sql!(LITE; "CREATE TABLE IF NOT EXISTS ", &journal, " (seq INTEGER PRIMARY KEY, run TEXT NOT NULL, \
                fence INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, prev TEXT NOT NULL, \
                hash TEXT NOT NULL UNIQUE, server_time TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"),
            sql!(LITE; "CREATE TABLE IF NOT EXISTS ", &plan, " (digest TEXT PRIMARY KEY, name TEXT NOT NULL, \
                body TEXT NOT NULL)"),
            sql!(LITE; "CREATE TABLE IF NOT EXISTS ", &lease, " (id INTEGER PRIMARY KEY CHECK (id = 1), \
                fence INTEGER NOT NULL, holder TEXT NOT NULL, run TEXT NOT NULL, plan TEXT NOT NULL, \
                since TEXT NOT NULL)"),
            sql!(LITE; "INSERT OR IGNORE INTO ", &lease, " VALUES (1, 0, '', '', '', '')"),
        ]
    }

    fn make_jobs(&self, home: &Ident) -> Sql {
        sql!(LITE; "CREATE TABLE IF NOT EXISTS ", &self.own(home, Own::Backfill), " (job_id TEXT PRIMARY KEY, run TEXT NOT NULL, \
            plan TEXT NOT NULL, target TEXT NOT NULL, last_key TEXT, rows_done INTEGER NOT NULL, \
            rows_seen INTEGER NOT NULL, batch_size INTEGER NOT NULL, state TEXT NOT NULL, fence INTEGER NOT NULL, \
            updated_at TEXT NOT NULL)")
    }

    fn has_jobs(&self, home: &Ident) -> Sql {
        let jobs = self.own(home, Own::Backfill);
        sql!(LITE; "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ",
            Literal(jobs.name.as_str()))
    }

    fn slice(&self, batches: &Batches, after: Option<&[Box<str>]>, size: u32) -> Sql {
        batches::slice(&SPELLING, batches, after, size)
    }

    fn batch(&self, batches: &Batches, after: Option<&[Box<str>]>, upto: &[Box<str>]) -> Sql {
        batches::batch(&SPELLING, batches, after, upto)
    }

    fn left_over(&self, batches: &Batches) -> Sql {
        batches::left(LITE, batches)
    }

    fn estimate(&self, batches: &Batches) -> Sql {
        sql!(LITE; "SELECT count(*) FROM ", &batches.table)
    }

    fn has_own(&self, home: &Ident) -> Sql {
        // A table of the user's may have one of our names: it is ours if it has our first column.
        let is_ours = |table: Own, column: &'static str| {
            let name = self.own(home, table);
            let name = Literal(name.name.as_str());
            sql!(LITE; "(name = ", name, " AND EXISTS (SELECT 1 FROM pragma_table_info(", name,
                ") AS own WHERE own.cid = 0 AND own.name = ", Literal(column), "))")
        };
        sql!(LITE; "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND (", &is_ours(Own::Journal, "seq"),
            " OR ", &is_ours(Own::Plan, "digest"), " OR ", &is_ours(Own::Lease, "id"), ")")
    }

    fn others_home(&self, home: &Ident) -> Option<Sql> {
        let [journal, plan, lease, backfill] = Own::ALL.map(|table| self.own(home, table));
        let name = |own: &QualifiedName| sql!(LITE; Literal(own.name.as_str()));
        // Whatever it is: its name is taken, however it is written.
        Some(
            sql!(LITE; "SELECT name FROM sqlite_schema WHERE name COLLATE NOCASE IN (", &name(&journal), ", ",
            &name(&plan), ", ", &name(&lease), ", ", &name(&backfill), ")"),
        )
    }

    fn own_objects(&self, schema: &Schema) -> BTreeSet<ObjectId> {
        let is_table = |name: &str| {
            let id = ObjectId::new(ObjectKind::Table, QualifiedName::bare(name));
            schema.objects.contains_key(&id)
        };
        // A journal that has these very columns, with its two companions.
        let home = |table: &ObjectId| {
            let name = table.name.name.as_str().strip_suffix("_journal")?;
            let own = |own: Own| format!("{name}_{}", own.word());
            let parts = schema.members(table).filter(|part| part.id.kind == ObjectKind::Column);
            let columns: BTreeSet<&str> = parts.map(|part| part.id.leaf().as_str()).collect();
            let first = Own::FIRST.into_iter().all(|table| is_table(&own(table)));
            (first && columns == BTreeSet::from(COLUMNS)).then(|| Own::ALL.map(own))
        };
        let names: BTreeSet<String> =
            schema.of_kind(ObjectKind::Table).filter_map(|table| home(&table.id)).flatten().collect();
        let ours = |name: &str| names.contains(name) || keep::is_shadow(name);
        schema.objects.keys().filter(|id| ours(id.name.name.as_str())).cloned().collect()
    }

    fn is_there(&self, place: &QualifiedName) -> Sql {
        sql!(LITE; "SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ",
            Literal(place.name.as_str()), ") THEN 't' ELSE 'f' END")
    }

    fn kept(&self) -> Sql {
        sql!(LITE; "SELECT NULL, name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'migrator_shadow_*' \
            ORDER BY name")
    }

    fn settings(&self, _: &ServerVersion, _: &str) -> Vec<Sql> {
        // What is written is on the disk before anybody is told so.
        vec![sql!(LITE; "PRAGMA synchronous = FULL")]
    }

    fn unfit(&self) -> Option<Sql> {
        None
    }

    fn mark(&self, _: &ServerVersion) -> Option<Sql> {
        None
    }

    fn alive(&self, _: &SessionMark) -> Option<Sql> {
        None
    }

    fn try_lock(&self) -> Option<Sql> {
        None
    }

    fn lock_seen(&self) -> Option<Sql> {
        None
    }

    fn unlock(&self) -> Option<Sql> {
        None
    }

    fn hold_lease(&self, home: &Ident, fence: u64) -> Sql {
        // The write lock of the transaction holds it.
        let lease = self.own(home, Own::Lease);
        sql!(LITE; "SELECT fence FROM ", &lease, " WHERE id = 1 AND fence = ", fence)
    }

    fn blockers(&self, _: &ServerVersion, _: &SessionMark) -> Vec<Sql> {
        Vec::new()
    }

    fn replicas(&self) -> Replicas {
        Replicas::None
    }

    fn slots(&self) -> Option<Sql> {
        None
    }

    fn progress(&self, _: &ServerVersion, _: &SessionMark) -> Option<Sql> {
        None
    }

    fn identity(&self) -> Vec<Sql> {
        Vec::new()
    }

    /// Primary result codes: <https://www.sqlite.org/rescode.html>.
    fn mishap(&self, error: &WireError) -> Mishap {
        let code = error.code.as_deref().and_then(|code| code.parse::<u32>().ok());
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Mishap::Busy,
            _ => Mishap::Refused,
        }
    }

    fn left(&self, _: &Statement, _: &Schema) -> Left {
        Left::Unclear
    }
}
