//! Running plans on MySQL and MariaDB: our tables beside the user's, a named lock, sessions that can be found again, and
//! what an error means. No transaction holds a definition, so what a statement has left is told by the schema as it was
//! before and as it is after.

use std::collections::BTreeSet;

use crate::connect::{WireError, WireErrorKind};
use crate::engines::batches;
use crate::engines::execute::{Execution, Left, Mishap, Own, Replicas};
use crate::model::{
    Batches, EngineKind, Ident, ObjectId, ObjectKind, QualifiedName, Schema, ServerVersion, SessionMark, Sql,
    Statement,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::batches::SPELLING;
use super::vendor::Vendor;
use super::{MySql, watch};

const E: EngineKind = EngineKind::MySql;

/// The comment that tells our tables from the user's with the same names.
const MARK: &str = "migrator-tui: journal of schema migrations";
/// The comment of the lease while some of our tables are still to be made: no transaction makes them together.
const UNFINISHED: &str = "migrator-tui: being made";
/// What every comment of ours begins with, as LIKE has it.
const OURS: &str = "migrator-tui: %";

/// The name of the lock of this database. The server has one set of names for all databases, and 64 characters for each.
const LOCK: &str = "CONCAT('migrator-tui:', LEFT(SHA2(IF(@@lower_case_table_names = 0, DATABASE(), LOWER(DATABASE())), 256), 40))";

/// How our tables are kept: what is written is there after a crash, and texts are themselves alone.
const KEPT: &str = " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

impl MySql {
    /// The tables of ours that are there, as a count of those that `which` lets through.
    fn there(&self, home: &Ident, tables: &[Own]) -> SqlBuilder {
        let names = tables.iter().map(|table| {
            let name = self.own(home, *table);
            sql!(E; Literal(name.name.as_str()))
        });
        SqlBuilder::new(E)
            .piece(" FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (")
            .joined(names, ", ")
            .piece(")")
    }
}

impl Execution for MySql {
    fn own(&self, home: &Ident, table: Own) -> QualifiedName {
        QualifiedName::bare(format!("{home}_{}", table.word()).as_str())
    }

    /// The lease says so when all of them are there: who dies in between leaves what the next one finishes.
    fn make_own(&self, home: &Ident) -> Vec<Sql> {
        let [journal, plan, lease] = Own::FIRST.map(|table| self.own(home, table));
        vec![
            sql!(E; "CREATE TABLE IF NOT EXISTS ", &plan, " (digest varchar(191) NOT NULL PRIMARY KEY, \
                name text NOT NULL, body longtext NOT NULL)", KEPT, " COMMENT=", Literal(MARK)),
            sql!(E; "CREATE TABLE IF NOT EXISTS ", &lease, " (id int NOT NULL PRIMARY KEY, fence bigint NOT NULL, \
                holder text NOT NULL, run text NOT NULL, plan text NOT NULL, since text NOT NULL)", KEPT,
                " COMMENT=", Literal(UNFINISHED)),
            sql!(E; "INSERT IGNORE INTO ", &lease, " VALUES (1, 0, '', '', '', '')"),
            sql!(E; "CREATE TABLE IF NOT EXISTS ", &journal, " (seq bigint NOT NULL PRIMARY KEY, \
                run varchar(191) NOT NULL, fence bigint NOT NULL, kind varchar(64) NOT NULL, body longtext NOT NULL, \
                prev varchar(64) NOT NULL, hash varchar(64) NOT NULL UNIQUE, \
                server_time timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6))", KEPT, " COMMENT=", Literal(MARK)),
            sql!(E; "ALTER TABLE ", &lease, " COMMENT=", Literal(MARK)),
        ]
    }

    fn make_jobs(&self, home: &Ident) -> Sql {
        sql!(E; "CREATE TABLE IF NOT EXISTS ", &self.own(home, Own::Backfill), " (job_id varchar(191) NOT NULL PRIMARY KEY, \
            run text NOT NULL, plan text NOT NULL, target text NOT NULL, last_key text, rows_done bigint NOT NULL, \
            rows_seen bigint NOT NULL, batch_size bigint NOT NULL, state varchar(64) NOT NULL, \
            fence bigint NOT NULL, updated_at varchar(64) NOT NULL)", KEPT, " COMMENT=", Literal(MARK))
    }

    fn has_jobs(&self, home: &Ident) -> Sql {
        SqlBuilder::new(E).piece("SELECT COUNT(*)").piece(self.there(home, &[Own::Backfill]).done()).done()
    }

    fn slice(&self, batches: &Batches, after: Option<&[Box<str>]>, size: u32) -> Sql {
        batches::slice(&SPELLING, batches, after, size)
    }

    fn batch(&self, batches: &Batches, after: Option<&[Box<str>]>, upto: &[Box<str>]) -> Sql {
        batches::batch(&SPELLING, batches, after, upto)
    }

    fn left_over(&self, batches: &Batches) -> Sql {
        batches::left(E, batches)
    }

    fn estimate(&self, batches: &Batches) -> Sql {
        sql!(E; "SELECT NULLIF(TABLE_ROWS, 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
            AND TABLE_NAME = ", Literal(batches.table.name.as_str()))
    }

    /// None counts as there before the last of them is: then the making of them had not come to its end.
    fn has_own(&self, home: &Ident) -> Sql {
        let finished = SqlBuilder::new(E)
            .piece("(SELECT COUNT(*)")
            .piece(self.there(home, &[Own::Journal, Own::Lease]).done())
            .piece(" AND TABLE_COMMENT = ")
            .piece(Literal(MARK))
            .piece(")");
        SqlBuilder::new(E)
            .piece("SELECT IF(")
            .piece(finished.done())
            .piece(" = 0, 0, COUNT(*))")
            .piece(self.there(home, &Own::FIRST).done())
            .piece(" AND TABLE_COMMENT LIKE ")
            .piece(Literal(OURS))
            .done()
    }

    fn others_home(&self, home: &Ident) -> Option<Sql> {
        Some(
            SqlBuilder::new(E)
                .piece("SELECT TABLE_NAME")
                .piece(self.there(home, &Own::ALL).done())
                .piece(" AND TABLE_COMMENT NOT LIKE ")
                .piece(Literal(OURS))
                .done(),
        )
    }

    fn own_objects(&self, schema: &Schema) -> BTreeSet<ObjectId> {
        let is_ours = |comment: &str| comment == MARK || comment == UNFINISHED;
        let tables: BTreeSet<&QualifiedName> = schema
            .of_kind(ObjectKind::Table)
            .filter(|found| found.about.comment.as_deref().is_some_and(is_ours))
            .map(|found| &found.id.name)
            .collect();
        if tables.is_empty() {
            return BTreeSet::new();
        }
        // A view or a routine may have the name of a table of ours only where it is none of its parts.
        let ours = |id: &&ObjectId| {
            tables.contains(&id.name) && (id.member.is_some() || id.kind == ObjectKind::Table)
        };
        schema.objects.keys().filter(ours).cloned().collect()
    }

    fn is_there(&self, place: &QualifiedName) -> Sql {
        sql!(E; "SELECT IF(COUNT(*) > 0, 't', 'f') FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
            AND TABLE_NAME = ", Literal(place.name.as_str()))
    }

    /// Nothing is kept here.
    fn kept(&self) -> Sql {
        sql!(E; "SELECT NULL, NULL FROM information_schema.TABLES WHERE FALSE")
    }

    fn settings(&self, version: &ServerVersion, _: &str) -> Vec<Sql> {
        let mut settings = vec![
            // A record is durable when its answer comes, whatever the server's own habit is.
            sql!(E; "SET SESSION autocommit = 1, SESSION completion_type = 'NO_CHAIN'"),
            // Reading a schema waits for locks too; statements of a plan set their own.
            sql!(E; "SET SESSION lock_wait_timeout = 5, SESSION innodb_lock_wait_timeout = 5"),
            // The one who keeps the lock says nothing for as long as a statement runs.
            sql!(E; "SET SESSION wait_timeout = 604800, SESSION net_write_timeout = 600"),
            sql!(E; "SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1"),
            // Texts are written with backslashes doubled.
            sql!(E; "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')"),
        ];
        // A limit of the server's on statements would end a definition half-way. Batches lock the rows they change and
        // not what lies between them; a binary log of statements does not allow that.
        let (limit, isolation) = match Vendor::of(version) {
            Vendor::MariaDb(..) => ("max_statement_time", "tx_isolation"),
            Vendor::MySql(8.., ..) => ("max_execution_time", "transaction_isolation"),
            Vendor::MySql(..) => ("max_execution_time", "tx_isolation"),
        };
        settings.push(sql!(E; "SET SESSION ", limit, " = 0, SESSION ", isolation, " = \
            IF(@@binlog_format = 'STATEMENT', 'REPEATABLE-READ', 'READ-COMMITTED')"));
        settings
    }

    /// Some users may write all the same; whoever set it up so did not mean it.
    fn unfit(&self) -> Option<Sql> {
        Some(
            sql!(E; "SELECT IF(@@GLOBAL.read_only, 'the server is read only: is it a replica of another one?', NULL)"),
        )
    }

    fn mark(&self, version: &ServerVersion) -> Option<Sql> {
        Some(watch::mark(Vendor::of(version)))
    }

    fn alive(&self, session: &SessionMark) -> Option<Sql> {
        Some(watch::alive(session))
    }

    fn try_lock(&self) -> Option<Sql> {
        Some(sql!(E; "SELECT IF(GET_LOCK(", LOCK, ", 0) = 1, 't', 'f')"))
    }

    fn lock_seen(&self) -> Option<Sql> {
        Some(sql!(E; "SELECT IF(IS_USED_LOCK(", LOCK, ") IS NULL, 'f', 't')"))
    }

    fn unlock(&self) -> Option<Sql> {
        Some(sql!(E; "SELECT IF(RELEASE_LOCK(", LOCK, ") = 1, 't', 'f')"))
    }

    fn hold_lease(&self, home: &Ident, fence: u64) -> Sql {
        let lease = self.own(home, Own::Lease);
        sql!(E; "SELECT fence FROM ", &lease, " WHERE id = 1 AND fence = ", fence, " LOCK IN SHARE MODE")
    }

    fn blockers(&self, version: &ServerVersion, session: &SessionMark) -> Vec<Sql> {
        watch::blockers(Vendor::of(version), session)
    }

    /// A source does not know how far its replicas are. They have newer words and older ones for themselves.
    fn replicas(&self) -> Replicas {
        let questions = vec![sql!(E; "SHOW REPLICA STATUS"), sql!(E; "SHOW SLAVE STATUS")];
        Replicas::Each { questions, read: watch::behind }
    }

    fn slots(&self) -> Option<Sql> {
        None
    }

    fn progress(&self, version: &ServerVersion, session: &SessionMark) -> Option<Sql> {
        Some(watch::progress(Vendor::of(version), session))
    }

    /// MySQL numbers its servers, MariaDB since 10.10; before that, the place of its files stands in. Two machines may
    /// have been made from one image: their names tell them apart.
    fn identity(&self) -> Vec<Sql> {
        let own = "'/', IF(@@lower_case_table_names = 0, DATABASE(), LOWER(DATABASE())))";
        vec![
            sql!(E; "SELECT CONCAT(@@server_uuid, ", own),
            sql!(E; "SELECT CONCAT(@@server_uid, '@', @@hostname, ", own),
            sql!(E; "SELECT CONCAT(@@hostname, ':', @@port, @@datadir, ", own),
        ]
    }

    /// Error numbers as the wire's own list has them.
    fn mishap(&self, error: &WireError) -> Mishap {
        if error.kind != WireErrorKind::Statement {
            return Mishap::Refused;
        }
        match error.code.as_deref() {
            // A lock that was not to be had in time or at once, and a limit on the time of a statement.
            Some("1205" | "3572" | "1969" | "3024") => Mishap::Busy,
            // A deadlock; a table or a row that changed under the statement.
            Some("1213" | "1412" | "1020") => Mishap::Beaten,
            _ => Mishap::Refused,
        }
    }

    fn left(&self, _: &Statement, _: &Schema) -> Left {
        Left::Unclear
    }
}
